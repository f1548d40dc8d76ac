//! Tests that a repository you merely cloned cannot use your secrets through its project file.

use crate::sandbox::{Invocation, Sandbox};
use crate::screen::Screen;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

const TAKE: &str = "[env]\nTAKEN = 'mine'\n";

/// A user's own vault, with a secret in it and in a workspace, and the clone of a repository.
struct Victim {
    sandbox: Sandbox,
    clone: PathBuf,
    value: String,
}

fn victim() -> Victim {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("mine");
    sandbox.create("mine", &value);
    let made = sandbox.kluis(["workspace", "create", "production"]).run();
    made.any_stdout().exits(0);
    let create = ["create", "mine", "-w", "production", "--generate", "8"];
    sandbox.kluis(create).run().any_stdout().exits(0);
    let clone = sandbox.home().join("clone");
    fs::create_dir(&clone).unwrap();
    Victim {
        sandbox,
        clone,
        value,
    }
}

impl Victim {
    fn file(&self, text: &str) {
        fs::write(self.clone.join("kluis.toml"), text).unwrap();
    }

    fn kluis(&self, line: &[&str]) -> Invocation<'_> {
        self.sandbox.kluis(line).within(&self.clone)
    }

    fn run(&self) -> Invocation<'_> {
        self.kluis(&["run", "--", "sh", "-c", "printf %s \"$TAKEN\""])
    }

    fn trust(&self) -> String {
        let trusted = self.kluis(&["trust", "--yes", "-q"]).run();
        let hash = String::from_utf8(trusted.stdout.clone()).unwrap();
        trusted.any_stdout().exits(0);
        hash.trim_end().to_owned()
    }

    fn consents(&self) -> PathBuf {
        self.sandbox.home().join(".local/state/kluis/trusted.json")
    }
}

fn refused(invocation: Invocation<'_>, code: i32) {
    let failed = invocation.run();
    failed.stderr_has("and the vault").exits(code);
}

#[test]
fn no_project_file_uses_your_own_vault_without_consent() {
    let victim = victim();
    let vault = victim.sandbox.vault();
    symlink(&vault, victim.clone.join("link.kluis")).unwrap();
    symlink(vault.parent().unwrap(), victim.clone.join("folder")).unwrap();
    for text in [
        TAKE.to_owned(),
        format!("vault = '{}'\n{TAKE}", vault.display()),
        format!("vault = '~/.local/share/kluis/default.kluis'\n{TAKE}"),
        format!("vault = '../.local/share/kluis/default.kluis'\n{TAKE}"),
        format!("vault = 'absent/../../.local/share/kluis/default.kluis'\n{TAKE}"),
        format!("vault = 'link.kluis'\n{TAKE}"),
        format!("vault = 'folder/default.kluis'\n{TAKE}"),
    ] {
        victim.file(&format!("app = 'web'\n{text}"));
        refused(victim.run(), 125);
        refused(victim.run().env("KLUIS_VAULT", &vault), 125);
        refused(victim.kluis(&["check"]), 8);
        refused(victim.kluis(&["app", "sync"]), 8);
        let json = victim.run();
        let json = json.env("KLUIS_TRUST_PROJECT", "0".repeat(64));
        refused(json, 125);
    }
    let json = victim.kluis(&["check", "--json"]).run();
    let error = json.json_error();
    assert_eq!(error["code"], "denied");
    assert!(error["hint"].as_str().unwrap().contains("kluis trust"));
    json.any_stderr().exits(8);
    assert!(!victim.consents().exists());
}

#[test]
fn a_named_workspace_needs_consent_and_a_typed_one_does_not() {
    let victim = victim();
    victim.file("workspace = 'production'");
    for line in [
        &["list"][..],
        &["get", "mine"],
        &["delete", "mine", "-y"],
        &["create", "new", "--generate", "8"],
    ] {
        refused(victim.kluis(line), 8);
    }
    refused(victim.kluis(&["run", "--all", "--", "true"]), 125);
    let list = victim.kluis(&["list", "-q", "-w", "default"]).run();
    list.stdout("mine\n").exits(0);
    let list = victim
        .kluis(&["list", "-q"])
        .env("KLUIS_WORKSPACE", "default");
    list.run().stdout("mine\n").exits(0);

    victim.file("vault = '../.local/share/kluis/default.kluis'");
    for line in [
        &["get", "mine"][..],
        &["list", "-w", "default"],
        &["init", "--token"],
    ] {
        refused(victim.kluis(line), 8);
    }

    // Nothing in it has a say in these.
    victim.file(TAKE);
    let get = victim.kluis(&["get", "mine"]).run();
    get.stdout(&victim.value).exits(0);
    let named = [
        "run",
        "-e",
        "GIVEN=mine",
        "--",
        "sh",
        "-c",
        "printf %s \"${TAKEN-unset}\"",
    ];
    victim.kluis(&named).run().stdout("unset").exits(0);
}

#[test]
fn consent_comes_by_trust_by_option_or_by_hash_in_a_variable() {
    let victim = victim();
    let vault = victim.sandbox.vault();
    let vault = vault.to_str().unwrap();
    victim.file(TAKE);
    let named = [
        "--vault",
        vault,
        "run",
        "--",
        "sh",
        "-c",
        "printf %s \"$TAKEN\"",
    ];
    let run = victim.kluis(&named).run();
    run.stdout(&victim.value).exits(0);
    refused(victim.run(), 125);

    let path = victim.clone.join("kluis.toml");
    let sum = std::process::Command::new("sha256sum").arg(&path).output();
    let sum = String::from_utf8(sum.unwrap().stdout).unwrap();
    let sum = sum.split(' ').next().unwrap();
    let run = victim.run().env("KLUIS_TRUST_PROJECT", sum).run();
    run.stdout(&victim.value).exits(0);
    refused(victim.run(), 125);

    assert_eq!(victim.trust(), sum);
    victim.run().run().stdout(&victim.value).exits(0);
    let again = victim.kluis(&["trust"]).run();
    again
        .stdout(format!("{sum}\n"))
        .stderr("kluis: note: unchanged: this project file is trusted already\n")
        .exits(0);
    let mode = fs::metadata(victim.consents())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);

    victim.kluis(&["trust", "--remove"]).run().exits(0);
    refused(victim.run(), 125);
}

#[test]
fn consent_is_for_one_content_one_place_and_one_vault() {
    let victim = victim();
    let other = victim.sandbox.home().join("other.kluis");
    fs::copy(victim.sandbox.vault(), &other).unwrap();
    let link = victim.clone.join("link.kluis");
    symlink(&other, &link).unwrap();
    let text = format!("vault = 'link.kluis'\n{TAKE}");
    victim.file(&text);
    victim.trust();
    victim.run().run().stdout(&victim.value).exits(0);

    fs::remove_file(&link).unwrap();
    symlink(victim.sandbox.vault(), &link).unwrap();
    let failed = victim.run().run();
    failed
        .stderr_has("has changed since you trusted it")
        .exits(125);
    fs::remove_file(&link).unwrap();
    symlink(&other, &link).unwrap();
    victim.run().run().stdout(&victim.value).exits(0);

    victim.file(&format!("{text}MORE = 'mine'\n"));
    let failed = victim.run().run();
    failed
        .stderr_has("has changed since you trusted it")
        .exits(125);

    // Another repository that links to the trusted file has its own commands.
    victim.file(&text);
    let second = victim.sandbox.home().join("second");
    fs::create_dir(&second).unwrap();
    symlink(victim.clone.join("kluis.toml"), second.join("kluis.toml")).unwrap();
    symlink(&other, second.join("link.kluis")).unwrap();
    refused(victim.run().within(&second), 125);
    let moved = victim.sandbox.home().join("moved");
    fs::rename(&victim.clone, &moved).unwrap();
    refused(victim.run().within(&moved), 125);
}

#[test]
fn consent_is_for_the_vault_in_use_not_the_one_in_the_file() {
    let victim = victim();
    let vault = victim.sandbox.vault();
    // One that is not even there: nothing would be lost by agreeing to it.
    victim.file(&format!("vault = 'decoy.kluis'\n{TAKE}"));
    let used = |line: &[&str]| victim.kluis(line).env("KLUIS_VAULT", &vault);
    let take = || victim.run().env("KLUIS_VAULT", &vault);
    refused(take(), 125);
    victim.trust();
    refused(take(), 125);
    let trust = used(&["trust", "--yes"]).run();
    trust
        .any_stdout()
        .stderr_has("default.kluis (outside its folder)")
        .exits(0);
    take().run().stdout(&victim.value).exits(0);

    // Nor does what was agreed to for one vault hold for the next.
    victim.file(TAKE);
    victim.trust();
    victim.run().run().stdout(&victim.value).exits(0);
    let other = victim.sandbox.home().join("other.kluis");
    fs::copy(&vault, &other).unwrap();
    refused(victim.run().env("KLUIS_VAULT", &other), 125);
}

#[test]
fn a_vault_in_the_folder_of_the_file_needs_no_consent() {
    let victim = victim();
    fs::copy(victim.sandbox.vault(), victim.clone.join("own.kluis")).unwrap();
    victim.file(&format!("vault = 'own.kluis'\n{TAKE}"));
    victim.run().run().stdout(&victim.value).exits(0);
    victim.kluis(&["check"]).run().any_stdout().exits(0);
    // Unless another one is in use than the file means.
    let elsewhere = victim.run().env("KLUIS_VAULT", victim.sandbox.vault());
    refused(elsewhere, 125);
}

#[test]
fn trust_shows_the_secrets_in_use_and_asks() {
    let victim = victim();
    victim.file(&format!("workspace = 'production'\napp = 'web'\n{TAKE}"));
    let unasked = victim.kluis(&["trust"]).run();
    unasked
        .stderr_has("trusting a project file needs your yes")
        .exits(2);

    for (answer, code) in [("n\n", 130), ("y\n", 0)] {
        let command = victim.kluis(&["trust"]).command_at_terminal();
        let mut screen = Screen::start(command, 200);
        let shown = screen.shows("Trust this project file? [y/N] ");
        for expected in [
            "clone/kluis.toml takes secrets from",
            "default.kluis (outside its folder)",
            "workspace  production",
            "app        web",
            "TAKEN = mine",
        ] {
            assert!(shown.contains(expected), "{expected}: {shown}");
        }
        screen.types(answer);
        assert_eq!(screen.ends().1, code);
    }
    let json = victim.kluis(&["trust", "--json"]).run();
    let object = json.json();
    assert_eq!(object["env"][0]["env_key"], "TAKEN");
    assert_eq!(object["env"][0]["secret"], "mine");
    assert_eq!(object["workspace"], "production");
    json.any_stdout().exits(0);
}

#[test]
fn you_agree_to_what_was_shown_even_if_a_link_changes() {
    let victim = victim();
    let (link, other) = (victim.clone.join("link"), victim.clone.join("other"));
    symlink(victim.sandbox.vault(), &link).unwrap();
    victim.file("vault = 'link'\n[env]\nTAKEN = 'mine'\n");
    let command = victim.kluis(&["trust", "--json"]).command_at_terminal();
    let mut screen = Screen::start(command, 200);
    screen.shows("default.kluis (outside its folder)");
    screen.shows("Trust this project file? [y/N] ");
    fs::remove_file(&link).unwrap();
    symlink(&other, &link).unwrap();
    screen.types("y\n");
    let (rest, code) = screen.ends();
    assert_eq!(code, 0, "{rest}");
    let place = victim.sandbox.vault().display().to_string();
    assert!(rest.contains(&format!("\"vault\": \"{place}\"")), "{rest}");
    let agreed = fs::read_to_string(victim.consents()).unwrap();
    assert!(agreed.contains(&place), "{agreed}");
}

#[test]
fn text_in_the_file_cannot_imitate_our_output() {
    let victim = victim();
    let words = "\\n\\u001b[2Jall is well";
    victim.file(&format!("vault = \"../{words}\"\n{TAKE}"));
    let refused = victim.kluis(&["trust", "-y"]).run();
    let said = refused.stderr.clone();
    assert!(!said.contains("all is well"), "{said}");
    refused.any_stderr().exits(7);

    victim.file(&format!("pin = \"{words}\"\n{TAKE}"));
    let trusted = victim.kluis(&["trust", "-y"]).run();
    let said = trusted.stderr.clone();
    assert!(said.contains("\\u{a}\\u{1b}[2Jall is well"), "{said}");
    assert!(
        !said.contains("\nall is well") && !said.contains('\u{1b}'),
        "{said}"
    );
    trusted.any_stdout().any_stderr().exits(0);
}

#[test]
fn the_list_names_each_file_once_and_forgets_one_that_is_gone() {
    let victim = victim();
    let list = || victim.kluis(&["trust", "--list", "--json"]).run();
    let empty = list();
    assert_eq!(empty.json()["count"], 0);
    empty.any_stdout().exits(0);
    victim.file(TAKE);
    victim.trust();
    victim.file(&format!("{TAKE}MORE = 'mine'"));
    let hash = victim.trust();
    let listed = list();
    let object = listed.json();
    assert_eq!(object["count"], 1);
    assert_eq!(object["projects"][0]["sha256"], hash.as_str());
    listed.any_stdout().exits(0);

    let folder = fs::canonicalize(&victim.clone).unwrap();
    fs::remove_dir_all(&folder).unwrap();
    let forget = |path: &Path| {
        let line = ["trust", "--remove", path.to_str().unwrap()];
        victim.sandbox.kluis(line).run()
    };
    forget(&folder).exits(0);
    let unchanged = format!(
        "kluis: note: unchanged: {} is not trusted\n",
        folder.join("kluis.toml").display()
    );
    forget(&folder).stderr(&unchanged).exits(0);
}

#[test]
fn an_unreliable_trust_list_means_no_consent_and_warns() {
    let victim = victim();
    victim.file(TAKE);
    victim.trust();
    let good = fs::read(victim.consents()).unwrap();
    fs::write(victim.consents(), &good[1..]).unwrap();
    let failed = victim.run().run();
    failed
        .stderr_has("trusted.json is damaged: kluis ignores it")
        .exits(125);
    // Trusting anew mends it.
    let trusted = victim.kluis(&["trust", "-y"]).run();
    trusted.any_stdout().stderr_has("is damaged").exits(0);
    victim.run().run().stdout(&victim.value).exits(0);

    let mut open = fs::metadata(victim.consents()).unwrap().permissions();
    open.set_mode(0o666);
    fs::set_permissions(victim.consents(), open).unwrap();
    let failed = victim.run().run();
    failed.stderr_has("can be written by others").exits(125);
}
