//! Runs git, found on PATH. It gets none of Kluis' credentials. `kluis` never runs a git program in the folder
//! itself, or in the repository around it: the author of the repository may have put it there.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Variables with a credential in them, or the path of one.
const WITHHELD: [&str; 3] = ["KLUIS_TOKEN", "KLUIS_PASSPHRASE", "KLUIS_KEY_FILE"];

/// Runs git in a folder. Returns its output without the line end; `None` if git fails. An error means that git
/// could not be started: mostly it is not installed.
pub fn run<S: AsRef<OsStr>>(folder: &Path, arguments: &[S]) -> io::Result<Option<String>> {
    let path = trusted_path(folder);
    let mut programs = path.iter().map(|directory| directory.join("git"));
    let program = programs.find(|program| program.is_file());
    let mut git = Command::new(program.ok_or(io::ErrorKind::NotFound)?);
    git.env("PATH", std::env::join_paths(&path).unwrap_or_default());
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

/// The folders of PATH, without relative ones, this folder, the current one, and those in their repositories.
fn trusted_path(folder: &Path) -> Vec<PathBuf> {
    let here = [folder.canonicalize(), std::env::current_dir()];
    let here: Vec<PathBuf> = here.into_iter().flatten().collect();
    let repositories = here.iter().filter_map(|folder| {
        let mut above = folder.ancestors();
        above.find(|folder| folder.join(".git").exists())
    });
    let repositories: Vec<&Path> = repositories.collect();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_trusted = |directory: &PathBuf| {
        let is_theirs = |real: &PathBuf| {
            here.contains(real) || repositories.iter().any(|root| real.starts_with(root))
        };
        let real = directory.canonicalize();
        directory.is_absolute() && real.is_ok_and(|real| !is_theirs(&real))
    };
    std::env::split_paths(&path).filter(is_trusted).collect()
}
