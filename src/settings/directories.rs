//! The directories of your data, configuration and state.

use rustix::process::{Uid, geteuid};
use std::ffi::OsString;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// One of your directories, if `variable` or HOME names one. Without them the C library would look up the user.
/// For that it loads plugins, which can crash a statically linked program.
pub fn known(variable: &str, directory: fn() -> Option<PathBuf>) -> Option<PathBuf> {
    let is_said = |variable| std::env::var_os(variable).is_some_and(|path| !path.is_empty());
    let is_absolute = |path: OsString| Path::new(&path).is_absolute();
    let named = is_said("HOME") || std::env::var_os(variable).is_some_and(is_absolute);
    named.then(directory).flatten()
}

/// Your home directory, if HOME names one.
pub fn home_directory() -> Option<PathBuf> {
    known("HOME", dirs::home_dir)
}

/// The state directory: worth keeping, but you can lose it. A system without one gets the data directory.
///
/// Root has none in the home of another user, as under a `sudo` that keeps HOME: files that root makes there lock
/// the user out.
pub fn state_directory() -> Option<PathBuf> {
    let state = known("XDG_STATE_HOME", dirs::state_dir);
    let state = state.or_else(|| known("XDG_DATA_HOME", dirs::data_dir));
    state.filter(|state| !geteuid().is_root() || is_roots(state))
}

/// Whether the directory, or the nearest one above it that exists, belongs to root.
fn is_roots(directory: &Path) -> bool {
    let mut above = directory.ancestors();
    let found = above.find_map(|directory| std::fs::metadata(directory).ok());
    found.is_none_or(|found| found.uid() == 0)
}

/// The folder for sockets: XDG_RUNTIME_DIR, or else the one that systemd and elogind make for each user. A
/// program started by cron, `sudo` or a desktop may have no such variable. The folder may be missing or not
/// yours: check it before use.
pub fn runtime_directory() -> PathBuf {
    let named = std::env::var_os("XDG_RUNTIME_DIR").filter(|path| !path.is_empty());
    named.map_or_else(|| usual_runtime_directory(geteuid()), PathBuf::from)
}

fn usual_runtime_directory(user: Uid) -> PathBuf {
    format!("/run/user/{}", user.as_raw()).into()
}

/// The user file's path, if it can be determined.
pub fn user_file() -> Option<PathBuf> {
    let config = known("XDG_CONFIG_HOME", dirs::config_dir)?;
    Some(config.join("kluis/config.toml"))
}
