//! What CircleCI's file named by `BASH_ENV` takes, as in `kluis export … >> "$BASH_ENV"`: a script that bash
//! sources before each step, so the shell's own grammar.

pub use super::shell::line;
