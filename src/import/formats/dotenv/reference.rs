//! Finds references such as `${NAME}`, `$NAME` and `${NAME:-default}` in the text of a value.

/// The forms of a reference, and the escape of a `$` that does not begin one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Syntax {
    /// Only `${NAME}` and `${NAME:-default}`, without an escape: python-dotenv.
    Braces,
    /// `\$` is a `$`: dotenv-expand, ruby's dotenv and shells.
    Backslash,
    /// `$$` is a `$`: Docker Compose.
    Doubled,
}

#[derive(PartialEq, Eq, Debug)]
pub enum Piece<'t> {
    Text(&'t str),
    Reference {
        name: &'t str,
        default: Option<Default<'t>>,
        is_braced: bool,
    },
    /// Braces whose content is neither a name nor a default.
    Unreadable,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Default<'t> {
    pub text: &'t str,
    /// `:-`: it replaces an empty value, too.
    pub counts_for_empty: bool,
}

/// The pieces of a text, in their order.
pub fn pieces(text: &str, syntax: Syntax) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    let mut unclosed = None;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let is_closed = |inner: &str| {
            let unclosed = unclosed.get_or_insert_with(|| unclosed_braces(text, syntax));
            unclosed.binary_search(&(text.len() - inner.len())).is_err()
        };
        let (piece, length) = first(rest, syntax, is_closed);
        rest = &rest[length..];
        Some(piece)
    })
}

/// The positions after each `{` that is never closed, in order. They are found in one pass: a search to the end
/// of the text from each of them would take hours for a large file.
fn unclosed_braces(text: &str, syntax: Syntax) -> Vec<usize> {
    let mut open = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => open.push(at + 1),
            b'}' if syntax == Syntax::Braces => open.clear(),
            b'}' => drop(open.pop()),
            _ => {}
        }
    }
    open
}

/// The first piece and its length in the text. `is_closed` returns whether a brace closes its argument.
fn first(text: &str, syntax: Syntax, is_closed: impl FnOnce(&str) -> bool) -> (Piece<'_>, usize) {
    let text_to = |end| (Piece::Text(&text[..end]), end);
    if syntax == Syntax::Backslash && text.starts_with("\\$") {
        return (Piece::Text("$"), 2);
    }
    let Some(after) = text.strip_prefix('$') else {
        let ends = |(at, byte): &(usize, u8)| {
            *byte == b'$' || syntax == Syntax::Backslash && text[*at..].starts_with("\\$")
        };
        let end = text
            .bytes()
            .enumerate()
            .skip(1)
            .filter(|(at, _)| text.is_char_boundary(*at));
        let end = end.into_iter().find(ends).map_or(text.len(), |(at, _)| at);
        return text_to(end);
    };
    if let Some(inner) = after.strip_prefix('{') {
        let closed = is_closed(inner).then(|| braced(inner, syntax)).flatten();
        return closed.map_or_else(|| text_to(2), |(piece, length)| (piece, length + 2));
    }
    match syntax {
        Syntax::Braces => return text_to(1),
        Syntax::Doubled if after.starts_with('$') => return (Piece::Text("$"), 2),
        Syntax::Backslash if after.starts_with('$') => return text_to(2),
        _ => {}
    }
    match name_length(after) {
        0 => text_to(1),
        length => {
            let reference = Piece::Reference {
                name: &after[..length],
                default: None,
                is_braced: false,
            };
            (reference, 1 + length)
        }
    }
}

/// The content after `${`, and its length with the closing brace; `None` if it is never closed.
fn braced(inner: &str, syntax: Syntax) -> Option<(Piece<'_>, usize)> {
    let end = match syntax {
        Syntax::Braces => inner.find('}')?,
        Syntax::Backslash | Syntax::Doubled => closing(inner)?,
    };
    let content = &inner[..end];
    let length = match syntax {
        Syntax::Braces => content.find(':').unwrap_or(content.len()),
        Syntax::Backslash | Syntax::Doubled => name_length(content),
    };
    let (name, operator) = content.split_at(length);
    let default = match (operator.strip_prefix(":-"), operator.strip_prefix('-')) {
        (Some(text), _) => Some((text, true)),
        (_, Some(text)) => Some((text, false)),
        _ => None,
    };
    let is_readable = !name.is_empty() && (operator.is_empty() || default.is_some());
    let piece = if is_readable {
        let default = default.map(|(text, counts_for_empty)| Default {
            text,
            counts_for_empty,
        });
        Piece::Reference {
            name,
            default,
            is_braced: true,
        }
    } else {
        Piece::Unreadable
    };
    Some((piece, end + 1))
}

/// The position of the closing brace, past pairs of braces.
fn closing(inner: &str) -> Option<usize> {
    let mut open = 0_usize;
    inner.bytes().position(|byte| {
        match byte {
            b'{' => open += 1,
            b'}' if open == 0 => return true,
            b'}' => open -= 1,
            _ => {}
        }
        false
    })
}

/// The length of the variable's name at the beginning.
fn name_length(text: &str) -> usize {
    let begins = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_');
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    if begins { end.unwrap_or(text.len()) } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::{Piece, Syntax, pieces};
    use proptest::prelude::*;

    fn names(text: &str, syntax: Syntax) -> Vec<&str> {
        let names = pieces(text, syntax).filter_map(|piece| match piece {
            Piece::Reference { name, .. } => Some(name),
            Piece::Unreadable => Some("?"),
            Piece::Text(_) => None,
        });
        names.collect()
    }

    #[test]
    fn each_syntax_has_its_own_references() {
        let text = "ü${A}-$B \\$C $$D ${E:-x${F}} ${G-y} ${H:?z} $1 $(id) ${";
        assert_eq!(names(text, Syntax::Backslash), ["A", "B", "E", "G", "?"]);
        assert_eq!(names(text, Syntax::Doubled), ["A", "B", "C", "E", "G", "?"]);
        assert_eq!(
            names("${A} $B ${C:-x} ${d.e}", Syntax::Braces),
            ["A", "C", "d.e"]
        );
    }

    #[test]
    fn braces_that_nothing_closes_are_text_however_many() {
        let many = "${".repeat(1 << 20);
        for syntax in [Syntax::Braces, Syntax::Backslash, Syntax::Doubled] {
            assert_eq!(names(&many, syntax), [""; 0], "{syntax:?}");
            let closed = format!("${{ {{ ${{A}} {many}");
            assert_eq!(names(&closed, syntax).len(), 1, "{syntax:?}");
        }
    }

    proptest! {
        #[test]
        fn a_text_without_a_dollar_stays(text in "[^$]{0,40}") {
            for syntax in [Syntax::Braces, Syntax::Backslash, Syntax::Doubled] {
                let kept: String = pieces(&text, syntax).map(|piece| match piece {
                    Piece::Text(text) => text,
                    _ => unreachable!(),
                }).collect();
                prop_assert_eq!(&kept, &text);
            }
        }

        #[test]
        fn no_text_panics(text in r"[$\{}:A\-ü\\]{0,20}") {
            for syntax in [Syntax::Braces, Syntax::Backslash, Syntax::Doubled] {
                let _ = names(&text, syntax);
            }
        }
    }
}
