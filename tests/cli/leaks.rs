//! Tests that secrets do not leak: it traces every verb's system calls with `strace`, and reads the errors about
//! unreadable documents full of secrets. Each sandbox also searches files, arguments and messages.

use crate::sandbox::{CHEAP_KDF, Sandbox, forms};
use std::fs;
use std::path::Path;
use std::process::Command;

/// The calls whose data leaves the process, or stays behind it: arguments, names, contents, messages.
const CALLS: &str = "trace=%file,write,pwrite64,writev,pwritev,pwritev2,sendto,sendmsg,connect,bind,\
                     memfd_create,prctl";

/// One call, with all the bytes of its arguments.
struct Call {
    name: String,
    descriptor: Option<u32>,
    is_socket: bool,
    bytes: Vec<u8>,
}

/// Calls as `strace -xx` writes them: every byte of a text as `\x2f`.
fn calls(log: &Path) -> Vec<Call> {
    let text = fs::read_to_string(log).unwrap();
    let calls = text.lines().filter_map(|line| {
        let (before, arguments) = line.split_once('(')?;
        let name = before.rsplit(' ').next()?.to_owned();
        let digits = arguments
            .split(|next: char| !next.is_ascii_digit())
            .next()?;
        let mut bytes = Vec::new();
        for (place, part) in arguments.split("\\x").enumerate() {
            let (byte, rest) = part.split_at_checked(2).unwrap_or(("", part));
            match u8::from_str_radix(byte, 16) {
                Ok(byte) if place > 0 => bytes.push(byte),
                _ => {}
            }
            // Between two texts, so that no secret is found across them.
            if place == 0 || !rest.is_empty() {
                bytes.push(0);
            }
        }
        Some(Call {
            is_socket: name.starts_with("send"),
            name,
            descriptor: digits.parse().ok(),
            bytes,
        })
    });
    calls.collect()
}

/// A sandbox whose commands are traced.
struct Watched {
    sandbox: Sandbox,
    secrets: Vec<Vec<u8>>,
    seen: usize,
    found_where_it_belongs: usize,
}

impl Watched {
    fn secret(&mut self, label: &str) -> String {
        let secret = self.sandbox.secret(label);
        self.secrets.push(secret.clone().into_bytes());
        secret
    }

    fn keep(&mut self, secret: &[u8]) {
        self.secrets.push(secret.to_vec());
    }

    /// Runs a command under `strace`; returns its output. `may` are the places where a secret belongs.
    fn run(
        &mut self,
        line: &[&str],
        stdin: &str,
        code: i32,
        environment: &[(&str, Option<&str>)],
        may: impl Fn(&Call) -> bool,
    ) -> Vec<u8> {
        let log = self.sandbox.given_path("strace");
        let mut strace = vec!["strace", "-qq", "-xx", "-s", "65536", "-e", CALLS];
        // `strace` would wait for the agent that it starts.
        if line[0] != "unlock" {
            strace.push("-f");
        }
        strace.extend(["-o", log.to_str().unwrap()]);
        let mut invocation = self.sandbox.kluis(line).stdin(stdin).under(strace);
        for (name, value) in environment {
            invocation = match value {
                Some(value) => invocation.env(name, value),
                None => invocation.without(name),
            };
        }
        let outcome = invocation.run();
        let printed = outcome.stdout.clone();
        assert_eq!(outcome.code, code, "{line:?}: {}", outcome.stderr);
        outcome.any_stdout().any_stderr().ends();
        let calls = calls(&log);
        assert!(!calls.is_empty(), "{line:?}: nothing was seen");
        for call in &calls {
            self.seen += 1;
            let mut all = self.secrets.iter().flat_map(|secret| forms(secret));
            if !all.any(|form| memchr::memmem::find(&call.bytes, &form).is_some()) {
                continue;
            }
            let name = &call.name;
            assert!(
                may(call),
                "{line:?}: a secret in {name}({:?}",
                call.descriptor
            );
            self.found_where_it_belongs += 1;
        }
        printed
    }

    /// Runs a command that outputs no secret.
    fn quiet(&mut self, line: &[&str], stdin: &str) {
        self.run(line, stdin, 0, &[], |_| false);
    }

    fn fails(&mut self, line: &[&str], stdin: &str, code: i32) {
        self.run(line, stdin, code, &[], |_| false);
    }

    /// Runs a command that outputs a secret, on stdout.
    fn hands_out(&mut self, line: &[&str]) {
        let found = self.found_where_it_belongs;
        self.run(line, "", 0, &[], is_stdout);
        assert!(
            self.found_where_it_belongs > found,
            "{line:?}: nothing was handed out"
        );
    }
}

fn is_stdout(call: &Call) -> bool {
    call.name.starts_with("write") && call.descriptor == Some(1)
}

/// Whether `strace` is there and sees the writes of a process that forbids it, which takes root.
fn can_watch() -> bool {
    let tried = Command::new("strace")
        .args(["-o", "/dev/null", "true"])
        .output();
    let is_root = rustix::process::geteuid().is_root();
    let can = is_root && tried.is_ok_and(|output| output.status.success());
    if !can {
        eprintln!("skipped: strace is not there, or may not look");
    }
    can
}

#[test]
fn no_verb_asks_the_system_for_anything_that_holds_a_secret() {
    if !can_watch() {
        return;
    }
    let sandbox = Sandbox::with_vault();
    let mut all = Watched {
        secrets: vec![sandbox.token().into_bytes()],
        sandbox,
        seen: 0,
        found_where_it_belongs: 0,
    };
    let values: Vec<String> = (0..8).map(|_| all.secret("value")).collect();
    let object = format!("{{\"name\":\"input\",\"value\":\"{}\"}}", values[2]);
    all.quiet(&["create", "name"], &values[0]);
    all.quiet(&["set", "name"], &values[1]);
    all.quiet(&["create", "--input", "-"], &object);
    all.quiet(&["update", "name", "--value", "--slot", "1000"], &values[3]);
    all.quiet(&["rotate", "name"], &values[4]);
    let file = all.sandbox.given("value", &values[5]);
    all.quiet(
        &["create", "file", "--value-file", file.to_str().unwrap()],
        "",
    );
    all.quiet(
        &["import", "--format", "dotenv"],
        &format!("IMPORTED='{}'\n", values[6]),
    );
    for line in [
        &["show", "name", "--json"][..],
        &["list", "--json"],
        &["history", "name"],
        &["vault", "verify"],
        &["rollback", "name"],
        &["workspace", "create", "staging"],
        &["move", "file", "--to-workspace", "staging"],
        &["app", "create", "web"],
        &["app", "link", "web", "KEY=name"],
        &["app", "show", "web"],
        &["app", "unlink", "web", "KEY"],
        &["app", "delete", "web", "--yes"],
        &["key", "list"],
        &["completions", "zsh"],
    ] {
        all.quiet(line, "");
    }
    all.hands_out(&["get", "name"]);
    all.hands_out(&["get", "name", "--json"]);
    all.hands_out(&["get", "name", "--previous"]);
    for format in ["dotenv", "json", "shell", "k8s", "powershell"] {
        all.hands_out(&["export", "--format", format, "-e", "A=name"]);
    }
    all.hands_out(&["run", "-e", "A=name", "--", "printenv", "A"]);
    // The child's own output goes into the pipe that kluis reads.
    let line = ["run", "--mask", "-e", "A=name", "--", "printenv", "A"];
    let masked = all.run(&line, "", 0, &[], is_stdout);
    assert!(memchr::memmem::find(&masked, b"canary").is_none());
    let (template, filled) = ("{{ kluis://name }}", all.sandbox.given_path("filled"));
    let line = ["inject", "-o", filled.to_str().unwrap()];
    let is_file =
        |call: &Call| call.name == "write" && call.descriptor > Some(2) && !call.is_socket;
    all.run(&line, template, 0, &[], is_file);
    let token = all.run(
        &["key", "add", "--full", "--token", "--label", "ci"],
        "",
        0,
        &[],
        is_stdout,
    );
    all.sandbox.keep_token(&token);
    all.keep(token.trim_ascii_end());
    all.quiet(&["key", "remove", "ci", "--yes"], "");
    all.quiet(&["vault", "rekey"], "");
    until_nothing_is_left(&mut all);

    // The error does not quote the input.
    let value = &values[7];
    all.fails(&["create", "input"], value, 6);
    all.fails(&["create", "none"], &value.repeat(4_000), 7);
    all.fails(
        &["create", "--input", "-"],
        &format!("{{\"value\":\"{value}"),
        7,
    );
    all.fails(
        &["import", "--format", "json"],
        &format!("{{\"A\":\"{value}"),
        7,
    );
    all.fails(&["get", "nope"], "", 3);
    let stranger = Sandbox::with_vault().token();
    all.keep(stranger.as_bytes());
    let other = [("KLUIS_TOKEN", Some(stranger.as_str()))];
    all.run(&["list"], "", 4, &other, |_| false);
    let mistyped = format!("{stranger}x");
    let mistyped = [("KLUIS_TOKEN", Some(mistyped.as_str()))];
    all.run(&["list"], "", 4, &mistyped, |_| false);
    passphrases(&mut all);
    all.quiet(&["vault", "restore", "--yes"], "");
    assert!(all.seen > 1_000, "only {} calls", all.seen);
    eprintln!(
        "{} calls, {} of them with a secret, where it belongs",
        all.seen, all.found_where_it_belongs
    );
}

/// The verbs that delete and restore.
fn until_nothing_is_left(all: &mut Watched) {
    all.quiet(&["vault", "prune", "name", "-q", "--yes"], "");
    all.quiet(&["delete", "name"], "");
    all.quiet(&["list", "--deleted", "--json"], "");
    all.quiet(&["restore", "name", "--json"], "");
    all.quiet(&["delete", "name", "--forever", "--yes"], "");
}

/// The verbs about passphrases and the agent. A value reaches these only by the agent's socket.
fn passphrases(all: &mut Watched) {
    let phrases = ["one", "two"].map(|name| {
        let phrase = all.secret("a passphrase of this test");
        all.sandbox.given(name, phrase)
    });
    let [one, two] = phrases.each_ref().map(|path| path.to_str().unwrap());
    let add = [
        "key",
        "add",
        "--full",
        "--passphrase",
        "--kdf",
        CHEAP_KDF,
        "--new-passphrase-file",
        one,
    ];
    all.quiet(&add, "");
    let with = [("KLUIS_TOKEN", None), ("KLUIS_PASSPHRASE_FILE", Some(one))];
    let change = [
        "passphrase",
        "--kdf",
        CHEAP_KDF,
        "--new-passphrase-file",
        two,
    ];
    all.run(&["list"], "", 0, &with, |_| false);
    all.run(&change, "", 0, &with, |_| false);
    all.run(&["list"], "", 4, &with, |_| false);
    let with = [("KLUIS_TOKEN", None), ("KLUIS_PASSPHRASE_FILE", Some(two))];
    all.run(&["unlock"], "", 0, &with, |_| false);
    let agent = [("KLUIS_TOKEN", None)];
    all.run(&["status"], "", 0, &agent, |_| false);
    all.run(&["get", "input"], "", 0, &agent, |call| {
        is_stdout(call) || call.is_socket
    });
    let value = all.secret("value");
    all.run(&["set", "input"], &value, 0, &agent, |call| call.is_socket);
    all.run(&["lock"], "", 0, &agent, |_| false);
}

/// Documents with a canary in each value, and the command lines that read them.
fn documents(canary: &str) -> Vec<(&'static [&'static str], String)> {
    vec![
        (
            &["create", "--input", "-"],
            format!("{{\"name\":\"n\",\"secret_slots\":[{{\"slot\":1,\"value\":\"{canary}\"}}]}}"),
        ),
        (
            &["import", "--dry-run", "--format", "dotenv"],
            format!("A={canary}\nexport B=\"{canary}\"\nC='{canary}'\n"),
        ),
        (
            &["import", "--dry-run", "--format", "json"],
            format!("{{\"A\":\"{canary}\",\"B\":\"{canary}\"}}"),
        ),
        (
            &["import", "--dry-run", "--format", "yaml"],
            format!("A: {canary}\nB: \"{canary}\"\nC: |\n  {canary}\n"),
        ),
        (
            &["import", "--dry-run", "--format", "env"],
            format!("A={canary}\0B={canary}\0"),
        ),
        (
            &["import", "--dry-run", "--format", "bitwarden"],
            format!(
                "{{\"encrypted\":false,\"folders\":[],\"items\":[{{\"type\":1,\"name\":\"n\",\"notes\":\"{canary}\",\"login\":{{\"username\":\"{canary}\",\"password\":\"{canary}\",\"totp\":null}}}}]}}"
            ),
        ),
        (
            &["import", "--dry-run", "--format", "1password"],
            format!("Title,Username,Password\nn,\"{canary}\",{canary}\n"),
        ),
        (
            &["import", "--dry-run", "--format", "keepass-xml"],
            format!(
                "<KeePassFile><Root><Group><Name>g</Name><Entry><String><Key>Title</Key><Value>n</Value></String><String><Key>Password</Key><Value>{canary}</Value></String></Entry></Group></Root></KeePassFile>"
            ),
        ),
    ]
}

/// The document cut, and with another byte in one place, at every `step`-th byte.
fn spoilt(document: &str, step: usize) -> Vec<Vec<u8>> {
    let bytes = document.as_bytes();
    let mut all = Vec::new();
    for (count, place) in (0..bytes.len()).step_by(step).enumerate() {
        all.push(bytes[..place].to_vec());
        let other = [
            &b"\""[..],
            b"\xff",
            b"{",
            b"\0",
            b"\n",
            b"",
            b":",
            b"<",
            b"\\u",
        ];
        let other = other[count % other.len()];
        all.push([&bytes[..place], other, &bytes[place + 1..]].concat());
    }
    all
}

fn what_is_said_of(step: usize) {
    let sandbox = Sandbox::with_vault();
    // Random letters: no message contains a part of it by accident.
    let canary = format!("zq{:x}kvjxw", u64::from(std::process::id()) * 0x9e37_79b9);
    sandbox.keep(canary.as_bytes());
    let (mut refused, mut read) = (0, 0);
    for (line, document) in documents(&canary) {
        let good = sandbox.copy().kluis(line).stdin(&document).run();
        assert_eq!(good.code, 0, "{line:?}: {}", good.stderr);
        good.any_stdout().any_stderr().ends();
        for (count, spoilt) in spoilt(&document, step).into_iter().enumerate() {
            let json = ["--json"];
            let json = if count % 2 == 0 { &json[..] } else { &[] };
            let name = format!("n{count}");
            let own = if line[0] == "create" {
                vec![name.as_str()]
            } else {
                vec![]
            };
            let line = line.iter().chain(json).copied().chain(own);
            let outcome = sandbox.kluis(line).stdin(&spoilt).run();
            let said = [outcome.stderr.as_bytes(), &outcome.stdout].concat();
            for part in canary.as_bytes().windows(6) {
                let found = memchr::memmem::find(&said, part).is_some();
                assert!(!found, "{}", outcome.stderr);
            }
            match outcome.code {
                0 => read += 1,
                1..=9 => refused += 1,
                code => panic!("{code}: {}", outcome.stderr),
            }
            assert!(
                !outcome.stderr.contains("a defect in kluis"),
                "{}",
                outcome.stderr
            );
            outcome.any_stdout().any_stderr().ends();
        }
    }
    assert!(refused > read && read > 0, "{refused} refused, {read} read");
    eprintln!("{refused} refused and {read} read, nothing repeated");
}

#[test]
fn a_broken_document_is_reported_without_its_content() {
    what_is_said_of(9);
}

/// The figures of tests/PROGRAMME.md.
#[test]
#[ignore = "takes minutes"]
fn a_fault_at_any_byte_is_reported_without_the_content() {
    what_is_said_of(1);
}

/// If memory is refused the program ends, by an error or by a signal, without revealing a secret.
#[test]
fn running_out_of_memory_anywhere_reveals_no_secret() {
    if !can_watch() {
        return;
    }
    let (template, passphrase) = Sandbox::with_passphrase();
    let make = template
        .kluis(["create", "name"])
        .stdin(template.secret("old"));
    let made = make.env("KLUIS_PASSPHRASE_FILE", &passphrase).run();
    made.any_stdout().exits(0);
    let (mut points, mut ended) = (0, [0; 3]);
    for line in [
        &["set", "name"][..],
        &["get", "name"],
        &["export", "--format", "json", "--all"],
        &["delete", "name"],
        &["delete", "name", "--forever", "--yes"],
        &["vault", "prune", "--yes"],
        &["vault", "rekey"],
        &["vault", "verify"],
    ] {
        for call in ["mmap", "brk", "mremap"] {
            for nth in 1.. {
                let sandbox = template.copy();
                let passphrase = sandbox.given_path("passphrase");
                let log = sandbox.given_path("strace");
                let inject = format!("inject={call}:error=ENOMEM:when={nth}");
                let strace = ["strace", "-qq", "-o", log.to_str().unwrap(), "-e", &inject];
                let stdin = sandbox.secret("new");
                let command = sandbox.kluis(line).stdin(stdin).under(strace);
                let outcome = command.env("KLUIS_PASSPHRASE_FILE", passphrase).run();
                if !fs::read_to_string(&log).unwrap().contains("(INJECTED)") {
                    outcome.any_stdout().any_stderr().ends();
                    break;
                }
                points += 1;
                let (code, told) = (outcome.code, outcome.stderr.clone());
                match code {
                    0 => ended[0] += 1,
                    1..=9 => ended[1] += 1,
                    // A message of the loader, or of the allocator.
                    _ => ended[2] += 1,
                }
                // The last is from the runtime, before the first line of `main`.
                let words = ["kluis: ", "memory allocation of", "thread 'main'"];
                let is_known = told.is_empty() || words.iter().any(|word| told.contains(word));
                assert!(is_known, "{inject}: {told}");
                assert!(!told.contains("a defect in kluis"), "{inject}: {told}");
                if code != 0 {
                    assert_eq!(outcome.stdout.len(), 0, "{inject}: a part of a result");
                }
                outcome.any_stdout().any_stderr().ends();
                let verify = sandbox.kluis(["vault", "verify"]);
                let verify = verify.env("KLUIS_PASSPHRASE_FILE", sandbox.given_path("passphrase"));
                verify.run().any_stdout().exits(0);
            }
        }
    }
    let [done, failed, died] = ended;
    assert!(points >= 40, "only {points} points");
    eprintln!("{points} points: {done} done, {failed} failed, {died} died");
}
