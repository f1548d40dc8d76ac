//! Checks whether git merges and shows the vault, and keeps no names of secrets in its own files.

use super::finding::Finding;
use crate::commands::git::setup::{CACHE, DRIVER, MERGED, SHOWN, TEXTCONV};
use crate::platform::git;
use std::path::Path;

const CHECK: &str = "git_merge";
const INSTALL: &str = "run `kluis git install` in this clone, and commit .gitattributes";

/// Checks git; finds nothing outside of a work tree, or without git.
pub fn examine(vault: &Path) -> Vec<Finding> {
    let (Some(folder), Some(name)) = (vault.parent(), vault.file_name()) else {
        return Vec::new();
    };
    let Some(name) = name.to_str() else {
        return Vec::new();
    };
    let ask = |arguments: &[&str]| git::run(folder, arguments).ok().flatten();
    if ask(&["rev-parse", "--show-toplevel"]).is_none_or(|top| top.is_empty()) {
        return Vec::new();
    }
    let attributes = ask(&["check-attr", "merge", "diff", "text", "--", name]);
    let attributes = attributes.unwrap_or_default();
    let has = |attribute: &str| attributes.lines().any(|line| line.ends_with(attribute));
    let setting = |name: &str| ask(&["config", "--get", name]).unwrap_or_default();
    // You may have added options, and an older kluis set fewer.
    let calls = |(name, command): (&str, &str)| {
        let words = command.split(" %").next().unwrap_or(command);
        setting(name).starts_with(words)
    };
    let mut findings = Vec::new();
    findings.push(if !MERGED.iter().all(|attribute| has(attribute)) {
        let finding = format!(
            "git takes {name} for a text: it mixes two versions, and may change its line ends"
        );
        Finding::warn(CHECK, finding, INSTALL)
    } else if !calls(DRIVER) {
        let finding =
            ".gitattributes names the merge driver of kluis, but this clone does not define it";
        Finding::warn(CHECK, finding, INSTALL)
    } else if !has(SHOWN) || !calls(TEXTCONV) {
        let finding = "git merges this vault with kluis, but does not show its changes with it";
        Finding::warn(CHECK, finding, INSTALL)
    } else {
        Finding::ok(CHECK, "git merges and shows this vault with kluis")
    });
    let caches = ask(&["config", "--type=bool", "--get", CACHE]);
    if caches.as_deref() == Some("true") {
        findings.push(Finding::fail(
            "git_cache",
            "git keeps the names of your secrets in refs/notes/textconv/kluis (diff.kluis.cachetextconv)",
            "`git config --unset diff.kluis.cachetextconv`, then `git update-ref -d refs/notes/textconv/kluis`",
        ));
    }
    findings
}
