//! Checks the files that configure or unlock: the user file, the key file, a passphrase in a file.

use super::access::{Access, of_decisive_file};
use super::finding::Finding;
use crate::context::credential_file::{is_exposed, is_stdin};
use crate::context::key_file::load;
use crate::settings::directories::user_file;
use crate::settings::{KeyFilePath, Unlocking};
use std::fs;
use std::path::Path;

pub fn examine(unlocking: &Unlocking) -> Vec<Finding> {
    let mut findings = vec![config()];
    findings.extend(unlocking.key_file.as_ref().map(key_file));
    let passphrase = unlocking.passphrase_file.as_deref();
    let passphrase = passphrase.filter(|path| !is_stdin(path));
    findings.extend(passphrase.map(|path| credential("passphrase", path)));
    findings
}

fn config() -> Finding {
    let found = user_file().and_then(|path| Some((fs::metadata(&path).ok()?, path)));
    match found {
        Some((found, path)) => of_decisive_file("config", &path, &found),
        None => Finding::ok("config", "there is no user file, so the defaults apply"),
    }
}

fn key_file(file: &KeyFilePath) -> Finding {
    let (check, path) = ("key_file", &file.path);
    if is_stdin(path) {
        return Finding::ok(check, "it is read from stdin");
    }
    match load(path) {
        Ok(Some(read)) if read.is_token() => credential("token", path),
        Ok(Some(read)) => match (read.into_key(path), fs::metadata(path)) {
            (Err(error), _) => Finding::of_error(check, &error),
            (Ok(_), Ok(found)) => Finding::ok(
                check,
                format!("{}, {}", path.display(), Access::of(&found).mode()),
            ),
            (Ok(_), Err(_)) => Finding::ok(check, path.display().to_string()),
        },
        Ok(None) if !file.is_named() => Finding::ok(check, "you have no key file"),
        Ok(None) => Finding::fail(
            check,
            format!("there is no key file {}", path.display()),
            "`kluis key new` makes one; --key-file or KLUIS_KEY_FILE names another",
        ),
        Err(error) => Finding::of_error(check, &error),
    }
}

fn credential(check: &'static str, path: &Path) -> Finding {
    let shown = path.display();
    let found = match fs::metadata(path) {
        Ok(found) => found,
        Err(error) => {
            return Finding::fail(
                check,
                format!("{shown} could not be checked: {error}"),
                "put the file there, or name another file",
            );
        }
    };
    if is_exposed(&found) {
        let mode = Access::of(&found).mode();
        return Finding::fail(
            check,
            format!("other users can read or write {shown} ({mode}), which unlocks the vault"),
            format!("`chmod 600 {shown}`; replace the {check} if another user may have read it"),
        );
    }
    Finding::ok(check, format!("{shown}, {}", Access::of(&found).mode()))
}
