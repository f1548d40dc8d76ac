//! The reasons why a vault cannot be unlocked, read or signed.

use crate::sealed::id::KeyId;
use crate::sealed::kdf::PassphraseError;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("wrong passphrase for this vault")]
    WrongPassphrase,
    #[error("the passphrase is {0}")]
    NoPassphrase(PassphraseError),
    #[error("this vault has no passphrase")]
    NoPassphraseKey,
    #[error("the key file is empty")]
    EmptyToken,
    #[error("the token has a typo: its checksum does not match")]
    MistypedToken,
    #[error("the token does not open this vault")]
    WrongToken,
    #[error("the key file does not open this vault")]
    WrongKeyFile,
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    #[error("the vault lists a key for this token, but the token does not open it")]
    RefusedToken,
    #[error("the public key has a typo: its checksum does not match")]
    MistypedPublicKey,
    #[error("the passphrases of this vault take more work to try than kluis allows")]
    TooMuchWork,
    #[error("not enough memory to derive a key from the passphrase")]
    Memory(#[source] std::io::Error),
    #[error("another process changed or removed the key that unlocked the vault")]
    KeyChanged,
    #[error("the key {0} is of a kind that only a newer kluis knows")]
    KindToCome(KeyId),
    #[error("this key has no access to the workspace")]
    OutOfReach,
    #[error("this key can read the workspace, but not change it")]
    ReadOnly,
    #[error("this command needs a key with full access")]
    NeedsFullAccess,
    #[error("the agent was locked or ended while the command ran")]
    AgentLocked,
    #[error("unexpected answer from the agent")]
    Agent(#[source] std::io::Error),
    #[error(
        "the agent refused to sign: the vault is older, or has other keys, than the agent has seen"
    )]
    AgentRefused,
    #[error(transparent)]
    Sealed(#[from] crate::sealed::Error),
}

/// The errors of a key file.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    #[error("the key file is damaged, or it is not a key file")]
    Damaged,
    #[error("the key file has format {0}, but this kluis reads only format 1")]
    Unsupported(u64),
    #[error("the key file has invalid key derivation settings: {what}, but {bounds} is allowed")]
    Kdf { what: String, bounds: &'static str },
    #[error("wrong passphrase for the key file")]
    WrongPassphrase,
}
