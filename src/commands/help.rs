//! `help`: prints the help of a command or the text of a topic. It reads no settings and opens no vault, so
//! it works when those are broken.

use super::{CommandLine, StandaloneCommand};
use crate::error::Error;
use crate::help;
use crate::ui::Ui;

/// Explain a command or a topic
///
/// Shows the same as `kluis COMMAND --help`, or the overview if you name nothing.
///
/// The topics are `ci`, `environment`, `exit-codes`, `integrations`, `migrate`, `project`, `references`,
/// `security`, `start` and `team`.
/// If the manual is installed, `man kluis-start` shows a topic as well.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis help start
  kluis help key add
  kluis help exit-codes")]
pub struct Help {
    /// A topic, or a command
    #[arg(index = 1, value_name = "TOPIC|COMMAND", hide_possible_values = true)]
    named: Option<String>,

    /// A command of that command, such as `add` of `key`
    #[arg(index = 2, value_name = "COMMAND")]
    of_command: Option<String>,
}

impl StandaloneCommand for Help {
    fn run(self, ui: &mut Ui, line: CommandLine) -> Result<(), Error> {
        let (named, of_command) = (self.named.as_deref(), self.of_command.as_deref());
        let topic = help::TOPICS.iter().find(|topic| Some(topic.name) == named);
        let text = match (topic, of_command) {
            (Some(topic), None) => topic.text(),
            (Some(_), Some(_)) => return Err(Error::usage("a topic has no commands")),
            (None, _) => of(line.all, named, of_command)?,
        };
        match topic {
            Some(_) => ui.page(&text)?,
            None => ui.raw(text.as_bytes())?,
        }
        Ok(())
    }
}

/// The text that `--help` prints for a command, or for all.
fn of(
    command: fn() -> clap::Command,
    named: Option<&str>,
    of_command: Option<&str>,
) -> Result<String, Error> {
    let mut all = command();
    all.build();
    let verb = named.and_then(|name| all.find_subcommand(name));
    if let (Some(verb), Some(name)) = (verb, of_command)
        && verb.find_subcommand(name).is_none()
    {
        return Err(Error::Usage {
            message: format!("`kluis {}` has no such command", verb.get_name()),
            hint: Some(format!(
                "run `kluis help {}` to see its commands",
                verb.get_name()
            )),
        });
    }
    let words = ["kluis"].into_iter().chain(named).chain(of_command);
    match command().try_get_matches_from(words.chain(["--help"])) {
        Err(shown) if shown.exit_code() == 0 => Ok(shown.render().to_string()),
        Err(_) => Err(Error::usage("there is no such command")),
        Ok(_) => Err(Error::usage("no command was given")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_help_lists_every_topic() {
        let help = clap::Command::new("help");
        let help = <Help as clap::Args>::augment_args(help);
        let text = help.get_long_about().map(ToString::to_string);
        let text = text.unwrap_or_default();
        for topic in help::TOPICS {
            assert!(text.contains(&format!("`{}`", topic.name)), "{text}");
        }
    }
}
