//! The requests that a client can send. None asks for a key. None can name the ciphertexts that only a keyring
//! opens for itself.

use super::frame::{Reader, Writer};
use super::wire::{Wire, decode, encode, wire};
use crate::sealed::aad_context::AadContext;
use crate::sealed::derive::Key;
use crate::sealed::id::{KeyId, VaultId, WorkspaceId};
use crate::sealed::index::RecordKind;
use crate::sealed::sign::{Digest, VerifyKey};
use std::io;
use std::time::Duration;
use zeroize::Zeroizing;

/// A vault and its header key, as its anchor identifies it: a copy with another header key is another vault.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct VaultRef {
    pub vault: VaultId,
    pub verify: VerifyKey,
}

pub enum Request<'f> {
    /// Always the first request. It and `Lock` are the same in every version of the protocol.
    Hello {
        version: u16,
    },
    /// Forget every key.
    Lock,
    /// Use the vault whose header has this digest from here on.
    Attach {
        vault: VaultRef,
        header: Digest,
    },
    /// The same, with the header itself.
    Follow {
        header: &'f str,
    },
    Unlock {
        header: &'f str,
        key: KeyId,
        /// The key is forgotten after this time without use; in any case after `longest`.
        idle: Duration,
        longest: Duration,
        seed: Key,
    },
    Status {
        vault: VaultRef,
    },
    Open(Vec<(AadContext, &'f [u8])>),
    Seal {
        place: AadContext,
        content: &'f [u8],
    },
    Index {
        workspace: WorkspaceId,
        names: Vec<(RecordKind, &'f str)>,
    },
    SignSection {
        workspace: WorkspaceId,
        digest: Digest,
    },
    /// The header's text without its signature.
    SignHeader {
        content: &'f str,
    },
    AddWorkspace {
        workspace: WorkspaceId,
    },
}

wire!(VaultRef { vault, verify });
wire!(Request<'f>,
    0 = Hello { version: version }
    1 = Lock {}
    2 = Attach { vault: vault, header: header }
    3 = Follow { header: header }
    4 = Unlock { header: header, key: key, idle: idle, longest: longest, seed: seed }
    5 = Status { vault: vault }
    6 = Open { 0: all }
    7 = Seal { place: place, content: content }
    8 = Index { workspace: workspace, names: names }
    9 = SignSection { workspace: workspace, digest: digest }
    10 = SignHeader { content: content }
    11 = AddWorkspace { workspace: workspace });

impl<'f> Request<'f> {
    /// Encodes it; an error for a place that no request may name.
    pub fn encode(&self) -> io::Result<Zeroizing<Vec<u8>>> {
        if self.is_allowed() {
            encode(self)
        } else {
            Err(io::ErrorKind::InvalidInput.into())
        }
    }

    /// Decodes exactly one request; anything else is `None`.
    pub fn decode(content: &'f [u8]) -> Option<Self> {
        decode(content).filter(Self::is_allowed)
    }

    /// Whether the agent accepts it. Notes about a key change together with the key, and no agent changes keys.
    fn is_allowed(&self) -> bool {
        !matches!(
            self,
            Self::Seal {
                place: AadContext::KeyAbout(_),
                ..
            }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::frame::LENGTH_BYTES;
    use crate::sealed::id::{AppId, SecretId};
    use crate::sealed::index::Index;
    use proptest::prelude::*;

    fn id() -> impl Strategy<Value = u128> {
        any::<u128>()
    }

    fn place() -> impl Strategy<Value = AadContext> {
        let workspace = || id().prop_map(WorkspaceId::from_bits);
        let secret = || id().prop_map(SecretId::from_bits);
        prop_oneof![
            workspace().prop_map(AadContext::WorkspaceAbout),
            id().prop_map(|key| AadContext::KeyAbout(KeyId::from_bits(key))),
            (workspace(), any::<[u8; 32]>())
                .prop_map(|(w, first)| AadContext::Index(w, Index::from_bytes(first))),
            (workspace(), id()).prop_map(|(w, a)| AadContext::Links(w, AppId::from_bits(a))),
            (workspace(), secret(), any::<u64>()).prop_map(|(w, s, n)| AadContext::Value(w, s, n)),
        ]
    }

    fn again(request: &Request<'_>) -> bool {
        let frame = request.encode().expect("small");
        let read = Request::decode(&frame[LENGTH_BYTES..]).expect("written here");
        let rewritten = read.encode().expect("small");
        for end in LENGTH_BYTES..frame.len() {
            assert!(Request::decode(&frame[LENGTH_BYTES..end]).is_none());
        }
        let mut longer = frame[LENGTH_BYTES..].to_vec();
        longer.push(0);
        assert!(Request::decode(&longer).is_none());
        *rewritten == *frame
    }

    proptest! {
        #[test]
        fn a_request_reads_back_as_it_was_written(
            sealed in prop::collection::vec((place(), prop::collection::vec(any::<u8>(), 0..40)), 0..5),
            names in prop::collection::vec(".{0,8}", 0..5),
            bits in id(),
            digest in any::<[u8; 32]>(),
            seconds in any::<u64>(),
            text in ".{0,40}",
        ) {
            let vault = VaultRef { vault: VaultId::from_bits(bits), verify: digest };
            let workspace = WorkspaceId::from_bits(bits);
            let sealed = sealed.iter().map(|(place, bytes)| (*place, bytes.as_slice()));
            let duration = Duration::from_secs(seconds);
            for request in [
                Request::Hello { version: 7 },
                Request::Lock,
                Request::Attach { vault, header: digest },
                Request::Follow { header: &text },
                Request::Unlock {
                    header: &text,
                    key: KeyId::from_bits(bits),
                    idle: duration,
                    longest: duration,
                    seed: Key::new(digest),
                },
                Request::Status { vault },
                Request::Open(sealed.collect()),
                Request::Seal { place: AadContext::Index(workspace, Index::from_bytes(digest)), content: text.as_bytes() },
                Request::Index {
                    workspace,
                    names: names.iter().map(|name| (RecordKind::App, name.as_str())).collect(),
                },
                Request::SignSection { workspace, digest },
                Request::SignHeader { content: &text },
                Request::AddWorkspace { workspace },
            ] {
                prop_assert!(again(&request));
            }
        }

        #[test]
        fn random_bytes_are_refused_or_a_whole_request(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            if let Some(request) = Request::decode(&bytes) {
                let frame = request.encode().expect("small");
                prop_assert_eq!(&frame[LENGTH_BYTES..], &bytes[..]);
            }
        }
    }

    #[test]
    fn no_request_asks_for_a_key_or_changes_its_notes() {
        let seal = |place| Request::Seal {
            place,
            content: b"",
        };
        let wrapped = AadContext::Wrapped(WorkspaceId::from_bits(1));
        assert!(Request::Open(vec![(wrapped, b"")]).encode().is_err());
        assert!(seal(wrapped).encode().is_err());
        assert!(
            seal(AadContext::KeyAbout(KeyId::from_bits(1)))
                .encode()
                .is_err()
        );
        for kind in (0..=u8::MAX).filter(|kind| !(1..=4).contains(kind)) {
            let mut content = vec![7, kind];
            content.extend_from_slice(&[0; 64]);
            assert!(Request::decode(&content).is_none(), "{kind}");
        }
        for kind in (0..=u8::MAX).filter(|kind| !(1..=5).contains(kind)) {
            let mut content = vec![6, 0, 0, 0, 1, kind];
            content.extend_from_slice(&[0; 64]);
            assert!(Request::decode(&content).is_none(), "{kind}");
        }
    }

    #[test]
    fn a_count_that_is_not_there_reserves_nothing() {
        let mut content = vec![8];
        content.extend_from_slice(&[0; 17]);
        content.extend_from_slice(&u32::MAX.to_be_bytes());
        assert!(Request::decode(&content).is_none());
    }
}
