//! The keyring that asks the agent: each operation is one request. It has no key and cannot get one.

use super::answer::{Answer, Failure};
use super::client::{self, Connection, is_gone, unexpected, vault_of};
use super::frame::MAX_FRAME_BYTES;
use super::request::{Request, VaultRef};
use super::socket::SocketPath as Socket;
use crate::keyring::{Error, Keyring, Reach};
use crate::plaintext::Plaintext;
use crate::sealed::aad_context::AadContext;
use crate::sealed::header::{Content, Header};
use crate::sealed::id::{KeyId, WorkspaceId};
use crate::sealed::index::{Index, RecordKind};
use crate::sealed::sign::{Digest, SignatureBytes, VerifyKey};
use crate::sealed::{self, Part};
use std::cell::RefCell;
use std::collections::HashMap;
use std::io;

/// The size of the ciphertexts in one request: well below a frame, which also contains places and lengths.
const BATCH_BYTES: usize = MAX_FRAME_BYTES / 4;

/// The names in one request: at most 128 bytes each, so a quarter of a frame as well.
const BATCH_NAMES: usize = 2048;

pub struct AgentKeyring {
    socket: Socket,
    connection: RefCell<Connection>,
    /// The header that the agent last followed.
    header: String,
    digest: Digest,
    vault: VaultRef,
    held: Attached,
}

struct Attached {
    key: KeyId,
    full_access: bool,
    reach: HashMap<WorkspaceId, Reach>,
}

impl AgentKeyring {
    /// The agent's keyring for this vault; `None` if the agent has none.
    pub fn open(socket: &Socket, header: &Header) -> Result<Option<Self>, client::Error> {
        let Some(mut connection) = Connection::open(socket)? else {
            return Ok(None);
        };
        let vault = vault_of(header);
        let (digest, text) = (header.digest(), header.text());
        let held = match attach(&mut connection, vault, digest, text) {
            Ok(held) => held,
            // The key was removed from the vault, or the agent has ended: try another way to unlock.
            Err(Error::KeyChanged | Error::AgentLocked) => return Ok(None),
            Err(Error::Agent(error)) if is_gone(&error) => return Ok(None),
            Err(Error::Agent(error)) => return Err(client::Error::Broken(error)),
            Err(_) => return Err(client::Error::Broken(unexpected())),
        };
        Ok(Some(Self {
            socket: socket.clone(),
            connection: RefCell::new(connection),
            header: text.to_owned(),
            digest,
            vault,
            held,
        }))
    }

    /// The connection that the keyring uses.
    pub fn into_connection(self) -> Connection {
        self.connection.into_inner()
    }

    /// Asks, and asks once more if the agent has closed an idle connection or forgotten the header.
    fn ask(&self, request: &Request<'_>) -> Result<Answer, Error> {
        let mut connection = self.connection.borrow_mut();
        for is_last in [false, true] {
            match connection.ask(request) {
                Err(error) if is_gone(&error) && !is_last => {
                    let again = Connection::open(&self.socket);
                    let again = again.map_err(|error| Error::Agent(io::Error::other(error)))?;
                    *connection = again.ok_or(Error::AgentLocked)?;
                    attach(&mut connection, self.vault, self.digest, &self.header)?;
                }
                Err(error) if is_gone(&error) => return Err(Error::AgentLocked),
                Err(error) => return Err(Error::Agent(error)),
                Ok(Answer::Locked) => return Err(Error::AgentLocked),
                Ok(Answer::NeedsHeader) if !is_last => {
                    attach(&mut connection, self.vault, self.digest, &self.header)?;
                }
                Ok(answer) => return Ok(answer),
            }
        }
        Err(Error::Agent(unexpected()))
    }

    /// Opens the ciphertexts of one request.
    fn open_batch(&self, batch: &[(AadContext, Vec<u8>)]) -> Result<Vec<Plaintext>, Error> {
        let all = batch.iter();
        let all = all.map(|(place, sealed)| (*place, sealed.as_slice()));
        match self.ask(&Request::Open(all.collect()))? {
            Answer::Opened(opened) if opened.len() == batch.len() => Ok(opened),
            Answer::Failed(Failure::Damaged(position)) => {
                let found = usize::try_from(position).ok().and_then(|at| batch.get(at));
                Err(found.map_or_else(
                    || Error::Agent(unexpected()),
                    |(place, _)| place.damaged().into(),
                ))
            }
            other => Err(refusal(&other, Part::Header)),
        }
    }
}

/// Makes the agent use this header, and sends the header only if needed.
fn attach(
    connection: &mut Connection,
    vault: VaultRef,
    header: Digest,
    text: &str,
) -> Result<Attached, Error> {
    let mut answer = connection.ask(&Request::Attach { vault, header });
    if matches!(answer, Ok(Answer::NeedsHeader)) {
        answer = connection.ask(&Request::Follow { header: text });
    }
    match answer.map_err(Error::Agent)? {
        Answer::Attached {
            key,
            full_access,
            reach,
        } => Ok(Attached {
            key,
            full_access,
            reach: reach.into_iter().collect(),
        }),
        other => Err(refusal(&other, Part::Header)),
    }
}

/// Turns an unexpected answer into an error; damage is reported for `part`.
fn refusal(answer: &Answer, part: Part) -> Error {
    match answer {
        Answer::Locked => Error::AgentLocked,
        Answer::Failed(failure) => match failure {
            Failure::Damaged(_) => sealed::Error::Damaged(part).into(),
            Failure::Forged => sealed::Error::Forged.into(),
            Failure::KeyChanged => Error::KeyChanged,
            Failure::OutOfReach => Error::OutOfReach,
            Failure::ReadOnly => Error::ReadOnly,
            Failure::NeedsFullAccess => Error::NeedsFullAccess,
            Failure::Refused => Error::AgentRefused,
        },
        _ => Error::Agent(unexpected()),
    }
}

impl Keyring for AgentKeyring {
    fn key(&self) -> KeyId {
        self.held.key
    }

    fn has_full_access(&self) -> bool {
        self.held.full_access
    }

    fn reach(&self, workspace: WorkspaceId) -> Option<Reach> {
        self.held.reach.get(&workspace).copied()
    }

    fn index(&self, workspace: WorkspaceId, kind: RecordKind, name: &str) -> Result<Index, Error> {
        let found = self.index_all(workspace, &[(kind, name)])?;
        found.first().copied().ok_or(Error::Agent(unexpected()))
    }

    fn index_all(
        &self,
        workspace: WorkspaceId,
        names: &[(RecordKind, &str)],
    ) -> Result<Vec<Index>, Error> {
        let mut indexes = Vec::with_capacity(names.len());
        for names in names.chunks(BATCH_NAMES) {
            let request = Request::Index {
                workspace,
                names: names.to_vec(),
            };
            match self.ask(&request)? {
                Answer::Indexed(some) if some.len() == names.len() => indexes.extend(some),
                other => return Err(refusal(&other, Part::Workspace(workspace))),
            }
        }
        Ok(indexes)
    }

    fn open(&self, place: AadContext, sealed: &[u8]) -> Result<Plaintext, Error> {
        let opened = self.open_all(&[(place, sealed.to_vec())])?;
        let opened = opened.into_iter().next();
        opened.ok_or(Error::Agent(unexpected()))
    }

    fn open_all(&self, sealed: &[(AadContext, Vec<u8>)]) -> Result<Vec<Plaintext>, Error> {
        let mut opened = Vec::with_capacity(sealed.len());
        let mut rest = sealed;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fitting = rest.iter().take_while(|(_, sealed)| {
                bytes += sealed.len();
                bytes <= BATCH_BYTES
            });
            let (batch, later) = rest.split_at(fitting.count().max(1));
            opened.extend(self.open_batch(batch)?);
            rest = later;
        }
        Ok(opened)
    }

    fn seal(&self, place: AadContext, content: &[u8]) -> Result<Vec<u8>, Error> {
        match self.ask(&Request::Seal { place, content })? {
            Answer::Sealed(sealed) => Ok(sealed),
            other => Err(refusal(&other, Part::End)),
        }
    }

    fn sign_section(
        &self,
        workspace: WorkspaceId,
        digest: &Digest,
    ) -> Result<SignatureBytes, Error> {
        let digest = *digest;
        match self.ask(&Request::SignSection { workspace, digest })? {
            Answer::Signed(signature) => Ok(signature),
            other => Err(refusal(&other, Part::Workspace(workspace))),
        }
    }

    fn sign_header(&self, content: &Content) -> Result<SignatureBytes, Error> {
        let content = content.unsigned();
        match self.ask(&Request::SignHeader { content: &content })? {
            Answer::Signed(signature) => Ok(signature),
            other => Err(refusal(&other, Part::Header)),
        }
    }

    fn add_workspace(&mut self, workspace: WorkspaceId) -> Result<(VerifyKey, Vec<u8>), Error> {
        match self.ask(&Request::AddWorkspace { workspace })? {
            Answer::Added { verify, wrapped } => {
                self.held.reach.insert(workspace, Reach::Write);
                Ok((verify, wrapped))
            }
            other => Err(refusal(&other, Part::Workspace(workspace))),
        }
    }

    fn follow(&mut self, header: &Header) -> Result<(), Error> {
        if vault_of(header) != self.vault {
            return Err(Error::KeyChanged);
        }
        let (digest, text) = (header.digest(), header.text());
        let mut connection = self.connection.borrow_mut();
        let mut held = attach(&mut connection, self.vault, digest, text);
        if matches!(&held, Err(Error::Agent(error)) if is_gone(error)) {
            let again = Connection::open(&self.socket);
            let again = again.map_err(|error| Error::Agent(io::Error::other(error)))?;
            *connection = again.ok_or(Error::AgentLocked)?;
            held = attach(&mut connection, self.vault, digest, text);
        }
        self.held = held?;
        (self.header, self.digest) = (text.to_owned(), digest);
        Ok(())
    }
}
