//! A vault that is authentic, but older than the one seen before, or signed by another key.

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Not the newest that was seen here, or not made from it.
    #[error("{place} {}", history(*is_fork, part, *found, *seen))]
    Older {
        place: String,
        part: String,
        is_fork: bool,
        found: u64,
        seen: u64,
    },
    /// Signed by another key than what was seen here.
    #[error("{place} is signed by another key than before")]
    OtherKey { place: String },
    /// Older than the pin allows.
    #[error("the vault is at revision {found}, but the pin needs {minimum} or later")]
    BelowMinimum { found: String, minimum: String },
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
                "normal after `kluis key remove` or `kluis vault rekey`: ask who did it for the new pin, and add --pin PIN; else it may be forged"
            }
            Self::BelowMinimum { .. } => {
                "get the newer vault; `kluis vault verify` prints the revision of a vault"
            }
        }
    }
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
