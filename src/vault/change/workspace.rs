//! Creates, renames and deletes workspaces. This changes the header, so it takes full access.

use super::Change;
use super::delete::named;
use crate::keyring;
use crate::sealed::aad_context::AadContext;
use crate::sealed::history::RevisionId;
use crate::sealed::{self, header, meta};
use crate::vault::Error;
use crate::vault::description::Description;
use crate::vault::linking::LinkingApp;
use crate::vault::name::WorkspaceName;
use crate::vault::secret::Secret;
use crate::vault::workspace::Workspace;

/// Fields to change; `None` keeps a field.
#[derive(Default)]
pub struct WorkspaceUpdate {
    pub name: Option<WorkspaceName>,
    pub description: Option<Description>,
}

/// What happens to the secrets and links of a deleted workspace.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Contents {
    /// A workspace that is not empty is not deleted.
    Keep,
    /// They are deleted as well.
    Delete,
}

impl Change<'_> {
    pub fn create_workspace(
        &mut self,
        name: WorkspaceName,
        description: Description,
    ) -> Result<Workspace, Error> {
        self.check_full_access()?;
        self.check_free(&name)?;
        let workspace = Workspace::new(name, description, self.now);
        let (verify, wrapped) = self.keyring.add_workspace(workspace.id)?;
        let about = self.seal_about(&workspace)?;
        self.change_header()?.workspaces.push(header::Workspace {
            id: workspace.id,
            verify,
            wrapped,
            about,
            section: RevisionId::default(),
        });
        self.workspaces.push(workspace.clone());
        Ok(workspace)
    }

    /// Changes all given fields, or none.
    pub fn update_workspace(
        &mut self,
        name: &WorkspaceName,
        update: WorkspaceUpdate,
    ) -> Result<Workspace, Error> {
        self.check_full_access()?;
        let old = self.workspace(Some(name))?;
        let mut new = old.clone();
        if let Some(name) = update.name.filter(|name| *name != old.name) {
            if old.is_default() {
                return Err(Error::InUse {
                    message: "the workspace default cannot be renamed".into(),
                    hint: "make another workspace with `kluis workspace create NAME`",
                    ids: Vec::new(),
                });
            }
            self.check_free(&name)?;
            new.name = name;
        }
        if let Some(description) = update.description {
            new.description = description;
        }
        if new == old {
            return Ok(new);
        }
        new.updated_at = self.now.max(new.created_at);
        let about = self.seal_about(&new)?;
        let mut lines = self.change_header()?.workspaces.iter_mut();
        if let Some(line) = lines.find(|line| line.id == new.id) {
            line.about = about;
        }
        self.workspaces.retain(|workspace| workspace.id != new.id);
        self.workspaces.push(new.clone());
        Ok(new)
    }

    pub fn delete_workspace(
        &mut self,
        name: &WorkspaceName,
        contents: Contents,
    ) -> Result<Workspace, Error> {
        self.check_full_access()?;
        let workspace = self.workspace(Some(name))?;
        if workspace.is_default() && contents == Contents::Keep {
            return Err(Error::InUse {
                message: "the workspace default cannot be deleted".into(),
                hint: "delete its secrets instead, or add --force to delete all of it and make it anew",
                ids: Vec::new(),
            });
        }
        match contents {
            Contents::Keep => self.check_empty(&workspace)?,
            Contents::Delete => match self.unlink_workspace(&workspace) {
                // Links to damaged parts lead to nothing.
                Err(Error::Sealed(sealed::Error::Damaged(_))) => {}
                unlinked => unlinked?,
            },
        }
        self.sections.remove(&workspace.id);
        self.touched
            .retain(|(touched, ..)| *touched != workspace.id);
        self.change_header()?
            .workspaces
            .retain(|line| line.id != workspace.id);
        self.workspaces.retain(|other| other.id != workspace.id);
        if workspace.is_default() {
            self.create_workspace(workspace.name.clone(), workspace.description.clone())?;
        }
        Ok(workspace)
    }

    fn check_empty(&mut self, workspace: &Workspace) -> Result<(), Error> {
        let secrets = self.secrets_in(workspace)?;
        let apps = self.apps_in(workspace)?;
        let mut contained = Vec::new();
        if !secrets.is_empty() {
            let word = if secrets.len() == 1 {
                "secret"
            } else {
                "secrets"
            };
            let deleted = match secrets.iter().filter(|one| one.is_deleted()).count() {
                0 => String::new(),
                deleted => format!(" ({deleted} of them deleted, which can be restored)"),
            };
            contained.push(format!("{} {word}{deleted}", secrets.len()));
        }
        let own = apps.into_iter().map(|app| LinkingApp {
            id: app.id,
            app: Some(app),
        });
        let own: Vec<_> = own.collect();
        if !own.is_empty() {
            contained.push(named(workspace, &own));
        }
        if contained.is_empty() {
            return Ok(());
        }
        let mut users: Vec<LinkingApp> = Vec::new();
        for secret in &secrets {
            for app in self.apps_linking(secret)? {
                if !users.iter().chain(&own).any(|known| known.id == app.id) {
                    users.push(app);
                }
            }
        }
        let used = match users.as_slice() {
            [] => String::new(),
            users => format!(", and is used by {}", named(workspace, users)),
        };
        let ids = own.iter().chain(&users);
        Err(Error::InUse {
            message: format!(
                "the workspace {} still contains {}{used}",
                workspace.name,
                contained.join(" and ")
            ),
            hint: "delete or move them first, or add --force to delete them and their links, too",
            ids: ids.map(|app| app.id.to_string()).collect(),
        })
    }

    fn secrets_in(&mut self, home: &Workspace) -> Result<Vec<Secret>, Error> {
        let all = self.all_in(home)?.into_iter();
        Ok(all.map(|found| found.secret).collect())
    }

    /// Removes the links between a workspace and others.
    fn unlink_workspace(&mut self, workspace: &Workspace) -> Result<(), Error> {
        for app in self.apps_in(workspace)? {
            for (key, target) in &app.links {
                if target.workspace != workspace.id {
                    self.forget_link(&app.link(key), *target)?;
                }
            }
        }
        for mut secret in self.secrets_in(workspace)? {
            secret.apps.retain(|link| link.workspace != workspace.id);
            self.unlink_secret(&secret)?;
        }
        Ok(())
    }

    fn seal_about(&self, workspace: &Workspace) -> Result<Vec<u8>, Error> {
        let about = meta::encode(&workspace.to_meta());
        Ok(self
            .keyring
            .seal(AadContext::WorkspaceAbout(workspace.id), &about)?)
    }

    fn check_free(&self, name: &WorkspaceName) -> Result<(), Error> {
        if self
            .workspaces
            .iter()
            .any(|workspace| workspace.name == *name)
        {
            return Err(Error::Exists {
                what: "workspace",
                name: name.to_string(),
            });
        }
        Ok(())
    }

    pub(super) fn check_full_access(&self) -> Result<(), Error> {
        if self.keyring.has_full_access() {
            return Ok(());
        }
        Err(keyring::Error::NeedsFullAccess.into())
    }
}
