//! The things that a project file uses. You agree to these, not to the text of the file: comments, order and
//! fewer variables do not change them.

use super::{Absence, Delivery, Encoding, Entry, Project, RunOptions, Source};
use crate::vault::app_reference::AppReference;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::{Reference, Target};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// The beginning that two texts share is shortened if it is longer than this.
const MIN_SHORTENED: usize = 24;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Access {
    pub vault: VaultInUse,
    /// `None` unless the file decides which workspace is in use.
    pub workspace: Option<String>,
    pub app: Option<String>,
    pub pin: Option<String>,
    /// `None` if the extent does not include `run`.
    pub run: Option<RunOptions>,
    /// The variables of each workspace that was examined.
    pub env: BTreeMap<String, BTreeMap<String, Variable>>,
}

/// The vault in use. The file may get it from elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultInUse {
    /// Its path with all links resolved; in a linked worktree as if in the main one.
    pub path: String,
    /// `None` if there is no vault yet.
    pub id: Option<String>,
}

/// A variable as the file describes it, without its description. A reference includes its workspace, except the
/// default one.
#[derive(Clone, Default, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Variable {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    pub file: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
    pub optional: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    pub keep_existing: bool,
}

/// The part of a project file that a command follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Extent {
    /// The vault, its pin, and the workspace.
    Settings,
    /// The app, the options of `run`, and the variables of the workspace in use, too.
    Everything,
    /// The variables of every workspace with a table of its own, too.
    AllWorkspaces,
}

impl Extent {
    /// Everything for the workspace in use, or for all of them.
    pub fn of_variables(all_workspaces: bool) -> Self {
        if all_workspaces {
            Self::AllWorkspaces
        } else {
            Self::Everything
        }
    }
}

/// The vault and the workspace that the file uses, and their sources.
pub struct InUse<'a> {
    pub vault: VaultInUse,
    pub workspace: Option<&'a WorkspaceName>,
    /// Whether the project file names the workspace.
    pub is_workspace_of_file: bool,
}

/// The subject of a decision in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    Vault,
    Workspace,
    App,
    Pin,
    /// A member of `[run]`.
    Run(&'static str),
    Variable {
        key: String,
        /// `None` if only one workspace is examined.
        workspace: Option<String>,
    },
}

/// One decision of a file that you have not agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub subject: Subject,
    /// `None` if the file no longer has it.
    pub now: Option<String>,
    /// The decision that you agreed to instead, if any.
    pub before: Option<String>,
}

impl Access {
    pub fn new(project: &Project, extent: Extent, in_use: InUse<'_>) -> Self {
        // You must agree to every member of a project file, so this names them all.
        let Project {
            vault: _,
            workspace: _,
            app,
            pin,
            run,
            env: _,
            of_workspaces: _,
        } = project;
        let InUse {
            vault,
            workspace,
            is_workspace_of_file,
        } = in_use;
        let all = extent >= Extent::Everything;
        let mut names = Vec::new();
        if all {
            names.push(workspace);
        }
        if extent == Extent::AllWorkspaces {
            names.extend(project.workspaces().map(Some));
        }
        let app = app.as_ref().filter(|_| all);
        let env_of = |workspace| {
            let name = WorkspaceName::or_default(workspace);
            (name.to_owned(), variables(project, workspace))
        };
        Self {
            vault,
            workspace: workspace
                .filter(|_| is_workspace_of_file)
                .map(ToString::to_string),
            app: app.map(AppReference::to_string),
            pin: pin.clone(),
            run: all.then_some(*run),
            env: names.into_iter().map(env_of).collect(),
        }
    }

    /// The workspace whose variables are examined, if it is one and not the default one.
    pub fn other_workspace(&self) -> Option<&str> {
        let mut names = self.env.keys();
        let first = names.next()?;
        let is_other = first != WorkspaceName::DEFAULT && names.next().is_none();
        is_other.then_some(first)
    }

    /// The same for one workspace each.
    pub fn of_each_workspace(&self) -> impl Iterator<Item = (&str, Self)> {
        self.env.iter().map(|(workspace, variables)| {
            let one = Self {
                env: BTreeMap::from([(workspace.clone(), variables.clone())]),
                ..self.clone()
            };
            (workspace.as_str(), one)
        })
    }

    /// The uses that `agreed` does not cover.
    pub fn beyond(&self, agreed: Option<&Self>) -> Vec<Change> {
        let Self {
            vault,
            workspace,
            app,
            pin,
            run,
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
        // If the pin is gone, it no longer protects you, and a new pin accepts a vault that you have not seen.
        let pinned = agreed.and_then(|agreed| agreed.pin.clone());
        compare(Subject::Pin, pin.clone(), pinned);
        let agreed_run = agreed.and_then(|agreed| agreed.run).unwrap_or_default();
        let members = run.iter().flat_map(|run| run.members());
        for ((member, now), (_, before)) in members.zip(agreed_run.members()) {
            let in_words = |is_on: bool| is_on.then(|| "true".to_owned());
            compare(Subject::Run(member), in_words(now), in_words(before));
        }
        for (workspace, variables) in env {
            let agreed = agreed.and_then(|agreed| agreed.env.get(workspace));
            for (key, variable) in variables {
                let before = agreed.and_then(|agreed| agreed.get(key));
                let (now, before) = match before {
                    Some(before) => variable.beside(before),
                    None => (variable.to_string(), None),
                };
                let subject = Subject::Variable {
                    key: key.clone(),
                    workspace: None,
                };
                compare(subject, Some(now), before);
            }
        }
        changes
    }

    /// Both in one, unless they contradict each other: your agreements to each then cover all of it.
    pub fn union(&self, other: &Self) -> Option<Self> {
        let agree = |one: &Option<String>, two: &Option<String>| {
            one.is_none() || two.is_none() || one == two
        };
        let mut env = self.env.clone();
        for (workspace, variables) in &other.env {
            let known = env.entry(workspace.clone()).or_default();
            for (key, variable) in variables {
                let before = known.insert(key.clone(), variable.clone());
                if before.is_some_and(|before| before != *variable) {
                    return None;
                }
            }
        }
        let is_one = self.vault == other.vault
            && self.pin == other.pin
            && (self.run.is_none() || other.run.is_none() || self.run == other.run)
            && agree(&self.workspace, &other.workspace)
            && agree(&self.app, &other.app);
        is_one.then(|| Self {
            vault: self.vault.clone(),
            workspace: self.workspace.clone().or_else(|| other.workspace.clone()),
            app: self.app.clone().or_else(|| other.app.clone()),
            pin: self.pin.clone(),
            run: self.run.or(other.run),
            env,
        })
    }
}

impl VaultInUse {
    /// Whether this is the agreed vault, or there is no vault in its place: then nothing is used.
    fn is_within(&self, agreed: &Self) -> bool {
        self.path == agreed.path && (self.id.is_none() || self.id == agreed.id)
    }
}

impl RunOptions {
    fn members(self) -> [(&'static str, bool); 3] {
        let Self {
            only,
            mask,
            keep_existing,
        } = self;
        [
            ("only", only),
            ("mask", mask),
            ("keep_existing", keep_existing),
        ]
    }
}

fn variables(project: &Project, workspace: Option<&WorkspaceName>) -> BTreeMap<String, Variable> {
    let entries = project.env(workspace).into_iter();
    entries
        .map(|entry| (entry.key.to_string(), Variable::new(entry, workspace)))
        .collect()
}

impl Variable {
    fn new(entry: &Entry, workspace: Option<&WorkspaceName>) -> Self {
        let qualified = |reference: &Reference| qualified(reference, workspace);
        let mut variable = Self {
            file: entry.delivery != Delivery::Value,
            keep_existing: entry.keep_existing,
            ..Self::default()
        };
        match &entry.source {
            Source::Secret(reference) => variable.secret = Some(qualified(reference).to_string()),
            Source::Literal(text) => variable.value = Some(text.clone()),
            Source::Composed(composition) => {
                let text = composition.map_references(qualified).to_string();
                match composition.encoding {
                    Encoding::AsItIs => variable.text = Some(text),
                    Encoding::Url => variable.url = Some(text),
                }
            }
        }
        if let Delivery::File { name } = &entry.delivery {
            variable.filename = name.as_ref().map(ToString::to_string);
        }
        match &entry.absence {
            Absence::Refused => {}
            Absence::LeftOut => variable.optional = true,
            Absence::Replaced(text) => variable.default = Some(text.clone()),
        }
        variable
    }

    /// The source as people read it: a literal in quotes.
    fn source(&self) -> String {
        let texts = [
            ("", &self.value),
            ("text ", &self.text),
            ("url ", &self.url),
        ];
        let text = texts
            .into_iter()
            .find_map(|(kind, text)| Some(format!("{kind}{}", drawn(text.as_ref()?))));
        text.or_else(|| self.secret.clone()).unwrap_or_default()
    }

    fn options(&self) -> String {
        let mut words = String::new();
        match (&self.filename, self.file) {
            (Some(name), _) => {
                let _ = write!(words, ", as the file {}", drawn(name));
            }
            (None, true) => words.push_str(", as a file"),
            (None, false) => {}
        }
        if self.optional {
            words.push_str(", optional");
        }
        if let Some(text) = &self.default {
            let _ = write!(words, ", else {}", drawn(text));
        }
        if self.keep_existing {
            words.push_str(", unless it is set");
        }
        words
    }

    /// This and the earlier text, both without their common beginning.
    fn beside(&self, before: &Self) -> (String, Option<String>) {
        if self == before {
            return (self.to_string(), Some(before.to_string()));
        }
        let (now, was) = (self.source(), before.source());
        let common = now.chars().zip(was.chars());
        let common = common.take_while(|(one, other)| one == other);
        let common: usize = common.map(|(letter, _)| letter.len_utf8()).sum();
        let common = if common > MIN_SHORTENED && now != was {
            common
        } else {
            0
        };
        let dots = if common > 0 { "…" } else { "" };
        let shown = |source: &str, variable: &Self| {
            format!("{dots}{}{}", &source[common..], variable.options())
        };
        (shown(&now, self), Some(shown(&was, before)))
    }
}

/// The text in quotes. Spells out a space after a space, so that spaces cannot push text out of sight.
fn drawn(text: &str) -> String {
    let mut drawn = String::new();
    let mut before = ' ';
    for letter in format!("{text:?}").chars() {
        if letter == ' ' && before == ' ' {
            drawn.push_str("\\u{20}");
        } else {
            drawn.push(letter);
        }
        before = letter;
    }
    drawn
}

/// The reference with its workspace, except the default one.
fn qualified(reference: &Reference, workspace: Option<&WorkspaceName>) -> Reference {
    let is_bare = reference.workspace.is_none() && matches!(reference.secret, Target::Name(_));
    let in_use = workspace.filter(|name| is_bare && name.as_str() != WorkspaceName::DEFAULT);
    Reference {
        workspace: in_use.or(reference.workspace.as_ref()).cloned(),
        ..reference.clone()
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
        write!(out, "{}{}", self.source(), self.options())
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Vault => "the vault",
            Self::Workspace => "the workspace",
            Self::App => "the app",
            Self::Pin => "the pin",
            Self::Run(member) => return write!(out, "run.{member}"),
            Self::Variable {
                key,
                workspace: Some(workspace),
            } => return write!(out, "{key} in {workspace}"),
            Self::Variable {
                key,
                workspace: None,
            } => key,
        })
    }
}

impl fmt::Display for Change {
    /// Writes one line. Text from the file must still be escaped.
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
