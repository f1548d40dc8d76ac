//! A server that keeps a password, and the command that changes it there: a stand-in for a database. Hooks,
//! written in shell, act in the middle of a change.

use crate::sandbox::{Invocation, KLUIS, Sandbox};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::fs;

/// A careful command, like `rotate_role.sh`: it accepts only the right old password, changes completely or not at
/// all, and does nothing if the new one is already in use.
const CHANGE: &str = r#"set -eu
old=$HOME/old.$$.given new=$HOME/new.$$.given
if [ -n "${KLUIS_NEW_FILE-}" ]; then
    cat "$KLUIS_OLD_FILE" > "$old"
    cat "$KLUIS_NEW_FILE" > "$new"
else
    printf %s "$KLUIS_OLD_VALUE" > "$old"
    printf %s "$KLUIS_NEW_VALUE" > "$new"
fi
kluis() { KLUIS_TOKEN=$(cat "$HOME/token.given") "$PROGRAM" "$@" > /dev/null; }
eval "${BEFORE-}"
if ! cmp -s "$new" "$SERVER"; then
    cmp -s "$old" "$SERVER" || exit 5
    mv "$new" "$SERVER"
fi
eval "${AFTER-}"
"#;

/// A hook that kills kluis, the parent of its command.
pub const KILL: &str = "kill -KILL $PPID";

/// Makes a secret `db` and a server, both with the old password; and `new`, a file with the next one.
pub fn serve(sandbox: &Sandbox, old: impl AsRef<[u8]>, new: impl AsRef<[u8]>) {
    let value = sandbox.given("old", &old);
    sandbox.given("new", new);
    sandbox.given("server", old);
    sandbox.given("token", sandbox.token());
    fs::write(sandbox.home().join("change"), CHANGE).unwrap();
    let create = ["create", "db", "--value-file", value.to_str().unwrap()];
    sandbox.kluis(create).run().any_stdout().exits(0);
}

/// A vault and a server with ordinary passwords.
pub fn with_server() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    serve(&sandbox, sandbox.secret("old"), sandbox.secret("new"));
    sandbox
}

/// `rotate db` with these options and the command.
pub fn execute<'s>(sandbox: &'s Sandbox, options: &[&str]) -> Invocation<'s> {
    let change = sandbox.home().join("change");
    let exec = ["--exec", "sh", change.to_str().unwrap()];
    let line = [&["rotate", "db"], options, &exec].concat();
    let line = sandbox.kluis(line).env("PROGRAM", KLUIS);
    line.env("SERVER", sandbox.given_path("server"))
}

/// `rotate db` to the new password, with these options besides.
pub fn rotate<'s>(sandbox: &'s Sandbox, options: &[&str]) -> Invocation<'s> {
    let new = sandbox.given_path("new");
    let source = ["--value-file", new.to_str().unwrap()];
    execute(sandbox, &[&source, options].concat())
}

/// The same with a hook that runs before the server's password changes, or after it. A hook may call `kluis …`:
/// it is another user of the vault, who has the token from elsewhere.
pub fn interrupted<'s>(sandbox: &'s Sandbox, before: &str, after: &str) -> Invocation<'s> {
    let line = rotate(sandbox, &[]);
    line.env("BEFORE", before).env("AFTER", after)
}

/// `rotate db --resume`, with the command once more.
pub fn resume(sandbox: &Sandbox) -> Invocation<'_> {
    execute(sandbox, &["--resume"])
}

pub fn show(sandbox: &Sandbox) -> Value {
    let shown = sandbox.kluis(["show", "db", "--json"]).run();
    let object = serde_json::from_slice(&shown.stdout).unwrap();
    shown.any_stdout().any_stderr().exits(0);
    object
}

/// The checksums of the effective and the pending slot, if there are any.
fn checksums(sandbox: &Sandbox) -> [Option<String>; 2] {
    let shown = show(sandbox);
    let slots = shown["slots"].as_array().unwrap();
    ["effective", "pending"].map(|state| {
        let slot = slots.iter().find(|slot| slot[state] == true)?;
        Some(slot["checksum"].as_str().unwrap().to_owned())
    })
}

/// The checksum that `show` prints for the value in this file.
fn checksum_in(sandbox: &Sandbox, file: &str) -> String {
    let digest = Sha256::digest(sandbox.was_given(file));
    data_encoding::HEXLOWER.encode(&digest)
}

/// Whether a value is pending. It must be the new one, beside the old one.
pub fn is_pending(sandbox: &Sandbox) -> bool {
    let [effective, pending] = checksums(sandbox);
    if let Some(pending) = &pending {
        assert_eq!(*pending, checksum_in(sandbox, "new"));
        assert_eq!(effective, Some(checksum_in(sandbox, "old")));
    }
    pending.is_some()
}

/// Whether the server accepts the password in this file.
pub fn takes(sandbox: &Sandbox, file: &str) -> bool {
    sandbox.was_given("server") == sandbox.was_given(file)
}

/// Checks that nothing is pending, and that the server accepts the value of `get`, which is the password in this
/// file.
pub fn assert_settled(sandbox: &Sandbox, file: &str) {
    assert_eq!(checksums(sandbox)[1], None, "a value is pending");
    assert!(takes(sandbox, file), "the server has another password");
    assert!(
        sandbox.get("db") == sandbox.was_given("server"),
        "the value does not open the server"
    );
}

/// Checks that the value is pending, and that the server accepts the password in this file.
pub fn assert_pending(sandbox: &Sandbox, file: &str) {
    assert!(is_pending(sandbox), "no value is pending");
    assert!(takes(sandbox, file), "the server has another password");
}
