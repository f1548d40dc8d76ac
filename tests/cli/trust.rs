//! Tests that a repository that you only cloned cannot use your secrets through its project file.

use crate::sandbox::{Invocation, Sandbox, git};
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

    fn trust(&self) {
        self.kluis(&["trust", "--yes", "-q"]).run().exits(0);
    }

    /// Runs a command at a terminal. Returns its question about the project file, if there is one, after the
    /// answer; and the exit code.
    fn asked(&self, line: &[&str], answer: &str) -> (Option<String>, i32) {
        let script = "\"$@\"; echo \"ended $?\"";
        let command = self.kluis(line).under(["sh", "-c", script, "sh"]);
        let mut screen = Screen::start(command.command_at_terminal(), 200);
        let question = "Trust this project file? [y/N] ";
        let shown = screen.shows_one_of(&[question, "ended "]);
        let is_asked = shown.ends_with(question);
        if is_asked {
            screen.types(answer);
        }
        let rest = screen.ends().0;
        let (_, code) = rest.rsplit_once("ended ").unwrap_or(("", &rest));
        (is_asked.then_some(shown), code.trim().parse().unwrap())
    }

    fn consents(&self) -> PathBuf {
        self.sandbox.home().join(".local/state/kluis/trusted.json")
    }
}

fn refused(invocation: Invocation<'_>, code: i32) {
    let failed = invocation.run();
    failed
        .stderr_has("/kluis.toml needs your trust")
        .exits(code);
}

#[test]
fn no_project_file_uses_a_vault_without_consent() {
    let victim = victim();
    let vault = victim.sandbox.vault();
    // A hostile repository may have a copy of a vault that you published.
    fs::copy(&vault, victim.clone.join("own.kluis")).unwrap();
    symlink(&vault, victim.clone.join("link.kluis")).unwrap();
    symlink(vault.parent().unwrap(), victim.clone.join("folder")).unwrap();
    for text in [
        TAKE.to_owned(),
        format!("vault = '{}'\n{TAKE}", vault.display()),
        format!("vault = '~/.local/share/kluis/default.kluis'\n{TAKE}"),
        format!("vault = '../.local/share/kluis/default.kluis'\n{TAKE}"),
        format!("vault = 'link.kluis'\n{TAKE}"),
        format!("vault = 'folder/default.kluis'\n{TAKE}"),
        format!("vault = 'own.kluis'\n{TAKE}"),
        format!("vault = './folder/../clone/own.kluis'\n{TAKE}"),
    ] {
        victim.file(&format!("app = 'web'\n{text}"));
        refused(victim.run(), 125);
        refused(victim.run().env("KLUIS_VAULT", &vault), 125);
        refused(victim.kluis(&["check"]), 8);
        refused(victim.kluis(&["app", "sync"]), 8);
        // The option says which file, and not how it may be used; `--yes` is for other questions.
        for vault in [&*vault, Path::new("own.kluis")] {
            let vault = ["--yes", "--vault", vault.to_str().unwrap()];
            let run = [
                &vault,
                &["run", "--", "sh", "-c", "printf %s \"$TAKEN\""][..],
            ]
            .concat();
            refused(victim.kluis(&run), 125);
            refused(victim.kluis(&[&vault[..], &["check"]].concat()), 8);
        }
    }
    victim.file(&format!(
        "vault = 'absent/../../.local/share/kluis/default.kluis'\n{TAKE}"
    ));
    let failed = victim.run().run();
    failed.stderr_has("cannot find out where ").exits(125);
    victim.file(TAKE);
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

    // Nothing in the file decides about these.
    victim.file(TAKE);
    let get = victim.kluis(&["get", "mine"]).run();
    get.stdout(&victim.value).exits(0);
    let named = [
        "run",
        "--no-env",
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
fn consent_comes_by_trust_or_by_naming_the_file() {
    let victim = victim();
    victim.file(&format!("{TAKE}MORE = 'mine'\n"));
    refused(victim.run(), 125);
    let path = victim.clone.join("kluis.toml");
    // A file of another name is followed only if you name it, so consent for it would change nothing.
    fs::copy(&path, victim.clone.join("job.toml")).unwrap();
    let other = victim.kluis(&["--project", "job.toml", "trust", "--yes"]);
    other
        .run()
        .stderr_has("job.toml is followed only where you name it")
        .exits(2);
    assert!(!victim.consents().exists());
    let given = |invocation: Invocation<'_>| {
        invocation.run().stdout(&victim.value).exits(0);
        // It applies to one command.
        refused(victim.run(), 125);
    };
    given(victim.run().env("KLUIS_PROJECT", "kluis.toml"));
    given(
        victim
            .run()
            .env("KLUIS_PROJECT", &path)
            .within(victim.sandbox.home()),
    );
    let script = ["sh", "-c", "printf %s \"$TAKEN\""];
    let named = |file: &str| {
        let line = [&["--project", file, "run", "--"], &script[..]].concat();
        victim.kluis(&line)
    };
    given(named("kluis.toml"));
    given(named("../clone/kluis.toml"));
    // A missing file that you named never means another one, nor the default vault.
    for absent in ["absent.toml", "../kluis.toml", ".", ""] {
        let line = ["--project", absent, "create", "new", "--generate", "8"];
        let failed = victim.kluis(&line).run();
        let code = failed.code;
        assert!([1, 2, 7].contains(&code), "{absent}: {code}");
        failed.any_stderr().ends();
    }
    refused(victim.run().env("KLUIS_PROJECT", ""), 125);
    fs::write(&path, "[broken").unwrap();
    let failed = named("kluis.toml").run();
    failed.stderr_has("this is not valid TOML").exits(125);

    victim.file(TAKE);
    victim.trust();
    victim.run().run().stdout(&victim.value).exits(0);
    let again = victim.kluis(&["trust"]).run();
    again
        .stderr("kluis: note: unchanged: you trust this project file already\n")
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
fn consent_is_for_one_place_and_one_vault() {
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
    let again = "needs your trust again for: the vault";
    victim.run().run().stderr_has(again).exits(125);
    fs::remove_file(&link).unwrap();
    symlink(&other, &link).unwrap();
    victim.run().run().stdout(&victim.value).exits(0);

    // Another vault in the same place, and another vault in use.
    let another = Sandbox::with_vault();
    let aside = victim.sandbox.home().join("aside");
    fs::rename(&other, &aside).unwrap();
    fs::copy(another.vault(), &other).unwrap();
    victim.run().run().stderr_has(again).exits(125);
    fs::rename(&aside, &other).unwrap();
    let elsewhere = victim.run().env("KLUIS_VAULT", victim.sandbox.vault());
    elsewhere.run().stderr_has(again).exits(125);
    victim.run().run().stdout(&victim.value).exits(0);

    // Another repository that links to the trusted file has its own commands.
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
fn what_adds_changes_or_weakens_needs_consent_again() {
    let victim = victim();
    let verified = victim.sandbox.kluis(["vault", "verify", "--json"]).run();
    let pin = verified.json()["public_key"].as_str().unwrap().to_owned();
    verified.any_stdout().exits(0);
    let text = format!("pin = '{pin}'\n{TAKE}");
    victim.file(&text);
    victim.trust();
    let runs = |text: &str| {
        victim.file(text);
        let ran = victim.run().run();
        let code = ran.code;
        ran.any_stdout().any_stderr().ends();
        code
    };
    for same in [
        &*text,
        &format!("# a comment\npin='{pin}' # another\n\n[env]\n'TAKEN' = \"mine\""),
        &format!("pin='{pin}'\n[env.TAKEN]\nsecret='mine'\noptional=false"),
    ] {
        assert_eq!(runs(same), 0, "{same}");
    }
    for (more, name) in [
        (TAKE.to_owned(), "the pin"),
        (format!("{text}MORE = 'mine'\n"), "MORE"),
        (text.replace("'mine'", "'production/mine'"), "TAKEN"),
        (
            format!("workspace = 'production'\n{text}"),
            "the workspace, TAKEN",
        ),
        (format!("app = 'web'\n{text}"), "the app"),
        (
            text.replace("'mine'", "{ secret = 'mine', as = 'file' }"),
            "TAKEN",
        ),
        (
            text.replace("'mine'", "{ secret = 'mine', optional = true }"),
            "TAKEN",
        ),
        (text.replace("'mine'", "'kluis://mine?slot=0'"), "TAKEN"),
    ] {
        victim.file(&more);
        let again = format!(" for: {name}\n");
        victim.run().run().stderr_has(&again).exits(125);
    }
    // A later pin accepts a vault that you have not seen.
    victim.kluis(&["trust", "--remove"]).run().exits(0);
    victim.file(TAKE);
    victim.trust();
    victim.file(&text);
    let again = "needs your trust again for: the pin\n";
    victim.run().run().stderr_has(again).exits(125);
    let get = victim.kluis(&["get", "mine"]);
    let get = get.env("KLUIS_VAULT", victim.sandbox.vault()).run();
    get.stdout(&victim.value).exits(0);
    victim.trust();
    // Commands that use less of the file need less consent.
    victim.file(&format!("{text}MORE = 'mine'\n"));
    let get = victim.kluis(&["get", "mine"]).run();
    get.stdout(&victim.value).exits(0);
    // The workspace in use decides what a bare name means.
    victim.file(&text);
    let production = ["-w", "production", "run", "--", "true"];
    let again = "needs your trust again in the workspace production for: TAKEN";
    victim.kluis(&production).run().stderr_has(again).exits(125);
}

/// The files of a repository with three branches during a day of work.
#[test]
fn a_day_of_work_asks_once_for_each_new_entry() {
    let victim = victim();
    for name in ["one", "two", "three"] {
        victim.sandbox.create(name, "a value");
    }
    let main = "[env]\nONE = 'one'\n";
    let first = "# the first\n[env]\nTWO = 'two'\nONE = 'one'\n";
    let second = "[env]\nONE = 'one' # first\n\nTHREE = 'three'\n";
    let merged = "[env]\nTHREE = 'three'\nTWO = 'two'\nONE = 'one'\n";
    let mut questions = Vec::new();
    for text in [
        main, main, first, main, first, second, main, first, second, merged, main,
    ] {
        victim.file(text);
        for line in [&["run", "--", "true"][..], &["check"], &["get", "one"]] {
            let (question, code) = victim.asked(line, "y\n");
            assert_eq!(code, 0, "{line:?} {question:?}");
            questions.extend(question);
        }
    }
    let new: Vec<String> = questions
        .iter()
        .map(|shown| {
            let lines = shown
                .lines()
                .filter_map(|line| line.trim().strip_prefix("+ "));
            let names = lines.filter_map(|line| line.split_whitespace().next());
            names.collect::<Vec<_>>().join(" ")
        })
        .collect();
    assert_eq!(new, ["ONE", "TWO", "THREE"], "{questions:?}");
}

#[test]
fn a_no_gives_nothing_and_only_a_terminal_is_asked() {
    let victim = victim();
    victim.file(TAKE);
    let sprung = victim.sandbox.home().join("sprung");
    let touch = ["run", "--yes", "--", "touch", sprung.to_str().unwrap()];
    for answer in ["n\n", "\n", "\u{4}"] {
        let (question, code) = victim.asked(&touch, answer);
        assert!(question.unwrap().contains("+ TAKEN            mine"));
        assert_eq!(code, 130, "{answer:?}");
        assert!(!sprung.exists() && !victim.consents().exists());
    }
    // Part of a script, although there is a terminal.
    for part in [
        "\"$@\" 2> log",
        "\"$@\" < /dev/null",
        "\"$@\" --non-interactive",
    ] {
        let script = ["sh", "-c", part, "sh"];
        let command = victim.kluis(&["check"]).under(script);
        let (shown, code) = Screen::start(command.command_at_terminal(), 200).ends();
        assert!(!shown.contains("[y/N]"), "{part}: {shown}");
        assert_eq!(code, 8, "{part}");
    }
    let (_, code) = victim.asked(&touch, "y\n");
    assert_eq!(code, 0);
    assert!(sprung.exists());
}

#[test]
fn a_worktree_shares_what_you_agreed_to_and_a_clone_does_not() {
    let victim = victim();
    fs::copy(victim.sandbox.vault(), victim.clone.join("own.kluis")).unwrap();
    victim.file(&format!("vault = 'own.kluis'\n{TAKE}"));
    git(&victim.clone, &["init", "-q"]);
    git(&victim.clone, &["add", "-A"]);
    git(&victim.clone, &["commit", "-q", "-m", "a"]);
    victim.trust();
    let [tree, clone] = ["tree", "second"].map(|name| victim.sandbox.home().join(name));
    git(
        &victim.clone,
        &["worktree", "add", "-q", tree.to_str().unwrap()],
    );
    git(victim.sandbox.home(), &["clone", "-q", "clone", "second"]);
    let run = victim.run().within(&tree).run();
    run.stdout(&victim.value).exits(0);
    refused(victim.run().within(&clone), 125);
    // A clone that claims to be that worktree.
    fs::remove_dir_all(clone.join(".git")).unwrap();
    fs::copy(tree.join(".git"), clone.join(".git")).unwrap();
    refused(victim.run().within(&clone), 125);
    // Both ways: an agreement in the worktree counts in the main one.
    fs::write(
        tree.join("kluis.toml"),
        format!("vault = 'own.kluis'\n{TAKE}B = 'mine'"),
    )
    .unwrap();
    victim.sandbox.trust(&tree);
    victim.file(&format!("vault = 'own.kluis'\n{TAKE}B = 'mine'"));
    victim.run().run().stdout(&victim.value).exits(0);
    let remove = victim.kluis(&["trust", "--remove", tree.to_str().unwrap()]);
    remove.run().exits(0);
    refused(victim.run(), 125);
}

#[test]
fn trust_before_there_is_a_vault_is_for_the_one_that_init_makes() {
    let victim = victim();
    victim.file(&format!("vault = 'new.kluis'\n{TAKE}"));
    refused(victim.kluis(&["init"]), 8);
    let trust = victim.kluis(&["trust", "--yes"]).run();
    trust.stderr_has("(there is no vault yet)").exits(0);
    // Another vault that was put there meanwhile is not agreed to.
    let new = victim.clone.join("new.kluis");
    fs::copy(victim.sandbox.vault(), &new).unwrap();
    refused(victim.run(), 125);
    fs::remove_file(&new).unwrap();
    let init = victim.kluis(&["init", "--token"]).run();
    victim.sandbox.keep_token(&init.stdout);
    let token = String::from_utf8(init.stdout.clone()).unwrap();
    init.any_stdout().any_stderr().exits(0);
    let with_token = |invocation: Invocation<'_>| {
        let ran = invocation.env("KLUIS_TOKEN", token.trim_end()).run();
        let printed = String::from_utf8(ran.stdout.clone()).unwrap();
        ran.any_stdout().exits(0);
        printed
    };
    with_token(victim.kluis(&["set", "mine"]).stdin("a value"));
    assert_eq!(with_token(victim.run()), "a value");
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
            "clone/kluis.toml uses the vault ",
            "default.kluis (vlt_",
            "+ the workspace    production",
            "+ the app          web",
            "+ TAKEN            production/mine",
        ] {
            assert!(shown.contains(expected), "{expected}: {shown}");
        }
        screen.types(answer);
        assert_eq!(screen.ends().1, code);
    }
    let json = victim.kluis(&["trust", "--json"]).run();
    let object = json.json();
    assert_eq!(
        object["env"]["production"]["TAKEN"]["secret"],
        "production/mine"
    );
    assert_eq!(object["workspace"], "production");
    assert!(object["vault"]["id"].as_str().unwrap().starts_with("vlt_"));
    json.any_stdout().any_stderr().exits(0);
}

#[test]
fn you_agree_to_what_was_shown_even_if_a_link_changes() {
    let victim = victim();
    let (link, other) = (victim.clone.join("link"), victim.clone.join("other"));
    symlink(victim.sandbox.vault(), &link).unwrap();
    victim.file("vault = 'link'\n[env]\nTAKEN = 'mine'\n");
    let command = victim.kluis(&["trust", "--json"]).command_at_terminal();
    let mut screen = Screen::start(command, 200);
    screen.shows("default.kluis (vlt_");
    screen.shows("Trust this project file? [y/N] ");
    fs::remove_file(&link).unwrap();
    symlink(&other, &link).unwrap();
    screen.types("y\n");
    let (rest, code) = screen.ends();
    assert_eq!(code, 0, "{rest}");
    let place = victim.sandbox.vault().display().to_string();
    assert!(rest.contains(&format!("\"path\": \"{place}\"")), "{rest}");
    let agreed = fs::read_to_string(victim.consents()).unwrap();
    assert!(agreed.contains(&place), "{agreed}");
}

#[test]
fn a_vault_replaced_while_you_are_asked_is_refused() {
    let victim = victim();
    let own = victim.clone.join("own.kluis");
    let another = Sandbox::with_vault();
    fs::copy(another.vault(), &own).unwrap();
    victim.file(&format!("vault = 'own.kluis'\n{TAKE}"));
    let command = victim.kluis(&["run", "--", "true"]).command_at_terminal();
    let mut screen = Screen::start(command, 200);
    screen.shows("Trust this project file? [y/N] ");
    fs::copy(victim.sandbox.vault(), &own).unwrap();
    screen.types("y\n");
    screen.shows("own.kluis was replaced while kluis looked at it");
    assert_eq!(screen.ends().1, 125);
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

/// A variable may have the name of a setting.
#[test]
fn nothing_that_is_agreed_to_goes_unseen() {
    let victim = victim();
    let names = ["vault", "workspace", "app", "pin"];
    let lines = names.map(|name| format!("{name} = 'mine'\n"));
    victim.file(&format!("[env]\n{}", lines.concat()));
    let (question, code) = victim.asked(&["run", "--", "true"], "n\n");
    let question = question.unwrap();
    for name in names {
        assert!(
            question.contains(&format!("  + {name:<16} mine")),
            "{question}"
        );
    }
    assert_eq!(code, 130);
    let refused = victim.run().run();
    refused
        .stderr_has("needs your trust for: the vault, app, pin, vault, workspace\n")
        .exits(125);
}

#[test]
fn what_was_typed_before_the_question_is_no_answer() {
    let victim = victim();
    let lines: Vec<_> = (0..40).map(|n| format!("V{n} = 'mine'\n")).collect();
    victim.file(&format!("[env]\n{}", lines.concat()));
    let run = victim.kluis(&["run", "--", "true"]);
    let run = run.under(["sh", "-c", "echo ready; sleep 1; \"$@\"", "sh"]);
    let mut screen = Screen::start(run.command_at_terminal(), 200);
    screen.shows("ready");
    screen.types("y\n");
    let shown = screen.shows("Trust this project file? [y/N] ");
    assert!(shown.contains("  40 entries in all"), "{shown}");
    screen.types("n\n");
    assert_eq!(screen.ends().1, 130);
    assert!(!victim.consents().exists());
}

#[test]
fn an_agreement_that_cannot_be_kept_holds_for_one_command() {
    let victim = victim();
    victim.file(TAKE);
    fs::create_dir_all(victim.consents()).unwrap();
    let script = "printf %s \"$TAKEN\"";
    for _ in 0..2 {
        let run = victim.kluis(&["run", "--", "sh", "-c", script]);
        let mut screen = Screen::start(run.command_at_terminal(), 200);
        screen.shows("Trust this project file? [y/N] ");
        screen.types("y\n");
        let (shown, code) = screen.ends();
        assert!(shown.contains("the project file is not trusted"), "{shown}");
        assert!(shown.contains(&victim.value), "{shown}");
        assert_eq!(code, 0);
    }
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
    victim.trust();
    let listed = list();
    let object = listed.json();
    assert_eq!(object["count"], 1);
    let agreed = object["projects"][0]["agreed"].as_array().unwrap();
    assert_eq!(agreed.len(), 1);
    assert_eq!(
        agreed[0]["access"]["env"]["default"]["MORE"]["secret"],
        "mine"
    );
    listed.any_stdout().exits(0);
    let table = victim.kluis(&["trust", "--list"]).run();
    let shown = String::from_utf8(table.stdout.clone()).unwrap();
    assert!(shown.contains("MORE TAKEN"), "{shown}");
    table.any_stdout().exits(0);

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
    // Trusting anew repairs it.
    let trusted = victim.kluis(&["trust", "-y"]).run();
    trusted.any_stdout().stderr_has("is damaged").exits(0);
    victim.run().run().stdout(&victim.value).exits(0);

    let mut open = fs::metadata(victim.consents()).unwrap().permissions();
    open.set_mode(0o666);
    fs::set_permissions(victim.consents(), open).unwrap();
    let failed = victim.run().run();
    failed.stderr_has("can be written by others").exits(125);
}
