//! A key file's content: 32 random bytes that their owner keeps, for any number of vaults. The owner gives away
//! only its public key. This page also specifies the file format.
//!
//! A key file is one line of UTF-8, in the one spelling and the notation of [`sealed`], apart from its line end.
//! `klp_…` is a [`recipient`], the public key; `kli_…` is the secret in base 62 with a checksum, written like a
//! token.
//!
//! ```text
//! {"kluis-identity":1,"public":"klp_…","secret":"kli_…"}
//! {"kluis-identity":1,"public":"klp_…","kdf":{"argon2id":{"m":N,"t":N,"p":N}},"salt":"B16","sealed":"B"}
//! ```
//!
//! The second is under a passphrase. Its parameters have the bounds of a vault's, checked before any work.
//! `stretched` is the 32 bytes that Argon2id makes of the passphrase, as for a vault; `sealed` is
//! `seal(subkey(stretched, "identity"), fields("kluis/1", "identity", line), secret)`, where `line` is the text
//! from `{` to the quotation mark that closes `salt`'s value.
//!
//! `public` is in the clear so that it can be shown without a passphrase. A secret with another public key is
//! damage. So `public` is also the commitment that AES-GCM lacks: no two passphrases can open one file to two
//! identities with the same public key.

use super::error::{Error, KeyFileError};
use super::{base62, recipient};
use crate::plaintext::Plaintext;
use crate::sealed::derive::{FORMAT, Key, fields, subkey};
use crate::sealed::id::{KeyId, VaultId};
use crate::sealed::kdf::{Kdf, Passphrase, SALT_BYTES};
use crate::sealed::line::{Line, encode};
use crate::sealed::seed::{PublicKey, Seed, public_half};
use crate::sealed::xaes::Xaes;
use crate::sealed::{self, random};
use zeroize::Zeroizing;

const VERSION: u64 = 1;
const PREFIX: &str = "kli_";
const LABEL: &str = "identity";
/// More than any plain line, so the buffer never grows and leaves a copy of the secret behind.
const MAX_BARE_BYTES: usize = 256;

/// The secret of a key file: it unlocks every vault that has its public key.
pub struct Identity {
    secret: Key,
}

impl Identity {
    pub fn random() -> Self {
        let mut secret = Key::default();
        random::fill(secret.as_mut_slice());
        Self { secret }
    }

    pub fn public(&self) -> PublicKey {
        public_half(&self.secret)
    }

    /// The seed for one key of a vault.
    pub(super) fn seed(&self, vault: VaultId, key: KeyId) -> Seed {
        Seed::new(self.secret.clone(), vault, key)
    }

    /// The content of a file without a passphrase.
    pub fn bare(&self) -> Plaintext {
        let mut text = Zeroizing::new(String::with_capacity(MAX_BARE_BYTES));
        text.push_str(&beginning(&self.public()));
        text.push_str(",\"secret\":\"");
        text.push_str(&base62::encode(PREFIX, self.secret.as_slice()));
        text.push_str("\"}\n");
        Plaintext::new(std::mem::take(&mut *text).into_bytes())
    }

    /// The content of a file under this passphrase. Runs Argon2id once.
    pub fn under(&self, passphrase: &Passphrase, kdf: Kdf) -> Result<Plaintext, Error> {
        let salt = random::bytes::<SALT_BYTES>();
        let stretched = kdf.seed(passphrase, &salt).map_err(Error::Memory)?;
        let public = beginning(&self.public());
        let line = format!("{public},\"kdf\":{kdf},\"salt\":\"{}\"", encode(&salt));
        let sealed = cipher(&stretched).seal(&associated_data(&line), self.secret.as_slice());
        let text = format!("{line},\"sealed\":\"{}\"}}\n", encode(&sealed));
        Ok(Plaintext::new(text.into_bytes()))
    }
}

/// A key file's content as stored.
pub enum Stored {
    Bare(Identity),
    Locked(Locked),
}

/// A key file that is locked with a passphrase.
pub struct Locked {
    public: PublicKey,
    kdf: Kdf,
    salt: [u8; SALT_BYTES],
    /// The part of the line that is authenticated with `sealed`.
    line: String,
    sealed: Vec<u8>,
}

impl Stored {
    /// Parses the content of a file, without the line end.
    pub fn parse(text: &Plaintext) -> Result<Self, KeyFileError> {
        let text = std::str::from_utf8(text.expose()).map_err(|_| KeyFileError::Damaged)?;
        let mut line = Line::new(text);
        line.literal("{\"kluis-identity\":")
            .ok_or(KeyFileError::Damaged)?;
        match line.number() {
            Some(VERSION) => {}
            Some(newer) if newer > VERSION => return Err(KeyFileError::Unsupported(newer)),
            _ => return Err(KeyFileError::Damaged),
        }
        let public = (|| {
            line.literal(",\"public\":\"")?;
            recipient::parse(line.string()?).ok()
        })();
        let public = public.ok_or(KeyFileError::Damaged)?;
        if line.optional(",\"secret\":\"") {
            let identity = bare(line).ok_or(KeyFileError::Damaged)?;
            return if identity.public() == public {
                Ok(Self::Bare(identity))
            } else {
                Err(KeyFileError::Damaged)
            };
        }
        let kdf = line
            .literal(",\"kdf\":")
            .and_then(|()| Kdf::parse(&mut line));
        let (memory, passes, lanes) = kdf.ok_or(KeyFileError::Damaged)?;
        let kdf = Kdf::checked(memory, passes, lanes).map_err(|error| match error {
            sealed::Error::Kdf { what, bounds } => KeyFileError::Kdf { what, bounds },
            _ => KeyFileError::Damaged,
        })?;
        let locked = locked(text, line, public, kdf).ok_or(KeyFileError::Damaged)?;
        Ok(Self::Locked(locked))
    }

    /// The public key in the file. For a locked file it is verified only when the file is opened.
    pub fn public(&self) -> PublicKey {
        match self {
            Self::Bare(identity) => identity.public(),
            Self::Locked(locked) => locked.public,
        }
    }
}

impl Locked {
    /// Runs Argon2id once, with at most 2 GiB-passes.
    pub fn open(&self, passphrase: &Passphrase) -> Result<Identity, Error> {
        let stretched = self.kdf.seed(passphrase, &self.salt);
        let stretched = stretched.map_err(Error::Memory)?;
        let opened = cipher(&stretched).open(&associated_data(&self.line), &self.sealed);
        let opened = opened.ok_or(KeyFileError::WrongPassphrase)?;
        let secret = opened
            .expose()
            .try_into()
            .map_err(|_| KeyFileError::Damaged)?;
        let identity = Identity {
            secret: Key::new(secret),
        };
        if identity.public() != self.public {
            return Err(KeyFileError::Damaged.into());
        }
        Ok(identity)
    }
}

fn beginning(public: &PublicKey) -> String {
    let public = recipient::encode(public);
    format!("{{\"kluis-identity\":{VERSION},\"public\":\"{public}\"")
}

/// Parses the rest after `"secret":"`.
fn bare(mut line: Line<'_>) -> Option<Identity> {
    let secret = base62::decode(PREFIX, line.string()?)?;
    line.literal("}")?;
    line.end()?;
    Some(Identity {
        secret: secret.into(),
    })
}

/// Parses the rest after the parameters.
fn locked(text: &str, mut line: Line<'_>, public: PublicKey, kdf: Kdf) -> Option<Locked> {
    line.literal(",\"salt\":\"")?;
    let salt = line.bytes()?;
    let (bound, _) = text.split_once(",\"sealed\":")?;
    line.literal(",\"sealed\":\"")?;
    let sealed = line.blob()?;
    line.literal("}")?;
    line.end()?;
    Some(Locked {
        public,
        kdf,
        salt,
        line: bound.to_owned(),
        sealed,
    })
}

fn cipher(stretched: &Key) -> Xaes {
    Xaes::new(&subkey(stretched, LABEL, &[]))
}

fn associated_data(line: &str) -> Vec<u8> {
    fields(&[FORMAT, LABEL, line].map(str::as_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Kdf = Kdf {
        memory: 8 * 1024,
        passes: 1,
        lanes: 1,
    };

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(&Plaintext::new(text.into())).unwrap()
    }

    fn parse(text: &str) -> Result<Stored, KeyFileError> {
        Stored::parse(&Plaintext::new(text.into()))
    }

    fn text(contents: &Plaintext) -> String {
        let text = std::str::from_utf8(contents.expose()).unwrap();
        text.strip_suffix('\n').unwrap().to_owned()
    }

    fn open(text: &str, typed: &str) -> Result<Identity, Error> {
        match parse(text)? {
            Stored::Bare(identity) => Ok(identity),
            Stored::Locked(locked) => locked.open(&passphrase(typed)),
        }
    }

    fn flaw(opened: Result<Identity, Error>) -> Option<KeyFileError> {
        match opened {
            Err(Error::KeyFile(flaw)) => Some(flaw),
            _ => None,
        }
    }

    /// Variants of the text, each with one character replaced.
    fn flips(text: &str) -> impl Iterator<Item = String> {
        (0..text.len()).map(move |place| {
            let other = if text.as_bytes()[place] == b'1' {
                "2"
            } else {
                "1"
            };
            let mut flipped = text.to_owned();
            flipped.replace_range(place..=place, other);
            flipped
        })
    }

    #[test]
    fn an_identity_reads_back_as_it_was_written() {
        let identity = Identity::random();
        for contents in [
            identity.bare(),
            identity.under(&passphrase("open"), CHEAP).unwrap(),
        ] {
            let text = text(&contents);
            let public = parse(&text).ok().unwrap().public();
            assert_eq!(public, identity.public());
            let again = open(&text, "open").unwrap();
            assert!(*again.secret == *identity.secret);
        }
        assert!(*identity.secret != *Identity::random().secret);
    }

    #[test]
    fn only_the_bare_file_holds_the_secret() {
        let identity = Identity::random();
        let secret = base62::encode(PREFIX, identity.secret.as_slice());
        assert!(text(&identity.bare()).contains(secret.as_str()));
        let locked = text(&identity.under(&passphrase("open"), CHEAP).unwrap());
        assert!(!locked.contains(PREFIX) && !locked.contains(&encode(identity.secret.as_slice())));
    }

    #[test]
    fn whatever_character_is_changed_nothing_opens() {
        let identity = Identity::random();
        let bare = text(&identity.bare());
        for flipped in flips(&bare) {
            assert!(flaw(open(&flipped, "open")).is_some(), "{flipped}");
        }
        let locked = text(&identity.under(&passphrase("open"), CHEAP).unwrap());
        for flipped in flips(&locked) {
            assert!(flaw(open(&flipped, "open")).is_some(), "{flipped}");
        }
        for whole in [bare, locked] {
            for wrong in [
                format!("{whole} "),
                format!(" {whole}"),
                whole[..whole.len() - 1].to_owned(),
                whole.replace(",\"", ", \""),
                String::new(),
            ] {
                assert_eq!(parse(&wrong).err(), Some(KeyFileError::Damaged), "{wrong}");
            }
        }
        let latin = Plaintext::new(vec![0xff, 0xfe]);
        assert_eq!(Stored::parse(&latin).err(), Some(KeyFileError::Damaged));
    }

    #[test]
    fn another_passphrase_does_not_open_it() {
        let locked = Identity::random().under(&passphrase("open"), CHEAP);
        let locked = text(&locked.unwrap());
        for wrong in ["Open", "open ", "ope"] {
            assert_eq!(
                flaw(open(&locked, wrong)),
                Some(KeyFileError::WrongPassphrase)
            );
        }
    }

    #[test]
    fn a_wrong_public_key_is_damage_even_when_sealed_again() {
        let (one, other) = (Identity::random(), Identity::random());
        let [mine, theirs] = [&one, &other].map(|half| recipient::encode(&half.public()));
        let bare = text(&one.bare()).replace(&mine, &theirs);
        assert_eq!(parse(&bare).err(), Some(KeyFileError::Damaged));
        // Sealed under a known passphrase and bound to the other public key.
        let salt = [7; SALT_BYTES];
        let line = format!(
            "{},\"kdf\":{CHEAP},\"salt\":\"{}\"",
            beginning(&other.public()),
            encode(&salt)
        );
        let stretched = CHEAP.seed(&passphrase("open"), &salt).unwrap();
        let sealed = cipher(&stretched).seal(&associated_data(&line), one.secret.as_slice());
        let locked = format!("{line},\"sealed\":\"{}\"}}", encode(&sealed));
        assert_eq!(flaw(open(&locked, "open")), Some(KeyFileError::Damaged));
    }

    #[test]
    fn parameters_out_of_bounds_are_refused_before_any_work() {
        let locked = Identity::random().under(&passphrase("open"), CHEAP);
        let locked = text(&locked.unwrap());
        for (m, t, p) in [
            (8191, 1, 1),
            (1_048_577, 1, 1),
            (8192, 0, 1),
            (8192, 17, 1),
            (8192, 1, 17),
            (1_048_576, 3, 1),
        ] {
            let asked = format!("\"m\":{m},\"t\":{t},\"p\":{p}");
            let wrong = locked.replace("\"m\":8192,\"t\":1,\"p\":1", &asked);
            assert!(
                matches!(parse(&wrong), Err(KeyFileError::Kdf { .. })),
                "{asked}"
            );
        }
    }

    #[test]
    fn a_newer_format_differs_from_damage() {
        let newer = "{\"kluis-identity\":2,\"public\":1}";
        assert_eq!(parse(newer).err(), Some(KeyFileError::Unsupported(2)));
        let none = "{\"kluis-identity\":0,\"public\":1}";
        assert_eq!(parse(none).err(), Some(KeyFileError::Damaged));
    }
}
