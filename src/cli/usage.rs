//! Explains a wrong command line in our own words. clap's messages repeat the argument, which may be a secret
//! in the wrong place.

use super::table;
use crate::error::Error;
use crate::help;
use crate::vault::similar::nearest;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// `typed` is the command that the command line names, for an error that knows none.
pub fn usage(error: &clap::Error, typed: Option<&str>) -> Error {
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
        ErrorKind::InvalidSubcommand => no_command(error),
        ErrorKind::MissingRequiredArgument => (format!("{named} is missing"), None),
        ErrorKind::ArgumentConflict => match of(ContextKind::PriorArg) {
            Some(prior) if prior != named => (format!("{named} cannot be used with {prior}"), None),
            _ => (format!("{named} may be given once"), None),
        },
        ErrorKind::InvalidValue if named.contains(TOPIC) && given(error).is_some() => (
            format!(
                "there is no such topic or command; topics are {}",
                help::names()
            ),
            Some(
                nearest_value(error)
                    .map_or_else(|| "`kluis -h` names the commands".to_owned(), meant),
            ),
        ),
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
        let command = command(error);
        let command = command.as_deref().or(typed).unwrap_or("kluis");
        format!("`{command} --help` shows how")
    });
    Error::Usage {
        message,
        hint: Some(hint),
    }
}

/// The argument of `help`.
const TOPIC: &str = "TOPIC|COMMAND";

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

/// What other programs call what is done by a command here.
const CALLED_ELSEWHERE: &[(&[&str], &str)] = &[
    (
        &["cat", "print", "read", "view", "reveal"],
        "kluis get NAME",
    ),
    (&["add", "insert", "new", "put", "store"], "kluis set NAME"),
    (&["rename"], "kluis update NAME --name NEW"),
    (&["remove", "del", "destroy"], "kluis delete NAME"),
    (&["dir", "find", "search"], "kluis list"),
    (&["exec"], "kluis run -- CMD"),
    (&["login", "open"], "kluis unlock"),
    (&["logout", "close"], "kluis lock"),
    (&["version"], "kluis --version"),
    // Verbs of earlier builds.
    (&["identity"], "kluis key new"),
    (&["verify"], "kluis vault verify"),
    (&["rekey"], "kluis vault rekey"),
    (&["prune"], "kluis vault prune"),
    (&["restore", "undelete"], "kluis vault restore"),
];

/// A word that is no command, and what may have been meant by it.
fn no_command(error: &clap::Error) -> (String, Option<String>) {
    let typed = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(typed)) if is_word(typed) => typed.as_str(),
        _ => return ("there is no such command".to_owned(), None),
    };
    let message = format!("there is no such command: {typed}");
    if command(error).is_some() {
        // What clap finds alike is all there is to know of a noun's own commands.
        let near = nearest(typed, suggested(error).into_iter());
        return (message, near.map(|near| meant(format_args!("`{near}`"))));
    }
    let mut elsewhere = CALLED_ELSEWHERE.iter();
    let known = elsewhere.find(|(words, _)| words.contains(&typed));
    if let Some((_, line)) = known {
        return (message, Some(meant(format_args!("`{line}`"))));
    }
    let names = table::verbs()
        .filter(|verb| !verb.is_hidden)
        .flat_map(|verb| [Some(verb.name), verb.alias]);
    let near = nearest(typed, names.flatten());
    let hint = near.map_or_else(
        || "`kluis -h` names the commands".to_owned(),
        |near| meant(format_args!("`{near}`")),
    );
    (message, Some(hint))
}

fn suggested(error: &clap::Error) -> Vec<&str> {
    match error.get(ContextKind::SuggestedSubcommand) {
        Some(ContextValue::String(name)) => vec![name],
        Some(ContextValue::Strings(names)) => names.iter().map(String::as_str).collect(),
        _ => Vec::new(),
    }
}

/// What was given for a value, unless nothing was.
fn given(error: &clap::Error) -> Option<&str> {
    match error.get(ContextKind::InvalidValue)? {
        ContextValue::String(given) if !given.is_empty() => Some(given),
        _ => None,
    }
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

/// Whether this could only be a mistyped option: a value has other characters, or no dashes.
fn looks_like_an_option(text: &str) -> bool {
    let name = text.trim_start_matches('-');
    let dashes = text.len() - name.len();
    match dashes {
        1 => name.len() == 1 && name.is_ascii(),
        2 => is_word(name),
        _ => false,
    }
}

/// Whether this could be the name of a command or an option: what a program makes for a secret is not.
fn is_word(text: &str) -> bool {
    let is_letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'-';
    (1..=20).contains(&text.len()) && text.bytes().all(is_letter)
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
