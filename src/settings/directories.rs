//! The directories of your data, configuration and state.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// A directory of the user's, if `variable` or HOME names one. Without them the C library would look up the
/// user, and for that it loads plugins, which can crash a statically linked program.
pub fn known(variable: &str, directory: fn() -> Option<PathBuf>) -> Option<PathBuf> {
    let is_said = |variable| std::env::var_os(variable).is_some_and(|path| !path.is_empty());
    let is_absolute = |path: OsString| Path::new(&path).is_absolute();
    let named = is_said("HOME") || std::env::var_os(variable).is_some_and(is_absolute);
    named.then(directory).flatten()
}

/// The state directory: worth keeping, and no loss if it is gone. A system without one gets the data
/// directory.
pub fn state_directory() -> Option<PathBuf> {
    known("XDG_STATE_HOME", dirs::state_dir).or_else(|| known("XDG_DATA_HOME", dirs::data_dir))
}

/// The user file's path, if it can be determined.
pub fn user_file() -> Option<PathBuf> {
    let config = known("XDG_CONFIG_HOME", dirs::config_dir)?;
    Some(config.join("kluis/config.toml"))
}
