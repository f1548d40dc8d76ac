//! The types of arguments that take a name of the vault. The type of an argument decides its completion.

use clap::Arg;
use std::any::TypeId;
use std::ops::Deref;

/// The kind of names at some place of a command line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NameKind {
    Secret,
    /// A secret that can be restored.
    Deleted,
    Workspace,
    App,
    Key,
}

/// The form of a word of an argument.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    Name,
    /// `KEY=NAME`
    Pair,
    /// `NAME` or `KEY=NAME`
    OptionalPair,
}

macro_rules! words {
    ($($(#[$doc:meta])* $word:ident: $kind:ident, $shape:ident;)+) => {
        $(
            $(#[$doc])*
            #[derive(Clone)]
            pub struct $word(String);

            impl From<String> for $word {
                fn from(text: String) -> Self {
                    Self(text)
                }
            }

            impl Deref for $word {
                type Target = str;

                fn deref(&self) -> &str {
                    &self.0
                }
            }
        )+

        /// The completion of an argument; `None` unless its type is one of these.
        pub fn kind(argument: &Arg) -> Option<(NameKind, Shape)> {
            let found = argument.get_value_parser().type_id();
            $(
                if found == TypeId::of::<$word>() {
                    return Some((NameKind::$kind, Shape::$shape));
                }
            )+
            None
        }
    };
}

words! {
    /// A secret: its name, `workspace/name` or id.
    SecretWord: Secret, Name;
    /// A secret that can be restored.
    DeletedWord: Deleted, Name;
    WorkspaceWord: Workspace, Name;
    AppWord: App, Name;
    /// A key of the vault.
    KeyWord: Key, Name;
    /// A variable and its secret.
    PairWord: Secret, Pair;
    /// A secret, with or without a variable.
    OptionalPairWord: Secret, OptionalPair;
}
