//! Makes the manual page of a command or a topic. Sections that clap does not know are read from the help text: a
//! heading with a colon, then a term and its text on each line.

use crate::topics::{Part, parts};
use clap::builder::PossibleValue;
use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Inline, Roff, bold, roman};

const PREAMBLE: &str = ".ie \\n(.g .ds Aq \\(aq\n.el .ds Aq '\n";

/// The page of one command of the built command line `all`.
pub fn page(command: &Command, all: &Command) -> Vec<u8> {
    let name = command.get_display_name().unwrap_or("kluis");
    let about = command.get_about().map(ToString::to_string);
    let man = Man::new(shown(command));
    let mut page = beginning(name, 1, &about.unwrap_or_default());
    page.extend(synopsis(command));
    page.extend(description(command));
    page.extend(arguments(command));
    page.extend(options(command, Arg::is_positional));
    // The overview describes its verbs itself.
    if command.has_subcommands() && name != "kluis" {
        let mut verbs = Vec::new();
        man.render_subcommands_section(&mut verbs).unwrap();
        page.extend(without_preamble(&verbs));
    }
    for text in sections(command).split("\n\n") {
        // An empty text, or the heading of the options.
        if !text.contains('\n') {
            continue;
        }
        page.extend(from_help(text));
    }
    if name != "kluis" {
        for text in surroundings(command, all) {
            page.extend(from_help(&text));
        }
    }
    page.extend(see_also(command, all));
    page
}

/// The sections of `--help` that clap does not make.
fn sections(command: &Command) -> String {
    let before = command.get_before_long_help();
    let after = command.get_after_long_help().or(command.get_after_help());
    let parts = before.into_iter().chain(after).map(ToString::to_string);
    parts.collect::<Vec<_>>().join("\n\n")
}

/// The page of a topic of `kluis help`.
pub fn topic_page(topic: &str, about: &str, text: &str) -> Vec<u8> {
    let mut page = beginning(&format!("kluis-{topic}"), 7, about);
    let mut parts = parts(text).into_iter().peekable();
    if let Some(Part::Prose(_)) = parts.peek() {
        page.extend(section("DESCRIPTION", []));
    }
    let mut is_first = true;
    for part in parts {
        let is_heading = matches!(part, Part::Heading(_));
        page.extend(match part {
            Part::Heading(heading) => section(&heading, []),
            Part::Entries(entries) => from_help(&entries),
            Part::Prose(text) => paragraph(&text, is_first).to_roff().into_bytes(),
            Part::Code(code) => as_it_stands(&code, is_first),
        });
        is_first = is_heading;
    }
    let names = vec![("kluis".to_owned(), 1), ("kluis-help".to_owned(), 1)];
    page.extend(section("SEE ALSO", [references(names)]));
    page
}

/// Title and name.
fn beginning(name: &str, part: u8, about: &str) -> Vec<u8> {
    let version = env!("CARGO_PKG_VERSION");
    // No date: the page changes only with its text. The preamble lets roff write an apostrophe.
    let title = format!(
        "{PREAMBLE}.TH {} {part} \"\" \"kluis {version}\" \"Kluis Manual\"\n",
        name.to_uppercase()
    );
    let mut page = title.into_bytes();
    let name = roman(format!("{name} - {about}"));
    page.extend(section("NAME", [line([name])]));
    page
}

/// The sections of the overview that apply to every verb.
fn surroundings(command: &Command, all: &Command) -> Vec<String> {
    let wanted: &[&str] = match command.get_name() {
        "help" => &["Exit codes"],
        _ => &["Exit codes", "Environment", "Files"],
    };
    let overview = sections(all);
    let section = |heading: &&str| {
        let start = format!("{heading}:\n");
        let mut texts = overview.split("\n\n");
        texts.find(|text| text.starts_with(&start)).unwrap()
    };
    let texts = wanted.iter().map(section);
    texts
        .map(|text| {
            // Only `run` has a command that may be missing.
            let is_run = command.get_name() == "run";
            let of_a_command = |line: &str| line.trim_start().starts_with("12");
            let lines = text.lines().filter(|line| is_run || !of_a_command(line));
            lines.collect::<Vec<_>>().join("\n")
        })
        .collect()
}

/// The pages beside this one: of the command above and those below, of its group, and of the topics.
fn see_also(command: &Command, all: &Command) -> Vec<u8> {
    let name = command.get_display_name().unwrap_or("kluis");
    let below = crate::generated::below(command).filter_map(Command::get_display_name);
    let mut names: Vec<(String, u8)> = below.map(|name| (name.to_owned(), 1)).collect();
    if let Some((above, _)) = name.rsplit_once('-') {
        let mut siblings = Vec::new();
        if let Some(above) = all.find_subcommand(above.trim_start_matches("kluis-")) {
            siblings.extend(crate::generated::below(above).filter_map(Command::get_display_name));
        }
        names.push((above.to_owned(), 1));
        names.extend(siblings.into_iter().map(|name| (name.to_owned(), 1)));
        names.extend(group(command, all).into_iter().map(|name| (name, 1)));
    }
    if !names.iter().any(|(other, _)| other == "kluis") && name != "kluis" {
        names.push(("kluis".to_owned(), 1));
    }
    names.retain(|(other, _)| other != name);
    let topics = crate::topics::topics().into_iter();
    names.extend(topics.map(|(topic, _)| (format!("kluis-{topic}"), 7)));
    section("SEE ALSO", [references(names)])
}

/// The verbs under the same heading of the overview.
fn group(command: &Command, all: &Command) -> Vec<String> {
    let overview = sections(all);
    let verbs = |text: &str| -> Vec<String> {
        let words = text
            .lines()
            .skip(1)
            .filter_map(|line| line.split_whitespace().next());
        words.map(str::to_owned).collect()
    };
    let mut groups = overview.split("\n\n").map(verbs);
    let own = groups.find(|verbs| verbs.iter().any(|verb| verb == command.get_name()));
    let own = own.filter(|_| all.find_subcommand(command.get_name()).is_some());
    let names = own.unwrap_or_default().into_iter();
    names.map(|verb| format!("kluis-{verb}")).collect()
}

fn references(mut names: Vec<(String, u8)>) -> Roff {
    names.sort_by(|(a, part), (b, other)| (part, a).cmp(&(other, b)));
    names.dedup();
    let last = names.len() - 1;
    let mut roff = Roff::new();
    for (index, (name, part)) in names.into_iter().enumerate() {
        let end = if index == last { "" } else { "," };
        roff.text([bold(name), roman(format!("({part}){end}"))]);
    }
    roff
}

/// The positional arguments, before the named ones.
fn arguments(command: &Command) -> Vec<u8> {
    let arguments = options(command, |argument| !argument.is_positional());
    let arguments = String::from_utf8(arguments).unwrap();
    arguments.replace(".SH OPTIONS\n", ".SH ARGUMENTS\n").into()
}

/// The section of all options except those that are left out.
fn options(command: &Command, is_left_out: impl Fn(&Arg) -> bool) -> Vec<u8> {
    let shown = shown(command).mut_args(|argument| {
        if is_left_out(&argument) {
            argument.hide(true)
        } else {
            argument
        }
    });
    let mut section = Vec::new();
    Man::new(shown)
        .render_options_section(&mut section)
        .unwrap();
    without_preamble(&section)
}

/// Every verb takes the global options; only the page of kluis lists them.
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

/// Removes the preamble that clap puts before each part.
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

/// The description of a verb is the beginning of its help.
fn description(command: &Command) -> Vec<u8> {
    let text = command.get_before_help().or(command.get_about());
    let text = text.map(ToString::to_string).unwrap_or_default();
    let paragraphs = text.split("\n\n").enumerate();
    let paragraphs = paragraphs.map(|(index, text)| {
        let sentences = format!("{}.", text.trim_end_matches('.'));
        paragraph(&sentences, index == 0)
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

fn paragraph(text: &str, is_first: bool) -> Roff {
    let mut roff = Roff::new();
    if !is_first {
        roff.control("PP", []);
    }
    roff.text([roman(text)]);
    roff
}

fn as_it_stands(code: &str, is_first: bool) -> Vec<u8> {
    let mut roff = Roff::new();
    let controls = ["PP", "RS", "nf"];
    for control in &controls[usize::from(is_first)..] {
        let arguments = if *control == "RS" { vec!["4"] } else { vec![] };
        roff.control(*control, arguments);
    }
    for line in code.lines() {
        roff.text([roman(line)]);
    }
    roff.control("fi", []);
    roff.control("RE", []);
    roff.to_roff().into_bytes()
}

fn entry(text: &str) -> Roff {
    let mut roff = Roff::new();
    let columns = text.len() - text.trim_start().len();
    match text.trim_start().split_once("  ") {
        Some((term, text)) => {
            roff.control("TP", []);
            roff.text([bold(term)]);
            roff.text([roman(text.trim_start())]);
        }
        // A term whose text is on the lines below.
        None if columns == 2 => {
            roff.control("TP", []);
            roff.text([bold(text.trim_start())]);
        }
        // A continuation of the entry above.
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
