//! The text formats that `import` reads, each in a file of its own.

pub mod csv;
pub mod cursor;
pub mod docker;
pub mod dotenv;
pub mod env;
pub mod github;
pub mod ini;
pub mod json;
pub mod k8s;
pub mod nesting;
pub mod path;
pub mod properties;
pub mod shell;
pub mod systemd;
pub mod tfvars;
pub mod toml;
pub mod tree;
pub mod yaml;
