//! Tests an attacker who can change the file and has no key: bits, lengths, lines and pages.

use super::apart::Apart;
use super::{Owned, damage, everything, open, reference, value, write};
use crate::sealed;
use crate::vault::change::{Deletion, References};
use crate::vault::{Error, Scan};
use std::collections::BTreeSet;

/// Refused as damage: not as a wrong token, and not as a missing secret.
#[track_caller]
fn is_damage<T>(answer: Result<T, Error>, case: &str) {
    use sealed::Error::{Damaged, Kdf, Unsupported};
    let error = damage(answer, case);
    let known = matches!(error, Damaged(_) | Unsupported(_) | Kdf { .. });
    assert!(known, "{case}: {error}");
}

fn flipped(bytes: &[u8], bit: usize) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    flipped[bit / 8] ^= 1 << (bit % 8);
    flipped
}

/// Checks that enumerating and writing both refuse it.
#[track_caller]
fn refused(bytes: &[u8], owned: &Owned, case: &str) {
    is_damage(everything(bytes, &owned.token), case);
    is_damage(write(bytes, &owned.token, "default/new"), case);
}

/// Checks that a lookup gives the value or fails.
#[track_caller]
fn never_another_value(bytes: &[u8], owned: &Owned, secrets: &[(String, String)], case: &str) {
    for (path, expected) in secrets {
        match value(bytes, &owned.token, path) {
            Ok(value) => assert_eq!(value, expected.as_bytes(), "{case}: {path}"),
            error => is_damage(error, &format!("{case}: {path}")),
        }
    }
}

fn numbered(workspace: &str, count: usize) -> Vec<(String, String)> {
    let secret = |n| (format!("{workspace}/name-{n}"), format!("value {n}"));
    (0..count).map(secret).collect()
}

fn owned(secrets: &[(String, String)]) -> Owned {
    let secrets = secrets.iter().map(|(path, value)| (&**path, &**value));
    Owned::with(&secrets.collect::<Vec<_>>())
}

/// Two workspaces; `default` has more than two pages.
fn large() -> (Owned, Vec<(String, String)>) {
    let secrets = [numbered("default", 150), numbered("staging", 3)].concat();
    let owned = owned(&secrets);
    assert!(Apart::of(&owned.bytes()).sections[0].pages.len() > 2);
    (owned, secrets)
}

#[test]
fn every_bit_of_a_small_vault_counts() {
    let owned = Owned::with(&[("default/name", "value")]);
    let bytes = owned.bytes();
    assert_eq!(value(&bytes, &owned.token, "name").unwrap(), b"value");
    for bit in 0..bytes.len() * 8 {
        let answer = value(&flipped(&bytes, bit), &owned.token, "name");
        is_damage(answer, &format!("bit {bit}"));
    }
}

#[test]
fn every_length_of_a_small_vault_counts() {
    let owned = Owned::with(&[("default/name", "value")]);
    let bytes = owned.bytes();
    for length in 0..bytes.len() {
        let case = format!("length {length}");
        is_damage(value(&bytes[..length], &owned.token, "name"), &case);
        is_damage(everything(&bytes[..length], &owned.token), &case);
    }
    let text = String::from_utf8(bytes.clone()).unwrap();
    let last = text.lines().last().unwrap();
    for more in [
        "\n",
        " ",
        "\0",
        "}",
        last,
        &format!("{last}\n"),
        &text,
        &"\0".repeat(4096),
    ] {
        let longer = [text.as_bytes(), more.as_bytes()].concat();
        is_damage(value(&longer, &owned.token, "name"), more);
        refused(&longer, &owned, more);
        let before = [more.as_bytes(), text.as_bytes()].concat();
        is_damage(value(&before, &owned.token, "name"), more);
    }
}

/// A sample of bits and lengths, dense in the header and the first head.
#[test]
fn the_bits_of_a_large_vault_count() {
    let (owned, _) = large();
    let bytes = owned.bytes();
    let apart = Apart::of(&bytes);
    let head = apart.header.len() + apart.sections[0].head.len();
    let in_head = (0..head * 8).step_by(3);
    for bit in in_head.chain((head * 8..bytes.len() * 8).step_by(101)) {
        let answer = everything(&flipped(&bytes, bit), &owned.token);
        is_damage(answer, &format!("bit {bit}"));
    }
    for bit in (0..bytes.len() * 8).step_by(1_009) {
        refused(&flipped(&bytes, bit), &owned, &format!("bit {bit}"));
    }
    for length in (0..bytes.len()).step_by(97) {
        refused(&bytes[..length], &owned, &format!("length {length}"));
    }
}

#[test]
fn a_flip_in_another_record_changes_no_answer() {
    let (owned, secrets) = large();
    let bytes = owned.bytes();
    let apart = Apart::of(&bytes);
    let (path, expected) = &secrets[0];
    let keyring = owned.keyring();
    let workspace = apart.workspace(0);
    let index = {
        use crate::keyring::Keyring;
        use crate::sealed::index::RecordKind;
        keyring
            .index(workspace, RecordKind::Secret, "name-0")
            .unwrap()
    };
    let mut at = apart.header.len() + apart.sections[0].head.len();
    let (mut own, mut other) = (0, 0);
    for page in &apart.sections[0].pages {
        // The id is in the index of its page, and in its own line.
        let position = page.open(&keyring, workspace);
        let position = position.iter().position(|raw| raw.index == index);
        for (line, text) in page.lines.iter().enumerate() {
            let holds_it = position.is_some_and(|position| [0, position + 1].contains(&line));
            let stride = if holds_it { 31 } else { 331 };
            for bit in (at * 8..(at + text.len()) * 8).step_by(stride) {
                let answer = value(&flipped(&bytes, bit), &owned.token, path);
                if holds_it {
                    is_damage(answer, &format!("bit {bit}"));
                    own += 1;
                } else if let Ok(answer) = answer {
                    assert_eq!(answer, expected.as_bytes(), "bit {bit}");
                    other += 1;
                } else {
                    // A line break in another line before it.
                    assert!(position.is_some(), "bit {bit}");
                }
            }
            at += text.len();
        }
    }
    assert!(own > 100 && other > 100);
}

/// Every line moved to every place, left out, and put in a second time at every place.
#[test]
fn no_line_can_be_moved_dropped_or_doubled() {
    let owned = owned(&[numbered("default", 3), numbered("staging", 2)].concat());
    let secrets = [numbered("default", 1), numbered("staging", 1)].concat();
    let text = String::from_utf8(owned.bytes()).unwrap();
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut cases = BTreeSet::new();
    for from in 0..lines.len() {
        let mut without = lines.clone();
        let line = without.remove(from);
        cases.insert(without.concat());
        for to in 0..=without.len() {
            let mut moved = without.clone();
            moved.insert(to, line);
            cases.insert(moved.concat());
        }
        for to in 0..=lines.len() {
            let mut doubled = lines.clone();
            doubled.insert(to, line);
            cases.insert(doubled.concat());
        }
        for other in 0..lines.len() {
            let mut replaced = lines.clone();
            replaced[other] = line;
            cases.insert(replaced.concat());
            let mut swapped = lines.clone();
            swapped.swap(from, other);
            cases.insert(swapped.concat());
        }
    }
    cases.remove(&text);
    assert!(cases.len() > 500, "{}", cases.len());
    for (case, bytes) in cases.iter().enumerate() {
        let case = format!("case {case}");
        is_damage(everything(bytes.as_bytes(), &owned.token), &case);
        never_another_value(bytes.as_bytes(), &owned, &secrets, &case);
    }
}

/// With and without their lines in the directory; the last pages are those of a newer revision.
#[test]
fn no_page_can_be_moved_dropped_doubled_or_replaced() {
    let secrets = numbered("default", 150);
    let owned = owned(&secrets);
    let sample: Vec<_> = secrets.iter().step_by(29).cloned().collect();
    let old = Apart::of(&owned.bytes());
    owned.change(|change| {
        for (path, _) in &secrets {
            change.delete_secret(None, &reference(path), References::Keep, Deletion::Forever)?;
            super::put(change, path, "newer")?;
        }
        Ok(())
    });
    let new = Apart::of(&owned.bytes());
    let lines = |apart: &Apart| -> Vec<String> {
        let lines = apart.sections[0].head.split_inclusive('\n');
        lines.map(str::to_owned).collect()
    };
    let (old_lines, new_lines) = (lines(&old), lines(&new));
    let (first, seal) = (&old_lines[0], &old_lines[old_lines.len() - 1]);
    let directory = [
        &old_lines[1..old_lines.len() - 1],
        &new_lines[1..new_lines.len() - 1],
    ]
    .concat();
    let pages = [&old.sections[0].pages[..], &new.sections[0].pages].concat();

    let count = old.sections[0].pages.len();
    let right: Vec<usize> = (0..count).collect();
    let mut orders = BTreeSet::new();
    for from in 0..pages.len() {
        for to in 0..count {
            let mut order = right.clone();
            order[to] = from;
            orders.insert(order);
            let mut order = right.clone();
            order.insert(to, from);
            orders.insert(order);
            if from < count {
                let mut order = right.clone();
                order.swap(from, to);
                orders.insert(order.clone());
                order.remove(from);
                orders.insert(order);
            }
        }
    }
    let mut tried = 0;
    for order in &orders {
        let in_order = |text: &mut dyn FnMut(usize)| order.iter().for_each(|&at| text(at));
        for (with_lines, with_pages) in [(true, true), (true, false), (false, true)] {
            let mut head = first.clone();
            let mut records = String::new();
            let mut line = |at: usize| head.push_str(&directory[at]);
            if with_lines {
                in_order(&mut line);
            } else {
                (0..count).for_each(line);
            }
            let mut page = |at: usize| records.push_str(&pages[at].concat());
            if with_pages {
                in_order(&mut page);
            } else {
                (0..count).for_each(page);
            }
            let bytes = [&old.header, &head, seal, &records]
                .map(String::as_str)
                .concat();
            if bytes.as_bytes() == old.join() {
                continue;
            }
            tried += 1;
            let case = format!("{order:?}, lines {with_lines}, pages {with_pages}");
            refused(bytes.as_bytes(), &owned, &case);
            never_another_value(bytes.as_bytes(), &owned, &sample, &case);
        }
    }
    assert!(tried > 80, "{tried}");
}

/// An id is searched as text: its secret must not count as missing after a bit in it has flipped.
#[test]
fn a_secret_whose_id_is_damaged_is_not_absent() {
    let owned = Owned::with(&[("default/name", "value")]);
    let vault = open(&owned.bytes(), &owned.token, Scan::Lookup).unwrap();
    let id = vault
        .secret(None, &reference("name"))
        .unwrap()
        .id
        .to_string();
    let bytes = owned.bytes();
    assert_eq!(value(&bytes, &owned.token, &id).unwrap(), b"value");
    let at = bytes
        .windows(id.len())
        .position(|window| window == id.as_bytes())
        .unwrap();
    for offset in 0..id.len() {
        let mut flipped = bytes.clone();
        flipped[at + offset] ^= 1;
        damage(value(&flipped, &owned.token, &id), "by id");
    }
}
