//! Compares generated files with the committed ones, byte for byte and as a set. `SNAPSHOTS=overwrite cargo
//! test` writes them anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The package's own directory.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compares everything in a directory with its expected content: no file more, and none less.
#[track_caller]
pub fn compare(name: &str, expected: &BTreeMap<String, Vec<u8>>) {
    let directory = root().join(name);
    if is_overwriting() {
        overwrite(&directory, expected);
    }
    let found = names(&directory);
    let wanted: BTreeSet<String> = expected.keys().cloned().collect();
    let mut stale: Vec<String> = Vec::new();
    stale.extend(
        wanted
            .difference(&found)
            .map(|name| format!("{name} is missing")),
    );
    stale.extend(
        found
            .difference(&wanted)
            .map(|name| format!("{name} is one too many")),
    );
    for name in found.intersection(&wanted) {
        let bytes = fs::read(directory.join(name)).unwrap();
        if bytes != expected[name] {
            stale.push(format!("{name}: {}", difference(&bytes, &expected[name])));
        }
    }
    assert!(
        stale.is_empty(),
        "{name} is stale; look at what `SNAPSHOTS=overwrite cargo test` changes:\n{}",
        stale.join("\n")
    );
}

/// Compares one file of a directory that holds others, too.
#[track_caller]
pub fn compare_file(name: &str, expected: &str) {
    let path = root().join(name);
    if is_overwriting() {
        fs::write(&path, expected).unwrap();
    }
    let bytes = fs::read(&path).unwrap_or_default();
    assert!(
        bytes == expected.as_bytes(),
        "{name} is stale; look at what `SNAPSHOTS=overwrite cargo test` changes:\n{}",
        difference(&bytes, expected.as_bytes())
    );
}

fn is_overwriting() -> bool {
    std::env::var_os("SNAPSHOTS").is_some_and(|wish| wish == "overwrite")
}

fn overwrite(directory: &Path, expected: &BTreeMap<String, Vec<u8>>) {
    fs::create_dir_all(directory).unwrap();
    for name in names(directory) {
        if !expected.contains_key(&name) {
            fs::remove_file(directory.join(name)).unwrap();
        }
    }
    for (name, bytes) in expected {
        fs::write(directory.join(name), bytes).unwrap();
    }
}

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).into_iter().flatten();
    entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect()
}

/// The first line that differs.
fn difference(found: &[u8], expected: &[u8]) -> String {
    let (found, expected) = (
        String::from_utf8_lossy(found),
        String::from_utf8_lossy(expected),
    );
    let count = found.lines().count().max(expected.lines().count());
    for index in 0..count {
        let (old, new) = (found.lines().nth(index), expected.lines().nth(index));
        if old != new {
            let (old, new) = (old.unwrap_or("nothing"), new.unwrap_or("nothing"));
            return format!("line {}:\n  - {old}\n  + {new}", index + 1);
        }
    }
    "line endings".to_owned()
}
