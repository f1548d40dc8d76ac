//! The table of contents: one line per verb. A new verb is entered here and nowhere else.

use crate::commands::{self, StandaloneCommand};
use crate::context::Context;
use crate::error::Error;
use crate::help;
use crate::ui::Ui;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{ArgMatches, Args, Command};

/// A verb has one page, whether -h or --help asks for it: all of its description, a line per option.
const PAGE: &str = "{before-help}{usage-heading} {usage}\n\n{all-args}{after-help}";

/// One line of the table.
pub struct Entry {
    pub name: &'static str,
    pub alias: Option<&'static str>,
    pub about: &'static str,
    pub define: fn(Command) -> Command,
    pub run: Run,
}

/// Runs a verb that needs no settings; the last argument defines the whole command line.
type RunStandalone = fn(&ArgMatches, &mut Ui, fn() -> Command) -> Result<(), Error>;

/// What a verb needs to run.
pub enum Run {
    Standalone(RunStandalone),
    InContext(fn(&ArgMatches, &mut Context) -> Result<(), Error>),
}

const fn verb<V: commands::Command>(name: &'static str, about: &'static str) -> Entry {
    let run = Run::InContext(|matches, context| parsed::<V>(matches)?.run(context));
    entry::<V>(name, about, run)
}

const fn standalone<V: StandaloneCommand>(name: &'static str, about: &'static str) -> Entry {
    let run = Run::Standalone(|matches, ui, command| parsed::<V>(matches)?.run(ui, command));
    entry::<V>(name, about, run)
}

const fn entry<V: Args>(name: &'static str, about: &'static str, run: Run) -> Entry {
    Entry {
        name,
        alias: None,
        about,
        define: |command| on_one_page(V::augment_args(command)),
        run,
    }
}

fn parsed<V: Args>(matches: &ArgMatches) -> Result<V, Error> {
    V::from_arg_matches(matches).map_err(|_| Error::usage("the command line is not valid"))
}

impl Entry {
    const fn alias(mut self, alias: &'static str) -> Self {
        self.alias = Some(alias);
        self
    }
}

const HELP: Entry = Entry {
    define: |command| {
        let command = commands::help::Help::augment_args(command);
        // clap puts an argument that was changed behind the others, so both are changed.
        let command = command
            .mut_arg("named", |named| named.value_parser(topics_and_verbs()))
            .mut_arg("of_command", |of_command| of_command);
        on_one_page(command)
    },
    ..standalone::<commands::help::Help>("help", "Explain a command or a topic")
};

/// The words that `help` accepts.
fn topics_and_verbs() -> PossibleValuesParser {
    let topics = help::TOPICS
        .iter()
        .map(|topic| PossibleValue::new(topic.name).help(topic.about));
    let verbs = verbs().map(|entry| {
        let value = PossibleValue::new(entry.name).help(entry.about);
        entry.alias.into_iter().fold(value, PossibleValue::alias)
    });
    topics.chain(verbs).collect::<Vec<_>>().into()
}

/// Verbs that belong together, as the overview shows them.
pub struct Group {
    pub heading: &'static str,
    pub verbs: &'static [Entry],
}

pub const GROUPS: &[Group] = &[
    Group {
        heading: "Secrets",
        verbs: &[
            verb::<commands::create::Create>("create", "Make a new secret"),
            verb::<commands::set::Set>("set", "Make a secret, or update it if it is there"),
            verb::<commands::update::Update>("update", "Change some fields of a secret"),
            verb::<commands::edit::Edit>("edit", "Edit a value in an editor"),
            verb::<commands::get::Get>("get", "Print a value"),
            verb::<commands::show::Show>("show", "Show everything about a secret but its value"),
            verb::<commands::list::List>("list", "List secrets, never their values").alias("ls"),
            verb::<commands::move_secret::Move>("move", "Move a secret to another workspace")
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
            verb::<commands::doctor::Doctor>(
                "doctor",
                "Look at what surrounds the vault, and say what to mend",
            ),
            verb::<commands::restore::Restore>(
                "restore",
                "Bring back the vault as it was before the last change, or another copy of it",
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
            standalone::<commands::lock::Lock>("lock", "Have the agent forget every key"),
            verb::<commands::status::Status>("status", "Tell whether the agent holds the key"),
            verb::<commands::agent::Agent>("agent", "Be the agent, in the foreground"),
        ],
    },
    Group {
        heading: "Shell",
        verbs: &[
            HELP,
            verb::<commands::completions::Completions>("completions", "Print a completion script"),
        ],
    },
];

pub fn verbs() -> impl Iterator<Item = &'static Entry> {
    GROUPS.iter().flat_map(|group| group.verbs)
}

fn on_one_page(command: Command) -> Command {
    let about = command.get_long_about().or(command.get_about());
    let about = about.cloned().unwrap_or_default();
    command
        // A noun alone is told its verbs in a line, as any mistake is.
        .arg_required_else_help(false)
        .before_help(about)
        .long_about(None::<&str>)
        .help_template(PAGE)
        .mut_args(|option| option.hide_short_help(false))
        .mut_subcommands(on_one_page)
}
