//! A pin: what you know of a vault before you open it. It is the vault's public key, optionally with a colon
//! and the oldest revision to accept.

use super::revision::Revision;
use super::rule::RuleViolation;
use crate::keyring::vault_key::{encode_vault_key, parse_vault_key};
use crate::sealed::sign::VerifyKey;
use std::fmt;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pin {
    pub public_key: VerifyKey,
    pub min_revision: Option<Revision>,
}

impl Pin {
    /// Parses `klv_…` or `klv_…:7.42`, ignoring white space around it.
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        let text = text.trim();
        let (key, revision) = match text.split_once(':') {
            Some((key, revision)) => (key, Some(revision)),
            None => (text, None),
        };
        let Some(public_key) = parse_vault_key(key) else {
            let rule = "the pin has a typo: it must be klv_ and 50 characters, perhaps with a colon and a revision";
            return Err(RuleViolation::mismatch(rule));
        };
        Ok(Self {
            public_key,
            min_revision: revision.map(Revision::parse).transpose()?,
        })
    }
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode_vault_key(&self.public_key))?;
        match self.min_revision {
            Some(revision) => write!(f, ":{revision}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_read_as_it_is_written() {
        let key = encode_vault_key(&[7; 32]);
        for (text, written) in [
            (key.clone(), key.clone()),
            (format!(" {key}\n"), key.clone()),
            (format!("{key}:7.42"), format!("{key}:7.42")),
            (format!("{key}:7"), format!("{key}:7.0")),
        ] {
            assert_eq!(Pin::parse(&text).unwrap().to_string(), written, "{text}");
        }
        for wrong in [
            "",
            "klv_",
            &key[1..],
            &format!("{key}:"),
            &format!("{key}:x"),
            ":7",
        ] {
            assert!(Pin::parse(wrong).is_err(), "{wrong}");
        }
    }
}
