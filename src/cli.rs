//! The table of contents: the global options, one line per verb, and dispatch. Never acts itself.

use crate::commands::{self, Context, Switches, Verb};
use crate::error::{Error, Exit};
use crate::platform::process::Hardened;
use crate::settings::{Color, Flags, Interaction};
use crate::ui::{self, Ui};
use clap::builder::ValueParser;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use std::ffi::OsString;
use std::path::PathBuf;

/// Options that every verb takes, a line each.
#[derive(Args)]
#[command(next_help_heading = "Global options")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub struct Globals {
    /// The vault file [env: KLUIS_VAULT]
    #[arg(long, global = true, value_name = "PATH", value_parser = ValueParser::os_string())]
    vault: Option<OsString>,

    /// The workspace to work in [env: KLUIS_WORKSPACE]
    #[arg(short, long, global = true, value_name = "NAME")]
    workspace: Option<String>,

    /// Print results, warnings and errors as JSON
    #[arg(long, global = true)]
    json: bool,

    /// Print no notes; `list` prints bare names
    #[arg(short, long, global = true)]
    quiet: bool,

    /// Answer yes to every question
    #[arg(short, long, global = true)]
    yes: bool,

    /// Never ask, fail instead [env: KLUIS_NON_INTERACTIVE]
    #[arg(long, global = true)]
    non_interactive: bool,

    /// Take the passphrase from a file [env: KLUIS_PASSPHRASE_FILE]
    #[arg(long, global = true, value_name = "PATH")]
    passphrase_file: Option<PathBuf>,

    /// Unlock with the identity in this file [env: KLUIS_IDENTITY]
    #[arg(long, global = true, value_name = "PATH")]
    identity: Option<PathBuf>,

    /// Wait this long for another writer [default: 10s]
    #[arg(long, global = true, value_name = "DURATION")]
    lock_timeout: Option<String>,

    /// Open only the vault with this public key [env: KLUIS_VAULT_KEY]
    #[arg(long, global = true, value_name = "KEY")]
    vault_key: Option<String>,

    /// Take the vault as it is, older than this machine has seen it or not, and expect it from now on
    #[arg(long, global = true)]
    accept_older: bool,

    /// When to use colour: auto, always or never [env: NO_COLOR]
    #[arg(
        long,
        global = true,
        value_enum,
        value_name = "WHEN",
        hide_possible_values = true
    )]
    color: Option<Color>,
}

/// What `kluis --help` tells beside the options: under each heading a term, two spaces or more, a text.
const SURROUNDINGS: &str = "\
Environment:
  KLUIS_VAULT            the vault file, as --vault
  KLUIS_WORKSPACE        the workspace, as --workspace
  KLUIS_TOKEN            unlock with this token, before any other way
  KLUIS_TOKEN_FILE       unlock with the token in this file
  KLUIS_PASSPHRASE_FILE  unlock with the passphrase in this file, as --passphrase-file
  KLUIS_IDENTITY         unlock with the identity in this file, as --identity
  KLUIS_VAULT_KEY        open only the vault with this public key, as --vault-key
  KLUIS_MIN_REVISION     refuse a vault at an older revision than this, as `kluis verify` prints it
  KLUIS_TRUST_PROJECT    the SHA-256 of the project file that may draw on any vault
  KLUIS_NON_INTERACTIVE  never ask, unless it is 0 or false
  XDG_RUNTIME_DIR        the agent listens below it, where it is yours alone
  NO_COLOR               no colour

Files:
  ~/.local/share/kluis/default.kluis  the vault when none is named
  kluis.toml                          the project file, in this folder or the nearest above:
                                      vault, workspace, app, vault_key and [env];
                                      options and the environment come before it
  ~/.config/kluis/config.toml         the user file: vault, workspace, lock_timeout, color,
                                      and auto_agent: ask, always or never, after a prompt;
                                      all of these come before it
  ~/.config/kluis/identity            the identity when none is named
  ~/.local/state/kluis/trusted.json   the project files that `kluis trust` agreed to
  ~/.local/state/kluis/vaults         how far each vault had come when it was opened here last
  .NAME.prev                          beside a vault: its bytes before the last change
  .NAME.lock                          beside a vault: whoever writes holds it";

/// The verbs come after the options, in words of our own: by group, and in `-h` their names alone.
const OVERVIEW: &str = "{about}\n\n{usage-heading} {usage}\n\n{options}{after-help}";

const EXAMPLES: &str = "\
Examples:
  printf %s \"$TOKEN\" | kluis create github_token
  kluis get github_token
  kluis run -e GITHUB_TOKEN=github_token -- gh repo list";

const MORE: &str = "\
`kluis --help` says what each command does, `kluis COMMAND --help` how it is used.";

/// A verb has one page, whether -h or --help asks for it: all of its description, a line per option.
const PAGE: &str = "{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// Wider lines are hard to read.
const MAX_COLUMNS: usize = 100;

/// One line of the table.
struct Entry {
    name: &'static str,
    alias: Option<&'static str>,
    about: &'static str,
    define: fn(Command) -> Command,
    run: fn(&ArgMatches, &mut Context) -> Result<(), Error>,
}

const fn verb<V: Verb>(name: &'static str, about: &'static str) -> Entry {
    Entry {
        name,
        alias: None,
        about,
        define: |command| on_one_page(V::augment_args(command)),
        run: |matches, context| {
            V::from_arg_matches(matches)
                .map_err(|error| usage(&error))?
                .run(context)
        },
    }
}

impl Entry {
    const fn alias(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }
}

/// Verbs that belong together, as the overview shows them.
struct Group {
    heading: &'static str,
    verbs: &'static [Entry],
}

const GROUPS: &[Group] = &[
    Group {
        heading: "Secrets",
        verbs: &[
            verb::<commands::create::Create>("create", "Make a new secret"),
            verb::<commands::set::Set>("set", "Make a secret, or update it if it is there"),
            verb::<commands::update::Update>("update", "Change some fields of a secret"),
            verb::<commands::get::Get>("get", "Print a value"),
            verb::<commands::show::Show>("show", "Show everything about a secret but its value"),
            verb::<commands::list::List>("list", "List secrets, never their values").alias("ls"),
            verb::<commands::relocate::Move>("move", "Move a secret to another workspace")
                .alias("mv"),
            verb::<commands::delete::Delete>("delete", "Delete a secret").alias("rm"),
            verb::<commands::import::Import>("import", "Read many secrets from a file"),
        ],
    },
    Group {
        heading: "Rotation",
        verbs: &[
            verb::<commands::rotate::Rotate>(
                "rotate",
                "Give a secret a new value, now or at a time",
            ),
            verb::<commands::rollback::Rollback>("rollback", "Make an older value effective again"),
            verb::<commands::history::History>(
                "history",
                "Show the slots of a secret: past, effective, scheduled, pending",
            ),
            verb::<commands::prune::Prune>("prune", "Drop superseded values"),
        ],
    },
    Group {
        heading: "Programs",
        verbs: &[
            verb::<commands::run::Run>("run", "Run a command with secrets in its environment"),
            verb::<commands::export::Export>("export", "Write secrets in the format of a program"),
            verb::<commands::inject::Inject>(
                "inject",
                "Fill the references of a template with values",
            ),
            verb::<commands::app::App>("app", "Manage apps and the secrets they depend on"),
            verb::<commands::check::Check>(
                "check",
                "Check that every secret of the project file can be given",
            ),
            verb::<commands::trust::Trust>(
                "trust",
                "Let the project file draw on a vault outside of its folder",
            ),
        ],
    },
    Group {
        heading: "Vault",
        verbs: &[
            verb::<commands::init::Init>("init", "Make a new vault"),
            verb::<commands::workspace::Workspace>("workspace", "Manage workspaces"),
            verb::<commands::key::Key>("key", "Manage who can unlock"),
            verb::<commands::passphrase::Passphrase>("passphrase", "Change the passphrase"),
            verb::<commands::identity::Identity>("identity", "Manage a key pair of your own"),
            verb::<commands::rekey::Rekey>("rekey", "Encrypt everything anew under new keys"),
            verb::<commands::verify::Verify>("verify", "Decrypt everything and say so"),
            verb::<commands::restore::Restore>(
                "restore",
                "Bring back the vault as it was before the last change",
            ),
        ],
    },
    Group {
        heading: "Agent",
        verbs: &[
            verb::<commands::unlock::Unlock>(
                "unlock",
                "Unlock once, and let the agent remember the key",
            ),
            verb::<commands::lock::Lock>("lock", "Have the agent forget every key"),
            verb::<commands::status::Status>("status", "Tell whether the agent holds the key"),
            verb::<commands::agent::Agent>("agent", "Be the agent, in the foreground"),
        ],
    },
    Group {
        heading: "Shell",
        verbs: &[verb::<commands::completions::Completions>(
            "completions",
            "Print a completion script",
        )],
    },
];

fn verbs() -> impl Iterator<Item = &'static Entry> {
    GROUPS.iter().flat_map(|group| group.verbs)
}

/// The whole command line. A verb's own arguments are only defined when it is used: that halves the
/// time to start.
pub fn command() -> Command {
    command_of(verbs())
}

/// The command line as far as these arguments need it. With the verb in the first place, as people and
/// scripts write it, no other verb is defined.
fn command_for(arguments: &[OsString]) -> Command {
    let first = arguments.get(1).map(OsString::as_os_str);
    match verbs().find(|entry| first.is_some_and(|first| entry.name == first)) {
        Some(entry) => command_of(std::iter::once(entry)),
        None => command(),
    }
}

fn command_of(verbs: impl Iterator<Item = &'static Entry>) -> Command {
    let root = Globals::augment_args(Command::new("kluis"))
        .version(env!("CARGO_PKG_VERSION"))
        .about("A vault for secrets on the command line")
        .help_template(OVERVIEW)
        .after_help(format!("{}\n\n{EXAMPLES}\n\n{MORE}", names()))
        .after_long_help(format!(
            "{}\n\n{EXAMPLES}\n\n{SURROUNDINGS}\n\n{}",
            table(),
            Exit::TABLE
        ))
        .max_term_width(MAX_COLUMNS)
        .mut_args(|option| option.hide_short_help(true))
        .subcommand_required(true)
        .arg_required_else_help(true)
        .disable_help_subcommand(true)
        .help_expected(true)
        .infer_long_args(false);
    verbs.fold(root, |root, entry| {
        let command = Command::new(entry.name)
            .about(entry.about)
            .defer(entry.define);
        root.subcommand(match entry.alias {
            Some(alias) => command.visible_alias(alias),
            None => command,
        })
    })
}

/// A line per group.
fn names() -> String {
    let lines = GROUPS.iter().map(|group| {
        let names: Vec<_> = group.verbs.iter().map(|entry| entry.name).collect();
        format!("  {:<10} {}", group.heading, names.join(", "))
    });
    format!("Commands:\n{}", lines.collect::<Vec<_>>().join("\n"))
}

/// A line per verb.
fn table() -> String {
    let groups = GROUPS.iter().map(|group| {
        let lines = group.verbs.iter().map(|entry| {
            let alias = entry.alias.map(|alias| format!(" [alias: {alias}]"));
            let alias = alias.unwrap_or_default();
            format!("\n  {:<12} {}{alias}", entry.name, entry.about)
        });
        format!("{}:{}", group.heading, lines.collect::<String>())
    });
    groups.collect::<Vec<_>>().join("\n\n")
}

fn on_one_page(command: Command) -> Command {
    let about = command.get_long_about().or(command.get_about());
    let about = about.cloned().unwrap_or_default();
    command
        .before_help(about)
        .long_about(None::<&str>)
        .help_template(PAGE)
        .mut_args(|option| option.hide_short_help(false))
        .mut_subcommands(on_one_page)
}

/// Runs one command line and gives its exit code.
pub fn run(arguments: &[OsString], hardened: Hardened) -> u8 {
    if let Some(code) = commands::clear_clipboard::run(arguments) {
        return code;
    }
    let mut ui = Ui::new(ui::Options {
        json: wants_json(arguments),
        ..ui::Options::default()
    });
    let verb = match command_for(arguments).try_get_matches_from(arguments) {
        Ok(matches) => dispatch(&matches, &mut ui, hardened),
        Err(error) if error.exit_code() == 0 => ui
            .raw(error.render().to_string().as_bytes())
            .map_err(Error::from),
        Err(error) if is_run(arguments) => Err(Error::BeforeStart(Box::new(usage(&error)))),
        Err(error) => Err(usage(&error)),
    };
    let result = verb.and_then(|()| ui.finish().map_err(Error::from));
    match result {
        Ok(()) => 0,
        Err(error) => {
            let exit = error.exit();
            // Whoever closed stdout has had enough, and a command speaks for itself.
            if !matches!(exit, Exit::Unread | Exit::Commands(_)) {
                let report = error.report();
                ui.error(&report.error, report.hint.as_deref(), &report);
            }
            exit.code()
        }
    }
}

fn dispatch(matches: &ArgMatches, ui: &mut Ui, hardened: Hardened) -> Result<(), Error> {
    let globals = Globals::from_arg_matches(matches).map_err(|error| usage(&error))?;
    let (name, matches) = matches
        .subcommand()
        .ok_or_else(|| Error::usage("no command was given"))?;
    let entry = verbs().find(|entry| entry.name == name);
    let entry = entry.ok_or_else(|| Error::usage("there is no such command"))?;
    let Globals {
        json,
        quiet,
        yes,
        accept_older,
        ..
    } = globals;
    let switches = Switches {
        json,
        quiet,
        yes,
        accept_older,
    };
    let mut context =
        Context::new(globals.into(), switches, ui, hardened, command).map_err(|error| {
            if name == "run" {
                Error::BeforeStart(Box::new(error))
            } else {
                error
            }
        })?;
    (entry.run)(matches, &mut context)
}

impl From<Globals> for Flags {
    fn from(globals: Globals) -> Self {
        Self {
            vault: globals.vault,
            workspace: globals.workspace,
            lock_timeout: globals.lock_timeout,
            color: globals.color,
            interaction: globals.non_interactive.then_some(Interaction::Refused),
            vault_key: globals.vault_key,
            passphrase_file: globals.passphrase_file,
            identity: globals.identity,
        }
    }
}

/// Whether a failure is to be told as JSON, even when the command line cannot be read.
fn wants_json(arguments: &[OsString]) -> bool {
    let mut own = arguments.iter().take_while(|argument| *argument != "--");
    own.any(|argument| argument == "--json")
}

/// Whether the verb is `run`: its failures have a code of their own, even those that clap cannot read. A
/// secret or a workspace may be called `run`, too.
fn is_run(arguments: &[OsString]) -> bool {
    let globals = Globals::augment_args(Command::new("kluis"));
    let takes_value = |is_named: &dyn Fn(&Arg) -> bool| {
        let mut all = globals.get_arguments();
        all.any(|global| is_named(global) && global.get_action().takes_values())
    };
    let mut words = arguments.iter().skip(1).map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        let value_follows = match word.strip_prefix('-') {
            None => return word == "run",
            Some("-") => return false,
            Some(name) => {
                if let Some(long) = name.strip_prefix('-') {
                    takes_value(&|global| global.get_long() == Some(long))
                } else {
                    // In `-qw NAME` the last letter takes the next word, in `-wNAME` none does.
                    let taking = |letter| takes_value(&|global| global.get_short() == Some(letter));
                    name.find(taking).is_some_and(|at| at + 1 == name.len())
                }
            }
        };
        if value_follows {
            words.next();
        }
    }
    false
}

/// What is wrong with the command line, in words of our own: clap's would repeat what was typed, and
/// that may be a secret in the wrong place.
fn usage(error: &clap::Error) -> Error {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let option = of(ContextKind::InvalidArg);
    let named = option.as_deref().unwrap_or("an argument");
    let (message, hint) = match error.kind() {
        ErrorKind::UnknownArgument => match option.as_deref().filter(|text| looks_like_an_option(text)) {
            Some(option) => (
                format!("there is no option {option} here"),
                of(ContextKind::SuggestedArg).map(|near| format!("did you mean {near}?")),
            ),
            None => (
                "there is an argument too many".to_owned(),
                Some("a value is never an argument, where others could see it: pipe it in, or give --value-file or --generate".to_owned()),
            ),
        },
        ErrorKind::InvalidSubcommand => (
            "there is no such command".to_owned(),
            of(ContextKind::SuggestedSubcommand).map(|near| format!("did you mean `{}`?", near.replace(", ", "` or `"))),
        ),
        ErrorKind::MissingRequiredArgument => (format!("{named} is missing"), None),
        ErrorKind::ArgumentConflict => match of(ContextKind::PriorArg) {
            Some(prior) if prior != named => (format!("{named} cannot be used with {prior}"), None),
            _ => (format!("{named} may be given once"), None),
        },
        ErrorKind::InvalidValue => match of(ContextKind::ValidValue) {
            Some(valid) => (format!("{named} takes one of: {valid}"), None),
            None => (format!("{named} needs a value"), None),
        },
        ErrorKind::ValueValidation | ErrorKind::InvalidUtf8 => {
            (format!("the value of {named} cannot be read"), None)
        }
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            (format!("{named} needs a value"), None)
        }
        ErrorKind::TooManyValues => (format!("{named} has too many values"), None),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("no command was given".to_owned(), None)
        }
        _ => ("the command line cannot be read".to_owned(), None),
    };
    let hint =
        hint.unwrap_or_else(|| "`kluis --help`, or `kluis COMMAND --help`, shows how".to_owned());
    Error::Usage {
        message,
        hint: Some(hint),
    }
}

/// Whether this could only be a mistyped option: a value has other characters, or no dashes.
fn looks_like_an_option(text: &str) -> bool {
    let name = text.trim_start_matches('-');
    let dashes = text.len() - name.len();
    let word = name.len() <= 20
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    match dashes {
        1 => name.len() == 1 && name.is_ascii(),
        2 => word && !name.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_says_what_the_help_says() {
        command().debug_assert();
        for entry in verbs() {
            let defined = (entry.define)(Command::new(entry.name));
            let about = defined.get_about().map(ToString::to_string);
            assert_eq!(about.as_deref(), Some(entry.about), "{}", entry.name);
        }
    }

    #[test]
    fn the_verb_is_run_only_where_a_verb_stands() {
        let is_run = |line: &str| {
            let words = std::iter::once("kluis").chain(line.split(' '));
            is_run(&words.map(OsString::from).collect::<Vec<_>>())
        };
        for line in [
            "run",
            "run --bogus",
            "-w run run --bogus -- x",
            "--json run -e",
            "--bogus run -- x",
            "run extra -- x",
            "--color wrong run -- x",
            "--color=wrong run -- x",
            "-qw run run",
            "-wname run",
            "run --color wrong -- x",
        ] {
            assert!(is_run(line), "{line}");
        }
        for line in [
            "create run value",
            "-w run create a b",
            "get --bogus run",
            "bogus run",
            "-- run",
            "-",
        ] {
            assert!(!is_run(line), "{line}");
        }
    }

    #[test]
    fn only_an_option_is_repeated() {
        for option in ["--json", "-x", "--allow-env"] {
            assert!(looks_like_an_option(option), "{option}");
        }
        for value in [
            "hunter2",
            "-hunter2",
            "--hunter2",
            "--",
            "-",
            "--Secret",
            "s3cret",
        ] {
            assert!(!looks_like_an_option(value), "{value}");
        }
    }
}
