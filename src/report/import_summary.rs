//! Prints what an import did with each name, as text and as JSON. It never prints a value.

use crate::context::Context;
use crate::error::Error;
use crate::import::gathered::{Entry, LeftOut};
use crate::ui::Table;
use crate::vault::name::WorkspaceName;
use serde::Serialize;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ImportOutcome {
    Created,
    Updated,
    Unchanged,
    Skipped,
    /// The name exists with another value, and no option decides.
    Conflicting,
}

impl ImportOutcome {
    fn word(self, doing: Doing) -> &'static str {
        match (self, doing) {
            (Self::Created, Doing::Done) => "created",
            (Self::Created, Doing::Planned) => "would be created",
            (Self::Updated, Doing::Done) => "updated",
            (Self::Updated, Doing::Planned) => "would be updated",
            (Self::Unchanged, _) => "unchanged",
            (Self::Skipped, _) => "skipped",
            (Self::Conflicting, _) => "conflict",
        }
    }
}

/// Whether the import was written or is a dry run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Doing {
    Done,
    Planned,
}

/// Each name with its outcome, in the order of the input, and the items without a name.
pub struct Summary {
    doing: Doing,
    workspaces: Vec<String>,
    rows: Vec<Row>,
    left_out: Vec<LeftOut>,
}

struct Row {
    outcome: ImportOutcome,
    name: String,
    origin: Option<String>,
}

#[derive(Serialize)]
struct CountByOutcome<'a> {
    created: Vec<&'a str>,
    updated: Vec<&'a str>,
    unchanged: Vec<&'a str>,
    skipped: Vec<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    conflict: Vec<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    new_workspaces: &'a [String],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    renamed: Vec<Renamed<'a>>,
    #[serde(skip_serializing_if = "<[LeftOut]>::is_empty")]
    left_out: &'a [LeftOut],
}

#[derive(Serialize)]
struct Renamed<'a> {
    from: &'a str,
    name: &'a str,
}

impl Summary {
    pub fn new(doing: Doing, left_out: Vec<LeftOut>) -> Self {
        Self {
            doing,
            workspaces: Vec::new(),
            rows: Vec::new(),
            left_out,
        }
    }

    /// Adds a workspace that the import creates.
    pub fn workspace(&mut self, name: &WorkspaceName) {
        self.workspaces.push(name.to_string());
    }

    pub fn entries(&mut self, entries: &[Entry], outcomes: &[ImportOutcome]) {
        let rows = entries.iter().zip(outcomes).map(|(entry, &outcome)| Row {
            outcome,
            name: match &entry.workspace {
                Some(workspace) => format!("{workspace}/{}", entry.name),
                None => entry.name.to_string(),
            },
            origin: entry.origin.clone(),
        });
        self.rows = rows.collect();
    }

    pub fn print(&self, context: &mut Context) -> Result<(), Error> {
        if context.json {
            let renamed = self.rows.iter().filter_map(|row| {
                let from = row.origin.as_deref()?;
                let name = row.name.as_str();
                Some(Renamed { from, name })
            });
            return Ok(context.ui.json(&CountByOutcome {
                created: self.names(ImportOutcome::Created),
                updated: self.names(ImportOutcome::Updated),
                unchanged: self.names(ImportOutcome::Unchanged),
                skipped: self.names(ImportOutcome::Skipped),
                conflict: self.names(ImportOutcome::Conflicting),
                new_workspaces: &self.workspaces,
                renamed: renamed.collect(),
                left_out: &self.left_out,
            })?);
        }
        if context.quiet {
            return Ok(());
        }
        if context.ui.stdout_is_terminal() {
            self.print_table(context)
        } else {
            self.print_lines(context)
        }
    }

    fn print_table(&self, context: &mut Context) -> Result<(), Error> {
        let renamed = self.rows.iter().any(|row| row.origin.is_some());
        let shown = if renamed { 3 } else { 2 };
        let mut table = Table::new(["RESULT", "NAME", "FROM"].into_iter().take(shown));
        for workspace in &self.workspaces {
            table.row(["new workspace", workspace, ""].into_iter().take(shown));
        }
        for row in self.shown() {
            let from = row.origin.as_deref().unwrap_or_default();
            let cells = [row.outcome.word(self.doing), &row.name, from];
            table.row(cells.into_iter().take(shown));
        }
        context.ui.table(&table)?;
        let mut table = Table::new(["LEFT OUT", "WHY"]);
        for left in &self.left_out {
            table.row([&left.what, &left.why]);
        }
        Ok(context.ui.table(&table)?)
    }

    /// The rows to show: a dry run lists what would change.
    fn shown(&self) -> impl Iterator<Item = &Row> {
        let is_shown =
            |row: &&Row| self.doing == Doing::Done || row.outcome != ImportOutcome::Unchanged;
        self.rows.iter().filter(is_shown)
    }

    /// The number of names with each outcome, in words.
    pub fn counts(&self) -> String {
        let outcomes = [
            ImportOutcome::Created,
            ImportOutcome::Updated,
            ImportOutcome::Unchanged,
            ImportOutcome::Skipped,
            ImportOutcome::Conflicting,
        ];
        let counts = outcomes.map(|outcome| {
            let count = self.names(outcome).len();
            (count, outcome.word(self.doing))
        });
        let counts = counts
            .into_iter()
            .chain([(self.left_out.len(), "left out")]);
        let counts = counts.filter(|(count, _)| *count > 0);
        let words: Vec<String> = counts
            .map(|(count, word)| format!("{count} {word}"))
            .collect();
        words.join(", ")
    }

    /// Prints one line per name: the outcome, the name, and its name in the source.
    fn print_lines(&self, context: &mut Context) -> Result<(), Error> {
        for workspace in &self.workspaces {
            context.ui.line(&format!("new workspace {workspace}"))?;
        }
        for Row {
            outcome,
            name,
            origin,
        } in self.shown()
        {
            let word = outcome.word(self.doing);
            context.ui.line(&match origin {
                Some(origin) => format!("{word} {name} from {origin}"),
                None => format!("{word} {name}"),
            })?;
        }
        for LeftOut { what, why } in &self.left_out {
            context.ui.line(&format!("left out {what}: {why}"))?;
        }
        Ok(())
    }

    fn names(&self, outcome: ImportOutcome) -> Vec<&str> {
        let those = self.rows.iter().filter(|row| row.outcome == outcome);
        those.map(|row| row.name.as_str()).collect()
    }
}
