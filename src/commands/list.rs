//! `list`: what there is, never a value.

use super::output::Shown;
use super::{Context, Verb};
use crate::error::Error;
use crate::ui::Table;
use crate::vault::workspace::Workspace;
use crate::vault::{Listed, Scan, Vault};
use serde::Serialize;

/// List secrets, never their values
///
/// A table on a terminal, tab-separated rows in a pipe, bare names with --quiet.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis list
  kluis list --all-workspaces --name 'db_*'
  kluis list --quiet | while read -r name; do kluis show \"$name\"; done")]
pub struct List {
    /// List every workspace that the key reaches
    #[arg(long)]
    all_workspaces: bool,

    /// List only names that match, with `*` for any characters and `?` for one
    #[arg(long, value_name = "GLOB")]
    name: Option<String>,
}

#[derive(Serialize)]
struct Listing<'a> {
    count: usize,
    secrets: Vec<Shown<'a>>,
}

impl Verb for List {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let vault = context.open(Scan::Everything)?;
        let mut listed = Vec::new();
        for workspace in self.workspaces(&vault, context)? {
            listed.extend(vault.list(&workspace)?);
        }
        if let Some(glob) = &self.name {
            listed
                .retain(|listed| matches(glob.as_bytes(), listed.secret.name.as_str().as_bytes()));
        }
        self.print(context, &listed)
    }
}

impl List {
    fn workspaces(&self, vault: &Vault, context: &Context) -> Result<Vec<Workspace>, Error> {
        if self.all_workspaces {
            return Ok(vault.workspaces().to_vec());
        }
        Ok(vec![vault.workspace(context.workspace())?.clone()])
    }

    fn print(&self, context: &mut Context, listed: &[Listed]) -> Result<(), Error> {
        let now = context.now;
        if context.json {
            let rows = listed
                .iter()
                .map(|listed| Shown::row(&listed.secret, listed.app_count, now));
            return Ok(context.ui.json(&Listing {
                count: listed.len(),
                secrets: rows.collect(),
            })?);
        }
        if context.quiet {
            for Listed { secret, .. } in listed {
                if self.all_workspaces {
                    context.ui.line(&secret.path())?;
                } else {
                    context.ui.line(secret.name.as_str())?;
                }
            }
            return Ok(());
        }
        if listed.is_empty() {
            context.ui.note("no secrets");
            return Ok(());
        }
        let headings = ["WORKSPACE", "NAME", "ENV KEY", "UPDATED", "DESCRIPTION"];
        let skipped = usize::from(!self.all_workspaces);
        let mut table = Table::new(headings.into_iter().skip(skipped));
        for Listed { secret, .. } in listed {
            let updated = secret.updated_at.rfc3339();
            let cells = [
                secret.workspace_name.as_str(),
                secret.name.as_str(),
                secret.env_key.as_str(),
                &updated,
                secret.description.as_str(),
            ];
            table.row(cells.into_iter().skip(skipped));
        }
        Ok(context.ui.table(&table)?)
    }
}

/// Whether a name matches a pattern of `*` and `?`; everything else stands for itself.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    let (mut p, mut n) = (0, 0);
    // Where the last `*` stood, and how much of the name it took: the only place to go back to.
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        match pattern.get(p) {
            Some(b'*') => {
                star = Some((p, n));
                p += 1;
            }
            Some(&wanted) if wanted == b'?' || wanted == name[n] => {
                p += 1;
                n += 1;
            }
            _ => {
                let Some((at, taken)) = star else {
                    return false;
                };
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            }
        }
    }
    pattern[p..].iter().all(|&rest| rest == b'*')
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_glob_has_stars_and_question_marks() {
        for (pattern, name, expected) in [
            ("*", "anything", true),
            ("db_*", "db_password", true),
            ("db_*", "xdb_password", false),
            ("*_key", "api_key", true),
            ("a*b*c", "aXbXbc", true),
            ("a*b*c", "acb", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("", "a", false),
            ("[a]", "a", false),
            ("a.c", "abc", false),
        ] {
            assert_eq!(
                matches(pattern.as_bytes(), name.as_bytes()),
                expected,
                "{pattern} {name}"
            );
        }
        // Not exponential.
        assert!(!matches(&b"*a".repeat(30), &[b'b'; 128]));
    }
}
