//! Tests a hostile writer's pages and directory: a broken rule is damage, even if it is signed.

use super::apart::{Apart, PageApart};
use super::writer::scene;
use super::{damage, everything, write};
use crate::sealed::{self, Part};

/// A way for the lines of a page to break a rule.
type Edit<'a> = &'a dyn Fn(&mut Vec<String>);

#[test]
fn pages_that_break_a_rule_are_damage() {
    let scene = scene();
    let page = Part::Page(scene.staging);
    let good = scene.good(66);
    everything(&scene.holding(good[..64].to_vec()), &scene.owned.token).unwrap();

    scene.refuse(&scene.holding(good[..65].to_vec()), &page, "65 records");
    let mut unsorted = good[..5].to_vec();
    unsorted.swap(3, 4);
    scene.refuse(&scene.holding(unsorted), &page, "out of order");
    let twice = [&good[..3], &good[2..3]].concat();
    scene.refuse(&scene.holding(twice), &page, "a record twice");
    let overlap = [[&good[..2], &good[4..5]].concat(), good[3..4].to_vec()];
    scene.refuse(
        &scene.pages(&overlap, |head| head),
        &page,
        "pages that overlap",
    );
    // A directory with a later index than the page's first, which no lookup would find.
    let [first, second] = [0, 1].map(|at: usize| good[at].index.to_string());
    let named = scene.edited(good[..3].to_vec(), |head| head.replacen(&first, &second, 1));
    scene.refuse(&named, &page, "another first index");

    // The lines, each time with matching hashes.
    let lines = |change: &dyn Fn(&mut Vec<String>)| {
        let mut page = PageApart::seal(&scene.keyring, scene.staging, &good[..3]);
        change(&mut page.lines);
        page.rehash();
        scene.lines(vec![page], |head| head)
    };
    let id = good[0].id.to_string();
    let cases: [(&str, Edit<'_>); 9] = [
        ("an empty line", &|lines| lines.push("\n".into())),
        ("a line too few", &|lines| drop(lines.pop())),
        ("a line too many", &|lines| lines.push(lines[1].clone())),
        ("an unknown member", &|lines| {
            lines[1] = lines[1].replace('}', ",\"more\":1}");
        }),
        ("a member of the index", &|lines| {
            lines[0] = lines[0].replacen(",\"records\"", ",\"more\":1,\"records\"", 1);
        }),
        ("an id of another kind", &|lines| {
            lines[0] = lines[0].replace(&id, &id.replace("sec_", "app_"));
        }),
        ("an id too few", &|lines| {
            lines[0] = lines[0].replace(&format!("\"{id}\","), "");
        }),
        ("an id too many", &|lines| {
            let twice = format!("\"{id}\",\"{id}\"");
            lines[0] = lines[0].replace(&format!("\"{id}\""), &twice);
        }),
        ("an index with bits left over", &|lines| {
            lines[0] = loosened(&lines[0], 3);
        }),
    ];
    everything(&lines(&|_| ()), &scene.owned.token).unwrap();
    for (case, change) in cases {
        let bytes = lines(change);
        for token in [&scene.owned.token, &scene.reader] {
            assert!(everything(&bytes, token).is_err(), "{case}");
        }
        assert!(
            write(&bytes, &scene.owned.token, "staging/new").is_err(),
            "{case}"
        );
    }
    let record = sealed::Error::Damaged(Part::Record(id));
    let cases: [(&str, Edit<'_>); 2] = [
        ("base64 of another alphabet", &|lines| {
            lines[1] = lines[1].replace("[\"", "[\"-");
        }),
        ("a value's bits left over", &|lines| {
            lines[1] = loosened(&lines[1], 3);
        }),
    ];
    for (case, change) in cases {
        let answer = everything(&lines(change), &scene.owned.token);
        assert_eq!(damage(answer, case), record, "{case}");
    }
    // A hash that does not match the lines.
    let mut page = PageApart::seal(&scene.keyring, scene.staging, &good[..2]);
    page.lines.swap(1, 2);
    let bytes = scene.lines(vec![page], |head| head);
    let answer = everything(&bytes, &scene.owned.token);
    let expected = sealed::Error::Damaged(Part::Page(scene.staging));
    assert_eq!(damage(answer, "swapped"), expected);
}

/// The base64 text at this position of a line, with the unused bits of its last character set.
fn loosened(line: &str, position: usize) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = line.split('"').nth(position).unwrap();
    assert_ne!(text.len() % 4, 0, "there are bits left over");
    let (rest, last) = text.split_at(text.len() - 1);
    let value = alphabet
        .iter()
        .position(|&letter| letter == last.as_bytes()[0])
        .unwrap();
    let loose = char::from(alphabet[value | 1]);
    line.replace(text, &format!("{rest}{loose}"))
}

#[test]
fn a_directory_that_breaks_a_rule_is_damage() {
    let scene = scene();
    let section = Part::Section(scene.staging);
    let good = scene.good(4);
    let pages = [good[..2].to_vec(), good[2..].to_vec()];
    let first = good[0].index.to_string();
    everything(&scene.pages(&pages, |head| head), &scene.owned.token).unwrap();
    let swapped = |head: String| {
        let lines: Vec<_> = head.split_inclusive('\n').collect();
        [lines[0], lines[2], lines[1], lines[3]].concat()
    };
    let cases: [(&str, &dyn Fn(String) -> String); 14] = [
        ("out of order", &swapped),
        ("an index with bits left over", &|head| loosened(&head, 7)),
        ("a hash with bits left over", &|head| loosened(&head, 11)),
        ("a quotation mark in an index", &|head| {
            head.replacen(&first, &"\"".repeat(43), 1)
        }),
        ("a line break in an index", &|head| {
            head.replacen(&first, &"\n".repeat(43), 1)
        }),
        ("more bytes than there are", &|head| {
            raised(&head, "\"ancestors\"", "\"bytes\":")
        }),
        ("a page longer than its seal says", &|head| {
            raised(&head, "\"sha256\"", "\"bytes\":[")
        }),
        ("an unknown member", &|head| {
            head.replacen(",\"ancestors\"", ",\"more\":1,\"ancestors\"", 1)
        }),
        ("a revision of 2^53", &|head| {
            numbered(&head, "{\"seal\":", "9007199254740992")
        }),
        ("a revision with a zero before it", &|head| {
            head.replacen("{\"seal\":", "{\"seal\":0", 1)
        }),
        ("a revision without an ancestor", &|head| {
            let (before, rest) = head.split_once("\"ancestors\":[[").unwrap();
            let (_, rest) = rest.split_once("]]").unwrap();
            format!("{before}\"ancestors\":[]{rest}")
        }),
        ("a space", &|head| {
            head.replacen(",\"bytes\":", ", \"bytes\":", 1)
        }),
        ("the seal of another workspace", &|head| {
            let seal = head.rfind(&scene.staging.to_string()).unwrap();
            let other = Apart::of(&scene.owned.bytes()).workspace(0).to_string();
            head[..seal].to_owned() + &other + &head[seal + other.len()..]
        }),
        ("no first line", &|head| {
            head.split_once('\n').unwrap().1.to_owned()
        }),
    ];
    for (case, edit) in cases {
        scene.refuse(&scene.pages(&pages, edit), &section, case);
    }
}

/// The number after `member`, raised by one in its last digit.
fn raised(head: &str, after: &str, member: &str) -> String {
    let at = head.find(after).unwrap();
    let number = at + head[at..].find(member).unwrap() + member.len();
    let end = number
        + head[number..]
            .find(|letter: char| !letter.is_ascii_digit())
            .unwrap_or(head.len() - number);
    let raised = head[number..end].parse::<u64>().unwrap() + 1;
    format!("{}{raised}{}", &head[..number], &head[end..])
}

fn numbered(head: &str, member: &str, number: &str) -> String {
    let (before, rest) = head.split_once(member).unwrap();
    let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
    format!("{before}{member}{number}{rest}")
}
