//! Counts the terminal columns of a text, which differ from its number of characters: Chinese, Japanese and
//! Korean ones take two, combining accents none (UAX #11).

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const CUT: char = '…';

pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The longest beginning of a text that fits.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut ends = text.char_indices().map(|(end, _)| end).rev();
    let end = ends.find(|end| width(&text[..*end]) < columns);
    format!("{}{CUT}", &text[..end.unwrap_or_default()])
}

/// The longest end of a text that fits: you type at the end.
pub(super) fn cut_front(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    // A combining mark is never separated from its character.
    let whole = text
        .char_indices()
        .filter(|(_, first)| first.width() > Some(0));
    let mut starts = whole.map(|(start, _)| start);
    let start = starts.find(|start| width(&text[*start..]) < columns);
    format!("{CUT}{}", &text[start.unwrap_or(text.len())..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shortened_text_fits_its_columns() {
        for (text, columns, beginning, end) in [
            ("value", 5, "value", "value"),
            ("values", 5, "valu…", "…lues"),
            ("日本語", 6, "日本語", "日本語"),
            ("日本語", 5, "日本…", "…本語"),
            ("日本語", 4, "日…", "…語"),
            (
                "e\u{301}te\u{301}",
                3,
                "e\u{301}te\u{301}",
                "e\u{301}te\u{301}",
            ),
            ("⌨\u{fe0f}⌨\u{fe0f}", 3, "⌨\u{fe0f}…", "…⌨\u{fe0f}"),
            ("values", 1, "…", "…"),
        ] {
            assert_eq!(cut(text, columns), beginning);
            assert_eq!(cut_front(text, columns), end);
            assert!(width(&cut(text, columns)) <= columns);
        }
    }
}
