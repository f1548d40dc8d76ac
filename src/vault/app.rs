//! Apps: named consumers with links from variables to secrets.
//!
//! An app lives in one workspace, and its links may lead to secrets of any workspace. A link counts only if its
//! secret names the app and the variable, too. So a writer of the app's workspace alone gets no secret of
//! another, and a writer of the secret's workspace alone gives the app no variable.

use super::env_key::EnvKey;
use super::name::{AppName, WorkspaceName};
use super::rule::RuleViolation;
use super::time::Timestamp;
use super::workspace::Workspace;
use crate::sealed::entry;
use crate::sealed::id::{AppId, SecretId, WorkspaceId};
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct App {
    pub id: AppId,
    pub workspace: WorkspaceId,
    pub workspace_name: WorkspaceName,
    pub name: AppName,
    pub links: BTreeMap<EnvKey, Target>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The secret of a link.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Target {
    pub workspace: WorkspaceId,
    pub secret: SecretId,
}

/// A link as a secret names it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct AppLink {
    pub app: AppId,
    /// The app's workspace.
    pub workspace: WorkspaceId,
    pub env_key: EnvKey,
}

impl App {
    /// Checks every rule of an opened app and turns it into the domain's types.
    pub fn from_entry(
        id: AppId,
        workspace: &Workspace,
        entry: &entry::App<'_>,
        links: Vec<entry::Link<'_>>,
    ) -> Result<Self, RuleViolation> {
        let ascending = |pair: &[entry::Link<'_>]| pair[0].env_key < pair[1].env_key;
        if !links.windows(2).all(ascending) {
            let rule = "links must be sorted by variable, each of them once";
            return Err(RuleViolation::new(rule, "value_error"));
        }
        let links = links.into_iter().map(|link| {
            let target = Target {
                workspace: link.workspace,
                secret: link.secret,
            };
            Ok((EnvKey::parse(&link.env_key)?, target))
        });
        Ok(Self {
            id,
            workspace: workspace.id,
            workspace_name: workspace.name.clone(),
            name: AppName::parse(&entry.name)?,
            links: links.collect::<Result<_, RuleViolation>>()?,
            created_at: Timestamp::from_stored(entry.created_at)?,
            updated_at: Timestamp::from_stored(entry.updated_at)?,
        })
    }

    pub fn to_entry(&self) -> entry::Entry<'_> {
        entry::Entry::App(entry::App {
            name: self.name.as_str().into(),
            created_at: self.created_at.milliseconds(),
            updated_at: self.updated_at.milliseconds(),
        })
    }

    /// The text of its links, to be sealed.
    pub fn links_text(&self) -> String {
        let links = self.links.iter().map(|(env_key, target)| entry::Link {
            env_key: env_key.as_str().into(),
            workspace: target.workspace,
            secret: target.secret,
        });
        entry::write_links(&links.collect::<Vec<_>>())
    }

    /// Its name in messages.
    pub fn path(&self) -> String {
        format!("{}/{}", self.workspace_name, self.name)
    }

    /// The link under this variable, as its secret must name it.
    pub fn link(&self, env_key: &EnvKey) -> AppLink {
        AppLink {
            app: self.id,
            workspace: self.workspace,
            env_key: env_key.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Change<'c> = &'c dyn Fn(&mut entry::App<'_>, &mut Vec<entry::Link<'_>>);

    #[test]
    fn an_opened_app_keeps_every_rule() {
        let workspace = Workspace::for_test("default");
        let good = App {
            id: AppId::from_bits(1),
            workspace: workspace.id,
            workspace_name: workspace.name.clone(),
            name: AppName::parse("web").expect("a name"),
            links: ["A", "B"]
                .map(|key| {
                    let target = Target {
                        workspace: WorkspaceId::from_bits(2),
                        secret: SecretId::from_bits(3),
                    };
                    (EnvKey::parse(key).expect("a variable"), target)
                })
                .into(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        };
        let opened = |change: Change<'_>| {
            let text = good.links_text();
            let mut links = entry::parse_links(&text).expect("written here");
            let entry::Entry::App(mut app) = good.to_entry() else {
                unreachable!("an app")
            };
            change(&mut app, &mut links);
            App::from_entry(good.id, &workspace, &app, links).map(|app| app == good)
        };
        assert_eq!(opened(&|_, _| ()), Ok(true));
        let hostile: [Change<'_>; 9] = [
            &|app, _| app.name = "a/b".into(),
            &|app, _| app.name = "\u{1b}[2J".into(),
            &|app, _| app.name = "".into(),
            &|_, links| links.reverse(),
            &|_, links| links[1].env_key = "A".into(),
            &|_, links| links[0].env_key = "A=B".into(),
            &|_, links| links[0].env_key = "".into(),
            &|app, _| app.created_at = -1,
            &|app, _| app.updated_at = i64::MAX,
        ];
        for (case, change) in hostile.iter().enumerate() {
            assert!(opened(*change).is_err(), "case {case}");
        }
    }
}
