//! Tests interrupted questions: by a key, by a signal or by closing the terminal. Each time echo is on again and
//! nothing has changed.

use crate::sandbox::{CHEAP_KDF, Invocation, Sandbox};
use crate::screen::Screen;
use rustix::process::Signal;
use std::fs;
use std::time::{Duration, Instant};

const PASSPHRASE: &str = "ivory walnut pebble quartz";
const CTRL_C: &str = "\x03";
const CTRL_Z: &str = "\x1a";

/// A command, the keys before the question, and the question to interrupt.
struct Prompt {
    line: Vec<&'static str>,
    /// Questions and answers, in turns.
    before: &'static [(&'static str, &'static str)],
    question: &'static str,
    hidden: bool,
    vault: Vault,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Vault {
    None,
    Passphrase,
    Token,
}

const UNLOCKED: (&str, &str) = ("Passphrase: ", PASSPHRASE);
/// The question of `init`.
const NEW: &str = "New passphrase (press Enter to use a key file instead): ";
const CHOSEN: (&str, &str) = ("New passphrase: ", PASSPHRASE);

/// Every question of the program.
fn prompts() -> Vec<Prompt> {
    let prompt = |vault, line: &[&'static str], before, question, hidden| Prompt {
        line: line.to_vec(),
        before,
        question,
        hidden,
        vault,
    };
    let init = ["init", "--kdf", CHEAP_KDF];
    let changed = ["key", "passphrase", "--kdf", CHEAP_KDF];
    let admit = ["key", "add", "--full", "--passphrase", "--kdf", CHEAP_KDF];
    vec![
        prompt(Vault::None, &init, &[], NEW, true),
        prompt(
            Vault::None,
            &init,
            &[(NEW, PASSPHRASE)],
            "Once more: ",
            true,
        ),
        prompt(
            Vault::None,
            &init,
            &[(NEW, "hunter2"), ("Once more: ", "hunter2")],
            "instead? [Y/n] ",
            false,
        ),
        prompt(
            Vault::Passphrase,
            &["get", "name"],
            &[],
            "Passphrase: ",
            true,
        ),
        prompt(Vault::Passphrase, &["unlock"], &[], "Passphrase: ", true),
        prompt(
            Vault::Passphrase,
            &["vault", "rekey"],
            &[],
            "Passphrase: ",
            true,
        ),
        prompt(
            Vault::Passphrase,
            &changed,
            &[UNLOCKED],
            "New passphrase: ",
            true,
        ),
        prompt(
            Vault::Passphrase,
            &changed,
            &[UNLOCKED, CHOSEN],
            "Once more: ",
            true,
        ),
        prompt(
            Vault::Passphrase,
            &admit,
            &[UNLOCKED, CHOSEN],
            "Once more: ",
            true,
        ),
        prompt(Vault::Token, &["create", "other"], &[], "Value: ", true),
        prompt(
            Vault::Token,
            &["set", "name"],
            &[("Value: ", "half")],
            "Once more: ",
            true,
        ),
        prompt(
            Vault::Token,
            &["delete", "name", "--forever"],
            &[],
            "[y/N] ",
            false,
        ),
        prompt(Vault::Token, &["vault", "prune"], &[], "[y/N] ", false),
        prompt(Vault::Token, &["vault", "restore"], &[], "[y/N] ", false),
    ]
}

#[derive(Clone, Copy, Debug)]
enum Leaves {
    /// By a key.
    Interrupt,
    Signal(Signal),
    /// Stopped by a key, brought back, and then interrupted.
    Stop,
}

const WAYS: [Leaves; 8] = [
    Leaves::Interrupt,
    Leaves::Signal(Signal::HUP),
    Leaves::Signal(Signal::TERM),
    Leaves::Stop,
    Leaves::Signal(Signal::INT),
    Leaves::Interrupt,
    Leaves::Signal(Signal::TERM),
    Leaves::Signal(Signal::HUP),
];

fn home(vault: Vault) -> Sandbox {
    let sandbox = match vault {
        Vault::None => Sandbox::empty(),
        Vault::Token => {
            let sandbox = Sandbox::with_vault();
            sandbox.create("name", "v");
            sandbox.prints(["rotate", "name"], "w");
            sandbox
        }
        Vault::Passphrase => {
            let sandbox = Sandbox::empty();
            let file = sandbox.given("passphrase", PASSPHRASE);
            for line in [
                &["init", "--kdf", CHEAP_KDF][..],
                &["create", "name", "--generate", "8"],
            ] {
                let kluis = sandbox.kluis(line).env("KLUIS_PASSPHRASE_FILE", &file);
                kluis.run().any_stdout().any_stderr().exits(0);
            }
            sandbox
        }
    };
    sandbox.keep(PASSPHRASE.as_bytes());
    sandbox
}

/// Interrupts the question; returns the output and the exit code.
fn leave(kluis: Invocation<'_>, prompt: &Prompt, way: Leaves) -> (Screen, i32) {
    let script = "set -m; \"$@\"; echo stopped with $?; read -r; fg";
    let kluis = match way {
        Leaves::Stop => kluis.under(["bash", "-c", script, "bash"]),
        Leaves::Interrupt | Leaves::Signal(_) => kluis,
    };
    let mut screen = Screen::start(kluis.command_at_terminal(), 80);
    for (question, answer) in prompt.before {
        screen.shows(question);
        screen.types(answer);
        screen.types("\n");
    }
    screen.shows(prompt.question);
    assert_eq!(screen.echoes(), !prompt.hidden, "{:?}", prompt.line);
    // A signal may arrive before the typed text, which is then echoed as at any other time.
    if !(prompt.hidden && matches!(way, Leaves::Signal(_))) {
        screen.types("half");
    }
    match way {
        Leaves::Interrupt => screen.types(CTRL_C),
        Leaves::Signal(signal) => screen.signal(signal),
        Leaves::Stop => {
            screen.types(CTRL_Z);
            screen.shows("stopped with 1");
            assert!(
                screen.echoes(),
                "{:?}: no echo while it is stopped",
                prompt.line
            );
            screen.types("\n");
            screen.shows(prompt.question);
            screen.types(CTRL_C);
        }
    }
    // This also checks the echo.
    let (_, code) = screen.ends();
    (screen, code)
}

#[test]
fn leaving_a_question_restores_echo_and_changes_nothing() {
    let mut times = 0;
    for prompt in prompts() {
        let sandbox = home(prompt.vault);
        let before = fs::read(sandbox.vault()).ok();
        for way in WAYS {
            let (screen, code) = leave(sandbox.kluis(&prompt.line), &prompt, way);
            let expected = match way {
                Leaves::Interrupt | Leaves::Stop => 130,
                Leaves::Signal(signal) => 128 + signal.as_raw(),
            };
            assert_eq!(
                code,
                expected,
                "{:?} {way:?}: {}",
                prompt.line,
                screen.all()
            );
            assert!(!screen.all().contains(PASSPHRASE), "{:?}", prompt.line);
            assert!(
                !prompt.hidden || !screen.all().contains("half"),
                "{:?}",
                prompt.line
            );
            let after = fs::read(sandbox.vault()).ok();
            assert!(
                after == before,
                "{:?} {way:?} changed something",
                prompt.line
            );
            times += 1;
        }
    }
    assert!(times >= 100, "{times}");
}

#[test]
fn a_stop_without_job_control_shows_nothing_you_type() {
    let sandbox = home(Vault::Passphrase);
    // The first of a session, as at `ssh -t` or in a new window.
    let get = sandbox.kluis(["get", "name"]);
    let mut screen = Screen::start(get.command_at_terminal(), 80);
    screen.shows("Passphrase: ");
    screen.types(CTRL_Z);
    let deadline = Instant::now() + Duration::from_secs(30);
    std::thread::sleep(Duration::from_millis(300));
    while screen.echoes() {
        assert!(Instant::now() < deadline, "what is typed would be seen");
        std::thread::sleep(Duration::from_millis(20));
    }
    screen.types(PASSPHRASE);
    screen.types("\n");
    screen.shows("Keep it unlocked");
    screen.types("n\n");
    let (_, code) = screen.ends();
    assert_eq!(code, 0);
    assert!(!screen.all().contains(PASSPHRASE));
}
