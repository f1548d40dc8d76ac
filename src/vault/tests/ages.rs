//! Tests an attacker who kept older copies of the file or has other vaults: parts that do not belong together.

use super::apart::{Apart, Raw};
use super::{
    Owned, damage, everything, header, open, put, reference, value, workspace_name, write,
};
use crate::sealed::{self, Part};
use crate::vault::Scan;
use crate::vault::change::{Deletion, References, WorkspaceUpdate};
use crate::vault::description::Description;

/// A vault at several ages; the header and both sections change from one to the next.
fn history() -> (Owned, Vec<Apart>) {
    let owned = Owned::with(&[("default/name", "value 0"), ("staging/name", "value 0")]);
    let mut ages = vec![Apart::of(&owned.bytes())];
    for age in 1..4 {
        owned.change(|change| {
            for workspace in ["default", "staging"] {
                change.delete_secret(
                    None,
                    &reference(&format!("{workspace}/name")),
                    References::Keep,
                    Deletion::Forever,
                )?;
                put(
                    change,
                    &format!("{workspace}/name"),
                    &format!("value {age}"),
                )?;
                let description = Some(Description::parse(&age.to_string()).unwrap());
                let update = WorkspaceUpdate {
                    name: None,
                    description,
                };
                change.update_workspace(&workspace_name(workspace), update)?;
            }
            Ok(())
        });
        ages.push(Apart::of(&owned.bytes()));
    }
    (owned, ages)
}

#[track_caller]
fn refused(bytes: &[u8], owned: &Owned, part: &Part) {
    let expected = sealed::Error::Damaged(part.clone());
    for answer in [
        value(bytes, &owned.token, "name").map(|_| ()),
        everything(bytes, &owned.token),
        write(bytes, &owned.token, "default/new").map(|_| ()),
    ] {
        assert_eq!(damage(answer, &expected.to_string()), expected);
    }
}

#[test]
fn a_header_and_a_section_of_different_ages_do_not_mix() {
    let (owned, ages) = history();
    for (of_header, head) in ages.iter().enumerate() {
        for (of_default, default) in ages.iter().enumerate() {
            for (of_staging, staging) in ages.iter().enumerate() {
                let bytes = [
                    head.header.as_bytes(),
                    default.sections[0].join().as_bytes(),
                    staging.sections[1].join().as_bytes(),
                ]
                .concat();
                let part = if of_default != of_header {
                    Part::SectionAge(head.workspace(0))
                } else if of_staging != of_header {
                    Part::SectionAge(head.workspace(1))
                } else {
                    let expected = format!("value {of_header}");
                    assert_eq!(
                        value(&bytes, &owned.token, "name").unwrap(),
                        expected.as_bytes()
                    );
                    continue;
                };
                refused(&bytes, &owned, &part);
            }
        }
    }
}

/// The file alone does not refuse it: the state of a machine must compare the revision.
#[test]
fn an_old_section_under_its_own_header_shows_its_revision() {
    let owned = Owned::with(&[("default/name", "old")]);
    let old = owned.bytes();
    owned.change(|change| put(change, "default/other", "new"));
    assert_eq!(header(&old).content(), header(&owned.bytes()).content());
    everything(&old, &owned.token).unwrap();
    let (old, new) = (Apart::of(&old), Apart::of(&owned.bytes()));
    let (old, new) = (&old.sections[0], &new.sections[0]);
    assert!(old.id.number < new.id.number);
    assert_eq!(new.seal.ancestors, old.seal.ancestors.with(old.id));
}

/// A new header knows every section in its present state, changed with it or not.
#[test]
fn a_section_put_back_under_a_newer_header_is_of_another_age() {
    let owned = Owned::with(&[("default/name", "old")]);
    let old = Apart::of(&owned.bytes());
    owned.change(|change| put(change, "default/other", "new"));
    owned.change(|change| {
        put(
            change,
            "staging/name",
            "the header changes, default does not",
        )
    });
    let new = Apart::of(&owned.bytes());
    let bytes = new.header.clone() + &old.sections[0].join() + &new.sections[1].join();
    let part = Part::SectionAge(new.workspace(0));
    refused(bytes.as_bytes(), &owned, &part);
}

#[test]
fn a_section_of_a_deleted_workspace_cannot_come_back() {
    let owned = Owned::with(&[("default/name", "value"), ("staging/name", "value")]);
    let old = Apart::of(&owned.bytes());
    owned.change(|change| {
        let contents = crate::vault::change::Contents::Delete;
        change.delete_workspace(&workspace_name("staging"), contents)
    });
    let new = owned.bytes();
    let staging = old.sections[1].join();
    refused(&[&new[..], staging.as_bytes()].concat(), &owned, &Part::End);
    // Nor the older header, which knows it, with later sections.
    owned.change(|change| put(change, "default/new", "value"));
    let now = Apart::of(&owned.bytes());
    let bytes = old.header.clone() + &now.sections[0].join() + &staging;
    let part = Part::SectionAge(old.workspace(0));
    refused(bytes.as_bytes(), &owned, &part);
}

#[test]
fn no_part_of_another_vault_is_accepted() {
    let owned = Owned::with(&[("default/name", "value")]);
    let other = Owned::with(&[("default/name", "another value")]);
    let (ours, theirs) = (Apart::of(&owned.bytes()), Apart::of(&other.bytes()));
    let default = ours.workspace(0);
    let bytes = ours.header.clone() + &theirs.sections[0].join();
    refused(bytes.as_bytes(), &owned, &Part::Section(default));

    // Under our workspace's id, which the signature covers.
    let renamed = bytes.replace(&theirs.workspace(0).to_string(), &default.to_string());
    refused(renamed.as_bytes(), &owned, &Part::SectionSignature(default));

    let bytes =
        ours.header.clone() + &ours.sections[0].head + &theirs.sections[0].pages[0].concat();
    let answer = value(bytes.as_bytes(), &owned.token, "name");
    let page = sealed::Error::Damaged(Part::Page(default));
    assert_eq!(damage(answer, "page"), page);
    assert!(everything(bytes.as_bytes(), &owned.token).is_err());

    // Our token does not open another owner's whole vault, and their token does not open it as ours.
    let theirs = theirs.join();
    assert!(open(&theirs, &owned.token, Scan::Everything).is_err());
}

/// A signer puts ciphertexts from elsewhere into its section, but they are bound to their own places.
#[test]
fn a_moved_record_does_not_open_even_when_signed_here() {
    let owned = Owned::with(&[
        ("default/name", "value"),
        ("default/other", "other"),
        ("staging/name", "staged"),
    ]);
    let other = Owned::with(&[("default/name", "another value")]);
    let keyring = owned.keyring();
    let apart = || Apart::of(&owned.bytes());
    let raw = |section: usize, name: &str| {
        use crate::keyring::Keyring;
        let apart = apart();
        let kind = sealed::index::RecordKind::Secret;
        let index = keyring.index(apart.workspace(section), kind, name).unwrap();
        let mut records = apart.sections[section].records(&keyring).into_iter();
        records.find(|raw| raw.index == index).unwrap()
    };
    let foreign = Apart::of(&other.bytes()).sections[0].records(&other.keyring());
    let foreign = foreign.into_iter().last().unwrap();
    let (staged, own, beside) = (raw(1, "name"), raw(0, "name"), raw(0, "other"));
    let with = |change: &dyn Fn(&mut Raw)| {
        let mut raw = own.clone();
        change(&mut raw);
        raw
    };
    for (case, changed) in [
        (
            "another vault's",
            with(&|raw| {
                (raw.id, raw.entry, raw.line) =
                    (foreign.id, foreign.entry.clone(), foreign.line.clone());
            }),
        ),
        (
            "another workspace's",
            with(&|raw| {
                (raw.id, raw.entry, raw.line) =
                    (staged.id, staged.entry.clone(), staged.line.clone());
            }),
        ),
        (
            "another record's value",
            with(&|raw| raw.line.clone_from(&beside.line)),
        ),
        (
            "another record's value with its checksum",
            with(&|raw| {
                raw.line.clone_from(&beside.line);
                raw.entry = beside.entry.replace("\"other\"", "\"name\"");
            }),
        ),
        (
            "this record under another's id",
            with(&|raw| raw.id = beside.id),
        ),
    ] {
        let expected = sealed::Error::Damaged(Part::Record(changed.id.to_string()));
        let mut hostile = apart();
        hostile.sections[0].paginate(&keyring, vec![changed], 64);
        hostile.sections[0].advance();
        hostile.sections[0].sign(&keyring);
        let answer = value(&hostile.join(), &owned.token, "name");
        assert_eq!(damage(answer, case), expected, "{case}");
        assert!(everything(&hostile.join(), &owned.token).is_err(), "{case}");
    }
    // Another page's index.
    let mut hostile = apart();
    let pages = &mut hostile.sections;
    let staged = pages[1].pages[0].lines[0].clone();
    pages[0].pages[0].lines[0] = staged;
    pages[0].pages[0].rehash();
    pages[0].advance();
    pages[0].sign(&keyring);
    let expected = sealed::Error::Damaged(Part::Page(apart().workspace(0)));
    let answer = value(&hostile.join(), &owned.token, "name");
    assert_eq!(damage(answer, "index"), expected);
}
