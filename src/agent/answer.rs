//! The agent's answers and how they are written. An answer never holds a key, and an error never repeats
//! the request.

use super::frame::{Reader, Writer};
use crate::keyring::{self, Reach};
use crate::plaintext::Plaintext;
use crate::sealed::id::{KeyId, WorkspaceId};
use crate::sealed::record::{self, Index};
use crate::sealed::sign::{SignatureBytes, VerifyKey};
use crate::sealed::{self};
use std::io;
use zeroize::Zeroizing;

pub enum Answer {
    /// The answer to a greeting: the agent's own version.
    Hello {
        version: u16,
    },
    Done,
    /// No key of this vault is held.
    Locked,
    /// The key is held, but the agent has not seen this header yet.
    NeedsHeader,
    Attached {
        key: KeyId,
        full_access: bool,
        reach: Vec<(WorkspaceId, Reach)>,
    },
    Status(Status),
    Opened(Vec<Plaintext>),
    Sealed(Vec<u8>),
    Indexed(Vec<Index>),
    Signed(SignatureBytes),
    Added {
        verify: VerifyKey,
        wrapped: Vec<u8>,
    },
    Failed(Failure),
}

/// The state of a vault's key in the agent.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Status {
    pub key: KeyId,
    pub full_access: bool,
    /// Whether the agent's memory stays off the disk.
    pub memory_locked: bool,
    /// Seconds until the key is forgotten, unless it is used.
    pub idle_left: u64,
    /// Seconds until the key is forgotten, used or not.
    pub left: u64,
    /// Each use sets `idle_left` back to this.
    pub idle: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// The ciphertext at this position, or the header, is damaged.
    Damaged(u32),
    Forged,
    KeyChanged,
    OutOfReach,
    ReadOnly,
    NeedsFullAccess,
    /// The header has keys that were not verified.
    Refused,
}

const HELLO: u8 = 0;
/// Every version answers a lock with this.
const DONE: u8 = 1;
const LOCKED: u8 = 2;
const NEEDS_HEADER: u8 = 3;
const ATTACHED: u8 = 4;
const STATUS: u8 = 5;
const OPENED: u8 = 6;
const SEALED: u8 = 7;
const INDEXED: u8 = 8;
const SIGNED: u8 = 9;
const ADDED: u8 = 10;
const FAILED: u8 = 11;

impl Answer {
    pub fn encode(&self) -> io::Result<Zeroizing<Vec<u8>>> {
        let mut out;
        match self {
            Self::Hello { version } => {
                out = Writer::new(HELLO);
                out.raw(&version.to_be_bytes());
            }
            Self::Done => out = Writer::new(DONE),
            Self::Locked => out = Writer::new(LOCKED),
            Self::NeedsHeader => out = Writer::new(NEEDS_HEADER),
            Self::Attached {
                key,
                full_access,
                reach,
            } => {
                out = Writer::new(ATTACHED);
                out.id(key.bits()).byte(u8::from(*full_access));
                out.count(reach.len());
                for (workspace, reach) in reach {
                    out.id(workspace.bits());
                    out.byte(u8::from(*reach == Reach::Write));
                }
            }
            Self::Status(status) => {
                out = Writer::new(STATUS);
                out.id(status.key.bits())
                    .byte(u8::from(status.full_access))
                    .byte(u8::from(status.memory_locked));
                out.number(status.idle_left)
                    .number(status.left)
                    .number(status.idle);
            }
            Self::Opened(all) => {
                out = Writer::new(OPENED);
                out.count(all.len());
                for plaintext in all {
                    out.bytes(plaintext.expose());
                }
            }
            Self::Sealed(bytes) => {
                out = Writer::new(SEALED);
                out.bytes(bytes);
            }
            Self::Indexed(all) => {
                out = Writer::new(INDEXED);
                out.count(all.len());
                for index in all {
                    out.raw(index.text());
                }
            }
            Self::Signed(signature) => {
                out = Writer::new(SIGNED);
                out.raw(signature);
            }
            Self::Added { verify, wrapped } => {
                out = Writer::new(ADDED);
                out.raw(verify).bytes(wrapped);
            }
            Self::Failed(failure) => {
                let (kind, position) = match failure {
                    Failure::Damaged(position) => (0, *position),
                    Failure::Forged => (1, 0),
                    Failure::KeyChanged => (2, 0),
                    Failure::OutOfReach => (3, 0),
                    Failure::ReadOnly => (4, 0),
                    Failure::NeedsFullAccess => (5, 0),
                    Failure::Refused => (6, 0),
                };
                out = Writer::new(FAILED);
                out.byte(kind).number(position.into());
            }
        }
        out.finish()
    }

    /// Decodes exactly one answer; anything else is `None`.
    pub fn decode(content: &[u8]) -> Option<Self> {
        let mut from = Reader::new(content);
        let answer = match from.byte()? {
            HELLO => Self::Hello {
                version: from.array().map(u16::from_be_bytes)?,
            },
            DONE => Self::Done,
            LOCKED => Self::Locked,
            NEEDS_HEADER => Self::NeedsHeader,
            ATTACHED => Self::Attached {
                key: KeyId::from_bits(from.id()?),
                full_access: flag(&mut from)?,
                reach: from.each(|from| {
                    let workspace = WorkspaceId::from_bits(from.id()?);
                    let reach = if flag(from)? {
                        Reach::Write
                    } else {
                        Reach::Read
                    };
                    Some((workspace, reach))
                })?,
            },
            STATUS => Self::Status(Status {
                key: KeyId::from_bits(from.id()?),
                full_access: flag(&mut from)?,
                memory_locked: flag(&mut from)?,
                idle_left: from.number()?,
                left: from.number()?,
                idle: from.number()?,
            }),
            OPENED => Self::Opened(from.each(|from| Some(Plaintext::new(from.bytes()?.to_vec())))?),
            SEALED => Self::Sealed(from.bytes()?.to_vec()),
            INDEXED => {
                Self::Indexed(from.each(|from| Index::from_text(from.raw(record::TEXT_BYTES)?))?)
            }
            SIGNED => Self::Signed(from.array()?),
            ADDED => Self::Added {
                verify: from.array()?,
                wrapped: from.bytes()?.to_vec(),
            },
            FAILED => Self::Failed({
                let kind = from.byte()?;
                match (kind, u32::try_from(from.number()?).ok()?) {
                    (0, position) => Failure::Damaged(position),
                    (1, 0) => Failure::Forged,
                    (2, 0) => Failure::KeyChanged,
                    (3, 0) => Failure::OutOfReach,
                    (4, 0) => Failure::ReadOnly,
                    (5, 0) => Failure::NeedsFullAccess,
                    (6, 0) => Failure::Refused,
                    _ => return None,
                }
            }),
            _ => return None,
        };
        from.end()?;
        Some(answer)
    }
}

fn flag(from: &mut Reader<'_>) -> Option<bool> {
    match from.byte()? {
        0 => Some(false),
        1 => Some(true),
        _ => None,
    }
}

impl From<keyring::Error> for Failure {
    fn from(error: keyring::Error) -> Self {
        use keyring::Error as E;
        match error {
            E::Sealed(sealed::Error::Forged) => Failure::Forged,
            E::OutOfReach => Failure::OutOfReach,
            E::ReadOnly => Failure::ReadOnly,
            E::NeedsFullAccess => Failure::NeedsFullAccess,
            E::AgentRefused => Failure::Refused,
            E::Sealed(_) => Failure::Damaged(0),
            E::KeyChanged
            | E::WrongPassphrase
            | E::NoPassphrase(_)
            | E::NoPassphraseKey
            | E::EmptyToken
            | E::MistypedToken
            | E::WrongToken
            | E::RefusedToken
            | E::MistypedPublicKey
            | E::MistypedPin
            | E::WrongKeyFile
            | E::KeyFile(_)
            | E::TooMuchWork
            | E::Memory(_)
            | E::AgentLocked
            | E::Agent(_) => Failure::KeyChanged,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::frame::LENGTH_BYTES;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn an_answer_reads_back_as_it_was_written(
            contents in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..5),
            bits in any::<u128>(),
            digest in any::<[u8; 32]>(),
            number in any::<u64>(),
            position in any::<u32>(),
            flags in any::<(bool, bool)>(),
        ) {
            let key = KeyId::from_bits(bits);
            let workspace = WorkspaceId::from_bits(bits);
            let index = Index::from_text(&[b'A'; record::TEXT_BYTES]).expect("zero");
            for answer in [
                Answer::Hello { version: 3 },
                Answer::Done,
                Answer::Locked,
                Answer::NeedsHeader,
                Answer::Attached {
                    key,
                    full_access: flags.0,
                    reach: vec![(workspace, Reach::Read), (workspace, Reach::Write)],
                },
                Answer::Status(Status {
                    key,
                    full_access: flags.0,
                    memory_locked: flags.1,
                    idle_left: number,
                    left: number,
                    idle: number,
                }),
                Answer::Opened(contents.iter().cloned().map(Plaintext::new).collect()),
                Answer::Sealed(contents.concat()),
                Answer::Indexed(vec![index; contents.len()]),
                Answer::Signed([9; 64]),
                Answer::Added { verify: digest, wrapped: contents.concat() },
                Answer::Failed(Failure::Damaged(position)),
                Answer::Failed(Failure::Forged),
                Answer::Failed(Failure::KeyChanged),
                Answer::Failed(Failure::OutOfReach),
                Answer::Failed(Failure::ReadOnly),
                Answer::Failed(Failure::NeedsFullAccess),
                Answer::Failed(Failure::Refused),
            ] {
                let frame = answer.encode().expect("small");
                let read = Answer::decode(&frame[LENGTH_BYTES..]).expect("written here");
                prop_assert_eq!(&*read.encode().expect("small"), &*frame);
                for end in LENGTH_BYTES..frame.len() {
                    prop_assert!(Answer::decode(&frame[LENGTH_BYTES..end]).is_none());
                }
            }
        }

        #[test]
        fn random_bytes_are_refused_or_a_whole_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some(answer) = Answer::decode(&bytes) {
                let frame = answer.encode().expect("small");
                prop_assert_eq!(&frame[LENGTH_BYTES..], &bytes[..]);
            }
        }
    }
}
