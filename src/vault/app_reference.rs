//! Parses references to apps: `app` or `workspace/app`.

use super::name::{AppName, WorkspaceName};
use super::rule::RuleViolation;
use std::fmt;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AppReference {
    /// `None`: the workspace in use. No other workspace is searched.
    pub workspace: Option<WorkspaceName>,
    pub name: AppName,
}

impl AppReference {
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        let (workspace, name) = match text.split_once('/') {
            Some((workspace, name)) => (Some(WorkspaceName::parse(workspace)?), name),
            None => (None, text),
        };
        let name = AppName::parse(name)?;
        Ok(Self { workspace, name })
    }
}

impl fmt::Display for AppReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(workspace) = &self.workspace {
            write!(f, "{workspace}/")?;
        }
        self.name.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_may_name_the_workspace() {
        for text in ["web", "staging/web"] {
            let read = AppReference::parse(text).map(|app| app.to_string());
            assert_eq!(read.as_deref(), Ok(text));
        }
        for wrong in ["", "/web", "staging/", "a/b/c", "a b", "kluis://web"] {
            assert!(AppReference::parse(wrong).is_err(), "{wrong}");
        }
    }
}
