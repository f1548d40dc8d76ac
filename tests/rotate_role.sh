#!/bin/sh
# Changes the password of a PostgreSQL role, as the role itself:
#
#   PGHOST=… PGDATABASE=… PGUSER=app kluis rotate db_password --generate 32 --exec ./rotate_role.sh
#
# Where and who is said by libpq's own variables; the passwords are KLUIS_OLD_VALUE and KLUIS_NEW_VALUE.
# It may be run again after any interruption. It exits 0 when the new password is in force, 1 when it
# surely is not, and ends by a signal when that cannot be known: the server may have changed it, and
# gone away before it said so.
#
# No password is ever an argument, part of a statement or of a history. psql is given the old one in
# its environment and the new one on stdin, and sends a SCRAM verifier computed from it, in one statement.
# (`ALTER ROLE … PASSWORD :'new'` would do, were it not written to the server's log with any error.)
set -u

# How long to ask for the outcome of a change that failed half-way.
ATTEMPTS=10

say() {
    printf 'rotate_role: %s\n' "$1" >&2
}

fail() {
    say "$1"
    exit 1
}

unknown() {
    say "$1"
    kill -s TERM $$
}

# Whether the server lets the role in with this password.
opens() {
    PGPASSWORD=$1 psql -X -q -w -c 'SELECT 1' > /dev/null 2>&1 < /dev/null
}

# `\password` asks for the new one twice: at the terminal, unless it is in a session without one.
change() {
    printf '%s\n%s\n' "$new" "$new" | PGPASSWORD=$old LC_ALL=C setsid psql -X -q -w -c '\password' 2>&1
}

old=${KLUIS_OLD_VALUE-}
new=${KLUIS_NEW_VALUE-}
[ -n "$old" ] || fail 'KLUIS_OLD_VALUE is missing: the first password is for an administrator to set'
[ -n "$new" ] || fail 'KLUIS_NEW_VALUE is missing'
line_ends=$(printf '\n\r')
case $new in
    *["$line_ends"]*) fail 'the new value has a line end, which psql takes as the end of a password' ;;
esac
command -v setsid > /dev/null || fail 'setsid is not installed'
version=$(psql --version) || fail 'psql is not installed'
version=$(printf '%s' "$version" | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
# Before, it cut a password off after 99 bytes.
[ "$version" -ge 14 ] || fail 'psql is older than version 14'

if ! opens "$old"; then
    if opens "$new"; then
        say 'the new password is in force already'
        exit 0
    fi
    unknown 'the server cannot be reached, or takes neither the old password nor the new one'
fi

said=$(change) && exit 0
printf '%s\n' "$said" | grep -v '^Enter ' >&2
attempt=0
while [ "$attempt" -lt "$ATTEMPTS" ]; do
    # The old one first: where the server asks nobody for a password, both open.
    opens "$old" && fail 'the password was not changed'
    opens "$new" && exit 0
    attempt=$((attempt + 1))
    sleep 1
done
unknown 'the change was interrupted, and the server does not say which password it took'
