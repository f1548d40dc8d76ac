//! Password managers and files of passwords: items with several fields.

pub mod bitwarden;
pub mod columns;
pub mod csv_exports;
pub mod gpg;
pub mod item;
pub mod keepass;
mod last_pass;
pub mod netrc;
pub mod password_store;
pub mod pgpass;
pub mod proton_pass;
