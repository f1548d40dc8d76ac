//! Prints the result of a merge, as lines and as JSON. Never a value.

use crate::vault::merge::{Labels, Report};
use serde::Serialize;

#[derive(Serialize)]
pub struct MergedEntry<'r> {
    path: &'r str,
    change: &'static str,
    text: &'r str,
}

/// For programs.
pub fn entries(report: &Report) -> Vec<MergedEntry<'_>> {
    let all = report.entries.iter().map(|entry| MergedEntry {
        path: &entry.path,
        change: entry.kind.word(),
        text: &entry.text,
    });
    all.collect()
}

/// The lines below a heading, aligned.
pub fn lines(report: &Report) -> Vec<String> {
    let widest = report
        .entries
        .iter()
        .map(|entry| entry.path.chars().count());
    let width = widest.max().unwrap_or_default();
    let all = report.entries.iter();
    all.map(|entry| format!("  {:width$}  {}", entry.path, entry.text))
        .collect()
}

/// `merged HEAD and e6ace55`
pub fn heading(labels: &Labels) -> String {
    format!("merged {} and {}", labels.ours, labels.theirs)
}
