//! The programs whose rules can be chosen for a `.env` file.

// The variants have no doc comments, because clap would print them as a second page of help.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Dialect {
    Node,
    Python,
    Sops,
    Compose,
}

/// Whether `${NAME}` is replaced by the value of NAME in the same file.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Expansion {
    #[default]
    Off,
    On,
}
