//! The report of a merge, for people and programs: names, fields and slots, never a value.

use super::copy::Side;
use crate::vault::domain::AllowedDomains;

/// The names of the two sides, as git calls them if it does.
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
    /// Only the other side had it.
    Added,
    /// Both sides changed it.
    BothChanged,
    /// Both sides made it under one name.
    BothMade,
    /// It was deleted on one side and changed on the other.
    Deleted,
    /// Its name was taken.
    Renamed,
    /// It may go to more hosts than before.
    Widened,
    /// An app gets it for the first time.
    Linked,
    /// The key is new, gone or another one.
    Keys,
    /// It has another name or workspace than before.
    Moved,
    /// It is given under another variable.
    EnvKey,
    /// A version that had not begun was taken back.
    TakenBack,
    /// Only one side has it; it is unknown whether the other one deleted it.
    OneSided,
    /// Not taken: a change by a replaced key, or a part that may only be old.
    LeftOut,
    /// It was taken, but this key cannot read it.
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

/// The hosts that a secret may go to now and could not go to before, as a sentence.
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
