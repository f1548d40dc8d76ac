//! Tests the completion of names at a Tab in three shells: from the agent, at once or not.

use crate::agent::{unlock, vault};
use crate::sandbox::Sandbox;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::process::Command;
use std::time::{Duration, Instant};

/// An unlocked vault with some of everything that has a name.
fn unlocked() -> Sandbox {
    let sandbox = vault("a value");
    unlock(&sandbox, &[]).run().exits(0);
    for line in [
        "create github_token --generate 8",
        "create gitlab_token --generate 8",
        "workspace create staging",
        "create stripe_key -w staging --generate 8",
        "app create billing",
        "create old_token --generate 8",
        "delete old_token",
        "create old_token --generate 8",
        "create older_token -w staging --generate 8",
        "delete old_token staging/older_token",
    ] {
        sandbox.kluis(line.split(' ')).run().any_stdout().exits(0);
    }
    sandbox
}

/// The number of tries after an empty answer: on a busy machine the agent may be too late.
const TRIES: usize = 40;

/// The output for a line that is typed up to its last word; stderr stays empty.
fn names(sandbox: &Sandbox, line: &str) -> String {
    let words = ["complete-names", "--"].into_iter().chain(line.split(' '));
    sandbox.prints(words, "")
}

#[test]
fn each_place_gets_the_names_that_fit_there() {
    let sandbox = unlocked();
    let found = |line: &str| {
        let mut tries = (0..TRIES).map(|_| names(&sandbox, line));
        tries.find(|names| !names.is_empty()).unwrap_or_default()
    };
    for (line, expected) in [
        ("get ", "github_token\ngitlab_token\nname\n"),
        ("get git", "github_token\ngitlab_token\n"),
        ("rotate gith", "github_token\n"),
        ("get staging/", "staging/stripe_key\n"),
        ("get -w staging ", "stripe_key\n"),
        ("-w staging get ", "stripe_key\n"),
        ("list -w ", "default\nstaging\n"),
        ("workspace delete st", "staging\n"),
        ("move name --to-workspace st", "staging\n"),
        ("app show ", "billing\n"),
        ("run --app=", "--app=billing\n"),
        ("run -e TOKEN=gith", "TOKEN=github_token\n"),
        ("run -e gith", "github_token\n"),
        ("run --file TOKEN=gith", "TOKEN=github_token\n"),
        ("run --all --except gith", "github_token\n"),
        ("env set TOKEN=gith", "TOKEN=github_token\n"),
        ("app link billing TOKEN=gith", "TOKEN=github_token\n"),
        ("set gith", "github_token\n"),
        ("delete name gith", "github_token\n"),
        ("restore ", "old_token\n"),
        ("restore staging/", "staging/older_token\n"),
        ("restore old_token staging/old", "staging/older_token\n"),
    ] {
        assert_eq!(found(line), expected, "{line}");
    }
    for line in [
        "get x",
        "get old_",
        "restore gith",
        "create gith",
        "app create b",
        "run -- get ",
        "ge",
        "get --a",
        "nope ",
        "",
    ] {
        assert_eq!(names(&sandbox, line), "", "{line}");
    }
    let keys = found("key remove ");
    assert!(
        keys.starts_with("key_") && keys.lines().count() == 1,
        "{keys}"
    );
    assert_eq!(
        found(&format!("passphrase --key {}", keys.trim_end())),
        keys
    );
}

#[test]
fn a_locked_vault_gives_no_name_and_no_word() {
    let sandbox = unlocked();
    sandbox.kluis(["lock"]).run().any_stderr().exits(0);
    for line in ["get ", "list -w ", "app show ", "key remove "] {
        assert_eq!(names(&sandbox, line), "", "{line}");
    }
    // Nor without a vault, with a broken project file, or with invalid words.
    let elsewhere = ["complete-names", "--", "--vault", "nowhere", "get", ""];
    assert_eq!(sandbox.prints(elsewhere, ""), "");
    fs::write(sandbox.home().join("kluis.toml"), "vault = 7").unwrap();
    assert_eq!(names(&sandbox, "get "), "");
    assert_eq!(sandbox.prints(["complete-names", "--"], ""), "");
}

#[test]
fn a_key_at_hand_is_not_used_in_the_agents_place() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("github_token", sandbox.secret("value"));
    // KLUIS_TOKEN would open it.
    assert_eq!(
        sandbox.get("github_token").len(),
        sandbox.get("github_token").len()
    );
    assert_eq!(names(&sandbox, "get "), "");
}

#[test]
fn an_agent_that_does_not_answer_is_not_waited_for() {
    let sandbox = vault("a value");
    let socket = sandbox.agent_socket();
    let folder = socket.parent().unwrap();
    fs::create_dir_all(folder).unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700)).unwrap();
    let listener = UnixListener::bind(&socket).unwrap();
    let started = Instant::now();
    assert_eq!(names(&sandbox, "get "), "");
    // Far below the patience of a command, far above the delay of a busy machine.
    assert!(started.elapsed() < Duration::from_secs(3));
    drop(listener);
    fs::remove_file(socket).unwrap();
}

/// Runs steps in a shell that finds `kluis` and has loaded its script as `./script`.
fn in_shell(sandbox: &Sandbox, shell: &str, options: &[&str], steps: &str) -> Option<String> {
    let made = sandbox.kluis(["completions", shell]).run();
    let folder = sandbox.home().join("shell");
    fs::create_dir_all(&folder).unwrap();
    let name = if shell == "zsh" { "_kluis" } else { "script" };
    fs::write(folder.join(name), &made.stdout).unwrap();
    made.any_stdout().exits(0);
    let _ = std::os::unix::fs::symlink(crate::sandbox::KLUIS, folder.join("kluis"));
    let path = format!("{}:/usr/local/bin:/usr/bin:/bin", folder.display());
    let mut command = Command::new(shell);
    command.args(options).arg(steps).current_dir(&folder);
    command.env_clear().env("HOME", sandbox.home());
    let output = command.env("PATH", path).env("TERM", "dumb").output();
    let Ok(output) = output else {
        eprintln!("skipped: there is no {shell}");
        return None;
    };
    assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{shell}");
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn bash_completes_names() {
    let sandbox = unlocked();
    let steps = "
        source ./script
        complete -p kluis
        at_tab() {
            COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) COMPREPLY=()
            for ((try = 0; try < 40 && ! ${#COMPREPLY[@]}; try++)); do
                _kluis_names kluis \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"
            done
            echo \"${COMPREPLY[*]}\"
        }
        at_tab kluis get gith
        at_tab kluis run -w sta
        at_tab kluis ge
        at_tab kluis run -e A = gith
        kluis lock -q
        at_tab kluis get gith
        at_tab kluis ''
        at_tab kluis get ''
        at_tab kluis get --jso
        at_tab kluis key ''";
    if let Some(said) = in_shell(&sandbox, "bash", &["--norc", "-uc"], steps) {
        let mut lines = said.lines();
        assert!(lines.next().unwrap().contains("-F _kluis_names "), "{said}");
        let rest: Vec<&str> = lines.collect();
        // Commands alone: options are only offered after a dash.
        let commands = rest[5].split(' ');
        assert!(
            commands.clone().all(|word| !word.starts_with('-')),
            "{said}"
        );
        assert!(commands.clone().any(|word| word == "create"), "{said}");
        let expected = ["github_token", "staging", "get", "github_token", ""];
        let expected = [
            &expected[..],
            &[
                rest[5],
                "",
                "--json",
                "new show add list remove renew passphrase",
            ],
        ]
        .concat();
        assert_eq!(rest, expected, "{said}");
    }
}

#[test]
fn bash_is_given_names_that_it_cannot_expand() {
    let sandbox = unlocked();
    for (name, key) in [("$HOSTILE", "A"), ("$HOSTAGE", "B"), ("#x", "C")] {
        let create = sandbox.kluis(["create", name, "--env-key", key, "--generate", "8"]);
        create.run().any_stdout().exits(0);
    }
    let steps = "
        source ./script
        at_tab() {
            COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) COMPREPLY=()
            for ((try = 0; try < 40 && ! ${#COMPREPLY[@]}; try++)); do
                _kluis_names kluis \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"
            done
            printf '%s|' \"${COMPREPLY[@]}\"
            echo
        }
        at_tab kluis get '$'
        at_tab kluis get '$HOSTI'
        at_tab kluis get '\\$HOSTI'
        at_tab kluis get '#'
        at_tab kluis get gith";
    if let Some(said) = in_shell(&sandbox, "bash", &["--norc", "-uc"], steps) {
        let lines: Vec<&str> = said.lines().collect();
        let expected = [
            r"\$HOSTAGE|\$HOSTILE|",
            r"\$HOSTILE|",
            r"\$HOSTILE|",
            r"\#x|",
            "github_token|",
        ];
        assert_eq!(lines, expected, "{said}");
    }
}

#[test]
fn fish_completes_names() {
    let sandbox = unlocked();
    let steps = "
        source ./script
        for typed in 'kluis get gith' 'kluis get -w sta' 'kluis -w staging get st' 'kluis ge'
            for try in (seq 40)
                set found (complete -C $typed)
                test -n \"$found\" && break
            end
            printf '%s\\n' $found
        end
        kluis lock -q
        complete -C 'kluis get gith'";
    if let Some(said) = in_shell(&sandbox, "fish", &["--no-config", "-c"], steps) {
        let words: Vec<&str> = said
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        assert_eq!(
            words,
            ["github_token", "staging", "stripe_key", "get"],
            "{said}"
        );
    }
}

#[test]
fn zsh_completes_names() {
    let sandbox = unlocked();
    // The words offered, as the widget would pass them to the line editor.
    let steps = "
        fpath=($PWD $fpath)
        autoload -Uz compinit && compinit -D -u
        autoload +X _kluis
        compdef() { : }
        compadd() { shift; print -r -- ${(P)1[1]} ${(P)1[2]:-alone} }
        _arguments() { print -r -- arguments; return 0 }
        words=(kluis get git) CURRENT=3
        for try in {1..40}; do
            [[ $(_kluis) == arguments ]] || break
        done
        _kluis
        words=(kluis get) CURRENT=2
        _kluis";
    if let Some(said) = in_shell(&sandbox, "zsh", &["-f", "-c"], steps) {
        let lines: Vec<&str> = said.lines().collect();
        assert!(lines.contains(&"github_token gitlab_token"), "{said}");
        assert_eq!(lines.last(), Some(&"arguments"), "{said}");
    }
}

#[test]
fn bash_completes_a_command_after_the_dashes_as_its_own() {
    let sandbox = unlocked();
    let steps = "
        source ./script
        at_tab() {
            COMP_WORDS=(\"$@\") COMP_CWORD=$(($# - 1)) COMPREPLY=()
            _kluis_names kluis \"${COMP_WORDS[COMP_CWORD]}\" \"${COMP_WORDS[COMP_CWORD-1]}\"
            echo \"${COMPREPLY[0]} ${#COMPREPLY[@]}\"
        }
        touch 'some file'
        at_tab kluis run -e A=b -- kluis_na
        at_tab kluis run -- cat some
        _command_offset() { COMPREPLY=(\"from $1\"); }
        at_tab kluis run --all -- git che
        _comp_command_offset() { COMPREPLY=(\"newer from $1\"); }
        at_tab kluis rotate name --exec -- git che
        at_tab kluis run --keep
        kluis_names_of_mine() { :; }
        unset -f _command_offset _comp_command_offset
        at_tab kluis run -- kluis_na";
    if let Some(said) = in_shell(&sandbox, "bash", &["--norc", "-c"], steps) {
        let lines: Vec<&str> = said.lines().collect();
        let expected = [
            " 0",
            "some file 1",
            "from 4 1",
            "newer from 5 1",
            "--keep-existing 1",
            "kluis_names_of_mine 1",
        ];
        assert_eq!(lines, expected, "{said}");
    }
}

#[test]
fn fish_completes_a_command_after_the_dashes_as_its_own() {
    let sandbox = unlocked();
    let steps = "
        source ./script
        function mytool; end
        complete -c mytool -f -a 'alpha beta'
        complete -c mytool -l loud
        complete -C 'kluis run -e A=b -- mytool al'
        complete -C 'kluis run -- mytool --lo'
        complete -C 'kluis run -- myto'";
    if let Some(said) = in_shell(&sandbox, "fish", &["--no-config", "-c"], steps) {
        let words: Vec<&str> = said
            .lines()
            .filter_map(|line| line.split('\t').next())
            .collect();
        assert_eq!(words, ["alpha", "--loud", "mytool"], "{said}");
    }
}

#[test]
fn zsh_completes_a_command_after_the_dashes_as_its_own() {
    let sandbox = unlocked();
    let steps = "
        fpath=($PWD $fpath)
        autoload -Uz compinit && compinit -D -u
        autoload +X _kluis
        compdef() { : }
        _normal() { print -r -- normal $CURRENT $words }
        _arguments() { print -r -- arguments; return 0 }
        words=(kluis run -e A=b -- git che) CURRENT=7
        _kluis
        words=(kluis run --) CURRENT=3
        _kluis";
    if let Some(said) = in_shell(&sandbox, "zsh", &["-f", "-c"], steps) {
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines, ["normal 2 git che", "arguments"], "{said}");
    }
}
