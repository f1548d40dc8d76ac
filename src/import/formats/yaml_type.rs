//! Decides which unquoted texts are strings in YAML. Version 1.1, as PyYAML and Ruby read it, and 1.2 differ:
//! a text is a string here only if it is one in both.

/// The type that some reader gives to an unquoted scalar; `None` if it is a text to all of them.
pub fn type_of(text: &[u8]) -> Option<&'static str> {
    const BOOLEANS: [&str; 8] = ["y", "n", "yes", "no", "on", "off", "true", "false"];
    let is = |word: &str| text.eq_ignore_ascii_case(word.as_bytes());
    if is("null") || text == b"~" {
        Some("null")
    } else if BOOLEANS.into_iter().any(is) {
        Some("a boolean")
    } else if is_number(text) {
        Some("a number")
    } else if is_date(text) {
        Some("a date")
    } else {
        None
    }
}

fn is_number(text: &[u8]) -> bool {
    let text = match text {
        [b'+' | b'-', rest @ ..] => rest,
        all => all,
    };
    let all = |digits: &[u8], is_digit: fn(u8) -> bool| {
        !digits.is_empty() && digits.iter().all(|&byte| byte == b'_' || is_digit(byte))
    };
    match text {
        [b'0', b'x' | b'X', digits @ ..] => all(digits, |byte| byte.is_ascii_hexdigit()),
        [b'0', b'o' | b'O', digits @ ..] => all(digits, |byte| (b'0'..=b'7').contains(&byte)),
        [b'0', b'b' | b'B', digits @ ..] => all(digits, |byte| matches!(byte, b'0' | b'1')),
        [b'.', word @ ..]
            if word.eq_ignore_ascii_case(b"inf") || word.eq_ignore_ascii_case(b"nan") =>
        {
            true
        }
        _ => is_decimal(text) || is_sexagesimal(text),
    }
}

/// `12`, `1_000`, `1.`, `.5`, `1.5e-3`.
fn is_decimal(text: &[u8]) -> bool {
    let (integer, rest) = digits(text);
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => digits(rest),
        rest => (&rest[..0], rest),
    };
    let is_some = |part: &[u8]| part.first().is_some_and(u8::is_ascii_digit);
    let begins = if integer.is_empty() {
        fraction
    } else {
        integer
    };
    if !is_some(begins) {
        return false;
    }
    match rest {
        [] => true,
        [b'e' | b'E', b'+' | b'-', exponent @ ..] | [b'e' | b'E', exponent @ ..] => {
            is_some(exponent) && digits(exponent).1.is_empty()
        }
        _ => false,
    }
}

/// `1:30`, `190:20:30.15`: numbers in base 60, in YAML 1.1.
fn is_sexagesimal(text: &[u8]) -> bool {
    let mut parts = text.split(|&byte| byte == b':');
    let is_first = parts.next().is_some_and(|first| {
        first.first().is_some_and(u8::is_ascii_digit) && digits(first).1.is_empty()
    });
    let mut count = 0;
    let others = parts.all(|part| {
        count += 1;
        let (whole, rest) = digits(part);
        matches!(whole, [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9'])
            && matches!(rest, [] | [b'.', ..])
            && digits(rest.get(1..).unwrap_or_default()).1.is_empty()
    });
    is_first && others && count > 0
}

/// `2024-01-31`, and with a time after it.
fn is_date(text: &[u8]) -> bool {
    let mut parts = text.splitn(3, |&byte| byte == b'-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let is_plain = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    let day = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let time = &rest[day..];
    let in_time = |byte: &u8| byte.is_ascii_digit() || b"Tt:.Zz+- \t".contains(byte);
    year.len() == 4
        && is_plain(year)
        && (1..=2).contains(&month.len())
        && is_plain(month)
        && (1..=2).contains(&day)
        && (time.is_empty() || matches!(time[0], b'T' | b't' | b' ' | b'\t'))
        && time.iter().all(in_time)
}

/// Splits off the leading digits and the `_` between them.
fn digits(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text
        .iter()
        .position(|byte| !byte.is_ascii_digit() && *byte != b'_');
    text.split_at(end.unwrap_or(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_type_in_either_version_is_not_a_text() {
        for (kind, texts) in [
            ("null", "~ null Null NULL"),
            (
                "a boolean",
                "true True TRUE false yes Yes YES no NO on On off OFF y Y n N",
            ),
            (
                "a number",
                "0 1 -1 +1 12 012 0o17 0x1F 0XAB 0b101 1_000 1.5 -1.5 1. .5 +.5 1e3 1E-3 1.5e+10 685.230_15e+03 .inf -.INF .nan .NaN 1:30 190:20:30 190:20:30.15 -1:30",
            ),
            (
                "a date",
                "2024-01-31 2024-1-1T0:00:00Z 2001-12-14t21:59:43.10-05:00",
            ),
        ] {
            for text in texts.split(' ') {
                assert_eq!(type_of(text.as_bytes()), Some(kind), "{text}");
            }
        }
        assert_eq!(type_of(b"2001-12-14 21:59:43.10 -5"), Some("a date"));
    }

    #[test]
    fn a_text_in_both_versions_is_a_text() {
        for text in [
            "",
            "a",
            "yess",
            "nul",
            "+",
            "-",
            ".",
            "..",
            "_",
            "_1",
            "1a",
            "0xg",
            "0x",
            "0b2",
            "1.2.3",
            "10.0.0.1",
            "1e",
            "e3",
            "1:90",
            "1:",
            ":30",
            "12:30:xx",
            "infinity",
            "2024-01",
            "2024-01-31x",
            "2024-01-311",
            "24-01-31",
            "2024-01-31 noon",
            "+1-555-0100",
            "1 2",
            "sk_test_1",
        ] {
            assert_eq!(type_of(text.as_bytes()), None, "{text}");
        }
    }
}
