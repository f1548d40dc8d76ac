//! `init --project`: makes the vault beside a new project file that names it.

use crate::context::Context;
use crate::error::Error;
use crate::platform::plain_file;
use crate::project::{Extent, FILE_NAME, of_text};
use crate::settings::directories::home_directory;
use crate::settings::{Source, VaultPlace};
use crate::vault;
use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};

const VAULT: &str = "secrets.kluis";

/// A project file that is not written yet.
pub struct NewProject {
    folder: PathBuf,
    text: String,
}

impl NewProject {
    /// Chooses the vault in this folder, unless `--vault` names one. Fails if there is already a project file.
    pub fn prepare(context: &mut Context) -> Result<Self, Error> {
        let folder = std::env::current_dir().and_then(fs::canonicalize);
        let folder = folder.context("cannot find the current folder")?;
        let path = folder.join(FILE_NAME);
        if fs::symlink_metadata(&path).is_ok() {
            return Err(vault::Error::Exists {
                what: "project file",
                name: path.display().to_string(),
            }
            .into());
        }
        if context.settings.vault_source != Source::Flag {
            context.settings.vault = VaultPlace::at(folder.join(VAULT));
            // You choose it now, whatever a project file above this folder says.
            context.settings.vault_source = Source::Flag;
        }
        let text = text(&folder, context.settings.vault.path())?;
        Ok(Self { folder, text })
    }

    /// Writes the file, and agrees to it: it only names the new vault.
    pub fn write(self, context: &mut Context) -> Result<PathBuf, Error> {
        let path = self.folder.join(FILE_NAME);
        let shown = path.display();
        plain_file::create(&path, self.text.as_bytes())
            .with_context(|| format!("the vault is made, but {shown} could not be written"))?;
        let home = home_directory();
        let file = of_text(self.text, path.clone(), &self.folder, home.as_deref())?;
        let proposal = context.proposal(&file, Extent::Everything)?;
        context.agree(proposal)?;
        Ok(path)
    }
}

/// The text of the file. The vault's path is relative if the vault is in the folder.
fn text(folder: &Path, vault: &Path) -> Result<String, Error> {
    let absolute = std::path::absolute(vault).context("cannot find the vault's folder")?;
    let named = absolute.strip_prefix(folder).unwrap_or(&absolute);
    let named = named
        .to_str()
        .context("the path of the vault is not valid UTF-8, so kluis.toml cannot name it")?;
    // A JSON string is a basic string of TOML.
    let named = serde_json::Value::from(named);
    Ok(format!(
        "# Which vault this project uses, and which variables `kluis run` gives to a command.\nvault = {named}\n"
    ))
}
