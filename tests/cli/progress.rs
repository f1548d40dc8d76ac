//! Tests the progress line: shown at a terminal after a while, and removed at the end.

use crate::sandbox::Sandbox;
use crate::screen::Screen;

/// A vault whose passphrase takes a second or more: as much memory and work as a file may require.
fn slow() -> Sandbox {
    let sandbox = Sandbox::empty();
    let passphrase = sandbox.given("passphrase", "ivory walnut pebble quarter");
    let init = sandbox.kluis(["init", "--kdf", "m=128,t=16,p=1"]);
    let made = init.env("KLUIS_PASSPHRASE_FILE", passphrase).run();
    made.any_stderr().exits(0);
    sandbox
}

#[test]
fn unlocking_is_shown_while_it_lasts_and_to_people_only() {
    let sandbox = slow();
    let passphrase = sandbox.given_path("passphrase");
    let list = |options: &[&str]| {
        let list = sandbox.kluis(["list"].iter().chain(options));
        list.env("KLUIS_PASSPHRASE_FILE", &passphrase)
    };
    let (shown, code) = Screen::start(list(&[]).command_at_terminal(), 80).ends();
    assert_eq!(code, 0);
    assert!(shown.contains("\r\x1b[Kunlocking: "), "{shown:?}");
    // The line is gone when the result comes.
    assert!(
        shown.ends_with("\r\x1b[Kkluis: note: no secrets\n"),
        "{shown:?}"
    );
    for option in ["--quiet", "--json"] {
        let (shown, _) = Screen::start(list(&[option]).command_at_terminal(), 80).ends();
        assert!(!shown.contains("unlocking"), "{shown:?}");
    }
    list(&[]).run().stderr("kluis: note: no secrets\n").exits(0);
}
