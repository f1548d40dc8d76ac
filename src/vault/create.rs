//! Creates a vault: its keys, and the workspace `default`.

use super::Error;
use super::description::Description;
use super::lookup::reached;
use super::name::WorkspaceName;
use super::time::Timestamp;
use super::view::{Scan, View};
use super::workspace::Workspace;
use crate::keyring::issue::{Credential, Issuer};
use crate::keyring::master::Master;
use crate::keyring::token::Token;
use crate::keyring::unlock;
use crate::sealed::file::{SectionBytes, assemble};
use crate::sealed::header::{self, Content, Header};
use crate::sealed::history::{Ancestors, RevisionId};
use crate::sealed::id::{KeyId, VaultId};
use crate::sealed::kdf::{Kdf, Passphrase};
use crate::sealed::key::Key;
use crate::sealed::section::Unsealed;
use crate::sealed::seed::PublicKey;
use crate::sealed::{self, SealedBytes, meta};
use crate::store::{self, Previous, Snapshot, Store};
use std::time::Duration;

/// The first keys of a new vault; at least one.
pub struct Keys<'a> {
    /// The public key of a key file.
    pub key_file: Option<PublicKey>,
    pub passphrase: Option<(&'a Passphrase, Kdf)>,
    /// The label of the token, if you want one.
    pub token: Option<&'a str>,
}

/// A vault that is not stored yet. Its token exists even if storing fails.
pub struct New {
    pub header: Header,
    pub token: Option<Token>,
    bytes: SealedBytes<'static>,
}

impl New {
    /// Makes a vault with the workspace `default`. Each new key has already opened its own line.
    pub fn make(keys: &Keys<'_>, now: Timestamp) -> Result<Self, Error> {
        let vault = VaultId::random();
        let master = Master::random(vault);
        let about = |label: &str| meta::Key {
            label: label.to_owned(),
            created_at: now.milliseconds(),
            workspaces: None,
        };
        let issuer = Issuer {
            master: &master,
            workspaces: &[],
        };
        let mut lines = Vec::new();
        if let Some((passphrase, kdf)) = keys.passphrase {
            let credential = Credential::passphrase(vault, KeyId::random(), passphrase, kdf)?;
            lines.push(issuer.issue(&credential, &about("passphrase"), None)?);
        }
        if let Some(public) = keys.key_file {
            let credential = Credential::recipient(public);
            lines.push(issuer.issue(&credential, &about("key file"), None)?);
        }
        let mut token = None;
        if let Some(label) = keys.token {
            let (credential, new) = Credential::token(vault);
            lines.push(issuer.issue(&credential, &about(label), None)?);
            token = Some(new);
        }
        let (header, section) = seal(&master, vault, lines, now)?;
        let bytes = assemble(&header, vec![section])?;
        Ok(Self {
            header,
            token,
            bytes,
        })
    }

    /// Stores it if there is no vault yet. The stored bytes are read back, compared, and opened with the
    /// token before the commit.
    pub fn store_in(&self, store: &dyn Store, patience: Duration) -> Result<(), Error> {
        let mut transaction = store.begin(patience)?;
        if let Some(found) = transaction.current()? {
            return Err(is_taken(store, &found).into());
        }
        let staged = transaction.stage(&self.bytes)?;
        let confirmed = confirm(staged, &self.bytes, self.token.as_ref());
        confirmed.map_err(|error| error.of_staged(store.place()))?;
        Ok(transaction.commit(Previous::Keep)?)
    }
}

/// The error when the vault's place has a file. A kill may leave an empty file where the file system has no
/// links. It is not replaced: a broken disk may have emptied a vault whose earlier copy still exists.
pub fn is_taken(store: &dyn Store, found: &Snapshot) -> store::Error {
    let place = store.place();
    if found.len() == 0 {
        store::Error::Empty { place }
    } else {
        store::Error::Exists { place }
    }
}

/// Opens the stored bytes.
fn confirm(staged: Snapshot, bytes: &SealedBytes<'_>, token: Option<&Token>) -> Result<(), Error> {
    if !staged.is(bytes)? {
        return Err(sealed::Error::Damaged(sealed::Part::End).into());
    }
    let stored = View::load(staged, Scan::Everything)?;
    if let Some(token) = token {
        let keyring = unlock::with_token(&stored.layout.header, token)?;
        reached(&keyring, &stored)?;
    }
    Ok(())
}

/// The signed header, and the empty section of `default`.
fn seal(
    master: &Master,
    vault: VaultId,
    keys: Vec<Key>,
    now: Timestamp,
) -> Result<(Header, SectionBytes<'static>), Error> {
    let default = Workspace::new(WorkspaceName::default(), Description::default(), now);
    let (verify, wrapped) = master.new_workspace(default.id);
    let mut line = header::Workspace {
        id: default.id,
        verify,
        wrapped,
        about: Vec::new(),
        section: RevisionId::default(),
    };
    let workspace = master.workspace(&line)?;
    line.about = workspace.seal_about(&meta::encode(&default.to_meta()));
    let unsealed = Unsealed::new(default.id, &Ancestors::default(), &[]);
    line.section = unsealed.id();
    let content = Content {
        keys_to_come: Vec::new(),
        vault,
        verify: master.verify(),
        keys,
        workspaces: vec![line],
        successions: Vec::new(),
        ancestors: Ancestors::default(),
    };
    let signature = master.sign(&content)?;
    let header = content.signed(signature)?;
    let head = unsealed.seal(header.id(), |digest| workspace.sign(digest))?;
    let section = SectionBytes::Changed {
        head,
        pages: Vec::new(),
    };
    Ok((header, section))
}
