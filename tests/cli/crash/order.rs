//! Tests the order of system calls: no file may take a name before its bytes are durable. A killed process cannot
//! show that; only a power cut can, and on some file systems more than on others.

use super::trace::Trace;
use std::collections::{HashMap, HashSet};

/// The memory of this machine may be lost without harm; its expectations may not.
pub const SEEN: &str = "/.local/state";
const SEEN_FOLDER: &str = "vaults";

/// The facts about the files of one directory while the calls go by. Files are identified by their names there,
/// directories by the last part of theirs.
#[derive(Default)]
struct Watch<'t> {
    /// The open files, by descriptor.
    open: HashMap<&'t str, &'t str>,
    durable: HashSet<&'t str>,
    read_back: HashSet<&'t str>,
    /// Names that changed since their directory was last made durable, by directory.
    loose: HashMap<String, Vec<&'t str>>,
    replaced: usize,
    /// The expectation was written, and may be lost.
    is_expectation_loose: bool,
    /// The previous copy was removed, and may come back.
    may_come_back: bool,
}

/// Fails unless the file that takes the name `vault` is durable and was read back, this machine's expectation is
/// durable before, and every name is made durable in its directory, at the end and before another process starts.
pub fn check(scenario: &str, trace: &Trace, vault: &str) {
    let mut watch = Watch::default();
    for line in trace.own_lines() {
        watch.see(scenario, line, vault);
    }
    assert!(
        watch.replaced > 0,
        "{scenario}: nothing took the vault's name"
    );
    watch.check_durable(scenario);
}

impl<'t> Watch<'t> {
    fn see(&mut self, scenario: &str, line: &'t str, vault: &str) {
        let Some((call, arguments)) = line.split_once('(') else {
            return;
        };
        let Some(result) = result(line).filter(|result| !result.starts_with('-')) else {
            return; // failed, and did nothing
        };
        let first = arguments.split([',', ')']).next().unwrap_or_default();
        let paths: Vec<&str> = arguments.split('"').skip(1).step_by(2).collect();
        match (call, paths.as_slice()) {
            ("open" | "openat", [path]) => {
                let name = file_name(path);
                self.open.insert(result, name);
                if line.contains("O_CREAT") {
                    self.loosen(path, first, name);
                }
            }
            ("fcntl", _) if arguments.contains("F_DUPFD") => {
                if let Some(name) = self.open.get(first) {
                    self.open.insert(result, name);
                }
            }
            ("close", _) => {
                self.open.remove(first);
            }
            ("write" | "pwrite64", _) => {
                let name = self.open.get(first).copied().unwrap_or_default();
                self.durable.remove(name);
                self.read_back.remove(name);
            }
            ("fsync" | "fdatasync", _) => {
                if let Some(name) = self.open.get(first) {
                    self.durable.insert(name);
                    self.may_come_back &= self.loose.remove(*name).is_none();
                    self.is_expectation_loose &= *name != SEEN_FOLDER;
                }
            }
            ("read" | "pread64", _) => {
                if let Some(name) = self
                    .open
                    .get(first)
                    .filter(|name| self.durable.contains(*name))
                {
                    self.read_back.insert(name);
                }
            }
            ("rename" | "renameat" | "renameat2" | "linkat", [from, to]) => {
                if *to == vault {
                    assert!(
                        self.durable.contains(from),
                        "{scenario}: not durable yet: {line}"
                    );
                    assert!(
                        self.read_back.contains(from),
                        "{scenario}: not read back: {line}"
                    );
                    assert!(
                        !self.may_come_back,
                        "{scenario}: the previous copy may come back: {line}"
                    );
                    assert!(
                        !self.is_expectation_loose,
                        "{scenario}: not yet expected: {line}"
                    );
                    self.replaced += 1;
                }
                // The scenarios begin with a known vault, so only expectations are written then.
                if self.is_seen(to, first) && self.replaced == 0 {
                    assert!(
                        self.durable.contains(file_name(from)),
                        "{scenario}: not durable yet: {line}"
                    );
                    self.is_expectation_loose = true;
                }
                self.loosen(to, first, to);
            }
            ("unlink" | "unlinkat" | "mkdir" | "mkdirat", [path]) => {
                if path.contains(".prev") {
                    assert_eq!(self.replaced, 0, "{scenario}: too late: {line}");
                    self.may_come_back = true;
                }
                self.loosen(path, first, file_name(path));
            }
            // Another process may reveal the change: from then on it must not be lost.
            ("clone" | "clone3" | "vfork" | "fork", _) => self.check_durable(scenario),
            _ => {}
        }
    }

    fn check_durable(&self, scenario: &str) {
        let mut loose = self.loose.iter().filter(|(_, names)| !names.is_empty());
        let first = loose.next();
        assert!(first.is_none(), "{scenario}: not durable: {first:?}");
    }

    /// Whether a path, relative to the descriptor `at`, is in this machine's memory.
    fn is_seen(&self, path: &str, at: &str) -> bool {
        path.contains(SEEN) || self.open.get(at) == Some(&SEEN_FOLDER)
    }

    /// Remembers a change of `name` in the directory of `path`, or in the one open as `at`.
    fn loosen(&mut self, path: &'t str, at: &str, name: &'t str) {
        if self.is_seen(path, at) {
            return;
        }
        let directory = match path.rsplit_once('/') {
            Some((directory, _)) => file_name(directory),
            None => self.open.get(at).copied().unwrap_or("."),
        };
        self.loose
            .entry(directory.to_owned())
            .or_default()
            .push(name);
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The first word after the equals sign: a descriptor, a number, or -1.
pub fn result(line: &str) -> Option<&str> {
    line.rsplit_once(" = ")?.1.split_whitespace().next()
}
