//! Hints for a vault that cannot be unlocked, read or signed.

use crate::keyring::error::{Error, KeyFileError};
use crate::sealed;

pub const OTHER_KEY: &str = "unlock with another key, or ask the vault's owner for access";

const AGENT_AGAIN: &str =
    "nothing was written; run `kluis lock`, `kluis unlock` and the command again";
const NEWER_KLUIS: &str = "install a newer kluis; nothing was changed";

pub fn hint(error: &Error) -> &'static str {
    match error {
        Error::WrongPassphrase => "type it again, or set KLUIS_TOKEN to a recovery token",
        Error::NoPassphrase(_) => "give a passphrase of 1 to 1,024 bytes in UTF-8",
        Error::NoPassphraseKey => {
            "set KLUIS_TOKEN or KLUIS_KEY_FILE to unlock it; then `kluis key add --passphrase --full` adds one"
        }
        Error::EmptyToken => {
            "put a token or a key into the file, or correct --key-file or KLUIS_KEY_FILE"
        }
        Error::MistypedToken => "copy the whole token again: kls_ and 70 more characters",
        Error::WrongToken => {
            "its key was removed, or it belongs to another vault: ask the vault's owner for a new one"
        }
        Error::RefusedToken => {
            "if the token was renewed, use the new one; otherwise the vault may be forged: compare its pin with `kluis vault verify` on a machine you trust"
        }
        Error::WrongKeyFile => {
            "ask the vault's owner to run `kluis key add --public-key` with your public key, which `kluis key show` prints"
        }
        Error::KeyFile(error) => of_key_file(error),
        Error::MistypedPublicKey => {
            "copy it again: it begins with klp_, and `kluis key show` prints it"
        }
        Error::TooMuchWork | Error::Memory(_) => {
            "unlock with a token (KLUIS_TOKEN) or a key file (KLUIS_KEY_FILE) instead"
        }
        Error::KindToCome(_) => {
            "this change makes new keys for it: run it with a newer kluis, or remove that key first"
        }
        Error::KeyChanged => "nothing was written; run the command again",
        Error::OutOfReach | Error::ReadOnly => OTHER_KEY,
        Error::NeedsFullAccess => "unlock with a key that has full access",
        Error::AgentLocked => "nothing was written; run `kluis unlock` and the command again",
        Error::Agent(_) => AGENT_AGAIN,
        Error::AgentRefused => {
            "nothing was written; run `kluis lock`, then run the command again with a passphrase or a token"
        }
        Error::Sealed(error) => of_sealed(error),
    }
}

fn of_key_file(error: &KeyFileError) -> &'static str {
    match error {
        KeyFileError::Damaged | KeyFileError::Kdf { .. } => {
            "put back a copy of the file, or make another with `kluis key new -o PATH`"
        }
        KeyFileError::Unsupported(_) => NEWER_KLUIS,
        KeyFileError::WrongPassphrase => {
            "type it again; if it is lost, make another key file with `kluis key new -o PATH`"
        }
    }
}

pub fn of_sealed(error: &sealed::Error) -> &'static str {
    match error {
        sealed::Error::Damaged(sealed::Part::FirstLine) => {
            "check the path; if it is right, `kluis vault restore` brings back the copy before the last change; an empty file may be left of an interrupted `kluis init`: then delete it, and make the vault again"
        }
        sealed::Error::Damaged(sealed::Part::Mixed(_)) => {
            "run `kluis git install && git checkout --merge FILE && git add FILE`; if the mixture is committed, take one side with `git checkout COMMIT -- FILE` and `kluis vault merge` the other"
        }
        sealed::Error::Damaged(sealed::Part::LineEnds(_)) => {
            "git must take it for no text: add the line `*.kluis -text` to .gitattributes (`kluis git install` does), then `rm FILE && git checkout -- FILE`"
        }
        sealed::Error::Damaged(_) => {
            "nothing was changed; `kluis vault restore` brings back the copy before the last change"
        }
        sealed::Error::Forged => {
            "an attacker may have replaced the file: get the vault again from a place you trust"
        }
        sealed::Error::Kdf { .. } => {
            "kluis never writes such a file: get the vault again from a place you trust"
        }
        sealed::Error::Unsupported(_) => NEWER_KLUIS,
        sealed::Error::Full { .. } => {
            "delete what you no longer need, or use another vault; nothing was changed"
        }
    }
}
