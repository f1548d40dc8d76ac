//! Tests vaults that are damaged, mixed, enormous or newer: each is recognised before a key is needed, and never
//! written.

use crate::sandbox::Sandbox;
use std::fs;
use std::time::{Duration, Instant};

/// The error for a vault with only a passphrase key, when no passphrase is given.
fn judged_without_a_key(sandbox: &Sandbox, bytes: &[u8]) -> String {
    fs::write(sandbox.vault(), bytes).unwrap();
    let verify = ["vault", "verify", "--non-interactive", "--json"];
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
    let header = |bytes: &[u8]| String::from_utf8_lossy(bytes).find("{\"section\"").unwrap();
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
        assert!(started.elapsed() < Duration::from_secs(20));
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
        list.stderr_has("invalid key derivation settings: ")
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
            &["key", "passphrase"],
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
        refused
            .stderr_has("`kluis vault restore` brings back")
            .exits(5);
        assert_eq!(sandbox.bytes(), bytes, "{line:?}");
    }
}
