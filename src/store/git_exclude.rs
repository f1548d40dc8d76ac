//! Keeps a vault's lock and previous bytes out of a git repository: adds their names to `info/exclude`.
//!
//! It is only a convenience: it ignores failures, does not wait, and touches no other file. In another user's
//! folder `.git` may be anything, so it writes only to your own files, and never through a link.

use super::file::regular;
use super::git_folder::GitFolder;
use super::work_tree::{self, read};
use crate::platform::bounded_read;
use crate::platform::permissions::is_us;
use rustix::fs::{CWD, Mode, OFlags, fstat, mkdirat, openat};
use std::io::Write;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

const MAX_FILE_BYTES: usize = 1024 * 1024;

/// Adds `.NAME.lock`, `.NAME.prev` and the temporary files, if the vault is in a work tree.
pub fn add(vault: &Path) {
    let _ = try_add(vault);
}

fn try_add(vault: &Path) -> Option<()> {
    let name = vault.file_name()?.to_str()?;
    // A newline would add lines that an attacker chose.
    if name.contains(char::is_control) {
        return None;
    }
    let GitFolder::Ours { path, .. } = GitFolder::of(&vault.canonicalize().ok()?) else {
        return None;
    };
    let git = our_directory(CWD, &common_of(path))?;
    let info = Path::new("info");
    // It may exist already or be something else; opening it will show.
    let _ = mkdirat(&git, info, Mode::RWXU | Mode::RWXG | Mode::RWXO);
    let info = our_directory(git, info)?;
    let flags = OFlags::RDWR | OFlags::APPEND | OFlags::CREATE | OFlags::NOFOLLOW;
    let exclude = regular::open(info, Path::new("exclude"), flags).ok()?;
    if !is_us(exclude.stat.st_uid) {
        return None;
    }
    let mut file = exclude.file;
    let held = bounded_read::read(&file, MAX_FILE_BYTES).ok()?;
    let held = String::from_utf8_lossy(&held);
    let mut added = String::new();
    for pattern in [
        format!(".{name}.lock"),
        format!(".{name}.prev*"),
        format!(".{name}.*.tmp"),
    ] {
        if !held.lines().any(|line| line == pattern) {
            added.push_str(&pattern);
            added.push('\n');
        }
    }
    if added.is_empty() {
        return Some(());
    }
    if !held.is_empty() && !held.ends_with('\n') {
        added.insert(0, '\n');
    }
    file.write_all(added.as_bytes()).ok()
}

/// Opens the directory `path` relative to `at`, unless it is a link or belongs to another user.
fn our_directory(at: impl AsFd, path: &Path) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let directory = openat(at, path, flags, Mode::empty()).ok()?;
    let owner = fstat(&directory).ok()?.st_uid;
    is_us(owner).then_some(directory)
}

/// All exclude lines of git that apply near the vault, in rising priority; `None` outside of a work tree.
pub fn lines(vault: &Path) -> Option<Vec<String>> {
    let repository = work_tree::repository(vault)?;
    let (vault, root) = (vault.canonicalize().ok()?, repository.parent()?);
    let exclude = common_directory(&repository).map(|git| git.join("info/exclude"));
    let mut folders: Vec<&Path> = vault
        .ancestors()
        .skip(1)
        .take_while(|folder| folder.starts_with(root))
        .collect();
    folders.reverse();
    let ignores = folders.into_iter().map(|folder| folder.join(".gitignore"));
    let files = exclude.into_iter().chain(ignores);
    let texts: Vec<String> = files.filter_map(|file| read(&file)).collect();
    let lines = texts.iter().flat_map(|text| text.lines());
    let lines = lines.filter(|line| !line.is_empty() && !line.starts_with('#'));
    Some(lines.map(str::to_owned).collect())
}

/// The repository's directory: `.git` itself, or for a linked work tree the directory that it was made from.
fn common_directory(git: &Path) -> Option<PathBuf> {
    if git.is_dir() {
        return Some(git.to_path_buf());
    }
    let text = read(git)?;
    let named = git
        .parent()?
        .join(text.strip_prefix("gitdir: ")?.trim_end());
    Some(common_of(named))
}

/// The directory that a linked work tree shares with the others.
fn common_of(git: PathBuf) -> PathBuf {
    match read(&git.join("commondir")) {
        Some(common) => git.join(common.trim_end()),
        None => git,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::process::geteuid;
    use std::fs;
    use std::os::unix::fs::{MetadataExt, chown, symlink};
    use std::process::Command;

    #[test]
    fn the_names_are_added_once() {
        let directory = tempfile::tempdir().expect("a directory");
        fs::create_dir_all(directory.path().join(".git/info")).expect("a repository");
        fs::create_dir_all(directory.path().join("deep/er")).expect("a directory");
        let vault = directory.path().join("deep/er/a.kluis");
        fs::write(&vault, "").expect("a vault");
        let exclude = directory.path().join(".git/info/exclude");
        fs::write(&exclude, "mine").expect("an exclude file");
        add(&vault);
        add(&vault);
        let expected = "mine\n.a.kluis.lock\n.a.kluis.prev*\n.a.kluis.*.tmp\n";
        assert_eq!(fs::read_to_string(exclude).expect("written"), expected);
    }

    #[test]
    fn a_folder_and_a_file_that_are_missing_are_made() {
        let (_tree, vault, info) = work_tree("a.kluis");
        fs::remove_dir(&info).expect("removed");
        add(&vault);
        let made = fs::metadata(&info).expect("made").mode();
        assert_eq!(made & 0o700, 0o700, "{made:o}");
        let expected = ".a.kluis.lock\n.a.kluis.prev*\n.a.kluis.*.tmp\n";
        let exclude = fs::read_to_string(info.join("exclude"));
        assert_eq!(exclude.expect("written"), expected);
    }

    #[test]
    fn names_are_found_at_the_end_of_a_long_file() {
        let (_tree, vault, info) = work_tree("a.kluis");
        let exclude = info.join("exclude");
        fs::write(&exclude, "# a long comment\n".repeat(1000)).expect("written");
        add(&vault);
        let once = fs::read(&exclude).expect("there");
        add(&vault);
        assert!(fs::read(&exclude).expect("there") == once);
    }

    #[test]
    fn exclude_lines_are_read_with_the_nearest_to_the_vault_last() {
        let (tree, _, info) = work_tree("a.kluis");
        let folder = tree.path().join("deep/er");
        fs::create_dir_all(&folder).expect("a folder");
        let vault = folder.join("b.kluis");
        fs::write(&vault, "").expect("a vault");
        fs::write(folder.join(".gitignore"), "nearest\n").expect("written");
        fs::write(tree.path().join(".gitignore"), "# no\n\nroot\n").expect("written");
        fs::write(info.join("exclude"), "own\n").expect("written");
        let told = lines(&vault).expect("a work tree");
        assert_eq!(told, ["own", "root", "nearest"]);
        let outside = tempfile::tempdir().expect("a directory");
        assert_eq!(lines(&outside.path().join("a.kluis")), None);
    }

    #[test]
    fn a_linked_work_tree_leads_to_its_repository() {
        let directory = tempfile::tempdir().expect("a directory");
        let (main, linked) = (
            directory.path().join("main"),
            directory.path().join("linked"),
        );
        fs::create_dir_all(main.join(".git/worktrees/linked")).expect("a repository");
        fs::create_dir_all(&linked).expect("a work tree");
        let named = main.join(".git/worktrees/linked");
        fs::write(named.join("commondir"), "../..\n").expect("written");
        let back = linked.join(".git");
        fs::write(named.join("gitdir"), format!("{}\n", back.display())).expect("written");
        fs::write(
            linked.join(".git"),
            format!("gitdir: {}\n", named.display()),
        )
        .expect("written");
        fs::write(linked.join("a.kluis"), "").expect("a vault");
        let exclude = main.join(".git/info/exclude");
        if geteuid().is_root() {
            // Another user decides where the repository is.
            chown(linked.join(".git"), Some(12345), None).expect("given away");
            add(&linked.join("a.kluis"));
            assert!(!exclude.exists());
            chown(linked.join(".git"), Some(0), None).expect("taken back");
        }
        add(&linked.join("a.kluis"));
        assert!(exclude.exists());
    }

    /// A vault called `name` in a work tree, and the path of its `info`.
    fn work_tree(name: &str) -> (tempfile::TempDir, PathBuf, PathBuf) {
        let directory = tempfile::tempdir().expect("a directory");
        let info = directory.path().join(".git/info");
        fs::create_dir_all(&info).expect("a repository");
        let vault = directory.path().join(name);
        fs::write(&vault, "").expect("a vault");
        (directory, vault, info)
    }

    #[test]
    fn links_are_not_followed_to_a_file_elsewhere() {
        let elsewhere = tempfile::tempdir().expect("a directory");
        let profile = elsewhere.path().join("exclude");
        fs::write(&profile, "mine\n").expect("a file");

        let (_tree, vault, info) = work_tree("a.kluis");
        symlink(&profile, info.join("exclude")).expect("a link");
        add(&vault);
        fs::remove_file(info.join("exclude")).expect("removed");
        fs::remove_dir(&info).expect("removed");
        symlink(elsewhere.path(), &info).expect("a link");
        add(&vault);
        let git = info.parent().expect("a repository");
        fs::remove_file(&info).expect("removed");
        fs::remove_dir(git).expect("removed");
        fs::create_dir(elsewhere.path().join("info")).expect("a directory");
        symlink(elsewhere.path(), git).expect("a link");
        add(&vault);

        assert_eq!(fs::read_to_string(&profile).expect("there"), "mine\n");
        let made = fs::read_dir(elsewhere.path().join("info")).expect("there");
        assert_eq!(made.count(), 0);
    }

    #[test]
    fn a_name_that_would_be_lines_of_its_own_is_left_out() {
        let (_tree, vault, info) = work_tree("a\ntouch b\n#.kluis");
        add(&vault);
        assert!(!info.join("exclude").exists());
    }

    #[test]
    fn another_users_exclude_file_is_not_written() {
        if !geteuid().is_root() {
            // Only root can give a file away.
            return;
        }
        let other = Some(12345);
        let (tree, vault, info) = work_tree("a.kluis");
        let exclude = info.join("exclude");
        fs::write(&exclude, "").expect("written");
        for theirs in [exclude.clone(), info, tree.path().join(".git")] {
            chown(&theirs, other, None).expect("given away");
            add(&vault);
            assert_eq!(fs::read(&exclude).expect("there"), b"", "{theirs:?}");
            chown(&theirs, Some(0), None).expect("taken back");
        }
        add(&vault);
        assert_ne!(fs::read(&exclude).expect("there"), b"");
    }

    #[test]
    fn a_pipe_is_not_waited_for() {
        let (tree, vault, info) = work_tree("a.kluis");
        let pipes = [
            info.join("exclude"),
            tree.path().join(".gitignore"),
            tree.path().join(".git"),
        ];
        for pipe in pipes {
            if pipe.is_dir() {
                fs::remove_dir_all(&pipe).expect("removed");
            }
            let made = Command::new("mkfifo").arg(&pipe).status().expect("run");
            assert!(made.success());
            add(&vault);
            assert_eq!(lines(&vault), Some(Vec::new()));
        }
    }

    #[test]
    fn outside_of_a_work_tree_nothing_is_written() {
        let directory = tempfile::tempdir().expect("a directory");
        let vault = directory.path().join("a.kluis");
        fs::write(&vault, "").expect("a vault");
        add(&vault);
        assert_eq!(fs::read_dir(directory.path()).expect("there").count(), 1);
    }
}
