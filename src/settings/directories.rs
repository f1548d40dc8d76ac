//! The directories of your data, configuration and state.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A directory of the user's, when `variable` or HOME says where. Otherwise the C library would be asked
/// who the user is, for which it loads plugins: in a program linked statically that can crash.
pub fn known(variable: &str, directory: fn() -> Option<PathBuf>) -> Option<PathBuf> {
    let is_said = |variable| std::env::var_os(variable).is_some_and(|path| !path.is_empty());
    let is_absolute = |path: OsString| Path::new(&path).is_absolute();
    let named = is_said("HOME") || std::env::var_os(variable).is_some_and(is_absolute);
    named.then(directory).flatten()
}

/// Where what is worth keeping lies, but is missed by nobody; not every system has a place of its own for it.
pub fn state_directory() -> Option<PathBuf> {
    known("XDG_STATE_HOME", dirs::state_dir).or_else(|| known("XDG_DATA_HOME", dirs::data_dir))
}

/// Where this user's own settings are, if there are any.
pub fn user_file() -> Option<PathBuf> {
    let config = known("XDG_CONFIG_HOME", dirs::config_dir)?;
    Some(config.join("kluis/config.toml"))
}
