//! A pin: what you know of a vault before you open it. It is the vault's public key; a long pin also names the
//! revision of each part, and so refuses an older copy or another history.

use super::rule::RuleViolation;
use crate::keyring::vault_key::{encode_vault_key, parse_vault_key};
use crate::sealed::header::MAX_WORKSPACES;
use crate::sealed::history::{DIGEST_BYTES, PartHistory, RevisionId};
use crate::sealed::id::WorkspaceId;
use crate::sealed::sign::{VerifyKey, sha256};
use data_encoding::BASE64URL_NOPAD;
use std::fmt;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pin {
    pub public_key: VerifyKey,
    /// The revisions that a long pin names: the header's first, then the sections' in the order of their ids.
    /// Empty for a short one.
    pub parts: Vec<(Option<WorkspaceId>, RevisionId)>,
}

const NUMBER_BYTES: usize = 8;
const HEADER_BYTES: usize = NUMBER_BYTES + DIGEST_BYTES;
const ID_BYTES: usize = 16;
const SECTION_BYTES: usize = ID_BYTES + HEADER_BYTES;
/// The bytes of the SHA-256 of all that comes before: they find a typo.
const CHECK_BYTES: usize = 4;

impl Pin {
    /// The long pin of a vault whose parts have these histories.
    pub fn of(public_key: VerifyKey, parts: &[PartHistory]) -> Self {
        let parts = parts.iter().map(|part| (part.workspace, part.id));
        let mut parts: Vec<_> = parts.collect();
        parts.sort_unstable();
        Self { public_key, parts }
    }

    /// The revision that it names for this part.
    pub fn revision(&self, workspace: Option<WorkspaceId>) -> Option<RevisionId> {
        let found = self.parts.iter().find(|(part, _)| *part == workspace);
        found.map(|(_, revision)| *revision)
    }

    /// Parses `klv_…` or `klv_…:…`, ignoring white space around it.
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        let text = text.trim();
        let (key, parts) = match text.split_once(':') {
            Some((key, parts)) => (key, Some(parts)),
            None => (text, None),
        };
        let Some(public_key) = parse_vault_key(key) else {
            let rule = "the pin has a typo: it must be klv_ and 50 characters, perhaps with a colon and more, as `kluis vault verify --pin` prints it";
            return Err(RuleViolation::mismatch(rule));
        };
        let parts = match parts {
            None => Some(Vec::new()),
            Some(parts) => decode(&public_key, parts),
        };
        let parts = parts.ok_or_else(|| {
            RuleViolation::mismatch(
                "the pin has a typo after its colon: copy all of what `kluis vault verify --pin` prints",
            )
        })?;
        Ok(Self { public_key, parts })
    }

    fn encode(&self) -> String {
        let mut bytes = Vec::with_capacity(self.parts.len() * SECTION_BYTES);
        for (workspace, revision) in &self.parts {
            if let Some(workspace) = workspace {
                bytes.extend(workspace.bits().to_be_bytes());
            }
            bytes.extend(revision.number.to_be_bytes());
            bytes.extend(revision.digest);
        }
        bytes.extend(check(&self.public_key, &bytes));
        BASE64URL_NOPAD.encode(&bytes)
    }
}

fn check(public_key: &VerifyKey, bytes: &[u8]) -> [u8; CHECK_BYTES] {
    let digest = sha256(&[public_key, bytes].concat());
    let mut check = [0; CHECK_BYTES];
    check.copy_from_slice(&digest[..CHECK_BYTES]);
    check
}

/// Decodes what [`Pin::encode`] makes, else `None`.
fn decode(public_key: &VerifyKey, text: &str) -> Option<Vec<(Option<WorkspaceId>, RevisionId)>> {
    let bytes = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?;
    let (bytes, checked) = bytes.split_last_chunk::<CHECK_BYTES>()?;
    let (header, sections) = bytes.split_at_checked(HEADER_BYTES)?;
    let (sections, rest) = sections.as_chunks::<SECTION_BYTES>();
    if check(public_key, bytes) != *checked || !rest.is_empty() || sections.len() > MAX_WORKSPACES {
        return None;
    }
    let mut parts = vec![(None, revision(header)?)];
    for section in sections {
        let (id, rest) = section.split_first_chunk::<ID_BYTES>()?;
        let id = WorkspaceId::from_bits(u128::from_be_bytes(*id));
        parts.push((Some(id), revision(rest)?));
    }
    parts
        .is_sorted_by(|one, next| one.0 < next.0)
        .then_some(parts)
}

fn revision(bytes: &[u8]) -> Option<RevisionId> {
    let (number, digest) = bytes.split_first_chunk::<NUMBER_BYTES>()?;
    Some(RevisionId {
        number: u64::from_be_bytes(*number),
        digest: digest.try_into().ok()?,
    })
}

impl fmt::Display for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&encode_vault_key(&self.public_key))?;
        if self.parts.is_empty() {
            Ok(())
        } else {
            write!(f, ":{}", self.encode())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long(sections: &[u128]) -> Pin {
        let revision = |number: u64| RevisionId::new(number, &[5; 32]);
        let header = std::iter::once((None, revision(7)));
        let sections = sections.iter().map(|&id| {
            let number = 100 + u64::try_from(id).unwrap();
            (Some(WorkspaceId::from_bits(id)), revision(number))
        });
        Pin {
            public_key: [7; 32],
            parts: header.chain(sections).collect(),
        }
    }

    #[test]
    fn a_pin_is_read_as_it_is_written() {
        let short = Pin {
            parts: Vec::new(),
            ..long(&[])
        };
        for pin in [short, long(&[]), long(&[3]), long(&[1, 2, 9])] {
            let text = pin.to_string();
            assert_eq!(Pin::parse(&text).unwrap(), pin, "{text}");
            assert_eq!(Pin::parse(&format!(" {text}\n")).unwrap(), pin);
            assert!(Pin::parse(&text[1..]).is_err());
            if !pin.parts.is_empty() {
                assert!(Pin::parse(&text[..text.len() - 1]).is_err());
                assert!(Pin::parse(&format!("{text}A")).is_err());
            }
        }
        let key = encode_vault_key(&[7; 32]);
        let other = encode_vault_key(&[8; 32]);
        let parts = long(&[3]).encode();
        for wrong in [
            "",
            "klv_",
            ":7",
            &format!("{key}:"),
            &format!("{key}:7.42"),
            &format!("{key}:AAAA"),
            &format!("{key}:{parts}="),
            &format!("{other}:{parts}"),
            &long(&[3, 3]).to_string(),
            &long(&[3, 1]).to_string(),
        ] {
            assert!(Pin::parse(wrong).is_err(), "{wrong}");
        }
        let many: Vec<u128> = (0..=MAX_WORKSPACES as u128).collect();
        assert!(Pin::parse(&long(&many[1..]).to_string()).is_ok());
        assert!(Pin::parse(&long(&many).to_string()).is_err());
    }
}
