//! The topic `references`: how to name what is in a vault. The rules themselves are in `vault`.

pub const TEXT: &str = "\
A secret is named in one of these ways, in arguments, in -e KEY=REF, and in
files:

Forms:
  name                          in the workspace in use: the one of -w, else of
                                KLUIS_WORKSPACE, the project file or the user
                                file, else `default`
  workspace/name                in that workspace, whichever is in use
  sec_…                         by its id, which stays when it is renamed or moved
  kluis://workspace/name        the same; in a template the scheme is needed
  kluis://name?slot=1767225600  one slot of it, by its number

Names:
  secret     1 to 128 of A-Z a-z 0-9 _ + = - @ # $ . and no leading -
  workspace  1 to 63 of a-z A-Z 0-9 _ . - and a letter or digit first
  app        as a workspace
  variable   A-Z a-z 0-9 _ and no leading digit, at most 255; a secret has one of
             its own, its environment key: by default its name in upper case,
             with _ for other characters

A name with = is taken only with --literal-name, because `name=value` is mostly
a value in the wrong place. In a template, `{{ kluis://workspace/name }}` is
replaced by the value, and any other `{{ … }}` stays as it is.

A slot is one version of a value. Its number is the Unix second from which it is
effective; the effective slot is the one with the greatest number that is not in
the future.

Times:
  1767225600                    Unix seconds
  2026-01-01T00:00:00Z          RFC 3339, with Z or an offset
  2026-01-01                    the first moment of that day in UTC
  90s, 15m, 12h, 7d, 2w         how long, or that long from now

Limits:
  value         1 to 65,536 bytes, of any kind; a vault may have a lower limit
  description   1,024 characters
  slots         100 of one secret; `kluis vault prune` drops superseded ones
  domains       100 of one secret
  vault         256 MiB, however many secrets that is; 128 workspaces; 256 keys,
                8 of them passphrases

Hosts:
  api.example.com               this host, with any port
  *.example.com                 every host below it, and not example.com itself

Examples:
  kluis get production/db_password
  kluis run -e PGPASSWORD=production/db_password -- psql -h db.example.org
  kluis rotate production/db_password --generate 32 --in 30d
  echo 'password = {{ kluis://production/db_password }}' | kluis inject";
