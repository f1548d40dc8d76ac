//! How values leave: into a child's environment or files of its own, and the process that receives them.
//!
//! Nothing here opens a vault or prints; a value goes where it was asked to go and nowhere else.

pub mod child;
pub mod environment;
pub mod process;
pub mod stdin;
#[cfg(test)]
mod tests;
pub mod value_file;
