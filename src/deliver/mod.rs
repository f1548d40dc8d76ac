//! How values leave: into a child's environment or files of its own, the process that receives them, and documents.
//!
//! Nothing here opens a vault or prints; a value goes where it was asked to go and nowhere else.

pub mod child;
pub mod clipboard;
pub mod editor;
pub mod environment;
pub mod formats;
pub mod mask;
pub mod output_file;
mod private_temp_file;
pub mod process;
pub mod stdin;
pub mod template;
#[cfg(test)]
mod tests;
pub mod value_file;
