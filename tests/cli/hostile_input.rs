//! Input that nobody means well with: names, vaults, settings and clocks.

use crate::sandbox::Sandbox;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::process::Command;
use std::time::{Duration, Instant};

#[test]
fn a_name_that_is_none_is_refused_and_what_a_terminal_would_obey_is_not_repeated() {
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
        "a/b",
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
fn an_argument_that_is_no_text_is_refused_without_being_repeated() {
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
        .stderr_has("KLUIS_WORKSPACE is not UTF-8")
        .exits(2);
    sandbox
        .kluis(["list"])
        .env("KLUIS_TOKEN", strange)
        .run()
        .any_stderr()
        .exits(4);
}

/// What is made of a vault that only a passphrase opens, when nobody gives it.
fn judged_without_a_key(sandbox: &Sandbox, bytes: &[u8]) -> String {
    fs::write(sandbox.vault(), bytes).unwrap();
    let verify = ["verify", "--non-interactive", "--json"];
    let judged = sandbox.kluis(verify).run();
    let error = judged.json_error();
    judged
        .any_stderr()
        .exits(if error["code"] == "locked" { 4 } else { 5 });
    error["code"].as_str().unwrap().to_owned()
}

/// A vault with some secrets, opened by a passphrase alone.
fn filled() -> (Sandbox, Vec<u8>) {
    let (sandbox, passphrase) = Sandbox::with_passphrase();
    for name in ["one", "two", "three"] {
        let create = sandbox.kluis(["create", name, "--generate", "100"]);
        create
            .env("KLUIS_PASSPHRASE_FILE", &passphrase)
            .run()
            .any_stdout()
            .exits(0);
    }
    let bytes = sandbox.bytes();
    assert_eq!(judged_without_a_key(&sandbox, &bytes), "locked");
    (sandbox, bytes)
}

#[test]
fn one_flipped_bit_is_found_before_any_key_is_asked_for() {
    let (sandbox, bytes) = filled();
    let line_ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    let places = (0..bytes.len())
        .step_by(37)
        .chain(line_ends.map(|(at, _)| at));
    for (count, place) in places.enumerate() {
        let mut flipped = bytes.clone();
        flipped[place] ^= 1 << (count % 8);
        assert_eq!(
            judged_without_a_key(&sandbox, &flipped),
            "damaged",
            "byte {place}"
        );
    }
}

#[test]
fn a_vault_that_is_too_short_or_too_long_is_damaged() {
    let (sandbox, bytes) = filled();
    let cut = (0..bytes.len()).step_by(101).chain([bytes.len() - 1]);
    for length in cut {
        let judged = judged_without_a_key(&sandbox, &bytes[..length]);
        assert_eq!(judged, "damaged", "{length} of {}", bytes.len());
    }
    for behind in [&b"\n"[..], b"\0", b"{}\n", &bytes] {
        let longer = [&bytes[..], behind].concat();
        assert_eq!(judged_without_a_key(&sandbox, &longer), "damaged");
    }
    for strange in [
        &b"\n"[..],
        b"{",
        b"not a vault\n",
        b"{\"kluis\":\"1\"}\n",
        &[0xff; 5_000],
    ] {
        assert_eq!(judged_without_a_key(&sandbox, strange), "damaged");
    }
}

#[test]
fn parts_of_two_vaults_do_not_make_one() {
    let (sandbox, one) = filled();
    let (_other, two) = filled();
    let header = |bytes: &[u8]| {
        let text = String::from_utf8_lossy(bytes);
        text.find("{\"section\"")
            .unwrap_or_else(|| text.match_indices('\n').nth(3).unwrap().0 + 1)
    };
    let mixed = [&one[..header(&one)], &two[header(&two)..]].concat();
    assert_eq!(judged_without_a_key(&sandbox, &mixed), "damaged");
}

#[test]
fn a_file_of_a_terabyte_costs_neither_time_nor_memory() {
    let (sandbox, bytes) = filled();
    for start in [&bytes[..], b""] {
        fs::write(sandbox.vault(), start).unwrap();
        let file = fs::File::options()
            .write(true)
            .open(sandbox.vault())
            .unwrap();
        file.set_len(1 << 40).unwrap();
        let started = Instant::now();
        for line in [&["list"][..], &["create", "a", "--generate", "8"]] {
            // 512 MiB of address space
            let judged = sandbox.kluis(line).prepared("ulimit -v 524288").run();
            judged.stderr_has("the vault is damaged").exits(5);
        }
        assert!(started.elapsed() < Duration::from_secs(5));
    }
    // The search for secrets would read it all.
    fs::remove_file(sandbox.vault()).unwrap();
}

#[test]
fn a_key_derivation_out_of_bounds_is_refused_before_any_work() {
    let (sandbox, bytes) = filled();
    let text = String::from_utf8_lossy(&bytes);
    let original = "{\"argon2id\":{\"m\":8192,\"t\":1,\"p\":1}}";
    assert!(text.contains(original));
    for (memory, passes, lanes) in [
        (8_191_u64, 1, 1),
        (1_048_577, 1, 1),
        (4_294_967_295, 1, 1),
        (9_007_199_254_740_991, 1, 1),
        (0, 1, 1),
        (8_192, 0, 1),
        (8_192, 17, 1),
        (8_192, 1, 0),
        (8_192, 1, 17),
        (1_048_576, 16, 1),
    ] {
        let asked = format!("{{\"argon2id\":{{\"m\":{memory},\"t\":{passes},\"p\":{lanes}}}}}");
        let place = text.find(original).unwrap();
        let hostile = [
            &bytes[..place],
            asked.as_bytes(),
            &bytes[place + original.len()..],
        ]
        .concat();
        assert_eq!(
            judged_without_a_key(&sandbox, &hostile),
            "damaged",
            "{asked}"
        );
        let list = sandbox.kluis(["list"]).run();
        list.stderr_has("in its key derivation; the bounds are")
            .exits(5);
    }
}

#[test]
fn a_newer_format_is_named_and_the_file_is_left_alone() {
    let sandbox = Sandbox::with_vault();
    let text = String::from_utf8_lossy(&sandbox.bytes()).into_owned();
    for (newer, shown) in [("2", "format 2"), ("4096", "format 4096")] {
        let newer = text.replacen("\"kluis\":1", &format!("\"kluis\":{newer}"), 1);
        fs::write(sandbox.vault(), &newer).unwrap();
        for line in [
            &["list"][..],
            &["create", "a", "--generate", "8"],
            &["passphrase"],
        ] {
            let refused = sandbox.kluis(["--json"].iter().chain(line)).run();
            let error = refused.json_error();
            assert_eq!(error["code"], "unsupported");
            assert!(error["error"].as_str().unwrap().contains(shown), "{error}");
            refused.any_stderr().exits(5);
        }
        sandbox
            .kluis(["init", "--token"])
            .run()
            .any_stderr()
            .exits(6);
        assert_eq!(sandbox.bytes(), newer.as_bytes());
    }
}

#[test]
fn a_damaged_vault_is_not_written() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "v");
    let mut bytes = sandbox.bytes();
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    fs::write(sandbox.vault(), &bytes).unwrap();
    for line in [
        &["create", "other"][..],
        &["set", "name"],
        &["update", "name", "--value"],
        &["delete", "name", "-y"],
        &["workspace", "create", "staging"],
    ] {
        let refused = sandbox.kluis(line).stdin("new").run();
        refused.stderr_has(".NAME.prev").exits(5);
        assert_eq!(sandbox.bytes(), bytes, "{line:?}");
    }
}

#[test]
fn a_user_file_that_cannot_be_read_is_named_by_place_and_never_quoted() {
    let sandbox = Sandbox::with_vault();
    let config = sandbox.home().join(".config/kluis/config.toml");
    fs::create_dir_all(config.parent().unwrap()).unwrap();
    for (text, place) in [
        ("vault = \"a\"\n  hunter2 = 1", "at line 2, column 3"),
        ("workspace = hunter2", "at line 1, column 13"),
        ("color = \"hunter2\"", "at line 1, column 9"),
        ("hunter2", "at line 1, column"),
        ("\n\n[hunter2]\n", "at line 3, column 2"),
        (
            "lock_timeout = \"hunter2\"",
            "lock_timeout in the user file",
        ),
        (
            "vault = \"https://hunter2@example.org\"",
            "vault in the user file names a URL",
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
        .stderr_has("the user file is not UTF-8")
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
        return eprintln!("skipped: no library can be made to stand in for the clock");
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
    // A clock that was set back makes nothing older than it is.
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

/// A library that gives `SECONDS_NOW` for the time of day, made with the compiler that links Rust.
fn preloaded_clock(sandbox: &Sandbox) -> Option<std::path::PathBuf> {
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
    let made = cc.output().ok()?.status.success();
    (made && cfg!(all(target_os = "linux", target_env = "gnu"))).then_some(library)
}
