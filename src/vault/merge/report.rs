//! What a merge did, for people and programs: names, fields and slots, never a value.

use super::copy::Side;
use crate::vault::domain::AllowedDomains;

/// What the two sides are called, as git calls them if it says so.
pub struct Labels {
    pub ours: String,
    pub theirs: String,
}

impl Labels {
    pub fn of(&self, side: Side) -> &str {
        match side {
            Side::Ours => &self.ours,
            Side::Theirs => &self.theirs,
        }
    }
}

/// What happened to one thing.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// It was there on the other side only.
    Added,
    /// Both sides changed it.
    BothChanged,
    /// It was made on both sides under one name.
    BothMade,
    /// It was deleted on one side and changed on the other.
    Deleted,
    /// Its name was taken.
    Renamed,
    /// It may go to more hosts than before.
    Widened,
    /// An app gets it that did not before.
    Linked,
    /// It is another key, a new one, or one that is gone.
    Keys,
    /// It has another name or workspace than before.
    Moved,
    /// It is given as another variable.
    EnvKey,
    /// A version that had not begun was taken back.
    TakenBack,
    /// It is on one side only, and nobody can tell whether the other one deleted it.
    OneSided,
    /// What a side did with a key that was replaced, or what may be only old.
    LeftOut,
    /// It was taken, and the key does not read it.
    Unseen,
}

impl Kind {
    /// The word for programs, which never changes.
    pub fn word(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::BothChanged => "both_changed",
            Self::BothMade => "both_made",
            Self::Deleted => "deleted",
            Self::Renamed => "renamed",
            Self::Widened => "widened",
            Self::Linked => "linked",
            Self::Keys => "keys",
            Self::Moved => "moved",
            Self::EnvKey => "env_key",
            Self::TakenBack => "taken_back",
            Self::OneSided => "one_sided",
            Self::LeftOut => "left_out",
            Self::Unseen => "unseen",
        }
    }
}

/// A line of the report.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Entry {
    /// `workspace/name`, or a workspace, or the vault.
    pub path: String,
    pub kind: Kind,
    pub text: String,
}

#[derive(Default, Debug)]
pub struct Report {
    pub entries: Vec<Entry>,
}

impl Report {
    pub fn add(&mut self, path: impl Into<String>, kind: Kind, text: impl Into<String>) {
        self.entries.push(Entry {
            path: path.into(),
            kind,
            text: text.into(),
        });
    }

    /// Sorted, each line once.
    pub fn finish(&mut self) {
        self.entries.sort_unstable();
        self.entries.dedup();
    }
}

/// The hosts that a secret may go to now and could not before, as a sentence.
pub fn widened(before: &AllowedDomains, after: &AllowedDomains) -> Option<String> {
    if before.is_empty() {
        return None;
    }
    if after.is_empty() {
        return Some("may go to any host now".into());
    }
    let added = after
        .iter()
        .filter(|domain| !before.iter().any(|one| one == *domain));
    let added: Vec<_> = added.collect();
    (!added.is_empty()).then(|| format!("may go to {} now, too", added.join(", ")))
}
