//! Tests the texts of `--help` and `-h` as snapshots, and the rules that they follow.

use crate::generated::{built, verbs};
use crate::sandbox::Sandbox;
use crate::screen::Screen;
use crate::snapshots::compare;
use clap::{Arg, Command};
use std::collections::BTreeMap;

/// One screen of a small terminal.
const MAX_SHORT_LINES: usize = 24;
const SHORT_COLUMNS: usize = 80;
const COLUMNS: usize = 100;
const MAX_SHORT_OPTIONS: usize = 8;

fn asked(sandbox: &Sandbox, words: &[&str], flag: &str) -> Vec<u8> {
    let columns = if flag == "-h" { SHORT_COLUMNS } else { COLUMNS };
    let asked = sandbox.kluis(words.iter().chain(&[flag]));
    let asked = asked.env("COLUMNS", columns.to_string()).run();
    let text = asked.stdout.clone();
    asked.any_stdout().exits(0);
    text
}

/// All help texts, by the name of their file.
fn pages() -> BTreeMap<String, Vec<u8>> {
    let sandbox = Sandbox::empty();
    let mut pages = BTreeMap::from([
        ("kluis.txt".to_owned(), asked(&sandbox, &[], "--help")),
        ("kluis-short.txt".to_owned(), asked(&sandbox, &[], "-h")),
    ]);
    for verb in verbs() {
        let name = verb.get_display_name().unwrap();
        let words: Vec<&str> = name.split('-').skip(1).collect();
        let long = asked(&sandbox, &words, "--help");
        pages.insert(format!("{name}.txt"), long);
        let short = asked(&sandbox, &words, "-h");
        pages.insert(format!("{name}-short.txt"), short);
    }
    pages
}

#[test]
fn help_is_fresh() {
    compare("tests/cli/snapshots/help", &pages());
}

#[test]
fn the_definition_holds() {
    built().debug_assert();
}

#[test]
fn every_short_help_fits_a_screen_of_80_columns() {
    for (name, page) in pages() {
        if name.ends_with("-short.txt") {
            let page = String::from_utf8(page).unwrap();
            assert!(page.lines().count() <= MAX_SHORT_LINES, "{name}:\n{page}");
            let is_narrow = |line: &str| line.chars().count() <= SHORT_COLUMNS;
            assert!(page.lines().all(is_narrow), "{name}:\n{page}");
        }
    }
}

#[test]
fn no_line_is_wider_than_the_page() {
    for (name, page) in pages() {
        for line in String::from_utf8(page).unwrap().lines() {
            assert!(line.chars().count() <= COLUMNS, "{name}: {line}");
        }
    }
}

#[test]
fn lists_and_examples_are_not_broken_at_80_columns() {
    for command in verbs().iter().chain([&built()]) {
        let before = command.get_before_long_help();
        for text in before.into_iter().chain(command.get_after_long_help()) {
            for line in text.to_string().lines() {
                let name = command.get_name();
                assert!(line.chars().count() <= SHORT_COLUMNS, "{name}: {line}");
            }
        }
    }
}

#[test]
fn short_help_shows_at_most_eight_options() {
    for command in verbs() {
        let shown = command.get_arguments().filter(|argument| {
            let is_option = !argument.is_positional() && !argument.is_global_set();
            is_option && !argument.is_hide_short_help_set() && argument.get_id() != "help"
        });
        let name = command.get_display_name().unwrap();
        assert!(shown.count() <= MAX_SHORT_OPTIONS, "{name}");
    }
}

#[test]
fn every_option_has_a_one_line_description() {
    for command in verbs().iter().chain([&built()]) {
        // These two are clap's own.
        let own = |option: &&Arg| !["help", "version"].contains(&option.get_id().as_str());
        for option in command.get_arguments().filter(own) {
            let name = format!("{} {}", command.get_name(), option.get_id());
            let help = option.get_help().map(ToString::to_string);
            let help = help.unwrap_or_else(|| panic!("{name} says nothing"));
            check_line(&name, &help);
            assert_eq!(help.contains("[default: "), has_default(option), "{name}");
        }
        let about = command.get_about().map(ToString::to_string);
        check_line(command.get_name(), &about.unwrap());
    }
}

/// The options with a default that clap does not know.
fn has_default(option: &Arg) -> bool {
    if option.get_id() == "format" {
        return !option.is_required_set();
    }
    if option.get_id() == "secrets" {
        // Only `vault prune` takes all of them.
        let help = option.get_help().map(ToString::to_string);
        return help.is_some_and(|help| help.contains("deleted or not"));
    }
    [
        "at",
        "copy",
        "env_key",
        "idle",
        "install_in",
        "kdf",
        "keep",
        "label",
        "lock_timeout",
        "longest",
        "manifest_name",
    ]
    .contains(&option.get_id().as_str())
}

fn check_line(name: &str, line: &str) {
    assert!(!line.ends_with('.'), "{name} ends with a full stop");
    assert!(!line.contains('\n'), "{name} has several lines");
    let first = line.chars().next();
    assert!(
        first.is_some_and(|first| !first.is_lowercase()),
        "{name}: {line}"
    );
}

#[test]
fn every_verb_shows_examples_of_itself() {
    for verb in verbs() {
        if verb.has_subcommands() || verb.is_hide_set() {
            continue;
        }
        let name = verb.get_display_name().unwrap().replace('-', " ");
        let examples = verb.get_after_long_help().map(ToString::to_string);
        let examples = examples.unwrap_or_default();
        let examples = examples.split("\n\n").next().unwrap();
        let (heading, lines) = examples.split_once('\n').unwrap_or_default();
        let count = lines.lines().count();
        assert_eq!(
            heading,
            if count == 1 { "Example:" } else { "Examples:" },
            "{name}"
        );
        for line in lines.lines() {
            assert!(
                line.starts_with("  ") && line.contains(&name),
                "{name}: {line}"
            );
        }
    }
}

#[test]
fn every_variable_that_help_names_is_listed() {
    let listed = built().get_after_long_help().unwrap().to_string();
    let texts = |command: &Command| {
        let options = command.get_arguments().filter_map(Arg::get_help);
        options.map(ToString::to_string).collect::<Vec<_>>()
    };
    for text in verbs().iter().chain([&built()]).flat_map(texts) {
        if let Some((_, named)) = text.split_once("[env: ") {
            let name = named.split(']').next().unwrap();
            assert!(listed.contains(&format!("\n  {name}  ")), "{name}");
        }
    }
}

#[test]
fn a_narrow_terminal_gets_a_line_for_each_verb() {
    let sandbox = Sandbox::empty();
    let help = sandbox.kluis(["-h"]);
    let mut screen = Screen::start(help.command_at_terminal(), 40);
    let (shown, code) = screen.ends();
    assert_eq!(code, 0);
    for verb in ["init", "status", "get", "list"] {
        let begin = format!("{verb} ");
        let mut lines = shown.lines().map(str::trim_start);
        assert!(
            lines.any(|line| line.starts_with(&begin)),
            "{verb}: {shown}"
        );
    }
}
