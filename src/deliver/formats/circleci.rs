//! The format of CircleCI's `BASH_ENV` file, for `kluis export … >> "$BASH_ENV"`: a script that bash sources
//! before each step, so the shell's own grammar.

pub use super::shell::line;
