//! Tests sharing a vault in git, with real git: two people change one vault, and git merges, shows and moves it.
//! Skipped with a notice if there is no git.

use crate::sandbox::{Invocation, KLUIS, Sandbox};
use crate::screen::Screen;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const SYSTEM_PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// The version of git, as `(major, minor)`; `None`, with a notice, if there is none.
fn version() -> Option<(u32, u32)> {
    let Ok(asked) = Command::new("git").arg("--version").output() else {
        eprintln!("skipped: there is no git");
        return None;
    };
    let text = String::from_utf8(asked.stdout).unwrap();
    let mut numbers = text.split([' ', '.']).filter_map(|part| part.parse().ok());
    Some((numbers.next()?, numbers.next()?))
}

/// A work tree with a vault, and the home of the person working there.
struct Tree {
    sandbox: Sandbox,
    folder: PathBuf,
    /// The path of the vault in the work tree.
    name: String,
    /// The folder that is first on PATH.
    programs: PathBuf,
    token: String,
}

impl Tree {
    /// A vault with two secrets in each of two workspaces, committed.
    fn new() -> Self {
        let sandbox = Sandbox::empty();
        let folder = sandbox.home().join("tree");
        let programs = sandbox.home().join("programs");
        fs::create_dir_all(&folder).unwrap();
        fs::create_dir(&programs).unwrap();
        std::os::unix::fs::symlink(KLUIS, programs.join("kluis")).unwrap();
        let mut tree = Self {
            sandbox,
            folder,
            name: "secrets.kluis".to_owned(),
            programs,
            token: String::new(),
        };
        tree.git(&["init", "-q", "-b", "main"]);
        let made = tree.kluis(&["init", "--token"]).run();
        let token = String::from_utf8(made.stdout.clone()).unwrap();
        tree.token.push_str(token.trim());
        made.any_stdout().any_stderr().exits(0);
        tree.sandbox.keep(tree.token.as_bytes());
        tree.does(&["workspace", "create", "staging"]);
        for path in ["default/a", "default/b", "staging/c", "staging/d"] {
            let (workspace, name) = path.split_once('/').unwrap();
            let value = tree.sandbox.secret(name);
            let create = tree.kluis(&["create", name, "-w", workspace]).stdin(value);
            create.run().any_stdout().exits(0);
        }
        tree
    }

    /// The same, after `kluis git install`.
    fn installed() -> Self {
        let tree = Self::new();
        tree.does(&["git", "install"]);
        tree.commit("first");
        tree
    }

    fn vault(&self) -> PathBuf {
        self.folder.join(&self.name)
    }

    fn bytes(&self) -> Vec<u8> {
        fs::read(self.vault()).unwrap()
    }

    fn kluis(&self, line: &[&str]) -> Invocation<'_> {
        let line = self.sandbox.kluis(line).within(&self.folder);
        let line = line.env("KLUIS_VAULT", &self.name).env("PATH", self.path());
        if self.token.is_empty() {
            line
        } else {
            line.env("KLUIS_TOKEN", &self.token)
        }
    }

    #[track_caller]
    fn does(&self, line: &[&str]) {
        self.kluis(line).run().any_stdout().any_stderr().exits(0);
    }

    fn path(&self) -> String {
        format!("{}:{SYSTEM_PATH}", self.programs.display())
    }

    /// git, without a terminal.
    fn command(&self, line: &[&str]) -> Command {
        let mut git = Command::new("setsid");
        git.args([
            "--wait",
            "git",
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@example.com",
        ])
        .args(line)
        .current_dir(&self.folder)
        .env_clear()
        .env("PATH", self.path())
        .env("HOME", self.sandbox.home())
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_EDITOR", "true")
        .env("KLUIS_VAULT", &self.name)
        .env("KLUIS_TOKEN", &self.token)
        .stdin(Stdio::null());
        if self.token.is_empty() {
            git.env_remove("KLUIS_TOKEN");
        }
        git
    }

    #[track_caller]
    fn git(&self, line: &[&str]) -> String {
        let ran = self.command(line).output().unwrap();
        assert!(ran.status.success(), "{line:?}: {}", said(&ran));
        said(&ran)
    }

    /// The output of git without a key, and whether it succeeds.
    fn keyless(&self, line: &[&str]) -> (String, bool) {
        let ran = self
            .command(line)
            .env_remove("KLUIS_TOKEN")
            .output()
            .unwrap();
        (said(&ran), ran.status.success())
    }

    fn commit(&self, subject: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", subject]);
    }

    /// Gives a secret a new value and commits it.
    fn set(&self, path: &str, label: &str) -> String {
        let value = self.sandbox.secret(label);
        let rotate = self.kluis(&["rotate", path]).stdin(&value);
        rotate.run().any_stdout().any_stderr().exits(0);
        self.commit(label);
        value
    }

    /// A token that only reads one workspace, committed.
    fn add_reader(&self) -> String {
        let line = ["key", "add", "--token", "-w", "default", "--read-only"];
        let reader = self.kluis(&line).run();
        let token = String::from_utf8(reader.stdout.clone()).unwrap();
        reader.any_stdout().any_stderr().exits(0);
        self.sandbox.keep(token.trim().as_bytes());
        self.commit("a reader");
        token.trim().to_owned()
    }

    /// Changes a secret in a new branch from here; then comes back.
    fn branch(&self, branch: &str, path: &str) -> String {
        self.git(&["checkout", "-q", "-b", branch]);
        let value = self.set(path, branch);
        self.git(&["checkout", "-q", "-"]);
        value
    }

    /// Every value of a secret, in any slot.
    fn values(&self, path: &str) -> Vec<String> {
        let shown = self.kluis(&["show", path, "--json"]).run();
        let slots = shown.json()["slots"].as_array().unwrap().clone();
        shown.any_stdout().any_stderr().exits(0);
        let values = slots.iter().map(|slot| {
            let number = slot["slot"].to_string();
            let got = self.kluis(&["get", path, "--slot", &number]).run();
            let value = String::from_utf8(got.stdout.clone()).unwrap();
            got.any_stdout().any_stderr().exits(0);
            value
        });
        values.collect()
    }

    #[track_caller]
    fn has(&self, path: &str, values: &[&String]) {
        let there = self.values(path);
        for value in values {
            assert!(there.contains(value), "{path}: {} versions", there.len());
        }
        self.does(&["vault", "verify"]);
    }
}

/// Checks that the output of git contains no value.
#[track_caller]
fn shows_nothing(text: &str, values: &[&String]) {
    for value in values {
        assert!(!text.contains(value.as_str()), "a value was shown");
    }
}

fn said(ran: &Output) -> String {
    let text = [&ran.stdout[..], &ran.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

#[test]
fn a_merge_keeps_both_values_and_says_so() {
    let Some(version) = version() else { return };
    let tree = Tree::installed();
    let theirs = tree.branch("feature", "a");
    let ours = tree.set("a", "ours");
    let told = tree.git(&["merge", "--no-edit", "feature"]);
    tree.has("a", &[&ours, &theirs]);
    shows_nothing(&told, &[&ours, &theirs]);
    let names = if version >= (2, 44) {
        "HEAD and feature"
    } else {
        "ours and theirs"
    };
    let heading = format!("secrets.kluis: merged {names}\n  default/a  both changed: ");
    assert!(told.contains(&heading), "{told}");
    // Nothing is left beside the vault.
    assert_eq!(tree.git(&["status", "--porcelain"]), "");
}

#[test]
fn rebase_cherry_pick_and_stash_keep_both_values() {
    if version().is_none() {
        return;
    }
    let tree = Tree::installed();
    let theirs = tree.branch("feature", "a");
    let ours = tree.set("a", "ours");
    tree.git(&["checkout", "-q", "feature"]);
    let more = tree.set("staging/c", "more");
    tree.git(&["rebase", "-q", "main"]);
    tree.has("a", &[&ours, &theirs]);
    tree.has("staging/c", &[&more]);

    tree.git(&["checkout", "-q", "main"]);
    let picked = tree.branch("other", "b");
    let mine = tree.set("b", "mine");
    tree.git(&["cherry-pick", "other"]);
    tree.has("b", &[&picked, &mine]);

    let stashed = tree.sandbox.secret("stashed");
    let rotate = tree.kluis(&["rotate", "staging/d"]).stdin(&stashed);
    rotate.run().any_stdout().any_stderr().exits(0);
    tree.git(&["stash", "-q"]);
    let there = tree.set("staging/d", "there");
    tree.git(&["stash", "pop"]);
    tree.has("staging/d", &[&stashed, &there]);
}

#[test]
fn a_criss_cross_merge_keeps_every_value() {
    if version().is_none() {
        return;
    }
    let tree = Tree::installed();
    let one = tree.branch("one", "a");
    let two = tree.branch("two", "a");
    tree.git(&["branch", "old-two", "two"]);
    tree.git(&["checkout", "-q", "two"]);
    tree.git(&["merge", "--no-edit", "one"]);
    let on_two = tree.set("b", "on two");
    tree.git(&["checkout", "-q", "one"]);
    tree.git(&["merge", "--no-edit", "old-two"]);
    let on_one = tree.set("b", "on one");
    // Two bases: git takes one side of them, and kluis uses none.
    tree.git(&["merge", "--no-edit", "two"]);
    tree.has("a", &[&one, &two]);
    tree.has("b", &[&on_one, &on_two]);
}

#[test]
fn what_each_side_changed_alone_merges_without_a_key() {
    if version().is_none() {
        return;
    }
    let tree = Tree::installed();
    let theirs = tree.branch("feature", "staging/c");
    let ours = tree.set("a", "ours");
    let (told, done) = tree.keyless(&["merge", "--no-edit", "feature"]);
    assert!(done && told.contains("no key here"), "{told}");
    tree.has("a", &[&ours]);
    tree.has("staging/c", &[&theirs]);
}

#[test]
fn a_key_that_only_reads_sees_wider_hosts_and_links() {
    if version().is_none() {
        return;
    }
    let tree = Tree::installed();
    tree.does(&["update", "a", "--allow-domain", "one.example.com"]);
    let token = tree.add_reader();
    tree.git(&["checkout", "-q", "-b", "feature"]);
    tree.does(&["update", "a", "--allow-domain", "two.example.com"]);
    tree.does(&["app", "create", "web"]);
    tree.does(&["app", "link", "web", "A=a"]);
    tree.commit("wider");
    tree.git(&["checkout", "-q", "main"]);
    let ours = tree.set("staging/c", "ours");
    let mut merge = tree.command(&["merge", "--no-edit", "feature"]);
    let ran = merge.env("KLUIS_TOKEN", &token).output().unwrap();
    let told = said(&ran);
    assert!(ran.status.success(), "{told}");
    for line in ["may go to two.example.com now, too", "gets default/a as A"] {
        assert!(told.contains(line), "{told}");
    }
    assert!(!told.contains("no key here"), "{told}");
    tree.has("staging/c", &[&ours]);
}

#[test]
fn where_it_cannot_merge_ours_stays_whole() {
    if version().is_none() {
        return;
    }
    let tree = Tree::installed();
    let token = tree.add_reader();
    tree.branch("feature", "a");
    tree.set("a", "ours");
    let before = tree.bytes();
    for (token, why) in [
        (None, "both sides changed it, and there is no key here"),
        (
            Some(token.as_str()),
            "both sides changed it, and the key here only reads",
        ),
    ] {
        let mut merge = tree.command(&["merge", "--no-edit", "feature"]);
        match token {
            None => merge.env_remove("KLUIS_TOKEN"),
            Some(token) => merge.env("KLUIS_TOKEN", token),
        };
        let ran = merge.output().unwrap();
        assert!(!ran.status.success());
        let told = said(&ran);
        let line = format!("secrets.kluis was not merged: {why}; your version is unchanged");
        assert!(told.contains(&line), "{told}");
        let hint = "kluis unlock && git checkout --merge -- ':/secrets.kluis' && git add -- ':/secrets.kluis'";
        assert!(told.contains(hint), "{told}");
        assert_eq!(tree.bytes(), before);
        assert!(
            tree.git(&["status", "--porcelain"])
                .starts_with("UU secrets.kluis")
        );
        if token.is_none() {
            tree.git(&["merge", "--abort"]);
        }
    }
    // Another key does not help here.
    tree.git(&["merge", "--abort"]);
    let mut damaged = tree.bytes();
    damaged[200] ^= 1;
    tree.git(&["checkout", "-q", "feature"]);
    fs::write(tree.vault(), damaged).unwrap();
    tree.commit("damaged");
    tree.git(&["checkout", "-q", "main"]);
    let ran = tree.command(&["merge", "--no-edit", "feature"]).output();
    let told = said(&ran.unwrap());
    assert!(told.contains("was not merged"), "{told}");
    assert!(!told.contains("kluis unlock"), "{told}");
    assert_eq!(tree.bytes(), before);
}

#[test]
fn the_hint_runs_in_a_subfolder_and_with_a_space() {
    if version().is_none() {
        return;
    }
    let mut tree = Tree::installed();
    let folder = tree.folder.join("it's here");
    fs::create_dir(&folder).unwrap();
    tree.git(&["mv", "secrets.kluis", "it's here/a vault.kluis"]);
    tree.name = "it's here/a vault.kluis".to_owned();
    tree.commit("moved");
    let theirs = tree.branch("feature", "a");
    let ours = tree.set("a", "ours");
    let (told, done) = tree.keyless(&["merge", "--no-edit", "feature"]);
    assert!(!done, "{told}");
    let (_, hint) = told.split_once("hint: kluis unlock && ").unwrap();
    let hint = hint.lines().next().unwrap();
    let line = [
        "-c",
        "alias.hint=!f() { cd \"$GIT_PREFIX\"; eval \"$1\"; }; f",
        "hint",
        hint,
    ];
    let ran = tree.command(&line).current_dir(&folder).output().unwrap();
    assert!(ran.status.success(), "{hint}: {}", said(&ran));
    tree.git(&["commit", "-q", "--no-edit"]);
    tree.has("a", &[&ours, &theirs]);
}

/// The leftovers of a killed merge at the top are neither committed nor kept.
#[test]
fn a_merge_removes_what_a_killed_one_left() {
    if version().is_none() {
        return;
    }
    let tree = Tree::installed();
    let theirs = tree.branch("feature", "staging/c");
    tree.set("a", "ours");
    let exclude = tree.folder.join(".git/info/exclude");
    fs::write(&exclude, "").unwrap();
    let left = tree.folder.join(".secrets.kluis.0123456789abcdef.tmp");
    fs::write(&left, "sealed").unwrap();
    let file = fs::File::options().write(true).open(&left).unwrap();
    let long_ago = std::time::SystemTime::now() - std::time::Duration::from_hours(1);
    file.set_modified(long_ago).unwrap();
    let (told, done) = tree.keyless(&["merge", "--no-edit", "feature"]);
    assert!(done, "{told}");
    assert!(!left.exists());
    let lines = fs::read_to_string(exclude).unwrap();
    assert!(lines.contains(".secrets.kluis.*.tmp"), "{lines}");
    tree.has("staging/c", &[&theirs]);
}

#[test]
fn git_shows_names_and_never_a_value() {
    if version().is_none() {
        return;
    }
    let tree = Tree::installed();
    let value = tree.set("a", "new");
    let again = tree.set("a", "newer");
    for line in [
        &["diff", "HEAD~1"][..],
        &["log", "-p"],
        &["show"],
        &["stash", "list"],
    ] {
        let shown = tree.git(line);
        shows_nothing(&shown, &[&value, &again]);
        assert!(!shown.contains("older"), "{shown}");
    }
    let shown = tree.git(&["show"]);
    let added: Vec<&str> = shown.lines().filter(|line| line.starts_with('+')).collect();
    let slot = added
        .iter()
        .find_map(|line| line.strip_prefix("+default/a: slot "));
    let (_, digest) = slot.unwrap().split_once(": ").unwrap();
    assert!(digest.len() == 8 && digest.bytes().all(|byte| byte.is_ascii_hexdigit()));
    // Nothing is remembered of passing copies: the newest vault still counts as the newest.
    tree.git(&["log", "-p"]);
    tree.does(&["list"]);
    let (shown, done) = tree.keyless(&["log", "-p"]);
    assert!(
        done && shown.contains("locked: no key opens it here"),
        "{shown}"
    );
    assert!(!shown.contains("default/a"), "{shown}");
}

#[test]
fn a_vault_that_is_no_vault_ends_no_log() {
    if version().is_none() {
        return;
    }
    let tree = Tree::installed();
    fs::write(tree.vault(), "no vault\n").unwrap();
    tree.commit("broken");
    let shown = tree.git(&["log", "-p"]);
    assert!(
        shown.contains("+the vault is damaged: the file does not begin like a vault"),
        "{shown}"
    );
}

#[test]
fn without_the_driver_the_mixture_is_named() {
    if version().is_none() {
        return;
    }
    let tree = Tree::new();
    tree.commit("first");
    tree.branch("feature", "a");
    tree.set("a", "ours");
    let (_, done) = tree.keyless(&["merge", "--no-edit", "feature"]);
    assert!(!done);
    let list = tree.kluis(&["list"]).run();
    list.stderr_has("it holds two versions mixed by git")
        .exits(5);
    let list = tree.kluis(&["list", "--json"]).run();
    let hint = list.json_error()["hint"].as_str().unwrap().to_owned();
    list.any_stderr().exits(5);
    assert!(
        hint.contains("git checkout --merge") && !hint.contains("restore"),
        "{hint}"
    );
    // The command of the hint.
    tree.does(&["git", "install"]);
    tree.git(&["checkout", "--merge", "secrets.kluis"]);
    tree.does(&["vault", "verify"]);
    assert_eq!(tree.values("a").len(), 3);
}

#[test]
fn line_ends_that_git_changed_are_named() {
    if version().is_none() {
        return;
    }
    for installed in [false, true] {
        let tree = Tree::new();
        if installed {
            tree.does(&["git", "install"]);
        }
        tree.commit("first");
        tree.git(&["config", "core.autocrlf", "true"]);
        fs::remove_file(tree.vault()).unwrap();
        tree.git(&["checkout", "--", "secrets.kluis"]);
        let list = tree.kluis(&["list"]).run();
        if installed {
            list.any_stdout().any_stderr().exits(0);
        } else {
            list.stderr_has("git changed its line ends").exits(5);
            tree.does(&["git", "install"]);
            fs::remove_file(tree.vault()).unwrap();
            tree.git(&["checkout", "--", "secrets.kluis"]);
            tree.does(&["list"]);
        }
    }
}

/// As before git 2.44, which does not replace the placeholders of the labels, and with an older line in the
/// settings, which has none.
#[test]
fn without_labels_the_sides_are_ours_and_theirs() {
    if version().is_none() {
        return;
    }
    for labels in ["", " --labels %%X %%Y", " --labels '' ''"] {
        let tree = Tree::installed();
        let driver = format!("kluis git merge-file %O %A %B --path=%P{labels}");
        tree.git(&["config", "merge.kluis.driver", &driver]);
        tree.branch("feature", "a");
        tree.set("a", "ours");
        let told = tree.git(&["merge", "--no-edit", "feature"]);
        assert!(told.contains("merged ours and theirs"), "{told}");
    }
}

#[test]
fn install_is_repeatable_and_uninstall_undoes_it() {
    if version().is_none() {
        return;
    }
    let tree = Tree::new();
    let attributes = tree.folder.join(".gitattributes");
    let config = || fs::read_to_string(tree.folder.join(".git/config")).unwrap();
    for before in [None, Some("*.png binary\n")] {
        let settings = config();
        match before {
            Some(text) => fs::write(&attributes, text).unwrap(),
            None => assert!(!attributes.exists()),
        }
        for changed in [true, false] {
            let install = tree.kluis(&["git", "install", "--json"]).run();
            assert_eq!(install.json()["changed"], changed);
            install.any_stdout().exits(0);
        }
        let text = fs::read_to_string(&attributes).unwrap();
        let line = "*.kluis merge=kluis diff=kluis -text\n";
        assert_eq!(text, before.unwrap_or_default().to_owned() + line);
        assert_eq!(
            fs::metadata(&attributes).unwrap().permissions().mode() & 0o777,
            0o644
        );
        assert!(!config().contains("cachetextconv"));
        for changed in [true, false] {
            let uninstall = tree.kluis(&["git", "uninstall", "--json"]).run();
            assert_eq!(uninstall.json()["changed"], changed);
            uninstall.any_stdout().exits(0);
        }
        assert_eq!(config(), settings);
        let left = fs::read_to_string(&attributes).ok();
        assert_eq!(left.as_deref(), before);
    }
    // A setting that you changed stays.
    tree.does(&["git", "install"]);
    tree.git(&["config", "diff.kluis.textconv", "other"]);
    tree.does(&["git", "uninstall"]);
    assert_eq!(
        tree.git(&["config", "--get", "diff.kluis.textconv"]),
        "other\n"
    );
}

/// git reads no attributes from a link in a work tree.
#[test]
fn install_refuses_linked_attributes() {
    if version().is_none() {
        return;
    }
    let tree = Tree::new();
    tree.does(&["git", "install"]);
    let (attributes, elsewhere) = (
        tree.folder.join(".gitattributes"),
        tree.folder.join("other"),
    );
    fs::rename(&attributes, &elsewhere).unwrap();
    std::os::unix::fs::symlink("other", &attributes).unwrap();
    for verb in ["install", "uninstall"] {
        let ran = tree.kluis(&["git", verb]).run();
        ran.stderr_has("is a link").any_stdout().exits(1);
    }
    tree.git(&["config", "--get", "merge.kluis.driver"]);
}

#[test]
fn install_for_all_repositories_needs_no_work_tree() {
    if version().is_none() {
        return;
    }
    let tree = Tree::new();
    let outside = |line: &[&str]| {
        let line = tree.kluis(line).within(tree.sandbox.home());
        line.env("GIT_CONFIG_NOSYSTEM", "1").run()
    };
    let here = outside(&["git", "install"]);
    here.stderr_has("this folder is not in a git work tree")
        .exits(2);
    outside(&["git", "install", "--global"])
        .any_stderr()
        .exits(0);
    let attributes = tree.sandbox.home().join(".config/git/attributes");
    assert!(
        fs::read_to_string(&attributes)
            .unwrap()
            .starts_with("*.kluis")
    );
    tree.commit("first");
    let theirs = tree.branch("feature", "a");
    let ours = tree.set("a", "ours");
    tree.git(&["merge", "--no-edit", "feature"]);
    tree.has("a", &[&ours, &theirs]);
    outside(&["git", "uninstall", "--global"])
        .any_stderr()
        .exits(0);
    assert!(!attributes.exists());
}

#[test]
fn without_git_the_error_says_so() {
    let sandbox = Sandbox::with_vault();
    let nowhere = sandbox.home().join("nowhere");
    let install = sandbox
        .kluis(["git", "install"])
        .env("PATH", &nowhere)
        .under(Vec::<OsString>::new());
    // The tests start it through `env`, which must be on PATH.
    let mut command = install.command();
    command.env("PATH", SYSTEM_PATH);
    let ran = Command::new(KLUIS)
        .args(["git", "install"])
        .env_clear()
        .env("HOME", sandbox.home())
        .env("PATH", &nowhere)
        .current_dir(sandbox.home())
        .output()
        .unwrap();
    let told = said(&ran);
    assert!(
        told.contains("git is not installed") && told.contains("hint: install git"),
        "{told}"
    );
    assert_eq!(ran.status.code(), Some(1));
}

#[test]
fn init_offers_to_install() {
    if version().is_none() {
        return;
    }
    let tree = Tree::new();
    let second = tree
        .kluis(&["init", "--token"])
        .env("KLUIS_VAULT", "second.kluis");
    let offer = "the vault is in a git work tree: `kluis git install` lets git merge and show it";
    second.run().any_stdout().stderr_has(offer).exits(0);
    assert!(!tree.folder.join(".gitattributes").exists());
    tree.does(&["git", "install"]);
    let third = tree
        .kluis(&["init", "--token"])
        .env("KLUIS_VAULT", "third.kluis")
        .run();
    assert!(!third.stderr.contains("git install"), "{}", third.stderr);
    third.any_stdout().any_stderr().exits(0);
}

#[test]
fn at_a_terminal_init_asks_and_installs() {
    if version().is_none() {
        return;
    }
    for (answer, is_installed) in [("n\n", false), ("y\n", true)] {
        let tree = Tree::new();
        let init = tree.kluis(&["init", "--token"]);
        let init = init.env("KLUIS_VAULT", "second.kluis");
        let mut screen = Screen::start(init.command_at_terminal(), 80);
        screen.shows("Let git merge and show this vault");
        screen.types(answer);
        let (_, code) = screen.ends();
        assert_eq!(code, 0);
        assert_eq!(tree.folder.join(".gitattributes").exists(), is_installed);
    }
}

#[test]
fn doctor_finds_what_git_was_not_told() {
    if version().is_none() {
        return;
    }
    let tree = Tree::new();
    let found = |check: &str| {
        let doctor = tree.kluis(&["doctor", "--json"]).run();
        let report = doctor.json();
        doctor.any_stdout().any_stderr().ends();
        let findings = report["findings"].as_array().unwrap().clone();
        let found = findings.into_iter().find(|found| found["check"] == check);
        found.map(|found| found["state"].as_str().unwrap().to_owned())
    };
    assert_eq!(found("git_merge").as_deref(), Some("warn"));
    tree.does(&["git", "install"]);
    assert_eq!(found("git_merge").as_deref(), Some("ok"));
    assert_eq!(found("git_cache"), None);
    tree.git(&["config", "diff.kluis.cachetextconv", "true"]);
    assert_eq!(found("git_cache").as_deref(), Some("fail"));
    tree.git(&["config", "--unset", "diff.kluis.textconv"]);
    assert_eq!(found("git_merge").as_deref(), Some("warn"));
    tree.does(&["git", "install"]);
    assert_eq!(found("git_merge").as_deref(), Some("ok"));
    fs::write(
        tree.folder.join(".gitattributes"),
        "*.kluis merge=kluis -text\n",
    )
    .unwrap();
    assert_eq!(found("git_merge").as_deref(), Some("warn"));
    tree.does(&["git", "install"]);
    tree.git(&["config", "--unset", "merge.kluis.driver"]);
    assert_eq!(found("git_merge").as_deref(), Some("warn"));
}

/// The driver by itself, without git: it exits with 1 for every fault, and ours stays.
#[test]
fn the_driver_leaves_ours_whole_whatever_is_wrong() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("a", sandbox.secret("a"));
    let place = |name: &str| sandbox.home().join(name);
    for name in ["base", "ours"] {
        fs::copy(sandbox.vault(), place(name)).unwrap();
    }
    let merge = |theirs: &Path| {
        let line = ["git", "merge-file", "base", "ours"].map(OsString::from);
        let more = [theirs.into(), "--path".into(), "secrets.kluis".into()];
        sandbox.kluis(line.into_iter().chain(more)).run()
    };
    let before = fs::read(place("ours")).unwrap();
    let damaged = place("damaged");
    let mut bytes = before.clone();
    bytes[200] ^= 1;
    fs::write(&damaged, bytes).unwrap();
    let another = Sandbox::with_vault();
    for theirs in [&damaged, &place("missing"), &another.vault()] {
        merge(theirs).stderr_has("was not merged").exits(1);
        assert_eq!(fs::read(place("ours")).unwrap(), before);
    }
    merge(&place("base")).any_stderr().exits(0);
    assert_eq!(fs::read(place("ours")).unwrap(), before);
}
