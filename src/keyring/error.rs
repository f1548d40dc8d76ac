//! The reasons why a vault cannot be unlocked, read or signed.

use crate::sealed::kdf::PassphraseError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the passphrase opens no key of this vault")]
    WrongPassphrase,
    #[error("the passphrase is {0}")]
    NoPassphrase(PassphraseError),
    #[error("this vault has no passphrase")]
    NoPassphraseKey,
    #[error("the token is empty")]
    EmptyToken,
    #[error("the token is mistyped: its checksum does not match")]
    MistypedToken,
    #[error("the token belongs to no key of this vault")]
    WrongToken,
    #[error("the identity opens no key of this vault")]
    WrongIdentity,
    #[error(transparent)]
    Identity(#[from] KeyFileError),
    #[error("the token has the id of a key of this vault, and does not open it")]
    RefusedToken,
    #[error("the recipient is mistyped: its checksum does not match")]
    MistypedRecipient,
    #[error("the vault key is mistyped: its checksum does not match")]
    MistypedVaultKey,
    #[error("the passphrase keys of this vault ask for more work than one command may do")]
    TooMuchWork,
    #[error("the memory for the key derivation could not be had")]
    Memory(#[source] std::io::Error),
    #[error("the key that unlocked the vault was changed or removed meanwhile")]
    KeyChanged,
    #[error("this key does not reach the workspace")]
    OutOfReach,
    #[error("this key may read the workspace, not write it")]
    ReadOnly,
    #[error("this takes a key with full access")]
    NeedsFullAccess,
    #[error("the agent that held the key was locked or has ended meanwhile")]
    AgentLocked,
    #[error("the agent that holds the key does not answer as it should")]
    Agent(#[source] std::io::Error),
    #[error("the agent signs no header that is older, or has other keys, than it has seen")]
    AgentRefused,
    #[error(transparent)]
    Sealed(#[from] crate::sealed::Error),
}

/// What is wrong with an identity's file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    #[error("the identity is damaged, or the file holds something else")]
    Damaged,
    #[error("the identity is written in format {0}; this kluis reads format 1")]
    Unsupported(u64),
    #[error("the identity asks for {what} in its key derivation; the bounds are {bounds}")]
    Kdf { what: String, bounds: &'static str },
    #[error("the passphrase does not open the identity")]
    WrongPassphrase,
}
