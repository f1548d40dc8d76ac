//! Recognises a linked worktree of git, which shares your agreements with the main one. A clone does not.
//!
//! A repository that you only unpacked may contain a file `.git` that names one of yours. So the link must go
//! both ways: your repository must name the worktree, too, as git writes it (gitrepository-layout(5)).

use super::find::small_text;
use std::fs;
use std::path::{Path, PathBuf};

/// The entry in the root of a git repository or worktree.
pub const REPOSITORY: &str = ".git";

/// A linked worktree.
pub struct Worktree {
    root: PathBuf,
    /// The root of the main worktree, or a bare repository.
    main: PathBuf,
}

impl Worktree {
    /// The linked worktree of a real directory; `None` if the directory is in a main one or in none.
    pub fn of(directory: &Path) -> Option<Self> {
        let root = root(directory)?;
        let entry = root.join(REPOSITORY);
        if !fs::symlink_metadata(&entry).ok()?.is_file() {
            return None;
        }
        let own = follow(root, small_text(&entry)?.strip_prefix("gitdir: ")?)?;
        if follow(&own, &small_text(&own.join("gitdir"))?)? != entry {
            return None;
        }
        let common = follow(&own, &small_text(&own.join("commondir"))?)?;
        if own.parent()? != common.join("worktrees") {
            return None;
        }
        let main = match common.file_name() {
            Some(name) if name == REPOSITORY => common.parent()?.to_owned(),
            _ => common,
        };
        let root = root.to_owned();
        Some(Self { root, main })
    }

    /// A path in this worktree, as if it were in the main one. Returns any other path unchanged.
    pub fn in_main(&self, path: &Path) -> PathBuf {
        match path.strip_prefix(&self.root) {
            Ok(below) => self.main.join(below),
            Err(_) => path.to_owned(),
        }
    }
}

/// The root of the worktree of a real directory, judged by its entries.
fn root(directory: &Path) -> Option<&Path> {
    let mut folders = directory.ancestors();
    folders.find(|folder| fs::symlink_metadata(folder.join(REPOSITORY)).is_ok())
}

/// The path of a project file in the main worktree of its repository.
pub fn in_main_worktree(path: &Path) -> PathBuf {
    let worktree = path.parent().and_then(Worktree::of);
    worktree.map_or_else(|| path.to_owned(), |worktree| worktree.in_main(path))
}

fn follow(from: &Path, line: &str) -> Option<PathBuf> {
    fs::canonicalize(from.join(line.trim_end_matches('\n'))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::process::Command;

    fn git(folder: &Path, line: &[&str]) {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@example.com"];
        let mut git = Command::new("git");
        git.current_dir(folder).args(identity).args(line);
        assert!(git.output().unwrap().status.success(), "{line:?}");
    }

    fn is_linked(directory: &Path) -> bool {
        Worktree::of(&fs::canonicalize(directory).unwrap()).is_some()
    }

    #[test]
    fn a_linked_worktree_is_seen_as_the_main_one() {
        let directory = tempfile::tempdir().unwrap();
        let above = fs::canonicalize(directory.path()).unwrap();
        let [main, linked, clone] = ["main", "linked", "clone"].map(|name| above.join(name));
        git(&above, &["init", "-q", "main"]);
        git(&main, &["commit", "-q", "--allow-empty", "-m", "a"]);
        git(&main, &["worktree", "add", "-q", "../linked"]);
        git(&above, &["clone", "-q", "main", "clone"]);
        fs::create_dir(linked.join("deep")).unwrap();
        let worktree = Worktree::of(&linked.join("deep")).unwrap();
        assert_eq!(
            worktree.in_main(&linked.join("deep/kluis.toml")),
            main.join("deep/kluis.toml")
        );
        assert_eq!(worktree.in_main(Path::new("/a/b")), Path::new("/a/b"));
        for folder in [&main, &clone, &above] {
            assert!(!is_linked(folder));
        }
        git(&above, &["clone", "-q", "--bare", "main", "bare.git"]);
        let bare = above.join("bare.git");
        git(&bare, &["worktree", "add", "-q", "../of-bare"]);
        let worktree = Worktree::of(&above.join("of-bare")).unwrap();
        let path = above.join("of-bare/kluis.toml");
        assert_eq!(worktree.in_main(&path), bare.join("kluis.toml"));
    }

    #[test]
    fn a_folder_that_only_says_so_is_no_worktree() {
        let directory = tempfile::tempdir().unwrap();
        let above = fs::canonicalize(directory.path()).unwrap();
        let [main, linked, hostile] = ["main", "linked", "hostile"].map(|name| above.join(name));
        git(&above, &["init", "-q", "main"]);
        git(&main, &["commit", "-q", "--allow-empty", "-m", "a"]);
        git(&main, &["worktree", "add", "-q", "../linked"]);
        fs::create_dir(&hostile).unwrap();
        let entry = hostile.join(".git");
        // The same file as in the worktree, and others that lead there.
        let of_linked = fs::read_to_string(linked.join(".git")).unwrap();
        let own = hostile.join("own");
        fs::create_dir(&own).unwrap();
        let back = format!("{}\n", entry.display());
        let common = format!("{}\n", main.join(".git").display());
        for (name, text) in [("gitdir", &back), ("commondir", &common)] {
            fs::write(own.join(name), text).unwrap();
        }
        for text in [
            &of_linked,
            &format!("gitdir: {}\n", main.join(".git").display()),
            // Its own files name your repository, which does not name it.
            &"gitdir: own\n".to_owned(),
            &"gitdir: absent\n".to_owned(),
            &"nothing of git".to_owned(),
            &String::new(),
        ] {
            fs::write(&entry, text).unwrap();
            assert!(!is_linked(&hostile), "{text}");
        }
        fs::remove_file(&entry).unwrap();
        for target in [linked.join(".git"), main.join(".git")] {
            std::os::unix::fs::symlink(target, &entry).unwrap();
            assert!(!is_linked(&hostile));
            fs::remove_file(&entry).unwrap();
        }
        let made = Command::new("mkfifo").arg(&entry).status().unwrap();
        assert!(made.success());
        assert!(!is_linked(&hostile));
    }
}
