//! Reads `docker`: the file of `docker run --env-file`. A line is `NAME=value`; quotes, `#` and spaces after the
//! `=` are part of the value. The value of a name alone would come from docker's environment, so it is left out.

use crate::import::entries::{Entries, Location};
use crate::import::text::text;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;

pub fn read(input: &Plaintext, into: &mut Entries) -> Result<(), RuleViolation> {
    for (number, line) in text(input)?.split('\n').enumerate() {
        let place = Location::Line(number + 1);
        let line = line.strip_suffix('\r').unwrap_or(line).trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.split_once('=') {
            Some((name, value)) => {
                into.push_line(place, name.as_bytes(), Plaintext::new(value.into()))?;
            }
            None => {
                into.leave_out_name(place, line, "docker takes its value from the environment")?;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::import::reading::{pairs, read};
    use crate::import::{Format, Rules};

    #[test]
    fn the_rest_of_the_line_is_the_value() {
        let input = "# comment\nA=\"quoted\"\nB=v # kept\r\n  C=trail  \nHOME\n\nD=a=b";
        let gathered = read(Format::Docker, input, Rules::default()).unwrap();
        let expected = [
            ("A", "\"quoted\""),
            ("B", "v # kept"),
            ("C", "trail  "),
            ("D", "a=b"),
        ];
        assert_eq!(pairs(&gathered), expected);
        assert_eq!(gathered.left_out[0].what, "HOME");
    }

    #[test]
    fn a_line_that_is_no_name_is_not_repeated() {
        let told = read(
            Format::Docker,
            "A=1\nhunter2/x==\nhun ter2\nhunterTW\nhunterTWOab=",
            Rules::default(),
        );
        let told = told.err().unwrap();
        assert_eq!(told.len(), 4, "{told:?}");
        assert!(!told.concat().contains("hun"), "{told:?}");
    }
}
