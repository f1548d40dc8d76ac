//! Imports a folder with one file per secret, as Docker and Kubernetes mount secrets. The name of a file is the
//! name of its secret, and its content is the value, byte for byte. Subfolders are not read.

use super::entries::{Entries, Location};
use super::formats::nesting::push;
use super::gathered::Gathered;
use super::managers::item::name_of;
use super::{Rules, read_member};
use crate::vault::error::Detail;
use std::fs;
use std::io;
use std::path::Path;

const FINAL_BREAK: &str = "the file ends with a line break, which is part of the value";

/// Reads every file of a folder, or reports the mistakes in them.
pub fn read(folder: &Path, rules: Rules) -> io::Result<Result<Gathered, Vec<Detail>>> {
    let mut entries = Entries::new(rules.empty).on_repeat(rules.repeated);
    let mut files = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    for (number, file) in files.into_iter().enumerate() {
        let place = Location::Item(number + 1);
        let name = file.file_name().to_string_lossy().into_owned();
        let why = if name.starts_with('.') {
            "its name begins with a dot"
        } else if !file.path().is_file() {
            "it is not a file"
        } else {
            let value = read_member(&file.path(), &name)?;
            if value.expose().ends_with(b"\n") {
                entries.warn(place, &name_of(&name), FINAL_BREAK);
            }
            if let Err(broken) = push(&mut entries, place, &[name], Some(value)) {
                return Ok(entries.finish(Err(broken)));
            }
            continue;
        };
        entries.leave_out(&name, why);
    }
    Ok(entries.finish(Ok(())))
}
