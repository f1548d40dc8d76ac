//! The rules of npm's dotenv: a value in any of three quotes may span lines; otherwise it ends at the first `#`.
//! Only `\n` and `\r` in double quotes are escapes. Lines that it cannot read are skipped.

use super::binding::{Binding, Quote, Value, copied, unescaped};
use crate::import::entries::{Location, MAX_ENTRIES};
use crate::import::line_index::Lines;

/// Reads every binding. `skipped` gets the place of each other line that is neither empty nor a comment.
pub fn read(text: &str, mut skipped: impl FnMut(Location)) -> Vec<Binding<'_>> {
    let lines = Lines::of(text.as_bytes());
    let mut bindings = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start_matches(is_space);
        if rest.is_empty() || bindings.len() > MAX_ENTRIES {
            return bindings;
        }
        let place = lines.line_of(rest.as_bytes());
        let Some((name, after)) = name(rest) else {
            if !rest.starts_with('#') {
                skipped(place);
            }
            rest = after_line(rest);
            continue;
        };
        let (quote, raw, value, after) = quoted(after).unwrap_or_else(|| unquoted(after));
        bindings.push(Binding {
            place,
            name,
            quote,
            raw,
            value,
        });
        rest = after_line(after);
    }
}

type Found<'t> = (Quote, &'t str, Value, &'t str);

/// The name at the beginning of a line, and the text after its `=` or `: `.
fn name(line: &str) -> Option<(&str, &str)> {
    let exported = line
        .strip_prefix("export")
        .filter(|after| after.starts_with(is_space));
    let exported = exported.map(|after| after.trim_start_matches(is_space));
    exported.and_then(assigned).or_else(|| assigned(line))
}

fn assigned(line: &str) -> Option<(&str, &str)> {
    let end = line.find(|letter: char| !letter.is_ascii_alphanumeric() && !"_.-".contains(letter));
    let (name, after) = line.split_at(end?);
    if name.is_empty() {
        return None;
    }
    if let Some(value) = after.strip_prefix(':') {
        // After a `:` alone npm's dotenv takes the next line for the value.
        let has_value = value.starts_with(is_space) && !value.trim_matches(is_space).is_empty();
        return has_value.then_some((name, value));
    }
    let value = after.trim_start_matches(is_space).strip_prefix('=')?;
    Some((name, value))
}

/// A value in quotes, if one of the closing marks has only a comment after it. A mark after a backslash closes
/// the value only if no later one does.
fn quoted(after: &str) -> Option<Found<'_>> {
    let start = after.trim_start_matches(is_space);
    let mark = *start
        .as_bytes()
        .first()
        .filter(|&&byte| b"'\"`".contains(&byte))?;
    let inner = &start[1..];
    let mut closing = None;
    for at in memchr::memchr_iter(mark, inner.as_bytes()) {
        let rest =
            inner[at + 1..].trim_start_matches(|letter| is_space(letter) && !is_break(letter));
        if rest.is_empty() || rest.starts_with(is_break) || rest.starts_with('#') {
            closing = Some((at, rest));
        }
        if !inner[..at].ends_with('\\') {
            break;
        }
    }
    let (end, rest) = closing?;
    let raw = &inner[..end];
    Some((Quote::of(mark), raw, value(Quote::of(mark), raw), rest))
}

/// A value to the end of its line or the first `#`. Removes marks at both of its ends.
fn unquoted(after: &str) -> Found<'_> {
    let line = &after[..after.find(['\n', '\r']).unwrap_or(after.len())];
    let end = line.find('#').unwrap_or(line.len());
    let raw = line[..end].trim_matches(is_space);
    let first = raw.bytes().next().unwrap_or_default();
    let quote = Quote::of(first);
    let is_closed = raw.len() > 1 && raw.as_bytes().last() == Some(&first);
    let inner = match quote {
        Quote::Single | Quote::Double | Quote::Backtick if is_closed => &raw[1..raw.len() - 1],
        _ => raw,
    };
    (quote, inner, value(quote, inner), &after[end..])
}

fn value(quote: Quote, raw: &str) -> Value {
    let raw = super::binding::with_newlines(raw);
    match quote {
        Quote::Double => unescaped(&raw, |after| match after.as_bytes().first()? {
            b'n' => Some(('\n', 1)),
            b'r' => Some(('\r', 1)),
            _ => None,
        }),
        _ => copied(&raw),
    }
}

fn after_line(text: &str) -> &str {
    text.find(is_break).map_or("", |at| &text[at..])
}

/// The characters that JavaScript's regular expressions match with `\s`.
fn is_space(letter: char) -> bool {
    letter == '\u{feff}' || letter.is_whitespace() && letter != '\u{85}'
}

/// The characters at which JavaScript's regular expressions end a line.
fn is_break(letter: char) -> bool {
    matches!(letter, '\n' | '\r' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use crate::import::formats::dotenv::Dialect;
    use crate::import::formats::dotenv::python::read_as;

    #[test]
    fn values_are_read_as_npm_reads_them() {
        for (given, kept) in [
            ("K=v#c", "v"),
            ("K=#c", ""),
            ("K='a\\'b' # c", "a\\'b"),
            ("K=\"a\\nb\\tc\\\"\"", "a\nb\\tc\\\""),
            ("K=`it's \"x\"`", "it's \"x\""),
            ("K='C:\\dir\\'", "C:\\dir\\"),
            ("K=\"x\\\\\"\nL=\"y\"", "x\\\\"),
            ("K: v", "v"),
            ("export K = 'a\r\nb'", "a\nb"),
            ("K='a' b", "'a' b"),
        ] {
            let read = read_as(Some(Dialect::Node), given).unwrap();
            assert_eq!(read[0], ("K".into(), kept.into()), "{given:?}");
        }
        let told = read_as(Some(Dialect::Node), "A=1\nhunter2\n# c\n").unwrap_err();
        assert_eq!(
            told,
            ["line 2: npm's dotenv ignores this line; write NAME=VALUE or a # before it"]
        );
    }
}
