//! Tests PID namespaces, as bwrap, firejail and containers make them: `kluis` as process 1, and at a terminal
//! whose foreground job is not visible.
//!
//! If no namespace can be made, the tests print so and pass.

use crate::sandbox::Sandbox;
use crate::screen::Screen;
use std::process::Command;

pub const UNSHARE: [&str; 3] = ["unshare", "-rpf", "--mount-proc"];

pub fn is_possible() -> bool {
    let tried = Command::new(UNSHARE[0])
        .args(&UNSHARE[1..])
        .arg("true")
        .output();
    let is_possible = tried.is_ok_and(|output| output.status.success());
    if !is_possible {
        eprintln!("skipped: no PID namespace here");
    }
    is_possible
}

/// Leaves a process behind that ends at once, and counts the zombies later.
const LEAVES: &str = "(sh -c 'sleep 0.2 & sleep 0.2 &'); sleep 1; grep -c '^State:.Z' /proc/[0-9]*/status | grep -c ':1$'; echo parent $PPID";

#[test]
fn as_process_1_it_reaps_what_others_leave_behind() {
    if !is_possible() {
        return;
    }
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let run = ["run", "--mask", "-e", "V=name", "--", "sh", "-c", LEAVES];
    let ran = sandbox.kluis(run).under(UNSHARE).run();
    ran.stdout("0\nparent 1\n").exits(0);
}

#[test]
fn as_process_1_its_exit_code_is_that_of_the_command() {
    if !is_possible() {
        return;
    }
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    for (script, code) in [
        ("exit 7", 7),
        ("kill -TERM $$", 143),
        ("sleep 0.1 & exit 5", 5),
    ] {
        let run = ["run", "--mask", "-e", "V=name", "--", "sh", "-c", script];
        let ran = sandbox.kluis(run).under(UNSHARE).run();
        ran.any_stderr().exits(code);
    }
}

/// The group of the job, and that in the foreground, are outside of the namespace and have the number 0.
#[test]
fn a_job_that_cannot_be_seen_is_not_in_the_background() {
    if !is_possible() {
        return;
    }
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let create = sandbox.kluis(["create", "name"]).stdin("a value");
    let made = create.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
    made.any_stdout().exits(0);
    let get = sandbox.kluis(["get", "name"]).under(UNSHARE);
    let mut screen = Screen::start(get.command_at_terminal(), 80);
    screen.shows("assphrase");
    screen.types(&String::from_utf8(sandbox.was_given("passphrase")).unwrap());
    screen.types("\r");
    screen.shows("Keep it unlocked");
    screen.types("n\r");
    let (_, code) = screen.ends();
    assert_eq!(code, 0);
    assert!(screen.all().contains("a value"), "{}", screen.all());
}
