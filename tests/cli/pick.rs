//! Tests picking a secret from a list: at a terminal only, and the terminal is restored afterwards.

use crate::sandbox::Sandbox;
use crate::screen::Screen;
use rustix::process::Signal;

/// The cursor moves back up to the prompt: a whole frame has been drawn.
const DRAWN: &str = "A\r\x1b[";

fn vault() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    for name in ["db_password", "db_user", "github_token", "web"] {
        let set = sandbox
            .kluis(["create", name])
            .stdin(format!("value of {name}"));
        set.run().any_stdout().exits(0);
    }
    sandbox
}

fn at_terminal(sandbox: &Sandbox, line: &str, columns: u16) -> Screen {
    let command = sandbox.kluis(line.split(' ')).command_at_terminal();
    Screen::start(command, columns)
}

#[test]
fn typing_narrows_the_list_and_enter_takes_the_best() {
    let sandbox = vault();
    let mut screen = at_terminal(&sandbox, "get", 80);
    let shown = screen.shows(DRAWN);
    for name in [
        "> ",
        "db_password",
        "db_user",
        "github_token",
        "web",
        "4 of 4",
    ] {
        assert!(shown.contains(name), "{shown:?}");
    }
    assert!(!shown.contains("value of"), "{shown:?}");
    screen.types("git");
    screen.shows("1 of 4");
    screen.types("\r");
    let (shown, code) = screen.ends();
    assert!(
        shown.ends_with("Secret: github_token\nvalue of github_token\n"),
        "{shown:?}"
    );
    assert_eq!(code, 0);
}

#[test]
fn arrows_choose_and_the_verb_continues() {
    let sandbox = vault();
    let mut screen = at_terminal(&sandbox, "show", 80);
    screen.shows("4 of 4");
    screen.types("\x1b[B\x1b[B\x1b[A\r");
    let (shown, code) = screen.ends();
    assert!(shown.contains("name       db_user\n"), "{shown:?}");
    assert_eq!(code, 0);
    for (line, said) in [
        ("history", "effective"),
        ("rotate --generate 8", "Secret: web"),
        ("rotate --generate 8", "Secret: web"),
        ("rollback", "Secret: web"),
    ] {
        let mut screen = at_terminal(&sandbox, line, 80);
        screen.shows("4 of 4");
        screen.types("web\r");
        let (shown, code) = screen.ends();
        assert!(shown.contains(said), "{shown:?}");
        assert_eq!(code, 0, "{line}");
    }
    let mut screen = at_terminal(&sandbox, "delete", 80);
    screen.shows("4 of 4");
    screen.types("web\r");
    let (shown, code) = screen.ends();
    assert!(
        shown.contains("deleted default/web: `kluis restore web` undoes it"),
        "{shown:?}"
    );
    assert_eq!(code, 0);
    assert_eq!(
        sandbox.prints(["list", "-q"], ""),
        "db_password\ndb_user\ngithub_token\n"
    );
    // Deleted ones are picked from a separate list, and no secret is lost by a pick without a question.
    let mut screen = at_terminal(&sandbox, "restore", 80);
    screen.shows("1 of 1");
    screen.types("web\r");
    let (shown, code) = screen.ends();
    assert!(shown.contains("restored default/web"), "{shown:?}");
    assert_eq!(code, 0);
    let mut screen = at_terminal(&sandbox, "delete --forever", 80);
    screen.shows("4 of 4");
    screen.types("web\r");
    screen.shows("Delete default/web for ever, 4 versions? [y/N] ");
    screen.types("yes\r");
    assert_eq!(screen.ends().1, 0);
    let mut screen = at_terminal(&sandbox, "restore", 80);
    let (shown, code) = screen.ends();
    let none = "the workspace default has no deleted secrets";
    assert!(shown.contains(none), "{shown:?}");
    assert_eq!(code, 2);
}

#[test]
fn more_than_fits_is_shown_by_its_end_and_leaves_no_line_behind() {
    let sandbox = vault();
    let mut screen = at_terminal(&sandbox, "get", 40);
    screen.shows("4 of 4");
    screen.types(&"z".repeat(39));
    screen.types("end");
    let shown = screen.shows(&format!("…{}end", "z".repeat(35)));
    // A prompt that is broken into two lines would be drawn once more with each key.
    assert!(!shown.contains("Secret:\n"), "{shown:?}");
    screen.types("\x15web\r");
    let (shown, code) = screen.ends();
    assert!(shown.ends_with("Secret: web\nvalue of web\n"), "{shown:?}");
    assert!(!shown.contains("Secret:\n"), "{shown:?}");
    assert_eq!(code, 0);
}

#[test]
fn cancelling_restores_the_terminal() {
    let sandbox = vault();
    for keys in ["\x1b", "\x03", "\x04", "git\x03"] {
        let mut screen = at_terminal(&sandbox, "get", 80);
        screen.shows("4 of 4");
        screen.types(keys);
        let (shown, code) = screen.ends();
        assert_eq!(code, 130, "{keys:?}: {shown}");
        assert!(!shown.contains("value of"), "{shown:?}");
    }
    let mut screen = at_terminal(&sandbox, "get", 80);
    screen.shows("4 of 4");
    screen.signal(Signal::TERM);
    assert_eq!(screen.ends().1, 143);
}

#[test]
fn a_name_that_does_not_fit_cannot_be_taken() {
    let sandbox = vault();
    let mut screen = at_terminal(&sandbox, "get", 80);
    screen.shows("4 of 4");
    screen.types("zzz");
    screen.shows("0 of 4");
    screen.types("\r\x15");
    screen.shows("4 of 4");
    screen.types("\x7fweb\r");
    let (shown, code) = screen.ends();
    assert!(shown.ends_with("value of web\n"), "{shown:?}");
    assert_eq!(code, 0);
}

#[test]
fn lines_fit_a_narrow_terminal_and_colour_is_optional() {
    let sandbox = vault();
    let long = "n".repeat(128);
    sandbox.create(&long, sandbox.secret("value"));
    let command = sandbox.kluis(["get"]).env("NO_COLOR", "1");
    let mut screen = Screen::start(command.command_at_terminal(), 40);
    let shown = screen.shows("5 of 5");
    for line in shown.lines() {
        let line = line.trim_start_matches(['\r']).replace("\x1b[J", "");
        assert!(
            line.chars().count() < 40 && !line.contains("\x1b["),
            "{line:?}"
        );
    }
    assert!(shown.contains('…'), "{shown:?}");
    screen.types("\x1b");
    assert_eq!(screen.ends().1, 130);
}

#[test]
fn without_a_terminal_a_name_is_missing() {
    let sandbox = vault();
    for verb in [
        "get", "show", "history", "rotate", "rollback", "delete", "restore",
    ] {
        let failed = sandbox.kluis([verb]).run();
        failed.stderr_has("<SECRET> is missing").exits(2);
    }
    // Programs are never asked, and neither are people with `--non-interactive`.
    for line in ["get --json", "get --non-interactive"] {
        let mut screen = at_terminal(&sandbox, line, 80);
        let (shown, code) = screen.ends();
        assert!(shown.contains("<SECRET> is missing"), "{shown:?}");
        assert_eq!(code, 2);
    }
}

#[test]
fn an_empty_workspace_has_nothing_to_pick() {
    let sandbox = Sandbox::with_vault();
    let mut screen = at_terminal(&sandbox, "get", 80);
    let (shown, code) = screen.ends();
    assert!(
        shown.contains("the workspace default has no secrets"),
        "{shown:?}"
    );
    assert_eq!(code, 2);
}
