//! Tests `rotate` without a command: one step, now or at a time.

use crate::sandbox::{Sandbox, now};
use serde_json::Value;
use std::collections::BTreeSet;
use std::process::Stdio;
use std::thread::{self, sleep};
use std::time::Duration;

const DAY_SECONDS: u64 = 86_400;

/// A vault with the secret `key`, and its first value.
fn kept() -> (Sandbox, String) {
    let sandbox = Sandbox::with_vault();
    let old = sandbox.secret("old");
    sandbox.create("key", &old);
    (sandbox, old)
}

/// Rotates `key` and gives the number that is printed.
fn rotated(sandbox: &Sandbox, options: &[&str], value: &str) -> u64 {
    let line = ["rotate", "key"].iter().chain(options);
    let printed = sandbox.prints(line, value);
    printed.strip_suffix('\n').unwrap().parse().unwrap()
}

fn reads(sandbox: &Sandbox, options: &[&str], value: &str) {
    let line = ["get", "key"].iter().chain(options);
    sandbox.kluis(line).run().stdout(value).exits(0);
}

#[test]
fn the_new_value_is_effective_and_the_older_one_stays_readable() {
    let (sandbox, old) = kept();
    let new = sandbox.secret("new");
    let (before, first) = (sandbox.show("key"), now());
    let slot = rotated(&sandbox, &[], &new);
    assert!((first..=now()).contains(&slot), "{slot}");
    let (at, earlier) = (slot.to_string(), (slot - 1).to_string());
    for (options, value) in [
        (&[][..], &new),
        (&["--latest"], &new),
        (&["--at", &at], &new),
        (&["--slot", &at], &new),
        (&["--at", &earlier], &old),
        (&["--at", "1970-01-01T00:00:00Z"], &old),
        (&["--slot", "0"], &old),
        (&["--previous"], &old),
    ] {
        reads(&sandbox, options, value);
    }
    assert_eq!(sandbox.slots("key"), (vec![0, slot], Some(slot)));
    let after = sandbox.show("key");
    assert_eq!(
        after["slots"][0]["checksum"],
        before["slots"][0]["checksum"]
    );
    assert_eq!(after["id"], before["id"]);
    assert_eq!(after["created_at"], before["created_at"]);
    assert!(after["updated_at"].as_str() > before["updated_at"].as_str());
}

#[test]
fn a_value_for_later_leaves_the_effective_one_alone() {
    let (sandbox, old) = kept();
    let new = sandbox.secret("new");
    let later = now() + 3_600;
    let (at, earlier) = (later.to_string(), (later - 1).to_string());
    assert_eq!(rotated(&sandbox, &["--at", &at], &new), later);
    assert_eq!(sandbox.slots("key"), (vec![0, later], Some(0)));
    for (options, value) in [
        (&[][..], &old),
        (&["--at", &earlier], &old),
        (&["--at", &at], &new),
        (&["--latest"], &new),
    ] {
        reads(&sandbox, options, value);
    }
    let none = sandbox.kluis(["get", "key", "--previous"]).run();
    none.stderr_has("there is no slot before the effective one of default/key")
        .exits(3);
}

#[test]
fn a_time_is_a_second_a_date_or_a_duration() {
    let (sandbox, _) = kept();
    for (option, time, seconds) in [
        ("--in", "1h30m", 5_400),
        ("--at", "7d", 7 * DAY_SECONDS),
        ("--in", "2w", 14 * DAY_SECONDS),
    ] {
        let first = now() + seconds;
        let slot = rotated(&sandbox, &[option, time], &sandbox.secret("new"));
        assert!((first..=now() + seconds).contains(&slot), "{option} {time}");
    }
    for (time, slot) in [
        ("2100-01-01T01:00:00+01:00", 4_102_444_800),
        ("2100-01-02", 4_102_531_200), // midnight in UTC
        ("4294967296", 4_294_967_296), // past 32 bits, in 2106
        ("9999-12-31T23:59:59Z", 253_402_300_799),
    ] {
        let new = sandbox.secret("new");
        assert_eq!(rotated(&sandbox, &["--at", time], &new), slot);
        reads(&sandbox, &["--slot", time], &new);
    }
}

#[test]
fn a_value_that_is_there_already_is_not_put_again() {
    let (sandbox, old) = kept();
    let (new, later) = (sandbox.secret("new"), now() + 3_600);
    let (at, after) = (later.to_string(), (later + 60).to_string());
    rotated(&sandbox, &["--at", &at], &new);
    let bytes = sandbox.bytes();
    for (options, value, slot) in [
        (&[][..], &old, "0\n"),
        (&["--in", "1m"], &old, "0\n"),
        // Not the one effective now: the one that would be effective then.
        (&["--at", &after, "--keep", "0"], &new, &format!("{at}\n")),
    ] {
        let rotate = ["rotate", "key"].iter().chain(options);
        let same = sandbox.kluis(rotate).stdin(value).run();
        same.stdout(slot)
            .stderr_has("kluis: note: unchanged\n")
            .exits(0);
        assert_eq!(sandbox.bytes(), bytes, "{options:?}");
    }
    let json = sandbox.kluis(["rotate", "key", "--json"]).stdin(&old).run();
    assert_eq!(json.json(), sandbox.show("key"));
    json.any_stdout().exits(0);
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn a_second_rotation_in_one_second_waits_for_the_next() {
    let (sandbox, _) = kept();
    let values: [_; 3] = std::array::from_fn(|_| sandbox.secret("new"));
    let slots = values.each_ref().map(|new| rotated(&sandbox, &[], new));
    assert!(slots.is_sorted_by(|one, next| one < next), "{slots:?}");
    for (slot, value) in slots.iter().zip(&values) {
        reads(&sandbox, &["--slot", &slot.to_string()], value);
    }
    reads(&sandbox, &[], &values[2]);
}

#[test]
fn a_second_that_is_asked_for_and_taken_is_a_conflict() {
    let (sandbox, old) = kept();
    let at = (now() + 3_600).to_string();
    rotated(&sandbox, &["--at", &at], &sandbox.secret("new"));
    let (bytes, other) = (sandbox.bytes(), sandbox.secret("other"));
    let rotate = ["rotate", "key", "--at", &at];
    let taken = sandbox.kluis(rotate).stdin(&other).run();
    let message = format!(
        "kluis: error: there is already a slot {at} of default/key\nkluis: hint: choose another time, or leave --at and --in out\n"
    );
    taken.stderr(&message).exits(6);
    let json = rotate.iter().chain(&["--json"]);
    let taken = sandbox.kluis(json).stdin(&other).run();
    assert_eq!(taken.json_error()["code"], "conflict");
    taken.any_stderr().exits(6);
    let taken = sandbox.kluis(["rotate", "key", "--at", "0"]);
    taken.stdin(&other).run().any_stderr().exits(6);
    assert_eq!(sandbox.bytes(), bytes);
    reads(&sandbox, &[], &old);
}

#[test]
fn it_does_not_begin_before_the_effective_slot() {
    let (sandbox, _) = kept();
    let new = sandbox.secret("new");
    rotated(&sandbox, &["--at", "2000000"], &new);
    let bytes = sandbox.bytes();
    let earlier = ["rotate", "key", "--at", "1999999", "--json"];
    let refused = sandbox.kluis(earlier).stdin("other").run();
    let object = refused.json_error();
    assert_eq!(object["code"], "invalid");
    assert_eq!(object["detail"].as_array().unwrap().len(), 1, "{object}");
    assert_eq!(object["detail"][0]["type"], "greater_than");
    let message = object["detail"][0]["msg"].as_str().unwrap();
    assert!(
        message.contains("begin after the effective slot, 2000000"),
        "{message}"
    );
    refused.any_stderr().exits(7);
    assert_eq!(sandbox.bytes(), bytes);
    // A slot in the past and after it is effective now.
    let newer = sandbox.secret("newer");
    rotated(&sandbox, &["--at", "2000001"], &newer);
    reads(&sandbox, &[], &newer);
}

#[test]
fn superseded_slots_stay_or_the_newest_of_them() {
    let (sandbox, _) = kept();
    let later = now() + 3_600;
    rotated(
        &sandbox,
        &["--at", &later.to_string()],
        &sandbox.secret("later"),
    );
    for at in ["100", "200", "300"] {
        let line = ["rotate", "key", "--at", at];
        let rotate = sandbox.kluis(line).stdin(sandbox.secret("value")).run();
        rotate.stdout(format!("{at}\n")).any_stderr().exits(0);
    }
    assert_eq!(sandbox.slots("key").0, [0, 100, 200, 300, later]);
    let third = sandbox.kluis(["get", "key"]).run();
    let value = String::from_utf8(third.stdout.clone()).unwrap();
    third.any_stdout().exits(0);
    for (at, keep, left) in [
        ("400", "2", vec![200, 300, 400, later]),
        ("500", "5", vec![200, 300, 400, 500, later]),
        ("600", "0", vec![600, later]),
    ] {
        let line = ["rotate", "key", "--at", at, "--keep", keep];
        let rotate = sandbox.kluis(line).stdin(sandbox.secret("value")).run();
        rotate.stdout(format!("{at}\n")).any_stderr().exits(0);
        assert_eq!(sandbox.slots("key").0, left, "--keep {keep}");
        if keep == "2" {
            reads(&sandbox, &["--slot", "300"], &value);
        }
    }
    let gone = sandbox.kluis(["get", "key", "--slot", "300"]).run();
    gone.stderr("kluis: error: there is no slot 300 of default/key\nkluis: hint: run `kluis history NAME` to see the slots of a secret\n")
        .exits(3);
}

#[test]
fn a_value_that_is_young_enough_is_kept_and_none_is_read() {
    let (sandbox, old) = kept();
    let bytes = sandbox.bytes();
    // An empty value would be refused if it were read.
    let young = ["rotate", "key", "--if-older-than", "1h"];
    let kept = sandbox.kluis(young).run();
    kept.stdout("0\n")
        .stderr("kluis: note: default/key is not due: its value has been in use for less than --if-older-than\n")
        .exits(0);
    let json = sandbox.kluis(young.iter().chain(&["--json"])).run();
    assert_eq!(json.json(), sandbox.show("key"));
    json.any_stdout().exits(0);
    assert_eq!(sandbox.bytes(), bytes);
    reads(&sandbox, &[], &old);
    sleep(Duration::from_millis(2_100));
    let new = sandbox.secret("new");
    let slot = rotated(&sandbox, &["--if-older-than", "2s"], &new);
    let young = sandbox.kluis(young).run();
    young.stdout(format!("{slot}\n")).any_stderr().exits(0);
    reads(&sandbox, &[], &new);
}

#[test]
fn a_value_for_later_takes_over_without_a_command_in_between() {
    let (sandbox, old) = kept();
    let new = sandbox.secret("new");
    let slot = rotated(&sandbox, &["--in", "3s"], &new);
    let bytes = sandbox.bytes();
    reads(&sandbox, &[], &old);
    let run = ["run", "-e", "V=key", "--", "sh", "-c", "printf %s \"$V\""];
    sandbox.kluis(run).run().stdout(&old).exits(0);
    assert_eq!(sandbox.slots("key").1, Some(0));
    assert!(now() < slot, "too slow a machine for this test");
    while now() < slot {
        sleep(Duration::from_millis(50));
    }
    reads(&sandbox, &[], &new);
    reads(&sandbox, &["--previous"], &old);
    sandbox.kluis(run).run().stdout(&new).exits(0);
    assert_eq!(sandbox.slots("key").1, Some(slot));
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn rotating_now_warns_of_a_scheduled_value() {
    let (sandbox, _) = kept();
    let later = ["--at", "2100-01-01T00:00:00Z"];
    rotated(&sandbox, &later, &sandbox.secret("later"));
    let new = sandbox.secret("new");
    let rotate = sandbox.kluis(["rotate", "key"]).stdin(&new).run();
    rotate
        .any_stdout()
        .stderr("kluis: note: another value of default/key becomes effective at 2100-01-01T00:00:00.000Z: `kluis update default/key --remove-slot 4102444800` drops it\n")
        .exits(0);
    reads(&sandbox, &[], &new);
}

#[test]
fn a_value_can_be_made_and_read_from_a_file() {
    let (sandbox, _) = kept();
    let hex = ["--at", "100", "--generate", "hex:16"];
    rotated(&sandbox, &hex, "not read");
    let first = sandbox.get("key");
    assert!(first.len() == 32 && first.iter().all(u8::is_ascii_hexdigit));
    rotated(&sandbox, &["--at", "200", "--generate", "hex:16"], "");
    let second = sandbox.get("key");
    assert!(second.len() == 32 && second != first);
    let file = sandbox.given("value", "a line\n");
    let from_file = ["--at", "300", "--value-file", file.to_str().unwrap()];
    rotated(&sandbox, &from_file, "not read");
    reads(&sandbox, &[], "a line\n");
    rotated(&sandbox, &["--at", "400"], "piped\n");
    reads(&sandbox, &[], "piped");
}

#[test]
fn an_end_can_be_given_with_the_value() {
    let (sandbox, _) = kept();
    let rotate = ["--at", "100", "--expires", "2100-01-01T00:00:00Z"];
    rotated(&sandbox, &rotate, &sandbox.secret("new"));
    let end = "2100-01-01T00:00:00.000Z";
    assert_eq!(sandbox.show("key")["expires_at"], end);
    rotated(&sandbox, &["--at", "200"], &sandbox.secret("newer"));
    assert_eq!(sandbox.show("key")["expires_at"], end);
}

#[test]
fn with_json_it_prints_the_same_as_show() {
    let (sandbox, _) = kept();
    let rotate = sandbox.kluis(["rotate", "key", "--json"]);
    let rotate = rotate.stdin(sandbox.secret("new")).run();
    let object = rotate.json();
    assert_eq!(object, sandbox.show("key"));
    assert_eq!(object["slots"][1]["effective"], true);
    rotate.any_stdout().exits(0);
}

#[test]
fn an_invalid_time_is_refused_by_option() {
    let (sandbox, _) = kept();
    let bytes = sandbox.bytes();
    for (option, field, texts) in [
        (
            "--at",
            "at",
            &["-1", "", "soon", "1.5", "1e9", "2026-02-30T00:00:00Z"][..],
        ),
        (
            "--at",
            "at",
            &[
                "253402300800",
                "99999999999999999999",
                "36501d",
                "1969-12-31T23:59:59Z",
            ],
        ),
        ("--in", "in", &["-1", "7", "", "soon", "1y", "36501d"]),
        ("--if-older-than", "if_older_than", &["-1", "7", "", "1M"]),
        ("--expires", "expires", &["-1", "soon", "", "36501d"]),
    ] {
        for text in texts {
            let line = ["rotate", "key", option, text, "--json"];
            let refused = sandbox.kluis(line).stdin("value").run();
            let object = refused.json_error();
            assert_eq!(object["code"], "invalid", "{option} {text}");
            assert_eq!(object["detail"][0]["loc"][0], field, "{option} {text}");
            refused.any_stderr().exits(7);
        }
    }
    for line in [
        &["--keep", "-1"][..],
        &["--keep", "all"],
        &["--at", "100", "--in", "1h"],
        &["value"],
    ] {
        let line = ["rotate", "key"].iter().chain(line);
        let wrong = sandbox.kluis(line).stdin("value").run();
        wrong.any_stderr().exits(2);
    }
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn an_impossible_rotation_changes_nothing() {
    let (sandbox, _) = kept();
    let bytes = sandbox.bytes();
    for missing in ["nope", "nope/key", "sec_00000000000000000000000000"] {
        // Checked before a value is read: an empty one would be 7.
        let rotate = sandbox.kluis(["rotate", missing]).run();
        rotate.any_stderr().exits(3);
    }
    let empty = sandbox.kluis(["rotate", "key"]).run();
    empty.any_stderr().exits(7);
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn the_hundred_and_first_slot_is_refused_with_advice() {
    let (sandbox, _) = kept();
    for at in 1..100 {
        let at = at.to_string();
        rotated(&sandbox, &["--at", &at, "--generate", "12"], "");
    }
    let bytes = sandbox.bytes();
    let more = ["rotate", "key", "--at", "100", "--generate", "12"];
    let full = sandbox.kluis(more.iter().chain(&["--json"])).run();
    let object = full.json_error();
    assert_eq!(object["code"], "conflict", "{object}");
    let message = object["error"].as_str().unwrap();
    assert!(message.contains("at most 100 versions"), "{message}");
    let hint = object["hint"].as_str().unwrap();
    for advice in ["kluis vault prune NAME", "kluis rotate NAME --keep N"] {
        assert!(hint.contains(advice), "{hint}");
    }
    full.any_stderr().exits(6);
    assert_eq!(sandbox.bytes(), bytes);
    rotated(&sandbox, &["--keep", "5", "--generate", "12"], "");
    assert_eq!(sandbox.slots("key").0[..5], [95, 96, 97, 98, 99]);
    assert_eq!(sandbox.slots("key").0.len(), 6);
}

#[test]
fn concurrent_rotations_get_a_second_each() {
    const SCRIPTS: usize = 8;
    let (sandbox, _) = kept();
    let rotate = || {
        let line = ["rotate", "key", "--generate", "20", "--lock-timeout", "10m"];
        let mut command = sandbox.kluis(line).command();
        command.stdin(Stdio::null());
        command
    };
    let scripts: [_; SCRIPTS] = std::array::from_fn(|_| rotate());
    let ended = thread::scope(|threads| {
        let scripts = scripts.map(|mut rotate| threads.spawn(move || rotate.output().unwrap()));
        scripts.map(|script| script.join().unwrap())
    });
    let mut printed = BTreeSet::new();
    for output in ended {
        let said = String::from_utf8(output.stderr).unwrap();
        match output.status.code() {
            Some(0) => {
                let slot = String::from_utf8(output.stdout).unwrap();
                let is_new = printed.insert(slot.trim_end().parse::<u64>().unwrap());
                assert!(is_new, "{slot} was printed twice");
            }
            Some(6) => assert!(said.contains("there is already a slot"), "{said}"),
            code => panic!("{code:?}: {said}"),
        }
    }
    assert!(printed.len() > 1, "{printed:?}");
    let (slots, effective) = sandbox.slots("key");
    assert_eq!(slots[0], 0);
    assert_eq!(slots[1..], Vec::from_iter(printed)[..]);
    assert_eq!(effective, slots.last().copied());
    let shown = sandbox.show("key");
    let checksums = shown["slots"].as_array().unwrap().iter();
    let checksums: BTreeSet<_> = checksums
        .map(|slot: &Value| slot["checksum"].as_str().unwrap())
        .collect();
    assert_eq!(checksums.len(), slots.len());
    sandbox
        .kluis(["vault", "verify"])
        .run()
        .any_stdout()
        .exits(0);
}

#[test]
fn a_scheduled_value_can_be_rehearsed() {
    let sandbox = Sandbox::with_vault();
    let (now, next) = (sandbox.secret("now"), sandbox.secret("next"));
    sandbox.create("name", &now);
    let rotate = ["rotate", "name", "--in", "7d"];
    let rotate = sandbox.kluis(rotate).stdin(&next).run();
    rotate.any_stdout().any_stderr().exits(0);
    let template = sandbox.given("template", "{{ kluis://name }}");
    let template = template.to_str().unwrap();
    let show = "printf %s \"$NAME\"";
    for (at, value) in [
        (&[][..], &now),
        (&["--at", "6d"], &now),
        (&["--at", "8d"], &next),
    ] {
        let run = [&["run", "-e", "NAME=name"], at, &["--", "sh", "-c", show]].concat();
        sandbox.kluis(run).run().stdout(value).exits(0);
        let all = [&["run", "--all"], at, &["--", "sh", "-c", show]].concat();
        sandbox.kluis(all).run().stdout(value).exits(0);
        let inject = [&["inject", "-i", template], at].concat();
        sandbox.kluis(inject).run().stdout(value).exits(0);
        let export = [&["export", "-f", "json", "--all"], at].concat();
        let export = sandbox.kluis(export).run();
        assert_eq!(export.json()["NAME"], value.as_str());
        export.any_stdout().exits(0);
    }
    let wrong = ["run", "-e", "NAME=name", "--at", "soon", "--", "true"];
    sandbox.kluis(wrong).run().any_stderr().exits(125);
}
