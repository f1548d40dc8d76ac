//! Imports a folder of dotenv files: `.env` goes to the workspace in use; `.env.NAME` and `NAME.env` go to the
//! workspace NAME, because these files have the same variables. Subfolders are not read.

use super::gathered::{Entry, Gathered, LeftOut};
use super::{Format, Rules, read_member};
use crate::vault::error::Detail;
use crate::vault::name::WorkspaceName;
use crate::vault::rule::RuleViolation;
use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

/// The endings of a name, after a dot or a dash, of files that are no workspace, with the reason.
const ENDINGS: [(&str, &[&str]); 4] = [
    (
        "it is an example",
        &["example", "sample", "template", "dist", "schema"],
    ),
    (
        "it is a backup",
        &["bak", "backup", "old", "orig", "save", "copy", "swp"],
    ),
    ("it holds the keys of dotenvx, not variables", &["keys"]),
    ("it belongs to dotenv-vault", &["vault", "me"]),
];

/// Reads every dotenv file of a folder, or reports the mistakes in them. `current` is the workspace in use.
pub fn read(
    folder: &Path,
    current: &WorkspaceName,
    rules: Rules,
) -> io::Result<Result<Gathered, Vec<Detail>>> {
    let mut found = Found::default();
    let mut files = fs::read_dir(folder)?.collect::<io::Result<Vec<_>>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        if let Some(why) = no_workspace(&name) {
            found.leave_out(&name, why);
            continue;
        }
        let Some(environment) = environment(&name) else {
            continue;
        };
        if file.path().is_file() {
            match found.workspace(&name, environment, current) {
                Ok(workspace) => found.read(&file.path(), &name, workspace.as_ref(), rules)?,
                Err(RuleViolation { rule, kind }) => found.mistakes.push(told(&name, &rule, kind)),
            }
        } else {
            found.leave_out(&name, "it is not a file");
        }
    }
    if found.all.entries.is_empty() && found.mistakes.is_empty() {
        let rule = "no .env file in the folder has a variable; for one file per secret, add --format files";
        let rule = RuleViolation::new(rule, "missing");
        found.mistakes.push(Detail::at(Vec::new(), rule));
    }
    Ok(if found.mistakes.is_empty() {
        Ok(found.all)
    } else {
        Err(found.mistakes)
    })
}

/// The content of the files so far.
#[derive(Default)]
struct Found {
    all: Gathered,
    mistakes: Vec<Detail>,
    /// The file of each workspace.
    owners: BTreeMap<String, String>,
}

impl Found {
    fn leave_out(&mut self, file: &str, why: &str) {
        let (what, why) = (file.to_owned(), why.to_owned());
        self.all.left_out.push(LeftOut { what, why });
    }

    /// The workspace of a file; `None` for the current one.
    fn workspace(
        &mut self,
        file: &str,
        environment: &str,
        current: &WorkspaceName,
    ) -> Result<Option<WorkspaceName>, RuleViolation> {
        let named = (!environment.is_empty()).then(|| WorkspaceName::parse(environment));
        let workspace = named.transpose()?;
        let owned = workspace.as_ref().unwrap_or(current).to_string();
        match self.owners.insert(owned.clone(), file.to_owned()) {
            None => Ok(workspace),
            Some(first) => {
                let rule = format!("{first} would be the workspace {owned} as well");
                Err(RuleViolation::new(rule, "duplicate"))
            }
        }
    }

    fn read(
        &mut self,
        path: &Path,
        file: &str,
        workspace: Option<&WorkspaceName>,
        rules: Rules,
    ) -> io::Result<()> {
        let input = read_member(path, file)?;
        match Format::Dotenv.read(&input, rules) {
            Ok(gathered) => {
                let named = |name: String| format!("{file}: {name}");
                for mut warning in gathered.warnings {
                    warning.names = warning.names.into_iter().map(named).collect();
                    self.all.warnings.push(warning);
                }
                for LeftOut { what, why } in gathered.left_out {
                    let what = named(what);
                    self.all.left_out.push(LeftOut { what, why });
                }
                let entries = gathered.entries.into_iter();
                self.all.entries.extend(entries.map(|entry| Entry {
                    workspace: workspace.cloned(),
                    ..entry
                }));
            }
            // An empty file is no mistake.
            Err(details) if details.iter().all(|detail| detail.kind == "missing") => {
                self.leave_out(file, "it has no variables");
            }
            Err(details) => {
                let told = details
                    .into_iter()
                    .map(|detail| told(file, &detail.msg, detail.kind));
                self.mistakes.extend(told);
            }
        }
        Ok(())
    }
}

fn told(file: &str, rule: &str, kind: &'static str) -> Detail {
    let rule = format!("{file}: {rule}");
    Detail::at(Vec::new(), RuleViolation::new(rule, kind))
}

/// The reason why a file with a name like that of a dotenv file has no variables of a workspace.
fn no_workspace(file: &str) -> Option<&'static str> {
    let is_edited = file.ends_with('~');
    let file = file.trim_end_matches('~');
    let is_dotenv =
        environment(file).is_some() || file.contains(".env.") || file.starts_with(".env-");
    if !is_dotenv {
        return None;
    }
    if is_edited {
        return Some("it is a backup");
    }
    let name = file.strip_suffix(".env").unwrap_or(file);
    let last = name.rsplit(['.', '-', '_']).next().unwrap_or(name);
    let found = ENDINGS.iter().find(|(_, endings)| endings.contains(&last));
    found.map(|(why, _)| *why)
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
    fn keys_backups_and_samples_are_no_workspaces() {
        for (file, why) in [
            (".env.example", Some("it is an example")),
            ("sample.env", Some("it is an example")),
            (".env.production.template", Some("it is an example")),
            (".env-dist", Some("it is an example")),
            (".env.bak", Some("it is a backup")),
            ("prod.env.old", Some("it is a backup")),
            (".env~", Some("it is a backup")),
            (".env.staging~", Some("it is a backup")),
            (
                ".env.keys",
                Some("it holds the keys of dotenvx, not variables"),
            ),
            (".env.vault", Some("it belongs to dotenv-vault")),
            (".env.me", Some("it belongs to dotenv-vault")),
            (".env", None),
            (".env.production", None),
            ("old.txt", None),
            ("notes.bak", None),
            (".envrc~", None),
        ] {
            assert_eq!(no_workspace(file), why, "{file}");
        }
    }

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
