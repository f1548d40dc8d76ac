//! The changes of the header's key. The old key signs which key comes after it, so a reader that trusts the old
//! key can follow.

use super::derive::fields;
use super::line::{Line, encode};
use super::sign::{SignatureBytes, Signed, VerifyKey, sha256};
use std::fmt::{self, Write};

/// The greatest number of changes that a header lists.
pub const MAX_SUCCESSIONS: usize = 64;

/// One change of the header's key.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Succession {
    pub old: VerifyKey,
    pub new: VerifyKey,
    /// The revision of the first header that the new key signed.
    pub header: u64,
    /// Signed with the old key.
    pub signature: SignatureBytes,
}

impl Succession {
    /// Signs a change with the seed of the old key, which may be forgotten afterwards.
    pub fn sign(vault: &str, seed: &[u8; 32], old: VerifyKey, new: VerifyKey, header: u64) -> Self {
        let signature = Signed::Succession { vault }.sign(seed, &digest(&old, &new, header));
        Self {
            old,
            new,
            header,
            signature,
        }
    }

    fn is_signed(&self, vault: &str) -> bool {
        let digest = digest(&self.old, &self.new, self.header);
        Signed::Succession { vault }.verify(&self.old, &digest, &self.signature)
    }

    pub fn parse(text: &str) -> Option<Self> {
        let mut line = Line::new(text);
        line.literal("{\"succession\":\"")?;
        let old = line.bytes()?;
        line.literal(",\"to\":\"")?;
        let new = line.bytes()?;
        line.literal(",\"header\":")?;
        let header = line.number()?;
        line.literal(",\"signature\":\"")?;
        let signature = line.bytes()?;
        line.literal("}")?;
        line.end()?;
        Some(Self {
            old,
            new,
            header,
            signature,
        })
    }
}

fn digest(old: &VerifyKey, new: &VerifyKey, header: u64) -> [u8; 32] {
    sha256(&fields(&[old, new, header.to_string().as_bytes()]))
}

/// Writes its line, newline included.
impl fmt::Display for Succession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [old, new] = [&self.old, &self.new].map(|key| encode(key));
        let (header, signature) = (self.header, encode(&self.signature));
        write!(
            f,
            "{{\"succession\":\"{old}\",\"to\":\"{new}\",\"header\":{header},\"signature\":\"{signature}\"}}"
        )?;
        f.write_char('\n')
    }
}

/// Whether these changes ascend, each leads to the next one, and the last to `verify`, under a header of this
/// revision. So none comes back to an earlier key. The signatures are not checked.
pub fn are_in_order(all: &[Succession], verify: &VerifyKey, revision: u64) -> bool {
    let is_left_before = |position: usize| {
        let new = all[position].new;
        all[..=position].iter().any(|one| one.old == new)
    };
    all.len() <= MAX_SUCCESSIONS
        && all.is_sorted_by(|one, next| one.header < next.header)
        && all.iter().all(|one| (2..=revision).contains(&one.header))
        && all.windows(2).all(|pair| pair[0].new == pair[1].old)
        && all.last().is_none_or(|last| last.new == *verify)
        && !(0..all.len()).any(is_left_before)
}

/// Whether a trusted key leads to the end of these changes, by the signatures of each key on the way.
pub fn leads(all: &[Succession], vault: &str, root: &VerifyKey) -> bool {
    let start = all.iter().position(|one| one.old == *root);
    start.is_some_and(|start| all[start..].iter().all(|one| one.is_signed(vault)))
}

#[cfg(test)]
mod tests {
    use super::super::sign::verify_key;
    use super::*;

    const VAULT: &str = "vlt_1";

    fn key(seed: u8) -> VerifyKey {
        verify_key(&[seed; 32])
    }

    fn to(old: u8, new: u8, header: u64) -> Succession {
        Succession::sign(VAULT, &[old; 32], key(old), key(new), header)
    }

    #[test]
    fn a_line_reads_back_as_it_was_written() {
        let line = to(1, 2, 7).to_string();
        let line = line.strip_suffix('\n').unwrap();
        assert_eq!(Succession::parse(line), Some(to(1, 2, 7)));
        for wrong in [
            line.replace(":7", ":07"),
            line.replace(",\"to\"", ", \"to\""),
            format!("{line} "),
        ] {
            assert_eq!(Succession::parse(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_changes_are_one_chain_to_the_key_that_signs() {
        let in_order = |all: &[Succession], verify: u8| are_in_order(all, &key(verify), 9);
        assert!(in_order(&[], 3));
        assert!(in_order(&[to(1, 2, 2), to(2, 3, 9)], 3));
        for (wrong, verify) in [
            (&[to(1, 2, 2)][..], 3),
            (&[to(2, 3, 9), to(1, 2, 2)], 3),
            (&[to(1, 3, 2), to(2, 3, 9)], 3),
            (&[to(1, 2, 2), to(1, 3, 3)], 3),
            (&[to(1, 2, 2), to(2, 3, 2)], 3),
            (&[to(1, 2, 2), to(2, 1, 3)], 1),
            (&[to(1, 2, 2), to(2, 1, 3), to(1, 3, 4)], 3),
            (&[to(1, 1, 2)], 1),
            (&[to(1, 2, 1)], 2),
            (&[to(1, 2, 10)], 2),
        ] {
            assert!(!in_order(wrong, verify), "{wrong:?}");
        }
    }

    #[test]
    fn a_trusted_key_leads_on_by_signatures_alone() {
        let all = [to(1, 2, 2), to(2, 3, 9)];
        for (root, trusted) in [(1, true), (2, true), (3, false), (7, false)] {
            assert_eq!(leads(&all, VAULT, &key(root)), trusted, "{root}");
        }
        assert!(!leads(&all, "vlt_2", &key(1)));
        let mut forged = all;
        forged[0].signature[0] ^= 1;
        // A fault before the trusted key does not matter.
        assert!(!leads(&forged, VAULT, &key(1)) && leads(&forged, VAULT, &key(2)));
        let by_another = Succession::sign(VAULT, &[7; 32], key(2), key(3), 9);
        assert!(!leads(&[all[0], by_another], VAULT, &key(1)));
        let mut later = all;
        later[1].header += 1;
        assert!(!leads(&later, VAULT, &key(2)));
    }
}
