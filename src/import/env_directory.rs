//! Imports a folder of dotenv files: `.env` goes to the workspace in use; `.env.NAME` and `NAME.env` go to the
//! workspace NAME, because these files hold the same variables. Subfolders are not read.

use super::entries::{Gathered, LeftOut};
use super::{Format, Rules};
use crate::import::read_bounded;
use crate::vault::error::Detail;
use crate::vault::name::WorkspaceName;
use crate::vault::rule::RuleViolation;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io;
use std::path::Path;

/// Endings of files that list variables without real values.
const EXAMPLES: [&str; 5] = ["example", "sample", "template", "dist", "schema"];

/// Reads every dotenv file of a folder, or reports the mistakes in them. `current` is the workspace in use.
pub fn read(
    folder: &Path,
    current: &WorkspaceName,
    rules: Rules,
) -> io::Result<Result<Gathered, Vec<Detail>>> {
    let mut all = Gathered::default();
    let mut mistakes = Vec::new();
    let mut owners: BTreeMap<String, String> = BTreeMap::new();
    let mut files = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        let Some(environment) = environment(&name) else {
            continue;
        };
        let mut leave_out = |why: &str| {
            let (what, why) = (name.clone(), why.to_owned());
            all.left_out.push(LeftOut { what, why });
        };
        if EXAMPLES
            .iter()
            .any(|example| environment.ends_with(example))
        {
            leave_out("it is an example");
            continue;
        }
        if !file.path().is_file() {
            leave_out("it is not a file");
            continue;
        }
        let workspace = (!environment.is_empty()).then(|| WorkspaceName::parse(environment));
        let workspace = match workspace.transpose() {
            Ok(workspace) => workspace,
            Err(RuleViolation { rule, kind }) => {
                mistakes.push(told(&name, &rule, kind));
                continue;
            }
        };
        let owned = workspace.as_ref().unwrap_or(current).to_string();
        if let Some(first) = owners.insert(owned.clone(), name.clone()) {
            let rule = format!("{first} would be the workspace {owned} as well");
            mistakes.push(told(&name, &rule, "duplicate"));
            continue;
        }
        let input = read_bounded(File::open(file.path())?)?;
        match Format::Dotenv.read(&input, rules) {
            Ok(gathered) => all
                .entries
                .extend(gathered.entries.into_iter().map(|mut entry| {
                    entry.workspace.clone_from(&workspace);
                    entry
                })),
            // An empty file is no mistake.
            Err(details) if details.iter().all(|detail| detail.kind == "missing") => {
                leave_out("it has no variables");
            }
            Err(details) => {
                let details = details.into_iter();
                mistakes.extend(details.map(|detail| told(&name, &detail.msg, detail.kind)));
            }
        }
    }
    if all.entries.is_empty() && mistakes.is_empty() {
        let rule = "no .env file in the folder has a variable";
        mistakes.push(Detail::at(Vec::new(), RuleViolation::new(rule, "missing")));
    }
    Ok(if mistakes.is_empty() {
        Ok(all)
    } else {
        Err(mistakes)
    })
}

fn told(file: &str, rule: &str, kind: &'static str) -> Detail {
    let rule = format!("{file}: {rule}");
    Detail::at(Vec::new(), RuleViolation::new(rule, kind))
}

/// The environment of a dotenv file by its name: empty for `.env`, `None` for another kind of file.
fn environment(file: &str) -> Option<&str> {
    match file.strip_prefix(".env") {
        Some("") => Some(""),
        Some(rest) => rest.strip_prefix('.').filter(|name| !name.is_empty()),
        None => file.strip_suffix(".env").filter(|name| !name.is_empty()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_name_decides_the_workspace() {
        for (file, name) in [
            (".env", Some("")),
            (".env.staging", Some("staging")),
            ("staging.env", Some("staging")),
            (".env.production.local", Some("production.local")),
            (".envrc", None),
            (".env.", None),
            ("env", None),
            ("README.md", None),
        ] {
            assert_eq!(environment(file), name, "{file}");
        }
    }
}
