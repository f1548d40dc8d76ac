//! `identity`, and unlocking with one.

use crate::sandbox::{CHEAP_KDF, Invocation, Sandbox};
use crate::screen::Screen;
use crate::snapshots::root;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

/// The identity that the frozen vault of every kind of key admits, that vault's key, and the whole file.
const PUBLIC: &str = "klp_4R27MEmaqxCnguVDjLa5c5LSrooquBFkxsmw8I5meXxJJNxpj";
const VAULT_KEY: &str = "klv_357H8Y30Cz8zcaVcvHXN9wcmM9Qr4QhEuvAIT3FJe4Ti82D9C";
const FILE: &str = concat!(
    r#"{"kluis-identity":1,"public":"klp_4R27MEmaqxCnguVDjLa5c5LSrooquBFkxsmw8I5meXxJJNxpj","#,
    r#""secret":"kli_0z2jgzwlFkyGVVKXVG4ZBILO4gEFwhhjpqHMK8vAx8oHMFfux"}"#,
    "\n"
);

fn default_file(sandbox: &Sandbox) -> PathBuf {
    sandbox.home().join(".config/kluis/identity")
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

/// Makes an identity, and gives its public half.
fn new(sandbox: &Sandbox, arguments: &[&str]) -> String {
    let made = sandbox
        .kluis(["identity", "new"].iter().chain(arguments))
        .run();
    let public = String::from_utf8(made.stdout.clone()).unwrap();
    made.any_stdout().stderr_has("made the identity").exits(0);
    assert!(public.starts_with("klp_") && public.len() == 54, "{public}");
    public
}

/// A home with the frozen vault, which is pinned by nothing, and its identity in the usual place.
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
    on_vault(sandbox, arguments).env("KLUIS_VAULT_KEY", VAULT_KEY)
}

#[test]
fn the_private_half_stays_in_a_file_of_its_owners_and_the_public_half_is_printed() {
    let sandbox = Sandbox::empty();
    let public = new(&sandbox, &[]);
    let file = default_file(&sandbox);
    assert_eq!(mode(&file), 0o600);
    assert_eq!(mode(file.parent().unwrap()), 0o700);
    let text = fs::read_to_string(&file).unwrap();
    assert!(text.contains(public.trim_end()) && text.contains("\"kli_"));
    sandbox
        .kluis(["identity", "show"])
        .run()
        .stdout(&public)
        .exits(0);
    let shown = sandbox.kluis(["identity", "show", "--json"]).run();
    let object = shown.json();
    shown.any_stdout().exits(0);
    assert_eq!(object["identity"], file.to_str().unwrap());
    assert_eq!(object["public"], public.trim_end());
    // Whatever the umask says, and wherever it is.
    let other = sandbox.home().join("deep/other");
    let made = ["identity", "new", "--json", "-o", other.to_str().unwrap()];
    let made = sandbox.kluis(made).prepared("umask 000").run();
    let object = made.json();
    made.any_stdout().exits(0);
    assert_eq!(mode(&other), 0o600);
    assert_ne!(object["public"], public.trim_end());
    let show = sandbox.kluis(["identity", "show"]);
    let shown = show.env("KLUIS_IDENTITY", &other).run();
    let expected = format!("{}\n", object["public"].as_str().unwrap());
    shown.stdout(expected).exits(0);
}

#[test]
fn what_is_there_is_never_written_over() {
    let sandbox = Sandbox::empty();
    new(&sandbox, &[]);
    let file = default_file(&sandbox);
    let before = fs::read(&file).unwrap();
    let again = sandbox.kluis(["identity", "new", "--json", "--yes"]).run();
    assert_eq!(again.json_error()["code"], "conflict");
    again.any_stderr().exits(6);
    assert_eq!(fs::read(&file).unwrap(), before);
    let link = sandbox.home().join("link");
    symlink(sandbox.home().join("absent"), &link).unwrap();
    let refused = sandbox.kluis(["identity", "new", "-o", link.to_str().unwrap()]);
    refused
        .run()
        .stderr_has("there is already an identity")
        .exits(6);
    assert!(!sandbox.home().join("absent").exists());
}

#[test]
fn a_directory_that_others_may_write_is_no_place_for_it() {
    let sandbox = Sandbox::empty();
    let shared = sandbox.home().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, Permissions::from_mode(0o777)).unwrap();
    let file = shared.join("identity");
    let refused = sandbox.kluis(["identity", "new", "-o", file.to_str().unwrap()]);
    refused
        .run()
        .stderr_has("lies in a directory that others may write")
        .exits(1);
    assert_eq!(fs::read_dir(&shared).unwrap().count(), 0);
}

#[test]
fn a_full_disk_and_a_closed_pipe_leave_a_whole_identity_or_none() {
    let sandbox = Sandbox::empty();
    let full = sandbox.kluis(["identity", "new"]);
    let full = full.prepared("ulimit -f 0").run();
    full.stderr_has("could not write").exits(1);
    let folder = default_file(&sandbox).parent().unwrap().to_owned();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
    let unread = sandbox.kluis(["identity", "new"]).prepared("exec >&-");
    unread.run().any_stderr().ends();
    // Its public half can still be had.
    let shown = sandbox.kluis(["identity", "show"]).run();
    assert!(shown.stdout.starts_with(b"klp_"));
    shown.any_stdout().exits(0);
}

#[test]
fn under_a_passphrase_it_is_shown_without_and_opened_only_with() {
    let sandbox = admitted();
    let passphrase = sandbox.secret("a long passphrase");
    let given = sandbox.given("passphrase", &passphrase);
    let file = sandbox.home().join("locked");
    let path = file.to_str().unwrap();
    let (given, kdf) = (given.to_str().unwrap(), CHEAP_KDF);
    let line = ["identity", "new", "-o", path, "--kdf", kdf];
    let from_file = ["--new-passphrase-file", given];
    let made = line.iter().chain(&from_file);
    let made = sandbox.kluis(made).run();
    let public = made.stdout.clone();
    made.any_stdout().stderr_has("cheap").exits(0);
    assert!(!fs::read_to_string(&file).unwrap().contains("kli_"));
    let show = ["identity", "show", "--identity", path];
    sandbox.kluis(show).run().stdout(public).exits(0);
    let refused = sandbox.kluis(line).run();
    refused
        .stderr_has("--kdf is for an identity with --passphrase")
        .exits(2);
    let empty = sandbox.given("empty", "\n");
    let empty = [
        "identity",
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
    let nobody = ["identity", "new", "-o", "new", "--passphrase"];
    sandbox.kluis(nobody).run().any_stderr().exits(4);
    assert!(!sandbox.home().join("new").exists());
}

#[test]
fn at_a_terminal_the_passphrase_is_asked_for_twice_without_echo() {
    let sandbox = Sandbox::empty();
    let passphrase = "ivory walnut pebble quartz";
    sandbox.keep(passphrase.as_bytes());
    let line = ["identity", "new", "--passphrase", "--kdf", CHEAP_KDF];
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
fn no_identity_is_not_found_and_a_damaged_one_says_so() {
    let sandbox = Sandbox::empty();
    let show = || sandbox.kluis(["identity", "show", "--json"]);
    let none = show().run();
    assert_eq!(none.json_error()["code"], "not_found");
    assert_eq!(none.json_error()["hint"], "`kluis identity new` makes one");
    none.any_stderr().exits(3);
    let file = default_file(&sandbox);
    for (contents, code, word) in [
        ("", 5, "damaged"),
        ("hunter2", 5, "damaged"),
        (&FILE.replace("kli_0", "kli_1"), 5, "damaged"),
        (&FILE[..FILE.len() - 3], 5, "damaged"),
        (r#"{"kluis-identity":2,"x":1}"#, 5, "unsupported"),
    ] {
        put(&file, contents);
        let refused = show().run();
        assert!(!refused.stderr.contains("hunter2"));
        assert_eq!(refused.json_error()["code"], word, "{contents}");
        refused.any_stderr().exits(code);
    }
    let endless = ["identity", "show", "--identity", "/dev/zero"];
    sandbox.kluis(endless).run().any_stderr().exits(5);
    fs::remove_file(&file).unwrap();
    fs::create_dir(&file).unwrap();
    show().run().any_stderr().exits(1);
}

#[test]
fn one_that_others_may_touch_is_refused_until_that_is_mended() {
    let sandbox = admitted();
    let file = default_file(&sandbox);
    for open in [0o640, 0o604, 0o620, 0o644] {
        fs::set_permissions(&file, Permissions::from_mode(open)).unwrap();
        let show = sandbox.kluis(["identity", "show"]).run();
        show.stderr_has("`chmod 600 ").exits(1);
        let named = pinned(&sandbox, &["list", "-q"]).env("KLUIS_IDENTITY", &file);
        named.run().stderr_has("others may read or write").exits(1);
        // One that nobody named is passed over, with a word.
        let passed = pinned(&sandbox, &["list", "-q"]).run();
        assert!(passed.stderr.contains("is ignored: others may"));
        passed.stderr_has("the vault is locked").exits(4);
    }
    fs::set_permissions(&file, Permissions::from_mode(0o400)).unwrap();
    pinned(&sandbox, &["list", "-q"])
        .run()
        .stdout("name\n")
        .exits(0);
}

#[test]
fn it_opens_the_vault_whose_key_was_named_and_changes_it() {
    let sandbox = admitted();
    sandbox
        .kluis(["identity", "show"])
        .run()
        .stdout(format!("{PUBLIC}\n"))
        .exits(0);
    pinned(&sandbox, &["get", "name"])
        .run()
        .stdout("value")
        .exits(0);
    let set = pinned(&sandbox, &["set", "name"]).stdin("another").run();
    set.any_stdout().exits(0);
    let option = on_vault(&sandbox, &["get", "name", "--vault-key", VAULT_KEY]);
    option.run().stdout("another").exits(0);
    // The child of `run` is not told where it is.
    let line = [
        "run",
        "-e",
        "NAME=name",
        "--",
        "sh",
        "-c",
        "echo ${KLUIS_IDENTITY-none}",
    ];
    let named = pinned(&sandbox, &line).env("KLUIS_IDENTITY", default_file(&sandbox));
    named.run().stdout("none\n").exits(0);
}

#[test]
fn a_vault_that_nothing_vouches_for_is_not_opened() {
    let sandbox = admitted();
    let refused = on_vault(&sandbox, &["get", "name", "--json"]).run();
    let error = refused.json_error();
    assert_eq!(error["code"], "damaged");
    assert!(error["error"].as_str().unwrap().contains(VAULT_KEY));
    assert!(error["hint"].as_str().unwrap().contains("--vault-key"));
    refused.any_stderr().exits(5);
    let other = "klv_".to_owned() + &PUBLIC[4..];
    let mistyped = on_vault(&sandbox, &["get", "name", "--vault-key", &other]);
    mistyped.run().stderr_has("mistyped").exits(2);
    let another = Sandbox::with_vault();
    let key = another.kluis(["verify", "--json"]).run();
    let other = key.json()["vault_key"].as_str().unwrap().to_owned();
    key.any_stdout().exits(0);
    let wrong = on_vault(&sandbox, &["get", "name", "--vault-key", &other]);
    wrong.run().stderr_has("not the pinned one").exits(5);
}

#[test]
fn a_key_in_a_project_file_counts_only_when_somebody_agreed_to_the_file() {
    let sandbox = admitted();
    let text = format!("vault = \"v.kluis\"\nvault_key = \"{VAULT_KEY}\"\n");
    fs::write(sandbox.home().join("kluis.toml"), text).unwrap();
    // The vault is in the file's own folder: enough to be drawn on, not to be taken for the real one.
    let get = || sandbox.kluis(["get", "name"]);
    get().run().stderr_has("nothing vouches").exits(5);
    let trust = sandbox.kluis(["trust", "--yes"]).run();
    let hash = String::from_utf8(trust.stdout.clone()).unwrap();
    trust.any_stdout().stderr_has(VAULT_KEY).exits(0);
    get().run().stdout("value").exits(0);
    sandbox.kluis(["trust", "--remove"]).run().exits(0);
    get().run().any_stderr().exits(5);
    let agreed = get().env("KLUIS_TRUST_PROJECT", hash.trim_end());
    agreed.run().stdout("value").exits(0);
    // Whose vault it is, `--vault` does not say.
    let flag = sandbox.kluis(["get", "name", "--vault", "v.kluis"]);
    let flag = flag.env("KLUIS_TRUST_PROJECT", hash.trim_end());
    flag.run().stderr_has("nothing vouches").exits(5);
}

/// A vault of a token's owner, which admits an identity for everything, and another token to be removed; the
/// vault's key.
fn shared() -> (Sandbox, String) {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "value");
    let public = new(&sandbox, &[]);
    for line in [
        &["--recipient", public.trim_end()][..],
        &["--token", "--label", "hers"],
    ] {
        let added = sandbox.kluis(["key", "add"].iter().chain(line)).run();
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
    let verify = sandbox.kluis(["verify", "--json"].iter().chain(more)).run();
    let key = verify.json()["vault_key"].as_str().unwrap().to_owned();
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
fn a_key_that_somebody_confirmed_follows_their_own_removal_of_a_key() {
    let (sandbox, key) = shared();
    let get = || by_identity(&sandbox, &["get", "name"]);
    let mut screen = Screen::start(get().command_at_terminal(), 200);
    screen.shows("Are they the same? [y/N] ");
    screen.types("y\n");
    assert_eq!(screen.ends().1, 0);
    get().run().stdout("value").exits(0);
    removes_a_key(&sandbox, &[]);
    get().run().stdout("value").exits(0);
    // The old one is nobody's any more.
    let old = get().env("KLUIS_VAULT_KEY", &key).run();
    old.stderr_has("not the pinned one").exits(5);
}

#[test]
fn a_key_that_is_named_each_time_is_refused_after_the_removal_and_the_new_one_told() {
    let (sandbox, key) = shared();
    let get = |key: &str| by_identity(&sandbox, &["get", "name", "--vault-key", key]);
    removes_a_key(&sandbox, &["--vault-key", &key]);
    let new = {
        let refused = get(&key).run();
        let (_, new) = refused.stderr.split_once("its key is ").unwrap();
        let new = new.lines().next().unwrap().to_owned();
        refused.stderr_has("not the pinned one").exits(5);
        new
    };
    assert_ne!(new, key);
    get(&new).run().stdout("value").exits(0);
    // In a project file: until somebody agrees to one with the new key.
    let vault = sandbox.vault().display().to_string();
    for (key, code) in [(&key, 5), (&new, 0)] {
        let text = format!("vault = '{vault}'\nvault_key = '{key}'\n");
        fs::write(sandbox.home().join("kluis.toml"), text).unwrap();
        let trusted = sandbox.kluis(["trust", "--yes", "-q"]).run();
        trusted.any_stdout().exits(0);
        let got = by_identity(&sandbox, &["get", "name"]).run();
        got.any_stdout().any_stderr().exits(code);
    }
}

#[test]
fn one_that_is_not_admitted_is_passed_over_unless_it_was_named() {
    let sandbox = admitted();
    let file = default_file(&sandbox);
    fs::remove_file(&file).unwrap();
    let missing = pinned(&sandbox, &["list", "--identity", "/nowhere"]).run();
    missing.stderr_has("there is no identity /nowhere").exits(4);
    pinned(&sandbox, &["list"])
        .run()
        .stderr_has("the vault is locked")
        .exits(4);
    new(&sandbox, &[]);
    pinned(&sandbox, &["list"])
        .run()
        .stderr_has("--identity")
        .exits(4);
    let named = pinned(&sandbox, &["list"]).env("KLUIS_IDENTITY", &file);
    named
        .run()
        .stderr_has("the identity opens no key of this vault")
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
    let add = ["key", "add", "-q", "--recipient", public.trim_end()];
    owner.kluis(add).run().exits(0);
    let verified = owner.kluis(["verify", "--json"]).run();
    let pin = verified.json()["vault_key"].as_str().unwrap().to_owned();
    verified.any_stdout().exits(0);
    for (typed, code) in [
        (["wrong", "wrong", &passphrase], 0),
        (["wrong", "wrong", "wrong"], 4),
    ] {
        let list = owner.kluis(["list", "-q"]).without("KLUIS_TOKEN");
        let list = list.env("KLUIS_VAULT_KEY", &pin);
        let mut screen = Screen::start(list.command_at_terminal(), 80);
        for (position, typed) in typed.into_iter().enumerate() {
            let shown = screen.shows("Passphrase of the key file: ");
            assert_eq!(shown.contains("Wrong passphrase."), position > 0, "{shown}");
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
fn a_token_and_a_passphrase_file_come_before_it_and_the_prompt_after() {
    let sandbox = admitted();
    let nothing = sandbox.given("nothing", "no passphrase of this vault");
    let file = default_file(&sandbox);
    let by = |name: &str, value: &str, said: &str| {
        let list = pinned(&sandbox, &["list", "-q"]).env("KLUIS_IDENTITY", &file);
        list.env(name, value).run().stderr_has(said).exits(4);
    };
    by("KLUIS_TOKEN", "kls_", "the token is mistyped");
    by(
        "KLUIS_PASSPHRASE_FILE",
        nothing.to_str().unwrap(),
        "the passphrase opens no key",
    );
    let mut screen = Screen::start(pinned(&sandbox, &["get", "name"]).command_at_terminal(), 80);
    screen.shows("value");
}
