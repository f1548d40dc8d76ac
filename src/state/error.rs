//! A vault that is authentic, but older than the one seen before, or signed by another key.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the newest that this machine has seen, or not made from it.
    #[error("{place} {}", history(*is_fork, part, *found, *seen))]
    Older {
        place: String,
        part: String,
        is_fork: bool,
        found: u64,
        seen: u64,
    },
    /// Signed by another key than the vault that this machine has seen.
    #[error("{place} is signed by another key than before: by {found}, and before by {known}")]
    OtherKey {
        place: String,
        found: String,
        known: String,
    },
    /// Signed by a key that signed before the one that this machine saw last.
    #[error(
        "{place} is signed by a key that was replaced: by {found}, in whose place {known} signs now"
    )]
    RetiredKey {
        place: String,
        found: String,
        known: String,
    },
    /// Not the vault of the pin, or not made from it.
    #[error("{place} {}", against_pin(*is_fork, part, *found, *pinned))]
    OlderThanPin {
        place: String,
        part: String,
        is_fork: bool,
        found: u64,
        pinned: u64,
    },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Older { is_fork: false, .. } => {
                "put the newer copy back, or add --accept-older to use this one"
            }
            Self::Older { is_fork: true, .. } => {
                "changes that you have seen are missing: find the copy that has them, or add --accept-older to use this one"
            }
            Self::OtherKey { .. } => {
                "normal after a removal or a rekey with --leaked: ask who did it for the new pin, and add --pin PIN if it is the same; else it may be forged"
            }
            Self::RetiredKey { .. } => {
                "somebody who was removed may have made it: get the newest vault; only to go back to a copy of your own from before, add both --accept-older and --pin with its key"
            }
            Self::OlderThanPin { .. } => {
                "get the vault that the pin was made of, or a newer one; `kluis vault verify --pin` makes a pin"
            }
        }
    }
}

fn against_pin(is_fork: bool, part: &str, found: u64, pinned: u64) -> String {
    if is_fork {
        return format!(
            "was not made from the vault of the pin: revision {found} of {part} does not include the pin's revision {pinned}"
        );
    }
    format!("is older than the pin: {part} is at revision {found}, and the pin's is {pinned}")
}

fn history(is_fork: bool, part: &str, found: u64, seen: u64) -> String {
    if is_fork {
        return format!(
            "was changed from an older copy: revision {found} of {part} does not include revision {seen}, which this machine has seen"
        );
    }
    format!(
        "is an older copy: {part} is at revision {found}, but this machine has seen revision {seen}"
    )
}
