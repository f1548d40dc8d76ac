//! The topic `references`: how to name what is in a vault. The rules themselves are in `vault`.

pub const TEXT: &str = "\
Arguments, -e KEY=REF and files name a secret in one of these ways:

Forms:
  name                          in the workspace in use
  workspace/name                in that workspace
  sec_…                         by its id, which never changes
  kluis://workspace/name        the same; a template needs this form
  kluis://name?slot=1767225600  one version of it, by its slot number

The workspace in use is that of --workspace, else of KLUIS_WORKSPACE,
kluis.toml or your settings, else `default`. A key to one workspace uses that
workspace.

An app is named in the same way: `name`, or `workspace/name`.

Names:
  secret     1 to 128 of A-Z a-z 0-9 _ + = - @ # $ . and no leading -
  workspace  1 to 63 of a-z A-Z 0-9 _ . - and a letter or digit first
  app        as a workspace
  variable   1 to 255 of A-Z a-z 0-9 _ and no leading digit

A name with = needs --literal-name, because `name=value` is mostly a value in
the wrong place. Each secret has a variable of its own: its name in upper case,
with _ for other characters, unless --env-key sets another.

A value has versions, and each version has a slot number: the Unix second from
which it is in effect. The current version has the greatest number that is not
in the future. A value that is set now comes after all versions in effect, also
if a colleague's clock was up to five minutes ahead. The versions before stay:
`kluis rollback` brings them back. `kluis restore` brings back a deleted secret.

Times:
  1767225600                    Unix seconds
  2026-01-01T00:00:00Z          RFC 3339, with Z or an offset
  2026-01-01                    the first moment of that day in UTC
  90s, 15m, 12h, 7d, 2w         a duration, or that long from now

Hosts:
  api.example.com               this host, with any port
  *.example.com                 every host below it, but not example.com itself

Limits:
  value        1 to 65,536 bytes of any kind; a vault may have a lower limit
  description  1,024 characters
  versions     100 of one secret; of those that are past, the newest 10 and at
               most 64 KiB stay when you set a value (--keep says how many)
  hosts        100 of one secret
  vault        256 MiB, 128 workspaces, 256 keys, 8 of them passphrases

Examples:
  kluis get production/db_password
  kluis run -e PGPASSWORD=production/db_password -- psql -h db.example.org
  kluis rotate production/db_password --generate 32 --in 30d
  echo 'password = {{ kluis://production/db_password | json }}' | kluis inject";
