//! `help`: how a command is used, and texts on what belongs to no single one. It reads no setting and opens
//! no vault, so that it is there when those are what is wrong.

mod ci;
mod environment;
mod exit_codes;
mod references;
mod security;

use super::table::verbs;
use super::usage::usage;
use super::{SURROUNDINGS, command};
use crate::commands::Alone;
use crate::error::{Error, Exit};
use crate::ui::Ui;
use clap::builder::{PossibleValue, PossibleValuesParser};

/// Explain a command or a topic
///
/// Of a command it shows what its --help shows, of nothing the overview. What belongs to several commands is
/// in the topics: `ci`, `environment`, `exit-codes`, `references` and `security`. The manual has each of them
/// too, as in `man kluis-ci`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis help exit-codes
  kluis help ci
  kluis help key add")]
pub struct Help {
    /// A topic, or a command
    #[arg(value_name = "TOPIC|COMMAND", value_parser = named(), hide_possible_values = true)]
    named: Option<String>,

    /// One of the command's own commands, such as `add` of `key`
    #[arg(value_name = "COMMAND")]
    of_command: Option<String>,
}

/// A text, of parts that may be told elsewhere too.
struct Topic {
    name: &'static str,
    about: &'static str,
    parts: &'static [&'static str],
}

const TOPICS: &[Topic] = &[
    Topic {
        name: "ci",
        about: "Recipes for CI, containers, services and timers",
        parts: &[ci::TEXT],
    },
    Topic {
        name: "environment",
        about: "Variables and files, and which of them comes first",
        parts: &[
            environment::PRECEDENCE,
            SURROUNDINGS,
            environment::PROGRAMS,
            environment::CONTENTS,
        ],
    },
    Topic {
        name: "exit-codes",
        about: "How scripts and programs tell failures apart",
        parts: &[
            exit_codes::PROMISE,
            Exit::TABLE,
            exit_codes::JSON,
            exit_codes::EXAMPLES,
        ],
    },
    Topic {
        name: "references",
        about: "How secrets, slots, times and hosts are written",
        parts: &[references::TEXT],
    },
    Topic {
        name: "security",
        about: "What is protected against whom, and what is not",
        parts: &[security::TEXT],
    },
];

impl Topic {
    fn text(&self) -> String {
        format!("{}\n", self.parts.join("\n\n"))
    }
}

/// What may be asked for: each topic and each command.
fn named() -> PossibleValuesParser {
    let topics = TOPICS
        .iter()
        .map(|topic| PossibleValue::new(topic.name).help(topic.about));
    let verbs = verbs().map(|entry| {
        let value = PossibleValue::new(entry.name).help(entry.about);
        entry.alias.into_iter().fold(value, PossibleValue::alias)
    });
    topics.chain(verbs).collect::<Vec<_>>().into()
}

/// A line per topic, for the overview.
pub fn topics() -> String {
    let lines = TOPICS
        .iter()
        .map(|topic| format!("\n  {:<12} {}", topic.name, topic.about));
    format!("Help topics:{}", lines.collect::<String>())
}

/// Their names, for one line.
pub fn names() -> String {
    let names: Vec<_> = TOPICS.iter().map(|topic| topic.name).collect();
    names.join(", ")
}

impl Alone for Help {
    fn run(self, ui: &mut Ui) -> Result<(), Error> {
        let (named, of_command) = (self.named.as_deref(), self.of_command.as_deref());
        let topic = TOPICS.iter().find(|topic| Some(topic.name) == named);
        let text = match (topic, of_command) {
            (Some(topic), None) => topic.text(),
            (Some(_), Some(_)) => return Err(Error::usage("a topic has no commands")),
            (None, _) => of(named, of_command)?,
        };
        match topic {
            Some(_) => ui.page(&text)?,
            None => ui.raw(text.as_bytes())?,
        }
        Ok(())
    }
}

/// What `--help` shows of a command, or of all.
fn of(named: Option<&str>, of_command: Option<&str>) -> Result<String, Error> {
    let mut all = command();
    all.build();
    let verb = named.and_then(|name| all.find_subcommand(name));
    if let (Some(verb), Some(name)) = (verb, of_command)
        && verb.find_subcommand(name).is_none()
    {
        return Err(Error::Usage {
            message: format!("`kluis {}` has no such command", verb.get_name()),
            hint: Some(format!(
                "`kluis help {}` shows what it has",
                verb.get_name()
            )),
        });
    }
    let words = ["kluis"].into_iter().chain(named).chain(of_command);
    match command().try_get_matches_from(words.chain(["--help"])) {
        Err(shown) if shown.exit_code() == 0 => Ok(shown.render().to_string()),
        Err(error) => Err(usage(&error, None)),
        Ok(_) => Err(Error::usage("no command was given")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_topics_are_sorted_and_no_commands() {
        assert!(TOPICS.is_sorted_by_key(|topic| topic.name));
        for topic in TOPICS {
            assert!(verbs().all(|entry| entry.name != topic.name));
        }
    }

    #[test]
    fn what_its_help_says_of_the_topics_is_all_of_them() {
        let help = clap::Command::new("help");
        let help = <Help as clap::Args>::augment_args(help);
        let text = help.get_long_about().map(ToString::to_string);
        let text = text.unwrap_or_default();
        for topic in TOPICS {
            assert!(text.contains(&format!("`{}`", topic.name)), "{text}");
        }
    }
}
