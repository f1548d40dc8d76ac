//! The reasons to refuse an authentic vault: it is older than expected, or signed by another key.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Older than this machine has seen, or not made from it.
    #[error("{place} {}: {part} is at revision {found}, and {seen} was seen on this machine", history(*is_fork))]
    Older {
        place: String,
        part: String,
        is_fork: bool,
        found: u64,
        seen: u64,
    },
    /// Signed by another key than this machine has seen.
    #[error("{place} is signed by another key than on this machine before")]
    OtherKey { place: String },
    /// Older than the pin allows.
    #[error("the vault is at revision {found}, and the pin asks for {minimum}")]
    BelowMinimum { found: String, minimum: String },
}

impl Error {
    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Older { is_fork: false, .. } => {
                "put the newer one back, or take this one with --accept-older"
            }
            Self::Older { is_fork: true, .. } => {
                "somebody went on from an older copy, and what was seen here is not in it; take it with --accept-older"
            }
            Self::OtherKey { .. } => {
                "if a key with full access was removed elsewhere, compare with `kluis vault verify` there and take this with --accept-older or --pin; else somebody who once had full access put it here"
            }
            Self::BelowMinimum { .. } => {
                "fetch the newer vault; `kluis vault verify` prints its revision"
            }
        }
    }
}

fn history(is_fork: bool) -> &'static str {
    if is_fork {
        "has another history"
    } else {
        "is an older copy"
    }
}
