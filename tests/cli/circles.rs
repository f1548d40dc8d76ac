//! Tests that no two files of `src` import each other, so that you can understand one without the other.

use crate::layers::{TESTS, after, code_of, sources};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// A path below the crate's root, by its segments.
type Module = Vec<String>;

/// The files of a crate, and the names that its modules re-export with `pub use`.
struct Crate<'s> {
    files: BTreeMap<Module, &'s Path>,
    handed_on: BTreeMap<(Module, String), Module>,
}

impl<'s> Crate<'s> {
    fn new(sources: &'s BTreeMap<PathBuf, String>) -> Self {
        let files = sources.keys().map(|file| (module_of(file), file.as_path()));
        let mut new = Self {
            files: files.collect(),
            handed_on: BTreeMap::new(),
        };
        for (file, source) in sources {
            let module = module_of(file);
            let code = code_of(source);
            for path in new.paths(&module, &statements(&code, Statements::HandingOn)) {
                if let Some(name) = path.last() {
                    new.handed_on.insert((module.clone(), name.clone()), path);
                }
            }
        }
        new
    }

    /// The paths that the code of a module uses, made absolute.
    fn paths(&self, module: &[String], code: &str) -> Vec<Module> {
        let mut paths = Vec::new();
        for path in after("crate::", code) {
            paths.push(segments(&path));
        }
        for path in after("super::", code) {
            let mut path = segments(&path);
            let supers = path.iter().take_while(|part| *part == "super").count();
            let base = module.len().saturating_sub(1 + supers);
            path.splice(..supers, module[..base].iter().cloned());
            paths.push(path);
        }
        let children = self.files.keys().filter_map(|other| {
            let child = other.strip_prefix(module)?;
            (child.len() == 1).then(|| child[0].clone())
        });
        for child in children {
            for path in after(&format!("{child}::"), code) {
                let start = module.iter().cloned().chain([child.clone()]);
                paths.push(start.chain(segments(&path)).collect());
            }
        }
        paths
    }

    /// The file that defines what a path names, as far as it is in the crate.
    fn file(&self, path: &[String]) -> Option<&'s Path> {
        let known = (0..=path.len()).rev();
        let known = known.map(|length| path.split_at(length));
        let (module, rest) = known
            .filter(|(module, _)| self.files.contains_key(*module))
            .max_by_key(|(module, _)| module.len())?;
        let handed_on = rest.first().and_then(|name| {
            let path = self.handed_on.get(&(module.to_vec(), name.clone()))?;
            (path != module).then_some(path)
        });
        match handed_on {
            Some(path) => self.file(path),
            None => self.files.get(module).copied(),
        }
    }

    fn imports(&self, file: &Path, source: &str) -> BTreeSet<&'s Path> {
        let code = code_of(source);
        let code = code.split(TESTS).next().unwrap();
        let code = statements(code, Statements::Other);
        let paths = self.paths(&module_of(file), &code);
        let files = paths.iter().filter_map(|path| self.file(path));
        files.filter(|imported| *imported != file).collect()
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Statements {
    /// `pub use`, by which a module re-exports names.
    HandingOn,
    Other,
}

/// The statements of one kind, of code without comments.
fn statements(code: &str, wanted: Statements) -> String {
    let mut found = String::new();
    for statement in code.split_inclusive(';') {
        let words = statement.lines().map(str::trim);
        let mut words = words.filter(|line| !line.is_empty() && !line.starts_with("#["));
        let is_handing_on = words
            .next()
            .is_some_and(|line| line.starts_with("pub use "));
        if is_handing_on == (wanted == Statements::HandingOn) {
            found.push_str(statement);
        }
    }
    found
}

fn module_of(file: &Path) -> Module {
    let without_ending = file.with_extension("");
    let parts = without_ending.iter().map(|part| part.to_str().unwrap());
    let is_index = |part: &&str| matches!(*part, "mod" | "lib");
    parts
        .filter(|part| !is_index(part))
        .map(str::to_owned)
        .collect()
}

fn segments(path: &str) -> Module {
    path.split("::").map(str::to_owned).collect()
}

/// Every pair of files that import each other.
fn circles(sources: &BTreeMap<PathBuf, String>) -> Vec<(&Path, &Path)> {
    let all = Crate::new(sources);
    let imports: BTreeMap<&Path, BTreeSet<&Path>> = sources
        .iter()
        .map(|(file, source)| (file.as_path(), all.imports(file, source)))
        .collect();
    let mut circles = Vec::new();
    for (file, imported) in &imports {
        for other in imported {
            if file < other && imports[other].contains(file) {
                circles.push((*file, *other));
            }
        }
    }
    circles
}

#[test]
fn no_two_files_import_each_other() {
    let mut sources = sources();
    sources.retain(|file, _| !file.with_extension("").iter().any(|part| part == "tests"));
    let circles = circles(&sources);
    assert!(circles.is_empty(), "{circles:#?}");
}

#[test]
fn a_circle_is_found_however_it_is_written() {
    let index = "pub mod one;\npub mod two;\n";
    for (one, two, index) in [
        ("use crate::a::two::Two;", "use super::one::One;", index),
        (
            "fn f() { super::two::f() }",
            "use crate::{a::one::One};",
            index,
        ),
        (
            "use super::{two::Two};",
            "use super::One;",
            "pub mod one;\npub mod two;\npub use one::One;\n",
        ),
        (
            "use super::Own;",
            "",
            "pub mod one;\npub mod two;\nuse one::One;\npub struct Own;\n",
        ),
        (
            "// first\nuse super::super::a::two;",
            "use super::one;",
            index,
        ),
    ] {
        assert_eq!(
            circles(&folder(index, one, two)).len(),
            1,
            "{one} {two} {index}"
        );
    }
}

#[test]
fn an_import_in_one_direction_is_no_circle() {
    let index = "pub mod one;\npub mod two;\npub use one::One;\n";
    for (one, two) in [
        ("use super::two::Two;", "// use super::one::One;"),
        (
            "use crate::a::two::Two;",
            "#[cfg(test)]\nmod tests {\n    use super::super::one;\n}",
        ),
        ("pub struct One;", "use super::One;"),
    ] {
        assert!(circles(&folder(index, one, two)).is_empty(), "{one} {two}");
    }
}

/// The sources of a folder `a` with these three files.
fn folder(index: &str, one: &str, two: &str) -> BTreeMap<PathBuf, String> {
    let sources = [
        ("a/mod.rs", index),
        ("a/one.rs", one),
        ("a/two.rs", two),
        ("lib.rs", "mod a;"),
    ];
    let sources = sources.map(|(file, source)| (PathBuf::from(file), source.to_owned()));
    sources.into()
}
