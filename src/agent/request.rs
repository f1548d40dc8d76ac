//! The requests that a client can send. None asks for a key, and none can name the ciphertexts that only a
//! keyring opens for itself.

use super::frame::{Reader, Writer};
use crate::sealed::aad_context::AadContext;
use crate::sealed::derive::Key;
use crate::sealed::id::{AppId, KeyId, SecretId, VaultId, WorkspaceId};
use crate::sealed::record::RecordKind;
use crate::sealed::sign::{Digest, VerifyKey};
use std::io;
use std::time::Duration;
use zeroize::Zeroizing;

/// A vault as its anchor identifies it: a copy with another header key is another vault.
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
        /// The key is forgotten after this time without a use, or after `longest` in any case.
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
        kind: RecordKind,
        names: Vec<&'f str>,
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

const HELLO: u8 = 0;
const LOCK: u8 = 1;
const ATTACH: u8 = 2;
const FOLLOW: u8 = 3;
const UNLOCK: u8 = 4;
const STATUS: u8 = 5;
const OPEN: u8 = 6;
const SEAL: u8 = 7;
const INDEX: u8 = 8;
const SIGN_SECTION: u8 = 9;
const SIGN_HEADER: u8 = 10;
const ADD_WORKSPACE: u8 = 11;

impl<'f> Request<'f> {
    /// `None` for a place that no request may name.
    pub fn encode(&self) -> Option<io::Result<Zeroizing<Vec<u8>>>> {
        let mut out;
        match self {
            Self::Hello { version } => {
                out = Writer::new(HELLO);
                out.raw(&version.to_be_bytes());
            }
            Self::Lock => out = Writer::new(LOCK),
            Self::Attach { vault, header } => {
                out = Writer::new(ATTACH);
                write_vault(&mut out, vault);
                out.raw(header);
            }
            Self::Follow { header } => {
                out = Writer::new(FOLLOW);
                out.bytes(header.as_bytes());
            }
            Self::Unlock {
                header,
                key,
                idle,
                longest,
                seed,
            } => {
                out = Writer::new(UNLOCK);
                out.bytes(header.as_bytes()).id(key.bits());
                out.number(idle.as_secs()).number(longest.as_secs());
                out.raw(seed.as_slice());
            }
            Self::Status { vault } => {
                out = Writer::new(STATUS);
                write_vault(&mut out, vault);
            }
            Self::Open(all) => {
                out = Writer::new(OPEN);
                out.count(all.len());
                for (place, sealed) in all {
                    write_place(&mut out, *place)?;
                    out.bytes(sealed);
                }
            }
            Self::Seal { place, content } => {
                if is_read_only(*place) {
                    return None;
                }
                out = Writer::new(SEAL);
                write_place(&mut out, *place)?;
                out.bytes(content);
            }
            Self::Index {
                workspace,
                kind,
                names,
            } => {
                out = Writer::new(INDEX);
                out.id(workspace.bits())
                    .byte(u8::from(*kind == RecordKind::App))
                    .count(names.len());
                for name in names {
                    out.bytes(name.as_bytes());
                }
            }
            Self::SignSection { workspace, digest } => {
                out = Writer::new(SIGN_SECTION);
                out.id(workspace.bits()).raw(digest);
            }
            Self::SignHeader { content } => {
                out = Writer::new(SIGN_HEADER);
                out.bytes(content.as_bytes());
            }
            Self::AddWorkspace { workspace } => {
                out = Writer::new(ADD_WORKSPACE);
                out.id(workspace.bits());
            }
        }
        Some(out.finish())
    }

    /// Decodes exactly one request; anything else is `None`.
    pub fn decode(content: &'f [u8]) -> Option<Self> {
        let mut from = Reader::new(content);
        let request = match from.byte()? {
            HELLO => Self::Hello {
                version: from.array().map(u16::from_be_bytes)?,
            },
            LOCK => Self::Lock,
            ATTACH => Self::Attach {
                vault: read_vault(&mut from)?,
                header: from.array()?,
            },
            FOLLOW => Self::Follow {
                header: from.text()?,
            },
            UNLOCK => Self::Unlock {
                header: from.text()?,
                key: KeyId::from_bits(from.id()?),
                idle: Duration::from_secs(from.number()?),
                longest: Duration::from_secs(from.number()?),
                seed: Key::new(from.array()?),
            },
            STATUS => Self::Status {
                vault: read_vault(&mut from)?,
            },
            OPEN => Self::Open(from.each(|from| Some((read_place(from)?, from.bytes()?)))?),
            SEAL => Self::Seal {
                place: read_place(&mut from).filter(|place| !is_read_only(*place))?,
                content: from.bytes()?,
            },
            INDEX => Self::Index {
                workspace: WorkspaceId::from_bits(from.id()?),
                kind: match from.byte()? {
                    0 => RecordKind::Secret,
                    1 => RecordKind::App,
                    _ => return None,
                },
                names: from.each(Reader::text)?,
            },
            SIGN_SECTION => Self::SignSection {
                workspace: WorkspaceId::from_bits(from.id()?),
                digest: from.array()?,
            },
            SIGN_HEADER => Self::SignHeader {
                content: from.text()?,
            },
            ADD_WORKSPACE => Self::AddWorkspace {
                workspace: WorkspaceId::from_bits(from.id()?),
            },
            _ => return None,
        };
        from.end()?;
        Some(request)
    }
}

fn write_vault(out: &mut Writer, vault: &VaultRef) {
    out.id(vault.vault.bits()).raw(&vault.verify);
}

fn read_vault(from: &mut Reader<'_>) -> Option<VaultRef> {
    Some(VaultRef {
        vault: VaultId::from_bits(from.id()?),
        verify: from.array()?,
    })
}

const WORKSPACE_ABOUT: u8 = 1;
const SECRET_META: u8 = 2;
const APP_META: u8 = 3;
const VALUE: u8 = 4;
const KEY_ABOUT: u8 = 5;

/// The notes about a key change only together with the key, which the agent never does.
fn is_read_only(place: AadContext) -> bool {
    matches!(place, AadContext::KeyAbout(_))
}

/// The keys of workspaces cannot be written here: no request can ask for them.
fn write_place(out: &mut Writer, place: AadContext) -> Option<()> {
    match place {
        AadContext::Wrapped(_) => return None,
        AadContext::KeyAbout(key) => {
            out.byte(KEY_ABOUT).id(key.bits());
        }
        AadContext::WorkspaceAbout(workspace) => {
            out.byte(WORKSPACE_ABOUT).id(workspace.bits());
        }
        AadContext::SecretMeta(workspace, id) => {
            out.byte(SECRET_META).id(workspace.bits()).id(id.bits());
        }
        AadContext::AppMeta(workspace, id) => {
            out.byte(APP_META).id(workspace.bits()).id(id.bits());
        }
        AadContext::Value(workspace, id, slot) => {
            out.byte(VALUE).id(workspace.bits()).id(id.bits());
            out.number(slot);
        }
    }
    Some(())
}

fn read_place(from: &mut Reader<'_>) -> Option<AadContext> {
    let kind = from.byte()?;
    if kind == KEY_ABOUT {
        return Some(AadContext::KeyAbout(KeyId::from_bits(from.id()?)));
    }
    let workspace = WorkspaceId::from_bits(from.id()?);
    Some(match kind {
        WORKSPACE_ABOUT => AadContext::WorkspaceAbout(workspace),
        SECRET_META => AadContext::SecretMeta(workspace, SecretId::from_bits(from.id()?)),
        APP_META => AadContext::AppMeta(workspace, AppId::from_bits(from.id()?)),
        VALUE => {
            let id = SecretId::from_bits(from.id()?);
            AadContext::Value(workspace, id, from.number()?)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agent::frame::LENGTH_BYTES;
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
            (workspace(), secret()).prop_map(|(w, s)| AadContext::SecretMeta(w, s)),
            (workspace(), id()).prop_map(|(w, a)| AadContext::AppMeta(w, AppId::from_bits(a))),
            (workspace(), secret(), any::<u64>()).prop_map(|(w, s, n)| AadContext::Value(w, s, n)),
        ]
    }

    fn again(request: &Request<'_>) -> bool {
        let frame = request.encode().expect("askable").expect("small");
        let read = Request::decode(&frame[LENGTH_BYTES..]).expect("written here");
        let rewritten = read.encode().expect("askable").expect("small");
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
                Request::Seal { place: AadContext::SecretMeta(workspace, SecretId::from_bits(bits)), content: text.as_bytes() },
                Request::Index {
                    workspace,
                    kind: RecordKind::App,
                    names: names.iter().map(String::as_str).collect(),
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
                let frame = request.encode().expect("askable").expect("small");
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
        assert!(Request::Open(vec![(wrapped, b"")]).encode().is_none());
        assert!(seal(wrapped).encode().is_none());
        assert!(
            seal(AadContext::KeyAbout(KeyId::from_bits(1)))
                .encode()
                .is_none()
        );
        for kind in (0..=u8::MAX).filter(|kind| !(1..=4).contains(kind)) {
            let mut content = vec![SEAL, kind];
            content.extend_from_slice(&[0; 64]);
            assert!(Request::decode(&content).is_none(), "{kind}");
        }
        for kind in (0..=u8::MAX).filter(|kind| !(1..=5).contains(kind)) {
            let mut content = vec![OPEN, 0, 0, 0, 1, kind];
            content.extend_from_slice(&[0; 64]);
            assert!(Request::decode(&content).is_none(), "{kind}");
        }
    }

    #[test]
    fn a_count_that_is_not_there_reserves_nothing() {
        let mut content = vec![INDEX];
        content.extend_from_slice(&[0; 17]);
        content.extend_from_slice(&u32::MAX.to_be_bytes());
        assert!(Request::decode(&content).is_none());
    }
}
