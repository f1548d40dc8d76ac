//! Colours for states such as *due* or *past*. They are added after the layout of a table, which measures its
//! cells without them.

use std::borrow::Cow;

/// Whether to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Colors {
    Shown,
    None,
}

/// Each state with its colour (ECMA-48) and a mark: a character without width, which escaped text never
/// contains.
const STATES: [(&str, &str, char); 7] = [
    ("expired", "\x1b[31m", '\u{200b}'),
    ("expiry", "\x1b[31m", '\u{200b}'),
    ("due", "\x1b[33m", '\u{200c}'),
    ("rotation", "\x1b[33m", '\u{200c}'),
    ("pending", "\x1b[33m", '\u{200c}'),
    ("scheduled", "\x1b[36m", '\u{2060}'),
    ("past", "\x1b[2m", '\u{2061}'),
];

const PLAIN: &str = "\x1b[0m";

/// A cell that holds a state, with the state's mark in front.
pub(super) fn marked(cell: &str) -> Cow<'_, str> {
    let state = STATES.iter().find(|(word, ..)| *word == cell);
    state.map_or(Cow::Borrowed(cell), |(.., mark)| {
        format!("{mark}{cell}").into()
    })
}

/// The text with each mark replaced by its colour, up to the end of the word.
pub(super) fn colored(text: &str) -> String {
    let mut colored = String::with_capacity(text.len() + text.len() / 4);
    let mut is_open = false;
    for letter in text.chars() {
        let state = STATES.iter().find(|(.., mark)| *mark == letter);
        if let Some((_, color, _)) = state {
            colored.push_str(color);
            is_open = true;
            continue;
        }
        if is_open && letter.is_whitespace() {
            colored.push_str(PLAIN);
            is_open = false;
        }
        colored.push(letter);
    }
    if is_open {
        colored.push_str(PLAIN);
    }
    colored
}
