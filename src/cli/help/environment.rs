//! The topic `environment`: what stands around the variables and files, which the overview tells too.

pub const PRECEDENCE: &str = "\
An option comes before its variable, a variable before the project file, that
before the user file, and that before the default. A variable that is set and
empty counts as not set, but KLUIS_VAULT_KEY and KLUIS_MIN_REVISION are errors
then: what is to be checked must not go unchecked where CI has no such variable.

A vault is unlocked by the first of these that is there: KLUIS_TOKEN,
KLUIS_TOKEN_FILE, the passphrase file, the agent, the identity, a prompt where
there is a terminal. Without any of them a command fails at once, with 4.";

pub const PROGRAMS: &str = "\
What `run` and `rotate --exec` start does not get KLUIS_TOKEN, KLUIS_TOKEN_FILE,
KLUIS_PASSPHRASE_FILE and KLUIS_IDENTITY. The command of `rotate --exec` gets
KLUIS_NEW_VALUE and KLUIS_OLD_VALUE, or with --files KLUIS_NEW_FILE and
KLUIS_OLD_FILE.";

pub const CONTENTS: &str = "\
In kluis.toml, all of it optional:

    vault = \"secrets.kluis\"                             # relative to this file
    workspace = \"staging\"
    app = \"billing\"
    [env]                                               # what `run` and `export` give
    DATABASE_URL = \"database_url\"                       # see `kluis help references`
    STRIPE_KEY = \"payments/stripe_key\"
    TLS_KEY = { secret = \"tls_key\", as = \"file\" }       # the path of a file for the program
    SENTRY_DSN = { secret = \"sentry_dsn\", optional = true }

In ~/.config/kluis/config.toml, all of it optional:

    vault = \"~/secrets.kluis\"
    workspace = \"staging\"
    lock_timeout = \"30s\"
    color = \"never\"
    auto_agent = \"always\"";
