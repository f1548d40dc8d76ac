//! How many columns of a terminal a text takes, which are not its characters: those of Chinese, Japanese and
//! Korean take two, accents that stand alone none — UAX #11.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const CUT: char = '…';

pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The beginning of a text that is too long.
pub(super) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::with_capacity(columns);
    kept.extend(fitting(text.chars(), columns.saturating_sub(1)));
    kept.push(CUT);
    kept
}

/// The end of a text that is too long: somebody types there.
pub(super) fn cut_front(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let last: Vec<char> = fitting(text.chars().rev(), columns.saturating_sub(1)).collect();
    std::iter::once(CUT).chain(last.into_iter().rev()).collect()
}

/// As many characters as have room.
fn fitting(all: impl Iterator<Item = char>, columns: usize) -> impl Iterator<Item = char> {
    let mut used = 0;
    all.take_while(move |character| {
        used += character.width().unwrap_or_default();
        used <= columns
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_takes_no_more_columns_than_there_are() {
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
            ("values", 1, "…", "…"),
        ] {
            assert_eq!(cut(text, columns), beginning);
            assert_eq!(cut_front(text, columns), end);
            assert!(width(&cut(text, columns)) <= columns);
        }
    }
}
