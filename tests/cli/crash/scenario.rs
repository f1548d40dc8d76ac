//! The commands to interrupt: the vault before each, and the way to tell the old state from the new.

use crate::sandbox::{CHEAP_KDF, Invocation, Sandbox};
use std::ffi::OsString;

/// The state of a vault; any other fails the test.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Before,
    /// One step was done, and the next command reports it.
    Between,
    After,
}

/// The way of a command from one state to the other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Writes {
    /// Replaces the vault once: before that, it has its old bytes.
    Once,
    /// In several steps, and it may go back.
    InSteps,
}

pub struct Scenario {
    pub name: &'static str,
    pub prepare: fn() -> Sandbox,
    pub command: fn(&Sandbox) -> Invocation<'_>,
    /// The state of the vault, given what the command printed.
    pub look: fn(&Sandbox, &[u8]) -> State,
    pub writes: Writes,
    /// Whether the key that opened the vault before must not open a copy beside the new one.
    pub takes_away: bool,
    /// Finishes the work that the command left in this state.
    pub settle: fn(&Sandbox, State),
    /// The variable that unlocks the vault in this state; `None` if no key was printed.
    pub key: fn(&Sandbox, State) -> Option<(&'static str, OsString)>,
}

/// The usual scenario: it replaces the vault once, takes no key away, and the token opens the vault before and
/// after.
pub const fn of(
    name: &'static str,
    prepare: fn() -> Sandbox,
    command: fn(&Sandbox) -> Invocation<'_>,
    look: fn(&Sandbox, &[u8]) -> State,
) -> Scenario {
    Scenario {
        name,
        prepare,
        command,
        look,
        writes: Writes::Once,
        takes_away: false,
        settle: |_, _| {},
        key: |sandbox, _| Some(token(sandbox)),
    }
}

pub const SCENARIOS: &[Scenario] = &[
    of("set", || with_values("old", "new"), set, value),
    of(
        "set of 60,000 bytes",
        || with_values(&"old".repeat(20_000), &"new".repeat(20_000)),
        set,
        value,
    ),
    Scenario {
        key: new_token,
        ..of(
            "init",
            Sandbox::empty,
            |sandbox| sandbox.kluis(["init", "--token"]),
            new_vault,
        )
    },
    of(
        "delete",
        || with_values("old", "new"),
        |sandbox| sandbox.kluis(["delete", "name"]),
        deleted,
    ),
    of(
        "delete --forever",
        || with_values("old", "new"),
        |sandbox| sandbox.kluis(["delete", "name", "--forever", "--yes"]),
        deleted_for_ever,
    ),
    Scenario {
        key: |sandbox, state| Some((PASSPHRASE, passphrase(sandbox, state))),
        takes_away: true,
        ..of(
            "passphrase",
            with_passphrase,
            change_passphrase,
            opening_passphrase,
        )
    },
    of(
        "workspace create",
        || with_values("old", "new"),
        |sandbox| sandbox.kluis(["workspace", "create", "staging"]),
        has_workspace,
    ),
    of(
        "key add",
        || with_values("old", "new"),
        |sandbox| sandbox.kluis(["key", "add", "--full", "--token"]),
        has_key,
    ),
    Scenario {
        takes_away: true,
        ..of(
            "key remove",
            with_reader,
            |sandbox| sandbox.kluis(["key", "remove", "reader", "--yes"]),
            reader_opens,
        )
    },
    Scenario {
        takes_away: true,
        ..of(
            "key remove of full access",
            with_owner,
            |sandbox| sandbox.kluis(["key", "remove", "reader", "--yes"]),
            reader_opens,
        )
    },
    Scenario {
        takes_away: true,
        ..of(
            "rekey",
            with_reader,
            |sandbox| sandbox.kluis(["vault", "rekey"]),
            is_other,
        )
    },
];

const PASSPHRASE: &str = "KLUIS_PASSPHRASE_FILE";

/// A vault with a secret whose value is `old`, with another one, and with previous bytes.
pub fn with_values(old: &str, new: &str) -> Sandbox {
    let sandbox = Sandbox::with_vault();
    for (name, value) in [("old", old), ("new", new)] {
        let value = format!("{}{value}", sandbox.secret(name));
        sandbox.given(name, value);
    }
    sandbox.create("name", sandbox.was_given("old"));
    sandbox.create("other", sandbox.secret("other"));
    sandbox
}

fn set(sandbox: &Sandbox) -> Invocation<'_> {
    let set = sandbox.kluis(["set", "name"]);
    set.stdin_file(sandbox.given_path("new"))
}

fn value(sandbox: &Sandbox, _printed: &[u8]) -> State {
    let value = sandbox.get("name");
    if value == sandbox.was_given("old") {
        State::Before
    } else {
        assert!(value == sandbox.was_given("new"), "neither of both values");
        State::After
    }
}

pub fn token(sandbox: &Sandbox) -> (&'static str, OsString) {
    ("KLUIS_TOKEN", sandbox.token().into())
}

/// There, or restorable with its value, as a copy shows.
fn deleted(sandbox: &Sandbox, _printed: &[u8]) -> State {
    let got = sandbox.kluis(["get", "name"]).run();
    if got.code == 0 {
        got.stdout(sandbox.was_given("old")).exits(0);
        return State::Before;
    }
    got.stderr_has("default/name was deleted at").exits(3);
    let copy = sandbox.copy();
    copy.kluis(["restore", "name"]).run().any_stderr().exits(0);
    assert!(copy.get("name") == sandbox.was_given("old"));
    State::After
}

fn deleted_for_ever(sandbox: &Sandbox, _printed: &[u8]) -> State {
    let got = sandbox.kluis(["get", "name"]).run();
    if got.code == 0 {
        got.stdout(sandbox.was_given("old")).exits(0);
        return State::Before;
    }
    got.stderr_has("no secret").exits(3);
    State::After
}

fn has_workspace(sandbox: &Sandbox, _printed: &[u8]) -> State {
    let listed = sandbox.kluis(["workspace", "list", "--json"]).run();
    let names = listed.json()["workspaces"].as_array().unwrap().len();
    listed.any_stdout().exits(0);
    if names == 1 {
        State::Before
    } else {
        State::After
    }
}

/// One key more, and the token that was printed opens.
fn has_key(sandbox: &Sandbox, printed: &[u8]) -> State {
    let listed = sandbox.kluis(["key", "list", "--json"]).run();
    let keys = listed.json()["keys"].as_array().unwrap().len();
    listed.any_stdout().exits(0);
    if keys == 1 {
        return State::Before;
    }
    if let Some(token) = whole_token(printed) {
        let get = sandbox.kluis(["get", "name"]).env("KLUIS_TOKEN", token);
        get.run().stdout(sandbox.was_given("old")).exits(0);
    }
    State::After
}

/// Secrets, and a token besides the owner's that reads them.
fn with_reader() -> Sandbox {
    with_token(&["--read-only"])
}

/// The same with a token that has full access, too.
pub fn with_owner() -> Sandbox {
    with_token(&[])
}

fn with_token(reach: &[&str]) -> Sandbox {
    let sandbox = with_values("old", "new");
    let add = ["key", "add", "--full", "--token", "--label", "reader"];
    let added = sandbox.kluis(add.iter().chain(reach)).run();
    sandbox.keep_token(&added.stdout);
    sandbox.given("reader", &added.stdout);
    added.any_stdout().any_stderr().exits(0);
    sandbox.given("before", sandbox.bytes());
    sandbox
}

/// The owner's token opens before and after; the reader's before alone.
pub fn reader_opens(sandbox: &Sandbox, _printed: &[u8]) -> State {
    assert!(sandbox.get("name") == sandbox.was_given("old"));
    let reader = sandbox.given_path("reader");
    let get = sandbox.kluis(["get", "name"]).without("KLUIS_TOKEN");
    let got = get.env("KLUIS_KEY_FILE", reader).run();
    if got.code == 0 {
        got.stdout(sandbox.was_given("old")).exits(0);
        return State::Before;
    }
    got.stderr_has("the token does not open this vault")
        .exits(4);
    State::After
}

/// Both tokens open before and after, and report the same.
fn is_other(sandbox: &Sandbox, _printed: &[u8]) -> State {
    assert!(sandbox.get("name") == sandbox.was_given("old"));
    let reader = sandbox.given_path("reader");
    let get = sandbox.kluis(["get", "name"]).without("KLUIS_TOKEN");
    let got = get.env("KLUIS_KEY_FILE", reader).run();
    got.stdout(sandbox.was_given("old")).exits(0);
    if sandbox.bytes() == sandbox.was_given("before") {
        State::Before
    } else {
        State::After
    }
}

/// No vault, or a whole one that its token opens; without a printed token, one that asks for a key.
fn new_vault(sandbox: &Sandbox, printed: &[u8]) -> State {
    if !sandbox.vault().exists() {
        return State::Before;
    }
    let verify = sandbox.kluis(["vault", "verify"]);
    if let Some(token) = whole_token(printed) {
        sandbox.given("token", token);
        let opened = verify.env("KLUIS_TOKEN", token).run();
        // If a part of the memory was lost, it warns.
        opened.any_stdout().any_stderr().exits(0);
    } else {
        // Only a vault whose bytes are all authentic gets as far as asking for the key.
        let stranger = Sandbox::with_vault().token();
        let locked = verify.env("KLUIS_TOKEN", stranger).run();
        locked.any_stderr().exits(4);
    }
    State::After
}

fn whole_token(printed: &[u8]) -> Option<&str> {
    let token = std::str::from_utf8(printed).ok()?.strip_suffix('\n')?;
    (token.starts_with("kls_") && token.len() == 74).then_some(token)
}

/// The printed token, or that of a second attempt if there is no vault.
fn new_token(sandbox: &Sandbox, state: State) -> Option<(&'static str, OsString)> {
    if state == State::Before {
        let made = sandbox.kluis(["init", "--token"]).run();
        sandbox.keep_token(&made.stdout);
        sandbox.given("token", whole_token(&made.stdout).unwrap());
        made.any_stdout().any_stderr().exits(0);
    }
    let path = sandbox.given_path("token");
    path.exists().then(|| ("KLUIS_KEY_FILE", path.into()))
}

/// A vault with a passphrase, and previous bytes that it opens, too.
fn with_passphrase() -> Sandbox {
    let sandbox = Sandbox::empty();
    for name in ["old", "new"] {
        sandbox.given(name, sandbox.secret("a passphrase of this test"));
    }
    let old = passphrase(&sandbox, State::Before);
    let init = sandbox.kluis(["init", "--kdf", CHEAP_KDF]);
    init.env(PASSPHRASE, &old).run().any_stderr().exits(0);
    let set = sandbox.kluis(["set", "name"]).env(PASSPHRASE, &old);
    let value = sandbox.secret("value");
    set.stdin(value).run().any_stdout().exits(0);
    sandbox
}

fn passphrase(sandbox: &Sandbox, state: State) -> OsString {
    let name = match state {
        State::Before => "old",
        State::Between | State::After => "new",
    };
    sandbox.given_path(name).into()
}

fn change_passphrase(sandbox: &Sandbox) -> Invocation<'_> {
    let new = sandbox.given_path("new");
    let new = new.to_str().unwrap();
    let change = [
        "passphrase",
        "--kdf",
        CHEAP_KDF,
        "--new-passphrase-file",
        new,
    ];
    let old = passphrase(sandbox, State::Before);
    sandbox.kluis(change).env(PASSPHRASE, old)
}

/// Exactly one of both opens.
fn opening_passphrase(sandbox: &Sandbox, _printed: &[u8]) -> State {
    let opens = |state| {
        let key = passphrase(sandbox, state);
        let got = sandbox.kluis(["get", "name"]).env(PASSPHRASE, key).run();
        let code = got.code;
        assert!(code == 0 || code == 4, "{}", got.stderr);
        got.any_stdout().any_stderr().ends();
        code == 0
    };
    match (opens(State::Before), opens(State::After)) {
        (true, false) => State::Before,
        (false, true) => State::After,
        both => panic!("of the old and the new passphrase, open: {both:?}"),
    }
}
