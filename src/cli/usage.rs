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
                    about_a_value(error, option)
                        .map(str::to_owned)
                        .or_else(|| of(ContextKind::SuggestedArg).map(meant)),
                ),
                None => (
                    "there is an argument too many".to_owned(),
                    about_too_many(error).map(str::to_owned),
                ),
            }
        }
        ErrorKind::InvalidSubcommand => (
            "there is no such command".to_owned(),
            nearest(error).map(|near| meant(format_args!("`{near}`"))),
        ),
        ErrorKind::MissingRequiredArgument => (format!("{named} is missing"), None),
        ErrorKind::ArgumentConflict => match of(ContextKind::PriorArg) {
            Some(prior) if prior != named => (format!("{named} cannot be used with {prior}"), None),
            _ => (format!("{named} may be given once"), None),
        },
        ErrorKind::InvalidValue => match of(ContextKind::ValidValue) {
            Some(valid) => (
                format!("{named} takes one of: {valid}"),
                nearest_value(error).map(meant),
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
        ErrorKind::MissingSubcommand => (
            "no command was given".to_owned(),
            of(ContextKind::ValidSubcommand).map(|verbs| match command(error) {
                Some(noun) => format!("`{noun}` takes one of: {verbs}; `{noun} --help` says more"),
                None => format!("one of: {verbs}"),
            }),
        ),
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            ("no command was given".to_owned(), None)
        }
        _ => ("the command line cannot be read".to_owned(), None),
    };
    let hint = hint.unwrap_or_else(|| {
        let command = command(error).unwrap_or_else(|| "kluis".to_owned());
        format!("`{command} --help` shows how")
    });
    Error::Usage {
        message,
        hint: Some(hint),
    }
}

const NEVER_AN_ARGUMENT: &str = "a value is never an argument, where others could see it: pipe it in, or give --value-file or --generate";

/// What helps against an argument too many: most often it is a value, or the command of `run` without `--`.
fn about_too_many(error: &clap::Error) -> Option<&'static str> {
    match verb(error)?.as_str() {
        "run" => Some("the command comes after `--`: kluis run -e KEY=REF -- CMD"),
        "create" | "set" | "update" | "rotate" => Some(NEVER_AN_ARGUMENT),
        _ => None,
    }
}

/// What helps against an option that other programs have for a value.
fn about_a_value(error: &clap::Error, option: &str) -> Option<&'static str> {
    let takes_one = matches!(verb(error)?.as_str(), "create" | "set" | "rotate");
    let is_for_one = matches!(option, "--value" | "--password" | "--secret");
    (takes_one && is_for_one).then_some(NEVER_AN_ARGUMENT)
}

/// The command that was typed, as far as it is one: `kluis key add`.
fn command(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::StyledStr(line)) = error.get(ContextKind::Usage) else {
        return None;
    };
    let line = line.to_string();
    let is_name = |word: &&str| word.starts_with(|first: char| first.is_ascii_lowercase());
    // Whatever the program was started as, its hints call it by its name.
    let words = line.split_whitespace().skip(2).take_while(is_name);
    let words: Vec<_> = std::iter::once("kluis").chain(words).collect();
    (words.len() > 1).then(|| words.join(" "))
}

fn verb(error: &clap::Error) -> Option<String> {
    command(error)?.split(' ').nth(1).map(str::to_owned)
}

fn meant(near: impl std::fmt::Display) -> String {
    format!("did you mean {near}?")
}

/// The shortest of the values that what was typed is a part of, or the one that clap finds alike.
fn nearest_value(error: &clap::Error) -> Option<String> {
    let typed = match error.get(ContextKind::InvalidValue)? {
        ContextValue::String(typed) if typed.len() > 1 => typed.to_ascii_lowercase(),
        _ => return None,
    };
    if let Some(ContextValue::Strings(valid)) = error.get(ContextKind::ValidValue)
        && let Some(whole) = valid
            .iter()
            .filter(|value| value.contains(&typed))
            .min_by_key(|value| value.len())
    {
        return Some(whole.clone());
    }
    match error.get(ContextKind::SuggestedValue)? {
        ContextValue::String(near) => Some(near.clone()),
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
