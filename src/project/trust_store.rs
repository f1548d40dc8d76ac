//! The project files that you agreed to, in a file of the state directory. It holds no secret but decides who
//! may use some: only its owner may write it, and if anything is wrong with it, nothing counts as agreed.

use super::ProjectFile;
use crate::platform::permissions::{Others, is_us};
use crate::platform::private_file::{self, Durability, PrivateFile};
use crate::platform::{bounded_read, directory};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

const VERSION: u32 = 1;
const MAX_FILE_BYTES: usize = 1024 * 1024;

/// The problem of a list that may still be whole; it ends a sentence.
const UNREAD: &str = "could not be read";
const OF_ANOTHER_VERSION: &str = "was written by another version of kluis";

/// All project files that you agreed to.
pub struct TrustStore {
    place: PathBuf,
    agreements: Vec<Agreement>,
    /// The reason why there may be more of them; it ends a sentence.
    problem: Option<&'static str>,
}

/// Your consent that one project file, with its present content, may draw on secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    pub path: String,
    pub sha256: String,
    /// The real path of the vault: the file's own, or the one in use.
    pub vault: String,
    pub trusted_at: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    projects: Vec<Agreement>,
}

/// The only member that every later version keeps.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// Whether you agreed to a project file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustState {
    Trusted,
    /// You agreed to other content or to another vault.
    Changed,
    Never,
}

impl TrustState {
    /// The reason not to follow the file; it ends a sentence.
    pub fn problem(self) -> &'static str {
        match self {
            Self::Trusted | Self::Never => "is not trusted",
            Self::Changed => "has changed since you trusted it",
        }
    }
}

impl TrustStore {
    /// Loads the list from the file at `place`.
    pub fn load(place: PathBuf) -> Self {
        let (agreements, problem) = match read(&place) {
            Ok(agreements) => (agreements, None),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        Self {
            place,
            agreements,
            problem,
        }
    }

    pub fn place(&self) -> &Path {
        &self.place
    }

    pub fn agreements(&self) -> &[Agreement] {
        &self.agreements
    }

    pub fn problem(&self) -> Option<&'static str> {
        self.problem
    }

    /// Whether you agreed that this file may draw on the vault at this path.
    pub fn about(&self, file: &ProjectFile, vault: &Path) -> TrustState {
        let Some(path) = file.path.to_str() else {
            return TrustState::Never;
        };
        let Some(known) = self.agreements.iter().find(|known| known.path == path) else {
            return TrustState::Never;
        };
        if known.sha256 == file.sha256 && Path::new(&known.vault) == vault {
            TrustState::Trusted
        } else {
            TrustState::Changed
        }
    }

    /// Adds your consent, in place of an older one for the same path.
    pub fn insert(&mut self, agreement: Agreement) {
        self.agreements.retain(|known| known.path != agreement.path);
        self.agreements.push(agreement);
        self.agreements
            .sort_by(|one, other| one.path.cmp(&other.path));
    }

    /// Removes your consent; returns whether there was one.
    pub fn remove(&mut self, path: &str) -> bool {
        let before = self.agreements.len();
        self.agreements.retain(|known| known.path != path);
        self.agreements.len() < before
    }

    /// Writes the list. Refuses if the old file may hold entries that were not read. Of two concurrent
    /// writers the last one wins.
    pub fn save(&self) -> io::Result<()> {
        if let Some(problem @ (UNREAD | OF_ANOTHER_VERSION)) = self.problem {
            return Err(io::Error::other(format!("it {problem}")));
        }
        let folder = self.place.parent().unwrap_or(Path::new("."));
        directory::make(folder)?;
        let document = Document {
            version: VERSION,
            projects: self.agreements.clone(),
        };
        let mut text = serde_json::to_vec_pretty(&document)?;
        text.push(b'\n');
        let folder = File::open(folder)?;
        let name = self.place.file_name().unwrap_or_default();
        let temporary = private_file::temporary_name(name)?;
        let written = PrivateFile::holding(&folder, temporary, &text, Durability::Synced)?;
        if fs::read(self.place.with_file_name(written.name()))? != text {
            return Err(io::Error::other("it reads back as something else"));
        }
        written.replace(name)
    }
}

fn read(place: &Path) -> Result<Vec<Agreement>, &'static str> {
    let found = match fs::metadata(place) {
        Ok(found) => found,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(_) => return Err(UNREAD),
    };
    if !found.is_file() {
        return Err("is not a regular file");
    }
    if !is_us(found.uid()) || Others::of(&found).may_write() {
        return Err("can be written by others");
    }
    let file = File::open(place).map_err(|_| UNREAD)?;
    let bytes = bounded_read::read(file, MAX_FILE_BYTES).map_err(|_| UNREAD)?;
    match serde_json::from_slice(&bytes) {
        Ok(Version { version: VERSION }) => {}
        Ok(_) => return Err(OF_ANOTHER_VERSION),
        Err(_) => return Err("is damaged"),
    }
    let document: Document = serde_json::from_slice(&bytes).map_err(|_| "is damaged")?;
    Ok(document.projects)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::{FILE_NAME, Project};
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    use tempfile::TempDir;

    fn place() -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("state/kluis/trusted.json");
        (directory, place)
    }

    fn file(folder: &str, sha256: &str) -> ProjectFile {
        ProjectFile {
            path: Path::new(folder).join(FILE_NAME),
            folder: folder.into(),
            sha256: sha256.into(),
            project: Project::default(),
            owner: None,
        }
    }

    fn agreement(folder: &str, sha256: &str, vault: &str) -> Agreement {
        Agreement {
            path: format!("{folder}/{FILE_NAME}"),
            sha256: sha256.into(),
            vault: vault.to_owned(),
            trusted_at: "2026-01-01T00:00:00.000Z".into(),
        }
    }

    #[test]
    fn an_agreement_is_for_one_path_one_content_and_one_vault() {
        let (_directory, place) = place();
        let mut trust_store = TrustStore::load(place);
        trust_store.insert(agreement("/a", "1", "/vault"));
        trust_store.insert(agreement("/b", "2", "/other"));
        let about = |folder: &str, sha256: &str, vault: &str| {
            trust_store.about(&file(folder, sha256), Path::new(vault))
        };
        assert_eq!(about("/a", "1", "/vault"), TrustState::Trusted);
        assert_eq!(about("/a", "1", "/other"), TrustState::Changed);
        assert_eq!(about("/a", "2", "/vault"), TrustState::Changed);
        assert_eq!(about("/c", "1", "/vault"), TrustState::Never);
        assert_eq!(about("/b", "2", "/other"), TrustState::Trusted);
        assert_eq!(about("/b", "2", "/vault"), TrustState::Changed);
    }

    #[test]
    fn the_list_is_kept_for_its_owner_alone() {
        let (_directory, place) = place();
        let mut trust_store = TrustStore::load(place.clone());
        trust_store.insert(agreement("/b", "1", "/vault"));
        trust_store.insert(agreement("/a", "1", "/vault"));
        trust_store.insert(agreement("/b", "2", "/vault"));
        trust_store.save().unwrap();
        let read = TrustStore::load(place.clone());
        assert_eq!(
            read.agreements(),
            [
                agreement("/a", "1", "/vault"),
                agreement("/b", "2", "/vault")
            ]
        );
        assert_eq!(read.problem(), None);
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
        assert_eq!(mode(&place), 0o600);
        assert_eq!(mode(place.parent().unwrap()), 0o700);
        let left = fs::read_dir(place.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "no temporary file is left");

        let mut read = read;
        assert!(read.remove(&agreement("/a", "", "/vault").path));
        assert!(!read.remove(&agreement("/a", "", "/vault").path));
        read.save().unwrap();
        assert_eq!(TrustStore::load(place).agreements().len(), 1);
    }

    #[test]
    fn an_unreliable_list_counts_as_no_consent() {
        let (_directory, place) = place();
        let mut trust_store = TrustStore::load(place.clone());
        assert_eq!(trust_store.problem(), None, "nothing was ever agreed");
        trust_store.insert(agreement("/a", "1", "/vault"));
        trust_store.save().unwrap();
        let good = fs::read(&place).unwrap();
        let refused = |bytes: &[u8], mode: u32| {
            fs::write(&place, bytes).unwrap();
            fs::set_permissions(&place, Permissions::from_mode(mode)).unwrap();
            let read = TrustStore::load(place.clone());
            assert_eq!(read.agreements(), []);
            read.problem().unwrap()
        };
        assert_eq!(refused(&good[..good.len() / 2], 0o600), "is damaged");
        assert_eq!(refused(b"", 0o600), "is damaged");
        assert_eq!(
            refused(br#"{"version":1,"projects":[{}]}"#, 0o600),
            "is damaged"
        );
        let newer = br#"{"version":2,"agreed":[]}"#;
        assert_eq!(
            refused(newer, 0o600),
            "was written by another version of kluis"
        );
        assert_eq!(refused(&good, 0o620), "can be written by others");
        fs::remove_file(&place).unwrap();
        fs::create_dir(&place).unwrap();
        assert_eq!(
            TrustStore::load(place.clone()).problem(),
            Some("is not a regular file")
        );
    }

    #[test]
    fn an_unreadable_trust_list_is_not_overwritten() {
        let (_directory, place) = place();
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        let newer = br#"{"version":2,"agreed":[]}"#;
        fs::write(&place, newer).unwrap();
        fs::set_permissions(&place, Permissions::from_mode(0o600)).unwrap();
        let saved = |problem| {
            let mut trust_store = TrustStore::load(place.clone());
            assert_eq!(trust_store.problem(), Some(problem));
            trust_store.insert(agreement("/a", "1", "/vault"));
            trust_store.save()
        };
        assert!(saved(OF_ANOTHER_VERSION).is_err());
        assert_eq!(fs::read(&place).unwrap(), newer);
        // A link to itself exists, but its content cannot be known.
        fs::remove_file(&place).unwrap();
        std::os::unix::fs::symlink(&place, &place).unwrap();
        assert!(saved(UNREAD).is_err());
        assert!(place.is_symlink());
        // A damaged list has no entries.
        fs::remove_file(&place).unwrap();
        fs::write(&place, b"").unwrap();
        assert!(saved("is damaged").is_ok());
    }
}
