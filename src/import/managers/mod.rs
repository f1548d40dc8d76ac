//! The exports of other password managers: items with several fields.

pub mod bitwarden;
pub mod gpg;
pub mod item;
pub mod keepass;
pub mod one_password;
pub mod password_store;
