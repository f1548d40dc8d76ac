#!/bin/sh
# A PostgreSQL cluster to throw away: on a Unix socket in its own directory, no TCP, with a role `app`
# whose password is really asked for (SCRAM). Every statement is in its log, for tests that search it.
#
#   printf %s "$PASSWORD" | tests/postgres.sh start DIR   prints PGHOST, PGDATABASE and PGUSER
#   tests/postgres.sh stop DIR                            leaves DIR to be removed
#
# DIR is absent or empty. Started by root, the server is another user's (`postgres` or `nobody`), who is
# given DIR and must be able to reach it. Exits 77 where PostgreSQL is not installed.
set -eu
umask 022

say() {
    printf 'postgres.sh: %s\n' "$1" >&2
}

fail() {
    say "$1"
    exit 1
}

usage() {
    say 'usage: postgres.sh start|stop DIR'
    exit 2
}

# The newest of Debian's versions, or whatever is on the PATH.
find_binaries() {
    binaries=
    newest=0
    for found in /usr/lib/postgresql/*/bin/initdb; do
        version=${found#/usr/lib/postgresql/}
        version=${version%%/*}
        case $version in *[!0-9]*) continue ;; esac
        if [ -x "$found" ] && [ "$version" -gt "$newest" ]; then
            newest=$version
            binaries=${found%/initdb}
        fi
    done
    if [ -z "$binaries" ]; then
        found=$(command -v initdb) || {
            say 'PostgreSQL is not installed'
            exit 77
        }
        binaries=${found%/*}
    fi
}

# PostgreSQL refuses to run as root.
find_owner() {
    owner=$(id -un)
    group=$(id -g)
    [ "$(id -u)" = 0 ] || return 0
    for owner in postgres nobody; do
        if group=$(id -g "$owner" 2> /dev/null); then
            return
        fi
    done
    fail 'root needs a user postgres or nobody to run the server as'
}

# Runs a command as the owner, its environment unchanged.
as_owner() {
    if [ "$(id -u)" != 0 ]; then
        "$@"
    elif command -v setpriv > /dev/null; then
        setpriv --reuid "$owner" --regid "$group" --clear-groups -- "$@"
    elif command -v runuser > /dev/null; then
        runuser -u "$owner" -- "$@"
    else
        # The words as they are, through the one string that `su` takes.
        su -s /bin/sh -c 'exec "$@"' -- "$owner" sh "$@"
    fi
}

# This one password goes to the server in the clear, so nothing is logged of it.
create_role() (
    export FIRST_PASSWORD="$password"
    export PGOPTIONS='-c log_statement=none -c log_min_error_statement=panic'
    as_owner "$binaries/psql" -X -q -w -v ON_ERROR_STOP=1 -h "$directory" -d postgres -U "$owner" << 'EOF'
\getenv password FIRST_PASSWORD
CREATE ROLE app LOGIN PASSWORD :'password';
EOF
)

start() {
    password=$(cat)
    [ -n "$password" ] || fail 'the first password of app is to be on stdin'
    mkdir -p "$directory"
    directory=$(cd "$directory" && pwd -P)
    # A socket's path has 107 bytes, and the name in it is .s.PGSQL.5432.
    [ "${#directory}" -le 93 ] || fail 'the path of the directory is too long for a socket'
    case $directory in *[\'\\,]*) fail 'the path of the directory has a quote, a backslash or a comma' ;; esac
    [ -z "$(ls -A "$directory")" ] || fail 'the directory is not empty'
    find_owner
    if [ "$(id -u)" = 0 ]; then
        chown "$owner:$group" "$directory"
    fi
    as_owner test -w "$directory" && as_owner test -x "$directory" ||
        fail "$owner cannot reach the directory"
    # Anybody may go to the socket; the data is the owner's alone.
    chmod 711 "$directory"
    cd "$directory"

    data=$directory/data
    as_owner "$binaries/initdb" -D "$data" -U "$owner" --auth=reject --encoding=UTF8 --locale=C \
        --no-sync > "$directory/initdb.log" 2>&1 < /dev/null ||
        fail "the cluster could not be made: $directory/initdb.log"
    # No file of root's is written here by root: the shell that does is the owner's.
    as_owner sh -c 'cat > "$1"' sh "$data/pg_hba.conf" << EOF
local all "$owner" peer
local all all scram-sha-256
EOF
    as_owner sh -c 'cat >> "$1"' sh "$data/postgresql.conf" << EOF
listen_addresses = ''
port = 5432
unix_socket_directories = '$directory'
unix_socket_permissions = 0777
password_encryption = 'scram-sha-256'
log_statement = 'all'
max_connections = 20
shared_buffers = 8MB
fsync = off
EOF
    as_owner "$binaries/pg_ctl" start -w -s -D "$data" -l "$directory/server.log" < /dev/null ||
        fail "the server did not start: $directory/server.log"
    create_role || {
        stop
        fail 'the role could not be made'
    }
    printf 'PGHOST=%s\nPGDATABASE=postgres\nPGUSER=app\n' "$directory"
}

stop() {
    find_owner
    data=$directory/data
    [ -f "$data/postmaster.pid" ] || return 0
    cd /
    as_owner "$binaries/pg_ctl" stop -w -s -m immediate -D "$data" < /dev/null
}

[ $# = 2 ] || usage
directory=$2
find_binaries
case $1 in
    start) start ;;
    stop)
        directory=$(cd "$directory" && pwd -P)
        stop
        ;;
    *) usage ;;
esac
