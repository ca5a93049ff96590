# For backup.sh and restore.sh: the server of HUB_DATABASE_URL for the programs of PostgreSQL, by their own variables,
# so that no password stands in a list of processes.
url=${HUB_DATABASE_URL:-$(cat "${HUB_DATABASE_URL_FILE:?names a file with the address of the server}")}
[[ $url =~ ^postgres(ql)?(\+psycopg)?://([^:@]+):([^@]+)@([^:/]+)(:([0-9]+))?/ ]] ||
    { echo "HUB_DATABASE_URL: postgresql://login:password@host:port/postgres" >&2; exit 2; }
decoded() { printf '%b' "${1//%/\\x}"; }
PGUSER=$(decoded "${BASH_REMATCH[3]}")
PGPASSWORD=$(decoded "${BASH_REMATCH[4]}")
PGHOST=${BASH_REMATCH[5]} PGPORT=${BASH_REMATCH[7]:-5432}
export PGUSER PGPASSWORD PGHOST PGPORT
unset url HUB_DATABASE_URL
: "${HUB_LANDING:?the folder of landing}"

# ask DATABASE QUERY [ROLE]: the rows, bare
ask() {
    psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$1" \
        ${3:+--command="set role $3"} --command="$2"
}

# owner_of DATABASE: nothing where there is no such database
owner_of() {
    ask postgres "select pg_get_userbyid(datdba) from pg_database where datname = '$1'"
}
