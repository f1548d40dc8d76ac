//! What is wrong with a command line, in words of our own: clap's would repeat what was typed, and that
//! may be a secret in the wrong place.

use crate::error::Error;
use clap::error::{ContextKind, ContextValue, ErrorKind};

pub fn usage(error: &clap::Error) -> Error {
    let of = |kind| match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    };
    let option = of(ContextKind::InvalidArg);
    let named = option.as_deref().unwrap_or("an argument");
    let (message, hint) = match error.kind() {
        ErrorKind::UnknownArgument => {
            match option.as_deref().filter(|text| looks_like_an_option(text)) {
                Some(option) => (
                    format!("there is no option {option} here"),
                    of(ContextKind::SuggestedArg).map(|near| format!("did you mean {near}?")),
                ),
                None => (
                    "there is an argument too many".to_owned(),
                    about_too_many(error).map(str::to_owned),
                ),
            }
        }
        ErrorKind::InvalidSubcommand => (
            "there is no such command".to_owned(),
            nearest(error).map(|near| format!("did you mean `{near}`?")),
        ),
        ErrorKind::MissingRequiredArgument => (format!("{named} is missing"), None),
        ErrorKind::ArgumentConflict => match of(ContextKind::PriorArg) {
            Some(prior) if prior != named => (format!("{named} cannot be used with {prior}"), None),
            _ => (format!("{named} may be given once"), None),
        },
        ErrorKind::InvalidValue => match of(ContextKind::ValidValue) {
            Some(valid) => (
                format!("{named} takes one of: {valid}"),
                of(ContextKind::SuggestedValue).map(|near| format!("did you mean {near}?")),
            ),
            None => (format!("{named} needs a value"), None),
        },
        ErrorKind::ValueValidation | ErrorKind::InvalidUtf8 => {
            (format!("the value of {named} cannot be read"), None)
        }
        ErrorKind::NoEquals | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            (format!("{named} needs a value"), None)
        }
        ErrorKind::TooManyValues => (format!("{named} has too many values"), None),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("no command was given".to_owned(), None)
        }
        _ => ("the command line cannot be read".to_owned(), None),
    };
    let hint =
        hint.unwrap_or_else(|| "`kluis --help`, or `kluis COMMAND --help`, shows how".to_owned());
    Error::Usage {
        message,
        hint: Some(hint),
    }
}

/// What helps against an argument too many: most often it is a value, or the command of `run` without `--`.
fn about_too_many(error: &clap::Error) -> Option<&'static str> {
    let Some(ContextValue::StyledStr(line)) = error.get(ContextKind::Usage) else {
        return None;
    };
    let line = line.to_string();
    match line.split_whitespace().nth(2)? {
        "run" => Some("the command comes after `--`: kluis run -e KEY=REF -- CMD"),
        "create" | "set" | "update" | "rotate" => Some(
            "a value is never an argument, where others could see it: pipe it in, or give --value-file or --generate",
        ),
        _ => None,
    }
}

/// The name most like what was typed, which clap puts last.
fn nearest(error: &clap::Error) -> Option<&str> {
    match error.get(ContextKind::SuggestedSubcommand)? {
        ContextValue::String(name) => Some(name),
        ContextValue::Strings(names) => names.last().map(String::as_str),
        _ => None,
    }
}

/// Whether this could only be a mistyped option: a value has other characters, or no dashes.
fn looks_like_an_option(text: &str) -> bool {
    let name = text.trim_start_matches('-');
    let dashes = text.len() - name.len();
    let word = name.len() <= 20
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'-');
    match dashes {
        1 => name.len() == 1 && name.is_ascii(),
        2 => word && !name.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_option_is_repeated() {
        for option in ["--json", "-x", "--allow-env"] {
            assert!(looks_like_an_option(option), "{option}");
        }
        for value in [
            "hunter2",
            "-hunter2",
            "--hunter2",
            "--",
            "-",
            "--Secret",
            "s3cret",
        ] {
            assert!(!looks_like_an_option(value), "{value}");
        }
    }
}
