//! Tests the rules of the code that a machine can check: sizes, first lines, names, and forbidden words.

use crate::layers::{TESTS, after, code_of, sources};
use crate::snapshots::root;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// At this length, without its tests, a file has two ideas.
const MAX_LINES: usize = 500;

/// A test's name is a plain sentence, which fits in a line.
const MAX_TEST_NAME_CHARACTERS: usize = 60;

/// Every file that reads a secret in the clear. Look twice before adding one.
const DOORS: &[&str] = &[
    "agent/wire.rs",
    "args/generate.rs",
    "args/new_passphrase.rs",
    "args/secret_json/parser.rs",
    "args/value.rs",
    "commands/edit.rs",
    "commands/export.rs",
    "commands/get.rs",
    "commands/helper/askpass.rs",
    "commands/helper/credential.rs",
    "commands/helper/docker.rs",
    "commands/helper/git.rs",
    "commands/import/decide.rs",
    "commands/init/mod.rs",
    "commands/inject.rs",
    "commands/rotate/exec.rs",
    "context/key_file.rs",
    "deliver/clipboard/mod.rs",
    "deliver/clipboard/tool.rs",
    "deliver/environment.rs",
    "deliver/formats/document.rs",
    "deliver/formats/format.rs",
    "deliver/formats/github.rs",
    "deliver/formats/json.rs",
    "deliver/mask/patterns.rs",
    "deliver/otp.rs",
    "deliver/output_file.rs",
    "deliver/private_temp_file.rs",
    "deliver/process.rs",
    "deliver/stdin.rs",
    "deliver/template/function.rs",
    "deliver/template/mod.rs",
    "deliver/value_files/mod.rs",
    "fuzzing.rs",
    "import/entries.rs",
    "import/formats/env.rs",
    "import/formats/ini.rs",
    "import/formats/json.rs",
    "import/formats/k8s.rs",
    "import/formats/nesting.rs",
    "import/formats/properties.rs",
    "import/formats/tree.rs",
    "import/formats/yaml.rs",
    "import/managers/bitwarden/mod.rs",
    "import/managers/csv_exports/mod.rs",
    "import/managers/gpg.rs",
    "import/managers/item.rs",
    "import/managers/keepass.rs",
    "import/managers/last_pass.rs",
    "import/managers/netrc.rs",
    "import/managers/password_store.rs",
    "import/managers/pgpass.rs",
    "import/managers/proton_pass.rs",
    "import/mod.rs",
    "import/secret_files.rs",
    "import/text.rs",
    "json.rs",
    "keyring/identity.rs",
    "keyring/issue.rs",
    "keyring/master.rs",
    "keyring/token.rs",
    "plaintext.rs",
    "report/issued_key.rs",
    "report/one_time_token.rs",
    "sealed/grant.rs",
    "sealed/kdf.rs",
    "sealed/meta.rs",
    "sealed/padding.rs",
    "sealed/seed.rs",
    "sealed/xaes.rs",
    "ui/prompt.rs",
    "vault/change/record.rs",
    "vault/change/rekey.rs",
    "vault/change/relocate.rs",
    "vault/change/rotation.rs",
    "vault/decrypt.rs",
    "vault/page.rs",
];

/// A file of `src` that the tests use, too.
const SHARED_WITH_SRC: &str = "test_program";

/// Names that do not describe the content.
const EMPTY_NAMES: &[&str] = &[
    "base", "common", "core", "handler", "helper", "helpers", "manager", "misc", "types", "util",
    "utils",
];

/// The hosts in texts, besides those made for examples. Any other host comes from a machine.
const HOSTS: &[&str] = &[
    "api.github.com",
    "index.docker.io",
    "keepachangelog.com",
    "semver.org",
    "www.apache.org",
    "www.w3.org",
];

#[test]
fn every_file_begins_with_its_purpose() {
    for (file, text) in sources().into_iter().chain(tests()) {
        assert!(text.starts_with("//! "), "{}", file.display());
    }
}

#[test]
fn no_file_has_two_ideas() {
    for (file, text) in sources() {
        if file.file_name().is_some_and(|name| name == "tests.rs") {
            continue;
        }
        let code = text.split(TESTS).next().unwrap();
        let lines = code.lines().count();
        assert!(lines <= MAX_LINES, "{} has {lines} lines", file.display());
    }
}

#[test]
fn nothing_is_left_to_be_done() {
    for (file, text) in sources() {
        for word in ["TODO", "FIXME", "dbg!", "unimplemented!", "todo!"] {
            assert!(!text.contains(word), "{}: {word}", file.display());
        }
    }
}

#[test]
fn only_ui_prints() {
    let is_test = |file: &Path| file.iter().any(|folder| folder == "tests");
    for (file, text) in sources() {
        for word in ["print!(", "println!(", "io::stdout()", "io::stderr()"] {
            let prints = text.contains(word) && !file.starts_with("ui") && !is_test(&file);
            assert!(!prints, "{}: {word}", file.display());
        }
    }
}

#[test]
fn secrets_are_read_in_the_clear_where_that_is_known() {
    let files = sources();
    let doors = files
        .iter()
        .filter(|(file, text)| text.contains("expose(") && !is_for_tests(file, &files));
    let doors: Vec<&str> = doors.map(|(file, _)| file.to_str().unwrap()).collect();
    assert_eq!(doors, DOORS);
}

/// Whether a file, or a folder above it, is declared behind `#[cfg(test)]`.
fn is_for_tests(file: &Path, files: &BTreeMap<PathBuf, String>) -> bool {
    file.ancestors().any(|part| {
        let (Some(above), Some(name)) = (part.parent(), part.file_stem()) else {
            return false;
        };
        let name = name.to_string_lossy();
        let indices = [above.join("mod.rs"), above.with_extension("rs")];
        let mut indices = indices.iter().filter_map(|index| files.get(index));
        indices.any(|index| {
            ["mod", "pub mod"]
                .iter()
                .any(|word| index.contains(&format!("#[cfg(test)]\n{word} {name};")))
        })
    })
}

/// See [`crate::test_program`]: such a test would fail now and then.
#[test]
fn no_test_writes_a_program_itself() {
    let folders = ["src", "tests"].map(|folder| root().join(folder));
    for file in rust_files(Vec::from(folders)) {
        for line in read(&file).lines() {
            let sets_mode = line.contains("set_permissions(");
            let writes = sets_mode && line.contains("(0o755)");
            assert!(!writes, "{}: {line}", file.display());
        }
    }
}

#[test]
fn every_file_name_says_what_the_file_does() {
    for file in sources().into_keys().chain(tests().into_keys()) {
        // The file of a verb has the verb's name.
        let below = file.strip_prefix("commands/helper").unwrap_or(&file);
        for part in &below.with_extension("") {
            let is_empty = EMPTY_NAMES.iter().any(|name| part == *name);
            assert!(!is_empty, "{}", file.display());
        }
    }
}

#[test]
fn the_name_of_a_test_fits_in_a_line() {
    let folders = ["src", "tests"].map(|folder| root().join(folder));
    for file in rust_files(Vec::from(folders)) {
        let text = read(&file);
        for part in text.split("#[test]\n").skip(1) {
            let after = part.split("fn ").nth(1).unwrap_or_default();
            let name = after.split('(').next().unwrap_or_default();
            let length = name.chars().count();
            let is_short = length <= MAX_TEST_NAME_CHARACTERS;
            assert!(is_short, "{}: {name} has {length}", file.display());
        }
    }
}

/// Every Rust file in these folders and below them.
fn rust_files(mut folders: Vec<PathBuf>) -> Vec<PathBuf> {
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files
}

#[test]
fn commands_holds_the_verbs_and_nothing_else() {
    let table = read(root().join("src/cli/table.rs"));
    let verbs = after("commands::", &code_of(&table));
    let verbs = verbs.iter().filter_map(|path| path.split("::").next());
    let verbs: BTreeSet<&str> = verbs
        .filter(|name| name.starts_with(char::is_lowercase))
        .collect();
    let sources = sources();
    let files = sources
        .keys()
        .filter_map(|file| file.strip_prefix("commands").ok());
    let files = files.filter_map(|file| file.iter().next()?.to_str());
    let files: BTreeSet<&str> = files.map(|name| name.trim_end_matches(".rs")).collect();
    let files: BTreeSet<&str> = files.into_iter().filter(|name| *name != "mod").collect();
    assert_eq!(
        files,
        verbs.into_iter().filter(|name| *name != "self").collect()
    );
}

#[test]
fn no_test_file_is_forgotten() {
    let tests = tests();
    let index = &tests[Path::new("main.rs")];
    let named: Vec<&str> = index
        .lines()
        .filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';'))
        .filter(|name| *name != SHARED_WITH_SRC)
        .collect();
    assert!(named.is_sorted(), "{named:?}");
    let named: BTreeSet<PathBuf> = named
        .iter()
        .map(|name| Path::new(name).with_extension("rs"))
        .collect();
    let found: BTreeSet<PathBuf> = tests
        .into_keys()
        .filter(|file| file != Path::new("main.rs"))
        .collect();
    assert_eq!(named, found);
}

#[test]
fn nothing_speaks_of_the_machine_it_was_written_on() {
    let documents = [
        "README.md",
        "CHANGELOG.md",
        "LICENSE",
        "Cargo.toml",
        ".ci/check-targets",
        ".ci/count-instructions",
        ".ci/lint-workflows",
        ".ci/run",
        ".github/CONTRIBUTING.md",
        ".github/SECURITY.md",
        ".github/workflows/ci.yml",
        ".github/workflows/release.yml",
        "packaging/formula",
        "packaging/licenses",
        "packaging/tarball",
    ];
    let documents = documents.map(|name| (PathBuf::from(name), read(root().join(name))));
    for (file, text) in sources().into_iter().chain(tests()).chain(documents) {
        let file = file.display();
        for [start, end] in [
            ["/wo", "rk/"],
            ["/ro", "ot/"],
            ["/Us", "ers/"],
            ["/buil", "ds/"],
        ] {
            assert!(
                !text.contains(&format!("{start}{end}")),
                "{file}: {start}{end}"
            );
        }
        for (_, rest) in text
            .match_indices("://")
            .map(|(at, _)| text.split_at(at + 3))
        {
            let end = rest.find(|next: char| !next.is_alphanumeric() && !".-@:".contains(next));
            let host = rest[..end.unwrap_or(rest.len())].trim_end_matches('.');
            let is_made_up = !host.contains('.') || host.contains("example.");
            assert!(is_made_up || HOSTS.contains(&host), "{file}: {host}");
        }
    }
}

fn tests() -> BTreeMap<PathBuf, String> {
    let entries = fs::read_dir(root().join("tests/cli")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| (PathBuf::from(path.file_name().unwrap()), read(path)))
        .collect()
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap()
}
