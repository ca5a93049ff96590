#!/usr/bin/env bash
# Back up an installation: backup.sh FOLDER makes FOLDER/<moment>/ with one dump a database and landing.tar.
#
# HUB_DATABASE_URL  login that may act as the owner of each database (HUB_DATABASE_URL_FILE names a file with it)
# HUB_LANDING       the folder of landing
#
# The databases come first: what landing then holds more is known by no row, and does no harm. Keys are not in here:
# who has the backup alone can open no delivery and no identity. Keep the folder of secrets, and `hub erased --json`,
# apart from it. Running again makes another folder; one that was broken off has no SHA256SUMS.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"

[ $# -eq 1 ] || { echo "backup.sh FOLDER" >&2; exit 2; }
goal="$1/$(date -u +%Y%m%dT%H%M%SZ)"
mkdir -p "$goal"
chmod 0700 "$goal"

for database in $(ask postgres "select datname from pg_database where datname like 'hub\\_%' and datname <> 'hub_celery' order by 1"); do
    # Stage holds what a running verb has in hand; it is made anew.
    pg_dump --format=custom --role="$(owner_of "$database")" --exclude-table='stage.*' \
        --file="$goal/$database.dump" "$database"
    echo "dumped $database"
done
tar --create --file="$goal/landing.tar" --directory="$HUB_LANDING" .
echo "packed landing"
(cd "$goal" && sha256sum -- *.dump landing.tar > SHA256SUMS.part && mv SHA256SUMS.part SHA256SUMS)
echo "backup $goal"
