//! The uses of project files that you agreed to, in a file of the state directory. It contains no secret but
//! decides who may use some: only its owner may write it, and if anything is wrong with it, nothing counts as
//! agreed.

use super::access::{Access, Change, Subject, VaultInUse};
use crate::platform::file_system::sync_folder;
use crate::platform::private_file::{self, Durability, PrivateFile};
use crate::platform::state_file::{self, UNREAD};
use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

const VERSION: u32 = 1;
const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;
/// The number of agreements that are kept for one project, the newest ones: one for each workspace and each
/// branch that contradicts the others.
const MAX_AGREEMENTS: usize = 32;

/// Like [`UNREAD`], the problem of a list that may still be complete.
const OF_ANOTHER_VERSION: &str = "was written by another version of kluis";

/// All project files that you agreed to.
pub struct TrustStore {
    place: PathBuf,
    projects: Vec<TrustedProject>,
    /// The reason why there may be more of them; it ends a sentence.
    problem: Option<&'static str>,
}

/// A project file, and its agreed uses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedProject {
    /// The path in the main worktree of its repository.
    pub path: String,
    /// The last one is the newest.
    pub agreed: Vec<Agreement>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    pub trusted_at: String,
    pub access: Access,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    projects: Vec<TrustedProject>,
}

/// The only member that every later version keeps.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

impl TrustStore {
    /// Loads the list from the file at `place`.
    pub fn load(place: PathBuf) -> Self {
        let (projects, problem) = match read(&place) {
            Ok(projects) => (projects, None),
            Err(problem) => (Vec::new(), Some(problem)),
        };
        Self {
            place,
            projects,
            problem,
        }
    }

    pub fn place(&self) -> &Path {
        &self.place
    }

    pub fn projects(&self) -> &[TrustedProject] {
        &self.projects
    }

    pub fn problem(&self) -> Option<&'static str> {
        self.problem
    }

    fn agreed(&self, path: &str) -> &[Agreement] {
        let known = self.projects.iter().find(|known| known.path == path);
        known.map_or(&[], |known| &known.agreed)
    }

    /// Whether you agreed to anything in this project file.
    pub fn knows(&self, path: &str) -> bool {
        !self.agreed(path).is_empty()
    }

    /// The uses of the project file that the nearest of your agreements does not cover; none if one covers all.
    /// Each workspace is judged by itself.
    pub fn beyond(&self, path: &str, access: &Access) -> Vec<Change> {
        if access.env.len() > 1 {
            let mut changes: Vec<Change> = Vec::new();
            for (name, one) in access.of_each_workspace() {
                for mut change in self.beyond(path, &one) {
                    if let Subject::Variable { workspace, .. } = &mut change.subject {
                        *workspace = Some(name.to_owned());
                    }
                    if !changes.contains(&change) {
                        changes.push(change);
                    }
                }
            }
            return changes;
        }
        let agreed = self.agreed(path).iter().rev();
        agreed
            .map(|agreed| access.beyond(Some(&agreed.access)))
            .min_by_key(Vec::len)
            .unwrap_or_else(|| access.beyond(None))
    }

    /// Adds your consent. Joins it with an earlier one that does not contradict it, so that a merge of two
    /// branches is covered, too.
    pub fn insert(&mut self, path: &str, access: Access, trusted_at: String) {
        let known = self.projects.iter().position(|known| known.path == path);
        let position = known.unwrap_or_else(|| {
            let path = path.to_owned();
            let agreed = Vec::new();
            self.projects.push(TrustedProject { path, agreed });
            self.projects.len() - 1
        });
        let agreed = &mut self.projects[position].agreed;
        let mut joined = agreed.iter().enumerate().rev();
        let joined = joined.find_map(|(index, known)| Some((index, known.access.union(&access)?)));
        let access = match joined {
            Some((index, union)) => {
                agreed.remove(index);
                union
            }
            None => access,
        };
        agreed.push(Agreement { trusted_at, access });
        let excess = agreed.len().saturating_sub(MAX_AGREEMENTS);
        agreed.drain(..excess);
        self.projects
            .sort_by(|one, other| one.path.cmp(&other.path));
    }

    /// Extends your agreement from before there was a vault to this vault. Returns whether there was such an
    /// agreement.
    pub fn vault_made(&mut self, path: &str, vault: &VaultInUse) -> bool {
        let projects = self.projects.iter_mut();
        let agreed = projects.filter(|known| known.path == path);
        let agreed = agreed.flat_map(|known| &mut known.agreed);
        let waiting = agreed
            .map(|agreed| &mut agreed.access.vault)
            .filter(|agreed| agreed.id.is_none() && agreed.path == vault.path);
        waiting
            .map(|agreed| agreed.id.clone_from(&vault.id))
            .count()
            > 0
    }

    /// Removes your consent; returns whether there was one.
    pub fn remove(&mut self, path: &str) -> bool {
        let before = self.projects.len();
        self.projects.retain(|known| known.path != path);
        self.projects.len() < before
    }

    /// Lets `change` change the newest list, and writes it durably, so that of two concurrent writers both count.
    /// Refuses if the old file may contain entries that were not read.
    pub fn update<T>(&mut self, change: impl FnOnce(&mut Self) -> T) -> io::Result<T> {
        let name = self.place.file_name().unwrap_or_default().to_owned();
        let folder = state_file::lock(self.place.parent().unwrap_or(Path::new(".")))?;
        *self = Self::load(self.place.clone());
        if let Some(problem @ (UNREAD | OF_ANOTHER_VERSION)) = self.problem {
            return Err(io::Error::other(format!("it {problem}")));
        }
        let before = self.projects.clone();
        let changed = change(self);
        if self.projects == before {
            return Ok(changed);
        }
        let document = Document {
            version: VERSION,
            projects: self.projects.clone(),
        };
        let mut text = serde_json::to_vec_pretty(&document)?;
        text.push(b'\n');
        if text.len() > MAX_FILE_BYTES {
            return Err(io::Error::other("it would be larger than 4 MiB"));
        }
        let temporary = private_file::temporary_name(&name)?;
        let written = PrivateFile::holding(&folder, temporary, &text, Durability::Synced)?;
        if fs::read(self.place.with_file_name(written.name()))? != text {
            return Err(io::Error::other("it reads back as something else"));
        }
        written.replace(&name)?;
        sync_folder(&folder)?;
        Ok(changed)
    }
}

fn read(place: &Path) -> Result<Vec<TrustedProject>, &'static str> {
    let Some(bytes) = state_file::read(place, MAX_FILE_BYTES)? else {
        return Ok(Vec::new());
    };
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
    use crate::project::{Extent, FILE_NAME, InUse, VaultInUse, named};
    use crate::vault::name::WorkspaceName;
    use std::fs::Permissions;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use tempfile::TempDir;

    fn place() -> (TempDir, PathBuf) {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("state/kluis/trusted.json");
        (directory, place)
    }

    /// The uses of a file with this text in a workspace; the file names the workspace if it is `Ok`.
    fn drawn(text: &str, workspace: Result<&str, &str>, vault: &str) -> Access {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join(FILE_NAME);
        fs::write(&path, text).unwrap();
        let file = named(&path, None).unwrap();
        let name = WorkspaceName::parse(workspace.unwrap_or_else(|name| name)).unwrap();
        let in_use = InUse {
            vault: VaultInUse {
                path: vault.to_owned(),
                id: Some("vlt_1".to_owned()),
            },
            workspace: Some(&name),
            is_workspace_of_file: workspace.is_ok(),
        };
        Access::new(&file.project, Extent::Everything, in_use)
    }

    fn env(lines: &str) -> Access {
        drawn(&format!("[env]\n{lines}"), Err("default"), "/vault")
    }

    fn insert(trust_store: &mut TrustStore, path: &str, access: Access) {
        trust_store.insert(path, access, "2026-01-01T00:00:00.000Z".to_owned());
    }

    /// The names of the new uses.
    fn new(trust_store: &TrustStore, access: &Access) -> Vec<String> {
        let changes = trust_store.beyond("/a", access);
        changes
            .into_iter()
            .map(|change| change.subject.to_string())
            .collect()
    }

    #[test]
    fn only_what_adds_changes_or_weakens_is_new() {
        let (_directory, place) = place();
        let mut trust_store = TrustStore::load(place);
        let text =
            "# of the team\nworkspace = 'w'\napp = 'a'\npin = 'p'\n[env]\nA = 'one'\nB = 'two'";
        let agreed = drawn(text, Ok("w"), "/vault");
        let all = ["the vault", "the workspace", "the app", "the pin", "A", "B"];
        assert_eq!(new(&trust_store, &agreed), all);
        insert(&mut trust_store, "/a", agreed);
        let is_new = |text: &str, workspace, vault: &str| {
            new(&trust_store, &drawn(text, workspace, vault)).join(" ")
        };
        for (text, expected) in [
            (text, ""),
            (
                "pin='p'\napp='a'\n[env]\nB='two' # reordered\nA = { secret = 'one', optional = false }",
                "",
            ),
            ("pin='p'\n[env]\nA='one'", ""),
            ("pin='p'", ""),
            ("pin='p'\n[env]\nA='w/one'", ""),
            ("[env]\nA='one'", "the pin"),
            ("pin='q'", "the pin"),
            ("pin='p'\napp='b'", "the app"),
            ("pin='p'\n[env]\nC='one'", "C"),
            ("pin='p'\n[env]\nA='two'\nB='one'", "A B"),
            ("pin='p'\n[env]\nA='default/one'", "A"),
            ("pin='p'\n[env]\nA='sec_00000000000000000000000000'", "A"),
            ("pin='p'\n[env]\nA='kluis://one?slot=1'", "A"),
            ("pin='p'\n[env]\nA={secret='one', as='file'}", "A"),
            ("pin='p'\n[env]\nA={secret='one', optional=true}", "A"),
            ("pin='p'\n[env]\nA={secret='one', default=''}", "A"),
            ("pin='p'\n[env]\nA={secret='one', keep_existing=true}", "A"),
            ("pin='p'\n[env]\nA={secret='one', description='it'}", ""),
            ("pin='p'\n[env]\nA={value='one'}", "A"),
            ("pin='p'\n[env]\nA={text='{one}'}", "A"),
            ("pin='p'\n[workspaces.w.env]\nA='one'", ""),
            (
                "pin='p'\n[env]\nA='one'\n[workspaces.w.env]\nA={value=''}",
                "A",
            ),
            ("pin='p'\n[workspaces.default.env]\nC='one'", ""),
            ("pin='p'\n[run]\nmask=true", "run.mask"),
        ] {
            assert_eq!(is_new(text, Ok("w"), "/vault"), expected, "{text}");
        }
        assert_eq!(is_new("pin='p'", Ok("x"), "/vault"), "the workspace");
        let named = |workspace| is_new("pin='p'\n[env]\nA='one'", Err(workspace), "/vault");
        assert_eq!((&*named("x"), &*named("w")), ("A", ""));
        assert_eq!(is_new(text, Ok("w"), "/other"), "the vault");
        let mut renewed = drawn(text, Ok("w"), "/vault");
        renewed.vault.id = Some("vlt_2".to_owned());
        assert_eq!(new(&trust_store, &renewed), ["the vault"]);
        // A later pin would accept a vault that you have not seen.
        insert(&mut trust_store, "/unpinned", env("A='a'"));
        let pinned = drawn("pin='p'\n[env]\nA='a'", Err("default"), "/vault");
        let added = trust_store.beyond("/unpinned", &pinned);
        assert_eq!(added.len(), 1);
        assert_eq!(added[0].subject, Subject::Pin);
        // Nothing is known of another project.
        assert_eq!(
            trust_store
                .beyond("/b", &drawn(text, Ok("w"), "/vault"))
                .len(),
            6
        );
    }

    #[test]
    fn branches_are_covered_once_agreed_and_so_is_their_merge() {
        let (_directory, place) = place();
        let mut trust_store = TrustStore::load(place);
        let mut questions = 0;
        let mut visit = |lines: &str| {
            let access = env(lines);
            let is_new = !trust_store.beyond("/a", &access).is_empty();
            if is_new {
                questions += 1;
                insert(&mut trust_store, "/a", access);
            }
            is_new
        };
        assert!(visit("A='a'"));
        assert!(visit("A='a'\nB='b'"));
        assert!(visit("A='a'\nC='c'"));
        for old in [
            "A='a'",
            "A='a'\nB='b'",
            "C='c'\nA='a'",
            "A='a'\nB='b'\nC='c'",
        ] {
            assert!(!visit(old), "{old}");
        }
        // Contradicting agreements stay separate: you did not agree to a mix of them.
        assert!(visit("A='other'\nD='d'"));
        assert!(!visit("A='a'\nB='b'"));
        assert!(visit("A='a'\nD='d'"));
        assert_eq!(questions, 5);
    }

    #[test]
    fn a_file_without_a_pin_is_never_joined_with_one_that_has_it() {
        let (_directory, place) = place();
        let mut trust_store = TrustStore::load(place);
        let pinned = drawn("pin='p'\n[env]\nA='a'", Err("default"), "/vault");
        insert(&mut trust_store, "/a", env("B='b'"));
        insert(&mut trust_store, "/a", pinned);
        assert_eq!(new(&trust_store, &env("B='b'")), [""; 0]);
        assert!(!new(&trust_store, &env("A='a'\nB='b'")).is_empty());
    }

    #[test]
    fn the_newest_agreements_are_kept() {
        let (_directory, place) = place();
        let mut trust_store = TrustStore::load(place);
        for number in 0..=MAX_AGREEMENTS {
            insert(&mut trust_store, "/a", env(&format!("A='a{number}'")));
        }
        assert_eq!(trust_store.projects()[0].agreed.len(), MAX_AGREEMENTS);
        assert_eq!(new(&trust_store, &env("A='a0'")), ["A"]);
        assert_eq!(new(&trust_store, &env("A='a1'")), [""; 0]);
    }

    #[test]
    fn the_list_is_kept_for_its_owner_alone() {
        let (_directory, place) = place();
        let mut trust_store = TrustStore::load(place.clone());
        let insert_all = |trust_store: &mut TrustStore| {
            for path in ["/b", "/a", "/b"] {
                insert(trust_store, path, env("A='a'"));
            }
        };
        trust_store.update(insert_all).unwrap();
        let mut read = TrustStore::load(place.clone());
        assert_eq!(read.problem(), None);
        assert_eq!(read.projects(), trust_store.projects());
        assert_eq!(read.projects().len(), 2);
        let mode = |path: &Path| fs::metadata(path).unwrap().mode() & 0o7777;
        assert_eq!(mode(&place), 0o600);
        assert_eq!(mode(place.parent().unwrap()), 0o700);
        let left = fs::read_dir(place.parent().unwrap()).unwrap().count();
        assert_eq!(left, 1, "no temporary file is left");

        assert!(read.update(|list| list.remove("/a")).unwrap());
        assert!(!read.update(|list| list.remove("/a")).unwrap());
        // Another terminal had loaded the list before, and its answer does not restore the other entry.
        let added = trust_store.update(|list| insert(list, "/b", env("B='b'")));
        added.unwrap();
        assert_eq!(
            trust_store.projects(),
            TrustStore::load(place.clone()).projects()
        );
        assert_eq!(TrustStore::load(place).projects().len(), 1);
    }

    #[test]
    fn an_unreliable_list_counts_as_no_consent() {
        let (_directory, place) = place();
        let mut trust_store = TrustStore::load(place.clone());
        assert_eq!(trust_store.problem(), None, "nothing was ever agreed");
        let add = |list: &mut TrustStore| insert(list, "/a", env("A='a'"));
        trust_store.update(add).unwrap();
        let good = fs::read(&place).unwrap();
        let refused = |bytes: &[u8], mode: u32| {
            fs::write(&place, bytes).unwrap();
            fs::set_permissions(&place, Permissions::from_mode(mode)).unwrap();
            let read = TrustStore::load(place.clone());
            assert_eq!(read.projects(), []);
            read.problem().unwrap()
        };
        assert_eq!(refused(&good[..good.len() / 2], 0o600), "is damaged");
        assert_eq!(refused(b"", 0o600), "is damaged");
        assert_eq!(
            refused(br#"{"version":1,"projects":[{}]}"#, 0o600),
            "is damaged"
        );
        let text = String::from_utf8(good.clone()).unwrap();
        let unknown = text.replace("\"optional\"", "\"keep\": true, \"optional\"");
        assert_eq!(refused(unknown.as_bytes(), 0o600), "is damaged");
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
            trust_store.update(|list| insert(list, "/a", env("A='a'")))
        };
        assert!(saved(OF_ANOTHER_VERSION).is_err());
        assert_eq!(fs::read(&place).unwrap(), newer);
        // A link to itself exists, but its content cannot be read.
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
