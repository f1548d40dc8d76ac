//! Tests hostile input: names, arguments, settings, paths and clocks.

use crate::sandbox::Sandbox;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;

#[test]
fn an_invalid_name_is_refused_and_its_escapes_are_not_printed() {
    let sandbox = Sandbox::with_vault();
    let id = sandbox.create("name", "v");
    let before = sandbox.bytes();
    let long = "n".repeat(129);
    for name in [
        "",
        " ",
        "a b",
        "a\nb",
        "a\tb",
        "\u{1b}[2Jx",
        "\u{9b}31m",
        "\u{7f}",
        "a\u{202e}b",
        "\u{2066}",
        "\u{200b}",
        "\u{feff}a",
        ".",
        "..",
        "-a",
        "/a",
        "a/",
        "a/b/c",
        "../a",
        "a\\b",
        "a?",
        "a*",
        "naïve",
        "ａ",
        "🔑",
        "a%2Fb",
        &long,
        &id,
        &id.to_lowercase(),
        "key_00000000000000000000000000",
    ] {
        for line in [
            &["--generate", "8", "--", name][..],
            &["--json", "--generate", "8", "--", name],
        ] {
            let refused = sandbox.kluis(["create"].iter().chain(line)).run();
            let said = refused.stderr.trim_end_matches('\n').to_owned();
            assert!(
                said.chars().all(|c| c.is_ascii_graphic() || c == ' '),
                "{said:?}"
            );
            refused.any_stderr().exits(7);
        }
        let rename = ["update", "name", &format!("--name={name}")];
        sandbox.kluis(rename).run().any_stderr().exits(7);
    }
    for reference in [
        "/",
        "a/",
        "/a",
        "a/b/c",
        "..",
        "../../etc/passwd",
        "kluis://",
        "file:///etc/passwd",
    ] {
        sandbox
            .kluis(["get", reference])
            .run()
            .any_stderr()
            .exits(7);
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn an_argument_that_is_not_text_is_refused_and_not_repeated() {
    let sandbox = Sandbox::with_vault();
    let strange = OsStr::from_bytes(b"hunter2\xff");
    for line in [
        [OsStr::new("get"), strange],
        [OsStr::new("--color"), strange],
        [strange, OsStr::new("list")],
        [OsStr::new("-w"), strange],
    ] {
        let mut command = sandbox.kluis(line).command();
        let output = command.output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
    let list = sandbox.kluis(["list"]).env("KLUIS_WORKSPACE", strange);
    list.run()
        .stderr_has("KLUIS_WORKSPACE is not valid UTF-8")
        .exits(2);
    sandbox
        .kluis(["list"])
        .env("KLUIS_TOKEN", strange)
        .run()
        .any_stderr()
        .exits(4);
}

#[test]
fn a_broken_user_file_is_reported_by_place_and_never_quoted() {
    let sandbox = Sandbox::with_vault();
    let config = sandbox.home().join(".config/kluis/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    for (text, place) in [
        ("vault = \"a\"\n  hunter2 = 1", "line 2, column 3"),
        ("workspace = hunter2", "line 1, column 13"),
        ("color = \"hunter2\"", "line 1, column 9"),
        ("hunter2", "line 1, column"),
        ("\n\n[hunter2]\n", "line 3, column 2"),
        (
            "lock_timeout = \"hunter2\"",
            "lock_timeout in the user file",
        ),
        (
            "vault = \"https://hunter2@example.org\"",
            "vault in the user file is a URL",
        ),
    ] {
        fs::write(&config, text).unwrap();
        for json in [&[][..], &["--json"]] {
            let refused = sandbox.kluis(["list"].iter().chain(json)).run();
            assert!(!refused.stderr.contains("hunter2"), "{}", refused.stderr);
            refused.stderr_has(place).exits(2);
        }
        sandbox
            .kluis(["run", "--all", "--", "true"])
            .run()
            .any_stderr()
            .exits(125);
    }
    fs::write(&config, b"vault = \"\xff\"").unwrap();
    sandbox
        .kluis(["list"])
        .run()
        .stderr_has("the user file is not valid UTF-8")
        .exits(2);
}

#[test]
fn a_path_need_not_be_text_and_is_shown_escaped() {
    let sandbox = Sandbox::empty();
    let name = OsStr::from_bytes(b"v\xff\x1b[31m\xe2\x80\xae.kluis");
    let init = sandbox
        .kluis(["init", "--token", "--json"])
        .env("KLUIS_VAULT", name);
    let made = init.run();
    let token = made.json()["token"].as_str().unwrap().to_owned();
    assert!(made.stdout.is_ascii() || !made.stdout.contains(&0x1b));
    made.any_stdout().exits(0);
    let there = |line: &[&str]| {
        let line = line
            .iter()
            .map(OsStr::new)
            .chain([OsStr::new("--vault"), name]);
        sandbox
            .kluis(line.collect::<Vec<_>>())
            .env("KLUIS_TOKEN", &token)
    };
    there(&["create", "name"])
        .stdin("v")
        .run()
        .any_stdout()
        .exits(0);
    there(&["get", "name"]).run().stdout("v").exits(0);
    let taken = there(&["init", "--token"]).run();
    assert!(
        !taken.stderr.contains(['\u{1b}', '\u{202e}']),
        "{:?}",
        taken.stderr
    );
    taken.stderr_has(r"\u{1b}[31m\u{202e}.kluis").exits(6);
}

#[test]
fn a_clock_that_is_far_off_is_written_down_and_breaks_nothing() {
    let sandbox = Sandbox::with_vault();
    let Some(clock) = preloaded_clock(&sandbox) else {
        return eprintln!("skipped: no library can stand in for the clock");
    };
    let at = |seconds: &str, line: &[&str]| {
        let run = sandbox
            .kluis(line)
            .env("LD_PRELOAD", &clock)
            .env("SECONDS_NOW", seconds);
        run.stdin("v")
    };
    let shown = |seconds: &str, name: &str| {
        let shown = at(seconds, &["show", name, "--json"]).run();
        let object = shown.json();
        shown.any_stdout().exits(0);
        object
    };
    let (epoch, future) = ("0", "7258118400");
    at(epoch, &["create", "early"]).run().any_stdout().exits(0);
    at(future, &["create", "late"]).run().any_stdout().exits(0);
    at("-5", &["create", "before"]).run().any_stdout().exits(0);
    for (name, created) in [
        ("early", "1970-01-01T00:00:00.000Z"),
        ("late", "2200-01-01T00:00:00.000Z"),
        ("before", "1970-01-01T00:00:00.000Z"),
    ] {
        for now in [epoch, future] {
            let object = shown(now, name);
            assert_eq!(object["created_at"], created);
            assert_eq!(object["slots"][0]["effective"], true, "{name} at {now}");
            at(now, &["get", name]).run().stdout("v").exits(0);
        }
    }
    // A clock that was set back makes nothing older.
    at(epoch, &["update", "late", "--description", "d"])
        .run()
        .exits(0);
    assert_eq!(
        shown(epoch, "late")["updated_at"],
        "2200-01-01T00:00:00.000Z"
    );
    at(future, &["update", "early", "--description", "d"])
        .run()
        .exits(0);
    assert_eq!(
        shown(future, "early")["updated_at"],
        "2200-01-01T00:00:00.000Z"
    );
}

/// A library that gives `SECONDS_NOW` for the time of day, made with the compiler that links Rust. A statically
/// linked program does not load it: that takes `RUSTFLAGS= cargo test --test cli`.
pub fn preloaded_clock(sandbox: &Sandbox) -> Option<std::path::PathBuf> {
    if !cfg!(target_os = "linux") || cfg!(target_feature = "crt-static") {
        return None;
    }
    let source = r#"
        #define _GNU_SOURCE
        #include <stdlib.h>
        #include <sys/syscall.h>
        #include <time.h>
        #include <unistd.h>
        int clock_gettime(clockid_t clock, struct timespec *time) {
            const char *now = getenv("SECONDS_NOW");
            if (clock != CLOCK_REALTIME || !now) return syscall(SYS_clock_gettime, clock, time);
            time->tv_sec = atoll(now);
            time->tv_nsec = 0;
            return 0;
        }"#;
    let (code, library) = (
        sandbox.home().join("clock.c"),
        sandbox.home().join("clock.so"),
    );
    fs::write(&code, source).ok()?;
    let mut cc = Command::new("cc");
    cc.args(["-shared", "-fPIC", "-o"]).args([&library, &code]);
    cc.output().ok()?.status.success().then_some(library)
}
