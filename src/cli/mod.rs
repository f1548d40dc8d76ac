//! The command line as a whole: parses it and calls the verb. It never acts itself.

mod called_as;
mod completing;
mod globals;
mod page;
mod table;
mod usage;

use crate::commands::CommandLine;
use crate::context::project_context::ProjectChoice;
use crate::context::{Caller, Context, GlobalFlags};
use crate::error::{Error, Exit};
use crate::help::{self, SURROUNDINGS};
use crate::platform::file_system;
use crate::platform::process::Hardened;
use crate::settings::{self, Color};
use crate::ui::{self, Ui};
use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use globals::Globals;
use std::borrow::Cow;
use std::ffi::OsString;
use table::{Entry, GROUPS, Run, verbs};
use usage::usage;

/// `-h` lists the verbs after the options, `--help` describes them before the options.
const TEMPLATE: &str = "{about}\n\n{usage-heading} {usage}\n\n{before-help}{options}{after-help}";

const ABOUT: &str = "Keep secrets in one encrypted file and give them to programs";

const OVERVIEW: &str = "\
Start     init      Make a vault            status  Show which vault you use
          import    Bring in a .env file or another tool's export
Secrets   set       Store a value           create (only new), update (fields)
          get       Print a value           list    List names, never values
          show      Show all but the value  edit, move, copy, delete
Undo      rollback  The version before      restore A deleted secret
Rotation  rotate    Set a new value         history List the versions
Programs  run       Start a command with secrets in its environment
          export    Write .env, JSON, …     inject  Fill a template
Project   env       Change kluis.toml       check (all ready?), trust
Sharing   key       Who can open the vault  workspace, app, git
Session   unlock    Unlock the vault        lock    Forget the keys
More      vault     Check the whole file    doctor  Find problems
          helper, completions, help

Try:   kluis init && printf %s \"$TOKEN\" | kluis set github_token
       kluis run -e GITHUB_TOKEN=github_token -- gh repo list
Help:  kluis COMMAND -h  ·  kluis help start|team|ci|migrate|security";

/// The longest line of the overview.
const OVERVIEW_COLUMNS: u16 = 77;

const EXAMPLES: &str = "\
Examples:
  kluis init && printf %s \"$TOKEN\" | kluis set github_token
  kluis run -e GITHUB_TOKEN=github_token -- gh repo list
  kluis get github_token";

/// Wider lines are hard to read.
const MAX_COLUMNS: usize = 100;

/// The whole command line. A verb's own arguments are only defined when the verb is used: that halves the time to
/// start.
pub fn command() -> Command {
    command_of(verbs())
}

/// The same without the hidden verbs, as completion scripts list it.
fn shown_command() -> Command {
    command_of(verbs().filter(|entry| !entry.is_hidden))
}

/// The command line as far as these arguments need it. If the verb comes first, as usual, no other verb is
/// defined.
fn command_for(arguments: &[OsString], columns: Option<u16>) -> Command {
    let first = arguments.get(1).map(OsString::as_os_str);
    match verbs().find(|entry| first.is_some_and(|first| entry.name == first)) {
        Some(entry) => command_of(std::iter::once(entry)),
        None if columns.is_some_and(|columns| columns < OVERVIEW_COLUMNS) => narrow(command()),
        None => command(),
    }
}

fn command_of(verbs: impl Iterator<Item = &'static Entry>) -> Command {
    let root = Globals::augment_args(Command::new("kluis"))
        .version(env!("CARGO_PKG_VERSION"))
        .disable_version_flag(true)
        .arg(version())
        .about(ABOUT)
        .help_template(TEMPLATE)
        .after_help(OVERVIEW)
        .before_long_help(format!(
            "{}\n\n{}\n\n{EXAMPLES}\n\nGlobal options:",
            about_each(),
            help::topics(),
        ))
        .after_long_help(format!("{SURROUNDINGS}\n\n{}", Exit::TABLE))
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
            .hide(entry.is_hidden)
            .defer(entry.define);
        root.subcommand(match entry.alias {
            Some(alias) => command.visible_alias(alias),
            None => command,
        })
    })
}

/// clap's own option, but left out of `-h`.
fn version() -> Arg {
    Arg::new("version")
        .short('V')
        .long("version")
        .action(ArgAction::Version)
        .help("Print version")
}

/// The overview with one verb in each line, for a terminal that is too narrow for two.
fn narrow(command: Command) -> Command {
    command.after_help(format!("{}\n\nTry:\n  kluis help start", about_each()))
}

/// A line per verb.
fn about_each() -> String {
    let groups = GROUPS.iter().map(|group| {
        let shown = group.verbs.iter().filter(|entry| !entry.is_hidden);
        let lines = shown.map(|entry| {
            let alias = entry.alias.map(|alias| format!(" [alias: {alias}]"));
            let alias = alias.unwrap_or_default();
            format!("\n  {:<12} {}{alias}", entry.name, entry.about)
        });
        format!("{}:{}", group.heading, lines.collect::<String>())
    });
    groups.collect::<Vec<_>>().join("\n\n")
}

/// Prints the words that the last one of a command line may become; returns the exit code.
pub fn complete(words: &[OsString], hardened: Hardened) -> u8 {
    completing::run(words, hardened, command)
}

/// Runs one command line and returns its exit code.
pub fn run(arguments: &[OsString], hardened: Hardened) -> u8 {
    let arguments = &*called_as::spelled_out(arguments);
    let mut ui = Ui::new(ui::Options {
        json: wants_json(arguments),
        color: color(None),
        ..ui::Options::default()
    });
    let verb = match command_for(arguments, ui.columns()).try_get_matches_from(arguments) {
        // clap lets the option of `vault verify`, which may go without a value, hide the global one.
        Ok(_) if repeats_pin(arguments) => Err(Error::usage("--pin may be given once")),
        Ok(matches) => dispatch(&matches, &mut ui, hardened),
        Err(error) if error.exit_code() == 0 => ui
            .raw(error.render().to_string().as_bytes())
            .map_err(Error::from),
        Err(error) if error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ui.guide(&error.render().to_string());
            return Exit::Usage.code();
        }
        Err(error) => {
            let verb = typed_verb(arguments);
            let command = verb.as_deref().and_then(|verb| page_of(verb, arguments));
            let usage = usage(&error, command.as_deref());
            if verb.as_deref() == Some("run") {
                Err(Error::BeforeStart(Box::new(usage)))
            } else {
                Err(usage)
            }
        }
    };
    for gap in file_system::gaps() {
        ui.warning(gap.warning());
    }
    let result = verb.and_then(|()| ui.finish().map_err(Error::from));
    match result {
        Ok(()) => 0,
        Err(error) => {
            let exit = error.exit();
            // A closed stdout is not reported, and a command has reported its own error.
            if !matches!(exit, Exit::Unread | Exit::Commands(_)) {
                let report = error.report();
                ui.error(&error.text(), report.hint.as_deref(), &report);
            }
            exit.code()
        }
    }
}

fn dispatch(matches: &ArgMatches, ui: &mut Ui, hardened: Hardened) -> Result<(), Error> {
    let globals = Globals::from_arg_matches(matches).map_err(|error| usage(&error, None))?;
    let (name, matches) = matches
        .subcommand()
        .ok_or_else(|| Error::usage("no command was given"))?;
    let entry = verbs().find(|entry| entry.name == name);
    let entry = entry.ok_or_else(|| Error::usage("there is no such command"))?;
    ui.configure(ui::Options {
        json: globals.json,
        quiet: globals.quiet,
        color: color(globals.color),
        ..ui::Options::default()
    });
    let (run, caller) = match entry.run {
        Run::Standalone(run) => {
            let line = CommandLine {
                all: command,
                shown: shown_command,
            };
            return run(matches, ui, line);
        }
        Run::InContext(run) => (run, Caller::User),
        Run::ForProgram(_) if globals.project.is_some() => {
            return Err(Error::usage(format!(
                "`kluis {name}` follows no project file: leave out --project"
            )));
        }
        Run::ForProgram(run) => (run, Caller::Program),
    };
    let Globals {
        json,
        quiet,
        yes,
        accept_older,
        ..
    } = globals;
    let project = globals.project_choice();
    if matches!(project, ProjectChoice::New) && name != "init" {
        return Err(Error::Usage {
            message: "--project needs FILE".into(),
            hint: Some("without FILE it is for `kluis init`, which makes a project".into()),
        });
    }
    let global_flags = GlobalFlags {
        caller,
        json,
        quiet,
        yes,
        accept_older,
        project,
    };
    let mut context = Context::new(globals.into(), global_flags, ui, hardened, shown_command)
        .map_err(|error| {
            if name == "run" {
                Error::BeforeStart(Box::new(error))
            } else {
                error
            }
        })?;
    let done = run(matches, &mut context).and_then(|()| Ok(context.ui.flush()?));
    done.map_err(|error| match error {
        Error::Ui(error @ ui::Error::Write(_)) if context.changed => Error::OutputLost(error),
        error => error,
    })
}

/// The colour setting, before any file is read.
fn color(flag: Option<Color>) -> ui::ColorChoice {
    let color = settings::color(flag, &|name| std::env::var_os(name));
    color.unwrap_or_default().into()
}

/// Whether a failure is printed as JSON, even if the command line is invalid.
fn wants_json(arguments: &[OsString]) -> bool {
    let mut own = arguments.iter().take_while(|argument| *argument != "--");
    own.any(|argument| argument == "--json")
}

/// Whether --pin is given twice, the second time to `vault verify`.
fn repeats_pin(arguments: &[OsString]) -> bool {
    let is_pin = |word: &&OsString| {
        let word = word.as_encoded_bytes();
        word == b"--pin" || word.starts_with(b"--pin=")
    };
    // The count first: it nearly always decides, and finding the verb takes longer.
    arguments.iter().filter(is_pin).count() > 1 && typed_verb(arguments).as_deref() == Some("vault")
}

/// The word in the place of the verb. Failures of `run` have their own exit code, even those that clap cannot
/// parse; but a secret or a workspace may be called `run`, too.
fn typed_verb(arguments: &[OsString]) -> Option<Cow<'_, str>> {
    let globals = Globals::augment_args(Command::new("kluis"));
    let takes_value = |is_named: &dyn Fn(&Arg) -> bool| {
        let mut all = globals.get_arguments();
        all.any(|global| is_named(global) && global.get_action().takes_values())
    };
    let mut words = arguments.iter().skip(1).map(|word| word.to_string_lossy());
    while let Some(word) = words.next() {
        let value_follows = match word.strip_prefix('-') {
            None => return Some(word),
            Some("-") => return None,
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
    None
}

/// The command that has more help: the verb, with its typed subcommand.
fn page_of(verb: &str, arguments: &[OsString]) -> Option<String> {
    let entry = verbs().find(|entry| entry.name == verb || entry.alias == Some(verb))?;
    let defined = (entry.define)(Command::new(entry.name));
    let mut words = arguments.iter().skip_while(|word| *word != verb).skip(1);
    let own = words.next().and_then(|word| defined.find_subcommand(word));
    let own = own.map_or(String::new(), |own| format!(" {}", own.get_name()));
    Some(format!("kluis {}{own}", entry.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_matches_the_help() {
        command().debug_assert();
        for entry in verbs() {
            let defined = (entry.define)(Command::new(entry.name));
            let about = defined.get_about().map(ToString::to_string);
            assert_eq!(about.as_deref(), Some(entry.about), "{}", entry.name);
        }
    }

    #[test]
    fn the_overview_names_every_verb_that_is_not_hidden() {
        let (shown, _) = OVERVIEW.split_once("\n\n").unwrap();
        let words: Vec<&str> = shown.split([' ', ',', '\n', ':', '(']).collect();
        for entry in verbs() {
            let is_named = words.contains(&entry.name);
            assert_eq!(is_named, !entry.is_hidden, "{}", entry.name);
        }
    }

    #[test]
    fn topics_are_sorted_and_not_verbs() {
        assert!(help::TOPICS.is_sorted_by_key(|topic| topic.name));
        for topic in help::TOPICS {
            assert!(verbs().all(|entry| entry.name != topic.name));
        }
    }

    #[test]
    fn the_verb_is_run_only_where_a_verb_stands() {
        let is_run = |line: &str| {
            let words = std::iter::once("kluis").chain(line.split(' '));
            let words: Vec<_> = words.map(OsString::from).collect();
            typed_verb(&words).as_deref() == Some("run")
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
}
