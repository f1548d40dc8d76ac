//! The format of GitHub Actions: values go to the file named by `GITHUB_ENV` and masks to stdout, in the
//! grammars of actions/runner (`FileCommandManager.cs`, `ActionCommand.cs`).
//!
//! The file is appended to in one write and never created: the runner creates it.

use super::format::{Entry, Format, Refused, Why, variable_text};
use super::page::Page;
use crate::deliver::mask::secret_lines;
use crate::plaintext::Plaintext;
use data_encoding::HEXLOWER;
use rustix::fs::OFlags;
use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

const OWN: Why = "GitHub sets that variable itself";
const NODE_OPTIONS: Why = "GitHub does not accept NODE_OPTIONS from this file";

/// The runner sets these from its `github` context for each step, whatever the file says.
const GITHUB_NAMES: &str = "
    ACTION ACTION_PATH ACTION_REF ACTION_REPOSITORY ACTOR ACTOR_ID API_URL BASE_REF ENV EVENT_NAME
    EVENT_PATH GRAPHQL_URL HEAD_REF JOB OUTPUT PATH REF REF_NAME REF_PROTECTED REF_TYPE REPOSITORY
    REPOSITORY_ID REPOSITORY_OWNER REPOSITORY_OWNER_ID RETENTION_DAYS RUN_ATTEMPT RUN_ID RUN_NUMBER
    SERVER_URL SHA STATE STEP_SUMMARY TRIGGERING_ACTOR WORKFLOW WORKFLOW_REF WORKFLOW_SHA WORKSPACE
";

/// A line that no value contains.
pub fn delimiter(entries: &[Entry<'_>], random: &mut dyn FnMut(&mut [u8])) -> String {
    loop {
        let mut bytes = [0; 16];
        random(&mut bytes);
        let delimiter = format!("kluis_{}", HEXLOWER.encode(&bytes));
        let is_free = |value: &Plaintext| {
            let mut windows = value.expose().windows(delimiter.len());
            !windows.any(|window| window == delimiter.as_bytes())
        };
        if entries.iter().all(|(_, value)| is_free(value)) {
            return delimiter;
        }
    }
}

/// The text to append to the file: `KEY<<delimiter`, the value and the delimiter, each on its own line.
pub fn assignments(entries: &[Entry<'_>], delimiter: &str) -> Result<Plaintext, Refused> {
    let mut page = Page::default();
    // The file may lack its last newline; the runner skips an empty line.
    page.text("\n");
    Format::Github.each(entries, &mut page, |key, value, page| {
        check_key(key)?;
        let text = variable_text(value)?;
        for part in [key, "<<", delimiter, "\n", text, "\n", delimiter, "\n"] {
            page.text(part);
        }
        Ok(())
    })?;
    Ok(page.finish())
}

fn check_key(key: &str) -> Result<(), Why> {
    if key.eq_ignore_ascii_case("NODE_OPTIONS") {
        return Err(NODE_OPTIONS);
    }
    let of_context = key.strip_prefix("GITHUB_").is_some_and(|name| {
        let mut names = GITHUB_NAMES.split_ascii_whitespace();
        names.any(|own| own == name)
    });
    if of_context || key.starts_with("RUNNER_") {
        return Err(OWN);
    }
    Ok(())
}

/// The commands that hide the values in the log, which GitHub searches line by line. The runner accepts none for
/// white space only.
pub fn masks(entries: &[Entry<'_>]) -> Plaintext {
    let mut page = Page::default();
    let mut seen = BTreeSet::new();
    for line in entries.iter().flat_map(|(_, value)| masked(value.expose())) {
        if seen.insert(line) {
            page.text("::add-mask::");
            page.replaced(line, |byte| (byte == b'%').then_some("%25"));
            page.text("\n");
        }
    }
    page.finish()
}

/// The only line of a value, however short; of several lines those worth hiding: a mask for each `{` of a JSON
/// document would hide every brace of the log.
fn masked(value: &[u8]) -> Vec<&[u8]> {
    // The log also breaks lines at carriage returns.
    let lines = value.split(|byte| matches!(byte, b'\n' | b'\r'));
    let lines: Vec<&[u8]> = lines.filter(|line| !is_blank(line)).collect();
    match lines[..] {
        [only] => vec![only],
        _ => secret_lines(value).filter(|line| !is_blank(line)).collect(),
    }
}

fn is_blank(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(|line| line.trim().is_empty())
}

pub fn caution(value: &[u8]) -> Option<&'static str> {
    match (masked(value).is_empty(), is_blank(value)) {
        (true, true) => Some("the value is only white space, which GitHub cannot mask in logs"),
        (true, false) => Some("no line of the value is long enough to be masked in GitHub's logs"),
        (false, _) => None,
    }
}

/// The file named by `GITHUB_ENV`, open for appending.
pub struct EnvFile(File);

impl EnvFile {
    /// Fails unless it is an existing, writable file.
    pub fn open(path: &Path) -> io::Result<Self> {
        // A FIFO without a reader would block this.
        let flags = i32::try_from(OFlags::NONBLOCK.bits()).unwrap_or(0);
        let file = OpenOptions::new()
            .append(true)
            .custom_flags(flags)
            .open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(ErrorKind::InvalidInput, "it is not a file"));
        }
        Ok(Self(file))
    }

    /// Appends everything in one write, so that no other text gets in between.
    pub fn append(mut self, assignments: &Plaintext) -> io::Result<()> {
        let bytes = assignments.expose();
        let written = loop {
            match self.0.write(bytes) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        if written < bytes.len() {
            return Err(io::Error::new(
                ErrorKind::StorageFull,
                "only a part was written",
            ));
        }
        Ok(())
    }
}
