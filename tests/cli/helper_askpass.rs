//! Tests `helper askpass`: which questions it answers, the script that --install writes, and the real programs
//! that ask: ssh-add and sudo (git is in `helper_git`). Missing programs are skipped with a notice.

use crate::helper_git::bound;
use crate::readers::programs::{Need, Program};
use crate::sandbox::{Invocation, KLUIS, Sandbox};
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

fn asked<'s>(sandbox: &'s Sandbox, options: &[&str], question: &str) -> Invocation<'s> {
    let line = ["helper", "askpass", "--secret", "secret"];
    sandbox.kluis(line).all(options).all(["--", question])
}

fn with_secret() -> (Sandbox, String) {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("secret", &value);
    (sandbox, value)
}

#[test]
fn a_question_for_a_password_is_answered_with_a_line() {
    let (sandbox, value) = with_secret();
    let answer = format!("{value}\n");
    for question in ["[sudo] password for ada: ", "--reveal", ""] {
        asked(&sandbox, &[], question)
            .run()
            .stdout(&answer)
            .exits(0);
    }
    let options = ["--prompt", "Enter passphrase"];
    let question = "Enter passphrase for key '/home/ada/.ssh/id': ";
    asked(&sandbox, &options, question)
        .run()
        .stdout(&answer)
        .exits(0);
}

#[test]
fn yes_or_no_a_server_and_a_second_try_get_nothing() {
    let (sandbox, value) = with_secret();
    for question in [
        "Are you sure you want to continue connecting (yes/no/[fingerprint])? ",
        "Please type 'yes', 'no' or the fingerprint: ",
        "Bad passphrase, try again for /home/ada/.ssh/id: ",
    ] {
        asked(&sandbox, &[], question)
            .run()
            .stderr_has("not answered")
            .exits(1);
    }
    for kind in ["confirm", "none"] {
        let asked = asked(&sandbox, &[], "Allow it?").env("SSH_ASKPASS_PROMPT", kind);
        asked
            .run()
            .stderr_has("not answered: yes or no is for you to say")
            .exits(1);
    }
    // A server's own question begins with the user and the host.
    let hostile = "(ada@evil.example.net) Enter passphrase for key '/home/ada/.ssh/id': ";
    for (options, said) in [
        (
            &["--prompt", "Enter passphrase"][..],
            "does not begin with the text of --prompt",
        ),
        (&[], "a server asks this"),
    ] {
        asked(&sandbox, options, hostile)
            .run()
            .stderr_has(said)
            .exits(1);
    }
    let meant = ["--prompt", "(ada@evil.example.net)"];
    let answer = format!("{value}\n");
    asked(&sandbox, &meant, hostile)
        .run()
        .stdout(answer)
        .exits(0);
}

#[test]
fn git_gets_a_username_where_it_asks_for_one() {
    let (sandbox, value) = with_secret();
    let user = "Username for 'https://git.example.com': ";
    asked(&sandbox, &["--username", "ada"], user)
        .run()
        .stdout("ada\n")
        .exits(0);
    asked(&sandbox, &[], user)
        .run()
        .stderr_has("add --username")
        .exits(1);
    let password = "Passwort für 'https://ada@git.example.com': ";
    asked(&sandbox, &[], password)
        .run()
        .stdout(format!("{value}\n"))
        .exits(0);
    let clear = "Password for 'http://ada@git.example.com': ";
    asked(&sandbox, &[], clear)
        .run()
        .stderr_has("over plain http")
        .exits(1);
}

#[test]
fn a_bound_secret_goes_to_the_host_in_gits_question() {
    let sandbox = Sandbox::with_vault();
    let value = bound(&sandbox, "secret", &["git.example.com"]);
    let answer = format!("{value}\n");
    let at = |host: &str| format!("Password for 'https://ada@{host}': ");
    asked(&sandbox, &[], &at("git.example.com"))
        .run()
        .stdout(&answer)
        .exits(0);
    for host in ["evil.example.net", "git.example.com@evil.example.net"] {
        // The host of the question counts, not the one of --for.
        let options = ["--for", "git.example.com"];
        let asked = asked(&sandbox, &options, &at(host)).run();
        asked.stderr_has("may only go to git.example.com").exits(1);
    }
    let other = "[sudo] password for ada: ";
    asked(&sandbox, &[], other)
        .run()
        .stderr_has("may only go to")
        .exits(8);
    for options in [&["--for", "git.example.com"][..], &["--reveal"]] {
        asked(&sandbox, options, other)
            .run()
            .stdout(&answer)
            .exits(0);
    }
}

#[test]
fn a_value_that_is_no_line_is_refused() {
    let sandbox = Sandbox::with_vault();
    let value = format!("{}\nsecond", sandbox.secret("value"));
    sandbox.create("secret", value);
    asked(&sandbox, &[], "")
        .run()
        .stderr_has("has a line break or NUL")
        .exits(7);
}

fn install<'s>(sandbox: &'s Sandbox, path: &Path, options: &[&str]) -> Invocation<'s> {
    let line = ["helper", "askpass", "--secret", "secret"];
    sandbox.kluis(line).all(options).and("--install").and(path)
}

/// The script that `--install` writes with these options.
fn installed(sandbox: &Sandbox, options: &[&str]) -> PathBuf {
    let script = sandbox.home().join("askpass");
    install(sandbox, &script, options)
        .run()
        .any_stderr()
        .exits(0);
    script
}

/// A program with only the key in its environment, as a desktop would start it.
fn command(sandbox: &Sandbox, program: &str) -> Command {
    let mut command = Command::new("setsid");
    command
        .args(["--wait", program])
        .env_clear()
        .env("HOME", sandbox.home())
        .env("PATH", "/usr/sbin:/usr/bin:/bin")
        .env("KLUIS_TOKEN", sandbox.token())
        .current_dir("/")
        .stdin(Stdio::null());
    command
}

#[test]
fn the_script_is_private_and_asks_the_same_from_everywhere() {
    let sandbox = Sandbox::with_vault();
    let vault = sandbox.home().join("it's a \"$vault\"");
    fs::rename(sandbox.vault(), &vault).unwrap();
    let name = vault.file_name().unwrap().to_str().unwrap();
    let value = sandbox.secret("value");
    let workspace = sandbox.kluis(["workspace", "create", "staging"]);
    workspace
        .env("KLUIS_VAULT", name)
        .run()
        .any_stdout()
        .exits(0);
    let create = sandbox
        .kluis(["create", "secret", "-w", "staging"])
        .stdin(&value);
    let create = create
        .env("KLUIS_VAULT", name)
        .all(["--allow-domain", "git.example.com"]);
    create.run().any_stdout().exits(0);
    let script = sandbox.home().join("askpass");
    let options = [
        "--prompt",
        "it's $HOME",
        "-w",
        "staging",
        "--for",
        "git.example.com",
    ];
    let made = install(&sandbox, &script, &options)
        .env("KLUIS_VAULT", name)
        .run();
    made.stderr_has("wrote").exits(0);
    let found = fs::symlink_metadata(&script).unwrap();
    assert_eq!(found.mode() & 0o7777, 0o700);
    let text = fs::read_to_string(&script).unwrap();
    assert!(!text.contains("kls_"), "no token: {text}");
    let ask = |question: &str| {
        let mut command = command(&sandbox, script.to_str().unwrap());
        command.arg(question).output().unwrap()
    };
    let answered = ask("it's $HOME: ");
    assert_eq!(
        String::from_utf8(answered.stdout).unwrap(),
        format!("{value}\n")
    );
    assert_eq!(ask("another: ").status.code(), Some(1));
    assert_eq!(ask("--help").status.code(), Some(1));
}

#[test]
fn the_script_replaces_a_file_only_with_force() {
    let (sandbox, _) = with_secret();
    let (script, target) = (
        sandbox.home().join("askpass"),
        sandbox.home().join("target"),
    );
    fs::write(&target, "mine").unwrap();
    symlink(&target, &script).unwrap();
    let refused = install(&sandbox, &script, &[]).run();
    refused.stderr_has("to replace it, add --force").exits(6);
    install(&sandbox, &script, &["--force"])
        .run()
        .any_stderr()
        .exits(0);
    assert!(fs::symlink_metadata(&script).unwrap().is_file());
    assert_eq!(fs::read(&target).unwrap(), b"mine");
    let shared = sandbox.home().join("shared");
    fs::create_dir(&shared).unwrap();
    fs::set_permissions(&shared, Permissions::from_mode(0o777)).unwrap();
    let refused = install(&sandbox, &shared.join("askpass"), &[]).run();
    refused
        .stderr_has("other users can write to this folder")
        .exits(1);
    assert_eq!(fs::read_dir(&shared).unwrap().count(), 0);
    for (path, code) in [("no/folder/askpass", 1), ("/", 2)] {
        let refused = install(&sandbox, Path::new(path), &[]).run();
        refused.any_stderr().exits(code);
    }
}

#[test]
fn ssh_add_gets_the_passphrase_of_a_key() {
    for program in ["ssh-agent", "ssh-add", "ssh-keygen"] {
        if Program::find(program, Need::Listed).is_none() {
            return;
        }
    }
    let (sandbox, value) = with_secret();
    let script = installed(&sandbox, &["--prompt", "Enter passphrase"]);
    let key = |name: &str, passphrase: &str| {
        let key = sandbox.home().join(name);
        let make = ["-q", "-t", "ed25519", "-C", name, "-N", passphrase, "-f"];
        let made = Command::new("ssh-keygen").args(make).arg(&key).status();
        assert!(made.unwrap().success());
        key
    };
    let add = |key: &Path| -> Output {
        let mut command = command(&sandbox, "ssh-agent");
        let line = [
            "timeout",
            "60",
            "sh",
            "-c",
            "ssh-add \"$1\" && ssh-add -L",
            "sh",
        ];
        command.args(line).arg(key);
        command
            .env("SSH_ASKPASS", &script)
            .env("SSH_ASKPASS_REQUIRE", "force");
        command.output().unwrap()
    };
    let added = add(&key("mine", &value));
    let listed = String::from_utf8(added.stdout).unwrap();
    assert!(
        added.status.success() && listed.contains(" mine\n"),
        "{listed}"
    );
    // A wrong passphrase is not offered again and again.
    let refused = add(&key("another", "another passphrase"));
    assert_eq!(refused.status.code(), Some(1));
}

/// Separate accounts, which no outside process sees: a user with the password of stdin, who may do everything.
const WITH_ACCOUNT: &str = r#"set -eu
cd "$1"
{ cat /etc/passwd; echo "ada:x:$2:$2::$1:/bin/sh"; } > passwd
{ cat /etc/shadow; echo "ada:$(openssl passwd -6 -stdin):20000::::::"; } > shadow
echo 'ada ALL=(ALL) ALL' > sudoers
chmod 600 shadow && chmod 440 sudoers
for file in passwd shadow sudoers; do mount --bind "$file" "/etc/$file"; done
chown -R "$2" "$1/bin" "$1/.local" "$1/askpass" "$1"
chown 0:0 passwd shadow sudoers
setpriv --reuid="$2" --regid="$2" --clear-groups sudo -A -p '[sudo] password: ' id -u
"#;

#[test]
fn sudo_gets_the_password_of_a_user() {
    let mut in_namespace = Command::new("unshare");
    in_namespace.args(["-m", "mount", "--bind", "/etc", "/etc"]);
    let is_possible = in_namespace
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let programs = ["sudo", "setpriv", "openssl"];
    let mut programs = programs
        .iter()
        .map(|name| Program::find(name, Need::Welcome));
    if !is_possible || !programs.all(|found| found.is_some()) {
        return eprintln!("skipped: no sudo, or no namespace for an account of its own");
    }
    let (sandbox, value) = with_secret();
    // Another user starts it, who may not enter the folder of this build.
    let folder = sandbox.home().join("bin");
    fs::create_dir(&folder).unwrap();
    fs::copy(KLUIS, folder.join("kluis")).unwrap();
    let run_copy = ["sh", "-c", "shift; exec \"$HOME/bin/kluis\" \"$@\"", "sh"];
    let script = sandbox.home().join("askpass");
    let made = install(&sandbox, &script, &["--prompt", "[sudo]"]).under(run_copy);
    made.run().any_stderr().exits(0);
    let ask = |password: &str| {
        let mut sudo = command(&sandbox, "unshare");
        sudo.args(["-m", "sh", "-c", WITH_ACCOUNT, "sh"])
            .arg(sandbox.home())
            .arg("64101")
            .env("SUDO_ASKPASS", &script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut sudo = sudo.spawn().unwrap();
        sudo.stdin
            .take()
            .unwrap()
            .write_all(password.as_bytes())
            .unwrap();
        sudo.wait_with_output().unwrap()
    };
    let done = ask(&value);
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(String::from_utf8_lossy(&done.stdout), "0\n", "{said}");
    assert!(!ask("another password").status.success());
}
