//! The topic `exit-codes`: the text around the table of codes, which is written once, in `error`.

pub const PROMISE: &str = "\
Every command ends with one of these codes. They are a promise: a script that
relies on them works with every later version. Only 0 means that a change was
made and is durable; after any other code the vault is as it was, unless the
message says that it was replaced, or that the change was made and its result
could not be told. 141 comes without a message: a change that was made before
stdout was found closed is kept.";

pub const JSON: &str = "\
With --json a failure is one object on stderr, mistakes of the command line
included: `error`, `code`, mostly `hint`, and where they say something `detail`,
a list with a place and a message for each field, and `conflicting_ids`. `code`
tells apart what shares a number; a failure of `run` before its command starts
exits with 125 and has the word of its cause.

Words of code:
  failed       1
  usage        2
  not_found    3, and 127
  locked       4
  damaged      5: not authentic, or cut off
  older        5: an older copy than was seen here, which --accept-older takes
  unsupported  5: written by a newer kluis, with nothing wrong in it
  conflict     6
  invalid      7, and 126
  denied       8
  busy         9
  cancelled    130";

pub const EXAMPLES: &str = "\
Examples:
  kluis get license_key || [ $? = 3 ]        # not there is fine, any other failure is not
  kluis --json get license_key 2>&1 >/dev/null | grep -o '\"code\":\"[a-z_]*\"'";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exit;

    #[test]
    fn each_code_word_is_listed_with_its_numbers() {
        let (_, words) = JSON.split_once("Words of code:\n").unwrap();
        for exit in [
            Exit::Failed,
            Exit::Usage,
            Exit::NotFound,
            Exit::Locked,
            Exit::Damaged,
            Exit::Older,
            Exit::Unsupported,
            Exit::Conflict,
            Exit::Invalid,
            Exit::Denied,
            Exit::Busy,
            Exit::NotExecutable,
            Exit::CommandNotFound,
            Exit::Cancelled,
        ] {
            let mut lines = words.lines().map(|line| line.trim().split_once(' '));
            let line = lines.find(|line| line.is_some_and(|(word, _)| word == exit.word()));
            let (_, told) = line.flatten().unwrap_or_default();
            let mut numbers = told.split(|next: char| !next.is_ascii_digit());
            let code = exit.code().to_string();
            assert!(numbers.any(|number| number == code), "{exit:?}: {told}");
        }
    }
}
