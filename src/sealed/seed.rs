//! The 32-byte seed of a key, made from a passphrase, a token or a key file. Its subkeys are a commitment, the
//! anchor's key, and the X25519 private key for its grant.

use super::derive::{FORMAT, Key, fields, salted, subkey};
use super::id::{KeyId, VaultId};
use super::kdf::SALT_BYTES;
use super::padding;
use super::sign::VerifyKey;
use super::xaes::Xaes;
use crate::plaintext::Plaintext;
use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use subtle::ConstantTimeEq;

pub type PublicKey = [u8; 32];
/// The encapsulated key that comes before an HPKE ciphertext.
const ENCAPSULATED_BYTES: usize = 32;

/// The secret behind one key of a vault.
#[derive(Clone)]
pub struct Seed {
    secret: Key,
    vault: String,
    key: String,
}

impl Seed {
    /// Takes Argon2id's output, or the 32 bytes of a key file.
    pub fn new(secret: Key, vault: VaultId, key: KeyId) -> Self {
        Self {
            secret,
            vault: vault.to_string(),
            key: key.to_string(),
        }
    }

    /// Derives it from a token's 32 random bytes. HKDF is enough, because nobody can guess them.
    pub fn from_token(token: &Key, salt: &[u8; SALT_BYTES], vault: VaultId, key: KeyId) -> Self {
        let context = [vault.to_string(), key.to_string()];
        let secret = salted(salt, token, "token", &[&context[0], &context[1]]);
        Self::new(secret, vault, key)
    }

    /// The 32 bytes, as [`Seed::new`] takes them.
    pub fn secret(&self) -> &Key {
        &self.secret
    }

    fn derive(&self, label: &str) -> Key {
        subkey(&self.secret, label, &[&self.vault, &self.key])
    }

    /// The commitment, compared before anything is opened, because AES-GCM does not commit to its key.
    pub fn commitment(&self) -> [u8; 32] {
        *self.derive("commit")
    }

    pub fn commits_to(&self, commitment: &[u8; 32]) -> bool {
        self.derive("commit").ct_eq(commitment).into()
    }

    fn anchor_data(&self) -> Vec<u8> {
        let parts = [FORMAT, "anchor", &self.vault, "", &self.key, ""];
        fields(&parts.map(str::as_bytes))
    }

    /// Seals the vault's verify key. Only a holder of this seed can write the result.
    pub fn seal_anchor(&self, verify: &VerifyKey) -> Vec<u8> {
        Xaes::new(&self.derive("anchor")).seal(&self.anchor_data(), verify)
    }

    pub fn open_anchor(&self, anchor: &[u8]) -> Option<VerifyKey> {
        let opened = Xaes::new(&self.derive("anchor")).open(&self.anchor_data(), anchor)?;
        opened.expose().try_into().ok()
    }

    pub fn public(&self) -> PublicKey {
        public_half(&self.secret)
    }

    /// Opens a grant made by [`seal_grant`] for this seed's public key, this vault and this line.
    pub fn open_grant(&self, line: &str, grant: &[u8]) -> Option<Plaintext> {
        let (encapsulated, ciphertext) = grant.split_at_checked(ENCAPSULATED_BYTES)?;
        let encapsulated = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
        let opened = hpke::single_shot_open::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &key_pair(&self.secret).0,
            &encapsulated,
            &grant_info(&self.vault),
            ciphertext,
            line.as_bytes(),
        );
        padding::unpad(opened.ok()?.into())
    }
}

/// The X25519 key pair by `DeriveKeyPair` (RFC 9180, section 7.1.3). It does not depend on the vault: a key file
/// has one public key for all vaults.
fn key_pair(secret: &Key) -> (<X25519HkdfSha256 as Kem>::PrivateKey, PublicKey) {
    let (private, public) =
        X25519HkdfSha256::derive_keypair(subkey(secret, "x25519", &[]).as_slice());
    (private, public.to_bytes().into())
}

/// The public key of a seed's secret.
pub fn public_half(secret: &Key) -> PublicKey {
    key_pair(secret).1
}

fn grant_info(vault: &str) -> Vec<u8> {
    fields(&[FORMAT, "grant", vault].map(str::as_bytes))
}

/// Seals a grant with HPKE (RFC 9180), base mode, DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM:
/// encapsulated key ‖ ciphertext. `line` is the key's line up to the end of its public members; it is
/// authenticated.
///
/// `None` if `public` is a point that gives no shared secret.
pub fn seal_grant(
    vault: VaultId,
    public: &PublicKey,
    line: &str,
    content: &[u8],
) -> Option<Vec<u8>> {
    let public = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(public).ok()?;
    let padded = Plaintext::new(padding::pad(content, 0));
    let (encapsulated, ciphertext) =
        hpke::single_shot_seal::<AesGcm256, HkdfSha256, X25519HkdfSha256>(
            &OpModeS::Base,
            &public,
            &grant_info(&vault.to_string()),
            padded.expose(),
            line.as_bytes(),
        )
        .ok()?;
    let mut grant = encapsulated.to_bytes().to_vec();
    grant.extend_from_slice(&ciphertext);
    Some(grant)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    const VAULT: VaultId = VaultId::from_bits(1);
    const KEY: KeyId = KeyId::from_bits(2);

    fn seed(byte: u8) -> Seed {
        Seed::new(Key::new([byte; 32]), VAULT, KEY)
    }

    fn hex(text: &str) -> Vec<u8> {
        HEXLOWER.decode(text.as_bytes()).expect("hex")
    }

    /// RFC 9180, appendix A.1.1, DHKEM(X25519, HKDF-SHA256): the key pairs from their `ikm`.
    #[test]
    fn rfc_9180_derive_key_pair() {
        for (ikm, public) in [
            (
                "7268600d403fce431561aef583ee1613527cff655c1343f29812e66706df3234",
                "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
            ),
            (
                "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
                "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
            ),
        ] {
            let (_, open) = X25519HkdfSha256::derive_keypair(&hex(ikm));
            assert_eq!(open.to_bytes().as_slice(), hex(public));
        }
    }

    /// RFC 9180, appendix A.1.1.1: the first encryption of the base mode.
    #[test]
    fn rfc_9180_base_mode() {
        let (private, _) = X25519HkdfSha256::derive_keypair(&hex(
            "6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037",
        ));
        let opened = hpke::single_shot_open::<hpke::aead::AesGcm128, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            &private,
            &<X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&hex(
                "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
            ))
            .expect("a point"),
            &hex("4f6465206f6e2061204772656369616e2055726e"),
            &hex(
                "f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
            ),
            &hex("436f756e742d30"),
        );
        assert_eq!(
            opened.expect("the RFC's own"),
            b"Beauty is truth, truth beauty"
        );
    }

    #[test]
    fn a_grant_opens_for_its_seed_and_line_alone() {
        let grant = seal_grant(VAULT, &seed(1).public(), "line", b"root").expect("a point");
        let opened = seed(1).open_grant("line", &grant).expect("its own");
        assert_eq!(opened.expose(), b"root");
        assert!(seed(1).open_grant("another line", &grant).is_none());
        assert!(seed(2).open_grant("line", &grant).is_none());
        let elsewhere = Seed::new(Key::new([1; 32]), VaultId::from_bits(9), KEY);
        assert!(elsewhere.open_grant("line", &grant).is_none());
        for byte in 0..grant.len() {
            let mut flipped = grant.clone();
            flipped[byte] ^= 1;
            assert!(
                seed(1).open_grant("line", &flipped).is_none(),
                "byte {byte}"
            );
        }
    }

    #[test]
    fn a_low_order_public_key_gets_no_grant() {
        for first in [0, 1] {
            let mut public = [0; 32];
            public[0] = first;
            assert!(seal_grant(VAULT, &public, "line", b"root").is_none());
        }
    }

    #[test]
    fn only_the_seed_can_write_an_anchor() {
        let anchor = seed(1).seal_anchor(&[4; 32]);
        assert_eq!(seed(1).open_anchor(&anchor), Some([4; 32]));
        assert_eq!(seed(2).open_anchor(&anchor), None);
        let other = Seed::new(Key::new([1; 32]), VAULT, KeyId::from_bits(3));
        assert_eq!(other.open_anchor(&anchor), None);
        assert!(seed(1).commits_to(&seed(1).commitment()));
        assert!(!seed(1).commits_to(&other.commitment()));
    }
}
