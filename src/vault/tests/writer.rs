//! Tests a hostile key that may write one workspace: it has the read key and the signing seed, and signs bytes
//! that Kluis would never write. They must not harm readers of that workspace.

use super::apart::{Apart, Hostile, index};
use super::{Owned, damage, everything, open, reference, value, write};
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::keyring::token::Token;
use crate::sealed::history::{Ancestors, RevisionId};
use crate::sealed::id::WorkspaceId;
use crate::sealed::line::MAX_NUMBER;
use crate::sealed::{self, Part};
use crate::vault::Scan;
use crate::vault::change::References;

pub struct Scene {
    pub owned: Owned,
    /// The hostile writer's, for `staging`.
    pub keyring: LocalKeyring,
    reader: Token,
    pub staging: WorkspaceId,
}

pub fn scene() -> Scene {
    let owned = Owned::with(&[
        ("default/name", "default value"),
        ("staging/name", "value"),
        ("staging/other", "other"),
    ]);
    let (writer, reader) = (owned.issue("staging", true), owned.issue("staging", false));
    let staging = Apart::of(&owned.bytes()).workspace(1);
    let keyring = super::keyring(&owned.bytes(), &writer).unwrap();
    Scene {
        owned,
        keyring,
        reader,
        staging,
    }
}

impl Scene {
    /// The vault with these records in `staging`, signed by the writer.
    pub fn holding(&self, lines: Vec<String>) -> Vec<u8> {
        self.edited(lines, |head| head)
    }

    fn edited(&self, lines: Vec<String>, edit: impl FnOnce(String) -> String) -> Vec<u8> {
        self.pages(vec![lines], edit)
    }

    fn pages(&self, pages: Vec<Vec<String>>, edit: impl FnOnce(String) -> String) -> Vec<u8> {
        let mut apart = Apart::of(&self.owned.bytes());
        apart.sections[1].pages = pages;
        apart.sections[1].advance();
        apart.sections[1].edit(&self.keyring, edit);
        apart.join()
    }

    /// Records that keep every rule, sorted.
    fn good(&self, count: usize) -> Vec<String> {
        let line = |n| {
            Hostile::new(&format!("name-{n}"), &[b"value"]).line(
                &self.keyring,
                self.staging,
                |meta| meta,
            )
        };
        let mut lines: Vec<_> = (0..count).map(line).collect();
        lines.sort_by_key(|line| index(line));
        lines
    }

    /// Listing, verifying and writing name this part as damaged, for both who can read it; what lies
    /// in the other workspace is still looked up.
    #[track_caller]
    pub fn refuse(&self, bytes: &[u8], part: &Part, case: &str) {
        let expected = sealed::Error::Damaged(part.clone());
        for token in [&self.owned.token, &self.reader] {
            assert_eq!(damage(everything(bytes, token), case), expected, "{case}");
        }
        if !matches!(part, Part::Section(_) | Part::SectionAge(_)) {
            let other = value(bytes, &self.owned.token, "default/name");
            assert_eq!(other.unwrap(), b"default value", "{case}");
        }
    }

    /// The record of `name` is damaged, by whichever way it is come to.
    #[track_caller]
    fn refuse_record(
        &self,
        hostile: &Hostile<'_>,
        edit: impl FnOnce(String) -> String,
        case: &str,
    ) {
        let bytes = self.holding(vec![hostile.line(&self.keyring, self.staging, edit)]);
        let part = Part::Record(hostile.id.to_string());
        self.refuse(&bytes, &part, case);
        let expected = sealed::Error::Damaged(part);
        for path in ["staging/name", &hostile.id.to_string()] {
            let found = value(&bytes, &self.owned.token, path);
            assert_eq!(damage(found, case), expected, "{case}");
        }
    }
}

#[test]
fn a_writers_valid_section_opens() {
    let scene = scene();
    let hostile = Hostile::new("name", &[b"first", b"second"]);
    let line = hostile.line(&scene.keyring, scene.staging, |meta| meta);
    let bytes = scene.holding(vec![line]);
    for token in [&scene.owned.token, &scene.reader] {
        everything(&bytes, token).unwrap();
        assert_eq!(value(&bytes, token, "staging/name").unwrap(), b"second");
        assert_eq!(
            value(&bytes, token, "kluis://staging/name?slot=0").unwrap(),
            b"first"
        );
    }
    write(&bytes, &scene.owned.token, "staging/new").unwrap();
}

/// How a secret comes to break a rule.
type Break<'a> = &'a dyn Fn(&mut Hostile<'_>);

#[test]
fn metadata_that_breaks_a_rule_is_damage() {
    let scene = scene();
    let with = |change: Break<'_>| {
        let mut hostile = Hostile::new("name", &[b"first", b"second"]);
        change(&mut hostile);
        hostile
    };
    let cases: [(&str, Break<'_>); 17] = [
        ("a key with =", &|hostile| {
            hostile.meta.env_key = "A=B".into();
        }),
        ("an empty key", &|hostile| hostile.meta.env_key = "".into()),
        ("another name", &|hostile| {
            hostile.meta.name = "other".into();
        }),
        ("a path", &|hostile| hostile.meta.name = "../name".into()),
        ("an escape code", &|hostile| {
            hostile.meta.name = "\u{1b}[2Jname".into();
        }),
        ("a description that escapes", &|hostile| {
            hostile.meta.description = "\u{1b}]0;".into();
        }),
        ("a long description", &|hostile| {
            hostile.meta.description = "x".repeat(1_025).into();
        }),
        ("any domain", &|hostile| {
            hostile.meta.allowed_domains = vec!["*".into()];
        }),
        ("no slot", &|hostile| {
            hostile.meta.slots.clear();
            hostile.values.clear();
        }),
        ("slots that descend", &|hostile| {
            hostile.meta.slots.reverse();
            hostile.values.reverse();
        }),
        ("a slot twice", &|hostile| hostile.meta.slots[1].slot = 0),
        ("a value too many", &|hostile| {
            drop(hostile.meta.slots.pop());
        }),
        ("a value too few", &|hostile| drop(hostile.values.pop())),
        ("another value's checksum", &|hostile| {
            hostile.values[1] = b"third".to_vec();
        }),
        ("an empty value", &|hostile| {
            *hostile = Hostile::new("name", &[b"first", b""]);
        }),
        ("a value too long", &|hostile| {
            *hostile = Hostile::new("name", &[&vec![b'x'; 65_537]]);
        }),
        ("a time before 1970", &|hostile| {
            hostile.meta.created_at = -1;
        }),
    ];
    for (case, change) in cases {
        scene.refuse_record(&with(change), |meta| meta, case);
    }
    // A name that breaks the rule, under its own index, is never listed and cannot be asked for.
    for name in [
        "../x",
        "\u{1b}[2J",
        "-x",
        ".",
        "",
        "a b",
        "sec_7ZZZZZZZZZZZZZZZZZZZZZZZZZ",
    ] {
        let hostile = Hostile::new(name, &[b"value"]);
        let line = hostile.line(&scene.keyring, scene.staging, |meta| meta);
        let part = Part::Record(hostile.id.to_string());
        scene.refuse(&scene.holding(vec![line]), &part, name);
    }
}

#[test]
fn metadata_has_one_spelling() {
    let scene = scene();
    let hostile = Hostile::new("name", &[b"value"]);
    let cases: [(&str, &dyn Fn(String) -> String); 8] = [
        ("a space", &|meta| meta.replacen(':', ": ", 1)),
        ("an escape", &|meta| {
            meta.replace("\"name\":\"name\"", "\"name\":\"n\\u0061me\"")
        }),
        ("an unknown member", &|meta| {
            meta.replacen('{', "{\"more\":1,", 1)
        }),
        ("a member twice", &|meta| {
            meta.replacen('{', "{\"name\":\"name\",", 1)
        }),
        ("null for absent", &|meta| {
            meta.replace("\"slots\"", "\"expires_at\":null,\"slots\"")
        }),
        ("false for absent", &|meta| {
            meta.replace("\"written_at\":1", "\"written_at\":1,\"pending\":false")
        }),
        ("a fraction", &|meta| {
            meta.replace("\"created_at\":1", "\"created_at\":1.0")
        }),
        ("nothing", &|_| String::new()),
    ];
    for (case, edit) in cases {
        let id = hostile.id;
        let again = Hostile {
            id,
            ..Hostile::new("name", &[b"value"])
        };
        scene.refuse_record(&again, edit, case);
    }
}

/// It opens: the rule of an environment key allows it. What must not happen is that it gets there.
#[test]
fn a_secret_that_wants_to_be_ld_preload_opens() {
    let scene = scene();
    let mut hostile = Hostile::new("name", &[b"/tmp/evil.so"]);
    hostile.meta.env_key = "LD_PRELOAD".into();
    let bytes = scene.holding(vec![
        hostile.line(&scene.keyring, scene.staging, |meta| meta),
    ]);
    everything(&bytes, &scene.owned.token).unwrap();
    let vault = open(&bytes, &scene.owned.token, Scan::Lookup).unwrap();
    let secret = vault.secret(None, &reference("staging/name")).unwrap();
    assert_eq!(secret.env_key.as_str(), "LD_PRELOAD");
}

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
    let overlap = vec![[&good[..2], &good[4..5]].concat(), good[3..4].to_vec()];
    scene.refuse(
        &scene.pages(overlap, |head| head),
        &page,
        "pages that overlap",
    );
    // A directory that says a later index than the page's first, which no lookup would find.
    let (first, second) = (index(&good[0]), index(&good[1]));
    let named = scene.edited(good[..3].to_vec(), |head| head.replacen(&first, &second, 1));
    scene.refuse(&named, &page, "another first index");
    let blank = vec![good[0].clone(), "\n".into()];
    scene.refuse(&scene.holding(blank), &page, "an empty line");
    let binary = vec![good[0].replace("\"meta\":\"", "\"meta\":\"\0")];
    let record = Part::Record(good[0][11..41].to_owned());
    scene.refuse(
        &scene.holding(binary),
        &record,
        "base64 of another alphabet",
    );
    let more = vec![good[0].replace(",\"meta\"", ",\"more\":1,\"meta\"")];
    scene.refuse(&scene.holding(more), &page, "an unknown member");
    let long = vec![good[0].replacen("\"index\":\"", "\"index\":\"A", 1)];
    scene.refuse(&scene.holding(long), &page, "an index of another length");
    for (case, line) in [
        ("bits left over", loosened(&good[0], 11)),
        ("a value's bits left over", loosened(&good[0], 15)),
    ] {
        scene.refuse(&scene.holding(vec![line]), &record, case);
    }
}

/// The base64 text at this position of a line, with bits that say nothing set in its last character.
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
    let pages = || vec![good[..2].to_vec(), good[2..].to_vec()];
    let first = index(&good[0]);
    everything(&scene.pages(pages(), |head| head), &scene.owned.token).unwrap();
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
            raised(&head, "\"ancestors\"")
        }),
        ("a page longer than its seal says", &|head| {
            raised(&head, "\"sha256\"")
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
        scene.refuse(&scene.pages(pages(), edit), &section, case);
    }
}

/// The number behind `member`, plus one in its last digit's place.
fn raised(head: &str, after: &str) -> String {
    let at = head.find(after).unwrap();
    let number = at + head[at..].find("\"bytes\":").unwrap() + 8;
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

#[test]
fn the_last_revision_opens_and_takes_no_other_after_it() {
    let scene = scene();
    let mut apart = Apart::of(&scene.owned.bytes());
    apart.sections[1].seal.ancestors = Ancestors::before(MAX_NUMBER);
    apart.sections[1].sign(&scene.keyring);
    let bytes = apart.join();
    for token in [&scene.owned.token, &scene.reader] {
        everything(&bytes, token).unwrap();
        assert_eq!(value(&bytes, token, "staging/name").unwrap(), b"value");
    }
    let error = damage(write(&bytes, &scene.owned.token, "staging/new"), "the last");
    assert!(matches!(error, sealed::Error::Full { .. }), "{error}");
    // The other workspaces go on, and so does the header.
    write(&bytes, &scene.owned.token, "default/new").unwrap();
    let bytes = write(&bytes, &scene.owned.token, "third/new").unwrap();
    everything(&bytes, &scene.owned.token).unwrap();
}

/// Old records signed anew are a new revision, which a writer may make; older ages stay refused.
#[test]
fn an_older_section_signed_again_is_a_new_revision_or_nothing() {
    let scene = scene();
    let old = Apart::of(&scene.owned.bytes());
    scene.owned.change(|change| {
        change.delete_secret(None, &reference("staging/name"), References::Keep)?;
        super::put(change, "staging/name", "newer")?;
        super::put(change, "third/name", "so that the header is newer too")
    });
    let new = scene.owned.bytes();
    assert_eq!(value(&new, &scene.reader, "name").unwrap(), b"newer");
    let age = Part::SectionAge(scene.staging);
    let now = Apart::of(&new);
    let signed = |ancestors: &Ancestors, header: RevisionId| {
        let mut apart = Apart::of(&new);
        apart.sections[1].pages.clone_from(&old.sections[1].pages);
        apart.sections[1].seal.ancestors = ancestors.clone();
        apart.sections[1].seal.header = header;
        apart.sections[1].sign(&scene.keyring);
        apart.join()
    };
    let (seal, id) = (&now.sections[1].seal, now.sections[1].id);
    let next = seal.ancestors.with(id);
    let fork = seal.ancestors.with(RevisionId {
        digest: [1; 20],
        ..id
    });
    let to_come = RevisionId {
        number: seal.header.number + 1,
        ..seal.header
    };
    let another = RevisionId {
        digest: [1; 20],
        ..seal.header
    };
    let older = &old.sections[1].seal.ancestors;
    for (ancestors, header, case) in [
        (older, seal.header, "an older revision"),
        (&seal.ancestors, seal.header, "another one in its place"),
        (&fork, seal.header, "made from another one"),
        (&next, to_come, "a header to come"),
        (&next, another, "a header that never was"),
    ] {
        scene.refuse(&signed(ancestors, header), &age, case);
    }
    let bytes = signed(&next, seal.header);
    assert_eq!(value(&bytes, &scene.reader, "name").unwrap(), b"value");
}

/// A writer has no seed but its own workspace's.
#[test]
fn a_writer_signs_no_other_section() {
    let scene = scene();
    let default = Apart::of(&scene.owned.bytes()).workspace(0);
    assert!(scene.keyring.sign_section(default, &[0; 32]).is_err());
    let mut apart = Apart::of(&scene.owned.bytes());
    apart.sections[0].pages.clear();
    apart.sections[0].edit_as(
        |head| head,
        |digest| scene.keyring.sign_section(scene.staging, digest).unwrap(),
    );
    let signature = sealed::Error::Damaged(Part::SectionSignature(default));
    for token in [&scene.owned.token, &scene.reader] {
        assert_eq!(
            damage(everything(&apart.join(), token), "default"),
            signature
        );
    }
}
