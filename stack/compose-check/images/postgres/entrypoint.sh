# POSTGRES_PASSWORD, POSTGRES_DB and POSTGRES_INITDB_ARGS as in the official image: an empty volume is initialised first.
set -eu
export PATH=/usr/lib/postgresql/18/bin:$PATH PGDATA=/var/lib/postgresql/18/docker
as_postgres() { setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@"; }
chown postgres:postgres /var/lib/postgresql
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  as_postgres mkdir -p "$PGDATA"
  install --owner=postgres --mode=600 /dev/null /tmp/password
  printf '%s\n' "$POSTGRES_PASSWORD" > /tmp/password
  as_postgres initdb --username=postgres --pwfile=/tmp/password \
    --auth-local=trust --auth-host=scram-sha-256 $POSTGRES_INITDB_ARGS
  rm /tmp/password
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  echo "create database $POSTGRES_DB" | as_postgres postgres --single -D "$PGDATA" postgres
fi
exec setpriv --reuid=postgres --regid=postgres --clear-groups -- "$@" -c unix_socket_directories=/tmp
