//! Tests `completions`.

use crate::sandbox::Sandbox;
use std::process::Command;

#[test]
fn every_shell_gets_a_script_without_a_vault_or_a_key() {
    let sandbox = Sandbox::empty();
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let made = sandbox.kluis(["completions", shell]).run();
        let script = String::from_utf8(made.stdout.clone()).unwrap();
        for word in ["workspace", "passphrase", "value-file", "all-workspaces"] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        made.any_stdout().exits(0);
    }
    sandbox
        .kluis(["completions", "tcsh"])
        .run()
        .stderr_has("must be one of: bash")
        .exits(2);
}

#[test]
fn bash_can_complete_a_verb_and_an_option() {
    let sandbox = Sandbox::empty();
    let made = sandbox.kluis(["completions", "bash"]).run();
    let script = sandbox.home().join("kluis.bash");
    std::fs::write(&script, &made.stdout).unwrap();
    made.any_stdout().exits(0);
    for (typed, expected) in [
        ("roll", "rollback"),
        ("workspace del", "delete"),
        ("create name --gen", "--generate"),
    ] {
        let words: Vec<&str> = std::iter::once("kluis").chain(typed.split(' ')).collect();
        let complete = format!(
            ". {}; COMP_WORDS=({}); COMP_CWORD={}; _kluis kluis {} {}; echo \"${{COMPREPLY[*]}}\"",
            script.display(),
            words.join(" "),
            words.len() - 1,
            words[words.len() - 1],
            words[words.len() - 2],
        );
        let mut bash = Command::new("bash");
        let output = bash.args(["-c", &complete]).output();
        let Ok(output) = output else {
            return eprintln!("skipped: there is no bash");
        };
        let reply = String::from_utf8(output.stdout).unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(reply.trim_end(), expected, "{typed}: {error}");
    }
}
