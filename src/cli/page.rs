//! Formats the help of a verb: `-h` fits on a screen of 24 lines, `--help` has everything.

use clap::Command;

const TEMPLATE: &str = "{about}\n\n{usage-heading} {usage}\n\n{all-args}{after-help}";

/// The number of examples in `-h`.
const SHORT_EXAMPLES: usize = 2;

/// Gives a verb, and every verb below it, a short and a long page. `path` is the typed form of the verb.
pub fn with_pages(command: Command, path: &str) -> Command {
    let examples = command.get_after_help().map(ToString::to_string);
    let examples = examples.unwrap_or_default();
    let more = format!("More: {path} --help · global options: kluis --help");
    let short = [first_of(&examples), more];
    let short = short.into_iter().filter(|part| !part.is_empty());
    let short = short.collect::<Vec<_>>().join("\n\n");
    let command = command
        // A noun alone prints its verbs in one line, like any mistake.
        .arg_required_else_help(false)
        .help_template(TEMPLATE)
        .after_help(short)
        .after_long_help(examples);
    command.mut_subcommands(|verb| {
        let path = format!("{path} {}", verb.get_name());
        with_pages(verb, &path)
    })
}

/// The heading and the first examples, each of one line.
fn first_of(examples: &str) -> String {
    let (examples, _) = examples.split_once("\n\n").unwrap_or((examples, ""));
    let lines = examples.lines().take(1 + SHORT_EXAMPLES);
    lines.collect::<Vec<_>>().join("\n")
}
