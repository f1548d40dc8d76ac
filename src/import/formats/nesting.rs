//! Joins nested names: what a mapping within a mapping means, and how deep it may go.
//!
//! A nested name is a mistake unless you asked to join names: `kluis` never guesses how.

/// Deeper than people write, and safe for the stack.
const MAX_DEPTH: usize = 32;

/// The metadata that sops adds to what it encrypts.
const SOPS: &[u8] = b"sops";

#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Nesting {
    #[default]
    Refused,
    /// The names on the path are joined with `_`.
    Joined,
}

impl Nesting {
    /// Fails unless `what`, which has this name, may be entered; the message continues after the name.
    pub fn enter(self, name: &[u8], what: &str, depth: usize) -> Result<(), String> {
        if depth == 0 && name == SOPS {
            let rule = "belongs to a file that sops encrypted: import the output of `sops decrypt`";
            Err(rule.to_owned())
        } else if self == Self::Refused {
            Err(format!(
                "is {what}, not a string; to join nested names with _, add --nested"
            ))
        } else if depth == MAX_DEPTH {
            Err(format!("is {what}, nested too deep"))
        } else {
            Ok(())
        }
    }
}

/// The full name of `name` within `above`.
pub fn below(above: &[u8], name: &[u8]) -> Vec<u8> {
    if above.is_empty() {
        return name.to_vec();
    }
    [above, b"_", name].concat()
}
