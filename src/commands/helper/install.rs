//! Puts a program where another one finds it: a link or a script, in one step. Replaces a file only if you allow
//! it.

use crate::error::Error;
use crate::platform::directory::or_here;
use crate::platform::permissions::is_shared;
use crate::platform::private_file::{Durability, PrivateFile, temporary_name};
use crate::vault;
use rustix::fs::{AtFlags, Mode, chmodat, symlinkat, unlinkat};
use serde::Serialize;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// The handling of an existing file.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    Kept,
    Replaced,
}

/// The result, for programs.
#[derive(Serialize)]
pub struct Installed {
    path: String,
    changed: bool,
}

impl Existing {
    pub fn unless(force: bool) -> Self {
        if force { Self::Replaced } else { Self::Kept }
    }
}

impl Installed {
    pub fn new(path: &Path, changed: bool) -> Self {
        let path = path.display().to_string();
        Self { path, changed }
    }
}

/// Makes a link to a program. Returns whether it is new.
pub fn link(path: &Path, program: &Path, existing: Existing) -> Result<bool, Error> {
    if fs::read_link(path).is_ok_and(|target| target == program) {
        return Ok(false);
    }
    let (folder, name) = place(path)?;
    let make = |name: &OsStr| Ok(symlinkat(program, &folder, name)?);
    let made = match existing {
        Existing::Kept => make(name),
        Existing::Replaced => temporary_name(name).and_then(|temporary| {
            make(&temporary)?;
            rustix::fs::renameat(&folder, &temporary, &folder, name).map_err(|errno| {
                let _ = unlinkat(&folder, &temporary, AtFlags::empty());
                errno.into()
            })
        }),
    };
    made.map_err(|error| unmade(path, error))?;
    Ok(true)
}

/// Writes a script that only you can read and run.
pub fn script(path: &Path, text: &[u8], existing: Existing) -> Result<(), Error> {
    let (folder, name) = place(path)?;
    let made = temporary_name(OsStr::new(".kluis")).and_then(|temporary: OsString| {
        let file = PrivateFile::holding(&folder, temporary, text, Durability::Synced)?;
        chmodat(&folder, file.name(), Mode::RWXU, AtFlags::empty())?;
        match existing {
            Existing::Kept => file.appear_as(name),
            Existing::Replaced => file.replace(name),
        }
    });
    made.map_err(|error| unmade(path, error))
}

/// The folder and the name in it. Refuses a folder where another user could replace the program.
fn place(path: &Path) -> Result<(File, &OsStr), Error> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(Error::usage("--install needs the path of a file"));
    };
    let parent = or_here(parent);
    let folder = File::open(parent).map_err(|error| unmade(path, error))?;
    let there = fs::symlink_metadata(path).map(|there| there.file_type());
    if there.is_ok_and(|kind| !kind.is_file() && !kind.is_symlink()) {
        let why = "there is something that is no file";
        return Err(unmade(path, io::Error::other(why)));
    }
    let found = folder.metadata().map_err(|error| unmade(path, error))?;
    if is_shared(&found) {
        let why = "other users can write to this folder, and could replace the program";
        return Err(unmade(path, io::Error::other(why)));
    }
    Ok((folder, name))
}

fn unmade(path: &Path, error: io::Error) -> Error {
    let place = path.display();
    if error.kind() == io::ErrorKind::AlreadyExists {
        return vault::Error::InUse {
            message: format!("there is already a file {place}; it was not changed"),
            hint: "to replace it, add --force",
            ids: Vec::new(),
        }
        .into();
    }
    let message = format!("cannot make {place}; nothing was changed");
    anyhow::Error::new(error).context(message).into()
}
