//! The remembered state of one vault. It reads no file, and its callers pass only authentic data.

use super::confirmed_pin::Pin;
use super::place::{Accept, CopyDigest, Judgement, Next, Place, Signer};
use crate::sealed::history::{PartHistory, Relation};
use crate::sealed::id::KeyId;
use crate::sealed::sign::VerifyKey;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Keys of earlier signers that are remembered.
const MAX_RETIRED: usize = 128;

/// Everything that this machine has seen of one vault, from the view of the copy in use.
///
/// The signing keys are remembered for all copies of the vault. The revisions are remembered for each place
/// separately: after you look at a longer copy elsewhere, the true one must not count as older. At a place where
/// no copy was seen before, everything that was seen of the vault counts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RollbackState {
    #[serde(skip_serializing_if = "Option::is_none")]
    pin: Option<Pin>,
    /// The passphrase key that opened it last; it is tried first.
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_by: Option<KeyId>,
    /// The header's key. A former owner can still sign with an older header key, at any revision: nothing in the
    /// file reveals a newer key.
    #[serde(skip_serializing_if = "Option::is_none")]
    signer: Option<Signer>,
    /// Keys that signed before it, the oldest first. A vault that one of them signs is refused even if a pin
    /// names the key, because the pin may be just as old.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    retired: Vec<Signer>,
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

    /// The copy at this place, if one was seen here. An expected copy does not count.
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

    /// The first part that is too far from the seen one to show whether it was made from it.
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

    /// Forgets places until `most` are left: first places that no longer exist, then those seen first, and never
    /// the one in use.
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

    /// Whether this key was replaced by another signer.
    pub fn is_retired(&self, signer: &VerifyKey) -> bool {
        self.retired.contains(&Signer(*signer))
    }

    /// Remembers keys that signed before the present one; returns whether anything changed.
    pub fn retire(&mut self, keys: impl IntoIterator<Item = VerifyKey>) -> bool {
        let before = self.retired.clone();
        self.retired.extend(keys.into_iter().map(Signer));
        let present = self.signer;
        let mut known = HashSet::new();
        self.retired
            .retain(|key| Some(*key) != present && known.insert(key.0));
        let excess = self.retired.len().saturating_sub(MAX_RETIRED);
        self.retired.drain(..excess);
        self.retired != before
    }

    /// Whether you were warned of this older copy at this place.
    pub fn was_warned_of(&self, parts: &[PartHistory]) -> bool {
        let warned = self.here().and_then(|place| place.warned_of);
        warned.is_some_and(|warned| warned == CopyDigest::of(parts))
    }

    /// Records the older copy that you are warned of; returns whether anything changed.
    pub fn note_warning(&mut self, parts: &[PartHistory]) -> bool {
        let digest = CopyDigest::of(parts);
        self.here_mut().warned_of.replace(digest) != Some(digest)
    }

    /// Whether the header's key is neither the seen one nor the expected one.
    pub fn is_signed_otherwise(&self, signer: &VerifyKey, parts: &[PartHistory]) -> bool {
        let signer = Signer(*signer);
        let is_known = self.signer.is_none_or(|known| known == signer);
        !is_known && !self.is_next_signer(&signer.0) && !self.is_coming(parts)
    }

    /// Whether these are the parts of the copy to be restored.
    fn is_coming(&self, parts: &[PartHistory]) -> bool {
        self.next()
            .is_some_and(|next| next == Next::Copy(CopyDigest::of(parts)))
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
        self.expect(Some(Next::Copy(CopyDigest::of(parts)))) || has_come
    }

    /// Ends an expectation: the expected state has arrived or never will. A state that was not made from the seen
    /// one stays unknown, because you have not accepted it.
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

    /// Records whether it is in a work tree; returns whether anything changed.
    pub fn note_work_tree(&mut self, is_in_one: bool) -> bool {
        let place = self.here_mut();
        std::mem::replace(&mut place.in_work_tree, is_in_one) != is_in_one
    }

    /// Records the header's key and the revision of every part; returns whether anything changed. Leaves out an
    /// older part, or one signed by another key, unless you accepted it. Leaves out a copy that is being
    /// restored, too, because a reader does not know whether it will stay.
    pub fn note(&mut self, signer: &VerifyKey, parts: &[PartHistory], accept: Accept) -> bool {
        let is_uncertain = self.is_coming(parts) || self.is_signed_otherwise(signer, parts);
        let is_new = self.seen_here().is_none();
        if accept == Accept::Newer && (is_uncertain || is_new && self.judge(parts).is_some()) {
            return false;
        }
        let before = self.signer.replace(Signer(*signer));
        let mut is_different = before != Some(Signer(*signer));
        if let Some(before) = before {
            is_different |= self.retire([before.0]);
        }
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

    /// Records the key that opened it; returns whether anything changed.
    pub fn note_opened_by(&mut self, key: KeyId) -> bool {
        self.opened_by.replace(key) != Some(key)
    }
}

#[cfg(test)]
mod tests;
