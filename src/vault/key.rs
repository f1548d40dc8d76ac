//! Keys as the owner sees them: the holders who can unlock, the reach of each key, its dates. Nothing here helps
//! an attacker to unlock.

use super::lookup::Vault;
use super::rule::{RuleViolation, checked_text};
use super::time::Timestamp;
use super::workspace::Workspace;
use super::{Error, name};
use crate::keyring::{Keyring, about, recipient, token};
use crate::sealed::header::{self, Content};
use crate::sealed::id::{KeyId, WorkspaceId};
use crate::sealed::key::{self, Lock};
use crate::sealed::{self, Part, meta};

pub const MAX_LABEL_CHARACTERS: usize = 63;

/// The name of a key: 1 to 63 characters, none of them a control character.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label(String);

impl Label {
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        // Labels that differ only in white space at the ends look the same.
        let text = text.trim();
        if text.is_empty() {
            return Err(RuleViolation::too_short("a label cannot be empty"));
        }
        if text.chars().count() > MAX_LABEL_CHARACTERS {
            let rule = format!("a label can have at most {MAX_LABEL_CHARACTERS} characters");
            return Err(RuleViolation::too_long(rule));
        }
        let is_token = text.starts_with(token::PREFIX);
        if is_token || text.chars().any(char::is_control) || name::looks_like_an_id(text) {
            let rule = "a label cannot contain control characters, or look like an id or a token";
            return Err(RuleViolation::mismatch(rule));
        }
        Ok(Self(text.to_owned()))
    }
}

checked_text!(Label);

/// A key as `key list` shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    pub id: KeyId,
    pub kind: KeyKind,
    pub label: String,
    pub access: Access,
    pub created_at: Timestamp,
    /// Advice only: the holder of a key has what it reaches, and a clock of their own.
    pub not_after: Option<Timestamp>,
    /// The public key of an identity, as its owner gives it away.
    pub recipient: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum KeyKind {
    Passphrase,
    Token,
    Identity,
    /// A kind that only a later version knows.
    ToCome,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Access {
    Full,
    /// Workspaces that still exist.
    Workspaces(Vec<Reach>),
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reach {
    pub workspace: Workspace,
    pub write: bool,
}

/// The reach of a new key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Scope {
    Full,
    /// Reading every workspace that exists when the key is made.
    ReadAll,
    Workspaces {
        names: Vec<name::WorkspaceName>,
        write: bool,
    },
}

impl Scope {
    pub fn reaches(&self, workspace: &name::WorkspaceName) -> bool {
        match self {
            Self::Full | Self::ReadAll => true,
            Self::Workspaces { names, .. } => names.contains(workspace),
        }
    }
}

impl KeyKind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Token => "token",
            Self::Identity => "key_file",
            Self::ToCome => "unknown",
        }
    }

    /// As text for people.
    pub fn text(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Token => "token",
            Self::Identity => "key file",
            Self::ToCome => "needs a newer kluis",
        }
    }
}

impl Key {
    /// A key from its line and the owner's notes about it.
    pub fn from_meta(
        line: &key::Key,
        about: &meta::Key,
        workspaces: &[Workspace],
    ) -> Result<Self, Error> {
        let not_after = line.not_after.map(Timestamp::from_milliseconds);
        let not_after = not_after.map(|time| time.ok_or_else(|| damaged(line.id)));
        Ok(Self {
            not_after: not_after.transpose()?,
            recipient: (line.lock == Lock::Identity).then(|| recipient::encode(&line.public)),
            ..Self::of_kind(
                line.id,
                match line.lock {
                    Lock::Passphrase { .. } => KeyKind::Passphrase,
                    Lock::Token { .. } => KeyKind::Token,
                    Lock::Identity => KeyKind::Identity,
                },
                about,
                workspaces,
            )?
        })
    }

    fn of_kind(
        id: KeyId,
        kind: KeyKind,
        about: &meta::Key,
        workspaces: &[Workspace],
    ) -> Result<Self, Error> {
        let access = match &about.workspaces {
            None => Access::Full,
            Some(reach) => {
                let present = reach.iter().filter_map(|reach| {
                    let found = workspaces.iter().find(|one| one.id == reach.workspace)?;
                    Some(Reach {
                        workspace: found.clone(),
                        write: reach.write,
                    })
                });
                Access::Workspaces(present.collect())
            }
        };
        let created_at = Timestamp::from_milliseconds(about.created_at);
        Ok(Self {
            id,
            kind,
            label: about.label.clone(),
            access,
            created_at: created_at.ok_or_else(|| damaged(id))?,
            not_after: None,
            recipient: None,
        })
    }

    pub fn has_full_access(&self) -> bool {
        self.access == Access::Full
    }

    pub fn is_read_only(&self) -> bool {
        match &self.access {
            Access::Full => false,
            Access::Workspaces(reach) => reach.iter().all(|reach| !reach.write),
        }
    }

    pub fn reaches(&self, workspace: WorkspaceId) -> bool {
        match &self.access {
            Access::Full => true,
            Access::Workspaces(reach) => reach.iter().any(|reach| reach.workspace.id == workspace),
        }
    }

    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.not_after.is_some_and(|end| end <= now)
    }

    /// Whether its holder recognises the vault by an anchor. Only the holder can make an anchor, so with another
    /// header key the key must be issued again.
    pub fn is_anchored(&self) -> bool {
        matches!(self.kind, KeyKind::Passphrase | KeyKind::Token)
    }
}

impl Vault {
    /// Every key, in the header's order. Takes full access.
    pub fn keys(&self) -> Result<Vec<Key>, Error> {
        keys_of(
            self.header().content(),
            self.keyring.as_ref(),
            &self.workspaces,
        )
    }
}

/// Every key of a header, in its order. Takes full access.
pub fn keys_of(
    content: &Content,
    owner: &dyn Keyring,
    workspaces: &[Workspace],
) -> Result<Vec<Key>, Error> {
    let known = content.keys.iter();
    let known = known.map(|line| {
        let about = about::readable(owner, line)?;
        let about = about.filter(is_valid).unwrap_or_else(about::unreadable);
        Key::from_meta(line, &about, workspaces)
    });
    let to_come = content.keys_to_come.iter();
    let to_come = to_come.map(|line| {
        let about = about::readable_to_come(owner, line)?;
        let about = about.filter(is_valid).unwrap_or_else(about::unreadable);
        Key::of_kind(line.id, KeyKind::ToCome, &about, workspaces)
    });
    known.chain(to_come).collect()
}

/// Whether notes keep the rules for labels and dates.
fn is_valid(about: &meta::Key) -> bool {
    let label = Label::parse(&about.label);
    label.is_ok_and(|label| label.as_str() == about.label)
        && Timestamp::from_milliseconds(about.created_at).is_some()
}

fn damaged(id: KeyId) -> Error {
    sealed::Error::Damaged(Part::Key(id)).into()
}

/// Refuses a key that has expired.
pub fn check_expiry(key: KeyId, header: &header::Header, now: Timestamp) -> Result<(), Error> {
    let line = header.content().key(key);
    let not_after = line.and_then(|line| line.not_after);
    match not_after.and_then(Timestamp::from_milliseconds) {
        Some(at) if at <= now => Err(Error::Expired { at }),
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_one_line_and_no_id() {
        for good in ["ci", "CI of the shop, read only", "Léa", &"x".repeat(63)] {
            assert_eq!(Label::parse(good).unwrap().as_str(), good);
        }
        assert_eq!(Label::parse(" ci\t").unwrap().as_str(), "ci");
        let id = KeyId::random().to_string();
        for wrong in [
            "",
            " ",
            "a\nb",
            "\u{1b}[2J",
            "\u{9b}",
            &"x".repeat(64),
            &id,
            "kls_x",
        ] {
            assert!(Label::parse(wrong).is_err(), "{wrong:?}");
        }
    }
}
