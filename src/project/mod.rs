//! The project file, `kluis.toml`: it names the vault, workspace, app and variables of a project. It is data
//! only: nothing in it runs, and no secret's value may be in it.
//!
//! **Where it is found.** In the working directory or the nearest one above it, up to the root or to where
//! another file system begins, as git looks for a repository. The home directory is no end. Paths in it are
//! relative to the directory it was found in, also when it is a link.
//!
//! **Whom it may speak for.** Whoever clones a repository and steps into it has agreed to nothing, and yet the
//! file names secrets to be handed to the next command, which is the repository's own. So a file is followed
//! without a question only where it draws on a vault of its own ([`ProjectFile::owns`]): one in its folder,
//! which came with it and which the keys of its reader do not open unless somebody gave them access. For any
//! other vault somebody has to agree. Against whom each rule stands:
//!
//! - *A file that names your vault*, by an absolute path, by `~/` or by `..`, or *a link in the repository
//!   that leads to it*: links and `..` are resolved before "inside" is judged, and what cannot be resolved is
//!   outside.
//! - *A file that leaves `vault` out*, so that your default vault is drawn on, or the one that KLUIS_VAULT names:
//!   the vault in question is the one in use, wherever its name came from. A variable of a shell profile was set
//!   before this file was there, so it says nothing about it; `--vault` on this command line does.
//! - *A file that only names a workspace*, so that `run --all` or `delete` means another one than you do: the
//!   workspace of a file that is not followed is an error and not left out, or the same command would mean
//!   different things in the same folder. What names nothing that the command uses does not stand in its way.
//! - *A file of another user*, in a directory above that both may write, such as `/tmp`: a vault is a file's own
//!   only when both belong to one user, or the file to root.
//! - *A file that changes after somebody agreed*: an agreement is for a path and a SHA-256 of the content, and
//!   holds only for the vault that was shown, wherever the name of the one in use comes from. The file is read once; what was
//!   read is what is hashed and followed.
//! - *A repository that links to a trusted file elsewhere*, to have its secrets handed to a command of its own: the
//!   path of an agreement is that of the link, not that of its target.
//! - *A public key in a file that is not trusted*: as a pin it can only refuse a vault; it must never be what makes
//!   a vault authentic. For an identity, the key in a file that somebody agreed to is.
//!
//! A hard link to your vault cannot be told from the vault; no clone makes one.

mod find;
mod folder;
mod parse;
mod trust_store;

pub use find::{find, hash};
pub use folder::resolve;
pub use parse::Mistake;
#[cfg(fuzzing)]
pub use parse::parse as parse_text;
pub use trust_store::{Agreement, TrustState, TrustStore};

use crate::vault::env_key::EnvKey;
use crate::vault::name::{AppName, WorkspaceName};
use crate::vault::reference::Reference;
use std::io;
use std::path::{Path, PathBuf};

pub const FILE_NAME: &str = "kluis.toml";

/// A project file that was read.
pub struct ProjectFile {
    /// The real path of its directory, and its name there.
    pub path: PathBuf,
    /// Its directory.
    pub folder: PathBuf,
    /// SHA-256 of the content, in lower-case hex.
    pub sha256: String,
    pub project: Project,
    /// The user id of its owner; `None` if a link of another user leads to it.
    owner: Option<u32>,
}

/// The content of a project file.
#[derive(Default, Debug, PartialEq, Eq)]
pub struct Project {
    /// An absolute path.
    pub vault: Option<PathBuf>,
    pub workspace: Option<WorkspaceName>,
    pub app: Option<AppName>,
    /// The pin that the vault has to match.
    pub pin: Option<String>,
    /// In the order of the file.
    pub env: Vec<Entry>,
}

/// One variable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub key: EnvKey,
    pub reference: Reference,
    pub delivery: Delivery,
    pub presence: Presence,
}

/// How a variable passes its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delivery {
    Value,
    /// As the path of a file that holds the value.
    File,
}

/// Whether the secret must exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    Required,
    /// The variable is left out when the secret is missing or not effective.
    Optional,
}

#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    #[error("{}, {mistake}", path.display())]
    Mistaken { path: PathBuf, mistake: Mistake },
    #[error("{} {problem}", path.display())]
    Unfit {
        path: PathBuf,
        problem: &'static str,
    },
    #[error("cannot read {}: {kind}", path.display())]
    Unread { path: PathBuf, kind: io::ErrorKind },
    #[error(
        "{} {}, and the vault {} is outside its folder or belongs to another user", path.display(), held.problem(), vault.display()
    )]
    Untrusted {
        path: PathBuf,
        vault: PathBuf,
        sha256: String,
        held: TrustState,
    },
}

impl Error {
    /// The path of the file that the error is about.
    pub fn path(&self) -> &Path {
        match self {
            Self::Mistaken { path, .. }
            | Self::Unfit { path, .. }
            | Self::Unread { path, .. }
            | Self::Untrusted { path, .. } => path,
        }
    }
}

impl ProjectFile {
    /// The error when the file may not be followed.
    pub fn untrusted(&self, vault: PathBuf, held: TrustState) -> Error {
        Error::Untrusted {
            path: self.path.clone(),
            vault,
            sha256: self.sha256.clone(),
            held,
        }
    }
}
