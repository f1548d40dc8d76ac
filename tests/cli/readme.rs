//! Tests README.md: every shell block runs, in order and in one shell, as for a reader who starts at the top on a
//! machine without earlier state.

use crate::sandbox::{KLUIS, Sandbox};
use crate::snapshots::root;
use crate::test_program::write_program;
use std::fs;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

const MAX_LINES: usize = 250;

/// Stands in for cargo, which would build this package again: it prints its arguments, and installs the program
/// under test.
const CARGO: &str = "#!/bin/sh
echo \"cargo $*\" >> \"$HOME/cargo.log\"
if [ \"$1\" = install ]; then
    mkdir -p \"$HOME/.cargo/bin\"
    ln -s \"$KLUIS_TESTED\" \"$HOME/.cargo/bin/kluis\"
fi
";

struct Block {
    line: usize,
    language: String,
    text: String,
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

fn blocks() -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in readme().lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(language), None) => {
                open = Some(Block {
                    line: index + 1,
                    language: language.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some(_)) => blocks.extend(open.take()),
            (None, Some(block)) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    assert!(open.is_none(), "a block is not closed");
    blocks
}

fn shell_blocks() -> Vec<Block> {
    let shell = blocks().into_iter().filter(|block| block.language == "sh");
    shell.collect()
}

#[test]
fn every_shell_block_works_as_it_stands() {
    let sandbox = Sandbox::empty();
    for value in ["not a real one", "also not real", "another one"] {
        assert!(readme().contains(value), "{value}");
        sandbox.keep(value.as_bytes());
    }
    let (clone, programs) = (
        sandbox.home().join("clone"),
        sandbox.home().join("programs"),
    );
    for directory in [&clone, &programs] {
        fs::create_dir(directory).unwrap();
    }
    for name in ["man", "LICENSE"] {
        symlink(root().join(name), clone.join(name)).unwrap();
    }
    let cargo = programs.join("cargo");
    write_program(&cargo, CARGO);

    let steps = shell_blocks()
        .into_iter()
        .map(|Block { line, text, .. }| format!("echo 'README.md, line {line}:' >&2\n{text}"));
    let script = format!("set -euo pipefail\n{}", steps.collect::<String>());
    // There is no terminal, and nothing is inherited.
    let output = Command::new("setsid")
        .args(["--wait", "bash", "-c", &script])
        .env_clear()
        .env("HOME", sandbox.home())
        .env(
            "PATH",
            format!("{}:/usr/local/bin:/usr/bin:/bin", programs.display()),
        )
        .env("LANG", "C.UTF-8")
        .env("KLUIS_TESTED", KLUIS)
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "a")))
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "a@example.com")))
        .current_dir(&clone)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(output.status.success(), "{out}\n{err}");
    assert!(out.contains("received 14 characters\n"), "{out}");
    assert!(out.contains("not there: going on without it\n"), "{out}");
    let asked = fs::read_to_string(sandbox.home().join("cargo.log")).unwrap();
    let asked: Vec<&str> = asked.lines().collect();
    assert_eq!(
        asked[..2],
        ["cargo install --path . --locked", "cargo test"]
    );
}

#[test]
fn the_first_two_blocks_do_all_the_set_up() {
    let shell = shell_blocks();
    let first: Vec<&str> = shell[0].text.lines().collect();
    assert_eq!(
        first[..2],
        [
            "cargo install --path . --locked && export PATH=\"${CARGO_HOME:-$HOME/.cargo}/bin:$PATH\"",
            "kluis init"
        ]
    );
    assert_eq!(shell[1].text, "cargo test\n");
    let checked = fs::read_to_string(root().join(".ci/run")).unwrap();
    assert!(
        checked.contains("\nstep cargo test\n"),
        "the check that others run is the same"
    );
}

#[test]
fn a_block_is_a_shell_script_or_shows_a_screen() {
    for block in blocks() {
        let known = ["sh", "text"].contains(&block.language.as_str());
        assert!(known, "line {}: {}", block.line, block.language);
    }
}

#[test]
fn the_exit_codes_are_those_of_the_help() {
    let sandbox = Sandbox::empty();
    let asked = sandbox.kluis(["--help"]).run();
    let help = String::from_utf8(asked.stdout.clone()).unwrap();
    asked.any_stdout().exits(0);
    let (_, codes) = help.split_once("Exit codes:\n").unwrap();
    let rows = codes.lines().map(|line| {
        let (code, meaning) = line.trim_start().split_once(' ').unwrap();
        format!("| {code} | {} |\n", meaning.trim_start())
    });
    let table = format!(
        "| code | meaning |\n|---|---|\n{}\n",
        rows.collect::<String>()
    );
    assert!(readme().contains(&table), "README.md lacks:\n{table}");
}

#[test]
fn every_command_and_option_it_speaks_of_exists() {
    let verbs = crate::generated::verbs();
    let topics = crate::topics::topics();
    let topics = topics.iter().map(|(topic, _)| topic.as_str());
    let names = verbs.iter().map(clap::Command::get_name).chain(topics);
    let names: Vec<&str> = names.collect();
    let options: Vec<String> = verbs
        .iter()
        .flat_map(|verb| verb.get_arguments().filter_map(clap::Arg::get_long))
        .map(|name| format!("--{name}"))
        .collect();
    let readme = readme();
    for code in readme
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| !code.contains('\n'))
    {
        let mut words = code.split_whitespace();
        if words.next() == Some("kluis") {
            for word in words {
                let is_known = names.contains(&word) || word == "COMMAND";
                assert!(is_known || word.starts_with("--"), "{code}");
            }
        }
        if code.starts_with("--") {
            assert!(options.iter().any(|option| option == code), "{code}");
        }
    }
}

#[test]
fn it_stays_short_and_in_order() {
    let readme = readme();
    assert!(readme.lines().count() < MAX_LINES);
    let headings: Vec<&str> = readme
        .lines()
        .filter(|line| line.starts_with("## "))
        .collect();
    assert_eq!(
        headings,
        [
            "## Quick start",
            "## Install",
            "## Beside other tools",
            "## Everyday tasks",
            "## Sharing in git",
            "## In CI",
            "## Scripts and exit codes",
            "## What protects what",
            "## The way out",
            "## Development",
        ]
    );
}
