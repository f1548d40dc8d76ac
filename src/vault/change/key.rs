//! Adds and removes keys, and changes passphrases. These change the header and take the owner's own keyring: a
//! [`Keyring`](crate::keyring::Keyring) makes no grants.

use super::Change;
use crate::keyring::issue::{Credential, Issuer};
use crate::keyring::local::LocalKeyring;
use crate::keyring::renew::{Renewal, Renewed, Trust};
use crate::keyring::{self, Keyring, about};
use crate::sealed::id::KeyId;
use crate::sealed::key::{self, Lock};
use crate::sealed::meta;
use crate::vault::Error;
use crate::vault::key::{Key, KeyKind, Label, Scope, keys_of};
use crate::vault::time::Timestamp;

/// The owner's notes about a new key.
pub struct NewKey {
    pub label: NewLabel,
    pub scope: Scope,
    pub not_after: Option<Timestamp>,
}

/// The label of a new key. No other key may have the same label, or a removal could hit the wrong one.
pub enum NewLabel {
    Chosen(Label),
    /// The kind of the key, with a number if that label is taken.
    Default(&'static str),
}

/// The consequences of another header key for the other keys.
#[derive(Default)]
pub struct OtherSigner {
    /// Keys that were removed with it, and must be issued again.
    pub dropped: Vec<Key>,
    /// Keys whose holders must pin the vault's new public key.
    pub to_pin: Vec<Key>,
    /// Keys whose holders still trust the old key, too. An attacker who knows its seed could deceive them.
    pub trusting_old: Vec<Key>,
}

/// The result of removing a key.
pub struct Removed {
    pub key: Key,
    pub others: OtherSigner,
}

impl Change<'_> {
    /// Adds a key for this credential.
    pub fn add_key(
        &mut self,
        owner: &mut LocalKeyring,
        credential: &Credential,
        new: &NewKey,
    ) -> Result<Key, Error> {
        self.lead(owner)?;
        let about = meta::Key {
            label: self.label(owner, &new.label)?,
            created_at: self.now.milliseconds(),
            workspaces: self.reach(&new.scope)?,
        };
        let content = self.content();
        let issuer = Issuer {
            master: owner.master()?,
            workspaces: &content.workspaces,
        };
        let not_after = new.not_after.map(Timestamp::milliseconds);
        let line = issuer.issue(credential, &about, not_after)?;
        let known = content.keys.iter().find(|key| key.public == line.public);
        if let Some(known) = known.filter(|key| key.lock == Lock::Identity) {
            return Err(in_use(
                known.id,
                format!("the key {} already has this public key", known.id),
                "to give it other access, remove that key first with `kluis key remove`",
            ));
        }
        let key = Key::from_meta(&line, &about, &self.workspaces)?;
        self.change_header()?.keys.push(line);
        Ok(key)
    }

    /// A label that no key has yet.
    fn label(&self, owner: &LocalKeyring, new: &NewLabel) -> Result<String, Error> {
        let keys = self.keys(owner)?;
        let key_of = |label: &str| keys.iter().find(|key| key.label == label);
        match new {
            NewLabel::Chosen(label) => match key_of(label.as_str()) {
                None => Ok(label.as_str().to_owned()),
                Some(key) => Err(in_use(
                    key.id,
                    format!("the key {} already has the label {}", key.id, key.label),
                    "choose another label with --label; to replace that key use `kluis key renew`, or for a key file `kluis key remove` first",
                )),
            },
            NewLabel::Default(kind) => {
                let numbered = (2..).map(|number: usize| format!("{kind} {number}"));
                let mut labels = std::iter::once((*kind).to_owned()).chain(numbered);
                // There are fewer keys than numbers.
                Ok(labels
                    .find(|label| key_of(label).is_none())
                    .unwrap_or_default())
            }
        }
    }

    /// Gives a key a new passphrase or token. Its label and reach stay, and so does its expiry date unless
    /// another is given. A date that has passed must be replaced, and one key with full access must remain that
    /// does not expire.
    pub fn replace_key(
        &mut self,
        owner: &mut LocalKeyring,
        credential: &Credential,
        not_after: Option<Timestamp>,
    ) -> Result<Key, Error> {
        self.lead(owner)?;
        let content = self.content();
        let old = content.key(credential.id);
        let old = old.ok_or(keyring::Error::KeyChanged)?;
        let about = about::of(owner, old)?;
        let end = not_after.map(Timestamp::milliseconds).or(old.not_after);
        self.check_date(old, end)?;
        if not_after.is_some() && about.workspaces.is_none() {
            self.check_lasting(owner, old.id)?;
        }
        let issuer = Issuer {
            master: owner.master()?,
            workspaces: &content.workspaces,
        };
        let new = issuer.issue(credential, &about, end)?;
        let key = Key::from_meta(&new, &about, &self.workspaces)?;
        let mut lines = self.change_header()?.keys.iter_mut();
        if let Some(line) = lines.find(|line| line.id == new.id) {
            *line = new;
        }
        Ok(key)
    }

    /// Checks that a key with full access may get an expiry date: another one remains without a date.
    fn check_lasting(&self, owner: &LocalKeyring, id: KeyId) -> Result<(), Error> {
        let keys = self.keys(owner)?;
        let mut others = keys
            .iter()
            .filter(|key| key.id != id && key.kind != KeyKind::ToCome);
        if others.any(|key| key.has_full_access() && key.not_after.is_none()) {
            return Ok(());
        }
        Err(in_use(
            id,
            "the last key with full access that does not expire cannot get a date",
            "add another key with full access first: `kluis key add --full`",
        ))
    }

    /// The keys of the vault, with the changes so far.
    pub(super) fn keys(&self, owner: &LocalKeyring) -> Result<Vec<Key>, Error> {
        keys_of(self.content(), owner, &self.workspaces)
    }

    /// Removes a key, and gives new keys to every workspace that it reached.
    pub fn remove_key(
        &mut self,
        owner: &mut LocalKeyring,
        id: KeyId,
        trust: Trust,
    ) -> Result<Removed, Error> {
        self.lead(owner)?;
        let keys = self.keys(owner)?;
        let key = keys.iter().find(|key| key.id == id).cloned();
        let key = key.ok_or_else(|| Error::absent("key", id.to_string()))?;
        self.check_stays(&keys, &key)?;
        let renewed = self.renewed(owner, Renewal::Without(id), trust)?;
        let mut keys = keys;
        keys.retain(|key| key.id != id);
        let others = self.others(owner, keys, &renewed, trust);
        self.succeed(renewed)?;
        Ok(Removed { key, others })
    }

    /// The consequences for other keys, if the change makes another header key.
    fn others(
        &self,
        owner: &LocalKeyring,
        keys: Vec<Key>,
        renewed: &Renewed,
        trust: Trust,
    ) -> OtherSigner {
        let dropped = named(&keys, &renewed.dropped);
        let other_header = renewed.content.verify != self.view.layout.header.content().verify;
        let own = owner.key();
        let others = keys.into_iter();
        let others = others
            .filter(|key| other_header && key.id != own && !renewed.dropped.contains(&key.id));
        let (to_pin, trusting_old) = match trust {
            Trust::Ends => (
                others.filter(|key| !key.is_anchored()).collect(),
                Vec::new(),
            ),
            Trust::Passes => (Vec::new(), others.collect()),
        };
        OtherSigner {
            dropped,
            to_pin,
            trusting_old,
        }
    }

    /// Gives a key another passphrase. With the old passphrase of a key with full access an attacker could sign
    /// headers, so the vault then gets another header key. If the old passphrase has leaked, everything gets new
    /// keys: with an older copy it opens all of them.
    pub fn change_passphrase(
        &mut self,
        owner: &mut LocalKeyring,
        credential: &Credential,
        trust: Trust,
    ) -> Result<OtherSigner, Error> {
        self.lead(owner)?;
        let keys = self.keys(owner)?;
        let key = keys.iter().find(|key| key.id == credential.id);
        let key = key.ok_or(keyring::Error::KeyChanged)?;
        let (renewal, trust) = match (key.has_full_access(), trust) {
            (false, Trust::Passes) => {
                self.replace_key(owner, credential, None)?;
                return Ok(OtherSigner::default());
            }
            // This key never knew the header's seed.
            (false, Trust::Ends) => (Renewal::Rekey, Trust::Passes),
            (true, Trust::Passes) => (Renewal::Signer, Trust::Passes),
            (true, Trust::Ends) => (Renewal::Rekey, Trust::Ends),
        };
        let mut renewed = self.renewed(owner, renewal, trust)?;
        // The key's own line is made anew below, and never dropped.
        renewed.dropped.retain(|id| *id != credential.id);
        let mut others = keys;
        others.retain(|key| key.id != credential.id);
        let others = self.others(owner, others, &renewed, trust);
        let old = self.content().key(credential.id);
        let old = old.ok_or(keyring::Error::KeyChanged)?;
        self.check_date(old, old.not_after)?;
        let about = about::of(owner, old)?;
        let issuer = Issuer {
            master: renewed.keyring.master()?,
            workspaces: &renewed.content.workspaces,
        };
        let line = issuer.issue(credential, &about, old.not_after)?;
        let lines = &mut renewed.content.keys;
        match lines.iter_mut().find(|known| known.id == line.id) {
            Some(known) => *known = line,
            None => lines.push(line),
        }
        self.succeed(renewed)?;
        Ok(others)
    }

    /// Refuses an expiry date that has passed.
    fn check_date(&self, old: &key::Key, end: Option<meta::Milliseconds>) -> Result<(), Error> {
        if end.is_some_and(|end| end <= self.now.milliseconds()) {
            return Err(in_use(
                old.id,
                "the key has expired, and would be expired again",
                "give it a new date: `kluis key renew KEY --expires 90d`",
            ));
        }
        Ok(())
    }

    /// Checks that full access remains: the key that unlocked the vault, and a key that does not expire.
    fn check_stays(&self, keys: &[Key], removed: &Key) -> Result<(), Error> {
        let refused = |message, hint| Err(in_use(removed.id, message, hint));
        if !removed.has_full_access() {
            return Ok(());
        }
        let own = self.keyring.key();
        let others = || {
            keys.iter()
                .filter(|key| key.kind != KeyKind::ToCome)
                .filter(|key| key.id != removed.id && key.has_full_access())
        };
        if others().next().is_none() {
            return refused(
                "the last key with full access cannot be removed",
                "add another key with full access first: `kluis key add`",
            );
        }
        if removed.id == own {
            return refused(
                "the key that unlocked the vault cannot be removed",
                "unlock with another key that has full access, then remove this one",
            );
        }
        let remains = |key: &Key| key.not_after.is_none() && (key.id == own || !key.is_anchored());
        if !others().any(remains) {
            return refused(
                "the last key with full access that does not expire cannot be removed",
                "unlock with a key that does not expire",
            );
        }
        Ok(())
    }

    fn reach(&self, scope: &Scope) -> Result<Option<Vec<meta::Reach>>, Error> {
        let all = match scope {
            Scope::Full => return Ok(None),
            Scope::ReadAll => {
                let all = self.workspaces.iter().map(|one| (one.id, false));
                all.collect()
            }
            Scope::Workspaces { names, write } => {
                let mut all = Vec::with_capacity(names.len());
                for name in names {
                    all.push((self.workspace(Some(name))?.id, *write));
                }
                all
            }
        };
        let mut reach: Vec<meta::Reach> = Vec::with_capacity(all.len());
        for (workspace, write) in all {
            if !reach.iter().any(|known| known.workspace == workspace) {
                reach.push(meta::Reach { workspace, write });
            }
        }
        Ok(Some(reach))
    }

    /// Moves the owner's keyring to the header that is read under the lock.
    pub(super) fn lead(&mut self, owner: &mut LocalKeyring) -> Result<(), Error> {
        self.check_full_access()?;
        Ok(owner.follow(&self.view.layout.header)?)
    }
}

/// The keys with these ids.
pub(super) fn named(keys: &[Key], ids: &[KeyId]) -> Vec<Key> {
    let keys = keys.iter().filter(|key| ids.contains(&key.id));
    keys.cloned().collect()
}

/// The error when this key prevents a change.
fn in_use(id: KeyId, message: impl Into<String>, hint: &'static str) -> Error {
    Error::InUse {
        message: message.into(),
        hint,
        ids: vec![id.to_string()],
    }
}
