//! The exit codes for the errors of the lower modules.

use super::Exit;
use crate::keyring::error::KeyFileError;
use crate::{keyring, sealed, store, ui, vault};

pub fn of_vault(error: &vault::Error) -> Exit {
    use vault::Error as E;
    match error {
        E::NotFound { .. } | E::Deleted { .. } | E::NotEffective { .. } => Exit::NotFound,
        E::Exists { .. } | E::InUse { .. } => Exit::Conflict,
        E::Invalid(_) => Exit::Invalid,
        E::Denied { .. } | E::OneSidedLink { .. } | E::OutOfReach { .. } => Exit::Denied,
        E::Expired { .. } => Exit::Locked,
        E::Sealed(error) => of_sealed(error),
        E::Keyring(error) => of_keyring(error),
        E::Store(error) => of_store(error),
    }
}

pub fn of_sealed(error: &sealed::Error) -> Exit {
    match error {
        sealed::Error::Damaged(_) | sealed::Error::Forged | sealed::Error::Kdf { .. } => {
            Exit::Damaged
        }
        sealed::Error::Unsupported(_) => Exit::Unsupported,
        sealed::Error::Full { .. } => Exit::Invalid,
    }
}

pub fn of_keyring(error: &keyring::Error) -> Exit {
    use keyring::Error as E;
    match error {
        E::WrongPassphrase
        | E::NoPassphrase(_)
        | E::NoPassphraseKey
        | E::EmptyToken
        | E::MistypedToken
        | E::WrongToken
        | E::RefusedToken
        | E::WrongKeyFile
        | E::TooMuchWork
        | E::AgentLocked => Exit::Locked,
        E::KeyFile(flaw) => match flaw {
            KeyFileError::WrongPassphrase => Exit::Locked,
            KeyFileError::Damaged | KeyFileError::Kdf { .. } => Exit::Damaged,
            KeyFileError::Unsupported(_) => Exit::Unsupported,
        },
        E::MistypedPublicKey => Exit::Invalid,
        E::Memory(_) | E::Agent(_) => Exit::Failed,
        E::KindToCome(_) => Exit::Unsupported,
        E::KeyChanged => Exit::Conflict,
        E::OutOfReach | E::ReadOnly | E::NeedsFullAccess | E::AgentRefused => Exit::Denied,
        E::Sealed(error) => of_sealed(error),
    }
}

pub fn of_store(error: &store::Error) -> Exit {
    use store::Error as E;
    match error {
        E::NotFound { .. } => Exit::NotFound,
        E::Exists { .. } | E::Empty { .. } | E::ChangedUnderneath { .. } => Exit::Conflict,
        E::Busy { .. } => Exit::Busy,
        E::Refused { .. }
        | E::Io { .. }
        | E::NotWritten { .. }
        | E::NotStored { .. }
        | E::NotDurable { .. }
        | E::Displaced { .. }
        | E::NotKept { .. } => Exit::Failed,
    }
}

pub fn of_ui(error: &ui::Error) -> Exit {
    match error {
        ui::Error::NoTerminal => Exit::Locked,
        ui::Error::Cancelled => Exit::Cancelled,
        ui::Error::Unread => Exit::Unread,
        ui::Error::Mismatch => Exit::Invalid,
        ui::Error::Write(_) | ui::Error::Read(_) => Exit::Failed,
    }
}
