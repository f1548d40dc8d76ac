//! The topic `environment`: the text around the lists of variables and files.

pub const PRECEDENCE: &str = "\
An option comes before its variable, a variable before the project file, that
before the user file, and that before the default. A variable that is set and
empty counts as not set, but KLUIS_PIN is an error
then: what is to be checked must not go unchecked where CI has no such variable.

A vault is unlocked by the first of these that is there: KLUIS_TOKEN,
a token in the key file, the passphrase file, the agent, the key file, a prompt where
there is a terminal. Without any of them a command fails at once, with 4.";

pub const PROGRAMS: &str = "\
What `run` and `rotate --exec` start does not get KLUIS_TOKEN, KLUIS_KEY_FILE
and KLUIS_PASSPHRASE_FILE. The command of `rotate --exec` gets
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

/// The part of `kluis --help` besides the options: under each heading a term, two spaces or more, and a text.
pub const SURROUNDINGS: &str = "\
Environment:
  KLUIS_VAULT            the vault file, as --vault
  KLUIS_WORKSPACE        the workspace, as --workspace
  KLUIS_TOKEN            unlock with this token, before any other way
  KLUIS_PASSPHRASE_FILE  unlock with the passphrase in this file, as --passphrase-file
  KLUIS_KEY_FILE         unlock with this key file, or the token in it, as --key-file
  KLUIS_PIN              open only the vault that this pin describes, as --pin
  KLUIS_TRUST_PROJECT    the SHA-256 of the project file that may draw on any vault
  KLUIS_NON_INTERACTIVE  never ask, unless it is 0 or false
  XDG_RUNTIME_DIR        the agent listens below it, where it is yours alone
  NO_COLOR               no colour

Files:
  ~/.local/share/kluis/default.kluis  the vault when none is named
  kluis.toml                          the project file, in this folder or the nearest above:
                                      vault, workspace, app, pin and [env];
                                      options and the environment come before it
  ~/.config/kluis/config.toml         the user file: vault, workspace, lock_timeout, color,
                                      and auto_agent: ask, always or never, after a prompt;
                                      all of these come before it
  ~/.config/kluis/key                 the key file when none is named
  ~/.local/state/kluis/trusted.json   the project files that `kluis trust` agreed to
  ~/.local/state/kluis/vaults         how far each vault had come when it was opened here last
  .NAME.prev                          beside a vault: its bytes before the last change
  .NAME.lock                          beside a vault: whoever writes holds it";
