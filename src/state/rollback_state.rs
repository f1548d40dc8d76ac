//! The remembered state of one vault. Pure: it reads no file, and its callers pass only authentic data.

use super::confirmed_pin::Pin;
use super::place::{Accept, Judgement, Next, Place, Signer};
use crate::sealed::history::{PartHistory, Relation};
use crate::sealed::id::KeyId;
use crate::sealed::sign::VerifyKey;
use serde::{Deserialize, Serialize};

/// Everything that this machine has seen of one vault, seen from the place of the copy in use.
///
/// Which keys sign the vault is known for all of its copies. How far each copy has come is known for its place
/// alone: whoever looks at a longer copy elsewhere must not find the true one "older" afterwards. At a place
/// where no copy was seen before, all that was seen of the vault counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollbackState {
    #[serde(skip_serializing_if = "Option::is_none")]
    pin: Option<Pin>,
    /// The passphrase key that opened it last; it is tried first.
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_by: Option<KeyId>,
    /// The header's key. A former owner can still sign with an older header key, at any revision: nothing in
    /// the file reveals that a newer key exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<Signer>,
    /// The place seen first comes first.
    places: Vec<Place>,
    /// The path of the copy in use.
    #[serde(skip)]
    here: String,
}

/// The remembered part of a vault: the header's key, and the history of every part.
pub type ObservedParts<'a> = (&'a VerifyKey, &'a [PartHistory]);

impl RollbackState {
    /// The same memory for the copy at this path.
    pub fn at(self, path: String) -> Self {
        Self { here: path, ..self }
    }

    fn here(&self) -> Option<&Place> {
        self.places.iter().find(|place| place.path == self.here)
    }

    /// The copy at this place, if one was seen here. One that is only expected was not.
    fn seen_here(&self) -> Option<&Place> {
        self.here().filter(|place| place.is_known())
    }

    fn here_mut(&mut self) -> &mut Place {
        let known = self.places.iter().position(|place| place.path == self.here);
        let position = known.unwrap_or_else(|| {
            self.places.push(Place::new(self.here.clone()));
            self.places.len() - 1
        });
        &mut self.places[position]
    }

    /// The first part that is older than the one seen, or not made from it.
    pub fn judge(&self, parts: &[PartHistory]) -> Option<Judgement> {
        self.find(parts, &[Relation::Older, Relation::Fork])
    }

    /// The first part of which nobody can tell whether it was made from the one seen.
    pub fn too_far(&self, parts: &[PartHistory]) -> Option<Judgement> {
        self.find(parts, &[Relation::TooFar])
    }

    fn find(&self, parts: &[PartHistory], relations: &[Relation]) -> Option<Judgement> {
        if self.is_coming(parts) {
            return None;
        }
        if let Some(place) = self.seen_here() {
            return place.find(parts, relations);
        }
        let mut places = self.places.iter();
        places.find_map(|place| place.find(parts, relations))
    }

    /// Forgets places until `most` are left: first those that are gone, then those seen first, and never the one
    /// in use.
    pub fn forget_places(&mut self, most: usize, is_there: impl Fn(&str) -> bool) {
        let ways: [&dyn Fn(&str) -> bool; 2] = [&|path| !is_there(path), &|_| true];
        for may_go in ways {
            let mut excess = self.places.len().saturating_sub(most);
            let here = &self.here;
            self.places.retain(|place| {
                let goes = excess > 0 && place.path != *here && may_go(&place.path);
                excess -= usize::from(goes);
                !goes
            });
        }
    }

    /// The header's key that was seen last.
    pub fn signer(&self) -> Option<VerifyKey> {
        self.signer.map(|signer| signer.0)
    }

    /// Whether the header's key is neither the seen one nor the expected one.
    pub fn is_signed_otherwise(&self, signer: &VerifyKey, parts: &[PartHistory]) -> bool {
        let signer = Signer(*signer);
        let is_known = self.signer.is_none_or(|known| known == signer);
        !is_known && !self.is_next_signer(&signer.0) && !self.is_coming(parts)
    }

    /// Whether these are the parts of the copy that is about to be restored.
    fn is_coming(&self, parts: &[PartHistory]) -> bool {
        self.next().is_some_and(|next| next == Next::copy(parts))
    }

    /// Whether this machine expects this key: a change here put it in place, or you named it.
    pub fn is_next_signer(&self, signer: &VerifyKey) -> bool {
        self.next() == Some(Next::Signed(Signer(*signer)))
    }

    fn next(&self) -> Option<Next> {
        self.here()?.next
    }

    /// Expects this key to sign from now on; returns whether anything changed.
    pub fn expect_signer(&mut self, signer: &VerifyKey, parts: &[PartHistory]) -> bool {
        let is_new = self.is_signed_otherwise(signer, parts);
        if is_new {
            self.here_mut().next = Some(Next::Signed(Signer(*signer)));
        }
        is_new
    }

    /// Call it under the writers' lock before a change after which `next` signs the vault. Returns whether
    /// anything changed.
    pub fn expect_change(&mut self, there: ObservedParts<'_>, next: &VerifyKey) -> bool {
        let has_come = self.settle(there);
        let is_known = self.signer.is_none_or(|known| known == Signer(*next));
        self.expect((!is_known).then_some(Next::Signed(Signer(*next)))) || has_come
    }

    /// Call it under the writers' lock before a copy with these parts replaces the vault. `there` is the vault
    /// itself, if it can be read. Returns whether anything changed.
    pub fn expect_copy(&mut self, there: Option<ObservedParts<'_>>, parts: &[PartHistory]) -> bool {
        let has_come = there.is_some_and(|there| self.settle(there));
        self.expect(Some(Next::copy(parts))) || has_come
    }

    /// The expected state has arrived or never will. A state that was not made from the seen one stays
    /// unknown, because the user has not accepted it.
    fn settle(&mut self, (signer, parts): ObservedParts<'_>) -> bool {
        if self.judge(parts).is_some() {
            return false;
        }
        let accept = if self.is_coming(parts) {
            Accept::Anything
        } else {
            Accept::Newer
        };
        self.note(signer, parts, accept)
    }

    fn expect(&mut self, next: Option<Next>) -> bool {
        next != self.next() && std::mem::replace(&mut self.here_mut().next, next) != next
    }

    /// Whether a copy was seen at this place.
    pub fn knows_place(&self) -> bool {
        self.seen_here().is_some()
    }

    pub fn was_in_work_tree(&self) -> bool {
        self.here().is_some_and(|place| place.in_work_tree)
    }

    /// Whether a copy was seen at this other path, in a git work tree.
    pub fn was_in_work_tree_at(&self, path: &str) -> bool {
        let mut places = self.places.iter();
        places.any(|place| place.path == path && place.in_work_tree)
    }

    /// Returns whether anything changed.
    pub fn note_work_tree(&mut self, is_in_one: bool) -> bool {
        let place = self.here_mut();
        std::mem::replace(&mut place.in_work_tree, is_in_one) != is_in_one
    }

    /// Records the header's key and the revision of every part; returns whether anything changed. An older part,
    /// or one signed by another key, is left out unless accepted. So is a copy that is being restored,
    /// because a reader cannot tell whether it will stay.
    pub fn note(&mut self, signer: &VerifyKey, parts: &[PartHistory], accept: Accept) -> bool {
        let is_uncertain = self.is_coming(parts) || self.is_signed_otherwise(signer, parts);
        let is_new = self.seen_here().is_none();
        if accept == Accept::Newer && (is_uncertain || is_new && self.judge(parts).is_some()) {
            return false;
        }
        let mut is_different = self.signer.replace(Signer(*signer)) != Some(Signer(*signer));
        if is_different || accept == Accept::Anything {
            is_different |= self.here_mut().next.take().is_some();
        }
        is_different | self.here_mut().note(parts, accept)
    }

    /// Whether this machine has seen any part of the vault.
    pub fn knows_anything(&self) -> bool {
        self.places.iter().any(Place::is_known)
    }

    pub fn pin(&self) -> Option<&Pin> {
        self.pin.as_ref()
    }

    /// Replaces an older pin; returns whether anything changed.
    pub fn set_pin(&mut self, pin: Pin) -> bool {
        let is_known = self.pin.as_ref().map(|known| &known.vault_key) == Some(&pin.vault_key);
        if !is_known {
            self.pin = Some(pin);
        }
        !is_known
    }

    pub fn opened_by(&self) -> Option<KeyId> {
        self.opened_by
    }

    /// Returns whether anything changed.
    pub fn note_opened_by(&mut self, key: KeyId) -> bool {
        self.opened_by.replace(key) != Some(key)
    }
}

#[cfg(test)]
mod tests {
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
        // At its own place each is still watched.
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
        // A place where something is only expected is as new as before.
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
        // What was accepted holds for that place alone.
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
        // An older header without it says nothing.
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
        // One copy from before a key was removed, one from after the present state, and one of another
        // history.
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
                // A reader cannot tell which of them will stay.
                assert!(!memory.note(signer, parts, Accept::Newer));
                assert_eq!(memory, both);
            }
            // A former owner continues from the copy.
            assert!(memory.is_signed_otherwise(&SIGNER, &vault(9, 9, 9)));
            assert!(memory.is_signed_otherwise(&SIGNER, &there));
            for (header, first, second) in [(2, 4, 5), (2, 5, 7), (3, 5, 6)] {
                assert!(memory.judge(&vault(header, first, second)).is_some());
            }
            // The next writer knows, and so does the one who restores it.
            let settling: [Settle; 3] = [
                |memory, signer, parts| memory.expect_change((signer, parts), signer),
                |memory, signer, parts| memory.note(signer, parts, Accept::Anything),
                |memory, signer, parts| {
                    let third = vault(1, 1, 1);
                    let is_different = memory.expect_copy(Some((signer, parts)), &third);
                    assert_eq!(memory.here_mut().next.take(), Some(Next::copy(&third)));
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
}
