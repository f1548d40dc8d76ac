//! Wraps lines between words, for a terminal of a given width. Not for a pipe: a program counts lines.

use super::columns::width;

/// The indentation of a continued line.
const INDENT_COLUMNS: usize = 2;
const GAP_COLUMNS: usize = 2;

/// The indentation of a text below its term.
const TEXT_INDENT: usize = 6;
/// A line with this indentation or more belongs to the term above it; one with less is an example.
const MIN_TEXT_INDENT: usize = 10;

/// Wraps a text whose first line has `used` columns less. Never breaks a word: it may be a path, a name or a key
/// to copy.
pub(super) fn wrapped(text: &str, columns: u16, used: usize) -> String {
    wrapped_under(text, columns, used, INDENT_COLUMNS)
}

/// A label and its text: beside it, or below it if not even one word fits beside.
pub(super) fn field(label: &str, text: &str, columns: u16, label_columns: usize) -> String {
    let beside = label_columns + GAP_COLUMNS;
    let widest = text.split(' ').map(width).max().unwrap_or_default();
    if beside + widest <= usize::from(columns) {
        let text = wrapped_under(text, columns, beside, beside);
        return format!("{label:<beside$}{text}\n");
    }
    let text = wrapped_under(text, columns, INDENT_COLUMNS, INDENT_COLUMNS);
    format!("{label}\n{:INDENT_COLUMNS$}{text}\n", "")
}

/// Wraps a text with line breaks for a narrower terminal: its paragraphs, and terms with their texts, which move
/// below. Examples and files stay unchanged, to be copied.
pub(super) fn page(text: &str, columns: u16) -> String {
    let widest = text.lines().map(width).max().unwrap_or_default();
    if widest <= usize::from(columns) {
        return text.to_owned();
    }
    let mut page = String::with_capacity(text.len() + 64);
    // The text that continues in the next line, and its indentation.
    let mut open: Option<(usize, String)> = None;
    for line in text.lines().chain([""]) {
        let told = line.trim_start();
        let indent = line.len() - told.len();
        let goes_on = match &open {
            Some((0, _)) => indent == 0 && !told.is_empty(),
            Some(_) => indent >= MIN_TEXT_INDENT,
            None => false,
        };
        if let (true, Some((_, text))) = (goes_on, &mut open) {
            text.extend([" ", told]);
            continue;
        }
        if let Some((indent, text)) = open.take() {
            let text = wrapped_under(&text, columns, indent, indent);
            page.extend([&" ".repeat(indent), &text, "\n"]);
        }
        let term = told.split_once("  ").filter(|_| indent == INDENT_COLUMNS);
        match term.map(|(term, text)| (term, text.trim_start())) {
            Some((term, text)) if !text.starts_with('#') => {
                page.extend([&" ".repeat(indent), term, "\n"]);
                open = Some((TEXT_INDENT, text.to_owned()));
            }
            None if indent == 0 && !told.is_empty() => open = Some((0, told.to_owned())),
            _ => page.extend([line, "\n"]),
        }
    }
    page.pop();
    page
}

fn wrapped_under(text: &str, columns: u16, used: usize, indent: usize) -> String {
    let columns = usize::from(columns);
    let mut wrapped = String::with_capacity(text.len() + 16);
    let mut used = used;
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            wrapped.push('\n');
            used = 0;
        }
        for (position, word) in line.split(' ').enumerate() {
            let word_columns = width(word);
            if position == 0 {
                used += word_columns;
            } else if used + 1 + word_columns > columns && !word.is_empty() {
                wrapped.push('\n');
                wrapped.extend(std::iter::repeat_n(' ', indent));
                used = indent + word_columns;
            } else {
                wrapped.push(' ');
                used += 1 + word_columns;
            }
            wrapped.push_str(word);
        }
    }
    wrapped
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_line_wraps_between_words_and_is_indented() {
        assert_eq!(wrapped("one two three", 20, 0), "one two three");
        assert_eq!(wrapped("one two three", 13, 0), "one two three");
        assert_eq!(wrapped("one two three", 12, 0), "one two\n  three");
        assert_eq!(wrapped("one two three", 20, 10), "one two\n  three");
        assert_eq!(wrapped("one two\nthree", 7, 0), "one two\nthree");
        assert_eq!(wrapped("日本 語", 7, 0), "日本 語");
        assert_eq!(wrapped("日本 語", 6, 0), "日本\n  語");
    }

    #[test]
    fn a_question_keeps_the_space_before_its_answer() {
        assert_eq!(wrapped("Delete it? [y/N] ", 16, 0), "Delete it? [y/N] ");
        assert_eq!(wrapped("Delete it? [y/N] ", 15, 0), "Delete it?\n  [y/N] ");
    }

    #[test]
    fn a_text_too_wide_for_its_label_goes_below() {
        assert_eq!(field("name", "a b", 80, 9), "name       a b\n");
        let text = field("due", "expired, since 2030", 24, 9);
        assert_eq!(text, "due        expired,\n           since 2030\n");
        assert_eq!(
            field("id", "sec_0123456789", 20, 9),
            "id\n  sec_0123456789\n"
        );
    }

    #[test]
    fn a_page_is_broken_between_words_and_its_examples_are_not() {
        let text = "A text that is\nlong.\n\nForms:\n  name      in the workspace\n            in use\n  id        by id\n\nExamples:\n  kluis get production/db_password\n";
        assert_eq!(page(text, 80), text);
        assert_eq!(
            page(text, 20),
            "A text that is long.\n\nForms:\n  name\n      in the\n      workspace in\n      use\n  id\n      by id\n\nExamples:\n  kluis get production/db_password\n"
        );
    }

    proptest! {
        #[test]
        fn no_word_is_lost_and_no_line_is_longer_than_it_must_be(
            words in prop::collection::vec("[a-zé]{1,12}|[日本語]{1,6}", 1..20), columns in 14..60_u16, used in 0..14_usize,
        ) {
            let text = wrapped(&words.join(" "), columns, used);
            prop_assert_eq!(text.split_whitespace().collect::<Vec<_>>(), words);
            for line in text.lines().skip(1) {
                prop_assert!(width(line) <= usize::from(columns), "{}", text);
            }
        }
    }
}
