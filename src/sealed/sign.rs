//! Ed25519 signatures (RFC 8032) over a part of the file, verified strictly: no weak keys, no
//! malleable signatures.

use super::derive::{FORMAT, fields};
use super::line::TEXT_BYTES;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

pub type Digest = [u8; 32];
pub type VerifyKey = [u8; 32];
pub type SignatureBytes = [u8; 64];

pub fn sha256(bytes: &[u8]) -> Digest {
    Sha256::digest(bytes).into()
}

/// SHA-256 as base64.
pub fn hash_text(bytes: &[u8]) -> [u8; TEXT_BYTES] {
    let mut text = [0; TEXT_BYTES];
    data_encoding::BASE64_NOPAD.encode_mut(&sha256(bytes), &mut text);
    text
}

/// The signed part: the header, or one workspace's section.
#[derive(Clone, Copy)]
pub enum Signed<'a> {
    Header {
        vault: &'a str,
    },
    Section {
        vault: &'a str,
        workspace: &'a str,
    },
    /// A change of the header's key.
    Succession {
        vault: &'a str,
    },
}

impl Signed<'_> {
    fn message(self, digest: &Digest) -> Vec<u8> {
        let (part, vault, workspace) = match self {
            Self::Header { vault } => ("header", vault, ""),
            Self::Section { vault, workspace } => ("section", vault, workspace),
            Self::Succession { vault } => ("succession", vault, ""),
        };
        fields(&[
            FORMAT.as_bytes(),
            part.as_bytes(),
            vault.as_bytes(),
            workspace.as_bytes(),
            digest,
        ])
    }

    /// Signs the SHA-256 of the part.
    pub fn sign(self, seed: &[u8; 32], digest: &Digest) -> SignatureBytes {
        SigningKey::from_bytes(seed)
            .sign(&self.message(digest))
            .to_bytes()
    }

    pub fn verify(self, key: &VerifyKey, digest: &Digest, signature: &SignatureBytes) -> bool {
        verify_message(key, &self.message(digest), signature)
    }
}

pub(super) fn verify_message(key: &VerifyKey, message: &[u8], signature: &SignatureBytes) -> bool {
    VerifyingKey::from_bytes(key).is_ok_and(|key| {
        key.verify_strict(message, &Signature::from_bytes(signature))
            .is_ok()
    })
}

/// The public key of a signing seed.
pub fn verify_key(seed: &[u8; 32]) -> VerifyKey {
    SigningKey::from_bytes(seed).verifying_key().to_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    fn hex<const N: usize>(text: &str) -> [u8; N] {
        HEXLOWER
            .decode(text.as_bytes())
            .expect("hex")
            .try_into()
            .expect("the right length")
    }

    /// RFC 8032, section 7.1, tests 1 to 3.
    #[test]
    fn rfc_8032() {
        for (seed, public, message, signature) in [
            (
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
                "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
            ),
            (
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
                "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
            ),
            (
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
                "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
                "af82",
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
            ),
        ] {
            let key = SigningKey::from_bytes(&hex(seed));
            let message = HEXLOWER.decode(message.as_bytes()).expect("hex");
            assert_eq!(verify_key(&hex(seed)), hex(public));
            assert_eq!(key.sign(&message).to_bytes(), hex(signature));
            let public = VerifyingKey::from_bytes(&hex(public)).expect("a point");
            let signature = Signature::from_bytes(&hex(signature));
            assert!(public.verify_strict(&message, &signature).is_ok());
        }
    }

    #[test]
    fn a_signature_holds_for_its_own_part_alone() {
        let seed = [5; 32];
        let (key, digest) = (verify_key(&seed), [7; 32]);
        let header = Signed::Header { vault: "vlt_A" };
        let section = Signed::Section {
            vault: "vlt_A",
            workspace: "wsp_A",
        };
        let signature = section.sign(&seed, &digest);
        assert!(section.verify(&key, &digest, &signature));
        assert!(!section.verify(&key, &[8; 32], &signature));
        assert!(!header.verify(&key, &digest, &signature));
        for other in [
            Signed::Section {
                vault: "vlt_B",
                workspace: "wsp_A",
            },
            Signed::Section {
                vault: "vlt_A",
                workspace: "wsp_B",
            },
        ] {
            assert!(!other.verify(&key, &digest, &signature));
        }
    }

    #[test]
    fn a_weak_key_verifies_nothing() {
        // The identity point: with this public key some verifiers accept any message.
        let mut weak = [0; 32];
        weak[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        let header = Signed::Header { vault: "vlt_A" };
        assert!(!header.verify(&weak, &[7; 32], &signature));
    }
}
