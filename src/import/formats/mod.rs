//! The text formats that `import` reads, each in a file of its own.

pub mod csv;
pub mod dotenv;
pub mod env;
pub mod json;
pub mod nesting;
pub mod yaml;
