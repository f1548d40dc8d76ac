//! Tests an older copy in place of a vault that this machine has seen at a newer revision: refused unless
//! accepted; in a git work tree only a warning. Also tests that this memory never blocks honest use.

use crate::sandbox::{CHEAP_KDF, Outcome, Sandbox, git, make_pipe};
use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

const WAY_OUT: &str =
    "kluis: hint: put the newer copy back, or add --accept-older to use this one\n";

/// A vault with a secret `name`, its bytes at that time, and one change more that this machine has seen.
fn moved_on() -> (Sandbox, Vec<u8>) {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "old");
    let older = sandbox.bytes();
    sandbox.create("other", "new");
    (sandbox, older)
}

fn put(sandbox: &Sandbox, bytes: &[u8]) {
    fs::write(sandbox.vault(), bytes).unwrap();
}

/// The one file that remembers the vault.
fn memory(sandbox: &Sandbox) -> PathBuf {
    let folder = sandbox.home().join(".local/state/kluis/vaults");
    let mut entries = fs::read_dir(folder).unwrap();
    let path = entries.next().unwrap().unwrap().path();
    assert!(entries.next().is_none());
    path
}

fn get(sandbox: &Sandbox) -> Outcome {
    sandbox.kluis(["get", "name"]).run()
}

#[test]
fn an_older_copy_is_refused_by_every_verb_with_both_revisions() {
    let (sandbox, older) = moved_on();
    put(&sandbox, &older);
    let place = sandbox.vault().display().to_string();
    let message = format!(
        "{place} is an older copy: the workspace default is at revision 2, but this machine has seen revision 3"
    );
    get(&sandbox)
        .stderr(&format!("kluis: error: {message}\n{WAY_OUT}"))
        .exits(5);
    for line in [
        &["list"][..],
        &["vault", "verify"],
        &["set", "name", "--generate", "8"],
        &["workspace", "create", "staging"],
        &["rotate", "name", "--generate", "8"],
        &["unlock"],
        &["key", "passphrase", "--new-passphrase-file", "/dev/null"],
    ] {
        let refused = sandbox.kluis(line).run();
        assert_eq!(sandbox.bytes(), older, "{line:?}");
        refused.stderr_has(&message).exits(5);
    }
    let run = ["run", "--json", "-e", "A=name", "--", "true"];
    let refused = sandbox.kluis(run).run();
    let error = refused.json_error();
    assert_eq!(error["code"], "older");
    assert_eq!(error["error"], message);
    assert!(error["hint"].as_str().unwrap().contains("--accept-older"));
    refused.any_stderr().exits(125);
}

#[test]
fn an_older_header_is_noticed_too() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let older = sandbox.bytes();
    sandbox.prints(["workspace", "create", "staging"], "");
    put(&sandbox, &older);
    get(&sandbox)
        .stderr_has("the header is at revision 1, but this machine has seen revision 2")
        .exits(5);
}

#[test]
fn an_accepted_copy_is_expected_from_then_on() {
    let (sandbox, older) = moved_on();
    let newer = sandbox.bytes();
    put(&sandbox, &older);
    let accepted = sandbox.kluis(["get", "name", "--accept-older"]).run();
    accepted.stdout("old").exits(0);
    get(&sandbox).stdout("old").exits(0);
    // It continues from there, and the abandoned vault is then another history.
    sandbox.create("another", "v");
    let went_on = sandbox.bytes();
    put(&sandbox, &newer);
    get(&sandbox)
        .stderr_has("was changed from an older copy: revision 3 of the workspace default does not include revision 3")
        .exits(5);
    put(&sandbox, &went_on);
    get(&sandbox).stdout("old").exits(0);
}

#[test]
fn a_change_can_be_made_to_the_older_copy_that_is_accepted() {
    let (sandbox, older) = moved_on();
    put(&sandbox, &older);
    let set = ["set", "name", "--accept-older"];
    sandbox.prints(set, "changed");
    get(&sandbox).stdout("changed").exits(0);
}

#[test]
fn a_fork_from_an_older_copy_is_noticed() {
    let (sandbox, older) = moved_on();
    let elsewhere = sandbox.copy();
    put(&elsewhere, &older);
    fs::remove_file(memory(&elsewhere)).unwrap();
    elsewhere.create("elsewhere", "v");
    // As far as the vault seen here, and one further.
    for revision in [3, 4] {
        put(&sandbox, &elsewhere.bytes());
        let found =
            format!("revision {revision} of the workspace default does not include revision 3");
        let refused = get(&sandbox);
        assert!(refused.stderr.contains("was changed from an older copy"));
        assert!(
            refused
                .stderr
                .contains("changes that you have seen are missing")
        );
        refused.stderr_has(&found).exits(5);
        elsewhere.create(&format!("name-{revision}"), "v");
    }
}

#[test]
fn a_newer_copy_from_another_machine_is_accepted() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let elsewhere = sandbox.copy();
    for number in 0..3 {
        elsewhere.create(&format!("name-{number}"), "v");
        if number != 1 {
            put(&sandbox, &elsewhere.bytes());
            get(&sandbox).stdout("v").exits(0);
        }
    }
}

#[test]
fn in_a_git_work_tree_an_older_copy_is_only_a_warning() {
    let (sandbox, older) = moved_on();
    let init = Command::new("git")
        .args(["init", "-q"])
        .arg(sandbox.home())
        .status();
    if !init.is_ok_and(|status| status.success()) {
        fs::create_dir(sandbox.home().join(".git")).unwrap();
    }
    for name in ["third", "fourth"] {
        let create = sandbox.kluis(["create", name]).stdin("new").run();
        create.any_stdout().exits(0);
    }
    // Any writer here can make a work tree of it, so an older copy must be accepted once.
    let newest = sandbox.bytes();
    put(&sandbox, &older);
    get(&sandbox).any_stderr().exits(5);
    let accept = sandbox.kluis(["get", "name", "--accept-older"]).run();
    let told = "is now in a git work tree";
    accept.stdout("old").stderr_has(told).exits(0);
    put(&sandbox, &newest);
    get(&sandbox).any_stdout().exits(0);
    put(&sandbox, &older);
    let told = "is an older copy: the workspace default is at revision 2, but this machine has seen revision 5; git may have put it there";
    let got = get(&sandbox);
    assert_eq!(got.stderr.matches("warning").count(), 1, "{}", got.stderr);
    got.stdout("old").stderr_has(told).exits(0);
    // You were warned of this copy.
    get(&sandbox).stdout("old").exits(0);
    // A change has one warning all the same, although it is checked twice.
    let set = sandbox.kluis(["set", "name"]).stdin("changed").run();
    assert_eq!(set.stderr.matches("warning").count(), 1, "{}", set.stderr);
    set.any_stdout().any_stderr().exits(0);
    // That made another copy.
    let shown = sandbox.kluis(["show", "name", "--json"]).run();
    let object: Value = serde_json::from_str(&shown.stderr).unwrap();
    let warnings = object["warnings"].as_array().unwrap();
    assert_eq!(warnings.len(), 1, "{object}");
    let told = "git may have put it there";
    assert!(warnings[0].as_str().unwrap().contains(told), "{object}");
    shown.any_stdout().any_stderr().exits(0);
    get(&sandbox).stdout("changed").exits(0);
    let accept = sandbox.kluis(["get", "name", "--accept-older"]).run();
    accept.stdout("changed").exits(0);
    get(&sandbox).stdout("changed").exits(0);
}

#[test]
fn a_worktree_of_an_older_branch_is_only_a_warning() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "old");
    let main = sandbox.home().join("main");
    fs::create_dir(&main).unwrap();
    git(&main, &["init", "-q"]);
    fs::copy(sandbox.vault(), main.join("v.kluis")).unwrap();
    git(&main, &["add", "-A"]);
    git(&main, &["commit", "-q", "-m", "a"]);
    let kluis = |folder: &str, line: &[&str]| {
        let vault = sandbox.home().join(folder).join("v.kluis");
        sandbox
            .kluis(line)
            .env("KLUIS_VAULT", vault)
            .stdin("new")
            .run()
    };
    kluis("main", &["set", "name"])
        .any_stdout()
        .any_stderr()
        .exits(0);
    git(&main, &["commit", "-q", "-a", "-m", "b"]);
    git(&main, &["worktree", "add", "-q", "../tree", "HEAD~1"]);
    git(&main, &["clone", "-q", ".", "../clone"]);
    fs::copy(
        sandbox.home().join("tree/v.kluis"),
        sandbox.home().join("clone/v.kluis"),
    )
    .unwrap();
    let told = "git may have put it there, so kluis goes on";
    kluis("tree", &["get", "name"])
        .stdout("old")
        .stderr_has(told)
        .exits(0);
    kluis("clone", &["get", "name"])
        .stderr_has("is an older copy")
        .exits(5);
    kluis("tree", &["get", "name", "--accept-older"])
        .stdout("old")
        .exits(0);
    kluis("tree", &["get", "name"]).stdout("old").exits(0);
    kluis("main", &["get", "name"]).stdout("new").exits(0);
}

/// A long pin, as a job gets it, whose machine remembers nothing.
struct Pinned<'s> {
    sandbox: &'s Sandbox,
    pin: String,
}

impl Pinned<'_> {
    fn get(&self, bytes: &[u8]) -> Outcome {
        put(self.sandbox, bytes);
        self.sandbox.forget();
        let get = self.sandbox.kluis(["get", "name"]);
        get.env("KLUIS_PIN", &self.pin).run()
    }
}

fn pinned(sandbox: &Sandbox) -> Pinned<'_> {
    let pin = sandbox.prints(["vault", "verify", "--pin"], "");
    let pin = pin.trim().to_owned();
    Pinned { sandbox, pin }
}

#[test]
fn a_long_pin_refuses_an_older_copy() {
    let (sandbox, older) = moved_on();
    let newer = sandbox.bytes();
    let pinned = pinned(&sandbox);
    let verified = sandbox.kluis(["vault", "verify", "--json"]).run();
    let [key, revision, pin] = ["public_key", "revision", "pin"]
        .map(|field| verified.json()[field].as_str().unwrap().to_owned());
    verified.any_stdout().exits(0);
    assert_eq!(revision, "1.3");
    assert_eq!(pin, pinned.pin);
    assert!(pin.starts_with(&format!("{key}:")), "{pin}");
    let printed = sandbox.prints(["vault", "verify"], "");
    assert!(printed.contains("revision: 1.3\n"), "{printed}");
    pinned.get(&newer).stdout("old").exits(0);
    sandbox.create("later", "v");
    let later = sandbox.bytes();
    pinned.get(&later).stdout("old").exits(0);
    // Also in a checkout: that is its purpose.
    fs::create_dir(sandbox.home().join(".git")).unwrap();
    let message =
        "is older than the pin: the workspace default is at revision 2, and the pin's is 3";
    pinned.get(&older).stderr_has(message).exits(5);
    let json = sandbox.kluis(["get", "name", "--accept-older", "--json"]);
    let json = json.env("KLUIS_PIN", &pin).run();
    assert_eq!(json.json_error()["code"], "older");
    json.any_stderr().exits(5);
    // The short pin does not cover that.
    let short = sandbox.kluis(["get", "name"]).env("KLUIS_PIN", &key).run();
    short.stdout("old").exits(0);
    for wrong in [format!("{key}:1.3"), format!("{key}:"), format!("{pin}A")] {
        let get = sandbox.kluis(["get", "name"]).env("KLUIS_PIN", &wrong);
        get.run()
            .stderr_has("KLUIS_PIN: the pin has a typo after its colon")
            .exits(2);
    }
    let empty = sandbox.kluis(["get", "name"]).env("KLUIS_PIN", "").run();
    empty
        .stderr_has("set it to what `kluis vault verify --pin` prints")
        .exits(2);
}

/// The header, and each section.
fn parts(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let starts = text.match_indices("{\"section\":").map(|(at, _)| at);
    let mut starts: Vec<_> = std::iter::once(0).chain(starts).collect();
    starts.push(text.len());
    let parts = starts
        .windows(2)
        .map(|pair| text[pair[0]..pair[1]].to_owned());
    parts.collect()
}

/// Regardless of the number of changes to the other parts.
#[test]
fn an_older_part_in_a_newer_file_does_not_pass_a_long_pin() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "old");
    let create = |name: &str| {
        let line = ["workspace", "create", name];
        sandbox.kluis(line).run().any_stdout().exits(0);
    };
    create("staging");
    let put_in = |workspace: &str, name: &str| {
        let line = ["set", name, "-w", workspace, "--generate", "8"];
        sandbox.kluis(line).run().any_stdout().any_stderr().exits(0);
    };
    let before = parts(&sandbox.bytes());
    put_in("default", "one");
    put_in("staging", "one");
    let seen = parts(&sandbox.bytes());
    let pinned = pinned(&sandbox);
    for number in 0..5 {
        put_in("staging", &format!("more-{number}"));
        put_in("default", &format!("more-{number}"));
    }
    let after = parts(&sandbox.bytes());
    let file = |header: &[String], default: &[String], staging: &[String]| {
        [&*header[0], &default[1], &staging[2]]
            .concat()
            .into_bytes()
    };
    let default =
        "is older than the pin: the workspace default is at revision 2, and the pin's is 3";
    let staging =
        "is older than the pin: the workspace staging is at revision 1, and the pin's is 2";
    for (bytes, refused) in [
        (file(&after, &before, &after), default),
        (file(&after, &before, &seen), default),
        (file(&after, &after, &before), staging),
        (file(&after, &seen, &before), staging),
        (file(&before, &before, &before), default),
    ] {
        pinned.get(&bytes).stderr_has(refused).exits(5);
    }
    for bytes in [file(&after, &after, &seen), file(&after, &seen, &after)] {
        pinned.get(&bytes).any_stdout().exits(0);
    }
    // A workspace that the pin does not name, and one that is gone.
    put(&sandbox, &file(&after, &after, &after));
    create("third");
    let deleted = ["workspace", "delete", "staging", "--force", "--yes"];
    sandbox
        .kluis(deleted)
        .run()
        .any_stdout()
        .any_stderr()
        .exits(0);
    pinned.get(&sandbox.bytes()).any_stdout().exits(0);
}

#[test]
fn a_fork_is_noticed_however_far_it_went_on() {
    let (sandbox, older) = moved_on();
    let pinned = pinned(&sandbox);
    let seen = sandbox.bytes();
    let memory = fs::read(memory(&sandbox)).unwrap();
    let forked = |how: &[&[&str]]| {
        let elsewhere = sandbox.copy();
        put(&elsewhere, &older);
        elsewhere.forget();
        for line in how {
            elsewhere
                .kluis(*line)
                .run()
                .any_stdout()
                .any_stderr()
                .exits(0);
        }
        elsewhere.bytes()
    };
    let set: &[&str] = &["create", "new", "--generate", "8"];
    let rotate: &[&str] = &["rotate", "name", "--generate", "8"];
    let create: &[&str] = &["workspace", "create", "another"];
    let rekey: &[&str] = &["vault", "rekey", "--yes"];
    for how in [
        &[set, rotate, rotate][..],
        &[set, rotate, rotate, rotate, rotate, rotate],
        &[create, set, rotate, rotate],
        &[set, rekey, rotate],
        &[rekey],
    ] {
        let fork = forked(how);
        let path = crate::older::memory(&sandbox);
        fs::write(&path, &memory).unwrap();
        put(&sandbox, &fork);
        get(&sandbox)
            .stderr_has("was changed from an older copy")
            .exits(5);
        // It is not remembered, and the true vault is as good as before.
        put(&sandbox, &seen);
        get(&sandbox).stdout("old").exits(0);
        pinned
            .get(&fork)
            .stderr_has("was not made from the vault of the pin")
            .exits(5);
        put(&sandbox, &seen);
        get(&sandbox).stdout("old").exits(0);
    }
}

/// A vault lists its last 64 revisions. Beyond them the order is unknown, and a warning says so.
#[test]
fn more_revisions_than_a_vault_lists_are_a_warning() {
    let (sandbox, _) = moved_on();
    let pinned = pinned(&sandbox);
    let elsewhere = sandbox.copy();
    for number in 0..70 {
        elsewhere.create(&format!("name-{number}"), "v");
    }
    put(&sandbox, &elsewhere.bytes());
    let told = "kluis cannot tell whether the workspace default was made from what this machine has seen: it is at revision 73, revision 3 was seen here";
    get(&sandbox).stdout("old").stderr_has(told).exits(0);
    get(&sandbox).stdout("old").exits(0);
    let told = "was made from what the pin names";
    pinned
        .get(&elsewhere.bytes())
        .stdout("old")
        .stderr_has(told)
        .exits(0);
}

#[test]
fn the_memory_is_private_and_written_only_when_it_changes() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let path = memory(&sandbox);
    let found = || {
        let found = fs::metadata(&path).unwrap();
        (found.ino(), found.mtime_nsec(), found.mode() & 0o7777)
    };
    let before = found();
    assert_eq!(before.2, 0o600);
    let folder = fs::metadata(path.parent().unwrap()).unwrap();
    assert_eq!(folder.mode() & 0o7777, 0o700);
    get(&sandbox).stdout("v").exits(0);
    sandbox.kluis(["list"]).run().any_stdout().exits(0);
    let set = sandbox.kluis(["set", "name"]).stdin("v").run();
    set.any_stdout().any_stderr().exits(0);
    assert_eq!(found(), before);
    sandbox.prints(["set", "name"], "another");
    assert_ne!(found().0, before.0);
    assert_eq!(found().2, 0o600);
}

#[test]
fn damaged_memory_is_reported_once_and_repaired() {
    let (sandbox, older) = moved_on();
    let path = memory(&sandbox);
    let good = fs::read(&path).unwrap();
    let text = String::from_utf8(good.clone()).unwrap();
    let at = text.find("[3,").unwrap();
    let lowered = format!("{}[2,{}", &text[..at], &text[at + 3..]);
    let huge = [b" ".repeat(5 << 20), good.clone()].concat();
    for (bytes, mode, problem) in [
        (b"garbage\0\xff".to_vec(), 0o600, "is damaged"),
        (good[..good.len() / 2].to_vec(), 0o600, "is damaged"),
        (b"{}".to_vec(), 0o600, "is damaged"),
        (lowered.into_bytes(), 0o600, "is damaged"),
        (huge, 0o600, "is too large"),
        (good.clone(), 0o666, "can be written by others"),
    ] {
        fs::write(&path, bytes).unwrap();
        fs::set_permissions(&path, Permissions::from_mode(mode)).unwrap();
        let told = format!(
            "{} {problem}: kluis could not tell whether this is an older copy",
            path.display()
        );
        get(&sandbox).stdout("old").stderr_has(&told).exits(0);
        get(&sandbox).stdout("old").exits(0);
        let newer = sandbox.bytes();
        put(&sandbox, &older);
        get(&sandbox).stderr_has("is an older copy").exits(5);
        put(&sandbox, &newer);
    }
    // As after a power cut.
    fs::write(&path, "").unwrap();
    get(&sandbox).stdout("old").exits(0);
    assert!(fs::metadata(&path).unwrap().len() > 0);
    // It does not wait for a pipe, and does not write through a link.
    fs::remove_file(&path).unwrap();
    make_pipe(&path);
    let told = "is not a regular file";
    get(&sandbox).stdout("old").stderr_has(told).exits(0);
    get(&sandbox).stdout("old").exits(0);
    let target = sandbox.given("target", "mine");
    fs::remove_file(&path).unwrap();
    symlink(&target, &path).unwrap();
    get(&sandbox).stdout("old").any_stderr().exits(0);
    assert_eq!(fs::read(&target).unwrap(), b"mine");
}

#[test]
fn the_memory_of_a_later_version_is_left_alone() {
    let (sandbox, _) = moved_on();
    let path = memory(&sandbox);
    let later = r#"{"version":2,"seen":"everything"}"#;
    fs::write(&path, later).unwrap();
    sandbox.create("third", "v");
    get(&sandbox).stdout("old").exits(0);
    assert_eq!(fs::read_to_string(&path).unwrap(), later);
}

#[test]
fn without_a_state_directory_everything_works_silently() {
    let (sandbox, older) = moved_on();
    let vault = sandbox.vault();
    let vault = vault.to_str().unwrap();
    let newer = sandbox.bytes();
    let file = sandbox.given("file", "");
    let places = ["/proc/none".into(), file.clone(), file.join("below")];
    for place in places {
        for bytes in [&newer, &older] {
            put(&sandbox, bytes);
            for line in [&["get", "name"][..], &["delete", "name", "-y"]] {
                let done = sandbox.kluis(line).env("XDG_STATE_HOME", &place).run();
                done.any_stdout().exits(0);
            }
        }
    }
    put(&sandbox, &newer);
    let homeless = sandbox.kluis(["get", "name", "--vault", vault]);
    homeless.without("HOME").run().stdout("old").exits(0);
    // A folder that it may not write to.
    let folder = memory(&sandbox).parent().unwrap().to_owned();
    fs::remove_dir_all(&folder).unwrap();
    fs::create_dir(&folder).unwrap();
    fs::set_permissions(&folder, Permissions::from_mode(0o500)).unwrap();
    get(&sandbox).stdout("old").exits(0);
    fs::set_permissions(&folder, Permissions::from_mode(0o700)).unwrap();
    // The disk is full, for this process.
    fs::remove_dir_all(&folder).unwrap();
    let full = sandbox.kluis(["get", "name"]).prepared("ulimit -f 0");
    full.run().stdout("old").exits(0);
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn a_lock_that_is_never_released_blocks_no_command() {
    let (sandbox, _) = moved_on();
    let path = memory(&sandbox);
    let before = fs::read(&path).unwrap();
    let folder = fs::File::open(path.parent().unwrap()).unwrap();
    folder.lock().unwrap();
    sandbox.create("third", "v");
    assert_eq!(fs::read(&path).unwrap(), before);
    drop(folder);
    get(&sandbox).stdout("old").exits(0);
    assert_ne!(fs::read(&path).unwrap(), before);
}

#[test]
fn two_concurrent_writers_are_both_remembered() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let older = sandbox.bytes();
    let writers = (0..8).map(|number| {
        let name = format!("name-{number}");
        let create = ["create", &name, "--generate", "8", "--lock-timeout", "10m"];
        sandbox.kluis(create).command().spawn().unwrap()
    });
    let writers: Vec<_> = writers.collect();
    for mut writer in writers {
        assert!(writer.wait().unwrap().success());
    }
    let told: Value = serde_json::from_slice(&fs::read(memory(&sandbox)).unwrap()).unwrap();
    let sections = told["memory"]["places"][0]["sections"].as_object().unwrap();
    assert_eq!(sections.values().next().unwrap()[0], 10);
    put(&sandbox, &older);
    get(&sandbox)
        .stderr_has("but this machine has seen revision 10")
        .exits(5);
}

#[test]
fn an_unopened_vault_changes_no_memory() {
    let (sandbox, _) = moved_on();
    let before = fs::read(memory(&sandbox)).unwrap();
    let other = Sandbox::with_vault();
    other.create("name", "v");
    let ours = sandbox.bytes();
    // Theirs, and theirs under our id: our token opens neither.
    let id = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let at = text.find("vlt_").unwrap();
        text[at..at + 30].to_owned()
    };
    let theirs = String::from_utf8(other.bytes()).unwrap();
    let renamed = theirs.replace(&id(theirs.as_bytes()), &id(&ours));
    for (bytes, code) in [(theirs, 4), (renamed, 5)] {
        put(&sandbox, bytes.as_bytes());
        get(&sandbox).any_stderr().exits(code);
        assert_eq!(fs::read(memory(&sandbox)).unwrap(), before);
    }
}

#[test]
fn the_last_passphrase_key_is_remembered_and_a_token_is_not() {
    let sandbox = Sandbox::empty();
    let passphrase = sandbox.given("passphrase", sandbox.secret("passphrase"));
    let init = ["init", "--recovery", "--kdf", CHEAP_KDF];
    let init = sandbox
        .kluis(init)
        .env("KLUIS_PASSPHRASE_FILE", &passphrase);
    let made = init.run();
    let token = String::from_utf8(made.stdout.clone()).unwrap();
    sandbox.keep_token(&made.stdout);
    made.any_stdout().any_stderr().exits(0);
    let list = sandbox.kluis(["list"]).env("KLUIS_TOKEN", token.trim());
    list.run().any_stderr().exits(0);
    let remembered = || fs::read_to_string(memory(&sandbox)).unwrap();
    assert!(!remembered().contains("key_"));
    let list = sandbox.kluis(["list"]);
    let list = list.env("KLUIS_PASSPHRASE_FILE", &passphrase);
    list.run().any_stderr().exits(0);
    assert!(remembered().contains("\"opened_by\":\"key_"));
}

/// A vault with an owner's passphrase, a copy made by a holder of full access at that time, and her token.
fn with_a_holder_who_left() -> (Sandbox, PathBuf, String, Vec<u8>) {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let own = |line: &[&str], value: &str| {
        let own = sandbox.kluis(line).stdin(value);
        let done = own.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
        let printed = String::from_utf8(done.stdout.clone()).unwrap();
        done.any_stdout().any_stderr().exits(0);
        printed.trim_end().to_owned()
    };
    own(&["create", "name"], "real");
    let token = own(&["key", "add", "--full", "--token", "--label", "hers"], "");
    sandbox.keep(token.as_bytes());
    let old = sandbox.bytes();
    own(&["key", "remove", "hers", "--yes"], "");
    (sandbox, passphrase, token, old)
}

#[test]
fn a_removed_owner_cannot_continue_from_an_older_copy() {
    let (sandbox, passphrase, token, old) = with_a_holder_who_left();
    let hers = Sandbox::empty();
    fs::create_dir_all(hers.vault().parent().unwrap()).unwrap();
    put(&hers, &old);
    for count in 0..4 {
        let name = format!("w{count}");
        for (line, value) in [
            (&["set", "name"][..], format!("evil{count}")),
            (&["workspace", "create", &name], String::new()),
        ] {
            let hers = hers.kluis(line).stdin(value).env("KLUIS_TOKEN", &token);
            hers.run().any_stdout().any_stderr().exits(0);
        }
    }
    // Each part of it is newer than the owner's machine has seen.
    put(&sandbox, &hers.bytes());
    let get = |more: &[&str]| {
        let line = [&["get", "name"], more].concat();
        let get = sandbox.kluis(line);
        get.env("KLUIS_PASSPHRASE_FILE", &passphrase).run()
    };
    let told = "is signed by a key that was replaced";
    for _ in 0..2 {
        get(&[]).stderr_has(told).exits(5);
    }
    // Neither an old pin that names her key nor accepting an older copy suffices alone.
    let verify = hers.kluis(["vault", "verify", "--json"]);
    let verify = verify.env("KLUIS_TOKEN", &token).run();
    let pin = verify.json()["public_key"].as_str().unwrap().to_owned();
    verify.any_stdout().exits(0);
    for more in [&["--pin", &pin][..], &["--accept-older"]] {
        get(more).stderr_has(told).exits(5);
        get(&[]).stderr_has(told).exits(5);
    }
    let written = sandbox.kluis(["create", "bank"]).stdin("v");
    let written = written.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
    written.any_stderr().exits(5);
    // Nor is it restored from beside a vault that an attacker damaged.
    let previous = sandbox.vault().with_file_name(".default.kluis.prev");
    fs::write(previous, hers.bytes()).unwrap();
    put(&sandbox, b"noise");
    let restore = sandbox.kluis(["vault", "restore", "--yes"]);
    let restore = restore.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
    restore.stderr_has(told).exits(5);
    assert_eq!(sandbox.bytes(), b"noise");
    put(&sandbox, &hers.bytes());
    let both = ["--accept-older", "--pin", &pin];
    get(&both).stdout("evil3").exits(0);
}

#[test]
fn the_copy_beside_an_intact_vault_must_be_signed_by_its_key() {
    let (sandbox, passphrase, _, old) = with_a_holder_who_left();
    let before = sandbox.bytes();
    let previous = sandbox.vault().with_file_name(".default.kluis.prev");
    fs::write(previous, &old).unwrap();
    // On the machine that saw the removal, and on one that sees the vault for the first time.
    for forget in [false, true] {
        if forget {
            sandbox.forget();
        }
        for more in [&["--yes"][..], &["--dry-run"], &["--yes", "--accept-older"]] {
            let line = [&["vault", "restore"], more].concat();
            let restore = sandbox
                .kluis(line)
                .env("KLUIS_PASSPHRASE_FILE", &passphrase);
            restore
                .run()
                .any_stdout()
                .stderr_has("is signed by")
                .exits(5);
            assert_eq!(sandbox.bytes(), before);
        }
    }
}

#[test]
fn another_machine_follows_to_the_new_key_and_says_so() {
    let (sandbox, passphrase, _, old) = with_a_holder_who_left();
    let removed = sandbox.bytes();
    let elsewhere = sandbox.copy();
    elsewhere.forget();
    let get = |more: &[&str]| {
        let line = [&["get", "name"], more].concat();
        let get = elsewhere.kluis(line);
        get.env("KLUIS_PASSPHRASE_FILE", &passphrase).run()
    };
    put(&elsewhere, &old);
    get(&[]).stdout("real").exits(0);
    put(&elsewhere, &removed);
    let told =
        "the vault has a new public key, for which the one that this machine knew vouches: klv_";
    get(&[]).stdout("real").stderr_has(told).exits(0);
    get(&[]).stdout("real").exits(0);
    // From then on the old one is refused, whoever signs with it.
    put(&elsewhere, &old);
    get(&[]).any_stderr().exits(5);
    // After a leak no key vouches for the new one.
    let rekey = sandbox.kluis(["vault", "rekey", "--leaked", "--yes"]);
    let rekey = rekey.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
    rekey.any_stdout().any_stderr().exits(0);
    put(&elsewhere, &sandbox.bytes());
    get(&[])
        .stderr_has("is signed by another key than before")
        .exits(5);
    let verify = sandbox.kluis(["vault", "verify", "--json"]);
    let verify = verify.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
    let key = verify.json()["public_key"].as_str().unwrap().to_owned();
    verify.any_stdout().exits(0);
    get(&["--pin", &key]).stdout("real").exits(0);
    get(&[]).stdout("real").exits(0);
}

#[test]
fn a_planted_work_tree_does_not_excuse_an_older_copy() {
    let (sandbox, older) = moved_on();
    put(&sandbox, &older);
    let git = sandbox.vault().with_file_name(".git");
    fs::create_dir(&git).unwrap();
    fs::write(git.join("HEAD"), "ref: refs/heads/main\n").unwrap();
    get(&sandbox).any_stderr().exits(5);
}

/// For example a colleague's longer copy, a backup, a branch elsewhere.
#[test]
fn a_look_at_a_longer_copy_makes_the_true_vault_no_older() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let here = sandbox.bytes();
    sandbox.create("another", "v");
    let copy = sandbox.home().join("copy.kluis");
    fs::copy(sandbox.vault(), &copy).unwrap();
    put(&sandbox, &here);
    sandbox.forget();
    get(&sandbox).any_stdout().exits(0);
    let in_copy = |line: &[&str]| {
        let line = [&["--vault", copy.to_str().unwrap()], line].concat();
        sandbox.kluis(line).run()
    };
    in_copy(&["list"]).any_stdout().exits(0);
    get(&sandbox).any_stdout().exits(0);
    sandbox.create("third", "v");
    in_copy(&["create", "third", "--generate", "8"])
        .any_stdout()
        .exits(0);
    get(&sandbox).any_stdout().exits(0);
    // Each is still watched at its own place.
    put(&sandbox, &here);
    get(&sandbox).stderr_has("is an older copy").exits(5);
    fs::write(&copy, &here).unwrap();
    in_copy(&["list"]).stderr_has("is an older copy").exits(5);
}

#[test]
fn an_older_copy_at_a_new_place_is_refused_until_accepted() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let older = sandbox.bytes();
    sandbox.create("another", "v");
    // A repository may bring one, by a link or in a work tree of its own, and the vault may be gone meanwhile.
    let tree = sandbox.home().join("tree");
    fs::create_dir_all(tree.join(".git")).unwrap();
    let places = [sandbox.home().join("copy.kluis"), tree.join("v.kluis")];
    let link = tree.join("link.kluis");
    symlink(&places[0], &link).unwrap();
    let list = |place: &Path, more: &[&str]| {
        let line = [&["--vault", place.to_str().unwrap(), "list"], more].concat();
        sandbox.kluis(line).run()
    };
    for gone in [false, true] {
        if gone {
            fs::remove_file(sandbox.vault()).unwrap();
        }
        for place in [&places[0], &places[1], &link] {
            fs::write(place, &older).unwrap();
            for _ in 0..2 {
                list(place, &[]).stderr_has("is an older copy").exits(5);
            }
        }
    }
    list(&places[0], &["--accept-older"]).any_stdout().exits(0);
    for place in [&places[0], &link] {
        list(place, &[]).any_stdout().exits(0);
    }
    list(&places[1], &[])
        .stderr_has("is an older copy")
        .exits(5);
}

#[test]
fn status_says_that_an_older_copy_does_not_open() {
    let (sandbox, older) = moved_on();
    let newest = sandbox.bytes();
    put(&sandbox, &older);
    let status = sandbox.kluis(["status", "--json"]).run();
    assert_eq!(status.json()["opens_with"], Value::Null);
    let told = "is an older copy";
    status.any_stdout().stderr_has(told).exits(5);
    sandbox
        .kluis(["status", "-q", "--accept-older"])
        .run()
        .exits(0);
    put(&sandbox, &newest);
    sandbox.kluis(["status", "-q"]).run().exits(0);
}
