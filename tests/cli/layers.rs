//! Tests the architecture: which module may use which. An arrow that is not listed here fails, so the picture in
//! the crate's documentation stays true.

use crate::snapshots::root;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module with those it may use. `plaintext` and `platform` are leaves.
const ARROWS: &[(&str, &[&str])] = &[
    ("lib", &["cli", "internal", "platform", "ui"]),
    (
        "internal",
        &["agent", "cli", "completion", "deliver", "platform"],
    ),
    (
        "cli",
        &[
            "commands",
            "completion",
            "context",
            "error",
            "help",
            "platform",
            "settings",
            "ui",
            "vault::similar",
        ],
    ),
    (
        "commands",
        &[
            "agent",
            "args",
            "completion",
            "context",
            "deliver",
            "error",
            "help",
            "import",
            "keyring",
            "plaintext",
            "platform",
            "project",
            "report",
            "sealed",
            "settings",
            "state",
            "store",
            "ui",
            "vault",
        ],
    ),
    (
        "args",
        &[
            "completion::words",
            "context",
            "deliver",
            "error",
            "json",
            "keyring",
            "plaintext",
            "platform",
            "project",
            "report",
            "sealed",
            "settings",
            "ui",
            "vault",
        ],
    ),
    (
        "completion",
        &["agent", "context", "keyring", "store", "vault"],
    ),
    (
        "report",
        &[
            "agent::Status",
            "context",
            "deliver",
            "error",
            "import",
            "keyring::recipient",
            "plaintext",
            "sealed::seed::PublicKey",
            "ui",
            "vault",
        ],
    ),
    (
        "context",
        &[
            "agent",
            "error",
            "keyring",
            "plaintext",
            "platform",
            "project",
            "sealed",
            "settings",
            "state",
            "store",
            "ui",
            "vault",
        ],
    ),
    // The counterpart of `deliver`: it knows values and names, and no vault.
    (
        "import",
        &["deliver", "error", "json", "plaintext", "platform", "vault"],
    ),
    ("json", &["plaintext"]),
    ("help", &["error"]),
    (
        "error",
        &[
            "agent", "deliver", "keyring", "project", "sealed", "settings", "state", "store", "ui",
            "vault",
        ],
    ),
    ("settings", &["plaintext", "vault"]),
    // Only the histories of a vault's parts: it opens none.
    (
        "state",
        &["platform", "sealed::history", "sealed::id", "sealed::sign"],
    ),
    // Only the references to secrets, and the place of the trust list: it opens no vault.
    (
        "project",
        &[
            "platform::bounded_read",
            "platform::directory",
            "platform::file_system",
            "platform::private_file",
            "platform::state_file",
            "vault::env_key",
            "vault::app_reference",
            "vault::file_name",
            "vault::name",
            "vault::reference",
            "vault::similar",
        ],
    ),
    ("ui", &["plaintext", "platform"]),
    ("deliver", &["plaintext", "platform", "vault"]),
    (
        "vault",
        &[
            "keyring",
            "plaintext",
            "platform::threads",
            "sealed",
            "store",
        ],
    ),
    ("keyring", &["plaintext", "sealed"]),
    // It has keyrings and knows no vault, no file and no terminal.
    ("agent", &["keyring", "plaintext", "platform", "sealed"]),
    // The store never sees plaintext, nor how it is sealed.
    ("store", &["platform", "sealed::SealedBytes"]),
    ("sealed", &["plaintext", "platform"]),
    ("plaintext", &[]),
    ("platform", &[]),
    // In no build but those of `fuzz/`.
    (
        "fuzzing",
        &[
            "agent",
            "args::secret_json",
            "deliver::formats",
            "import",
            "keyring",
            "plaintext",
            "project",
            "sealed",
            "store::memory",
            "vault",
        ],
    ),
];

/// The beginning of a file's tests, at its end.
pub const TESTS: &str = "#[cfg(test)]\nmod tests {";

/// Every source file, by its path below `src`.
pub fn sources() -> BTreeMap<PathBuf, String> {
    fn collect(directory: &Path, into: &mut BTreeMap<PathBuf, String>) {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                collect(&path, into);
            } else {
                let below = path.strip_prefix(root().join("src")).unwrap();
                into.insert(below.to_owned(), fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut sources = BTreeMap::new();
    collect(&root().join("src"), &mut sources);
    sources
}

/// The module at the top that a file belongs to.
fn module(file: &Path) -> &str {
    let first = file.iter().next().unwrap().to_str().unwrap();
    first.trim_end_matches(".rs")
}

/// The forbidden arrows of one file.
fn forbidden(file: &Path, source: &str) -> Vec<String> {
    let from = module(file);
    let allowed = ARROWS.iter().find(|(name, _)| *name == from);
    let Some((_, allowed)) = allowed else {
        return vec![format!("{from} has no place in the layers")];
    };
    let mut complaints = Vec::new();
    for path in used(file, source) {
        let is_allowed = allowed.iter().any(|allowed| {
            let rest = path.strip_prefix(allowed);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        });
        if !is_allowed && path.split("::").next() != Some(from) {
            complaints.push(format!("{}: {from} may not use {path}", file.display()));
        }
    }
    complaints
}

/// The paths from the crate's root that a file uses.
fn used(file: &Path, source: &str) -> Vec<String> {
    let code = code_of(source);
    let mut paths = after("crate::", &code);
    if file.ends_with("lib.rs") {
        let modules = ARROWS.iter().map(|(name, _)| *name);
        let named = modules.filter(|name| code.contains(&format!("{name}::")));
        paths.extend(named.map(str::to_owned));
    }
    // As many `super` as this lead to the root; one more in a module of tests.
    let depth = file.iter().count() - usize::from(file.ends_with("mod.rs"));
    let (code, tests) = code.split_once(TESTS).unwrap_or((&code, ""));
    paths.extend(after(&"super::".repeat(depth), code));
    paths.extend(after(&"super::".repeat(depth + 1), tests));
    paths
}

/// The source without its comments.
pub fn code_of(source: &str) -> String {
    let lines = source.lines().map(|line| line.split("//").next().unwrap());
    lines.collect::<Vec<_>>().join("\n")
}

/// Every path that follows `prefix`, groups in braces spread out.
pub fn after(prefix: &str, code: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (at, _) in code.match_indices(prefix) {
        let is_whole = !code[..at]
            .ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == ':');
        if is_whole {
            spread("", &code[at + prefix.len()..], &mut paths);
        }
    }
    paths
}

/// Reads one path or group and returns what follows it.
fn spread<'c>(prefix: &str, code: &'c str, into: &mut Vec<String>) -> &'c str {
    let code = code.trim_start();
    if let Some(mut rest) = code.strip_prefix('{') {
        loop {
            rest = rest.trim_start_matches([',', ' ', '\n']);
            if let Some(after) = rest.strip_prefix('}') {
                return after;
            }
            let left = spread(prefix, rest, into);
            if left.len() == rest.len() {
                return left;
            }
            rest = left;
        }
    }
    let is_word =
        |character: char| character.is_alphanumeric() || character == '_' || character == '*';
    let end = code
        .find(|character| !is_word(character))
        .unwrap_or(code.len());
    let (word, rest) = code.split_at(end);
    let path = match (prefix, word) {
        ("", word) => word.to_owned(),
        (prefix, "self") => prefix.to_owned(),
        (prefix, word) => format!("{prefix}::{word}"),
    };
    if let Some(rest) = rest.strip_prefix("::") {
        return spread(&path, rest, into);
    }
    into.push(path);
    rest
}

#[test]
fn no_module_uses_a_forbidden_one() {
    let sources = sources();
    let complaints = sources
        .iter()
        .filter(|(file, _)| *file != Path::new("main.rs"))
        .flat_map(|(file, source)| forbidden(file, source));
    let complaints: Vec<String> = complaints.collect();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn every_module_of_the_crate_has_its_place() {
    let sources = sources();
    let library = &sources[Path::new("lib.rs")];
    let declared = library
        .lines()
        .map(|line| line.strip_prefix("pub ").unwrap_or(line))
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'));
    let mut declared: Vec<&str> = declared.chain(["lib"]).collect();
    let mut placed: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    declared.sort_unstable();
    placed.sort_unstable();
    assert_eq!(declared, placed);
}

#[test]
fn a_forbidden_arrow_is_caught_however_it_is_written() {
    for (file, source) in [
        ("store/file/mod.rs", "use crate::plaintext::Plaintext;"),
        (
            "store/mod.rs",
            "use crate::sealed::{SealedBytes, header::Header};",
        ),
        ("store/mod.rs", "use super::vault::Vault;"),
        (
            "vault/open.rs",
            "use crate::{\n    keyring,\n    ui::{self, Ui},\n};",
        ),
        ("vault/open.rs", "fn say() { crate::ui::Ui::new(); }"),
        ("vault/open.rs", "use super::super::ui::Ui;"),
        ("sealed/file.rs", "use crate::store::Store;"),
        ("commands/get.rs", "let command = crate::cli::command();"),
        ("commands/get.rs", "let command = crate::command();"),
        ("platform/arena.rs", "use crate::plaintext::Plaintext;"),
        ("state/memory.rs", "use crate::sealed::header::Header;"),
        ("lib.rs", "fn run() { vault::open() }"),
        ("misc.rs", ""),
    ] {
        let complaints = forbidden(Path::new(file), source);
        assert!(!complaints.is_empty(), "{file}: {source}");
    }
}

#[test]
fn an_allowed_arrow_is_not() {
    for (file, source) in [
        (
            "store/mod.rs",
            "use crate::sealed::SealedBytes; // not crate::plaintext",
        ),
        (
            "store/file/mod.rs",
            "use super::{Error, Store};\nuse crate::store::Snapshot;",
        ),
        (
            "vault/mod.rs",
            "use crate::{keyring, sealed::{self, id::KeyId}};",
        ),
        (
            "settings.rs",
            "#[cfg(test)]\nmod tests {\n    use super::ui;\n}",
        ),
        (
            "commands/get.rs",
            "/// See [`Ui`](crate::cli).\nuse crate::error::Error;",
        ),
        ("ui/mod.rs", "use othercrate::vault::Vault;"),
    ] {
        let complaints = forbidden(Path::new(file), source);
        assert!(complaints.is_empty(), "{file}: {source}: {complaints:?}");
    }
}
