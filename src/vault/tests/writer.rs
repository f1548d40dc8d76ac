//! Tests a hostile key that may write one workspace: it has the read key and the signing seed, and signs bytes
//! that Kluis would never write. They must not harm readers of that workspace.

use super::apart::{Apart, Hostile, PageApart, Raw};
use super::{Owned, damage, everything, open, reference, value, write};
use crate::keyring::Keyring;
use crate::keyring::local::LocalKeyring;
use crate::keyring::token::Token;
use crate::sealed::entry;
use crate::sealed::history::{Ancestors, RevisionId};
use crate::sealed::id::{AppId, SecretId, WorkspaceId};
use crate::sealed::line::MAX_NUMBER;
use crate::sealed::{self, Part};
use crate::vault::Scan;
use crate::vault::change::{Deletion, References};

pub struct Scene {
    pub owned: Owned,
    /// The hostile writer's keyring for `staging`.
    pub keyring: LocalKeyring,
    pub reader: Token,
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
    pub fn holding(&self, records: Vec<Raw>) -> Vec<u8> {
        self.edited(records, |head| head)
    }

    pub fn edited(&self, records: Vec<Raw>, edit: impl FnOnce(String) -> String) -> Vec<u8> {
        self.pages(&[records], edit)
    }

    pub fn pages(&self, pages: &[Vec<Raw>], edit: impl FnOnce(String) -> String) -> Vec<u8> {
        let pages = pages.iter();
        let pages = pages.map(|raw| PageApart::seal(&self.keyring, self.staging, raw));
        self.lines(pages.collect(), edit)
    }

    pub fn lines(&self, pages: Vec<PageApart>, edit: impl FnOnce(String) -> String) -> Vec<u8> {
        let mut apart = Apart::of(&self.owned.bytes());
        apart.sections[1].pages = pages;
        apart.sections[1].advance();
        apart.sections[1].edit(&self.keyring, edit);
        apart.join()
    }

    /// Records that keep every rule, sorted.
    pub fn good(&self, count: usize) -> Vec<Raw> {
        let raw = |n| {
            let hostile = Hostile::new(&format!("name-{n}"), &[b"value"]);
            hostile.raw(&self.keyring, self.staging, |entry| entry)
        };
        let mut records: Vec<_> = (0..count).map(raw).collect();
        records.sort_by_key(|raw| raw.index);
        records
    }

    /// Checks that listing, verifying and writing report this part as damaged, for both who can read it, and that
    /// lookups in the other workspace still work.
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

    /// Checks that the record of `name` is damaged on every way to it.
    #[track_caller]
    fn refuse_record(&self, hostile: &Hostile<'_>, case: &str) {
        let raw = hostile.raw(&self.keyring, self.staging, |entry| entry);
        let part = Part::Record(hostile.id.to_string());
        self.refuse_by_any_way(&self.holding(vec![raw]), &hostile.id, &part, case);
    }

    #[track_caller]
    fn refuse_by_any_way(&self, bytes: &[u8], id: &SecretId, part: &Part, case: &str) {
        self.refuse(bytes, part, case);
        let expected = sealed::Error::Damaged(part.clone());
        for path in ["staging/name", &id.to_string()] {
            let found = value(bytes, &self.owned.token, path);
            assert_eq!(damage(found, case), expected, "{case}");
        }
    }
}

#[test]
fn a_writers_valid_section_opens() {
    let scene = scene();
    let hostile = Hostile::new("name", &[b"first", b"second"]);
    let raw = hostile.raw(&scene.keyring, scene.staging, |entry| entry);
    let bytes = scene.holding(vec![raw]);
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

/// A way for a secret to break a rule.
type Break<'a> = &'a dyn Fn(&mut Hostile<'_>);

#[test]
fn an_entry_that_breaks_a_rule_is_damage() {
    let scene = scene();
    let with = |change: Break<'_>| {
        let mut hostile = Hostile::new("name", &[b"first", b"second"]);
        change(&mut hostile);
        hostile
    };
    let cases: [(&str, Break<'_>); 17] = [
        ("a key with =", &|hostile| {
            hostile.entry.env_key = Some("A=B".into());
        }),
        ("the key of the name", &|hostile| {
            hostile.entry.env_key = Some("NAME".into());
        }),
        ("a description that escapes", &|hostile| {
            hostile.entry.description = "\u{1b}]0;".into();
        }),
        ("a long description", &|hostile| {
            hostile.entry.description = "x".repeat(1_025).into();
        }),
        ("any domain", &|hostile| {
            hostile.entry.allowed_domains = vec!["*".into()];
        }),
        ("slots that descend", &|hostile| {
            hostile.entry.slots.reverse();
            hostile.values.reverse();
        }),
        ("a slot twice", &|hostile| hostile.entry.slots[1].slot = 0),
        ("two pending slots", &|hostile| {
            for slot in &mut hostile.entry.slots {
                slot.pending = true;
            }
        }),
        ("a value too many", &|hostile| {
            hostile.entry.slots.truncate(1);
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
        ("a time after 9999", &|hostile| {
            hostile.entry.created_at = 253_402_300_800_000;
        }),
        ("a slot written after 9999", &|hostile| {
            hostile.entry.slots[1].written_at = 253_402_300_800_000;
        }),
        ("no time between rotations", &|hostile| {
            hostile.entry.rotate_every = Some(0);
        }),
        ("an app's link twice", &|hostile| {
            let link = entry::AppLink {
                app: AppId::from_bits(1),
                workspace: WorkspaceId::from_bits(1),
                env_key: "A".into(),
            };
            hostile.entry.apps = vec![link.clone(), link];
        }),
    ];
    for (case, change) in cases {
        scene.refuse_record(&with(change), case);
    }
    // A name that breaks the rule, under its own index, is never listed and cannot be requested.
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
        let raw = hostile.raw(&scene.keyring, scene.staging, |entry| entry);
        let part = Part::Record(hostile.id.to_string());
        scene.refuse(&scene.holding(vec![raw]), &part, name);
    }
    // A name that does not match the index.
    let mut hostile = Hostile::new("name", &[b"value"]);
    hostile.entry.name = "other".into();
    let raw = hostile.raw(&scene.keyring, scene.staging, |entry| entry);
    let bytes = scene.holding(vec![raw]);
    let page = Part::Page(scene.staging);
    scene.refuse(&bytes, &page, "another name");
    let found = value(&bytes, &scene.owned.token, "staging/name");
    assert_eq!(damage(found, "name"), sealed::Error::Damaged(page));
}

#[test]
fn an_index_has_one_spelling() {
    let scene = scene();
    let page = Part::Page(scene.staging);
    let cases: [(&str, &dyn Fn(String) -> String); 10] = [
        ("a space", &|entry| entry.replacen(':', ": ", 1)),
        ("an escape", &|entry| {
            entry.replace("\"name\":\"name\"", "\"name\":\"n\\u0061me\"")
        }),
        ("an unknown member", &|entry| {
            entry.replacen('{', "{\"more\":1,", 1)
        }),
        ("a member twice", &|entry| {
            entry.replacen('{', "{\"name\":\"name\",", 1)
        }),
        ("an empty description", &|entry| {
            entry.replace(",\"env_key\"", ",\"description\":\"\",\"env_key\"")
        }),
        ("no slot", &|entry| {
            let (before, rest) = entry.split_once('[').unwrap();
            let (_, after) = rest.split_once(']').unwrap();
            format!("{before}[]{after}")
        }),
        ("a date that is not left out", &|entry| {
            entry.replace("\"updated_at\":2", "\"updated_at\":1")
        }),
        ("false for absent", &|entry| {
            entry.replace("}],", ",\"pending\":false}],")
        }),
        ("a time before 1970", &|entry| {
            entry.replace("\"created_at\":1", "\"created_at\":-1")
        }),
        ("nothing", &|_| String::new()),
    ];
    for (case, edit) in cases {
        let hostile = Hostile::new("name", &[b"value"]);
        let raw = hostile.raw(&scene.keyring, scene.staging, edit);
        let bytes = scene.holding(vec![raw]);
        scene.refuse(&bytes, &page, case);
        for path in ["staging/name", &hostile.id.to_string()] {
            assert!(value(&bytes, &scene.owned.token, path).is_err(), "{case}");
        }
    }
    let mut twice = scene.good(2);
    twice[1].entry.push_str(",{}");
    scene.refuse(&scene.holding(twice), &page, "an entry too many");
}

/// It opens: the rule of an environment key allows it. `run` must refuse to set it.
#[test]
fn a_secret_that_wants_to_be_ld_preload_opens() {
    let scene = scene();
    let mut hostile = Hostile::new("name", &[b"/tmp/evil.so"]);
    hostile.entry.env_key = Some("LD_PRELOAD".into());
    let raw = hostile.raw(&scene.keyring, scene.staging, |entry| entry);
    let bytes = scene.holding(vec![raw]);
    everything(&bytes, &scene.owned.token).unwrap();
    let vault = open(&bytes, &scene.owned.token, Scan::Lookup).unwrap();
    let secret = vault.secret(None, &reference("staging/name")).unwrap();
    assert_eq!(secret.env_key.as_str(), "LD_PRELOAD");
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
    // The other workspaces continue to work, and so does the header.
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
        change.delete_secret(
            None,
            &reference("staging/name"),
            References::Keep,
            Deletion::Forever,
        )?;
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

/// A writer has only its own workspace's seed.
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
