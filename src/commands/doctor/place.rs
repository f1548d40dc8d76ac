//! Checks where the vault lies: the file, its folder, the files beside it, and git.

use super::access::{self, Access};
use super::finding::Finding;
use crate::args::glob;
use crate::error::Error;
use crate::sealed::header::Header;
use crate::store::file::{FileStore, Places};
use crate::store::{git_exclude, work_tree};
use crate::vault::Vault;
use crate::vault::time::{Timestamp, rough_duration};
use rustix::fs::Access as May;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

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
    findings.push(previous(&places.previous, header.ok(), now));
    findings.extend(git(&places));
    findings
}

fn vault(path: &Path) -> Option<Finding> {
    let found = fs::metadata(path).ok()?;
    let (access, shown) = (Access::of(&found), path.display());
    let mode = access.mode();
    Some(if access.others.may_write() {
        Finding::fail(
            "vault",
            format!("others may write {shown} ({mode}): they can destroy it"),
            format!("`chmod 600 {shown}`"),
        )
    } else if access.is_a_strangers() {
        Finding::warn(
            "vault",
            format!("{shown} belongs to another user, who can put anything in its place"),
            format!("`cp` it to a folder of your own, or `chown` {shown} to yourself"),
        )
    } else if access.others.may_read() && !work_tree::holds(path) {
        Finding::warn(
            "vault",
            format!("others may read {shown} ({mode}), and guess at its passphrase"),
            format!("`chmod 600 {shown}`"),
        )
    } else {
        Finding::ok("vault", format!("{shown}, {mode}"))
    })
}

/// Checks the folder, and what in it would prevent writing.
fn folder(places: &Places) -> Finding {
    let shown = places.directory.display();
    if access::is_open(&places.directory) {
        return Finding::fail(
            "folder",
            format!("others may write {shown}: kluis changes no vault there"),
            format!("`chmod go-w {shown}`, after a look at what lies there"),
        );
    }
    if rustix::fs::access(&places.directory, May::WRITE_OK | May::EXEC_OK).is_err() {
        return Finding::warn(
            "folder",
            format!("{shown} cannot be written: the vault can only be read"),
            "if that is not meant, look at its owner and mode, and whether its file system is read-only",
        );
    }
    let lock = fs::symlink_metadata(&places.lock);
    if lock.is_ok_and(|lock| !lock.is_file()) {
        let lock = places.lock.display();
        return Finding::fail(
            "folder",
            format!("{lock} is no regular file: kluis cannot lock the vault to change it"),
            format!("look at who made {lock}, and remove it"),
        );
    }
    Finding::ok("folder", format!("{shown} is yours to write alone"))
}

/// Checks the copy from before the last change: that it exists, is whole and of this vault, and its age.
fn previous(path: &Path, header: Option<&Header>, now: Timestamp) -> Finding {
    let (check, shown) = ("previous", path.display());
    let elsewhere = "keep a copy of the vault on another disk too: it is one file, encrypted";
    let Ok(found) = fs::symlink_metadata(path) else {
        return Finding::warn(
            check,
            "there is no copy from before the last change: the next one leaves one",
            elsewhere,
        );
    };
    if !found.is_file() {
        return Finding::fail(
            check,
            format!("{shown} is no regular file"),
            format!("look at who made {shown}, and remove it: the next change puts a copy there"),
        );
    }
    let access = Access::of(&found);
    if access.others.may_read() || access.others.may_write() {
        return Finding::warn(
            check,
            format!("others may read or write {shown} ({})", access.mode()),
            format!("`chmod 600 {shown}`"),
        );
    }
    let kept = match Vault::read_header(&FileStore::new(path)) {
        Ok(kept) => kept,
        Err(error) => {
            let error = Error::from(error).message();
            return Finding::warn(
                check,
                format!("{shown} brings nothing back: {error}"),
                elsewhere,
            );
        }
    };
    if header.is_some_and(|header| header.content().vault != kept.content().vault) {
        return Finding::warn(
            check,
            format!("{shown} is a copy of another vault"),
            format!("move {shown} away if it is still needed: the next change replaces it"),
        );
    }
    let age = now.seconds().saturating_sub(found.mtime().unsigned_abs());
    let age = rough_duration(age);
    Finding::ok(
        check,
        format!("{shown} was written {age} ago; `kluis vault restore` brings it back"),
    )
}

/// Checks that git ignores the files beside the vault, if it lies in a work tree.
fn git(places: &Places) -> Option<Finding> {
    let lines = git_exclude::lines(&places.vault)?;
    let temporary = places.previous.with_extension("0123456789abcdef.tmp");
    let beside = [&places.lock, &places.previous, &temporary];
    let seen = beside.into_iter().filter_map(|path| path.file_name());
    let seen: Vec<String> = seen
        .filter(|name| !is_left_out(name.as_encoded_bytes(), &lines))
        .map(|name| name.to_string_lossy().into_owned())
        .collect();
    Some(if seen.is_empty() {
        Finding::ok("git", "git leaves out what lies beside the vault")
    } else {
        let name = places.vault.file_name().unwrap_or_default();
        let name = name.to_string_lossy();
        Finding::warn(
            "git",
            format!("git would take {} into the repository", seen.join(", ")),
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
