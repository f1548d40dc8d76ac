//! What became of each name, for people and for programs. Never a value.

use super::entries::Entry;
use crate::commands::Context;
use crate::error::Error;
use crate::vault::name::SecretName;
use serde::Serialize;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    Created,
    Updated,
    Unchanged,
    Skipped,
}

impl Fate {
    fn word(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Skipped => "skipped",
        }
    }
}

/// Each name with its fate, in the order of the input.
pub struct Summary(Vec<(Fate, SecretName)>);

#[derive(Serialize)]
struct ByFate<'a> {
    created: Vec<&'a str>,
    updated: Vec<&'a str>,
    unchanged: Vec<&'a str>,
    skipped: Vec<&'a str>,
}

impl Summary {
    pub fn new(entries: &[Entry], fates: &[Fate]) -> Self {
        let names = entries.iter().map(|entry| entry.name.clone());
        Self(fates.iter().copied().zip(names).collect())
    }

    pub fn print(&self, context: &mut Context) -> Result<(), Error> {
        if context.json {
            return Ok(context.ui.json(&ByFate {
                created: self.names(Fate::Created),
                updated: self.names(Fate::Updated),
                unchanged: self.names(Fate::Unchanged),
                skipped: self.names(Fate::Skipped),
            })?);
        }
        for (fate, name) in &self.0 {
            context.ui.line(&format!("{} {name}", fate.word()))?;
        }
        Ok(())
    }

    fn names(&self, fate: Fate) -> Vec<&str> {
        let those = self.0.iter().filter(|(its, _)| *its == fate);
        those.map(|(_, name)| name.as_str()).collect()
    }
}
