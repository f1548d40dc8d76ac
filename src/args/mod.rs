//! Groups of arguments that verbs share: the secret, the source of a value, the selection of secrets.

pub mod content;
pub mod destination;
pub mod fields;
pub mod filter;
pub mod generate;
pub mod glob;
pub mod kdf;
pub mod key;
pub mod leaked;
pub mod moment;
pub mod new_passphrase;
pub mod secret;
pub mod secret_json;
pub mod secret_or_picker;
pub mod selection;
pub mod source;
pub mod time;
pub mod username;
pub mod value;
pub mod version;
pub mod workspace;
