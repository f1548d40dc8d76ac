//! Reads `pass`: the folder of pass, and of gopass with gpg. Each file is an item: its first line is the
//! password, `key: value` lines are fields, the rest is notes.
//!
//! It follows no link out of the folder and writes nothing there.

use super::gpg::{Failure, Gpg};
use super::item::{Item, Items};
use crate::import::Rules;
use crate::import::entries::{Entries, Location};
use crate::import::gathered::Gathered;
use crate::json;
use crate::plaintext::Plaintext;
use crate::vault::error::Detail;
use crate::vault::rule::RuleViolation;
use data_encoding::BASE64;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// A folder with more files is no password store.
const MAX_FILES: usize = 20_000;

/// The greatest depth of folders, so that a loop ends.
const MAX_DEPTH: usize = 32;

/// After so many files that could not be decrypted, the others are not tried, because each may ask for a
/// passphrase.
const MAX_FAILURES: usize = 3;

/// The files that pass, gopass and git keep in a store besides its secrets.
const METADATA: [&str; 7] = [
    ".git",
    ".gitattributes",
    ".gitignore",
    ".gpg-id",
    ".gpg-id.sig",
    ".public-keys",
    ".extensions",
];

/// A longer text before a colon is a sentence, not a key.
const MAX_KEY_CHARACTERS: usize = 64;

/// The beginning of a key or a certificate.
const PEM: &str = "-----BEGIN ";

/// The first line that old versions of gopass wrote in the place of a password.
const GOPASS: &str = "GOPASS-SECRET-1.0";

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
            let shown = path
                .strip_prefix(root)
                .unwrap_or(&path)
                .display()
                .to_string();
            let name = entry.file_name();
            if name.as_encoded_bytes().starts_with(b".") {
                if !METADATA.iter().any(|known| name == **known) {
                    self.left_out.push((shown, "its name begins with a dot"));
                }
                continue;
            }
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
pub fn item(title: &str, plain: Plaintext) -> Item {
    let mut item = Item::new([], title);
    // A key, a certificate, a JSON document or binary data is one value.
    let is_whole = |text: &str| text.starts_with(PEM) || text.contains('\n') && is_json(text);
    let text = str::from_utf8(plain.expose()).ok();
    let Some(text) = text.filter(|text| !is_whole(text.trim_end())) else {
        item.main(plain);
        return item;
    };
    let (first, rest) = text.split_once('\n').unwrap_or((text, ""));
    match attachment(rest) {
        Some(Ok((headers, content))) => {
            let headers = headers.join(", ");
            item.leave_out(format!("headers of gopass: {headers}"));
            if first.trim_end().is_empty() || first.trim_end() == GOPASS {
                item.main(content);
            } else {
                item.main(Plaintext::new(first.trim_end_matches('\r').into()));
                item.field("content", content);
            }
            return item;
        }
        Some(Err(())) => item.leave_out("the decoded content: its Base64 is broken"),
        None => {}
    }
    item.main(Plaintext::new(first.trim_end_matches('\r').into()));
    fill(&mut item, rest);
    item
}

/// Fills an item with the text after the password. A key in PEM and a JSON document are not split into fields.
fn fill(item: &mut Item, text: &str) {
    let value = |text: &str| Plaintext::new(text.into());
    // The notes are never longer than the text, so the buffer does not grow.
    let mut notes = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    let mut in_pem = false;
    while !rest.is_empty() {
        if !in_pem && is_json(rest) {
            notes.push_str(rest);
            break;
        }
        let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
        let line = line.strip_suffix('\r').unwrap_or(line);
        rest = after;
        in_pem |= line.starts_with(PEM);
        if in_pem {
            notes.push_str(line);
            notes.push('\n');
            in_pem = !line.starts_with("-----END ");
        } else if line.starts_with("otpauth://") {
            item.field("totp", value(line));
        } else if let Some((key, given)) = pair(line) {
            item.field(key, value(given));
        } else {
            notes.push_str(line);
            notes.push('\n');
        }
    }
    item.field("notes", value(notes.trim_matches('\n')));
}

/// Whether a text is a JSON object or list, and not one number or word.
fn is_json(text: &str) -> bool {
    text.starts_with(['{', '[']) && json::document(text.as_bytes()).is_ok()
}

/// The headers and the decoded content of a file that gopass stored as Base64.
fn attachment(text: &str) -> Option<Result<(Vec<&str>, Plaintext), ()>> {
    let mut headers = Vec::new();
    let mut is_base64 = false;
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n')
        && let Some((key, given)) = pair(line.trim_end())
    {
        is_base64 |= key.eq_ignore_ascii_case("content-transfer-encoding")
            && given.eq_ignore_ascii_case("base64");
        headers.push(key);
        rest = after;
    }
    is_base64.then_some(())?;
    let mut packed = Zeroizing::new(Vec::with_capacity(rest.len()));
    packed.extend(rest.bytes().filter(|byte| !byte.is_ascii_whitespace()));
    let content = BASE64.decode(&packed).map(Plaintext::new);
    Some(content.map(|content| (headers, content)).map_err(|_| ()))
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
    fn a_key_or_json_after_the_password_is_not_cut() {
        let key = "-----BEGIN KEY-----\nProc-Type: 4\n-----END KEY-----";
        check(
            format!("p\nuser: ann\n{key}\nurl: x\n").as_bytes(),
            &[
                ("a", b"p"),
                ("a_user", b"ann"),
                ("a_url", b"x"),
                ("a_notes", key.as_bytes()),
            ],
        );
        let json = "{\n\"a\": \"hunter: 2\",\n\"b: c\": [1]\n}";
        check(
            format!("p\nuser: ann\n{json}\n").as_bytes(),
            &[
                ("a", b"p"),
                ("a_user", b"ann"),
                ("a_notes", json.as_bytes()),
            ],
        );
        check(json.as_bytes(), &[("a", json.as_bytes())]);
        check(b"[1]\n", &[("a", b"[1]")]);
        check(
            b"p\n{no json\nuser: x\n",
            &[("a", b"p"), ("a_user", b"x"), ("a_notes", b"{no json")],
        );
    }

    #[test]
    fn what_gopass_stored_as_base64_is_decoded() {
        let headers = "Content-Disposition: attachment; filename=\"a.bin\"\ncontent-transfer-encoding: Base64\n";
        check(
            format!("\n{headers}\n/wAB\nAg==\n").as_bytes(),
            &[("a", b"\xff\x00\x01\x02")],
        );
        check(
            format!("{GOPASS}\n{headers}\n/wABAg==").as_bytes(),
            &[("a", b"\xff\x00\x01\x02")],
        );
        check(
            format!("p\n{headers}/wABAg==\n").as_bytes(),
            &[("a", b"p"), ("a_content", b"\xff\x00\x01\x02")],
        );
        check(
            format!("\n{headers}!!\n").as_bytes(),
            &[
                ("a_Content-Disposition", b"attachment; filename=\"a.bin\""),
                ("a_content-transfer-encoding", b"Base64"),
                ("a_notes", b"!!"),
            ],
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
