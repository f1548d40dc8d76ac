//! The topic `environment`: the text around the lists of variables and files.

pub const PRECEDENCE: &str = "\
An option comes before its variable, the variable before the project file, the
project file before your settings, and your settings before the default. An
empty variable counts as not set. Only an empty KLUIS_PIN is an error, so that
a job in CI never runs without its check.

`kluis` opens the vault with the first of these: KLUIS_TOKEN, a token in the
key file, the passphrase file, the agent, the key file, and a passphrase that
you type. A key that you name with an option comes before those in variables.
If there is none, `kluis` fails at once (exit code 4).";

pub const PROGRAMS: &str = "\
A command that `kluis run` or `kluis rotate --exec` starts does not get
KLUIS_TOKEN, KLUIS_KEY_FILE or KLUIS_PASSPHRASE_FILE. `kluis rotate --exec`
sets KLUIS_NEW_VALUE and KLUIS_OLD_VALUE, or with --files KLUIS_NEW_FILE and
KLUIS_OLD_FILE.";

pub const CONTENTS: &str = "\
`kluis help project` describes the project file kluis.toml.

Your settings, ~/.config/kluis/config.toml, may have these. `keep` is how many
past versions of a secret stay. `auto_agent` says whether a passphrase that you
type unlocks the vault for later commands: ask, always or never. [hosts] says
which secret `kluis helper` gives to which host, and whose password it is.

    vault = \"~/secrets.kluis\"
    workspace = \"staging\"
    lock_timeout = \"30s\"
    keep = 10
    color = \"never\"
    auto_agent = \"always\"
    [hosts]
    \"git.example.com\" = { secret = \"git_token\", username = \"ada\" }";

/// The part of `kluis --help` besides the options: under each heading a term, two spaces or more, and a text.
pub const SURROUNDINGS: &str = "\
Environment:
  KLUIS_VAULT            the vault file, as --vault
  KLUIS_WORKSPACE        the workspace, as --workspace
  KLUIS_TOKEN            a token, which comes before the files below
  KLUIS_KEY_FILE         a key file or a file with a token, as --key-file
  KLUIS_PASSPHRASE_FILE  a file with the passphrase, as --passphrase-file
  KLUIS_PIN              the pin of the only vault to open, as --pin
  KLUIS_PROJECT          the project file to follow and agree to, as --project
  KLUIS_NO_PROJECT       ignore kluis.toml, unless it is 0 or false
  KLUIS_NON_INTERACTIVE  never ask, unless it is 0 or false
  XDG_RUNTIME_DIR        the folder for the agent's socket and values as files,
                         if yours [default: /run/user/UID]
  NO_COLOR               no colour

Files:
  ~/.local/share/kluis/default.kluis  the vault, if you name no other
  ~/.config/kluis/key                 the key file, if you name no other
  ~/.config/kluis/config.toml         your settings
  kluis.toml                          the project file, in this folder or above
  ~/.local/state/kluis/trusted.json   the project files that you trust
  ~/.local/state/kluis/vaults         the newest revision seen of each vault
  .NAME.prev                          beside a vault: the vault from before
  .NAME.lock                          beside a vault: locked while it changes";
