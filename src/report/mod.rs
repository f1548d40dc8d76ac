//! Formats results: a secret as text and JSON, warnings, relative times.

pub mod agent;
pub mod app;
pub mod counted;
pub mod deleted;
pub mod import_summary;
pub mod issued_key;
pub mod key;
pub mod key_file;
pub mod leftovers;
pub mod merging;
pub mod one_time_token;
pub mod relative_time;
pub mod secret;
pub mod warnings;
pub mod workspace;
