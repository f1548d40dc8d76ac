//! Tests versions: no ordinary command destroys a value, each can be undone, and how many versions are kept.

use crate::hostile_input::preloaded_clock;
use crate::sandbox::{Outcome, Sandbox, now};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::process::Stdio;

/// The current value, and the ones before, the newest first.
fn values(sandbox: &Sandbox, name: &str) -> Vec<String> {
    let (slots, effective) = sandbox.slots(name);
    let begun = slots.iter().filter(|&&slot| Some(slot) <= effective);
    let begun: Vec<_> = begun.rev().collect();
    let each = begun.iter().map(|slot| {
        let slot = slot.to_string();
        sandbox.prints(["get", name, "--slot", &slot], "")
    });
    each.collect()
}

fn set(sandbox: &Sandbox, name: &str, options: &[&str], value: &str) {
    sandbox.prints([&["set", name], options].concat(), value);
}

fn user_file(sandbox: &Sandbox, text: &str) {
    let folder = sandbox.home().join(".config/kluis");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

/// Runs a shell's script, with `kluis` as a command in it.
fn script(sandbox: &Sandbox, text: &str) -> Outcome {
    let text = format!("PROGRAM=$1; kluis() {{ \"$PROGRAM\" \"$@\"; }}; {text}");
    let none: [&str; 0] = [];
    sandbox.kluis(none).under(["sh", "-c", &text, "sh"]).run()
}

/// The story: `set` inside `while read` reads the other lines as the value.
#[test]
fn a_loop_that_set_swallowed_is_undone_as_told() {
    for json in ["", " --json"] {
        let sandbox = Sandbox::with_vault();
        let old = ["one", "two", "three"].map(|name| {
            let value = sandbox.secret(name);
            sandbox.create(name, &value);
            value
        });
        let text = format!(
            "printf 'one\\ntwo\\nthree\\n' | while read -r name; do \
             kluis set \"$name\" --description 'of the loop'{json} >/dev/null; done"
        );
        let done = script(&sandbox, &text);
        let told = "several lines from stdin are the new value of default/one: \
                    if this is wrong, `kluis rollback default/one` undoes it";
        if json.is_empty() {
            done.stderr(&format!("kluis: note: {told}\n")).exits(0);
        } else {
            assert_eq!(done.json_error(), json!({ "warnings": [told] }));
            done.any_stderr().exits(0);
        }
        // The first one has the rest of the list; the others were never set.
        assert_eq!(sandbox.get("one"), b"two\nthree\n");
        assert_eq!(sandbox.get("two"), old[1].as_bytes());
        let hint = told.split('`').nth(1).unwrap();
        let typed = hint.strip_prefix("kluis ").unwrap().split(' ');
        let undone = sandbox.kluis(typed).run();
        undone.any_stdout().exits(0);
        for (name, value) in ["one", "two", "three"].iter().zip(&old) {
            assert_eq!(sandbox.get(name), value.as_bytes());
        }
    }
}

#[test]
fn the_note_is_for_several_lines_and_options_only() {
    let sandbox = Sandbox::with_vault();
    let described = ["--description", "d"];
    // A new secret loses nothing; options alone, or a second line alone, are no sign of it.
    set(&sandbox, "name", &described, "a\nb\n");
    set(&sandbox, "name", &[], "c\nd\n");
    set(&sandbox, "name", &["--description", "e"], "f");
    let file = sandbox.given("value", "g\nh\n");
    let from_file = ["--value-file", file.to_str().unwrap(), "--description", "i"];
    set(&sandbox, "name", &from_file, "");
    // An equal value was not swallowed.
    set(&sandbox, "name", &["--description", "j"], "g\nh\n");
    let noted = sandbox.kluis(["set", "name", "--env-key", "K"]);
    let noted = noted.stdin("k\nl\n").run();
    noted.any_stdout().stderr_has("several lines").exits(0);
}

/// The story: you can bring back a value that `import --on-conflict replace` replaced.
#[test]
fn an_import_that_replaced_can_be_undone() {
    let sandbox = Sandbox::with_vault();
    let [old, new, other] = ["old", "new", "other"].map(|label| sandbox.secret(label));
    sandbox.create("A", &old);
    sandbox.create("B", &old);
    let text = format!("A={new}\nB={old}\nC={other}\n");
    let line = ["import", "--format", "env", "--on-conflict", "replace"];
    let import = |options: &[&str]| {
        let line = line.iter().chain(options);
        sandbox.kluis(line).stdin(&text).run()
    };
    import(&[])
        .stdout("updated A\nunchanged B\ncreated C\n")
        .exits(0);
    assert_eq!(values(&sandbox, "A"), [new.clone(), old.clone()]);
    assert_eq!(sandbox.show("A")["previous_slot"], 0);
    assert_eq!(sandbox.show("B")["previous_slot"], Value::Null);
    sandbox.prints(["rollback", "A"], "");
    assert_eq!(sandbox.get("A"), old.as_bytes());
    // And again, for a program: the same import, undone with the output of `show`.
    let again = import(&["--json"]);
    assert_eq!(again.json()["updated"], json!(["A"]));
    again.any_stdout().exits(0);
    let slot = sandbox.show("A")["previous_slot"].to_string();
    assert_eq!(sandbox.prints(["get", "A", "--slot", &slot], ""), old);
    let undone = sandbox.kluis(["rollback", "A", "--json"]).run();
    assert_eq!(undone.json(), sandbox.show("A"));
    undone.any_stdout().exits(0);
    assert_eq!(sandbox.get("A"), old.as_bytes());
    let same = sandbox.bytes();
    sandbox.prints(
        ["import", "--format", "env", "--on-conflict", "skip"],
        &text,
    );
    assert_eq!(sandbox.bytes(), same);
}

#[test]
fn every_verb_that_sets_a_value_can_be_undone_and_redone() {
    let sandbox = Sandbox::with_vault();
    let (old, new) = (sandbox.secret("old"), sandbox.secret("new"));
    let editor = sandbox.given_path("editor");
    let copy = format!(
        "#!/bin/sh\nfor file; do :; done\ncp {} \"$file\"\n",
        sandbox.given("new", &new).display()
    );
    crate::test_program::write_program(&editor, &copy);
    let object = json!({ "value": new }).to_string();
    let patch = ["update", "PATCHED", "--input", "-"];
    let imported = format!("IMPORTED={new}");
    let import = ["import", "--format", "env", "--on-conflict", "replace"];
    for (name, line, stdin) in [
        ("SET", &["set", "SET"][..], &new),
        ("UPDATED", &["update", "UPDATED", "--value"], &new),
        ("PATCHED", &patch, &object),
        ("EDITED", &["edit", "EDITED"], &String::new()),
        ("ROTATED", &["rotate", "ROTATED"], &new),
        ("IMPORTED", &import, &imported),
    ] {
        sandbox.create(name, &old);
        let done = sandbox.kluis(line).stdin(stdin).env("EDITOR", &editor);
        done.run().any_stdout().exits(0);
        assert_eq!(sandbox.get(name), new.as_bytes(), "{line:?}");
        let previous = sandbox.prints(["get", name, "--previous"], "");
        assert_eq!(previous, old, "{line:?}");
        for expected in [&old, &new, &old] {
            sandbox.prints(["rollback", name], "");
            assert_eq!(sandbox.get(name), expected.as_bytes(), "{line:?}");
        }
        assert_eq!(values(&sandbox, name).len(), 5);
    }
}

#[test]
fn an_equal_value_writes_nothing() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    set(&sandbox, "KEY", &[], &sandbox.secret("old"));
    set(&sandbox, "KEY", &[], &value);
    let bytes = sandbox.bytes();
    let object = json!({ "value": value }).to_string();
    let imported = format!("KEY={value}");
    let import = ["import", "--format", "env", "--on-conflict", "replace"];
    for (line, stdin) in [
        (&["set", "KEY"][..], &value),
        (&["set", "KEY", "--keep", "0"], &value),
        (&["set", "KEY", "--slot", "effective"], &value),
        (&["update", "KEY", "--value"], &value),
        (&["update", "KEY", "--input", "-"], &object),
        (&["rotate", "KEY"], &value),
        (&import, &imported),
    ] {
        let same = sandbox.kluis(line).stdin(stdin).run();
        same.any_stdout().any_stderr().exits(0);
        assert_eq!(sandbox.bytes(), bytes, "{line:?}");
    }
}

#[test]
fn the_newest_ten_stay_or_as_many_as_you_say() {
    let sandbox = Sandbox::with_vault();
    let all: Vec<_> = (0..14).map(|_| sandbox.secret("value")).collect();
    let newest = |count: usize, of: usize| -> Vec<String> {
        all[..of].iter().rev().take(count).cloned().collect()
    };
    for value in &all[..12] {
        set(&sandbox, "key", &[], value);
    }
    // The current one and ten before.
    assert_eq!(values(&sandbox, "key"), newest(11, 12));
    set(&sandbox, "key", &["--keep", "2"], &all[12]);
    assert_eq!(values(&sandbox, "key"), newest(3, 13));
    set(&sandbox, "key", &["--keep", "1"], &all[13]);
    assert_eq!(values(&sandbox, "key"), newest(2, 14));
    // Overwritten, as by a program without versions.
    let last = sandbox.secret("last");
    set(&sandbox, "key", &["--keep", "0"], &last);
    assert_eq!(values(&sandbox, "key"), std::slice::from_ref(&last));
    let none = sandbox.kluis(["rollback", "key"]).run();
    none.stderr_has("there is no slot before the effective one")
        .exits(3);
    assert_eq!(sandbox.get("key"), last.as_bytes());
    for wrong in ["-1", "all", "", "1.5"] {
        let line = ["set", "key", "--keep", wrong];
        let refused = sandbox.kluis(line).stdin("x").run();
        refused.any_stderr().exits(2);
    }
    assert_eq!(sandbox.get("key"), last.as_bytes());
}

#[test]
fn scheduled_values_are_kept_whatever_goes() {
    let sandbox = Sandbox::with_vault();
    let later = now() + 3_600;
    let next = sandbox.secret("next");
    set(&sandbox, "key", &[], &sandbox.secret("old"));
    set(&sandbox, "key", &["--slot", &later.to_string()], &next);
    set(&sandbox, "key", &["--keep", "0"], &sandbox.secret("new"));
    let (slots, effective) = sandbox.slots("key");
    assert_eq!((slots.len(), slots[1]), (2, later));
    assert_eq!(effective, Some(slots[0]));
    assert_eq!(sandbox.prints(["get", "key", "--latest"], ""), next);
}

#[test]
fn the_user_file_says_how_many_stay() {
    let sandbox = Sandbox::with_vault();
    let next = || sandbox.secret("value");
    user_file(&sandbox, "keep = 2\n");
    for _ in 0..5 {
        set(&sandbox, "key", &[], &next());
    }
    assert_eq!(values(&sandbox, "key").len(), 3);
    // Each verb that adds a version uses it, and the option takes precedence.
    sandbox.prints(["update", "key", "--value"], next());
    sandbox.prints(["rotate", "key"], next());
    sandbox.prints(["rollback", "key"], "");
    assert_eq!(values(&sandbox, "key").len(), 3);
    set(&sandbox, "key", &["--keep", "3"], &next());
    assert_eq!(values(&sandbox, "key").len(), 4);
    user_file(&sandbox, "keep = 0\n");
    set(&sandbox, "key", &[], &next());
    assert_eq!(values(&sandbox, "key").len(), 1);

    let bytes = sandbox.bytes();
    for wrong in [
        "-1",
        "1.5",
        "\"3\"",
        "true",
        "[]",
        "99999999999999999999999",
    ] {
        user_file(&sandbox, &format!("keep = {wrong}\n"));
        let refused = sandbox.kluis(["set", "key"]).stdin("x").run();
        assert!(
            refused.stderr.contains("config.toml") && refused.stderr.contains("keep"),
            "{wrong}: {}",
            refused.stderr
        );
        refused.any_stderr().exits(2);
        let refused = sandbox.kluis(["set", "key", "--json"]).stdin("x").run();
        assert_eq!(refused.json_error()["code"], "usage", "{wrong}");
        refused.any_stderr().exits(2);
    }
    assert_eq!(sandbox.bytes(), bytes);
    // A repository must not decide what you lose.
    user_file(&sandbox, "");
    fs::write(sandbox.home().join("kluis.toml"), "keep = 0\n").unwrap();
    let refused = sandbox.kluis(["set", "key"]).stdin("x").run();
    refused
        .stderr_has("the members of a project file are vault, workspace")
        .exits(7);
    assert_eq!(sandbox.bytes(), bytes);
}

#[test]
fn past_values_take_at_most_64_kib_but_the_newest_stays() {
    let sandbox = Sandbox::with_vault();
    let long = |mark: u8| String::from_utf8(vec![b'a' + mark; 30_000]).unwrap();
    for mark in 0..4 {
        set(&sandbox, "key", &[], &long(mark));
    }
    // Two of them fit.
    assert_eq!(values(&sandbox, "key"), [long(3), long(2), long(1)]);
    let longest = "z".repeat(65_536);
    set(&sandbox, "key", &[], &longest);
    set(&sandbox, "key", &[], "short");
    assert_eq!(values(&sandbox, "key"), ["short".to_owned(), longest]);
    // You manage slots that you name.
    let mut slots = Vec::new();
    for (mark, slot) in [(0, "100"), (1, "200"), (2, "300")] {
        set(&sandbox, "named", &["--slot", slot], &long(mark));
        slots.push(slot);
    }
    assert_eq!(sandbox.slots("named").0.len(), 3);
}

#[test]
fn changes_within_one_second_all_count() {
    let sandbox = Sandbox::with_vault();
    let all: Vec<_> = (0..6).map(|_| sandbox.secret("value")).collect();
    for value in &all {
        set(&sandbox, "key", &[], value);
        // At once, though its slot may be a little ahead.
        assert_eq!(sandbox.get("key"), value.as_bytes());
    }
    let newest_first: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(values(&sandbox, "key"), newest_first);
    let history = sandbox.prints(["history", "key"], "");
    assert_eq!(history.matches("\teffective\t").count(), 1);
    assert!(!history.contains("\tin "), "{history}");
}

/// A slot that is a little ahead stays in use when its value is replaced in place.
#[test]
fn a_value_replaced_in_place_counts_at_once() {
    let sandbox = Sandbox::with_vault();
    for _ in 0..4 {
        set(&sandbox, "key", &[], &sandbox.secret("value"));
    }
    let (before, effective) = sandbox.slots("key");
    let slot = effective.unwrap().to_string();
    let object =
        |value: &str| json!({"secret_slots": [{"slot": effective, "value": value}]}).to_string();
    let [one, two, three] = ["one", "two", "three"].map(|label| sandbox.secret(label));
    for (line, stdin, value) in [
        (
            &["set", "key", "--slot", "effective"][..],
            one.clone(),
            &one,
        ),
        (&["set", "key", "--slot", &slot], two.clone(), &two),
        (&["update", "key", "--input", "-"], object(&three), &three),
    ] {
        sandbox.prints(line, &stdin);
        assert_eq!(sandbox.get("key"), value.as_bytes(), "{line:?}");
        assert_eq!(sandbox.slots("key"), (before.clone(), effective));
    }
}

#[test]
fn writers_at_once_lose_no_value() {
    const WRITERS: usize = 12;
    let sandbox = Sandbox::with_vault();
    sandbox.create("key", sandbox.secret("first"));
    let all: BTreeSet<_> = (0..WRITERS).map(|_| sandbox.secret("value")).collect();
    let started: Vec<_> = all
        .iter()
        .enumerate()
        .map(|(place, value)| {
            let line = match place % 3 {
                0 => &["set", "key", "--keep", "99"][..],
                1 => &["update", "key", "--value", "--keep", "99"],
                _ => &["rotate", "key", "--keep", "99"],
            };
            let mut command = sandbox.kluis(line).command();
            command.stdin(Stdio::piped()).stdout(Stdio::null());
            let mut child = command.spawn().unwrap();
            let mut stdin = child.stdin.take().unwrap();
            stdin.write_all(value.as_bytes()).unwrap();
            child
        })
        .collect();
    for mut child in started {
        assert!(child.wait().unwrap().success());
    }
    let kept: BTreeSet<_> = values(&sandbox, "key").into_iter().collect();
    assert_eq!(kept.len(), WRITERS + 1);
    assert!(kept.is_superset(&all));
}

#[test]
fn deleting_at_once_succeeds_once_and_loses_nothing() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    let id = sandbox.create("key", &value);
    let at_once = |line: &[&str]| {
        let started: Vec<_> = (0..6)
            .map(|_| {
                let mut command = sandbox.kluis(line).command();
                command.stdout(Stdio::null()).stderr(Stdio::null());
                command.spawn().unwrap()
            })
            .collect();
        let codes = started.into_iter();
        let codes = codes.map(|mut child| child.wait().unwrap().code().unwrap());
        let mut codes: Vec<_> = codes.collect();
        codes.sort_unstable();
        codes
    };
    for _ in 0..3 {
        assert_eq!(at_once(&["delete", "key"]), [0, 3, 3, 3, 3, 3]);
        assert_eq!(at_once(&["restore", "key"]), [0, 3, 3, 3, 3, 3]);
        assert_eq!(sandbox.get("key"), value.as_bytes());
    }
    assert_eq!(sandbox.show("key")["id"], id);
}

#[test]
fn clocks_that_disagree_lose_no_value() {
    let sandbox = Sandbox::with_vault();
    let Some(clock) = preloaded_clock(&sandbox) else {
        return eprintln!("skipped: no library can stand in for the clock");
    };
    let start = now();
    let at = |ahead: u64, line: &[&str], value: &str| {
        let run = sandbox.kluis(line).env("LD_PRELOAD", &clock);
        let run = run.env("SECONDS_NOW", (start + ahead).to_string());
        run.stdin(value).run()
    };
    let [first, theirs, ours, far] =
        ["first", "theirs", "ours", "far"].map(|label| sandbox.secret(label));
    at(0, &["create", "key"], &first).any_stdout().exits(0);
    // A colleague's clock is four minutes ahead: their value is read here, and a value set here comes after it.
    at(240, &["set", "key"], &theirs).any_stdout().exits(0);
    at(0, &["get", "key"], "").stdout(&theirs).exits(0);
    at(0, &["set", "key"], &ours).any_stdout().exits(0);
    for ahead in [0, 240, 241, 86_400] {
        at(ahead, &["get", "key"], "").stdout(&ours).exits(0);
    }
    let previous = at(0, &["get", "key", "--previous"], "");
    previous.stdout(&theirs).exits(0);
    // A version that is 40 minutes ahead does not count yet, and would replace the value set here.
    at(2_400, &["set", "key"], &far).any_stdout().exits(0);
    let warned = at(0, &["get", "key"], "");
    warned
        .stdout(&ours)
        .stderr_has(
            "a version of default/key does not count yet: it was written by a clock 40m ahead",
        )
        .exits(0);
    let before = sandbox.bytes();
    let last = sandbox.secret("last");
    for line in [
        &["set", "key"][..],
        &["rotate", "key"],
        &["rollback", "key"],
    ] {
        let refused = at(0, line, &last);
        refused
            .stderr_has(
                "a version of default/key was written by a clock that is 40m ahead of this one, and would replace yours later\n\
                 kluis: hint: check both clocks; `--accept-clock` makes that version one of now, before yours\n",
            )
            .exits(6);
    }
    assert_eq!(sandbox.bytes(), before);
    at(0, &["set", "key", "--accept-clock"], &last)
        .any_stdout()
        .exits(0);
    for ahead in [0, 2_400, 86_400] {
        at(ahead, &["get", "key"], "").stdout(&last).exits(0);
    }
    let previous = at(0, &["get", "key", "--previous"], "");
    previous.stdout(&far).exits(0);
}
