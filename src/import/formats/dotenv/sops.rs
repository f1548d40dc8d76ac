//! The rules of sops for a decrypted dotenv file: everything after `=` is the value, quotes and `#` too, and
//! `\n` stands for a line break.

use super::binding::{Binding, Quote, Value, unescaped};
use crate::import::entries::{Entries, Location, MAX_ENTRIES};

pub fn read<'t>(text: &'t str, into: &mut Entries) -> Vec<Binding<'t>> {
    let mut bindings = Vec::new();
    for (number, line) in text.split('\n').enumerate() {
        let place = Location::Line(number + 1);
        let line = line.strip_suffix('\r').unwrap_or(line);
        if bindings.len() > MAX_ENTRIES {
            break;
        }
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.split_once('=') {
            Some((name, raw)) => bindings.push(Binding {
                place,
                name,
                quote: Quote::None,
                raw,
                value: value(raw),
            }),
            None => into.refuse(place, "there is no = after the name", "value_error"),
        }
    }
    bindings
}

/// The value that sops reads from the text after `=`.
pub fn value(raw: &str) -> Value {
    unescaped(raw, |after| after.starts_with('n').then_some(('\n', 1)))
}

#[cfg(test)]
mod tests {
    use crate::import::formats::dotenv::Dialect;
    use crate::import::formats::dotenv::python::read_as;

    #[test]
    fn the_whole_line_is_the_value() {
        let input = "A='v' # c\nB=one\\ntwo\\t\r\n#C=1\n\nD= 2 \n";
        let read = read_as(Some(Dialect::Sops), input).unwrap();
        let values: Vec<_> = read.iter().map(|(_, value)| value.as_str()).collect();
        assert_eq!(values, ["'v' # c", "one\ntwo\\t", " 2 "]);
        let told = read_as(Some(Dialect::Sops), "A=1\nhunter2\n").unwrap_err();
        assert_eq!(told, ["line 2: there is no = after the name"]);
    }
}
