//! Prints tables: aligned under headings for a person, tab-separated without headings for a program.
//!
//! No cell may break out of its row or steer the terminal: all cells are escaped, in both forms.

use std::borrow::Cow;
use std::fmt::Write;
use std::ops::Range;

use comfy_table::{ColumnConstraint, ContentArrangement, Table as Grid, presets};

use super::escape::for_terminal;
use super::state::{self, Colors};

const GAP_COLUMNS: u16 = 2;

/// Prose narrower than this is unreadable.
const MIN_PROSE_COLUMNS: u16 = 16;

/// Rows under headings. They are stored in the form for a pipe, because ten thousand rows of separate texts would
/// take more memory than the output.
pub struct Table {
    headings: Vec<&'static str>,
    text: String,
    /// The heading of the column whose words have colours.
    states: Option<&'static str>,
}

impl Table {
    pub fn new(headings: impl IntoIterator<Item = &'static str>) -> Self {
        Self {
            headings: headings.into_iter().collect(),
            text: String::new(),
            states: None,
        }
    }

    /// Colours the states in a column, if colours are wanted.
    pub fn with_states(mut self, heading: &'static str) -> Self {
        self.states = Some(heading);
        self
    }

    /// Adds a row; its cells are in the order of the headings. Returns its range in the form for a pipe.
    pub fn row(&mut self, cells: impl IntoIterator<Item = impl AsRef<str>>) -> Range<usize> {
        let start = self.text.len();
        for (column, cell) in cells.into_iter().enumerate() {
            if column > 0 {
                self.text.push('\t');
            }
            // It has neither tabs nor line ends.
            self.text.push_str(&for_terminal(cell.as_ref()));
        }
        self.text.push('\n');
        start..self.text.len()
    }

    /// Adds the rows of another table with the same headings. Returns the offset of the added rows.
    pub fn append(&mut self, other: &Self) -> usize {
        let moved = self.text.len();
        self.text.push_str(&other.text);
        moved
    }

    fn rows(&self) -> impl Iterator<Item = impl Iterator<Item = &str>> {
        self.text.lines().map(|row| row.split('\t'))
    }

    /// One line per row, cells separated by tabs: for `cut`, `awk` and `while read`.
    pub fn for_pipe(&self) -> &str {
        &self.text
    }

    /// Aligned columns that fit the width: prose is wrapped, names are not. If that leaves too little room, every
    /// row becomes a paragraph. Empty if there are no rows.
    pub(super) fn for_terminal(&self, columns: u16, colors: Colors) -> String {
        if self.text.is_empty() {
            return String::new();
        }
        let mut grid = self.grid(colors);
        let mut needed = 0;
        for (index, width) in grid.column_max_content_widths().into_iter().enumerate() {
            let is_prose = self
                .rows()
                .any(|mut row| row.nth(index).is_some_and(holds_space));
            let Some(column) = grid.column_mut(index) else {
                continue;
            };
            if is_prose {
                needed += width.min(MIN_PROSE_COLUMNS) + GAP_COLUMNS;
            } else {
                column.set_constraint(ColumnConstraint::ContentWidth);
                needed = needed.saturating_add(width).saturating_add(GAP_COLUMNS);
            }
        }
        if needed > columns.saturating_add(GAP_COLUMNS) {
            grid = self.paragraphs(colors);
        }
        let text = drawn(&mut grid, columns);
        match colors {
            Colors::Shown => state::colored(&text),
            Colors::None => text,
        }
    }

    fn grid(&self, colors: Colors) -> Grid {
        let mut grid = Grid::new();
        grid.set_header(&self.headings);
        for row in self.rows() {
            let cells = self.headings.iter().zip(row);
            grid.add_row(cells.map(|(heading, cell)| self.marked(heading, cell, colors)));
        }
        grid
    }

    /// A cell with a mark at the beginning of its colour.
    fn marked<'c>(&self, heading: &str, cell: &'c str, colors: Colors) -> Cow<'c, str> {
        if colors == Colors::Shown && self.states == Some(heading) {
            state::marked(cell)
        } else {
            Cow::Borrowed(cell)
        }
    }

    fn paragraphs(&self, colors: Colors) -> Grid {
        let mut grid = Grid::new();
        for (index, row) in self.rows().enumerate() {
            if index > 0 {
                grid.add_row(["", ""]);
            }
            for (&heading, cell) in self.headings.iter().zip(row) {
                if !cell.is_empty() {
                    grid.add_row([Cow::Borrowed(heading), self.marked(heading, cell, colors)]);
                }
            }
        }
        if let Some(headings) = grid.column_mut(0) {
            headings.set_constraint(ColumnConstraint::ContentWidth);
        }
        grid
    }
}

fn holds_space(cell: &str) -> bool {
    cell.contains(' ')
}

fn drawn(grid: &mut Grid, columns: u16) -> String {
    grid.load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_width(columns);
    let last = grid.column_count().saturating_sub(1);
    for (index, column) in grid.column_iter_mut().enumerate() {
        column.set_padding((0, if index < last { GAP_COLUMNS } else { 0 }));
    }
    let mut text = String::new();
    for line in grid.lines() {
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Table {
        let mut table = Table::new(["NAME", "DESCRIPTION", "SLOTS"]);
        table.row(["db_password", "the production database", "3"]);
        table.row(["k", "", "12"]);
        table
    }

    #[test]
    fn a_terminal_gets_aligned_columns_under_headings() {
        let expected = "\
NAME         DESCRIPTION              SLOTS
db_password  the production database  3
k                                     12
";
        assert_eq!(secrets().for_terminal(80, Colors::None), expected);
    }

    #[test]
    fn a_pipe_gets_tabs_and_no_headings() {
        let expected = "db_password\tthe production database\t3\nk\t\t12\n";
        assert_eq!(secrets().for_pipe(), expected);
    }

    #[test]
    fn prose_is_wrapped_and_names_are_not() {
        let expected = "\
NAME         DESCRIPTION       SLOTS
db_password  the production    3
             database
k                              12
";
        assert_eq!(secrets().for_terminal(36, Colors::None), expected);
    }

    #[test]
    fn a_narrow_terminal_gets_paragraphs() {
        let expected = "\
NAME         db_password
DESCRIPTION  the production
             database
SLOTS        3

NAME         k
SLOTS        12
";
        assert_eq!(secrets().for_terminal(28, Colors::None), expected);
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for columns in 15..60 {
            for line in secrets().for_terminal(columns, Colors::None).lines() {
                assert!(line.len() <= usize::from(columns), "{columns}: {line:?}");
            }
        }
    }

    #[test]
    fn a_cell_stays_in_its_cell() {
        let mut table = Table::new(["NAME", "DESCRIPTION"]);
        table.row(["a", "x\ty\nz\u{1b}[2J"]);
        assert_eq!(table.for_pipe(), "a\tx\\u{9}y\\u{a}z\\u{1b}[2J\n");
        assert_eq!(
            table.for_terminal(80, Colors::None).lines().nth(1),
            Some("a     x\\u{9}y\\u{a}z\\u{1b}[2J")
        );
    }

    #[test]
    fn a_state_has_its_colour_in_every_form_and_none_in_a_pipe() {
        let mut table = Table::new(["NAME", "STATE", "DESCRIPTION"]).with_states("STATE");
        table.row(["expired", "expired", "due"]);
        table.row(["b", "effective", "expired"]);
        for columns in [80, 20] {
            let text = table.for_terminal(columns, Colors::Shown);
            assert_eq!(text.matches("\x1b[31mexpired\x1b[0m").count(), 1, "{text}");
            assert_eq!(text.matches('\x1b').count(), 2, "{text}");
            let plain = text.replace("\x1b[31m", "").replace("\x1b[0m", "");
            assert_eq!(plain, table.for_terminal(columns, Colors::None));
        }
        assert!(!table.for_pipe().contains('\x1b'));
    }

    #[test]
    fn no_rows_show_nothing() {
        let table = Table::new(["NAME"]);
        assert_eq!(table.for_terminal(80, Colors::None), "");
        assert_eq!(table.for_pipe(), "");
    }
}
