//! The selection of the command line and the project file, before the vault is opened.

use super::except::Except;
use super::keep_existing::KeepExisting;
use super::pairs::{parse_pair, parse_reference};
use crate::context::Context;
use crate::deliver::environment::{self, Environment};
use crate::error::Error;
use crate::project::{Absence, Delivery, Entry, Extent, Project, RunOptions, Source};
use crate::vault::Vault;
use crate::vault::app_reference::AppReference;
use crate::vault::env_key::EnvKey;
use crate::vault::name::WorkspaceName;
use crate::vault::reference::Reference;

/// The selection, as far as it is known without the vault.
pub struct Selection {
    pub chosen: Vec<Chosen>,
    pub app: Option<AppReference>,
    pub all: bool,
    pub ignores_env: bool,
    pub listed: Listed,
    pub except: Except,
    pub keep_existing: KeepExisting,
    pub environment: Environment,
}

/// A secret named with `-e`.
pub struct Chosen {
    /// `None`: the secret's own key.
    pub key: Option<EnvKey>,
    pub reference: Reference,
    pub is_file: bool,
}

/// The variables of the project file.
#[derive(Default)]
pub struct Listed {
    /// The name of the file in errors.
    pub file: String,
    pub entries: Vec<Entry>,
    /// The workspaces whose variables differ.
    distinguished: Vec<WorkspaceName>,
}

impl Selection {
    /// Adds files that you named.
    pub fn with_files(mut self, files: Vec<(EnvKey, Reference)>) -> Result<Self, Error> {
        for (key, reference) in files {
            if self.chooses(&key) {
                let message =
                    format!("{key} is chosen twice: by --file, and by -e or another --file");
                return Err(Error::usage(message));
            }
            self.environment.check_key(&key)?;
            self.chosen.push(Chosen {
                key: Some(key),
                reference,
                is_file: true,
            });
        }
        Ok(self)
    }

    /// Whether you named a secret for this variable.
    pub fn chooses(&self, key: &EnvKey) -> bool {
        let mut chosen = self.chosen.iter();
        chosen.any(|chosen| chosen.key.as_ref() == Some(key))
    }

    /// Whether some of them must be files.
    pub fn has_files(&self) -> bool {
        let mut entries = self.listed.entries.iter();
        self.chosen.iter().any(|chosen| chosen.is_file) || entries.any(is_file)
    }

    /// The same without those that must be files; also returns the variables of these.
    pub fn without_files(mut self) -> (Self, Vec<EnvKey>) {
        let entries = std::mem::take(&mut self.listed.entries);
        let (files, others): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(is_file);
        self.listed.entries = others;
        let is_given = |key: &EnvKey| self.except.leaves_out(Some(key), None) || self.chooses(key);
        let keys = files.into_iter().map(|file| file.key);
        let keys = keys.filter(|key| !is_given(key)).collect();
        (self, keys)
    }

    /// Adds the variables of the project file, unless you chose others instead. An error if nothing is selected
    /// then. Call it before the vault is opened, so that you do not type a passphrase in vain.
    pub fn with_project(mut self, context: &mut Context) -> Result<Self, Error> {
        if !self.ignores_env
            && let Some(file) = context.project()?
        {
            let workspace = context.workspace().cloned();
            let entries = file.project.env(workspace.as_ref());
            if !entries.is_empty() {
                context.follow(&file, Extent::Everything)?;
            }
            for entry in &entries {
                check_entry(&self.environment, entry)?;
            }
            self.listed = Listed {
                file: file.name(),
                entries: entries.into_iter().cloned().collect(),
                distinguished: file.project.workspaces().cloned().collect(),
            };
        }
        let is_empty = self.chosen.is_empty() && self.app.is_none() && !self.all;
        if is_empty && self.listed.entries.is_empty() {
            return Err(Error::Usage {
                message: "no secret is selected".into(),
                hint: Some(
                    "choose secrets with -e KEY=REF, --app NAME or --all, or list them under [env] in kluis.toml"
                        .into(),
                ),
            });
        }
        Ok(self)
    }

    /// The project file's options of `run`, which apply to every selection.
    pub fn with_run_options(&mut self, context: &mut Context) -> Result<RunOptions, Error> {
        let file = context.project()?;
        let Some(file) = file.filter(|file| file.project.run != RunOptions::default()) else {
            return Ok(RunOptions::default());
        };
        context.follow(&file, Extent::Everything)?;
        let Project { run, .. } = &file.project;
        if run.keep_existing {
            self.keep_existing = KeepExisting::All;
        }
        Ok(*run)
    }

    /// The same for a reader that accepts NUL.
    pub fn with_any_bytes(mut self) -> Self {
        self.environment.allow_nul();
        self
    }
}

impl Listed {
    /// Fails if the key implies another workspace than the one whose variables were chosen before.
    pub fn check_workspace(&self, vault: &Vault, context: &Context) -> Result<(), Error> {
        check_workspace(&self.distinguished, vault, context)
    }
}

/// The same for the workspaces with variables of their own.
pub fn check_workspace(
    distinguished: &[WorkspaceName],
    vault: &Vault,
    context: &Context,
) -> Result<(), Error> {
    if context.workspace().is_some() || distinguished.is_empty() {
        return Ok(());
    }
    let name = &vault.workspace(None)?.name;
    if name.as_str() == WorkspaceName::DEFAULT || !distinguished.contains(name) {
        return Ok(());
    }
    Err(Error::Usage {
        message: format!(
            "this key opens the workspace {name}, which has variables of its own in kluis.toml"
        ),
        hint: Some(format!(
            "name the workspace: -w {name}, or KLUIS_WORKSPACE={name}"
        )),
    })
}

impl Chosen {
    pub fn parse(text: &str) -> Result<Self, Error> {
        if text.contains('=') {
            let (key, reference) = parse_pair(text)?;
            return Ok(Self::value(Some(key), reference));
        }
        Ok(Self::value(None, parse_reference("env", text)?))
    }

    fn value(key: Option<EnvKey>, reference: Reference) -> Self {
        Self {
            key,
            reference,
            is_file: false,
        }
    }
}

/// Checks a text of the file. The author of the file chose it: it must not lead a program elsewhere.
pub fn check_entry(environment: &Environment, entry: &Entry) -> Result<(), environment::Error> {
    match (&entry.source, &entry.absence) {
        (Source::Secret(_), Absence::Refused | Absence::LeftOut) => {
            environment.check_key(&entry.key)
        }
        _ => environment.check_text_key(&entry.key),
    }
}

fn is_file(entry: &Entry) -> bool {
    entry.delivery != Delivery::Value
}
