//! Derives 32 bytes from a passphrase: Argon2id (RFC 9106), version 0x13, with limits on its parameters.
//!
//! The parameters are read before anything can be authenticated, so the limits are fixed in the format: a
//! hostile file must not choose how long a reader works.

use super::derive::Key;
use super::error::Error;
use super::line::Line;
use crate::plaintext::Plaintext;
use crate::platform::threads::with_threads;
use crate::platform::{arena, memory};
use argon2::{Algorithm, Argon2, Params, Version};
use std::{fmt, io};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

pub const SALT_BYTES: usize = 16;
pub const MAX_PASSPHRASE_BYTES: usize = 1024;

pub const MIN_MEMORY_KIB: u32 = 8 * 1024;
const MAX_MEMORY_KIB: u32 = 1024 * 1024;
pub const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 16;
/// Memory times passes: 2 GiB once, or 128 MiB sixteen times.
const MAX_WORK_KIB: u64 = 2 * 1024 * 1024;
/// The greatest work of one command on all passphrase keys of a file.
pub const MAX_TOTAL_WORK_KIB: u64 = 2 * MAX_WORK_KIB;

/// The parameters of Argon2id.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Kdf {
    /// Memory in KiB, 8,192 to 1,048,576.
    pub memory: u32,
    /// Passes over the memory, 1 to 16.
    pub passes: u32,
    /// Lanes that can be filled in parallel, 1 to 16.
    pub lanes: u32,
}

impl Kdf {
    /// RFC 9106, section 4, second choice: 64 MiB, three passes, four lanes.
    pub const RECOMMENDED: Self = Self {
        memory: 64 * 1024,
        passes: 3,
        lanes: 4,
    };

    /// The parameters, if they are within the format's limits.
    pub fn checked(memory: u64, passes: u64, lanes: u64) -> Result<Self, Error> {
        let within = |number: u64, low: u32, high: u32, (name, unit): (&str, &str), bounds| {
            u32::try_from(number)
                .ok()
                .filter(|number| (low..=high).contains(number))
                .ok_or_else(|| Error::Kdf {
                    what: format!("{name}={number}{unit}"),
                    bounds,
                })
        };
        let kdf = Self {
            memory: within(
                memory,
                MIN_MEMORY_KIB,
                MAX_MEMORY_KIB,
                ("m", " KiB"),
                "8 MiB to 1 GiB",
            )?,
            passes: within(passes, 1, MAX_PASSES, ("t", ""), "1 to 16")?,
            lanes: within(lanes, 1, MAX_LANES, ("p", ""), "1 to 16")?,
        };
        if kdf.work() > MAX_WORK_KIB {
            return Err(Error::Kdf {
                what: format!("m={memory} KiB with t={passes}"),
                bounds: "at most 2 GiB for memory times passes",
            });
        }
        Ok(kdf)
    }

    /// Parses the numbers m, t and p as [`Kdf`] displays them; check them with [`Kdf::checked`].
    pub fn parse(line: &mut Line<'_>) -> Option<(u64, u64, u64)> {
        line.literal("{\"argon2id\":{\"m\":")?;
        let memory = line.number()?;
        line.literal(",\"t\":")?;
        let passes = line.number()?;
        line.literal(",\"p\":")?;
        let lanes = line.number()?;
        line.literal("}}")?;
        Some((memory, passes, lanes))
    }

    /// The memory filled in all passes together, in KiB.
    pub fn work(self) -> u64 {
        u64::from(self.memory) * u64::from(self.passes)
    }

    /// The memory that it takes, in bytes.
    pub fn bytes(self) -> u64 {
        u64::from(self.memory) * 1024
    }

    /// Argon2id of the normalised passphrase, 32 bytes. Fails only if there is not enough memory, and checks that
    /// first: the kernel kills a process that takes more than its container may have.
    pub fn seed(self, passphrase: &Passphrase, salt: &[u8; SALT_BYTES]) -> io::Result<Key> {
        memory::check(self.bytes())
            .map_err(|shortage| io::Error::new(io::ErrorKind::OutOfMemory, shortage))?;
        let params = Params::new(self.memory, self.passes, self.lanes, Some(32))
            .map_err(|error| io::Error::other(error.to_string()))?;
        let mut seed = Key::default();
        arena::with_blocks(params.block_count(), |blocks| {
            let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
            let (passphrase, seed) = (passphrase.0.expose(), seed.as_mut_slice());
            with_threads(self.lanes, || {
                argon2.hash_password_into_with_memory(passphrase, salt, seed, blocks)
            })
        })?
        .map_err(|error| io::Error::other(error.to_string()))?;
        Ok(seed)
    }
}

/// Writes `{"argon2id":{"m":N,"t":N,"p":N}}`, as in a key's line.
impl fmt::Display for Kdf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            memory,
            passes,
            lanes,
        } = self;
        write!(
            f,
            "{{\"argon2id\":{{\"m\":{memory},\"t\":{passes},\"p\":{lanes}}}}}"
        )
    }
}

/// A normalised passphrase: UTF-8 in NFKC, 1 to [`MAX_PASSPHRASE_BYTES`] bytes.
pub struct Passphrase(Plaintext);

/// The reasons to refuse a passphrase.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PassphraseError {
    #[error("empty")]
    Empty,
    #[error("longer than 1,024 bytes")]
    TooLong,
    #[error("not UTF-8")]
    NotText,
}

impl Passphrase {
    pub fn new(typed: &Plaintext) -> Result<Self, PassphraseError> {
        let text = std::str::from_utf8(typed.expose()).map_err(|_| PassphraseError::NotText)?;
        if text.is_empty() {
            return Err(PassphraseError::Empty);
        }
        if text.len() > MAX_PASSPHRASE_BYTES {
            return Err(PassphraseError::TooLong);
        }
        // The compatibility form of a character has at most 18 characters, so the buffer never grows.
        let mut normal = Zeroizing::new(String::with_capacity(text.len() * 18));
        normal.extend(text.nfkc());
        Ok(Self(Plaintext::new(normal.as_bytes().to_vec())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{AssociatedData, ParamsBuilder};
    use data_encoding::HEXLOWER;

    fn passphrase(text: &str) -> Passphrase {
        Passphrase::new(&Plaintext::new(text.into())).expect("a good passphrase")
    }

    #[test]
    fn the_recommended_and_greatest_cost_are_as_documented() {
        let recommended = Kdf::RECOMMENDED.to_string();
        assert_eq!(recommended, r#"{"argon2id":{"m":65536,"t":3,"p":4}}"#);
        assert_eq!(MAX_TOTAL_WORK_KIB * 1024, 4 << 30);
    }

    /// RFC 9106, section 5.3.
    #[test]
    fn rfc_9106_argon2id() {
        let params = ParamsBuilder::new()
            .m_cost(32)
            .t_cost(3)
            .p_cost(4)
            .data(AssociatedData::new(&[4; 12]).expect("short"))
            .build()
            .expect("the RFC's own");
        let mut tag = [0; 32];
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params)
            .expect("short")
            .hash_password_into(&[1; 32], &[2; 16], &mut tag)
            .expect("small");
        assert_eq!(
            HEXLOWER.encode(&tag),
            "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"
        );
    }

    #[test]
    fn the_arena_gives_the_same_result_as_the_crate() {
        let kdf = Kdf::checked(8 * 1024, 1, 2).expect("within the bounds");
        let mut expected = [0; 32];
        let params = Params::new(8 * 1024, 1, 2, Some(32)).expect("good");
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(b"correct horse", &[7; 16], &mut expected)
            .expect("small");
        let seed = kdf.seed(&passphrase("correct horse"), &[7; 16]);
        assert_eq!(*seed.expect("memory"), expected);
    }

    #[test]
    fn a_file_cannot_choose_how_long_a_reader_works() {
        for (memory, passes, lanes) in [
            (0, 3, 4),
            (8 * 1024 - 1, 1, 1),
            (1024 * 1024 + 1, 1, 1),
            (1 << 31, 1, 1),
            (1 << 53, 1, 1),
            (64 * 1024, 0, 4),
            (64 * 1024, 17, 4),
            (64 * 1024, 3, 0),
            (64 * 1024, 3, 17),
            (1024 * 1024, 3, 4),
        ] {
            assert!(
                Kdf::checked(memory, passes, lanes).is_err(),
                "{memory} {passes} {lanes}"
            );
        }
        assert!(Kdf::checked(1024 * 1024, 2, 16).is_ok());
        assert!(Kdf::checked(128 * 1024, 16, 16).is_ok());
    }

    #[test]
    fn one_passphrase_typed_on_two_keyboards_is_one_passphrase() {
        assert!(
            passphrase("caf\u{e9} \u{fb01}")
                .0
                .same_as(&passphrase("cafe\u{301} fi").0)
        );
        for (refused, why) in [
            (vec![], PassphraseError::Empty),
            (vec![b'x'; 1025], PassphraseError::TooLong),
            (vec![0xff], PassphraseError::NotText),
        ] {
            let refused = Passphrase::new(&Plaintext::new(refused));
            assert_eq!(refused.err(), Some(why));
        }
    }
}
