//! Reads `pass`: the folder of pass, and of gopass with gpg. Each file is an item: its first line is the
//! password, `key: value` lines are fields, the rest is notes.
//!
//! It follows no link out of the folder and writes nothing there.

use super::gpg::{Failure, Gpg};
use super::item::{Item, Items};
use crate::import::Rules;
use crate::import::entries::{Entries, Gathered, Location};
use crate::plaintext::Plaintext;
use crate::vault::error::Detail;
use crate::vault::rule::RuleViolation;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A folder with more files is no password store.
const MAX_FILES: usize = 20_000;

/// The greatest depth of folders, so that a loop ends.
const MAX_DEPTH: usize = 32;

/// After this many files that could not be decrypted the others are not tried, because each may ask for a
/// passphrase.
const MAX_FAILURES: usize = 3;

/// A longer text before a colon is a sentence, not a key.
const MAX_KEY_CHARACTERS: usize = 64;

/// Decrypts and reads every file below a folder, or reports the ones that could not be read.
pub fn read(folder: &Path, gpg: &Gpg, rules: Rules) -> io::Result<Result<Gathered, Vec<Detail>>> {
    let root = folder.canonicalize()?;
    let mut store = Store::default();
    store.walk(&root, &root, 0)?;
    let mut entries = Entries::new(rules.empty);
    for (path, why) in &store.left_out {
        entries.leave_out(path, why);
    }
    let read = store.decrypt(gpg, &mut entries, rules);
    Ok(entries.finish(read))
}

#[derive(Default)]
struct Store {
    /// Their names without extension, relative to the store, and their paths.
    files: Vec<(String, PathBuf)>,
    left_out: Vec<(String, &'static str)>,
    refused: Vec<(String, &'static str)>,
}

impl Store {
    /// Collects the files in the order of their names.
    fn walk(&mut self, root: &Path, folder: &Path, depth: usize) -> io::Result<()> {
        let mut entries = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let path = entry.path();
            // .git, .gpg-id, .public-keys and the like.
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let shown = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .display()
                .to_string();
            if entry.file_type()?.is_symlink() {
                match path.canonicalize() {
                    Ok(to) if !to.starts_with(root) => {
                        self.refused
                            .push((shown, "it is a link to a place outside the folder"));
                        continue;
                    }
                    Ok(to) if to.is_file() => {}
                    _ => {
                        self.left_out
                            .push((shown, "it is a link to a folder, or to nothing"));
                        continue;
                    }
                }
            }
            if path.is_dir() {
                if depth == MAX_DEPTH {
                    self.refused.push((shown, "folders are nested too deep"));
                } else {
                    self.walk(root, &path, depth + 1)?;
                }
                continue;
            }
            match path.extension().and_then(OsStr::to_str) {
                Some("gpg") if path.is_file() => {
                    let title = shown.strip_suffix(".gpg").unwrap_or(&shown).to_owned();
                    self.files.push((title, path));
                }
                Some("age") => self.refused.push((
                    shown,
                    "it is encrypted with age, not gpg: convert the store first",
                )),
                _ => self.left_out.push((shown, "it is not a .gpg file")),
            }
            if self.files.len() > MAX_FILES {
                self.refused
                    .push(("the folder".to_owned(), "it has more than 20,000 files"));
                break;
            }
        }
        Ok(())
    }

    fn decrypt(&self, gpg: &Gpg, entries: &mut Entries, rules: Rules) -> Result<(), RuleViolation> {
        for (path, why) in &self.refused {
            entries.refuse_whole(RuleViolation::new(format!("{path}: {why}"), "value_error"));
        }
        if !self.refused.is_empty() {
            return Ok(());
        }
        let mut items = Vec::new();
        let mut failures = 0;
        for (title, path) in &self.files {
            let file = File::open(path).map_err(|_| Failure::Refused);
            match file.and_then(|file| gpg.decrypt(file)) {
                Ok(plain) => items.push(item(title, plain)),
                Err(failure) => {
                    let rule =
                        format!("{title}.gpg: {failure}; to see why, run `gpg --decrypt` on it");
                    entries.refuse_whole(RuleViolation::new(rule, "value_error"));
                    failures += 1;
                }
            }
            if failures == MAX_FAILURES {
                return Ok(());
            }
        }
        let mut into = Items::new(entries, rules.wanted, rules.repeated);
        for (at, item) in items.into_iter().enumerate() {
            into.push(Location::Item(at + 1), item)?;
        }
        Ok(())
    }
}

/// The item of a decrypted file.
fn item(title: &str, plain: Plaintext) -> Item {
    let mut item = Item::new([], title);
    // A key, a certificate or binary data is one value.
    let is_whole = plain.expose().starts_with(b"-----BEGIN ");
    let Some(text) = str::from_utf8(plain.expose()).ok().filter(|_| !is_whole) else {
        item.main(plain);
        return item;
    };
    let value = |text: &str| Plaintext::new(text.into());
    let mut lines = text
        .split('\n')
        .map(|line| line.strip_suffix('\r').unwrap_or(line));
    item.main(value(lines.next().unwrap_or_default()));
    // The notes are never longer than the text, so the buffer does not grow.
    let mut notes = Zeroizing::new(String::with_capacity(text.len()));
    for line in lines {
        if line.starts_with("otpauth://") {
            item.field("totp", value(line));
        } else if let Some((key, given)) = pair(line) {
            item.field(key, value(given));
        } else {
            notes.push_str(line);
            notes.push('\n');
        }
    }
    item.field("notes", value(notes.trim_matches('\n')));
    item
}

/// The key and the value of a `key: value` line.
fn pair(line: &str) -> Option<(&str, &str)> {
    let (key, value) = line.split_once(": ")?;
    let is_key = !key.is_empty() && !key.starts_with(char::is_whitespace);
    (is_key && key.chars().count() <= MAX_KEY_CHARACTERS).then(|| (key, value.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::entries::Empty;

    fn values(plain: &[u8]) -> Vec<(String, Vec<u8>)> {
        let mut entries = Entries::new(Empty::Refused);
        let rules = Rules::default();
        let mut into = Items::new(&mut entries, rules.wanted, rules.repeated);
        into.push(Location::Item(1), item("a", Plaintext::new(plain.to_vec())))
            .unwrap();
        let gathered = entries.finish(Ok(())).ok().unwrap();
        let entries = gathered.entries.into_iter();
        let pair = entries.map(|entry| {
            (
                entry.name.to_string(),
                entry.value.unwrap().expose().to_vec(),
            )
        });
        pair.collect()
    }

    fn check(plain: &[u8], expected: &[(&str, &[u8])]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.to_vec()))
            .collect();
        assert_eq!(values(plain), expected);
    }

    #[test]
    fn a_file_is_a_password_fields_and_notes() {
        check(b"p w \n", &[("a", b"p w ")]);
        check(b"p", &[("a", b"p")]);
        check(
            b"p\r\nuser: ann\r\nurl: https://x.example.com\r\notpauth://totp/x?secret=A\r\n\r\nfree text\r\n  indented: yes\r\n",
            &[
                ("a", b"p"),
                ("a_user", b"ann"),
                ("a_url", b"https://x.example.com"),
                ("a_totp", b"otpauth://totp/x?secret=A"),
                ("a_notes", b"free text\n  indented: yes"),
            ],
        );
        check(
            b"\nuser: ann\nuser: bob\n",
            &[("a_user", b"ann"), ("a_user_2", b"bob")],
        );
    }

    #[test]
    fn a_private_key_and_binary_data_stay_whole() {
        for plain in [
            &b"-----BEGIN PRIVATE KEY-----\nProc-Type: 4\nabc\n-----END PRIVATE KEY-----\n"[..],
            b"\xff\x00\nuser: x\n",
        ] {
            check(plain, &[("a", plain)]);
        }
    }
}
