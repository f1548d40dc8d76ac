//! The desktops' clipboard programs, and their commands to copy, paste and clear.
//!
//! They may run as long as their content stays, so none gets a credential of Kluis or our terminal.

use super::fingerprint::Fingerprint;
use crate::deliver::environment::Environment;
use crate::deliver::process::{find, prepare};
use crate::plaintext::Plaintext;
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// How to use one kind of tool.
struct ToolKind {
    copier: &'static str,
    /// With the hint that keeps a value out of the history of clipboard managers.
    copy_hinted: Option<&'static [&'static str]>,
    copy: &'static [&'static str],
    /// With an empty stdin.
    clear: &'static [&'static str],
    paster: &'static str,
    paste: &'static [&'static str],
    /// The variable that this desktop sets.
    desktop: Desktop,
}

enum Desktop {
    Variable(&'static str),
    MacOs,
}

const KINDS: &[ToolKind] = &[
    ToolKind {
        copier: "wl-copy",
        // Since wl-clipboard 2.3: x-kde-passwordManagerHint.
        copy_hinted: Some(&["--sensitive", "--type", "text/plain"]),
        // With the type, so that no other program guesses one from the value.
        copy: &["--type", "text/plain"],
        clear: &["--clear"],
        paster: "wl-paste",
        paste: &["--no-newline"],
        desktop: Desktop::Variable("WAYLAND_DISPLAY"),
    },
    ToolKind {
        copier: "xclip",
        copy_hinted: None,
        copy: &["-selection", "clipboard", "-in"],
        clear: &["-selection", "clipboard", "-in"],
        paster: "xclip",
        paste: &["-selection", "clipboard", "-out"],
        desktop: Desktop::Variable("DISPLAY"),
    },
    ToolKind {
        copier: "pbcopy",
        copy_hinted: None,
        copy: &[],
        clear: &[],
        paster: "pbpaste",
        paste: &[],
        desktop: Desktop::MacOs,
    },
];

/// An installed tool.
pub struct Tool {
    kind: &'static ToolKind,
    copier: PathBuf,
    paster: PathBuf,
}

impl Tool {
    /// The tools for the desktops that the environment names, the best one first.
    pub fn all(variable: &impl Fn(&str) -> Option<OsString>) -> Vec<Self> {
        let is_there = |kind: &&ToolKind| match kind.desktop {
            Desktop::Variable(name) => variable(name).is_some_and(|value| !value.is_empty()),
            Desktop::MacOs => cfg!(target_os = "macos"),
        };
        let path = variable("PATH");
        let found = |program: &str| find(OsStr::new(program), path.as_deref()).ok();
        let tools = KINDS.iter().filter(is_there).filter_map(|kind| {
            Some(Self {
                kind,
                copier: found(kind.copier)?,
                paster: found(kind.paster)?,
            })
        });
        tools.collect()
    }

    /// The tool of these programs.
    pub fn at(copier: PathBuf, paster: PathBuf) -> Option<Self> {
        let name = copier.file_name()?;
        let kind = KINDS.iter().find(|kind| name == kind.copier)?;
        Some(Self {
            kind,
            copier,
            paster,
        })
    }

    pub fn name(&self) -> &'static str {
        self.kind.copier
    }

    /// The programs that copy and paste.
    pub fn programs(&self) -> [&Path; 2] {
        [&self.copier, &self.paster]
    }

    /// Copies a value; returns whether that worked.
    pub fn copy(&self, value: &Plaintext) -> bool {
        let hinted = self.kind.copy_hinted;
        hinted.is_some_and(|arguments| self.give(arguments, value.expose()))
            || self.give(self.kind.copy, value.expose())
    }

    pub fn clear(&self) -> bool {
        self.give(self.kind.clear, b"")
    }

    /// Whether the clipboard still holds the value with this fingerprint.
    pub fn still_holds(&self, fingerprint: &Fingerprint) -> bool {
        let mut command = command(&self.paster, self.kind.paste);
        let Ok(mut child) = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn() else {
            return false;
        };
        let is_same = child
            .stdout
            .take()
            .is_some_and(|stdout| fingerprint.is_of(stdout).unwrap_or(false));
        child.wait().is_ok_and(|status| status.success()) && is_same
    }

    fn give(&self, arguments: &[&str], bytes: &[u8]) -> bool {
        let mut command = command(&self.copier, arguments);
        let Ok(mut child) = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn() else {
            return false;
        };
        // Close it before waiting.
        let stdin = child.stdin.take();
        let given = stdin.is_some_and(|mut stdin| stdin.write_all(bytes).is_ok());
        child.wait().is_ok_and(|status| status.success()) && given
    }
}

fn command(program: &Path, arguments: &[&str]) -> Command {
    let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
    let inherited = std::env::vars_os().map(|(name, _)| name);
    let nothing = Environment::new([]);
    let mut command = prepare(
        program,
        program.as_os_str(),
        &arguments,
        &nothing,
        inherited,
    );
    // wl-copy writes its input to a temporary file: put that into the session's memory, not on a disk.
    if let Some(directory) = std::env::var_os("XDG_RUNTIME_DIR").filter(|path| is_place(path)) {
        command.env("TMPDIR", directory);
    }
    // Without a locale, pbcopy reads text as Mac OS Roman.
    if cfg!(target_os = "macos") {
        command.env("LC_CTYPE", "UTF-8");
    }
    command.stderr(Stdio::null());
    command
}

fn is_place(path: &OsStr) -> bool {
    let path = Path::new(path);
    path.is_absolute() && path.is_dir()
}
