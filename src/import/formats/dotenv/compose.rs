//! The rules of Docker Compose: single quotes keep all but `\'`; double quotes know the escapes of Go; a comment
//! after a value without quotes begins with a space. `$$` stands for one `$` outside single quotes.

use super::binding::{Binding, Quote, Value, copied};
use super::dialect::Expansion;
use crate::import::entries::MAX_ENTRIES;
use crate::import::line_index::Lines;
use crate::vault::rule::RuleViolation;
use zeroize::Zeroizing;

/// Reads every binding, up to the first mistake, where Compose stops. With [`Expansion::On`] each literal `$`
/// stays doubled.
pub fn read(text: &str, expansion: Expansion) -> Result<Vec<Binding<'_>>, RuleViolation> {
    let lines = Lines::of(text.as_bytes());
    let mut bindings = Vec::new();
    let mut rest = text;
    loop {
        rest = rest.trim_start();
        if rest.is_empty() || bindings.len() > MAX_ENTRIES {
            return Ok(bindings);
        }
        if rest.starts_with('#') {
            rest = rest.find('\n').map_or("", |at| &rest[at..]);
            continue;
        }
        let place = lines.line_of(rest.as_bytes());
        let (name, after) = name(rest).ok_or_else(|| {
            let rule = format!("{place}: Docker Compose cannot read this line as NAME=VALUE");
            RuleViolation::new(rule, "value_error")
        })?;
        let after = after.trim_start_matches(is_blank);
        let quote = match after.bytes().next() {
            Some(mark @ (b'"' | b'\'')) => Quote::of(mark),
            _ => Quote::None,
        };
        let (raw, left) = match quote {
            Quote::None => unquoted(after),
            _ => quoted(after).ok_or_else(|| {
                let rule = format!("{place}: a quotation mark is not closed");
                RuleViolation::new(rule, "value_error")
            })?,
        };
        let template = match quote {
            Quote::Single => without_escaped(raw, '\''),
            Quote::Double => double(raw),
            _ => copied(raw),
        };
        let value = match (expansion, quote) {
            (Expansion::On, _) | (_, Quote::Single) => template,
            (Expansion::Off, _) => single_dollars(&template),
        };
        bindings.push(Binding {
            place,
            name,
            quote,
            raw,
            value,
        });
        rest = left;
    }
}

/// The name, and the text after its `=` or `:`.
fn name(rest: &str) -> Option<(&str, &str)> {
    let exported = rest
        .strip_prefix("export")
        .filter(|after| after.starts_with(char::is_whitespace));
    let rest = exported.map_or(rest, |after| after.trim_start_matches(is_blank));
    let end = rest.find(|letter: char| {
        !letter.is_alphanumeric() && !"_.-[]".contains(letter) && !is_blank(letter)
    })?;
    let name = rest[..end].trim_end();
    let is_one = !name.is_empty() && !name.contains(is_blank);
    let follows = rest[end..].strip_prefix(['=', ':'])?;
    is_one.then_some((name, follows))
}

fn unquoted(after: &str) -> (&str, &str) {
    let (line, left) = after.split_once('\n').unwrap_or((after, ""));
    let value = line.split_once(" #").map_or(line, |(value, _)| value);
    (value.trim_end(), left)
}

/// The text between the quotes, and the text after them.
fn quoted(after: &str) -> Option<(&str, &str)> {
    let mark = after.as_bytes()[0];
    let mut escaped = false;
    for (at, byte) in after.bytes().enumerate().skip(1) {
        if byte == mark && !escaped {
            return Some((&after[1..at], &after[at + 1..]));
        }
        escaped = byte == b'\\' && !escaped;
    }
    None
}

/// Quotes lose their backslash first; then the escapes of the rest count.
fn double(raw: &str) -> Value {
    let text = without_escaped(raw, '"');
    // `\$` becomes `$$`, which is as long.
    let mut value = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = &**text;
    while let Some(at) = rest.find('\\') {
        value.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let (put, length) = escape(rest);
        match put {
            Escape::Dollar => value.push_str("$$"),
            Escape::Letter(letter) => value.push(letter),
            Escape::None => value.push('\\'),
        }
        rest = &rest[length..];
    }
    value.push_str(rest);
    value
}

enum Escape {
    None,
    Dollar,
    Letter(char),
}

/// The replacement of a backslash and the text after it, and the number of bytes of that text.
fn escape(after: &str) -> (Escape, usize) {
    let letter = match after.bytes().next() {
        Some(b'$') => return (Escape::Dollar, 1),
        Some(b'0') => {
            let digits = after[1..].bytes().take(3);
            let digits = digits.take_while(u8::is_ascii_digit).count();
            let octal = u32::from_str_radix(&after[1..=digits], 8)
                .ok()
                .filter(|_| digits == 3);
            let letter = octal
                .filter(|&number| number < 256)
                .and_then(char::from_u32);
            return match letter {
                Some(letter) => (Escape::Letter(letter), 4),
                None => (Escape::None, 0),
            };
        }
        Some(b'a') => '\u{7}',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'v') => '\u{b}',
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        _ => return (Escape::None, 0),
    };
    (Escape::Letter(letter), 1)
}

/// A backslash escapes a backslash, and both stay; it escapes the quote, and the backslash goes.
fn without_escaped(raw: &str, mark: char) -> Value {
    let mut value = Zeroizing::new(String::with_capacity(raw.len()));
    let mut letters = raw.chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            value.push(letter);
            continue;
        }
        match letters.next() {
            Some(next) if next == mark => value.push(next),
            next => {
                value.push('\\');
                value.extend(next);
            }
        }
    }
    value
}

fn single_dollars(template: &str) -> Value {
    let mut value = Zeroizing::new(String::with_capacity(template.len()));
    let mut letters = template.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '$' {
            letters.next_if_eq(&'$');
        }
        value.push(letter);
    }
    value
}

/// The characters that count as a space inside a line for Compose.
fn is_blank(letter: char) -> bool {
    matches!(
        letter,
        '\t' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{85}' | '\u{a0}'
    )
}

#[cfg(test)]
mod tests {
    use crate::import::formats::dotenv::Dialect;
    use crate::import::formats::dotenv::python::read_as;

    #[test]
    fn values_are_read_as_compose_reads_them() {
        for (given, kept) in [
            ("K=v#c", "v#c"),
            ("K=v #c", "v"),
            ("K=v\t#c", "v\t#c"),
            ("K='a\\'b\\\\c\\n'", "a'b\\\\c\\n"),
            ("K=\"a\\n\\t\\\"\\\\ \\q\\0101\" # c", "a\n\t\"\\ \\qA"),
            ("K=\"pa\\$\\$word\"", "pa$$word"),
            ("K=pa$$word", "pa$word"),
            ("K='pa$$word'", "pa$$word"),
            ("K=`x`", "`x`"),
            ("export K: v", "v"),
            ("K=\"a\nb\"", "a\nb"),
        ] {
            let read = read_as(Some(Dialect::Compose), given).unwrap();
            assert_eq!(read[0], ("K".into(), kept.into()), "{given:?}");
        }
        for input in ["A=1\nhunter2\n", "A=1\nK K=2", "A=1\n=2", "A=1\nK"] {
            let told = read_as(Some(Dialect::Compose), input).unwrap_err();
            let said = "line 2: Docker Compose cannot read this line as NAME=VALUE";
            assert_eq!(told, [said], "{input:?}");
        }
        let told = read_as(Some(Dialect::Compose), "A=1\nB=\"hunter2").unwrap_err();
        assert_eq!(told, ["line 2: a quotation mark is not closed"]);
    }
}
