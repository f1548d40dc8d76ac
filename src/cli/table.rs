//! The table of contents: one line per verb. Add a new verb here and nowhere else.

use super::page::with_pages;
use crate::commands::{self, CommandLine, StandaloneCommand};
use crate::context::Context;
use crate::error::Error;
use crate::help;
use crate::ui::Ui;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{ArgMatches, Args, Command};

/// One line of the table.
pub struct Entry {
    pub name: &'static str,
    pub alias: Option<&'static str>,
    /// Not shown in help and completion.
    pub is_hidden: bool,
    pub about: &'static str,
    pub define: fn(Command) -> Command,
    pub run: Run,
}

/// Runs a verb that needs no settings; the last argument defines the whole command line.
type RunStandalone = fn(&ArgMatches, &mut Ui, CommandLine) -> Result<(), Error>;

/// The needs of a verb.
pub enum Run {
    Standalone(RunStandalone),
    InContext(RunInContext),
    /// In a context without a project file.
    ForProgram(RunInContext),
}

type RunInContext = fn(&ArgMatches, &mut Context) -> Result<(), Error>;

const fn verb<V: commands::Command>(name: &'static str, about: &'static str) -> Entry {
    let run = Run::InContext(|matches, context| parsed::<V>(matches)?.run(context));
    entry::<V>(name, about, run)
}

/// A verb that other programs call.
const fn for_program<V: commands::Command>(name: &'static str, about: &'static str) -> Entry {
    let run = Run::ForProgram(|matches, context| parsed::<V>(matches)?.run(context));
    entry::<V>(name, about, run)
}

const fn standalone<V: StandaloneCommand>(name: &'static str, about: &'static str) -> Entry {
    let run = Run::Standalone(|matches, ui, line| parsed::<V>(matches)?.run(ui, line));
    entry::<V>(name, about, run)
}

const fn entry<V: Args>(name: &'static str, about: &'static str, run: Run) -> Entry {
    Entry {
        name,
        alias: None,
        is_hidden: false,
        about,
        define: |command| {
            let path = format!("kluis {}", command.get_name());
            with_pages(V::augment_args(command), &path)
        },
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

    const fn hidden(mut self) -> Self {
        self.is_hidden = true;
        self
    }
}

const HELP: Entry = Entry {
    define: |command| {
        let command = commands::help::Help::augment_args(command);
        // clap moves a changed argument behind the others, so both are changed.
        let command = command
            .mut_arg("named", |named| named.value_parser(topics_and_verbs()))
            .mut_arg("of_command", |of_command| of_command);
        with_pages(command, "kluis help")
    },
    ..standalone::<commands::help::Help>("help", "Explain a command or a topic")
};

/// The words that `help` accepts.
fn topics_and_verbs() -> PossibleValuesParser {
    let topics = help::TOPICS
        .iter()
        .map(|topic| PossibleValue::new(topic.name).help(topic.about));
    let verbs = verbs().filter(|entry| !entry.is_hidden);
    let verbs = verbs.map(|entry| {
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
        heading: "Start",
        verbs: &[
            verb::<commands::init::Init>("init", "Make a vault"),
            verb::<commands::import::Import>(
                "import",
                "Bring in a .env file or another tool's export",
            ),
            verb::<commands::status::Status>(
                "status",
                "Show which vault, which key, and whether it opens",
            ),
        ],
    },
    Group {
        heading: "Secrets",
        verbs: &[
            verb::<commands::set::Set>("set", "Store a value: create the secret, or update it"),
            verb::<commands::create::Create>("create", "Create a new secret"),
            verb::<commands::update::Update>("update", "Change fields of a secret"),
            verb::<commands::get::Get>("get", "Print a value"),
            verb::<commands::show::Show>("show", "Show everything about a secret except its value"),
            verb::<commands::list::List>("list", "List secrets, never their values").alias("ls"),
            verb::<commands::edit::Edit>("edit", "Edit a value in your editor"),
            verb::<commands::move_secret::Move>(
                "move",
                "Rename secrets, or move them to another workspace",
            )
            .alias("mv"),
            verb::<commands::copy::Copy>("copy", "Copy a secret under another name").alias("cp"),
            verb::<commands::delete::Delete>(
                "delete",
                "Delete secrets; `restore` brings them back",
            )
            .alias("rm"),
        ],
    },
    Group {
        heading: "Undo",
        verbs: &[
            verb::<commands::rollback::Rollback>("rollback", "Bring back the version before"),
            verb::<commands::restore::Restore>("restore", "Bring back a deleted secret")
                .alias("undelete"),
        ],
    },
    Group {
        heading: "Rotation",
        verbs: &[
            verb::<commands::rotate::Rotate>("rotate", "Give a secret a new value, now or later"),
            verb::<commands::history::History>("history", "Show the versions of a secret"),
        ],
    },
    Group {
        heading: "Programs",
        verbs: &[
            verb::<commands::run::Run>("run", "Start a command with secrets in its environment"),
            verb::<commands::export::Export>(
                "export",
                "Write secrets in the format of another program",
            ),
            verb::<commands::inject::Inject>("inject", "Fill a template with values"),
            for_program::<commands::helper::Helper>(
                "helper",
                "Answer git, docker or ssh when they ask for a password",
            ),
        ],
    },
    Group {
        heading: "Project",
        verbs: &[
            verb::<commands::env::Env>("env", "List and change the variables of kluis.toml"),
            verb::<commands::check::Check>(
                "check",
                "Check that every secret of the project is ready",
            ),
            verb::<commands::trust::Trust>("trust", "Trust the project file in this folder"),
        ],
    },
    Group {
        heading: "Sharing",
        verbs: &[
            verb::<commands::key::Key>("key", "Manage who can open the vault"),
            verb::<commands::workspace::Workspace>("workspace", "Manage workspaces"),
            verb::<commands::app::App>("app", "Manage apps and the secrets they use"),
            verb::<commands::git::Git>("git", "Share a vault in git"),
            verb::<commands::key::Passphrase>("passphrase", "Change the passphrase").hidden(),
        ],
    },
    Group {
        heading: "Session",
        verbs: &[
            verb::<commands::unlock::Unlock>(
                "unlock",
                "Type the passphrase once for the next commands",
            ),
            standalone::<commands::lock::Lock>("lock", "Forget every unlocked key"),
            verb::<commands::agent::Agent>("agent", "Run the agent in the foreground, for systemd")
                .hidden(),
        ],
    },
    Group {
        heading: "More",
        verbs: &[
            verb::<commands::vault::Vault>("vault", "Check, renew or restore the whole file"),
            verb::<commands::doctor::Doctor>(
                "doctor",
                "Find problems around the vault and say how to fix them",
            ),
            standalone::<commands::completions::Completions>(
                "completions",
                "Print a completion script",
            ),
            HELP,
        ],
    },
];

pub fn verbs() -> impl Iterator<Item = &'static Entry> {
    GROUPS.iter().flat_map(|group| group.verbs)
}
