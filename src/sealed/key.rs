//! The line of a key in the header.

use super::error::{Error, Part};
use super::id::KeyId;
use super::kdf::{Kdf, SALT_BYTES};
use super::line::{Line, encode};
use super::meta::{MAX_MILLISECONDS, Milliseconds};
use super::seed::PublicKey;
use std::fmt::Write;

const NOT_AFTER: &str = ",\"not_after\":";
const ABOUT: &str = ",\"about\":\"";
const MAX_KIND_BYTES: usize = 32;

/// The source of a key's seed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Lock {
    Passphrase {
        kdf: Kdf,
        salt: [u8; SALT_BYTES],
        bond: Bond,
    },
    Token {
        salt: [u8; SALT_BYTES],
        bond: Bond,
    },
    /// Its owner keeps the secret; the vault knows only the public key.
    Identity,
}

/// The members that only a holder of the seed can write.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bond {
    pub commit: [u8; 32],
    /// The vault's verify key under a subkey of the seed.
    pub anchor: Vec<u8>,
}

/// One way to unlock.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Key {
    pub id: KeyId,
    pub lock: Lock,
    pub public: PublicKey,
    /// From this time on every honest client refuses the key. In the clear, because the key's holder must know
    /// it, too.
    pub not_after: Option<Milliseconds>,
    /// HPKE to `public`.
    pub grant: Vec<u8>,
    /// Label, date of creation and reach, sealed under the root key.
    pub about: Vec<u8>,
}

impl Key {
    /// The line up to the end of its public members: the grant is bound to this text.
    pub fn public_part(&self) -> String {
        let mut out = format!("{{\"key\":\"{}\",\"kind\":\"", self.id);
        let bond = match &self.lock {
            Lock::Passphrase { kdf, salt, bond } => {
                let salt = encode(salt);
                let _ = write!(out, "passphrase\",\"kdf\":{kdf},\"salt\":\"{salt}\"");
                Some(bond)
            }
            Lock::Token { salt, bond } => {
                let _ = write!(out, "token\",\"salt\":\"{}\"", encode(salt));
                Some(bond)
            }
            Lock::Identity => {
                out.push_str("identity\"");
                None
            }
        };
        if let Some(bond) = bond {
            let _ = write!(out, ",\"commit\":\"{}\"", encode(&bond.commit));
        }
        let _ = write!(out, ",\"public\":\"{}\"", encode(&self.public));
        if let Some(not_after) = self.not_after {
            let _ = write!(out, "{NOT_AFTER}{not_after}");
        }
        out
    }

    pub fn bond(&self) -> Option<&Bond> {
        match &self.lock {
            Lock::Passphrase { bond, .. } | Lock::Token { bond, .. } => Some(bond),
            Lock::Identity => None,
        }
    }

    pub(super) fn write(&self, out: &mut String) {
        out.push_str(&self.public_part());
        if let Some(bond) = self.bond() {
            let _ = write!(out, ",\"anchor\":\"{}\"", encode(&bond.anchor));
        }
        let (grant, about) = (encode(&self.grant), encode(&self.about));
        let _ = writeln!(out, ",\"grant\":\"{grant}\",\"about\":\"{about}\"}}");
    }

    pub(super) fn parse(text: &str) -> Result<Self, Error> {
        let (id, mut line) = begin(text)?;
        let damaged = || Error::Damaged(Part::Key(id));
        let kdf = if line.optional("passphrase\"") {
            line.literal(",\"kdf\":").ok_or_else(damaged)?;
            let (memory, passes, lanes) = Kdf::parse(&mut line).ok_or_else(damaged)?;
            Some(Kdf::checked(memory, passes, lanes)?)
        } else {
            None
        };
        Self::parse_rest(id, kdf, line).ok_or_else(damaged)
    }

    fn parse_rest(id: KeyId, kdf: Option<Kdf>, mut line: Line<'_>) -> Option<Self> {
        let identity = kdf.is_none() && line.optional("identity\"");
        if kdf.is_none() && !identity {
            line.literal("token\"")?;
        }
        let bound = if identity {
            None
        } else {
            line.literal(",\"salt\":\"")?;
            let salt = line.bytes()?;
            line.literal(",\"commit\":\"")?;
            Some((salt, line.bytes()?))
        };
        line.literal(",\"public\":\"")?;
        let public = line.bytes()?;
        let not_after = if line.optional(NOT_AFTER) {
            let end = line.number()?.try_into().ok();
            Some(end.filter(|&end| end <= MAX_MILLISECONDS)?)
        } else {
            None
        };
        let lock = match bound {
            None => Lock::Identity,
            Some((salt, commit)) => {
                line.literal(",\"anchor\":\"")?;
                let bond = Bond {
                    commit,
                    anchor: line.blob()?,
                };
                match kdf {
                    Some(kdf) => Lock::Passphrase { kdf, salt, bond },
                    None => Lock::Token { salt, bond },
                }
            }
        };
        line.literal(",\"grant\":\"")?;
        let grant = line.blob()?;
        line.literal(",\"about\":\"")?;
        let about = line.blob()?;
        line.literal("}")?;
        line.end()?;
        Some(Self {
            id,
            lock,
            public,
            not_after,
            grant,
            about,
        })
    }
}

/// A key of a kind that only a later version knows. It is copied unchanged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeyToCome {
    pub id: KeyId,
    pub kind: String,
    /// Its line, up to before `about`.
    text: String,
    /// As in any other key.
    pub about: Vec<u8>,
}

impl KeyToCome {
    pub(super) fn write(&self, out: &mut String) {
        let _ = writeln!(out, "{}{ABOUT}{}\"}}", self.text, encode(&self.about));
    }

    /// Parses such a line; `None` if this version knows the kind.
    pub fn parse(text: &str) -> Result<Option<Self>, Error> {
        let (id, mut line) = begin(text)?;
        let damaged = || Error::Damaged(Part::Key(id));
        let kind = line.string().ok_or_else(damaged)?;
        if ["passphrase", "token", "identity"].contains(&kind) {
            return Ok(None);
        }
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !(1..=MAX_KIND_BYTES).contains(&kind.len()) || !kind.bytes().all(is_word) {
            return Err(damaged());
        }
        let (_, about) = line.rest().rsplit_once(ABOUT).ok_or_else(damaged)?;
        let before = &text[..text.len() - about.len() - ABOUT.len()];
        let mut line = Line::new(about);
        let about = line.blob().ok_or_else(damaged)?;
        line.literal("}")
            .and_then(|()| line.end())
            .ok_or_else(damaged)?;
        if before.contains(char::is_control) {
            return Err(damaged());
        }
        Ok(Some(Self {
            id,
            kind: kind.to_owned(),
            text: before.to_owned(),
            about,
        }))
    }
}

/// The id at the beginning of a key's line, and the rest of the line from its kind on.
fn begin(text: &str) -> Result<(KeyId, Line<'_>), Error> {
    let mut line = Line::new(text);
    let id = (|| {
        line.literal("{\"key\":\"")?;
        KeyId::parse(line.string()?)
    })()
    .ok_or(Error::Damaged(Part::Header))?;
    line.literal(",\"kind\":\"")
        .ok_or(Error::Damaged(Part::Key(id)))?;
    Ok((id, line))
}
