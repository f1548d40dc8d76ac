//! The exports of other password managers: items with several fields.

pub mod bitwarden;
pub mod columns;
pub mod csv_exports;
pub mod gpg;
pub mod item;
pub mod keepass;
mod last_pass;
pub mod password_store;
pub mod proton_pass;
