//! Text formats of names and values.

pub mod csv;
pub mod dotenv;
pub mod env;
pub mod json;
pub mod nesting;
pub mod yaml;
mod yaml_type;
