//! The agent's answers and their encoding. An answer never contains a key, and an error never repeats the
//! request.

use super::frame::{Reader, Writer};
use super::wire::{Wire, decode, encode, wire};
use crate::keyring::{self, Reach};
use crate::plaintext::Plaintext;
use crate::sealed::id::{KeyId, WorkspaceId};
use crate::sealed::index::Index;
use crate::sealed::sign::{SignatureBytes, VerifyKey};
use crate::sealed::{self};
use std::io;
use zeroize::Zeroizing;

pub enum Answer {
    /// The answer to a greeting: the agent's own version.
    Hello {
        version: u16,
    },
    /// Every version answers a lock with this.
    Done,
    /// The agent has no key of this vault.
    Locked,
    /// The agent has the key, but has not seen this header yet.
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

wire!(Answer,
    0 = Hello { version: version }
    1 = Done {}
    2 = Locked {}
    3 = NeedsHeader {}
    4 = Attached { key: key, full_access: full_access, reach: reach }
    5 = Status { 0: status }
    6 = Opened { 0: all }
    7 = Sealed { 0: bytes }
    8 = Indexed { 0: all }
    9 = Signed { 0: signature }
    10 = Added { verify: verify, wrapped: wrapped }
    11 = Failed { 0: failure });
wire!(Status {
    key,
    full_access,
    memory_locked,
    idle_left,
    left,
    idle
});
wire!(Failure,
    0 = Damaged { 0: position }
    1 = Forged {}
    2 = KeyChanged {}
    3 = OutOfReach {}
    4 = ReadOnly {}
    5 = NeedsFullAccess {}
    6 = Refused {});

impl Answer {
    pub fn encode(&self) -> io::Result<Zeroizing<Vec<u8>>> {
        encode(self)
    }

    /// Decodes exactly one answer; anything else is `None`.
    pub fn decode(content: &[u8]) -> Option<Self> {
        decode(content)
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
            | E::KindToCome(_)
            | E::WrongPassphrase
            | E::NoPassphrase(_)
            | E::NoPassphraseKey
            | E::EmptyToken
            | E::MistypedToken
            | E::WrongToken
            | E::RefusedToken
            | E::MistypedPublicKey
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
            let index = Index::from_bytes(digest);
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
