//! Records a command's system calls with `strace`: those of its one thread, in order.

use super::order::{SEEN, result};
use super::say;
use super::scenario::Scenario;
use crate::sandbox::Sandbox;
use std::collections::{HashMap, HashSet};
use std::fs;
use std::process::Command;

/// The calls that change the content of a disk now or later, by all their names on the architectures.
pub const WRITING: [&str; 12] = [
    "write",
    "pwrite64",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "linkat",
    "unlink",
    "unlinkat",
    "mkdir",
    "mkdirat",
];

/// The other calls that handle files and processes.
const STRUCK_BESIDE_THESE: [&str; 24] = [
    "readlink",
    "readlinkat",
    "open",
    "openat",
    "fchmod",
    "close",
    "newfstatat",
    "fstat",
    "statx",
    "flock",
    "read",
    "pread64",
    "getdents64",
    "fcntl",
    "dup",
    "dup3",
    "pipe2",
    "socketpair",
    "clone",
    "clone3",
    "vfork",
    "fork",
    "waitid",
    "wait4",
];

/// The program's own first call; the loader makes the calls before.
const BEGIN: &str = "prctl(PR_SET_DUMPABLE";

/// The `nth` call of this `name` that the process makes.
pub struct Call {
    pub name: String,
    pub nth: usize,
    /// Made on a file of this machine's memory, or on its folder.
    pub is_of_what_was_seen: bool,
}

pub struct Trace {
    lines: Vec<String>,
}

/// Whether `strace` is there and may trace; prints a notice if not.
pub fn is_possible() -> bool {
    let obstacle = if !succeeds(&["strace", "-V"]) {
        "there is no strace"
    } else if !succeeds(&["strace", "-o", "/dev/null", "true"]) {
        "strace may not trace here"
    } else {
        return true;
    };
    say(&format!("skipped: {obstacle}"));
    false
}

/// The `strace` command under which the call with this number fails, among those that make something durable.
pub fn failing_to_sync(nth: usize) -> Vec<String> {
    let fault = format!("inject=fsync,fdatasync:error=EIO:when={nth}");
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &fault];
    strace.map(str::to_owned).to_vec()
}

fn succeeds(line: &[&str]) -> bool {
    let output = Command::new(line[0]).args(&line[1..]).output();
    output.is_ok_and(|output| output.status.success())
}

impl Trace {
    /// Traces an undisturbed command, in a copy of `template`.
    pub fn of(scenario: &Scenario, template: &Sandbox) -> Self {
        Self::under(&["strace"], scenario, template)
    }

    /// The same with the names of files. Without privileges `strace` cannot read the memory of a process that
    /// forbids it, as this one does; in a separate user namespace it can.
    pub fn with_names(scenario: &Scenario, template: &Sandbox) -> Option<Self> {
        let trace = Self::of(scenario, template);
        if trace.names_files() {
            return Some(trace);
        }
        let strace = ["unshare", "-r", "strace"];
        if !succeeds(&[&strace[..], &["-o", "/dev/null", "true"]].concat()) {
            return None;
        }
        Some(Self::under(&strace, scenario, template)).filter(Self::names_files)
    }

    fn under(strace: &[&str], scenario: &Scenario, template: &Sandbox) -> Self {
        let sandbox = template.copy();
        let log = sandbox.given_path("strace");
        let strace = [strace, &["-o", log.to_str().unwrap()]].concat();
        let done = (scenario.command)(&sandbox).under(strace).run();
        sandbox.keep_token(&done.stdout);
        done.any_stdout().any_stderr().exits(0);
        let text = String::from_utf8_lossy(&fs::read(log).unwrap()).into_owned();
        Self {
            lines: text.lines().map(str::to_owned).collect(),
        }
    }

    /// The program's own calls that are worth a fault, counted as `when=` counts them.
    pub fn calls(&self) -> Vec<Call> {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        let mut calls = Vec::new();
        // The descriptors of the memory.
        let mut seen: HashSet<&str> = HashSet::new();
        // A folder for them was just made, and its parent is made durable next.
        let mut made_folder = false;
        let begin = self.begin();
        for (position, line) in self.lines.iter().enumerate() {
            let Some((name, arguments)) = line.split_once('(') else {
                continue;
            };
            let first = arguments.split([',', ')']).next().unwrap_or_default();
            let is_of_what_was_seen = seen.contains(first);
            if let ("open" | "openat", Some(opened)) = (name, result(line)) {
                seen.remove(opened);
                if line.contains(SEEN) || is_of_what_was_seen || made_folder {
                    seen.insert(opened);
                }
                made_folder = false;
            }
            made_folder |= name.starts_with("mkdir") && line.contains(SEEN);
            let nth = counts.entry(name).or_default();
            *nth += 1;
            let is_struck = WRITING.contains(&name) || STRUCK_BESIDE_THESE.contains(&name);
            if position >= begin && is_struck {
                calls.push(Call {
                    name: name.to_owned(),
                    nth: *nth,
                    is_of_what_was_seen,
                });
            }
        }
        calls
    }

    /// The program's own lines.
    pub fn own_lines(&self) -> impl Iterator<Item = &str> {
        self.lines[self.begin()..].iter().map(String::as_str)
    }

    fn names_files(&self) -> bool {
        self.own_lines().any(|line| line.contains("default.kluis"))
    }

    fn begin(&self) -> usize {
        let begin = self.lines.iter().position(|line| line.starts_with(BEGIN));
        begin.unwrap()
    }
}
