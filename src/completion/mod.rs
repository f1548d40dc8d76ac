//! Completes names for a shell, from the agent alone and only when it answers at once. It never asks for a
//! key, opens no value, and prints no error.
//!
//! Only the scripts of `completions` start it; it is not a verb, and no help names it.

pub mod words;

use crate::agent::{AgentKeyring, SocketPath};
use crate::context::Context;
use crate::context::agent::place;
use crate::store::file::FileStore;
use crate::vault::name::WorkspaceName;
use crate::vault::{self, Scan, Vault};
use clap::{Arg, Command};
use std::ffi::OsString;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use words::Shape;

pub use words::{NameKind, kind};

/// The scripts call this word; after it and `--` come the words of the line up to the cursor.
pub const WORD: &str = "complete-names";

/// The greatest wait after a Tab. If names come later, none are shown: a shell that gets one name inserts it as
/// the only one.
const PATIENCE: Duration = Duration::from_millis(25);

/// The completion of the word at the cursor: `before`, and a name of this kind that begins with `typed`.
#[derive(PartialEq, Eq, Debug)]
pub struct Cursor {
    pub kind: NameKind,
    before: String,
    typed: String,
}

impl Cursor {
    /// Finds the completion of the last of these words, on a line of `kluis`.
    pub fn find(mut root: Command, words: &[OsString]) -> Option<Self> {
        root.build();
        let (mut verb, mut seen) = (&root, 0);
        let mut pending: Option<&Arg> = None;
        let (last, before) = words.split_last()?;
        for word in before {
            let word = word.to_str()?;
            if pending.take().is_some() {
                continue;
            }
            if word == "--" {
                return None;
            }
            if let Some(options) = word.strip_prefix('-') {
                pending = awaited(verb, options);
            } else if verb.has_subcommands() {
                verb = verb.find_subcommand(word)?;
            } else {
                seen += 1;
            }
        }
        let last = last.to_str()?;
        let (argument, before, typed) = match (pending, last.strip_prefix("--")) {
            (Some(option), _) => (option, "", last),
            (None, Some(option)) => {
                let (name, typed) = option.split_once('=')?;
                let before = &last[..last.len() - typed.len()];
                (long(verb, name)?, before, typed)
            }
            (None, None) if last.starts_with('-') => return None,
            (None, None) => (positional(verb, seen)?, "", last),
        };
        // A new secret has a name that does not exist yet.
        let (kind, shape) = kind(argument).filter(|_| verb.get_name() != "create")?;
        let at = match shape {
            Shape::Name => 0,
            Shape::Pair => typed.find('=')? + 1,
            Shape::OptionalPair => typed.find('=').map_or(0, |at| at + 1),
        };
        let (key, typed) = typed.split_at(at);
        Some(Self {
            kind,
            before: format!("{before}{key}"),
            typed: typed.to_owned(),
        })
    }

    /// Each word that it may become, in order. Empty if the agent has no key or does not answer in time.
    pub fn words(self, context: &mut Context) -> Vec<String> {
        let workspace = context.workspace().cloned();
        let (Ok(store), Ok(agent)) = (context.store(), place()) else {
            return Vec::new();
        };
        let (teller, told) = mpsc::channel();
        // It ends with the process, even while waiting.
        thread::spawn(move || {
            let names = self.names(store, &agent, workspace.as_ref());
            let _ = teller.send(names.unwrap_or_default());
        });
        told.recv_timeout(PATIENCE).unwrap_or_default()
    }

    fn names(
        &self,
        store: FileStore,
        agent: &SocketPath,
        in_use: Option<&WorkspaceName>,
    ) -> Option<Vec<String>> {
        let vault = Vault::open(Box::new(store), Scan::Lookup, |header| {
            let keyring = AgentKeyring::open(agent, header).ok().flatten();
            let keyring = keyring.ok_or(crate::keyring::Error::AgentLocked)?;
            Ok::<_, vault::Error>(Box::new(keyring) as _)
        });
        let vault = vault.ok()?;
        // You may type a secret with its workspace.
        let (folder, _) = self.typed.split_once('/').unzip();
        let folder = folder.filter(|_| {
            matches!(
                self.kind,
                NameKind::Secret | NameKind::Deleted | NameKind::App
            )
        });
        let mut names: Vec<String> = match self.kind {
            NameKind::Secret => {
                let named = folder.map(WorkspaceName::parse).transpose().ok()?;
                let workspace = vault.workspace(named.as_ref().or(in_use)).ok()?;
                vault.names(workspace).ok()?
            }
            NameKind::Deleted => {
                let named = folder.map(WorkspaceName::parse).transpose().ok()?;
                let workspace = vault.workspace(named.as_ref().or(in_use)).ok()?;
                let deleted = vault.deleted(workspace).ok()?;
                deleted
                    .iter()
                    .map(|secret| secret.name.to_string())
                    .collect()
            }
            NameKind::Workspace => {
                let all = vault.workspaces().iter();
                all.map(|workspace| workspace.name.to_string()).collect()
            }
            NameKind::App => {
                let named = folder.map(WorkspaceName::parse).transpose().ok()?;
                let workspace = vault.workspace(named.as_ref().or(in_use)).ok()?;
                vault.app_names(workspace).ok()?
            }
            NameKind::Key => {
                let all = vault.header().content().keys.iter();
                all.map(|key| key.id.to_string()).collect()
            }
        };
        if let Some(folder) = folder {
            names = names
                .iter()
                .map(|name| format!("{folder}/{name}"))
                .collect();
        }
        names.retain(|name| name.starts_with(&self.typed));
        names.sort_unstable();
        // Several deleted secrets may have one name.
        names.dedup();
        let before = &self.before;
        Some(names.iter().map(|name| format!("{before}{name}")).collect())
    }
}

/// The option that takes the next word, among those in one word without its first dash.
fn awaited<'c>(verb: &'c Command, options: &str) -> Option<&'c Arg> {
    let option = if let Some(name) = options.strip_prefix('-') {
        long(verb, name)?
    } else {
        // In `-qw NAME` the last letter takes the next word, in `-wNAME` none does.
        let takes = |letter| short(verb, letter).is_some_and(takes_value);
        let at = options.find(takes)?;
        let letter = options[at..].chars().next()?;
        (at + letter.len_utf8() == options.len()).then(|| short(verb, letter))??
    };
    takes_value(option).then_some(option)
}

fn long<'c>(verb: &'c Command, name: &str) -> Option<&'c Arg> {
    let mut all = verb.get_arguments();
    all.find(|option| option.get_long() == Some(name))
}

fn short(verb: &Command, letter: char) -> Option<&Arg> {
    let mut all = verb.get_arguments();
    all.find(|option| option.get_short() == Some(letter))
}

fn takes_value(option: &Arg) -> bool {
    option.get_action().takes_values()
}

fn positional(verb: &Command, seen: usize) -> Option<&Arg> {
    let last = verb.get_positionals().last();
    let several = last
        .filter(|last| !last.is_last_set() && matches!(last.get_action(), clap::ArgAction::Append));
    verb.get_positionals().nth(seen).or(several)
}

#[cfg(test)]
mod tests {
    use super::words::{
        AppWord, DeletedWord, OptionalPairWord, PairWord, SecretWord, WorkspaceWord,
    };
    use super::*;
    use clap::builder::ValueParser;
    use clap::value_parser;

    fn root() -> Command {
        let workspace = Arg::new("workspace").short('w').long("workspace");
        let workspace = workspace.value_parser(value_parser!(WorkspaceWord));
        let secret = || Arg::new("secret").value_parser(value_parser!(SecretWord));
        let several = |parser: ValueParser| {
            let secrets = Arg::new("secrets").value_parser(parser);
            secrets.action(clap::ArgAction::Append).num_args(0..)
        };
        let pair = Arg::new("env").short('e');
        let pair = pair.value_parser(value_parser!(OptionalPairWord));
        let app = || Arg::new("app").value_parser(value_parser!(AppWord));
        Command::new("kluis")
            .arg(workspace.global(true))
            .arg(
                Arg::new("quiet")
                    .short('q')
                    .num_args(0)
                    .action(clap::ArgAction::SetTrue)
                    .global(true),
            )
            .subcommand(
                Command::new("get")
                    .visible_alias("g")
                    .arg(secret())
                    .arg(Arg::new("at").long("at").value_name("TIME")),
            )
            .subcommand(Command::new("delete").arg(several(value_parser!(SecretWord).into())))
            .subcommand(Command::new("restore").arg(several(value_parser!(DeletedWord).into())))
            .subcommand(
                Command::new("run")
                    .arg(pair)
                    .arg(app().long("app"))
                    .arg(Arg::new("command").last(true).num_args(1..)),
            )
            .subcommand(
                Command::new("app")
                    .subcommand(Command::new("create").arg(app()))
                    .subcommand(
                        Command::new("link")
                            .arg(app())
                            .arg(several(value_parser!(PairWord).into())),
                    ),
            )
    }

    fn at(line: &str) -> Option<(NameKind, String, String)> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let cursor = Cursor::find(root(), &words)?;
        Some((cursor.kind, cursor.before, cursor.typed))
    }

    #[test]
    fn the_word_at_the_cursor_is_known_by_its_place() {
        for (line, kind, before, typed) in [
            ("get ", NameKind::Secret, "", ""),
            ("get gi", NameKind::Secret, "", "gi"),
            ("g staging/gi", NameKind::Secret, "", "staging/gi"),
            ("get --at 7d gi", NameKind::Secret, "", "gi"),
            ("get --at=7d gi", NameKind::Secret, "", "gi"),
            ("-w staging get gi", NameKind::Secret, "", "gi"),
            ("-qw staging get gi", NameKind::Secret, "", "gi"),
            ("-wstaging get gi", NameKind::Secret, "", "gi"),
            ("get -w st", NameKind::Workspace, "", "st"),
            ("--workspace=st", NameKind::Workspace, "--workspace=", "st"),
            ("run -e A=gi", NameKind::Secret, "A=", "gi"),
            ("run -e gi", NameKind::Secret, "", "gi"),
            ("run --app bi", NameKind::App, "", "bi"),
            ("run --app=bi", NameKind::App, "--app=", "bi"),
            ("app link bi", NameKind::App, "", "bi"),
            ("app link billing A=b C=gi", NameKind::Secret, "C=", "gi"),
            ("delete a b gi", NameKind::Secret, "", "gi"),
            ("restore gi", NameKind::Deleted, "", "gi"),
            ("restore a staging/gi", NameKind::Deleted, "", "staging/gi"),
        ] {
            let expected = (kind, before.to_owned(), typed.to_owned());
            assert_eq!(at(line), Some(expected), "{line}");
        }
    }

    #[test]
    fn elsewhere_no_name_is_looked_for() {
        for line in [
            "",
            "ge",
            "get --a",
            "get -",
            "get --at ",
            "get a b",
            "nope ",
            "run -- get ",
            "app create ",
            "app ",
            "app link billing A",
        ] {
            assert_eq!(at(line), None, "{line}");
        }
    }
}
