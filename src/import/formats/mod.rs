//! The text formats that `import` reads, each in a file of its own.

pub mod csv;
mod cursor;
pub mod docker;
pub mod dotenv;
pub mod env;
pub mod github;
pub mod json;
pub mod k8s;
pub mod nesting;
pub mod path;
pub mod shell;
pub mod systemd;
pub mod tfvars;
pub mod tree;
pub mod yaml;
