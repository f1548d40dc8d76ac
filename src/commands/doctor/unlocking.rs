//! The files that settle or unlock something: the user file, the identity, a token's, a passphrase's. Of a
//! credential only the mode is looked at, and whether an identity can be read.

use super::access::{Access, of_decisive_file};
use super::finding::Finding;
use crate::context::credential_file::{is_exposed, is_stdin};
use crate::context::key_file::load;
use crate::settings::directories::user_file;
use crate::settings::{IdentityFile, Source, Unlocking};
use std::fs;
use std::path::Path;

pub fn examine(unlocking: &Unlocking) -> Vec<Finding> {
    let mut findings = vec![config()];
    findings.extend(unlocking.identity.as_ref().map(identity));
    let files = [
        ("token", &unlocking.token_file),
        ("passphrase", &unlocking.passphrase_file),
    ];
    let named = files.into_iter().filter_map(|(check, path)| {
        let path = path.as_deref().filter(|path| !is_stdin(path))?;
        Some(credential(check, path))
    });
    findings.extend(named);
    findings
}

fn config() -> Finding {
    let found = user_file().and_then(|path| Some((fs::metadata(&path).ok()?, path)));
    match found {
        Some((found, path)) => of_decisive_file("config", &path, &found),
        None => Finding::ok("config", "there is no user file: the defaults hold"),
    }
}

fn identity(file: &IdentityFile) -> Finding {
    let (check, path) = ("identity", &file.path);
    match load(path) {
        Ok(Some(_)) => match fs::metadata(path) {
            Ok(found) => Finding::ok(
                check,
                format!("{}, {}", path.display(), Access::of(&found).mode()),
            ),
            Err(_) => Finding::ok(check, path.display().to_string()),
        },
        Ok(None) if file.source == Source::Default => {
            Finding::ok(check, "there is none, and none is named")
        }
        Ok(None) => Finding::fail(
            check,
            format!("there is no identity {}", path.display()),
            "`kluis identity new` makes one; or name another with --identity or KLUIS_IDENTITY",
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
                format!("{shown} could not be looked at: {error}"),
                "put the file there, or name another",
            );
        }
    };
    if is_exposed(&found) {
        let mode = Access::of(&found).mode();
        return Finding::fail(
            check,
            format!("others may read or write {shown} ({mode}), which unlocks the vault"),
            format!("`chmod 600 {shown}`, and make another {check} if somebody may have read it"),
        );
    }
    Finding::ok(check, format!("{shown}, {}", Access::of(&found).mode()))
}
