//! A manual page for a command. The sections that clap knows nothing of are read from its help text:
//! a heading with a colon, then a term and its text on each line.

use clap::builder::PossibleValue;
use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, roman};

const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// The page of one command of a built command line.
pub fn page(command: &Command) -> Vec<u8> {
    let name = command.get_display_name().unwrap_or("kluis");
    let version = env!("CARGO_PKG_VERSION");
    // No date: the page changes when its text does. The preamble is what roff writes an apostrophe with.
    let title = format!(
        "{PREAMBLE}.TH {} 1 \"\" \"kluis {version}\" \"Kluis Manual\"\n",
        name.to_uppercase()
    );
    let man = Man::new(shown(command));
    let mut page = title.into_bytes();
    page.extend(section(
        "NAME",
        [line([roman(format!(
            "{name} - {}",
            command.get_about().unwrap_or_default()
        ))])],
    ));
    page.extend(synopsis(command));
    page.extend(description(command));
    let mut options = Vec::new();
    man.render_options_section(&mut options).unwrap();
    page.extend(without_preamble(&options));
    // The overview tells of its verbs in words of its own.
    if command.has_subcommands() && command.get_after_long_help().is_none() {
        let mut verbs = Vec::new();
        man.render_subcommands_section(&mut verbs).unwrap();
        page.extend(without_preamble(&verbs));
    }
    let after = command.get_after_long_help().or(command.get_after_help());
    let after = after.map(ToString::to_string).unwrap_or_default();
    for text in after.split("\n\n").filter(|text| !text.is_empty()) {
        page.extend(from_help(text));
    }
    if name != "kluis" {
        page.extend(section(
            "SEE ALSO",
            [line([
                bold("kluis"),
                roman(
                    "(1), for the global options, the environment, the files and the exit status",
                ),
            ])],
        ));
    }
    page
}

/// Every verb takes the global options; only the page of kluis tells them.
fn shown(command: &Command) -> Command {
    let is_verb = command.get_name() != "kluis";
    command
        .clone()
        .mut_args(|option| {
            if option.is_global_set() && is_verb {
                option.hide(true)
            } else {
                with_values_in_its_help(option.hide_short_help(false))
            }
        })
        .subcommand_help_heading("COMMANDS")
}

fn with_values_in_its_help(option: Arg) -> Arg {
    let values = option.get_possible_values();
    let names: Vec<&str> = values.iter().map(PossibleValue::get_name).collect();
    if names.is_empty() || option.is_hide_possible_values_set() {
        return option;
    }
    let help = option.get_help().map(ToString::to_string);
    let help = format!("{}: {}", help.unwrap_or_default(), names.join(", "));
    option.help(help).hide_possible_values(true)
}

/// What clap puts before each of its parts.
fn without_preamble(part: &[u8]) -> Vec<u8> {
    part.strip_prefix(PREAMBLE.as_bytes()).unwrap().to_vec()
}

fn synopsis(command: &Command) -> Vec<u8> {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ").trim_end();
    let name = command.get_bin_name().unwrap_or("kluis");
    let rest = usage.strip_prefix(name).unwrap();
    section("SYNOPSIS", [line([bold(name), roman(rest)])])
}

/// A verb's description is what its help begins with.
fn description(command: &Command) -> Vec<u8> {
    let text = command.get_before_help().or(command.get_about());
    let text = text.map(ToString::to_string).unwrap_or_default();
    let paragraphs = text.split("\n\n").enumerate().map(|(index, paragraph)| {
        let mut roff = Roff::new();
        if index > 0 {
            roff.control("PP", []);
        }
        roff.text([roman(format!("{}.", paragraph.trim_end_matches('.')))]);
        roff
    });
    section("DESCRIPTION", paragraphs)
}

/// A section of the help text: its heading, then an example or an entry on each line.
fn from_help(text: &str) -> Vec<u8> {
    let (heading, lines) = text.split_once(":\n").unwrap();
    let lines = lines.lines();
    match heading {
        "Example" | "Examples" => {
            let mut roff = Roff::new();
            roff.control("nf", []);
            for example in lines {
                roff.text([roman(example.trim_start())]);
            }
            roff.control("fi", []);
            section("EXAMPLES", [roff])
        }
        "Exit codes" => section("EXIT STATUS", lines.map(entry)),
        other => section(&other.to_uppercase(), lines.map(entry)),
    }
}

fn entry(text: &str) -> Roff {
    let mut roff = Roff::new();
    match text.trim_start().split_once("  ") {
        Some((term, text)) => {
            roff.control("TP", []);
            roff.text([bold(term)]);
            roff.text([roman(text.trim_start())]);
        }
        // More of the entry above.
        None => {
            roff.text([roman(text.trim_start())]);
        }
    }
    roff
}

fn line(words: impl Into<Vec<Inline>>) -> Roff {
    let mut roff = Roff::new();
    roff.text(words);
    roff
}

fn section(heading: &str, parts: impl IntoIterator<Item = Roff>) -> Vec<u8> {
    let mut roff = Roff::new();
    roff.control("SH", [heading]);
    roff.extend(parts);
    roff.to_roff().into_bytes()
}
