//! Bugs that other secrets managers shipped. For each, the test or the reason why it cannot happen here.
//!
//! - fnox#473, values expanded by the shell that activates them: `readers::bash_reads_shell`, `readers::zsh_reads_shell`,
//!   `readers::fish_reads_fish`, `direnv::the_envrc_line_gives_the_exact_value_and_runs_nothing`
//! - fnox#71, values kept in a variable of the session: no variable tells anything between two commands;
//!   `run::the_rest_of_the_environment_is_inherited_but_for_credentials`
//! - fnox#35, an import that stored plaintext: a store takes sealed bytes only, by their type; `peers::an_import_leaves_nothing_in_the_clear`
//! - fnox#324, success although nothing could be encrypted or stored: `storing::a_file_that_may_not_grow_is_a_failure_that_changes_nothing`,
//!   `full_disk::a_full_disk_keeps_the_old_vault`, `crash::reading_back_finds_a_write_that_lied`
//! - fnox#487 and secretspec 0.20, a panic or a failure when `head` has had enough: `exit_codes::a_full_stdout_is_a_failure_and_a_closed_one_is_silent`,
//!   `mask::a_command_with_a_closed_reader_ends_as_in_any_pipe`
//! - dotenvx#898, messages on stdout: `get::a_pipe_receives_the_exact_bytes`, `export::the_document_on_stdout_has_the_selected_keys`
//! - fnox#506, a question on stdout: `peers::a_question_is_not_part_of_the_result`
//! - secretspec 0.20, a report on stderr that people piped: `check::the_table_matches_json_and_the_worst_result_decides`
//! - fnox#268, fnox#467, comments lost from the project file: no command writes one; `peers::the_project_file_stays_as_it_was_written`
//! - fnox#336, secretspec#28, the XDG directories passed over: `settings::the_xdg_directories_are_followed`
//! - varlock#853, misspelt options accepted: `peers::a_misspelt_option_is_accepted_by_no_verb`
//! - varlock#770, a value shown that came in two pieces, and programs that lost their terminal:
//!   `mask::a_value_that_comes_byte_by_byte_is_hidden`, `mask::a_terminal_stays_one_with_its_colours_and_its_size`
//! - secretspec#219, secretspec#369, names that collide where two parts are joined: `peers::names_that_join_alike_stay_apart`,
//!   `run::two_secrets_under_one_key_conflict_and_one_does_not`
//! - secretspec 0.18 to 0.20, a source deleted before its copy was proved: an import deletes nothing; `peers::the_imported_file_is_still_there`,
//!   `relocate::an_impossible_move_changes_nothing`
//! - varlock#923, all of a binary read to look at its first line: it is the system that looks; `peers::a_huge_command_is_not_read`
//! - varlock#884, blocked by writing back to a FIFO: `storing::an_irregular_file_is_refused_at_once_and_left_alone`,
//!   `export::export_refuses_a_fifo_even_with_a_reader`
//! - rbw#276, rbw#216, an agent of another version, and one whose time began anew at every question: `agent::a_dead_agent_is_replaced`, `agent::a_key_is_forgotten_in_its_time_and_the_agent_ends`
//! - rbw#221, an agent that only a desktop can reach: `agent_places::the_agent_in_run_user_is_found_without_the_variable`
//! - rbw#268, rbw#288, rbw#303, asked again although unlocked: `peers::one_command_asks_once`, `agent::an_unlocked_vault_needs_no_passphrase_until_it_is_locked`
//! - secretspec 0.20, a completion that wants to unlock: `completions::every_shell_gets_a_script_without_a_vault_or_a_key`
//! - varlock#754, two daemons started at once: `agent::unlocks_at_once_give_one_agent`
//! - secretspec#74, values damaged beside the one that was written: a document is written whole, and read back by `readers::python_dotenv_reads_dotenv`,
//!   `readers::npm_dotenv_reads_dotenv_node`
//! - fnox (`exec`), a command that found an older value under the same name: `run::the_rest_of_the_environment_is_inherited_but_for_credentials`

use crate::promises::is_a_test;
use crate::sandbox::{CHEAP_KDF, Sandbox};
use crate::screen::Screen;
use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt;

#[test]
fn every_bug_has_a_test_that_is_there_or_a_reason() {
    let text = include_str!("peers.rs");
    let list: String = text
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .collect();
    let bugs: Vec<&str> = list.split(" - ").skip(1).collect();
    assert!(bugs.len() > 20);
    for bug in bugs {
        let tests: Vec<_> = bug.split('`').skip(1).step_by(2).collect();
        let mut tests = tests.iter().filter(|test| test.contains("::")).peekable();
        assert!(tests.peek().is_some(), "{bug}");
        for test in tests {
            assert!(is_a_test(test), "{test}");
        }
    }
}

#[test]
fn an_import_leaves_nothing_in_the_clear() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let import = sandbox.kluis(["import", "--format", "dotenv"]);
    let import = import.stdin(format!("NAME={value}\n")).run();
    import.any_stdout().any_stderr().exits(0);
    assert_eq!(sandbox.get("NAME"), value.as_bytes());
    let text = String::from_utf8(sandbox.bytes()).unwrap();
    assert!(!text.contains(&value) && !text.contains("NAME"));
}

#[test]
fn the_imported_file_is_still_there() {
    let sandbox = Sandbox::with_vault();
    for (text, code) in [("ONE=1\nTWO=2\n", 0), ("ONE=2\n", 6), ("=x\n", 7)] {
        let file = sandbox.given("source", text);
        let import = ["import", file.to_str().unwrap(), "--format", "dotenv"];
        sandbox
            .kluis(import)
            .run()
            .any_stdout()
            .any_stderr()
            .exits(code);
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
}

#[test]
fn a_question_is_not_part_of_the_result() {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let typed = String::from_utf8(fs::read(&passphrase).unwrap()).unwrap();
    let create = sandbox.kluis(["create", "name"]).stdin("a value");
    let create = create.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
    create.any_stdout().exits(0);
    let result = sandbox.given_path("result");
    let get = sandbox.kluis(["get", "name"]).env("RESULT", &result);
    let get = get.under(["sh", "-c", "\"$@\" > \"$RESULT\"", "sh"]);
    let mut screen = Screen::start(get.command_at_terminal(), 80);
    screen.shows("Passphrase: ");
    screen.types(&format!("{typed}\n"));
    screen.shows("[Y/n] ");
    screen.types("n\n");
    assert_eq!(screen.ends().1, 0);
    assert_eq!(sandbox.was_given("result"), b"a value");
}

#[test]
fn one_command_asks_once() {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let typed = String::from_utf8(fs::read(&passphrase).unwrap()).unwrap();
    for name in ["one", "two"] {
        let create = sandbox.kluis(["create", name]).stdin(name);
        let create = create.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
        create.any_stdout().exits(0);
    }
    let run = [
        "run",
        "-e",
        "ONE=one",
        "--stdin",
        "two",
        "--",
        "sh",
        "-c",
        "cat; echo $ONE",
    ];
    let mut screen = Screen::start(sandbox.kluis(run).command_at_terminal(), 80);
    screen.shows("Passphrase: ");
    screen.types(&format!("{typed}\n"));
    screen.shows("unused for 15m? [Y/n] ");
    screen.types("n\n");
    let (shown, code) = screen.ends();
    assert!(shown.ends_with("\ntwoone\n"), "{shown:?}");
    assert_eq!(code, 0);
}

#[test]
fn the_project_file_stays_as_it_was_written() {
    let sandbox = Sandbox::empty();
    let text =
        "# why\nvault =   'v.kluis'   # here\napp = \"web\"\n\n[env]\nONE = 'one' # the first\n";
    let file = sandbox.home().join("kluis.toml");
    fs::write(&file, text).unwrap();
    let passphrase = sandbox.given("passphrase", "a passphrase of this test");
    for line in [
        &["trust", "--yes"][..],
        &["init", "--kdf", CHEAP_KDF],
        &["create", "one", "--generate", "8"],
        &["app", "sync"],
        &["update", "one", "--name", "other"],
        &["set", "one", "--generate", "8"],
        &["check"],
        &["run", "--", "true"],
        &["export", "--format", "json"],
    ] {
        let ran = sandbox
            .kluis(line)
            .env("KLUIS_PASSPHRASE_FILE", &passphrase);
        ran.run().any_stdout().any_stderr().exits(0);
        assert_eq!(fs::read_to_string(&file).unwrap(), text, "{line:?}");
    }
}

#[test]
fn a_misspelt_option_is_accepted_by_no_verb() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    let mut verbs = vec![Vec::new()];
    while let Some(words) = verbs.pop() {
        let command = words
            .iter()
            .try_fold(kluis::command(), |command, word: &String| {
                command.find_subcommand(word).cloned()
            });
        let command = command.unwrap();
        for below in command
            .get_subcommands()
            .filter(|below| below.get_name() != "help")
        {
            verbs.push([&words[..], &[below.get_name().to_owned()]].concat());
        }
        if words.is_empty() || command.has_subcommands() {
            continue;
        }
        let code = if words[0] == "run" { 125 } else { 2 };
        let misspelt = words.iter().map(String::as_str).chain(["--no-such-option"]);
        let ran = sandbox.kluis(misspelt).run();
        ran.stderr_has("--no-such-option").exits(code);
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn names_that_join_alike_stay_apart() {
    let sandbox = Sandbox::with_vault();
    let parts = [
        ("a", "b.c"),
        ("a.b", "c"),
        ("a-b", "c"),
        ("a_b", "c"),
        ("a", "b-c"),
        ("a", "b_c"),
    ];
    for workspace in ["a", "a.b", "a-b", "a_b"] {
        let made = sandbox.kluis(["workspace", "create", workspace]).run();
        made.any_stdout().exits(0);
    }
    let path = |(workspace, name): (&str, &str)| format!("{workspace}/{name}");
    for part in parts {
        let create = ["create", "-w", part.0, part.1];
        let value = format!("the value of {}", path(part));
        sandbox
            .kluis(create)
            .stdin(value)
            .run()
            .any_stdout()
            .exits(0);
    }
    for part in parts {
        let value = format!("the value of {}", path(part));
        assert_eq!(sandbox.get(&path(part)), value.as_bytes());
    }
    // Their keys are equal, and the error says so.
    let run = sandbox
        .kluis(["run", "--all", "-w", "a", "--", "true"])
        .run();
    run.stderr_has("would both be the variable B_C").exits(125);
}

#[test]
fn a_huge_command_is_not_read() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "a value");
    let command = sandbox.given("command", "#!/bin/true\n");
    let file = File::options().write(true).open(&command).unwrap();
    file.set_len(1 << 40).unwrap();
    file.set_permissions(fs::Permissions::from_mode(0o700))
        .unwrap();
    drop(file);
    for mask in [&[][..], &["--mask"]] {
        let end = ["-e", "V=name", "--", command.to_str().unwrap()];
        let run = sandbox.kluis([&["run"], mask, &end].concat());
        run.prepared("ulimit -v 1000000").run().exits(0);
    }
    // The sandbox is about to search every file.
    fs::remove_file(command).unwrap();
}
