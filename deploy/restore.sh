#!/usr/bin/env bash
# Restore a backup: restore.sh FOLDER, a folder that backup.sh made, into an installation that is empty.
#
# HUB_DATABASE_URL  login that may make databases and act as their owners (HUB_DATABASE_URL_FILE names a file with it)
# HUB_LANDING       the folder of landing, empty
#
# Before: new secrets with the hub_keys and the fernet_key of then, and `init`, which makes the logins and roles.
# After: `init` again, for rights and for what a newer release adds; then `hub reapply`, before anything is started.
# Nothing that holds a delivery is overwritten. Broken off, it is run again once the databases are dropped.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/server.sh"

[ $# -eq 1 ] || { echo "restore.sh FOLDER" >&2; exit 2; }
cd "$1"
sha256sum --check --quiet SHA256SUMS
[ -z "$(ls -A "$HUB_LANDING")" ] || { echo "restore.sh: $HUB_LANDING is not empty" >&2; exit 1; }

for dump in *.dump; do
    database=${dump%.dump}
    owner=$(owner_of "$database")
    [ -n "$owner" ] || { echo "restore.sh: there is no $database yet: run init first" >&2; exit 1; }
    for table in exchange.delivery public.dag_run; do
        if [ -n "$(ask "$database" "select to_regclass('$table')")" ] &&
            [ "$(ask "$database" "select count(*) from $table" "$owner")" != 0 ]; then
            echo "restore.sh: $database is in use: $table has rows" >&2
            exit 1
        fi
    done
done
for dump in *.dump; do
    database=${dump%.dump}
    owner=$(owner_of "$database")
    dropdb --force "$database"
    createdb --owner="$owner" --template=template0 --encoding=UTF8 --locale-provider=libc --locale=C "$database"
    pg_restore --exit-on-error --no-owner --role="$owner" --dbname="$database" "$dump"
    echo "restored $database"
done
tar --extract --file=landing.tar --directory="$HUB_LANDING"
echo "unpacked landing"
