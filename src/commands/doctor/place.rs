//! Checks the place of the vault: the file, its folder, the files beside it, and git.

use super::access::{self, Access};
use super::finding::Finding;
use crate::args::glob;
use crate::error::Error;
use crate::platform::permissions::Others;
use crate::sealed::header::Header;
use crate::store::file::{FileStore, Places, mount, sharing};
use crate::store::git_folder::GitFolder;
use crate::store::{git_exclude, work_tree};
use crate::vault::Vault;
use crate::vault::time::{Timestamp, rough_duration};
use rustix::fs::Access as May;
use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

const PREVIOUS: &str = "previous";
const ELSEWHERE: &str = "also keep a copy of the vault on another disk; the file is encrypted";

pub fn examine(store: &FileStore, header: Result<&Header, &Error>, now: Timestamp) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(error) = header {
        findings.push(Finding::of_error("vault", error));
    }
    // Without a vault there is nothing beside it to check.
    let Ok(places) = store.places() else {
        return findings;
    };
    if header.is_ok() {
        findings.extend(vault(&places.vault));
    }
    findings.push(folder(&places));
    let vault = fs::metadata(&places.vault).ok();
    let group = vault.and_then(|vault| shared_with(&places.vault, &vault));
    findings.push(previous(&places.previous, group, header.ok(), now));
    findings.extend(git(&places));
    findings
}

fn vault(path: &Path) -> Option<Finding> {
    let found = fs::metadata(path).ok()?;
    let (access, shown) = (Access::of(&found), path.display());
    let mode = access.mode();
    if let Some(group) = shared_with(path, &found) {
        return Some(Finding::ok(
            "vault",
            format!("{shown}, {mode}, shared with the group {group}"),
        ));
    }
    Some(if access.others.may_write() {
        Finding::fail(
            "vault",
            format!("other users can write {shown} ({mode}), and so destroy it"),
            format!("`chmod 600 {shown}`"),
        )
    } else if access.is_a_strangers() {
        Finding::warn(
            "vault",
            format!("{shown} belongs to another user, who can replace it"),
            format!("copy it to a folder of your own, or take over {shown} with `chown`"),
        )
    } else if access.others.may_read() && !work_tree::holds(path) {
        Finding::warn(
            "vault",
            format!("other users can read {shown} ({mode}), and so try to guess its passphrase"),
            format!("`chmod 600 {shown}`"),
        )
    } else {
        Finding::ok("vault", format!("{shown}, {mode}"))
    })
}

/// Checks the folder, and anything in it that would prevent writing.
fn folder(places: &Places) -> Finding {
    let shown = places.directory.display();
    let group = fs::metadata(&places.vault);
    let group = group
        .ok()
        .and_then(|vault| shared_with(&places.vault, &vault));
    if group.is_none() && access::is_open(&places.directory) {
        return Finding::fail(
            "folder",
            format!("other users can write to {shown}, so kluis refuses to change a vault there"),
            format!("check what is in it, then `chmod go-w {shown}`"),
        );
    }
    if let Some(name) = places.vault.file_name()
        && fs::File::open(&places.directory).is_ok_and(|folder| mount::is_single_file(folder, name))
    {
        return Finding::warn(
            "folder",
            format!("{} {}", places.vault.display(), mount::SINGLE_FILE),
            "mount its folder instead; until then you can only read the vault",
        );
    }
    if rustix::fs::access(&places.directory, May::WRITE_OK | May::EXEC_OK).is_err() {
        return Finding::warn(
            "folder",
            format!("you cannot write to {shown}, so you can only read the vault"),
            "to change the vault, check the owner and the mode of the folder, and whether its file system is read-only",
        );
    }
    let lock = fs::symlink_metadata(&places.lock);
    if lock.is_ok_and(|lock| !lock.is_file()) {
        let lock = places.lock.display();
        return Finding::fail(
            "folder",
            format!("{lock} is not a regular file, so kluis cannot lock the vault to change it"),
            format!("find out who made {lock}, then remove it"),
        );
    }
    if let Some(finding) = lock_of_another(&places.lock) {
        return finding;
    }
    Finding::ok(
        "folder",
        match group {
            Some(group) => format!("only you and the group {group} can write to {shown}"),
            None => format!("only you can write to {shown}"),
        },
    )
}

/// The group that shares the vault, by its folder.
fn shared_with(vault: &Path, found: &Metadata) -> Option<u32> {
    let folder = fs::metadata(vault.parent()?).ok()?;
    sharing::group_of(&folder, found)
}

/// Finds a lock that another user, such as root, made: it keeps all others from changing the vault.
fn lock_of_another(lock: &Path) -> Option<Finding> {
    let error = fs::File::open(lock).err()?;
    let is_closed = error.kind() == std::io::ErrorKind::PermissionDenied;
    is_closed.then(|| {
        let lock = lock.display();
        Finding::fail(
            "folder",
            format!("{lock} belongs to another user, so you cannot change the vault"),
            format!("when nobody is changing the vault, `rm -f {lock}`; a change makes another"),
        )
    })
}

/// Checks the copy from before the last change: that it exists, is private, and can be restored.
fn previous(path: &Path, group: Option<u32>, header: Option<&Header>, now: Timestamp) -> Finding {
    let shown = path.display();
    let Ok(found) = fs::symlink_metadata(path) else {
        return Finding::warn(
            PREVIOUS,
            "there is no copy from before the last change; the next change makes one",
            ELSEWHERE,
        );
    };
    if !found.is_file() {
        return Finding::fail(
            PREVIOUS,
            format!("{shown} is not a regular file"),
            format!(
                "find out who made {shown}, then remove it; the next change makes a copy there"
            ),
        );
    }
    let access = Access::of(&found);
    let is_shared_as_well = group == Some(found.gid()) && Others::of(&found).are_of_its_group();
    if !is_shared_as_well && (access.others.may_read() || access.others.may_write()) {
        return Finding::warn(
            PREVIOUS,
            format!("other users can read or write {shown} ({})", access.mode()),
            format!("`chmod 600 {shown}`"),
        );
    }
    let age = now.seconds().saturating_sub(found.mtime().unsigned_abs());
    restorable(path, header, &rough_duration(age))
}

/// Whether the copy is complete and of this vault.
fn restorable(path: &Path, header: Option<&Header>, age: &str) -> Finding {
    let shown = path.display();
    let kept = match Vault::read_header(&FileStore::new(path)) {
        Ok(kept) => kept,
        Err(error) => {
            let error = Error::from(error).message();
            return Finding::warn(
                PREVIOUS,
                format!("{shown} cannot be restored: {error}"),
                ELSEWHERE,
            );
        }
    };
    if header.is_some_and(|header| header.content().vault != kept.content().vault) {
        return Finding::warn(
            PREVIOUS,
            format!("{shown} is a copy of another vault"),
            format!("move {shown} elsewhere if you still need it; the next change replaces it"),
        );
    }
    Finding::ok(
        PREVIOUS,
        format!("{shown} was written {age} ago; `kluis vault restore` brings it back"),
    )
}

/// Checks that git ignores the files beside the vault, if it is in a work tree.
fn git(places: &Places) -> Option<Finding> {
    let lines = git_exclude::lines(&places.vault)?;
    if GitFolder::of(&places.vault) == GitFolder::Unsafe {
        return Some(Finding::warn(
            "git",
            "the git folder of the work tree is not yours alone, or `.git` leads elsewhere, so kluis keeps no copy from before a change",
            "check what `git rev-parse --git-dir` prints, its owner and its mode",
        ));
    }
    let temporary = places.lock.with_extension("0123456789abcdef.tmp");
    // A copy from before the vault was in a work tree: the newer copy is in the git folder.
    let previous = places.lock.with_extension("prev");
    let previous = previous.exists().then_some(previous);
    let beside = [&places.lock]
        .into_iter()
        .chain(&previous)
        .chain([&temporary]);
    let seen = beside.filter_map(|path| path.file_name());
    let seen: Vec<String> = seen
        .filter(|name| !is_left_out(name.as_encoded_bytes(), &lines))
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    Some(if seen.is_empty() {
        Finding::ok(
            "git",
            "git ignores the files that kluis keeps beside the vault",
        )
    } else {
        let name = places.vault.file_name().unwrap_or_default();
        let name = name.to_string_lossy();
        Finding::warn(
            "git",
            format!("git does not ignore {}", seen.join(", ")),
            format!("add `.{name}.lock`, `.{name}.prev*` and `.{name}.*.tmp` to .gitignore"),
        )
    })
}

/// Whether one of the lines matches the name, ignoring lines with a folder; a later `!` may include it again.
fn is_left_out(name: &[u8], lines: &[String]) -> bool {
    let matches = |pattern: &str| glob::matches(pattern.as_bytes(), name);
    let deciding = lines.iter().rev().find_map(|line| {
        let (line, left_out) = match line.strip_prefix('!') {
            Some(line) => (line, false),
            None => (line.as_str(), true),
        };
        matches(line.trim_end()).then_some(left_out)
    });
    deciding.unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_excludes_unless_a_later_line_includes() {
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        for (text, expected) in [
            ("", false),
            (".a.prev", true),
            ("*.prev ", true),
            (".a.prev*", true),
            ("*.lock", false),
            ("*.prev\n!.a.prev", false),
            ("!.a.prev\n*.prev", true),
        ] {
            assert_eq!(is_left_out(b".a.prev", &lines(text)), expected, "{text}");
        }
    }
}
