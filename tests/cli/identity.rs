//! Tests making a key file, and unlocking with one.

use crate::sandbox::{CHEAP_KDF, Invocation, Sandbox};
use crate::screen::Screen;
use crate::snapshots::root;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// The identity that the frozen vault of every kind of key admits, that vault's key, and the whole file.
const PUBLIC: &str = "klp_3Chu30vE6sjlheY5ij4kohG0zDu73jXDglecxNSufzY3jbsNV";
const VAULT_KEY: &str = "klv_1QfiBLNIfVtKZMGONAqIjWqOhKrLf2W2rpm0h48DtEe8cdnnz";
const FILE: &str = concat!(
    r#"{"kluis-identity":1,"public":"klp_3Chu30vE6sjlheY5ij4kohG0zDu73jXDglecxNSufzY3jbsNV","#,
    r#""secret":"kli_0WleeGwoNSrnFKGYKn3r1mCFc5iavA91HOcdmLdxki9Ivlgsy"}"#,
    "\n"
);

fn default_file(sandbox: &Sandbox) -> PathBuf {
    sandbox.home().join(".config/kluis/key")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// Puts an identity's file where it belongs, for its owner alone.
fn put(path: &Path, contents: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, contents).unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
}

/// Makes a key file, and returns its public key.
fn new(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let made = sandbox.kluis(["key", "new"].iter().chain(arguments)).run();
    let public = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().stderr_has("made the key file").exits(0);
    assert!(public.starts_with("klp_") && public.len() == 54, "{public}");
    public
}

/// A home with the frozen vault, without a pin, and its key file in the usual place.
fn admitted() -> Sandbox {
    let sandbox = Sandbox::empty();
    let vault = sandbox.home().join("v.kluis");
    fs::copy(root().join("tests/vectors/good-keys.kluis"), vault).unwrap();
    put(&default_file(&sandbox), FILE);
    sandbox
}

fn on_vault<'s>(sandbox: &'s Sandbox, arguments: &[&str]) -> Invocation<'s> {
    let invocation = sandbox.kluis(arguments);
    invocation.env("KLUIS_VAULT", sandbox.home().join("v.kluis"))
}

fn pinned<'s>(sandbox: &'s Sandbox, arguments: &[&str]) -> Invocation<'s> {
    on_vault(sandbox, arguments).env("KLUIS_PIN", VAULT_KEY)
}

#[test]
fn a_key_file_stays_private_and_its_public_key_is_printed() {
    let sandbox = Sandbox::empty();
    let public = new(&sandbox, &[]);
    let file = default_file(&sandbox);
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(public.trim_end()) && text.contains("\"kli_"));
    sandbox
        .kluis(["key", "show"])
        .run()
        .stdout(&public)
        .exits(0);
    let shown = sandbox.kluis(["key", "show", "--json"]).run();
    let object = shown.json();
    shown.any_stdout().exits(0);
    assert_eq!(object["key_file"], file.to_str().unwrap());
    assert_eq!(object["public_key"], public.trim_end());
    // Under any umask, and at any place.
    let other = sandbox.home().join("deep/other");
    let made = ["key", "new", "--json", "-o", other.to_str().unwrap()];
    let made = sandbox.kluis(made).prepared("umask 000").run();
    let object = made.json();
    made.any_stdout().exits(0);
    assert_eq!(mode(&other), 0o600);
    assert_ne!(object["public_key"], public.trim_end());
    let show = sandbox.kluis(["key", "show"]);
    let shown = show.env("KLUIS_KEY_FILE", &other).run();
    let expected = format!("{}\n", object["public_key"].as_str().unwrap());
    shown.stdout(expected).exits(0);
}

#[test]
fn an_existing_key_file_is_never_overwritten() {
    let sandbox = Sandbox::empty();
    new(&sandbox, &[]);
    let file = default_file(&sandbox);
    let before = fs::read(&file).unwrap();
    let again = sandbox.kluis(["key", "new", "--json", "--yes"]).run();
    assert_eq!(again.json_error()["code"], "conflict");
    again.any_stderr().exits(6);
    assert_eq!(fs::read(&file).unwrap(), before);
    let link = sandbox.home().join("link");
    symlink(sandbox.home().join("absent"), &link).unwrap();
    let refused = sandbox.kluis(["key", "new", "-o", link.to_str().unwrap()]);
    refused
        .run()
        .stderr_has("there is already a key file")
        .exits(6);
    assert!(!sandbox.home().join("absent").exists());
}

#[test]
fn a_shared_directory_is_refused_for_a_key_file() {
    let sandbox = Sandbox::empty();
    let shared = sandbox.home().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, Permissions::from_mode(0o777)).unwrap();
    let file = shared.join("identity");
    let refused = sandbox.kluis(["key", "new", "-o", file.to_str().unwrap()]);
    refused
        .run()
        .stderr_has("is in a directory that other users can write to")
        .exits(1);
    assert_eq!(fs::read_dir(&shared).unwrap().count(), 0);
}

#[test]
fn a_full_disk_leaves_a_whole_key_file_or_none() {
    let sandbox = Sandbox::empty();
    let full = sandbox.kluis(["key", "new"]);
    let full = full.prepared("ulimit -f 0").run();
    full.stderr_has("could not write").exits(1);
    let folder = default_file(&sandbox).parent().unwrap().to_owned();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let unread = sandbox.kluis(["key", "new"]).prepared("exec >&-");
    unread.run().any_stderr().ends();
    // Its public key can still be shown.
    let shown = sandbox.kluis(["key", "show"]).run();
    assert!(shown.stdout.starts_with(b"klp_"));
    shown.any_stdout().exits(0);
}

#[test]
fn a_locked_key_file_is_shown_without_its_passphrase() {
    let sandbox = admitted();
    let passphrase = sandbox.secret("a long passphrase");
    let given = sandbox.given("passphrase", &passphrase);
    let file = sandbox.home().join("locked");
    let path = file.to_str().unwrap();
    let (given, kdf) = (given.to_str().unwrap(), CHEAP_KDF);
    let line = ["key", "new", "-o", path, "--kdf", kdf];
    let from_file = ["--new-passphrase-file", given];
    let made = line.iter().chain(&from_file);
    let made = sandbox.kluis(made).run();
    let public = made.stdout.clone();
    made.any_stdout().stderr_has("cheap").exits(0);
    assert!(!fs::read_to_string(&file).unwrap().contains("kli_"));
    let show = ["key", "show", "--key-file", path];
    sandbox.kluis(show).run().stdout(public).exits(0);
    let refused = sandbox.kluis(line).run();
    refused
        .stderr_has("--kdf needs --passphrase or --new-passphrase-file")
        .exits(2);
    let empty = sandbox.given("empty", "\n");
    let empty = [
        "key",
        "new",
        "-o",
        "new",
        "--new-passphrase-file",
        empty.to_str().unwrap(),
    ];
    sandbox
        .kluis(empty)
        .run()
        .stderr_has("the passphrase is empty")
        .exits(4);
    assert!(!sandbox.home().join("new").exists());
    let nobody = ["key", "new", "-o", "new", "--passphrase"];
    sandbox.kluis(nobody).run().any_stderr().exits(4);
    assert!(!sandbox.home().join("new").exists());
}

#[test]
fn at_a_terminal_the_passphrase_is_asked_for_twice_without_echo() {
    let sandbox = Sandbox::empty();
    let passphrase = "ivory walnut pebble quartz";
    sandbox.keep(passphrase.as_bytes());
    let line = ["key", "new", "--passphrase", "--kdf", CHEAP_KDF];
    let mut screen = Screen::start(sandbox.kluis(line).command_at_terminal(), 80);
    for question in ["New passphrase: ", "Once more: "] {
        screen.shows(question);
        screen.types(passphrase);
        screen.types("\n");
    }
    screen.shows("klp_");
    let text = fs::read_to_string(default_file(&sandbox)).unwrap();
    assert!(text.contains("argon2id") && !text.contains("kli_"));
}

#[test]
fn a_missing_key_file_is_not_found_and_a_damaged_one_says_so() {
    let sandbox = Sandbox::empty();
    let show = || sandbox.kluis(["key", "show", "--json"]);
    let none = show().run();
    assert_eq!(none.json_error()["code"], "not_found");
    assert_eq!(none.json_error()["hint"], "run `kluis key new` to make one");
    none.any_stderr().exits(3);
    let file = default_file(&sandbox);
    let (before, secret) = FILE.split_once("kli_").unwrap();
    let other = if secret.starts_with('0') { '1' } else { '0' };
    let typo = format!("{before}kli_{other}{}", &secret[1..]);
    for (contents, code, word) in [
        ("", 5, "damaged"),
        ("hunter2", 5, "damaged"),
        (&typo, 5, "damaged"),
        (&FILE[..FILE.len() - 3], 5, "damaged"),
        (r#"{"kluis-identity":2,"x":1}"#, 5, "unsupported"),
    ] {
        put(&file, contents);
        let refused = show().run();
        assert!(!refused.stderr.contains("hunter2"));
        assert_eq!(refused.json_error()["code"], word, "{contents}");
        refused.any_stderr().exits(code);
    }
    let endless = ["key", "show", "--key-file", "/dev/zero"];
    sandbox.kluis(endless).run().any_stderr().exits(5);
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    show().run().any_stderr().exits(1);
}

#[test]
fn a_key_file_that_others_may_touch_is_refused() {
    let sandbox = admitted();
    let file = default_file(&sandbox);
    for open in [0o640, 0o604, 0o620, 0o644] {
        fs::set_permissions(&file, Permissions::from_mode(open)).unwrap();
        let show = sandbox.kluis(["key", "show"]).run();
        show.stderr_has("`chmod 600 ").exits(1);
        let named = pinned(&sandbox, &["list", "-q"]).env("KLUIS_KEY_FILE", &file);
        named
            .run()
            .stderr_has("other users can read or write")
            .exits(1);
        // The default key file is skipped with a note.
        let passed = pinned(&sandbox, &["list", "-q"]).run();
        assert!(passed.stderr.contains("is not used: other users can"));
        passed.stderr_has("the vault is locked").exits(4);
    }
    fs::set_permissions(&file, Permissions::from_mode(0o400)).unwrap();
    pinned(&sandbox, &["list", "-q"])
        .run()
        .stdout("name\n")
        .exits(0);
}

#[test]
fn a_key_file_opens_and_changes_a_pinned_vault() {
    let sandbox = admitted();
    sandbox
        .kluis(["key", "show"])
        .run()
        .stdout(format!("{PUBLIC}\n"))
        .exits(0);
    pinned(&sandbox, &["get", "name"])
        .run()
        .stdout("value")
        .exits(0);
    let set = pinned(&sandbox, &["set", "name"]).stdin("another").run();
    set.any_stdout().exits(0);
    let option = on_vault(&sandbox, &["get", "name", "--pin", VAULT_KEY]);
    option.run().stdout("another").exits(0);
    // The child of `run` does not get its path.
    let line = [
        "run",
        "-e",
        "NAME=name",
        "--",
        "sh",
        "-c",
        "echo ${KLUIS_KEY_FILE-none}",
    ];
    let named = pinned(&sandbox, &line).env("KLUIS_KEY_FILE", default_file(&sandbox));
    named.run().stdout("none\n").exits(0);
}

#[test]
fn a_key_file_may_be_a_pipe() {
    let sandbox = admitted();
    for place in ["-", "/dev/fd/0"] {
        let get = pinned(&sandbox, &["get", "name", "--key-file", place]).stdin(FILE);
        get.run().stdout("value").exits(0);
        let status = ["status", "--json", "--key-file", place];
        let status = pinned(&sandbox, &status).stdin(FILE).run();
        assert_eq!(status.json()["opens_with"], "key_file", "{place}");
        status.any_stdout().exits(0);
    }
}

#[test]
fn an_unpinned_vault_is_not_opened_with_a_key_file() {
    let sandbox = admitted();
    let refused = on_vault(&sandbox, &["get", "name", "--json"]).run();
    let error = refused.json_error();
    assert_eq!(error["code"], "damaged");
    assert!(error["error"].as_str().unwrap().contains(VAULT_KEY));
    assert!(error["hint"].as_str().unwrap().contains("--pin"));
    refused.any_stderr().exits(5);
    let other = "klv_".to_owned() + &PUBLIC[4..];
    let mistyped = on_vault(&sandbox, &["get", "name", "--pin", &other]);
    mistyped.run().stderr_has("the pin has a typo").exits(2);
    let another = Sandbox::with_vault();
    let key = another.kluis(["vault", "verify", "--json"]).run();
    let other = key.json()["public_key"].as_str().unwrap().to_owned();
    key.any_stdout().exits(0);
    let wrong = on_vault(&sandbox, &["get", "name", "--pin", &other]);
    wrong
        .run()
        .stderr_has("this is another vault than the one you pinned")
        .exits(5);
}

#[test]
fn a_pin_given_once_at_a_terminal_is_remembered() {
    let sandbox = admitted();
    let refused = || {
        on_vault(&sandbox, &["get", "name"])
            .run()
            .any_stderr()
            .exits(5);
    };
    // A script names it each time.
    pinned(&sandbox, &["get", "name"])
        .run()
        .stdout("value")
        .exits(0);
    refused();
    // A wrong pin is not remembered.
    let another = Sandbox::with_vault();
    let key = another.kluis(["vault", "verify", "--json"]).run();
    let other = key.json()["public_key"].as_str().unwrap().to_owned();
    key.any_stdout().exits(0);
    let at_terminal = |pin: &str| {
        let get = on_vault(&sandbox, &["get", "name", "--pin", pin]);
        Screen::start(get.command_at_terminal(), 100).ends().1
    };
    assert_eq!(at_terminal(&other), 5);
    refused();
    assert_eq!(at_terminal(VAULT_KEY), 0);
    let get = on_vault(&sandbox, &["get", "name"]).run();
    get.stdout("value").exits(0);
    let wrong = on_vault(&sandbox, &["get", "name", "--pin", &other]).run();
    wrong.any_stderr().exits(5);
    // It is for this vault: a vault that another person made for the key still needs its own.
    let add = ["key", "add", "--full", "--public-key", PUBLIC];
    another.kluis(add).run().any_stderr().exits(0);
    another.create("name", "bait");
    fs::write(sandbox.home().join("v.kluis"), another.bytes()).unwrap();
    refused();
}

/// An attacker made a vault with the id of yours for your key file, and a branch names it.
#[test]
fn a_project_file_never_replaces_the_pin_that_you_confirmed() {
    let owner = Sandbox::with_vault();
    owner.create("name", "value");
    let public = new(&owner, &[]);
    let add = ["key", "add", "--full", "--public-key", public.trim_end()];
    owner.kluis(add).run().any_stderr().exits(0);
    let second = owner
        .kluis(["key", "add", "--token", "--full", "--label", "second"])
        .run();
    owner.keep_token(&second.stdout);
    second.any_stdout().any_stderr().exits(0);
    let reader = owner.copy();
    let pin = |sandbox: &Sandbox| {
        let verified = sandbox.kluis(["vault", "verify", "--json"]).run();
        let key = verified.json()["public_key"].as_str().unwrap().to_owned();
        verified.any_stdout().exits(0);
        key
    };
    let (true_pin, true_bytes) = (pin(&owner), owner.bytes());
    let clone = reader.home().join("clone");
    fs::create_dir(&clone).unwrap();
    let vault = clone.join("v.kluis");
    let file = |pin: &str| {
        fs::write(
            clone.join("kluis.toml"),
            format!("vault = 'v.kluis'\n{pin}"),
        )
        .unwrap();
    };
    fs::write(&vault, &true_bytes).unwrap();
    file("");
    reader.trust(&clone);
    let get = || {
        reader
            .kluis(["get", "name"])
            .without("KLUIS_TOKEN")
            .within(&clone)
    };
    get().run().stdout("value").exits(0);

    // The signer of the true vault changes here only to stand for another signer.
    owner
        .kluis(["key", "remove", "second", "--leaked", "--yes"])
        .run()
        .any_stdout()
        .any_stderr()
        .exits(0);
    let other_pin = pin(&owner);
    assert_ne!(other_pin, true_pin);
    fs::write(&vault, owner.bytes()).unwrap();
    let mismatch = "this is another vault than the one you pinned";
    get().run().stderr_has(mismatch).exits(5);
    file(&format!("pin = '{other_pin}'"));
    get()
        .run()
        .stderr_has("needs your trust again for: the pin")
        .exits(8);
    get()
        .env("KLUIS_PROJECT", "kluis.toml")
        .run()
        .stderr_has(mismatch)
        .exits(5);
    reader.trust(&clone);
    get().run().stderr_has(mismatch).exits(5);
    // Back on the true branch everything is as it was.
    fs::write(&vault, &true_bytes).unwrap();
    file("");
    get().run().stdout("value").exits(0);
    // You may name it yourself, after you have compared it.
    fs::write(&vault, owner.bytes()).unwrap();
    get()
        .env("KLUIS_PIN", &other_pin)
        .run()
        .stdout("value")
        .exits(0);
}

#[test]
fn a_pin_in_a_project_file_counts_only_after_consent() {
    let sandbox = admitted();
    let text = format!("vault = \"v.kluis\"\npin = \"{VAULT_KEY}\"\n");
    fs::write(sandbox.home().join("kluis.toml"), text).unwrap();
    let get = || sandbox.kluis(["get", "name"]);
    get()
        .run()
        .stderr_has("trust for: the vault, the pin")
        .exits(8);
    let unpinned = get().env("KLUIS_VAULT", sandbox.home().join("v.kluis"));
    let not_pinned = "this vault is not pinned here";
    unpinned.run().stderr_has(not_pinned).exits(5);
    let trust = sandbox.kluis(["trust", "--yes"]).run();
    trust.stderr_has(VAULT_KEY).exits(0);
    get().run().stdout("value").exits(0);
    sandbox.kluis(["trust", "--remove"]).run().exits(0);
    get().run().any_stderr().exits(8);
    let agreed = get().env("KLUIS_PROJECT", "kluis.toml");
    agreed.run().stdout("value").exits(0);
    // `--vault` does not say whose vault it is.
    let flag = sandbox.kluis(["get", "name", "--vault", "v.kluis"]);
    let flag = flag.env("KLUIS_PROJECT", "kluis.toml");
    flag.run()
        .stderr_has("this vault is not pinned here")
        .exits(5);
}

/// A vault of a token's owner, with an identity that has full access, and another token to be removed; also
/// returns the vault's key.
fn shared() -> (Sandbox, String) {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "value");
    let public = new(&sandbox, &[]);
    for line in [
        &["--public-key", public.trim_end()][..],
        &["--token", "--label", "hers"],
    ] {
        let added = sandbox
            .kluis(["key", "add", "--full"].iter().chain(line))
            .run();
        sandbox.keep_token(&added.stdout);
        added.any_stdout().any_stderr().exits(0);
    }
    let key = vault_key(&sandbox, &[]);
    (sandbox, key)
}

fn by_identity<'s>(sandbox: &'s Sandbox, line: &[&str]) -> Invocation<'s> {
    sandbox.kluis(line).without("KLUIS_TOKEN")
}

fn vault_key(sandbox: &Sandbox, more: &[&str]) -> String {
    let verify = sandbox
        .kluis(["vault", "verify", "--json"].iter().chain(more))
        .run();
    let key = verify.json()["public_key"].as_str().unwrap().to_owned();
    verify.any_stdout().any_stderr().exits(0);
    key
}

fn removes_a_key(sandbox: &Sandbox, more: &[&str]) {
    let line = [&["key", "remove", "hers", "--yes"], more].concat();
    let removed = by_identity(sandbox, &line).run();
    removed
        .any_stdout()
        .stderr_has("the vault has a new public key")
        .exits(0);
}

#[test]
fn a_confirmed_pin_follows_your_own_removal_of_a_key() {
    let (sandbox, key) = shared();
    let get = || by_identity(&sandbox, &["get", "name"]);
    // As on another machine: the one that made the vault has pinned it.
    sandbox.forget();
    let mut screen = Screen::start(get().command_at_terminal(), 200);
    screen.shows("[y/N] ");
    screen.types("y\n");
    assert_eq!(screen.ends().1, 0);
    get().run().stdout("value").exits(0);
    removes_a_key(&sandbox, &[]);
    get().run().stdout("value").exits(0);
    // The old one vouches for the new one, unless the removed key was leaked.
    get().env("KLUIS_PIN", &key).run().stdout("value").exits(0);
    let rekey = by_identity(&sandbox, &["vault", "rekey", "--leaked", "--yes"]);
    rekey.run().any_stdout().any_stderr().exits(0);
    get().run().stdout("value").exits(0);
    let old = get().env("KLUIS_PIN", &key).run();
    old.stderr_has("this is another vault than the one you pinned")
        .exits(5);
}

#[test]
fn an_explicit_pin_fails_after_a_removal_and_shows_the_new_one() {
    let (sandbox, key) = shared();
    sandbox.forget();
    let get = |key: &str| by_identity(&sandbox, &["get", "name", "--pin", key]);
    removes_a_key(&sandbox, &["--leaked", "--pin", &key]);
    let new = {
        let refused = get(&key).run();
        let (_, new) = refused.stderr.split_once("its pin is ").unwrap();
        let new = new.lines().next().unwrap().to_owned();
        refused
            .stderr_has("this is another vault than the one you pinned")
            .exits(5);
        new
    };
    assert_ne!(new, key);
    get(&new).run().stdout("value").exits(0);
    // In a project file: until you agree to one with the new key.
    let vault = sandbox.vault().display().to_string();
    for (key, code) in [(&key, 5), (&new, 0)] {
        let text = format!("vault = '{vault}'\npin = '{key}'\n");
        fs::write(sandbox.home().join("kluis.toml"), text).unwrap();
        let trusted = sandbox.kluis(["trust", "--yes", "-q"]).run();
        trusted.any_stdout().exits(0);
        let got = by_identity(&sandbox, &["get", "name"]).run();
        got.any_stdout().any_stderr().exits(code);
    }
}

#[test]
fn a_key_file_that_cannot_open_is_skipped_unless_named() {
    let sandbox = admitted();
    let file = default_file(&sandbox);
    fs::remove_file(&file).unwrap();
    let missing = pinned(&sandbox, &["list", "--key-file", "/nowhere"]).run();
    missing.stderr_has("there is no key file /nowhere").exits(4);
    pinned(&sandbox, &["list"])
        .run()
        .stderr_has("the vault is locked")
        .exits(4);
    new(&sandbox, &[]);
    pinned(&sandbox, &["list"])
        .run()
        .stderr_has("--key-file")
        .exits(4);
    let named = pinned(&sandbox, &["list"]).env("KLUIS_KEY_FILE", &file);
    named
        .run()
        .stderr_has("the key file does not open this vault")
        .exits(4);
}

#[test]
fn its_passphrase_may_be_typed_three_times() {
    let owner = Sandbox::with_vault();
    let passphrase = owner.secret("a long passphrase");
    let given = owner.given("passphrase", &passphrase);
    let from_file = ["--new-passphrase-file", given.to_str().unwrap()];
    let cheap = ["--kdf", CHEAP_KDF];
    let public = new(&owner, &[cheap, from_file].concat());
    let add = [
        "key",
        "add",
        "--full",
        "-q",
        "--public-key",
        public.trim_end(),
    ];
    owner.kluis(add).run().exits(0);
    let verified = owner.kluis(["vault", "verify", "--json"]).run();
    let pin = verified.json()["public_key"].as_str().unwrap().to_owned();
    verified.any_stdout().exits(0);
    for (typed, code) in [
        (["wrong", "wrong", &passphrase], 0),
        (["wrong", "wrong", "wrong"], 4),
    ] {
        let list = owner.kluis(["list", "-q"]).without("KLUIS_TOKEN");
        let list = list.env("KLUIS_PIN", &pin);
        let mut screen = Screen::start(list.command_at_terminal(), 80);
        for (position, typed) in typed.into_iter().enumerate() {
            let shown = screen.shows("Passphrase of the key file: ");
            assert_eq!(
                shown.contains("Wrong passphrase for the key file."),
                position > 0,
                "{shown}"
            );
            screen.types(&format!("{typed}\n"));
        }
        if code == 0 {
            screen.shows("Keep it unlocked");
            screen.types("n\n");
        }
        assert_eq!(screen.ends().1, code, "{typed:?}");
    }
}

#[test]
fn a_key_file_comes_after_a_token_and_before_the_prompt() {
    let sandbox = admitted();
    let nothing = sandbox.given("nothing", "no passphrase of this vault");
    let file = default_file(&sandbox);
    let by = |name: &str, value: &str, said: &str| {
        let list = pinned(&sandbox, &["list", "-q"]).env("KLUIS_KEY_FILE", &file);
        list.env(name, value).run().stderr_has(said).exits(4);
    };
    by("KLUIS_TOKEN", "kls_", "the token has a typo");
    by(
        "KLUIS_PASSPHRASE_FILE",
        nothing.to_str().unwrap(),
        "wrong passphrase for this vault",
    );
    let mut screen = Screen::start(pinned(&sandbox, &["get", "name"]).command_at_terminal(), 80);
    screen.shows("value");
}
