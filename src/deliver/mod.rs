//! Sends values out of `kluis`: into a child's environment or its files, to the program that gets them, and
//! into documents.
//!
//! Nothing here opens a vault or prints; a value goes only where you sent it.

pub mod child;
pub mod clipboard;
pub mod editor;
pub mod environment;
pub mod formats;
pub mod mask;
pub mod output_file;
pub mod output_path;
mod private_temp_file;
pub mod process;
pub mod risky_variables;
pub mod stdin;
pub mod template;
#[cfg(test)]
mod tests;
pub mod value_file;
