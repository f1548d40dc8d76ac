//! Tests `doctor`: breaks each thing around a vault once, and expects a finding.

use crate::agent;
use crate::hostile_input::preloaded_clock;
use crate::sandbox::{CHEAP_KDF, Invocation, Sandbox};
use crate::screen::Screen;
use serde_json::Value;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

/// A vault that was changed twice, with a second token in case the first is lost.
fn healthy() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("name"));
    key_add(&sandbox, &["--token", "--label", "recovery"]);
    sandbox
}

fn key_add(sandbox: &Sandbox, options: &[&str]) -> String {
    let added = sandbox
        .kluis(["key", "add", "--full"].iter().chain(options))
        .run();
    sandbox.keep_token(&added.stdout);
    let token = String::from_utf8(added.stdout.clone()).unwrap();
    added.any_stdout().any_stderr().exits(0);
    token.trim_end().to_owned()
}

fn doctor(sandbox: &Sandbox) -> Invocation<'_> {
    sandbox.kluis(["doctor", "--json"]).prepared("ulimit -c 0")
}

/// The result of one check, after checking that the whole output is consistent.
fn found(invocation: Invocation<'_>, check: &str) -> (String, String) {
    let ran = invocation.run();
    let report = ran.json();
    let findings = report["findings"].as_array().unwrap();
    let is = |state: &str| findings.iter().any(|found| found["state"] == state);
    assert_eq!(report["ok"], !is("fail"), "{report}");
    for found in findings {
        assert_eq!(found["hint"].is_null(), found["state"] == "ok", "{found}");
    }
    let code = i32::from(is("fail"));
    if code == 1 {
        assert_eq!(ran.json_error()["code"], "failed");
    }
    ran.any_stdout().any_stderr().exits(code);
    let of = |found: &&Value| found["check"] == check;
    let finding = findings.iter().find(of);
    let finding = finding.unwrap_or_else(|| panic!("no {check} in {report}"));
    let text = |member: &str| finding[member].as_str().unwrap().to_owned();
    (text("state"), text("finding"))
}

#[track_caller]
fn finds(invocation: Invocation<'_>, check: &str, state: &str, part: &str) {
    let (found_state, finding) = found(invocation, check);
    assert!(
        found_state == state && finding.contains(part),
        "{check} is {found_state}: {finding}"
    );
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn beside(sandbox: &Sandbox, suffix: &str) -> PathBuf {
    sandbox
        .vault()
        .with_file_name(format!(".default.kluis.{suffix}"))
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[test]
fn with_nothing_wrong_doctor_prints_ok_and_exits_0() {
    let sandbox = healthy();
    let pages = sandbox.home().join(".local/share/man/man1");
    fs::create_dir_all(&pages).unwrap();
    fs::write(pages.join("kluis.1"), "").unwrap();
    let ran = doctor(&sandbox).run();
    let report = ran.json();
    ran.any_stdout().exits(0);
    let findings = report["findings"].as_array().unwrap();
    for found in findings {
        // The user who runs the tests may have less lockable memory.
        let is_ok = found["state"] == "ok" || found["check"] == "memory";
        assert!(is_ok, "{found}");
    }
    let checks: Vec<&str> = findings
        .iter()
        .map(|found| found["check"].as_str().unwrap())
        .collect();
    assert_eq!(
        checks,
        [
            "vault", "folder", "previous", "kdf", "unlock", "keys", "rollback", "config",
            "key_file", "trust", "agent", "memory", "core", "manual"
        ]
    );
    // In text, a line each; with --quiet no finding that is ok.
    let told = sandbox.kluis(["doctor"]).prepared("ulimit -c 0").run();
    let text = String::from_utf8(told.stdout.clone()).unwrap();
    told.any_stdout().exits(0);
    assert_eq!(text.lines().count(), checks.len());
    assert!(text.starts_with("ok\tvault\t/"), "{text}");
    let quiet = sandbox
        .kluis(["doctor", "-q"])
        .prepared("ulimit -c 0")
        .run();
    assert!(!quiet.stdout.starts_with(b"ok\t"));
    quiet.any_stdout().exits(0);
}

#[test]
fn each_failure_has_a_fix_in_both_forms() {
    let sandbox = healthy();
    set_mode(&sandbox.vault(), 0o666);
    let told = sandbox.kluis(["doctor", "-q"]).run();
    let text = String::from_utf8(told.stdout.clone()).unwrap();
    let line = text.lines().find(|line| line.starts_with("fail\tvault\t"));
    let vault = sandbox.vault().display().to_string();
    let hint = format!("\t`chmod 600 {vault}`");
    assert!(line.is_some_and(|line| line.ends_with(&hint)), "{text}");
    told.any_stdout()
        .stderr_has("kluis: error: 1 check failed\n")
        .exits(1);
}

#[test]
fn doctor_changes_nothing_and_asks_nothing() {
    let (sandbox, _) = Sandbox::with_passphrase();
    let tree = || {
        let listed = std::process::Command::new("find")
            .arg(sandbox.home())
            .args(["-printf", "%p %m %s %T@\n"])
            .output();
        listed.unwrap().stdout
    };
    let before = tree();
    let command = sandbox.kluis(["doctor"]).command_at_terminal();
    let (text, code) = Screen::start(command, 200).ends();
    assert_eq!(code, 0, "{text}");
    assert!(
        text.contains("the vault is locked") && !text.contains("Passphrase:"),
        "{text}"
    );
    assert!(tree() == before);
    set_mode(&sandbox.given_path("passphrase"), 0o600);
    let before = tree();
    let opened = sandbox.kluis(["doctor"]);
    let opened = opened.env("KLUIS_PASSPHRASE_FILE", sandbox.given_path("passphrase"));
    opened.run().any_stdout().exits(0);
    assert!(tree() == before);
}

#[test]
fn the_modes_and_the_owner_of_the_vault_are_looked_at() {
    let sandbox = healthy();
    for (mode, state, part) in [
        (0o600, "ok", "mode 0600"),
        (0o644, "warn", "other users can read"),
        (0o606, "fail", "other users can write"),
        (0o622, "fail", "other users can write"),
    ] {
        set_mode(&sandbox.vault(), mode);
        finds(doctor(&sandbox), "vault", state, part);
    }
    set_mode(&sandbox.vault(), 0o600);
    if is_root() {
        chown(sandbox.vault(), Some(12345), None).unwrap();
        finds(doctor(&sandbox), "vault", "warn", "another user");
    }
}

#[test]
fn a_vault_that_is_missing_damaged_or_something_else_fails() {
    let sandbox = healthy();
    let absent = doctor(&sandbox).env("KLUIS_VAULT", "absent.kluis");
    finds(absent, "vault", "fail", "there is no vault");
    let mut bytes = sandbox.bytes();
    bytes[200] ^= 1;
    fs::write(sandbox.vault(), bytes).unwrap();
    finds(doctor(&sandbox), "vault", "fail", "damaged");
    // The previous copy is still checked, because it would help.
    finds(doctor(&sandbox), "previous", "ok", "`kluis vault restore`");
    fs::remove_file(sandbox.vault()).unwrap();
    fs::create_dir(sandbox.vault()).unwrap();
    finds(doctor(&sandbox), "vault", "fail", "is a directory");
}

#[test]
fn doctor_fails_for_a_folder_others_may_write_or_without_locks() {
    let sandbox = healthy();
    let folder = sandbox.vault().parent().unwrap().to_owned();
    set_mode(&folder, 0o777);
    finds(doctor(&sandbox), "folder", "fail", "other users can write");
    set_mode(&folder, 0o1777);
    finds(doctor(&sandbox), "folder", "fail", "other users can write");
    set_mode(&folder, 0o700);
    finds(doctor(&sandbox), "folder", "ok", "only you can write");
    fs::remove_file(beside(&sandbox, "lock")).unwrap();
    symlink("/etc/hostname", beside(&sandbox, "lock")).unwrap();
    finds(doctor(&sandbox), "folder", "fail", "is not a regular file");
}

#[test]
fn doctor_reports_an_unwritable_folder() {
    let sandbox = healthy();
    let folder = sandbox.vault().parent().unwrap().to_owned();
    set_mode(&folder, 0o500);
    // Root may write everywhere, except without its capabilities.
    let doctor = sandbox.kluis(["doctor", "--json"]);
    let doctor = if is_root() {
        doctor.under(["setpriv", "--bounding-set=-dac_override,-dac_read_search"])
    } else {
        doctor
    };
    finds(doctor, "folder", "warn", "you cannot write");
    set_mode(&folder, 0o700);
}

#[test]
fn the_previous_copy_is_there_private_whole_and_of_this_vault() {
    let sandbox = healthy();
    let previous = beside(&sandbox, "prev");
    let kept = fs::read(&previous).unwrap();
    finds(doctor(&sandbox), "previous", "ok", "s ago");
    set_mode(&previous, 0o644);
    finds(doctor(&sandbox), "previous", "warn", "other users can read");
    set_mode(&previous, 0o600);
    fs::write(&previous, &kept[..300]).unwrap();
    finds(doctor(&sandbox), "previous", "warn", "cannot be restored");
    fs::write(&previous, healthy().bytes()).unwrap();
    finds(doctor(&sandbox), "previous", "warn", "another vault");
    fs::remove_file(&previous).unwrap();
    finds(doctor(&sandbox), "previous", "warn", "no copy");
    symlink(sandbox.vault(), &previous).unwrap();
    finds(
        doctor(&sandbox),
        "previous",
        "fail",
        "is not a regular file",
    );
}

#[test]
fn git_must_ignore_the_files_beside_the_vault() {
    let sandbox = healthy();
    let tree = sandbox.home().join("tree");
    fs::create_dir_all(tree.join(".git/info")).unwrap();
    let vault = tree.join("v.kluis");
    fs::copy(sandbox.vault(), &vault).unwrap();
    fs::copy(sandbox.vault(), tree.join(".v.kluis.prev")).unwrap();
    let doctor = || doctor(&sandbox).env("KLUIS_VAULT", &vault);
    finds(
        doctor(),
        "git",
        "warn",
        "does not ignore .v.kluis.lock, .v.kluis.prev",
    );
    fs::write(tree.join(".gitignore"), "# none\n.*.lock\n*.prev*\n").unwrap();
    finds(
        doctor(),
        "git",
        "warn",
        "does not ignore .v.kluis.0123456789abcdef.tmp",
    );
    fs::write(tree.join(".git/info/exclude"), "*.tmp\n").unwrap();
    finds(doctor(), "git", "ok", "git ignores");
    // As git makes files.
    set_mode(&vault, 0o644);
    finds(doctor(), "vault", "ok", "mode 0644");
    fs::remove_dir_all(tree.join(".git")).unwrap();
    symlink("..", tree.join(".git")).unwrap();
    finds(doctor(), "git", "warn", "`.git` leads elsewhere");
}

#[test]
fn doctor_reports_a_cheap_passphrase_without_a_key() {
    let (sandbox, _) = Sandbox::with_passphrase();
    finds(doctor(&sandbox), "kdf", "warn", "needs 8 MiB of memory");
    finds(doctor(&sandbox), "unlock", "warn", "locked");
    finds(doctor(&sandbox), "keys", "warn", "is the only key");
    let file = sandbox.given_path("passphrase");
    let change = [
        "passphrase",
        "--kdf",
        "m=64,t=3,p=4",
        "--new-passphrase-file",
    ];
    let change = sandbox.kluis(change.iter().map(AsRef::as_ref).chain([file.as_os_str()]));
    change
        .env("KLUIS_PASSPHRASE_FILE", &file)
        .run()
        .any_stderr()
        .exits(0);
    finds(doctor(&sandbox), "kdf", "ok", "64 MiB of memory or more");
}

#[test]
fn doctor_reports_a_single_key_and_an_expired_one() {
    let sandbox = Sandbox::with_vault();
    finds(
        doctor(&sandbox),
        "keys",
        "warn",
        "the only key with full access",
    );
    let scoped = key_add(&sandbox, &["--token", "--read-only"]);
    finds(
        doctor(&sandbox),
        "keys",
        "warn",
        "the only key with full access",
    );
    let doctor_with = |token: &str| doctor(&sandbox).env("KLUIS_TOKEN", token);
    finds(
        doctor_with(&scoped),
        "keys",
        "ok",
        "does not have full access",
    );
    key_add(&sandbox, &["--token", "--label", "recovery"]);
    finds(doctor(&sandbox), "keys", "ok", "3 keys, 2 with full access");
    key_add(
        &sandbox,
        &["--token", "--label", "short", "--expires", "1s"],
    );
    std::thread::sleep(std::time::Duration::from_millis(1100));
    finds(doctor(&sandbox), "keys", "warn", "short");
    let wrong = Sandbox::with_vault().token();
    finds(doctor_with(&wrong), "unlock", "fail", "token");
}

#[test]
fn doctor_reports_an_older_copy_and_damaged_memory_unmended() {
    let sandbox = healthy();
    finds(
        doctor(&sandbox),
        "rollback",
        "ok",
        "would notice an older copy",
    );
    let now = sandbox.bytes();
    fs::copy(beside(&sandbox, "prev"), sandbox.vault()).unwrap();
    for _ in 0..2 {
        finds(doctor(&sandbox), "rollback", "fail", "is an older copy");
    }
    fs::write(sandbox.vault(), now).unwrap();
    let folder = sandbox.home().join(".local/state/kluis/vaults");
    let memory = fs::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    fs::write(&memory, "{").unwrap();
    for _ in 0..2 {
        finds(doctor(&sandbox), "rollback", "warn", "is damaged");
    }
    fs::remove_dir_all(&folder).unwrap();
    finds(
        doctor(&sandbox),
        "rollback",
        "ok",
        "has not been opened on this machine yet",
    );
    let nowhere = doctor(&sandbox)
        .without("HOME")
        .env("KLUIS_VAULT", sandbox.vault());
    finds(nowhere, "rollback", "warn", "no state directory");
}

#[test]
fn settings_and_credentials_must_be_private() {
    let sandbox = healthy();
    let config = sandbox.home().join(".config/kluis");
    fs::create_dir_all(&config).unwrap();
    let user_file = config.join("config.toml");
    fs::write(&user_file, "color = 'never'").unwrap();
    set_mode(&user_file, 0o646);
    finds(doctor(&sandbox), "config", "fail", "other users can write");
    set_mode(&user_file, 0o644);
    finds(doctor(&sandbox), "config", "ok", "mode 0644");
    set_mode(&config, 0o777);
    finds(
        doctor(&sandbox),
        "config",
        "fail",
        "other users can replace",
    );
    set_mode(&config, 0o700);

    let made = sandbox.kluis(["key", "new"]).run();
    made.any_stdout().any_stderr().exits(0);
    let identity = config.join("key");
    fs::rename(&identity, sandbox.given_path("identity")).unwrap();
    symlink(sandbox.given_path("identity"), &identity).unwrap();
    finds(doctor(&sandbox), "key_file", "ok", "mode 0600");
    set_mode(&identity, 0o640);
    finds(
        doctor(&sandbox),
        "key_file",
        "fail",
        "other users can read or write",
    );
    let named = doctor(&sandbox).env("KLUIS_KEY_FILE", "absent");
    finds(named, "key_file", "fail", "there is no key file");

    let token = sandbox.given("token", sandbox.token());
    let by_file = || {
        let doctor = doctor(&sandbox).without("KLUIS_TOKEN");
        doctor.env("KLUIS_KEY_FILE", &token)
    };
    set_mode(&token, 0o600);
    finds(by_file(), "token", "ok", "mode 0600");
    set_mode(&token, 0o640);
    finds(by_file(), "token", "fail", "which unlocks the vault");
    let passphrase = sandbox.given("passphrase", "none of it");
    set_mode(&passphrase, 0o604);
    let by_file = doctor(&sandbox).env("KLUIS_PASSPHRASE_FILE", passphrase);
    finds(by_file, "passphrase", "fail", "which unlocks the vault");
}

#[test]
fn an_untrusted_project_file_and_a_void_trust_list_are_reported() {
    let sandbox = healthy();
    let project = sandbox.home().join("project");
    fs::create_dir(&project).unwrap();
    let doctor = || doctor(&sandbox).within(&project);
    fs::write(project.join("kluis.toml"), "[env]\nA = 'name'\n").unwrap();
    finds(
        doctor(),
        "project",
        "warn",
        "needs your trust for: the vault, A",
    );
    let trust = sandbox.kluis(["trust", "--yes"]).within(&project);
    trust.run().any_stdout().any_stderr().exits(0);
    finds(doctor(), "project", "ok", "is in use");
    finds(doctor(), "trust", "ok", "1 trusted project file");
    fs::write(project.join("kluis.toml"), "[env]\nB = 'name'\n").unwrap();
    finds(doctor(), "project", "warn", "needs your trust again for: B");
    fs::rename(&project, sandbox.home().join("moved")).unwrap();
    let gone = || crate::doctor::doctor(&sandbox);
    finds(gone(), "trust", "warn", "was deleted after you trusted it");
    fs::rename(sandbox.home().join("moved"), &project).unwrap();
    fs::write(project.join("kluis.toml"), "[env]\nB = {").unwrap();
    finds(doctor(), "project", "fail", "kluis.toml");
    let list = sandbox.home().join(".local/state/kluis/trusted.json");
    set_mode(&list, 0o666);
    finds(doctor(), "trust", "fail", "can be written by others");
    fs::write(&list, "{").unwrap();
    set_mode(&list, 0o600);
    finds(doctor(), "trust", "fail", "is damaged");
}

#[test]
fn doctor_asks_the_agent_and_notices_a_foreign_one() {
    let sandbox = agent::vault("a value");
    finds(doctor(&sandbox), "agent", "ok", "no agent is running");
    agent::unlock(&sandbox, &[]).run().any_stderr().exits(0);
    finds(doctor(&sandbox), "agent", "ok", "an agent holds key_");
    finds(doctor(&sandbox), "unlock", "ok", "opens with key_");
    sandbox.kluis(["lock", "-q"]).run().exits(0);

    fs::write(sandbox.agent_socket(), "").unwrap();
    finds(doctor(&sandbox), "agent", "fail", "is not a socket");
    fs::remove_file(sandbox.agent_socket()).unwrap();
    // An agent that ends each conversation with an unexpected answer.
    let listener = UnixListener::bind(sandbox.agent_socket()).unwrap();
    std::thread::spawn(move || {
        use std::io::{Read, Write};
        // Unlocking meets it first, and may ask it again. It reads each request to its end: an agent that hangs
        // up does not count as one.
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            stream.read_exact(&mut [0; 7]).unwrap();
            stream.write_all(&[0, 0, 0, 3, 0xff, 0, 0]).unwrap();
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    finds(
        doctor(&sandbox),
        "agent",
        "fail",
        "unexpected answer from the agent",
    );
    fs::remove_file(sandbox.agent_socket()).unwrap();
}

#[test]
fn doctor_reports_unlockable_memory_and_childrens_core_files() {
    let sandbox = healthy();
    let limited = sandbox.kluis(["doctor", "--json"]);
    let script = "ulimit -l 0; exec \"$@\"";
    // For root no limit on locked memory applies.
    let limited = if is_root() {
        let setpriv = ["setpriv", "--bounding-set=-ipc_lock,-sys_resource"];
        limited.under(setpriv.into_iter().chain(["sh", "-c", script, "sh"]))
    } else {
        limited.under(["sh", "-c", script, "sh"])
    };
    finds(limited, "memory", "warn", "may be written to swap");
    let dumping = sandbox
        .kluis(["doctor", "--json"])
        .prepared("ulimit -c 1000");
    finds(dumping, "core", "warn", "core file");
}

#[test]
fn doctor_looks_for_completions_where_the_shell_does() {
    let sandbox = healthy();
    let doctor = |shell: &str| doctor(&sandbox).env("SHELL", format!("/bin/{shell}"));
    for (shell, place) in [
        ("bash", ".local/share/bash-completion/completions/kluis"),
        ("zsh", ".zfunc/_kluis"),
        ("fish", ".config/fish/completions/kluis.fish"),
    ] {
        finds(
            doctor(shell),
            "completions",
            "warn",
            "no completions are installed",
        );
        let script = sandbox.prints(["completions", shell], "");
        let place = sandbox.home().join(place);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, &script[1..]).unwrap();
        finds(doctor(shell), "completions", "warn", "from another version");
        fs::write(&place, script).unwrap();
        finds(doctor(shell), "completions", "ok", place.to_str().unwrap());
    }
    finds(
        doctor("elvish"),
        "completions",
        "warn",
        "no completions are installed",
    );
    let startup = sandbox.home().join(".config/elvish/rc.elv");
    fs::create_dir_all(startup.parent().unwrap()).unwrap();
    fs::write(startup, "eval (kluis completions elvish | slurp)\n").unwrap();
    finds(doctor("elvish"), "completions", "ok", "when it starts");

    finds(doctor("bash"), "manual", "warn", "does not find a page");
    let pages = sandbox.home().join("pages/man1");
    fs::create_dir_all(&pages).unwrap();
    fs::write(pages.join("kluis.1.gz"), "").unwrap();
    let named = doctor("bash").env("MANPATH", sandbox.home().join("pages"));
    finds(named, "manual", "ok", "kluis.1.gz");
}

#[test]
fn a_path_that_would_steer_a_terminal_is_shown_escaped() {
    let sandbox = Sandbox::empty();
    let init = [
        "init",
        "--token",
        "--kdf",
        CHEAP_KDF,
        "--vault",
        "a\u{1b}[2Jb\u{202e}.kluis",
    ];
    let made = sandbox.kluis(init[..2].iter().chain(&init[4..])).run();
    sandbox.keep_token(&made.stdout);
    made.any_stdout().any_stderr().exits(0);
    let doctor = sandbox.kluis(["doctor", "--vault", init[5]]);
    let (text, _) = Screen::start(doctor.command_at_terminal(), 80).ends();
    assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text:?}");
}

#[test]
fn doctor_names_what_was_deleted_long_ago() {
    let sandbox = healthy();
    let Some(clock) = preloaded_clock(&sandbox) else {
        return eprintln!("skipped: no library can stand in for the clock");
    };
    sandbox.create("gone", sandbox.secret("gone"));
    let days_ago = |days: u64, line: &[&str]| {
        let second = crate::sandbox::now() - days * 86_400;
        let run = sandbox.kluis(line).env("LD_PRELOAD", &clock);
        run.env("SECONDS_NOW", second.to_string()).run()
    };
    let old = ["create", "older", "--generate", "8"];
    days_ago(31, &old).any_stdout().exits(0);
    days_ago(31, &["delete", "older"]).exits(0);
    finds(
        doctor(&sandbox),
        "deleted",
        "warn",
        "1 secret kept for more than 30 days after deletion, with all values",
    );
    let prune = ["vault", "prune", "--deleted", "--older-than", "30d", "-y"];
    sandbox.kluis(prune).run().any_stderr().exits(0);
    sandbox.kluis(["delete", "gone"]).run().exits(0);
    let report = doctor(&sandbox).run();
    let findings = report.json()["findings"].as_array().unwrap().clone();
    assert!(findings.iter().all(|found| found["check"] != "deleted"));
    report.any_stdout().any_stderr().ends();
}
