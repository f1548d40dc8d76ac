//! The topic `exit-codes`: the text around the table of codes, which is written once, in `error`.

pub const PROMISE: &str = "\
Scripts can rely on these codes: later versions keep them. Only 0 means that a
change was made and is safely on disk. After any other code the vault is as it
was, unless the message says otherwise. 141 comes without a message.";

pub const JSON: &str = "\
With --json a failure is one object on stderr, even if the command line is
wrong: `error`, `code`, mostly `hint`, and sometimes `detail`, a message for
each field, or `conflicting_ids`. `code` is failed (1), differs (1), usage (2),
not_found (3, 127), locked (4), damaged (5), older (5), unsupported (5),
conflict (6), invalid (7, 126), denied (8), busy (9) or cancelled (130). If
`kluis run` fails before its command starts, the exit code is 125 and `code`
names the cause.

Words for 5:
  damaged      not authentic, or cut off
  older        older than a copy seen here before; --accept-older accepts it
  unsupported  written by a newer kluis; nothing is wrong with it";

pub const EXAMPLES: &str = "\
Examples:
  kluis get license_key || [ $? = 3 ]   # a missing secret is fine, nothing else
  kluis --json get license_key 2>&1 >/dev/null | grep -o '\"code\":\"[a-z_]*\"'";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Exit;

    #[test]
    fn each_code_word_is_listed_with_its_numbers() {
        for exit in [
            Exit::Failed,
            Exit::Differs,
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
            let text = JSON.split_whitespace().collect::<Vec<_>>().join(" ");
            let (_, rest) = text.split_once(&format!(" {} (", exit.word())).unwrap();
            let (told, _) = rest.split_once(')').unwrap();
            let code = exit.code().to_string();
            let mut numbers = told.split(", ");
            assert!(numbers.any(|number| number == code), "{exit:?}: {told}");
        }
    }
}
