//! What was selected as one document in the grammar of one reader, a file per format.
//!
//! Each value reaches the format's real reader exactly or is refused by name, and none is ever code to it.
//! Documents are secrets: they grow in wiped memory and nothing here prints.

mod circleci;
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
mod page;
mod powershell;
mod shell;
mod shell_names;
mod systemd;
#[cfg(test)]
mod tests;
mod tfvars;
mod yaml;

pub use document::Names;
pub use format::{Entry, Format, Refused};
