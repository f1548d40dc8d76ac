//! Reads `env`: the output of `env -0`, or of `env` if every value is a single line.

use crate::import::entries::{Entries, Location};
use crate::plaintext::Plaintext;
use crate::vault::env_key::EnvKey;
use crate::vault::rule::RuleViolation;

/// Reads variables that end with NUL if there is one, otherwise one per line.
pub fn read(input: &Plaintext, into: &mut Entries) -> Result<(), RuleViolation> {
    let bytes = input.expose();
    let exact = bytes.contains(&0);
    let (end, place): (u8, fn(usize) -> Location) = if exact {
        (0, Location::Variable)
    } else {
        (b'\n', Location::Line)
    };
    let bytes = bytes.strip_suffix(&[end]).unwrap_or(bytes);
    if bytes.is_empty() {
        return Ok(());
    }
    for (number, variable) in bytes.split(|&byte| byte == end).enumerate() {
        let place = place(number + 1);
        let equals = variable.iter().position(|&byte| byte == b'=');
        match equals.map(|at| (&variable[..at], &variable[at + 1..])) {
            Some((name, value)) if exact && is_function(name, value) => {
                let name = String::from_utf8_lossy(name);
                into.leave_out(&name, &format!("{place}: it is a function of bash"));
            }
            Some((name, value)) if exact || is_variable(name) => {
                into.push(place, name, Plaintext::new(value.to_vec()))?;
            }
            _ if exact => into.refuse(place, "the variable has no =", "value_error"),
            _ => into.refuse(
                place,
                "this line has no NAME=; for values of several lines, import the output of `env -0`",
                "value_error",
            ),
        }
    }
    Ok(())
}

/// Whether it is a function that bash exports: `BASH_FUNC_name%%`, or `BASH_FUNC_name()` of some older versions.
fn is_function(name: &[u8], value: &[u8]) -> bool {
    let inner = name.strip_prefix(b"BASH_FUNC_").and_then(|inner| {
        let of_today = inner.strip_suffix(b"%%");
        of_today.or_else(|| inner.strip_suffix(b"()"))
    });
    inner.is_some_and(|inner| !inner.is_empty() && value.starts_with(b"() {"))
}

/// Whether a line can begin a variable. The lines inside a value usually cannot.
fn is_variable(name: &[u8]) -> bool {
    str::from_utf8(name).is_ok_and(|name| EnvKey::parse(name).is_ok())
}

#[cfg(test)]
mod tests {
    use crate::import::gathered::Entry;
    use crate::import::reading::{pairs as pairs_of, read};
    use crate::import::{Format, Rules};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn read_all(input: &[u8]) -> Result<Vec<(String, Vec<u8>)>, Vec<String>> {
        let pair = |entry: Entry| {
            let value = entry.value.unwrap().expose().to_vec();
            (entry.name.to_string(), value)
        };
        let gathered = read(Format::Env, input, Rules::default())?;
        Ok(gathered.entries.into_iter().map(pair).collect())
    }

    fn pairs(given: &[(&str, &[u8])]) -> Vec<(String, Vec<u8>)> {
        let pairs = given.iter();
        pairs.map(|&(n, v)| (n.to_owned(), v.to_vec())).collect()
    }

    #[test]
    fn with_a_nul_every_value_is_exact() {
        assert_eq!(
            read_all(b"A=1\nB=2\0B= x=\xff \0npm_config_a-b=3\0").unwrap(),
            pairs(&[
                ("A", b"1\nB=2"),
                ("B", b" x=\xff "),
                ("npm_config_a-b", b"3")
            ])
        );
        assert_eq!(
            read_all(b"A=1\0B=2").unwrap(),
            pairs(&[("A", b"1"), ("B", b"2")])
        );
    }

    #[test]
    fn a_function_of_bash_is_left_out_by_name() {
        let input = b"A=1\0BASH_FUNC_which%%=() {  echo hunter2\n}\0BASH_FUNC_old()=() { :\n}\0";
        let gathered = read(Format::Env, &input[..], Rules::default()).unwrap();
        assert_eq!(pairs_of(&gathered), [("A", "1")]);
        let left_out = gathered.left_out.iter();
        let left_out: Vec<_> = left_out
            .map(|left| format!("{}: {}", left.what, left.why))
            .collect();
        assert_eq!(
            left_out,
            [
                "BASH_FUNC_which%%: variable 2: it is a function of bash",
                "BASH_FUNC_old(): variable 3: it is a function of bash",
            ]
        );
        for variable in ["BASH_FUNC_x%%=hunter2", "BASH_FUNC_%%=() {"] {
            assert!(read_all(format!("{variable}\0").as_bytes()).is_err());
        }
    }

    #[test]
    fn without_a_nul_each_line_is_a_variable() {
        for input in [&b"A=1\nB= 2=3 \n"[..], b"A=1\nB= 2=3 "] {
            assert_eq!(
                read_all(input).unwrap(),
                pairs(&[("A", b"1"), ("B", b" 2=3 ")])
            );
        }
    }

    #[test]
    fn a_continued_value_is_refused_and_not_repeated() {
        for line in [
            "hunter2",
            "hunter2/x==",
            "-----hunter2",
            "",
            "BASH_FUNC_f%%=() {",
        ] {
            let told = read_all(format!("A=1\n{line}\nB=2\n").as_bytes());
            let told = told.unwrap_err();
            assert_eq!(told.len(), 1);
            assert!(
                told[0].starts_with("line 2: this line has no NAME="),
                "{told:?}"
            );
        }
        assert_eq!(
            read_all(b"A=1\0hunter2\0").unwrap_err(),
            ["variable 2: the variable has no ="]
        );
        assert_eq!(read_all(b"\n").unwrap_err(), ["the input is empty"]);
    }

    proptest! {
        #[test]
        fn the_output_of_env_0_comes_back(
            variables in prop::collection::btree_map("[A-Za-z_][A-Za-z0-9_]{0,9}", prop::collection::vec(1..=u8::MAX, 1..40), 1..9)
        ) {
            let printed: Vec<u8> = variables
                .iter()
                .flat_map(|(name, value)| [name.as_bytes(), b"=", value, b"\0"].concat())
                .collect();
            let read: BTreeMap<_, _> = read_all(&printed).unwrap().into_iter().collect();
            prop_assert_eq!(read, variables);
        }

        #[test]
        fn no_input_panics(input in any::<Vec<u8>>()) {
            let _ = read_all(&input);
        }
    }
}
