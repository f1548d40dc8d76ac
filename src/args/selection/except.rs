//! `--except`: leaves secrets out of a selection. A name that matches nothing is an error: after a typing error
//! the command would get the secret.

use crate::completion::words::SecretWord;
use crate::error::Error;
use crate::vault;
use crate::vault::env_key::EnvKey;
use crate::vault::reference::{Reference, Target};
use std::cell::Cell;

pub struct Except(Vec<Name>);

struct Name {
    text: String,
    is_met: Cell<bool>,
}

impl Except {
    pub fn new(names: &[SecretWord]) -> Self {
        let names = names.iter().map(|name| Name {
            text: name.to_string(),
            is_met: Cell::default(),
        });
        Self(names.collect())
    }

    /// Whether this variable is left out: by its own name, or by that of its secret.
    pub fn leaves_out(&self, key: Option<&EnvKey>, secret: Option<&Reference>) -> bool {
        let is_name = |text: &str| match secret.map(|reference| &reference.secret) {
            Some(Target::Name(name)) => name.as_str() == text,
            Some(Target::Id(id)) => id.to_string() == text,
            None => false,
        };
        let is_meant = |name: &&Name| {
            key.is_some_and(|key| key.as_str() == name.text)
                || is_name(&name.text)
                || secret.is_some_and(|reference| reference.to_string() == name.text)
        };
        let met = self.0.iter().filter(is_meant);
        met.map(|name| name.is_met.set(true)).count() > 0
    }

    /// Fails for a name that never matched.
    pub fn check_met(&self) -> Result<(), Error> {
        match self.0.iter().find(|name| !name.is_met.get()) {
            None => Ok(()),
            Some(Name { text, .. }) => {
                Err(vault::Error::absent("selected variable or secret", text).into())
            }
        }
    }
}
