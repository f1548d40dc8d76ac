//! What a project file uses. This is what you agree to, and not the text of the file: comments, order and
//! fewer variables make no difference to it.

use super::{Delivery, Entry, Presence, Project};
use crate::vault::app_reference::AppReference;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::{Reference, Target};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    pub vault: VaultInUse,
    /// `None` unless the file decides which workspace is in use.
    pub workspace: Option<String>,
    pub app: Option<String>,
    pub pin: Option<String>,
    pub env: BTreeMap<String, Variable>,
}

/// The vault in use, which the file need not name itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultInUse {
    /// Its path after following every link; in a linked worktree as if in the main one.
    pub path: String,
    /// `None` if there is no vault yet.
    pub id: Option<String>,
}

/// The source of a variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// With the workspace in use, unless that is the one by default.
    pub secret: String,
    pub file: bool,
    pub optional: bool,
}

/// How much of a project file a command follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// Which vault and workspace are meant, and the vault's pin.
    Settings,
    /// The app and the variables, too.
    Everything,
}

/// Where the vault and the workspace come from that the file uses.
pub struct InUse<'a> {
    pub vault: VaultInUse,
    pub workspace: Option<&'a WorkspaceName>,
    /// Whether the project file names the workspace.
    pub is_workspace_of_file: bool,
}

/// What a file decides about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Vault,
    Workspace,
    App,
    Pin,
    Variable(String),
}

/// One thing that a file decides and that you have not agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub subject: Subject,
    /// `None` if the file no longer has it.
    pub now: Option<String>,
    /// What you agreed to instead, if anything.
    pub before: Option<String>,
}

impl Access {
    pub fn new(project: &Project, extent: Extent, in_use: InUse<'_>) -> Self {
        // Every member of a project file has to be agreed to, so this names them all.
        let Project {
            vault: _,
            workspace: _,
            app,
            pin,
            env,
        } = project;
        let InUse {
            vault,
            workspace,
            is_workspace_of_file,
        } = in_use;
        let all = extent == Extent::Everything;
        let app = app.as_ref().filter(|_| all);
        let env = env.iter().filter(|_| all);
        Self {
            vault,
            workspace: workspace
                .filter(|_| is_workspace_of_file)
                .map(ToString::to_string),
            app: app.map(AppReference::to_string),
            pin: pin.clone(),
            env: env
                .map(|entry| (entry.key.to_string(), Variable::new(entry, workspace)))
                .collect(),
        }
    }

    /// What this uses and was not agreed to.
    pub fn beyond(&self, agreed: Option<&Self>) -> Vec<Change> {
        let Self {
            vault,
            workspace,
            app,
            pin,
            env,
        } = self;
        let mut changes = Vec::new();
        let mut compare = |subject: Subject, now: Option<String>, before: Option<String>| {
            if now != before {
                changes.push(Change {
                    subject,
                    now,
                    before,
                });
            }
        };
        let agreed_vault = agreed.map(|agreed| &agreed.vault);
        if !agreed_vault.is_some_and(|agreed| vault.is_within(agreed)) {
            let before = agreed_vault.map(VaultInUse::to_string);
            compare(Subject::Vault, Some(vault.to_string()), before);
        }
        // Without its own workspace or app a file uses fewer things.
        for (subject, now, before) in [
            (
                Subject::Workspace,
                workspace,
                agreed.map(|agreed| &agreed.workspace),
            ),
            (Subject::App, app, agreed.map(|agreed| &agreed.app)),
        ] {
            if now.is_some() {
                compare(subject, now.clone(), before.cloned().flatten());
            }
        }
        // A pin that is gone no longer guards you, and a new one lets in a vault that you have not seen.
        let pinned = agreed.and_then(|agreed| agreed.pin.clone());
        compare(Subject::Pin, pin.clone(), pinned);
        for (key, variable) in env {
            let before = agreed.and_then(|agreed| agreed.env.get(key));
            compare(
                Subject::Variable(key.clone()),
                Some(variable.to_string()),
                before.map(Variable::to_string),
            );
        }
        changes
    }

    /// Both in one, if nothing in them contradicts: then who agreed to each has agreed to all of it.
    pub fn union(&self, other: &Self) -> Option<Self> {
        let agree = |one: &Option<String>, two: &Option<String>| {
            one.is_none() || two.is_none() || one == two
        };
        let is_one = self.vault == other.vault
            && self.pin == other.pin
            && agree(&self.workspace, &other.workspace)
            && agree(&self.app, &other.app)
            && self.env.iter().all(|(key, variable)| {
                other.env.get(key).is_none_or(|another| another == variable)
            });
        let mut env = self.env.clone();
        env.extend(other.env.clone());
        is_one.then(|| Self {
            vault: self.vault.clone(),
            workspace: self.workspace.clone().or_else(|| other.workspace.clone()),
            app: self.app.clone().or_else(|| other.app.clone()),
            pin: self.pin.clone(),
            env,
        })
    }
}

impl VaultInUse {
    /// Whether this is the vault that was agreed to, or is gone from its place: then nothing is drawn on.
    fn is_within(&self, agreed: &Self) -> bool {
        self.path == agreed.path && (self.id.is_none() || self.id == agreed.id)
    }
}

impl Variable {
    fn new(entry: &Entry, workspace: Option<&WorkspaceName>) -> Self {
        let reference = &entry.reference;
        let is_bare = reference.workspace.is_none() && matches!(reference.secret, Target::Name(_));
        let in_use = workspace.filter(|name| is_bare && name.as_str() != WorkspaceName::DEFAULT);
        let reference = Reference {
            workspace: in_use.or(reference.workspace.as_ref()).cloned(),
            ..reference.clone()
        };
        Self {
            secret: reference.to_string(),
            file: entry.delivery == Delivery::File,
            optional: entry.presence == Presence::Optional,
        }
    }
}

impl fmt::Display for VaultInUse {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, id } = self;
        match id {
            Some(id) => write!(out, "{path} ({id})"),
            None => write!(out, "{path} (there is no vault yet)"),
        }
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            secret,
            file,
            optional,
        } = self;
        let file = if *file { ", as a file" } else { "" };
        let optional = if *optional { ", optional" } else { "" };
        write!(out, "{secret}{file}{optional}")
    }
}

/// No variable has a space in its name.
impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Vault => "the vault",
            Self::Workspace => "the workspace",
            Self::App => "the app",
            Self::Pin => "the pin",
            Self::Variable(name) => name,
        })
    }
}

impl fmt::Display for Change {
    /// One line; text that comes from the file still has to be escaped.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            subject,
            now,
            before,
        } = self;
        let name = subject.to_string();
        match (now, before) {
            (Some(now), None) => write!(out, "+ {name:<16} {now}"),
            (Some(now), Some(before)) => write!(out, "~ {name:<16} {now} (was {before})"),
            (None, before) => {
                let before = before.as_deref().unwrap_or_default();
                write!(out, "- {name:<16} {before}")
            }
        }
    }
}
