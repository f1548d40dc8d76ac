//! Tests what is remembered, and what is refused because of it.

use super::*;
use crate::sealed::history::{Ancestors, RevisionId};
use crate::sealed::id::WorkspaceId;

fn id(number: u128) -> WorkspaceId {
    WorkspaceId::from_bits(number)
}

const SIGNER: VerifyKey = [1; 32];

/// A header and two sections at these revisions, each made from the one before.
fn vault(header: u64, first: u64, second: u64) -> Vec<PartHistory> {
    let at = |workspace, number| {
        let ancestors = Ancestors::before(number);
        let next = ancestors.with(RevisionId::new(number, &[7; 32]));
        let id = next.iter().last().unwrap();
        PartHistory {
            workspace,
            id,
            ancestors,
        }
    };
    vec![
        at(None, header),
        at(Some(id(1)), first),
        at(Some(id(2)), second),
    ]
}

#[test]
fn each_part_is_watched_by_itself() {
    let mut memory = RollbackState::default();
    assert!(memory.note(&SIGNER, &vault(3, 5, 7), Accept::Newer));
    assert!(!memory.note(&SIGNER, &vault(3, 5, 7), Accept::Newer));
    assert_eq!(memory.judge(&vault(3, 6, 7)), None);
    let older = |workspace, found, seen| {
        let relation = Relation::Older;
        Some(Judgement {
            workspace,
            relation,
            found,
            seen,
        })
    };
    assert_eq!(memory.judge(&vault(2, 5, 7)), older(None, 2, 3));
    assert_eq!(memory.judge(&vault(3, 4, 8)), older(Some(id(1)), 4, 5));
    assert_eq!(memory.judge(&vault(4, 5, 6)), older(Some(id(2)), 6, 7));
}

fn at(memory: &RollbackState, place: &str) -> RollbackState {
    memory.clone().at(place.to_owned())
}

#[test]
fn looking_at_a_longer_copy_makes_the_vault_no_older() {
    let mut memory = RollbackState::default().at("/vault".to_owned());
    memory.note(&SIGNER, &vault(3, 5, 7), Accept::Newer);
    let mut copy = at(&memory, "/copy");
    assert_eq!(copy.judge(&vault(3, 9, 7)), None);
    assert!(copy.note(&SIGNER, &vault(3, 9, 7), Accept::Newer));
    let mut memory = at(&copy, "/vault");
    assert_eq!(memory.judge(&vault(3, 5, 7)), None);
    assert!(memory.note(&SIGNER, &vault(3, 6, 7), Accept::Newer));
    // Each is still watched at its own place.
    assert!(memory.judge(&vault(3, 5, 7)).is_some());
    assert!(at(&memory, "/copy").judge(&vault(3, 8, 7)).is_some());
}

#[test]
fn at_a_new_place_everything_that_was_seen_counts() {
    let mut memory = RollbackState::default().at("/vault".to_owned());
    memory.note(&SIGNER, &vault(3, 5, 7), Accept::Newer);
    memory.note_work_tree(true);
    let mut new = at(&memory, "/new");
    assert!(!new.was_in_work_tree(), "leniency is for the known place");
    let mut fork = vault(3, 5, 7);
    fork[1].id.digest = [99; 20];
    for refused in [vault(3, 4, 7), vault(2, 5, 7), fork] {
        assert!(new.judge(&refused).is_some());
        assert!(
            !new.note(&SIGNER, &refused, Accept::Newer),
            "it is not learned"
        );
        assert!(new.judge(&vault(3, 4, 9)).is_some());
    }
    // A place with only an expectation is as new as before.
    for expect in [
        |memory: &mut RollbackState| memory.expect_signer(&[2; 32], &vault(3, 4, 7)),
        |memory: &mut RollbackState| memory.expect_copy(None, &vault(1, 1, 1)),
    ] {
        let mut new = at(&memory, "/new");
        assert!(expect(&mut new));
        assert!(new.judge(&vault(3, 4, 7)).is_some());
        assert!(!new.knows_place());
    }
    // Older than any of several.
    let mut third = at(&memory, "/third");
    assert!(third.note(&SIGNER, &vault(3, 8, 7), Accept::Newer));
    assert!(at(&third, "/new").judge(&vault(3, 7, 7)).is_some());
    // An acceptance counts for that place alone.
    assert!(new.note(&SIGNER, &vault(3, 4, 7), Accept::Anything));
    assert_eq!(new.judge(&vault(3, 4, 7)), None);
    assert!(at(&new, "/vault").judge(&vault(3, 4, 7)).is_some());
    assert!(at(&new, "/other").judge(&vault(3, 4, 7)).is_some());
}

#[test]
fn places_that_are_gone_are_forgotten_first() {
    let mut memory = RollbackState::default();
    for place in ["/1", "/2", "/3", "/4", "/5"] {
        memory = memory.at(place.to_owned());
        memory.note(&SIGNER, &vault(1, 1, 1), Accept::Newer);
    }
    memory = memory.at("/1".to_owned());
    let left = |most, gone: &'static str| {
        let mut memory = memory.clone();
        memory.forget_places(most, |path| path != gone);
        let paths = memory.places.iter().map(|place| place.path.clone());
        paths.collect::<String>()
    };
    assert_eq!(left(5, "/3"), "/1/2/3/4/5");
    assert_eq!(left(4, "/3"), "/1/2/4/5");
    assert_eq!(left(3, "/3"), "/1/4/5");
    assert_eq!(left(1, "/1"), "/1");
}

#[test]
fn a_workspace_that_a_newer_header_does_not_have_is_forgotten() {
    let mut memory = RollbackState::default();
    memory.note(&SIGNER, &vault(3, 5, 7), Accept::Newer);
    // An older header without it proves nothing.
    assert!(!memory.note(&SIGNER, &vault(2, 5, 7)[..2], Accept::Newer));
    assert!(memory.here().unwrap().seen(Some(id(2))).is_some());
    assert!(memory.note(&SIGNER, &vault(4, 5, 7)[..2], Accept::Newer));
    assert!(memory.here().unwrap().seen(Some(id(2))).is_none());
}

#[test]
fn a_pin_is_for_one_key_and_keeps_its_date() {
    let pin = |vault_key: &str, confirmed_at: &str| Pin {
        vault_key: vault_key.into(),
        confirmed_at: confirmed_at.into(),
    };
    let mut memory = RollbackState::default();
    assert!(memory.set_pin(pin("klv_1", "first")));
    assert!(!memory.set_pin(pin("klv_1", "later")));
    assert_eq!(memory.pin(), Some(&pin("klv_1", "first")));
    assert!(memory.set_pin(pin("klv_2", "later")));
    assert_eq!(memory.pin(), Some(&pin("klv_2", "later")));
}

#[test]
fn an_accepted_older_copy_becomes_the_expected_state() {
    let mut memory = RollbackState::default();
    memory.note(&SIGNER, &vault(3, 5, 7), Accept::Newer);
    assert!(memory.note(&SIGNER, &vault(2, 5, 6), Accept::Anything));
    assert_eq!(memory.judge(&vault(2, 5, 6)), None);
    assert_eq!(memory.judge(&vault(2, 5, 7)), None);
    assert!(memory.judge(&vault(1, 5, 6)).is_some());
}

#[test]
fn another_key_signs_only_when_that_was_expected_or_is_accepted() {
    let (other, next) = ([2; 32], [3; 32]);
    let mut memory = RollbackState::default();
    let first = vault(3, 5, 7);
    memory.note(&SIGNER, &first, Accept::Newer);
    assert!(memory.is_signed_otherwise(&other, &first));
    assert!(!memory.note(&other, &vault(9, 9, 9), Accept::Newer));
    assert!(memory.expect_change((&SIGNER, &first), &next));
    assert!(!memory.expect_change((&SIGNER, &first), &next));
    // In the end it was not put in place.
    assert!(memory.note(&SIGNER, &vault(4, 5, 7), Accept::Newer));
    assert!(memory.is_signed_otherwise(&other, &first));
    assert!(memory.note(&next, &vault(5, 5, 7), Accept::Newer));
    assert!(memory.is_signed_otherwise(&SIGNER, &first));
    assert!(memory.note(&other, &vault(4, 5, 7), Accept::Anything));
    assert!(memory.is_signed_otherwise(&next, &vault(5, 5, 7)));
}

#[test]
fn an_expected_change_is_forgotten_when_another_came() {
    let next = [3; 32];
    let mut memory = RollbackState::default();
    let first = vault(3, 5, 7);
    memory.note(&SIGNER, &first, Accept::Newer);
    let known = memory.clone();
    assert!(memory.expect_change((&SIGNER, &first), &next));
    assert!(memory.expect_change((&SIGNER, &first), &SIGNER));
    assert_eq!(memory, known);
    assert!(memory.expect_copy(Some((&SIGNER, &first)), &vault(2, 4, 6)));
    assert!(memory.expect_change((&SIGNER, &first), &SIGNER));
    assert_eq!(memory, known);
    assert!(!memory.expect_change((&SIGNER, &first), &SIGNER));
}

/// A way to end an expectation, given the present state.
type Settle = fn(&mut RollbackState, &VerifyKey, &[PartHistory]) -> bool;

#[test]
fn a_fork_replaced_by_a_copy_is_never_learned() {
    let mut memory = RollbackState::default();
    let seen = vault(3, 5, 7);
    memory.note(&SIGNER, &seen, Accept::Newer);
    let mut fork = vault(3, 5, 8);
    fork[2].ancestors = Ancestors::before(7).with(RevisionId::new(7, &[99; 32]));
    assert!(memory.judge(&fork).is_some());
    memory.expect_copy(Some((&SIGNER, &fork)), &vault(2, 4, 6));
    assert!(memory.judge(&fork).is_some());
    assert_eq!(memory.judge(&vault(3, 5, 8)), None);
}

#[test]
fn only_a_restored_copy_and_the_vault_before_it_are_expected() {
    let owner = [2; 32];
    // One copy from before a key was removed, one from after the present state, and one of another history.
    let fork = {
        let mut fork = vault(3, 5, 7);
        fork[1].id.digest = [99; 20];
        fork
    };
    for (signer, copy) in [
        (SIGNER, vault(2, 4, 6)),
        (owner, vault(4, 6, 8)),
        (owner, fork),
    ] {
        let mut memory = RollbackState::default();
        let there = vault(3, 5, 7);
        memory.note(&owner, &there, Accept::Newer);
        let before = memory.clone();
        assert!(memory.expect_copy(None, &copy));
        assert!(!memory.expect_copy(None, &copy));
        let both = memory.clone();
        for (signer, parts) in [(&owner, &there), (&signer, &copy)] {
            assert!(!memory.is_signed_otherwise(signer, parts));
            assert_eq!(memory.judge(parts), None);
            // A reader does not know which of them will stay.
            assert!(!memory.note(signer, parts, Accept::Newer));
            assert_eq!(memory, both);
        }
        // A former owner continues from the copy.
        assert!(memory.is_signed_otherwise(&SIGNER, &vault(9, 9, 9)));
        assert!(memory.is_signed_otherwise(&SIGNER, &there));
        for (header, first, second) in [(2, 4, 5), (2, 5, 7), (3, 5, 6)] {
            assert!(memory.judge(&vault(header, first, second)).is_some());
        }
        // The next writer knows, and so does the command that restores it.
        let settling: [Settle; 3] = [
            |memory, signer, parts| memory.expect_change((signer, parts), signer),
            |memory, signer, parts| memory.note(signer, parts, Accept::Anything),
            |memory, signer, parts| {
                let third = vault(1, 1, 1);
                let is_different = memory.expect_copy(Some((signer, parts)), &third);
                assert_eq!(
                    memory.here_mut().next.take(),
                    Some(Next::Copy(CopyDigest::of(&third)))
                );
                is_different
            },
        ];
        for settle in settling {
            let mut memory = both.clone();
            assert!(settle(&mut memory, &signer, &copy));
            assert_eq!(memory.signer, Some(Signer(signer)));
            assert_eq!((memory.next(), memory.judge(&copy)), (None, None));
            let mut memory = both.clone();
            assert!(settle(&mut memory, &owner, &there));
            assert_eq!(memory, before);
        }
    }
}
