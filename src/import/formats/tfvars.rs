//! Reads `tfvars`: Terraform's variables, `name = "value"` in HCL's native syntax. Numbers and booleans are taken
//! as written, `null` is left out; lists and objects are left out and reported, expressions are mistakes.

use super::cursor::{Cursor, Growing};
use crate::import::entries::{Entries, Location};
use crate::import::text::text;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;

pub fn read(input: &Plaintext, into: &mut Entries) -> Result<(), RuleViolation> {
    let mut cursor = Cursor::new(text(input)?.as_bytes());
    loop {
        skip_space(&mut cursor);
        if cursor.peek().is_none() {
            return Ok(());
        }
        attribute(&mut cursor, into)?;
    }
}

/// Moves past spaces, line ends and comments.
fn skip_space(cursor: &mut Cursor<'_>) {
    loop {
        cursor.take_while(|byte| byte.is_ascii_whitespace());
        if cursor.peek() == Some(b'#') || cursor.is_at(b"//") {
            cursor.take_line();
        } else if cursor.eat(b"/*") {
            while !cursor.eat(b"*/") && cursor.next().is_some() {}
        } else {
            return;
        }
    }
}

fn attribute(cursor: &mut Cursor<'_>, into: &mut Entries) -> Result<(), RuleViolation> {
    let place = cursor.place();
    let name = cursor.take_while(|byte| {
        byte.is_ascii_alphanumeric() || !byte.is_ascii() || byte == b'_' || byte == b'-'
    });
    cursor.take_while(is_blank);
    if name.is_empty() || !cursor.eat(b"=") {
        into.refuse(place, "this line is no NAME = VALUE", "value_error");
        cursor.take_line();
        return Ok(());
    }
    cursor.take_while(is_blank);
    let is_text = cursor.peek() == Some(b'"');
    match value(cursor) {
        Ok(value) => into.push(place, name, value)?,
        Err(Problem::NoText(what)) => {
            into.refuse_value(place, name, what);
            if is_text {
                cursor.take_line();
            } else {
                skip_expression(cursor);
            }
            return Ok(());
        }
        Err(Problem::Structure(why)) => {
            let name = String::from_utf8_lossy(name);
            into.leave_out(&name, &format!("{place}: {why}"));
            skip_expression(cursor);
            return Ok(());
        }
        Err(Problem::Unclosed) => return Err(broken(place, "a text is not closed")),
        Err(Problem::Escape) => return Err(broken(place, "a text has an unknown escape")),
    }
    cursor.take_while(is_blank);
    let after = cursor.take_line();
    if !after.is_empty()
        && !after.starts_with(b"#")
        && !after.starts_with(b"\r")
        && !after.starts_with(b"//")
    {
        return Err(broken(
            place,
            "there is more after the value; expressions cannot be imported",
        ));
    }
    Ok(())
}

enum Problem {
    /// It is a list or an object, which no secret is.
    Structure(&'static str),
    /// It is something else; the sentence continues after the name.
    NoText(&'static str),
    Unclosed,
    Escape,
}

/// The value, or `None` for `null`.
fn value(cursor: &mut Cursor<'_>) -> Result<Option<Plaintext>, Problem> {
    let mut value = Growing::default();
    match cursor.peek() {
        Some(b'"') => {
            cursor.next();
            template(cursor, &mut value)?;
        }
        Some(b'<') => heredoc(cursor, &mut value)?,
        Some(b'[') => return Err(Problem::Structure("it is a list")),
        Some(b'{') => return Err(Problem::Structure("it is an object")),
        _ => {
            let word =
                cursor.take_while(|byte| byte.is_ascii_alphanumeric() || b"+-._".contains(&byte));
            match word {
                b"null" => return Ok(None),
                b"true" | b"false" => {}
                _ if is_number(word) => {}
                _ => return Err(Problem::NoText("is an expression, not a text")),
            }
            value.extend(word);
        }
    }
    Ok(Some(value.into()))
}

/// A text in quotes, after the first of them.
fn template(cursor: &mut Cursor<'_>, value: &mut Growing) -> Result<(), Problem> {
    loop {
        plain_template(cursor, value)?;
        match cursor.next() {
            Some(b'"') => return Ok(()),
            None | Some(b'\n') => return Err(Problem::Unclosed),
            Some(b'\\') => {
                let letter = escape(cursor).ok_or(Problem::Escape)?;
                value.extend(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            Some(byte) => value.push(byte),
        }
    }
}

/// `$${` and `%%{` are a `${` and a `%{`, which alone begin an expression.
fn plain_template(cursor: &mut Cursor<'_>, value: &mut Growing) -> Result<(), Problem> {
    for (escaped, plain) in [(b"$${", b"${"), (b"%%{", b"%{")] {
        while cursor.eat(escaped) {
            value.extend(plain);
        }
        if cursor.is_at(plain) {
            return Err(Problem::NoText("has an expression in it"));
        }
    }
    Ok(())
}

fn escape(cursor: &mut Cursor<'_>) -> Option<char> {
    let digits = match cursor.next()? {
        b'n' => return Some('\n'),
        b'r' => return Some('\r'),
        b't' => return Some('\t'),
        byte @ (b'"' | b'\\') => return Some(byte.into()),
        b'u' => 4,
        b'U' => 8,
        _ => return None,
    };
    char::from_u32(cursor.take_hexadecimal(digits)?)
}

/// The lines after `<<WORD` up to WORD; `<<-WORD` removes the spaces that all lines begin with.
fn heredoc(cursor: &mut Cursor<'_>, value: &mut Growing) -> Result<(), Problem> {
    let indented = cursor.eat(b"<<-");
    if !indented && !cursor.eat(b"<<") {
        return Err(Problem::NoText("is an expression, not a text"));
    }
    let word = cursor.take_line().trim_ascii_end();
    if word.is_empty() || !cursor.eat(b"\n") {
        return Err(Problem::Unclosed);
    }
    let mut lines = Vec::new();
    loop {
        if cursor.peek().is_none() {
            return Err(Problem::Unclosed);
        }
        let line = cursor.take_line();
        if line.trim_ascii() == word {
            break;
        }
        lines.push(line.strip_suffix(b"\r").unwrap_or(line));
        cursor.eat(b"\n");
    }
    let indent = |line: &&[u8]| line.iter().take_while(|byte| **byte == b' ').count();
    let common = lines
        .iter()
        .filter(|line| !line.is_empty())
        .map(indent)
        .min();
    let common = if indented { common.unwrap_or(0) } else { 0 };
    for line in lines {
        let mut line = Cursor::new(line.get(common..).unwrap_or_default());
        loop {
            plain_template(&mut line, value)?;
            match line.next() {
                Some(byte) => value.push(byte),
                None => break,
            }
        }
        value.push(b'\n');
    }
    Ok(())
}

/// Moves past an expression that cannot be imported: to the end of the line on which its brackets are closed.
fn skip_expression(cursor: &mut Cursor<'_>) {
    let mut open = 0_usize;
    while let Some(byte) = cursor.next() {
        match byte {
            b'"' => {
                while cursor
                    .next()
                    .is_some_and(|byte| byte != b'"' && byte != b'\n')
                {}
            }
            b'[' | b'{' | b'(' => open += 1,
            b']' | b'}' | b')' => open = open.saturating_sub(1),
            b'\n' if open == 0 => return,
            _ => {}
        }
    }
}

fn is_number(word: &[u8]) -> bool {
    let number = str::from_utf8(word).ok().and_then(|word| word.parse().ok());
    number.is_some_and(f64::is_finite)
}

fn broken(place: Location, what: &str) -> RuleViolation {
    RuleViolation::new(format!("{place}: {what}"), "value_error")
}

fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}

#[cfg(test)]
mod tests {
    use crate::import::reading::{pairs, pairs_or_empty, read};
    use crate::import::{Format, Rules};

    #[test]
    fn texts_numbers_and_booleans_are_values() {
        let input = "# c\ndb_password = \"p$${x}q\"\nport = 5432 // c\r\non=true\nu = \"\\u00fc\\U0001f600\\n\\\"$\" # c\nkey = <<EOT\n-----BEGIN\n  x\nEOT\nin = <<-E\n    a\n      b\n    E\n/* x = 1\n*/";
        let gathered = read(Format::Tfvars, input, Rules::default()).unwrap();
        let expected = [
            ("db_password", "p${x}q"),
            ("port", "5432"),
            ("on", "true"),
            ("u", "ü😀\n\"$"),
            ("key", "-----BEGIN\n  x\n"),
            ("in", "a\n  b\n"),
        ];
        assert_eq!(pairs(&gathered), expected);
        let gathered = read(Format::Tfvars, "a = null\n", Rules::default()).unwrap();
        assert_eq!(pairs_or_empty(gathered)[0].1, "");
    }

    #[test]
    fn what_is_no_text_is_refused_by_name() {
        let input = "ok = \"1\"\ntags = [\"hunter2\",\n  \"x]\"]\nmap = { a = \"hunter2\" }\nb = \"${hunter2}\"\nc = hunter2(1)\n";
        let told = read(Format::Tfvars, input, Rules::default()).err().unwrap();
        assert_eq!(
            told,
            [
                "line 5: b has an expression in it",
                "line 6: c is an expression, not a text",
            ]
        );
    }

    #[test]
    fn a_mistake_has_its_line_and_repeats_nothing() {
        for (input, said) in [
            ("a = \"1\"\nhunter2", "line 2: this line is no NAME = VALUE"),
            ("a = \"hunter2\n", "line 1: a text is not closed"),
            ("a = \"hunter2\\q\"", "line 1: a text has an unknown escape"),
            (
                "a = \"1\" + hunter2",
                "line 1: there is more after the value; expressions cannot be imported",
            ),
            ("a = <<E\nhunter2\n", "line 1: a text is not closed"),
        ] {
            let told = read(Format::Tfvars, input, Rules::default()).err().unwrap();
            assert_eq!(told, [said], "{input:?}");
        }
    }
}
