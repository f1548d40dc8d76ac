//! Writes the selected secrets as one document for one kind of reader, a file per format.
//!
//! The format's real reader gets each value exactly, or the value is refused by name. No value is ever run as
//! code. Documents are secrets: they grow in wiped memory, and nothing here prints.

mod circleci;
mod compose;
mod docker;
mod document;
mod dotenv;
mod dotenv_node;
mod fish;
mod format;
pub mod github;
mod gitlab;
mod json;
pub mod k8s;
pub mod page;
mod powershell;
pub mod shell;
mod shell_names;
mod systemd;
#[cfg(test)]
mod tests;
mod tfvars;
pub mod yaml;

pub use document::Names;
pub use format::{Entry, Format, Refused};
