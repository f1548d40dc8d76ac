//! Runs git, found on PATH. It gets none of Kluis' credentials.

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Variables with a credential in them, or the path of one.
const WITHHELD: [&str; 3] = ["KLUIS_TOKEN", "KLUIS_PASSPHRASE", "KLUIS_KEY_FILE"];

/// Runs git in a folder. Gives what it prints, without the line end; `None` if it fails. An error means that it could
/// not be started: mostly it is not installed.
pub fn run<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> io::Result<Option<String>> {
    let mut git = Command::new("git");
    git.current_dir(folder).args(arguments).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if WITHHELD.iter().any(|withheld| text.starts_with(withheld)) {
            git.env_remove(&name);
        }
    }
    let output = git.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let text = text.strip_suffix('\n').unwrap_or(&text).to_owned();
    Ok(output.status.success().then_some(text))
}
