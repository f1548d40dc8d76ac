//! Tests a folder that an attacker filled: programs with well-known names first in PATH, and a project file that
//! is not a regular file. Nothing in it is ever executed or waited for.

use crate::sandbox::{CHEAP_KDF, Invocation, Sandbox, make_pipe};
use crate::test_program::write_program;
use std::fs::{self};
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Every program that a program like this one might start, in every place where it might look.
const PROGRAMS: &[&str] = &[
    "bash",
    "cat",
    "clip",
    "dbus-launch",
    "git",
    "gpg",
    "gpg-agent",
    "gpg2",
    "id",
    "kluis",
    "kluis-agent",
    "less",
    "lpass",
    "man",
    "more",
    "nano",
    "notify-send",
    "op",
    "pass",
    "pbcopy",
    "pinentry",
    "secret-tool",
    "sh",
    "sleep",
    "stty",
    "systemctl",
    "systemd-run",
    "tput",
    "tty",
    "uname",
    "vi",
    "which",
    "wl-copy",
    "wl-paste",
    "xclip",
    "xdg-open",
    "xsel",
];

/// A clone of the attacker's repository, with traps in it.
struct Clone {
    sandbox: Sandbox,
    folder: PathBuf,
    sprung: PathBuf,
}

fn clone() -> Clone {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("name"));
    let folder = sandbox.home().join("clone");
    let sprung = sandbox.home().join("sprung");
    fs::create_dir_all(folder.join(".git/hooks")).unwrap();
    let script = format!("#!/bin/sh\necho \"$0\" >> '{}'\nexit 1\n", sprung.display());
    let program = |path: PathBuf| write_program(&path, &script);
    for name in PROGRAMS {
        program(folder.join(name));
    }
    for hook in ["post-checkout", "pre-commit", "fsmonitor"] {
        program(folder.join(".git/hooks").join(hook));
    }
    let config = "[core]\n\tfsmonitor = ./git\n\tpager = ./less\n\thooksPath = .\n";
    fs::write(folder.join(".git/config"), config).unwrap();
    for name in [".env", ".envrc", ".kluisrc", "config.toml", ".sops.yaml"] {
        fs::write(folder.join(name), "name = $(./sh)\n").unwrap();
    }
    Clone {
        sandbox,
        folder,
        sprung,
    }
}

impl Clone {
    fn kluis(&self, line: &[&str]) -> Invocation<'_> {
        let path = format!(".:{}:/usr/bin:/bin", self.folder.display());
        let kluis = self.sandbox.kluis(line).within(&self.folder);
        let names = [
            "PAGER",
            "EDITOR",
            "VISUAL",
            "BROWSER",
            "SSH_ASKPASS",
            "SHELL",
            "MANPAGER",
            "GIT_PAGER",
        ];
        let kluis = kluis.env("PATH", path);
        names.into_iter().fold(kluis, |kluis, name| {
            kluis.env(name, self.folder.join("less"))
        })
    }

    #[track_caller]
    fn is_untouched(&self, line: &[&str]) {
        let sprung = fs::read_to_string(&self.sprung).unwrap_or_default();
        assert!(sprung.is_empty(), "{line:?} executed {sprung}");
    }
}

#[test]
fn no_program_of_the_folder_or_of_path_is_executed() {
    let clone = clone();
    let passphrase = clone
        .sandbox
        .given("passphrase", "ivory walnut pebble quartz");
    let passphrase = passphrase.to_str().unwrap();
    let given = clone.sandbox.given("items", r#"{"LATER":"v"}"#);
    let template = clone.sandbox.given("template", "{{ kluis://name }}");
    let output = clone.sandbox.given_path("output");
    let named = |path: &PathBuf| path.to_str().unwrap().to_owned();
    let (given, template, output) = (named(&given), named(&template), named(&output));
    let lines: &[&[&str]] = &[
        &["--help"],
        &["list"],
        &["get", "name"],
        &["show", "name"],
        &["history", "name"],
        &["create", "other", "--generate", "8"],
        &["set", "other", "--generate", "8"],
        &["update", "other", "--description", "d"],
        &["rotate", "other", "--generate", "8"],
        &["rollback", "other"],
        &["vault", "prune", "other"],
        &["import", &given, "--format", "json"],
        &["inject", "-i", &template, "-o", &output],
        &["export", "--all", "--format", "shell"],
        &["workspace", "create", "staging"],
        &["move", "other", "--to-workspace", "staging"],
        &["workspace", "delete", "staging", "--force", "--yes"],
        &["app", "create", "billing"],
        &["app", "link", "billing", "KEY=name"],
        &["app", "list"],
        &["key", "add", "--token", "--workspace", "default"],
        &["key", "list"],
        &[
            "key",
            "add",
            "--full",
            "--passphrase",
            "--new-passphrase-file",
            passphrase,
            "--kdf",
            CHEAP_KDF,
        ],
        &["vault", "rekey"],
        &["key", "new"],
        &["vault", "verify"],
        &["doctor"],
        &["unlock"],
        &["status"],
        &["vault", "restore", "--dry-run"],
        &["trust"],
        &["check"],
        &["lock"],
        &["completions", "bash"],
        &["init", "--token", "--vault", "v.kluis"],
        &["run", "--all", "--mask", "--", "/bin/true"],
        &["run", "--all", "--", "/bin/true"],
        &["delete", "name", "--force", "--yes"],
    ];
    let mut done = 0;
    for line in lines {
        let ran = clone.kluis(line).run();
        clone.sandbox.keep_token(&ran.stdout);
        clone.is_untouched(line);
        done += usize::from(ran.code == 0);
        ran.any_stdout().any_stderr().ends();
    }
    // The commands do their work, and not merely fail.
    assert!(done >= lines.len() - 4, "{done} of {}", lines.len());
    // The traps work: a program that searches PATH finds them.
    let run = clone.kluis(&["run", "--all", "--", "git"]).run();
    run.any_stderr().exits(1);
    assert!(clone.sprung.exists());
}

#[test]
fn an_agent_is_always_this_very_program() {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    let sprung = sandbox.home().join("sprung");
    let folder = sandbox.home().join("clone");
    fs::create_dir(&folder).unwrap();
    for name in ["kluis", "kluis-agent", "sh", "setsid"] {
        let script = format!("#!/bin/sh\ntouch '{}'\n", sprung.display());
        write_program(&folder.join(name), &script);
    }
    let here = |line: &[&str]| {
        let kluis = sandbox.kluis(line).within(&folder);
        // The sandbox itself finds `setsid` on the path of the test.
        kluis.under(["env", &format!("PATH=.:{}", folder.display())])
    };
    let unlock = here(&["unlock", "-q"]).env("KLUIS_PASSPHRASE_FILE", &passphrase);
    unlock.run().any_stderr().exits(0);
    here(&["list"]).run().any_stderr().exits(0);
    here(&["lock", "-q"]).run().exits(0);
    assert!(!sprung.exists());
}

#[test]
fn an_irregular_project_file_is_reported_at_once() {
    let clone = clone();
    let file = clone.folder.join("kluis.toml");
    let traps: [(&str, &dyn Fn()); 8] = [
        ("loop", &|| symlink("kluis.toml", &file).unwrap()),
        ("pipe", &|| make_pipe(&file)),
        ("directory", &|| fs::create_dir(&file).unwrap()),
        ("endless", &|| symlink("/dev/zero", &file).unwrap()),
        ("terminal", &|| symlink("/dev/tty", &file).unwrap()),
        ("huge", &|| {
            let made = fs::File::create(&file).unwrap();
            made.set_len(1 << 40).unwrap();
        }),
        ("binary", &|| {
            fs::write(&file, [0xff, 0xfe, 0, 0x1b, b'[']).unwrap();
        }),
        ("deep", &|| {
            fs::write(&file, format!("env = {}", "[".repeat(60_000))).unwrap();
        }),
    ];
    for (trap, lay) in traps {
        lay();
        let started = Instant::now();
        for line in [
            &["list"][..],
            &["check"],
            &["run", "--", "/bin/true"],
            &["trust", "--yes"],
        ] {
            let ran = clone.kluis(line).run();
            assert!(
                [1, 7, 125].contains(&ran.code),
                "{trap}: {line:?} {} {}",
                ran.code,
                ran.stderr
            );
            let said = ran.stderr.clone();
            assert!(
                said.contains("kluis.toml") && !said.contains('\u{1b}'),
                "{trap}: {said:?}"
            );
            ran.any_stdout().any_stderr().ends();
            clone.is_untouched(line);
        }
        assert!(started.elapsed() < Duration::from_secs(30), "{trap}");
        let removed = fs::remove_file(&file).or_else(|_| fs::remove_dir(&file));
        removed.unwrap();
    }
}

#[test]
fn doctor_never_waits_for_a_pipe_in_place_of_a_file() {
    let clone = clone();
    let file = clone.folder.join("kluis.toml");
    fs::write(&file, "[env]\nA = 'name'\n").unwrap();
    let trust = clone.kluis(&["trust", "--yes"]).run();
    trust.any_stdout().any_stderr().exits(0);
    fs::create_dir(clone.folder.join(".git/info")).unwrap();
    let list = clone.folder.join(".git/info/exclude");
    make_pipe(&list);
    let vault = clone.folder.join("v.kluis");
    fs::copy(clone.sandbox.vault(), &vault).unwrap();
    let traps: [&dyn Fn(); 2] = [&|| make_pipe(&file), &|| {
        symlink("/dev/zero", &file).unwrap();
    }];
    for lay in traps {
        fs::remove_file(&file).unwrap();
        lay();
        let doctor = clone
            .sandbox
            .kluis(["doctor", "--vault", vault.to_str().unwrap()]);
        // It takes a second or two; a command that keeps waiting is ended, and fails.
        let looked = doctor.under(["timeout", "60"]).run();
        assert!(looked.code <= 1, "{} {}", looked.code, looked.stderr);
        let said = String::from_utf8_lossy(&looked.stdout).into_owned() + &looked.stderr;
        assert!(said.contains("1 trusted project file"), "{said}");
        looked.any_stdout().any_stderr().ends();
    }
    fs::remove_file(list).unwrap();
    fs::remove_file(file).unwrap();
}

#[test]
fn init_in_a_hostile_folder_writes_to_none_of_your_files() {
    let clone = clone();
    let profile = clone.sandbox.home().join(".profile");
    fs::write(&profile, "# mine\n").unwrap();
    fs::create_dir(clone.folder.join(".git/info")).unwrap();
    let list = clone.folder.join(".git/info/exclude");

    symlink(&profile, &list).unwrap();
    let hostile = "vault = \"x\\ntouch sprung\\n#.kluis\"\n";
    fs::write(clone.folder.join("kluis.toml"), hostile).unwrap();
    let init = clone
        .kluis(&["init", "--token"])
        .without("KLUIS_VAULT")
        .run();
    init.stderr_has("kluis.toml, line 1, column 9").exits(7);
    fs::remove_file(clone.folder.join("kluis.toml")).unwrap();
    let init = |vault: &str| {
        let line = ["init", "--token", "-q", "--vault", vault];
        let made = clone.kluis(&line).under(["timeout", "60"]).run();
        assert!(made.stdout.starts_with(b"kl"), "{}", made.stderr);
        clone.sandbox.keep_token(&made.stdout);
        made.any_stdout().exits(0);
    };
    init("one.kluis");
    init("two\ntouch sprung\n#.kluis");
    assert_eq!(fs::read_to_string(profile).unwrap(), "# mine\n");

    fs::remove_file(&list).unwrap();
    make_pipe(&list);
    init("three.kluis");
    fs::remove_file(list).unwrap();
}
