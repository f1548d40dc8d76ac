//! Tests that completions/ and man/ match the definition of the command line.

use crate::manual::{page, topic_page};
use crate::snapshots::compare;
use crate::topics::{text, topics};
use clap::Command;
use clap_complete::Shell;
use std::collections::BTreeMap;
use std::fs;
use std::process::{Command as Process, Stdio};
use tempfile::TempDir;

const SHELLS: [Shell; 5] = [
    Shell::Bash,
    Shell::Elvish,
    Shell::Fish,
    Shell::PowerShell,
    Shell::Zsh,
];

/// Every command except the outermost. It defines verbs and options that are otherwise defined on use.
pub fn verbs() -> Vec<Command> {
    fn collect(command: &Command, into: &mut Vec<Command>) {
        for verb in below(command) {
            into.push(verb.clone());
            collect(verb, into);
        }
    }
    let mut all = Vec::new();
    collect(&built(), &mut all);
    all
}

/// The verbs below one, without those that git calls below `kluis git`: no person reads those.
pub fn below(command: &Command) -> impl Iterator<Item = &Command> {
    let is_git = command.get_name() == "git";
    let verbs = command.get_subcommands();
    verbs.filter(move |verb| !is_git || !verb.is_hide_set())
}

/// The whole definition.
pub fn built() -> Command {
    let mut command = kluis::command();
    command.build();
    command
}

/// The output of the binary.
fn script(shell: Shell) -> Vec<u8> {
    let sandbox = crate::sandbox::Sandbox::empty();
    let printed = sandbox.kluis(["completions", &shell.to_string()]).run();
    let script = printed.stdout.clone();
    printed.any_stdout().exits(0);
    script
}

fn file_name(shell: Shell) -> &'static str {
    match shell {
        Shell::Bash => "kluis.bash",
        Shell::Elvish => "kluis.elv",
        Shell::Fish => "kluis.fish",
        Shell::PowerShell => "_kluis.ps1",
        _ => "_kluis",
    }
}

fn scripts() -> BTreeMap<String, Vec<u8>> {
    let scripts = SHELLS.map(|shell| (file_name(shell).to_owned(), script(shell)));
    BTreeMap::from(scripts)
}

fn manual() -> BTreeMap<String, Vec<u8>> {
    let all = built();
    let mut pages = BTreeMap::from([("kluis.1".to_owned(), page(&all, &all))]);
    for verb in verbs() {
        let name = verb.get_display_name().unwrap();
        pages.insert(format!("{name}.1"), page(&verb, &all));
    }
    for (topic, about) in topics() {
        let page = topic_page(&topic, &about, &text(&topic));
        pages.insert(format!("kluis-{topic}.7"), page);
    }
    pages
}

#[test]
fn the_completions_are_fresh() {
    compare("completions", &scripts());
}

#[test]
fn the_manual_is_fresh() {
    compare("man", &manual());
}

#[test]
fn every_verb_and_option_is_in_the_scripts_and_in_its_page() {
    for shell in SHELLS {
        let script = String::from_utf8(script(shell)).unwrap();
        for option in verbs().iter().flat_map(options) {
            // Elvish and fish write the name and the dashes apart.
            let name = option.trim_start_matches('-');
            assert!(script.contains(name), "{shell}: {option}");
        }
    }
    for verb in verbs() {
        let page = String::from_utf8(page(&verb, &built())).unwrap();
        let page = page.replace("\\-", "-");
        for option in options(&verb) {
            assert!(page.contains(&option), "{}: {option}", verb.get_name());
        }
    }
}

fn options(verb: &Command) -> Vec<String> {
    let own = verb
        .get_arguments()
        .filter(|option| !option.is_global_set());
    own.filter_map(|option| Some(format!("--{}", option.get_long()?)))
        .collect()
}

#[expect(
    clippy::print_stdout,
    reason = "who runs the tests should see what they left out"
)]
fn left_out(program: &str) {
    println!("note: {program} is not installed, so one check is left out");
}

/// A program that checks the generated files, in a directory with them; a bare machine has few.
fn checker(program: &str, files: &BTreeMap<String, Vec<u8>>) -> Option<(TempDir, Process)> {
    let path = std::env::var_os("PATH")?;
    let mut places = std::env::split_paths(&path);
    if !places.any(|place| place.join(program).is_file()) {
        left_out(program);
        return None;
    }
    let directory = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        fs::write(directory.path().join(name), bytes).unwrap();
    }
    let mut command = Process::new(program);
    command
        .current_dir(&directory)
        .env("HOME", directory.path())
        .stdin(Stdio::null());
    Some((directory, command))
}

fn said(command: &mut Process) -> String {
    let output = command.output().unwrap();
    let err = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && err.is_empty(),
        "{command:?}: {err}"
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bash_completes_verbs_options_and_values() {
    let Some((_directory, mut bash)) = checker("bash", &scripts()) else {
        return;
    };
    // The work of bash at a Tab: the words typed so far, and the function that is registered for `kluis`.
    let steps = "
        source ./kluis.bash
        complete -p kluis >/dev/null
        at_tab() {
            COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1))
            _kluis kluis \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"
            echo \"${COMPREPLY[*]}\"
        }
        at_tab kluis ge
        at_tab kluis create --gen
        at_tab kluis workspace cr
        at_tab kluis completions fi
        at_tab kluis --color n";
    let completed = said(bash.args(["--norc", "-euc", steps]));
    assert_eq!(completed, "get\n--generate\ncreate\nfish\nnever\n");
}

#[test]
fn zsh_loads_its_script() {
    if let Some((_directory, mut zsh)) = checker("zsh", &scripts()) {
        let steps = "
            fpath=($PWD $fpath)
            autoload -Uz compinit && compinit -D -u
            print -r -- $_comps[kluis]
            autoload +X _kluis
            whence -w _kluis";
        let loaded = said(zsh.args(["-f", "-c", steps]));
        assert_eq!(loaded, "_kluis\n_kluis: function\n");
    }
}

#[test]
fn fish_completes_verbs_and_options() {
    if let Some((_directory, mut fish)) = checker("fish", &scripts()) {
        let steps = "
            source ./kluis.fish
            for typed in 'kluis ge' 'kluis create --gen' 'kluis workspace cr'
                complete -C $typed
            end";
        let completed = said(fish.args(["--no-config", "-c", steps]));
        let words: Vec<&str> = completed
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        assert_eq!(words, ["get", "--generate", "create"], "{completed}");
    }
}

#[test]
fn positional_arguments_come_before_the_options() {
    let pages = manual();
    let page = std::str::from_utf8(&pages["kluis-get.1"]).unwrap();
    let (_, arguments) = page.split_once("\n.SH ARGUMENTS\n").unwrap();
    let (arguments, options) = arguments.split_once("\n.SH OPTIONS\n").unwrap();
    assert!(arguments.contains("SECRET") && !arguments.contains("clip"));
    assert!(options.contains("clip") && !options.contains("[\\fISECRET"));
    let page = std::str::from_utf8(&pages["kluis-status.1"]).unwrap();
    assert!(!page.contains("ARGUMENTS"), "{page}");
}

#[test]
fn the_manual_is_well_formed() {
    if let Some((_directory, mut mandoc)) = checker("mandoc", &manual()) {
        mandoc
            .args(["-T", "lint", "-W", "warning"])
            .args(manual().keys());
        let output = mandoc.output().unwrap().stdout;
        let complaints = String::from_utf8(output).unwrap();
        // Left out on purpose: it would change pages with the same content.
        let mut others = complaints
            .lines()
            .filter(|line| !line.contains("missing date"));
        assert_eq!(others.next(), None, "{complaints}");
    }
    if let Some((_directory, mut man)) = checker("man", &manual()) {
        let all = man
            .arg("-l")
            .args(manual().keys().map(|name| format!("./{name}")));
        let shown = said(all.env("MANWIDTH", "80"));
        for line in shown.lines() {
            // Unwrapped text, such as an example, may be a little wider than the page.
            assert!(line.chars().count() <= 104, "{line}");
        }
        for heading in [
            "NAME",
            "SYNOPSIS",
            "DESCRIPTION",
            "OPTIONS",
            "GLOBAL OPTIONS",
            "SECRETS",
            "ROTATION",
            "ENVIRONMENT",
            "FILES",
            "EXIT STATUS",
            "EXAMPLES",
            "SEE ALSO",
        ] {
            assert!(
                shown.lines().any(|line| line == heading),
                "{heading}:\n{shown}"
            );
        }
    }
}

#[test]
fn every_page_ends_with_the_shared_text_and_see_also() {
    let pages = manual();
    for (name, page) in &pages {
        let page = std::str::from_utf8(page).unwrap().replace("\\-", "-");
        let headings = page.lines().filter_map(|line| line.strip_prefix(".SH "));
        let headings: Vec<&str> = headings.map(|heading| heading.trim_matches('"')).collect();
        assert_eq!(headings.last(), Some(&"SEE ALSO"), "{name}");
        let has_verb = name.ends_with(".1") && name != "kluis-help.1";
        for heading in ["EXIT STATUS", "ENVIRONMENT", "FILES"] {
            let count = headings.iter().filter(|found| **found == heading).count();
            assert!(count == 1 || !has_verb && count == 0, "{name}: {heading}");
        }
        let (_, others) = page.split_once(".SH \"SEE ALSO\"\n").unwrap();
        for line in others.lines() {
            let line = line.replace("\\fB", "").replace("\\fR", "");
            let (other, part) = line.trim_end_matches(',').split_once('(').unwrap();
            let file = format!("{other}.{}", part.trim_end_matches(')'));
            assert!(pages.contains_key(&file), "{name}: {line}");
            assert_ne!(&file, name);
        }
    }
}
