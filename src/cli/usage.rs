//! Explains what is wrong with a command line. clap's own messages would repeat the typed text, which may be a
//! secret in the wrong place.

use super::table;
use crate::error::Error;
use crate::help;
use crate::vault::similar::nearest;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The message, and the hint if there is a better one than `--help`.
type Explained = (String, Option<String>);

/// Turns clap's error into ours. `typed` is the verb on the command line, if the error does not know it.
pub fn usage(error: &clap::Error, typed: Option<&str>) -> Error {
    let (message, hint) = explain(error);
    let hint = hint.unwrap_or_else(|| {
        let command = command(error);
        let command = command.as_deref().or(typed).unwrap_or("kluis");
        format!("see `{command} --help`")
    });
    Error::Usage {
        message,
        hint: Some(hint),
    }
}

fn explain(error: &clap::Error) -> Explained {
    use ErrorKind as K;
    let option = context(error, ContextKind::InvalidArg);
    let named = option.as_deref().unwrap_or("an argument");
    match error.kind() {
        K::UnknownArgument => unknown_argument(error, option.as_deref()),
        K::InvalidSubcommand => no_command(error),
        K::MissingRequiredArgument => (format!("{named} is missing"), None),
        K::ArgumentConflict => (conflict(error, named), None),
        K::InvalidValue if named.contains(TOPIC) && given(error).is_some() => no_topic(error),
        K::InvalidValue => invalid_value(error, named),
        K::ValueValidation | K::InvalidUtf8 => (format!("the value of {named} is not valid"), None),
        K::NoEquals | K::TooFewValues | K::WrongNumberOfValues => {
            (format!("{named} needs a value"), None)
        }
        K::TooManyValues => (format!("{named} has too many values"), None),
        K::MissingSubcommand => missing_command(error),
        K::DisplayHelpOnMissingArgumentOrSubcommand => ("no command was given".to_owned(), None),
        _ => ("the command line is not valid".to_owned(), None),
    }
}

fn context(error: &clap::Error, kind: ContextKind) -> Option<String> {
    match error.get(kind) {
        Some(ContextValue::String(text)) => Some(text.clone()),
        Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
        _ => None,
    }
}

fn unknown_argument(error: &clap::Error, option: Option<&str>) -> Explained {
    let Some(option) = option.filter(|text| looks_like_an_option(text)) else {
        let hint = about_too_many(error).map(str::to_owned);
        return ("there are too many arguments".to_owned(), hint);
    };
    let hint = match about_a_value(error, option) {
        Some(hint) => Some(hint.to_owned()),
        None => context(error, ContextKind::SuggestedArg).map(meant),
    };
    (format!("there is no option {option} here"), hint)
}

fn conflict(error: &clap::Error, named: &str) -> String {
    match context(error, ContextKind::PriorArg) {
        Some(prior) if prior != named => format!("{named} cannot be used with {prior}"),
        _ => format!("{named} can be given only once"),
    }
}

fn invalid_value(error: &clap::Error, named: &str) -> Explained {
    match context(error, ContextKind::ValidValue) {
        Some(valid) if !valid.is_empty() => (
            format!("{named} must be one of: {valid}"),
            nearest_value(error).map(meant),
        ),
        _ => (format!("{named} needs a value"), None),
    }
}

fn no_topic(error: &clap::Error) -> Explained {
    let message = format!(
        "there is no such topic or command; the topics are {}",
        help::names()
    );
    let hint = nearest_value(error).map_or_else(|| SEE_COMMANDS.to_owned(), meant);
    (message, Some(hint))
}

fn missing_command(error: &clap::Error) -> Explained {
    let verbs = context(error, ContextKind::ValidSubcommand);
    match command(error) {
        Some(noun) => (
            format!("`{noun}` needs a command"),
            verbs.map(|verbs| format!("use one of: {verbs}; see `{noun} --help`")),
        ),
        None => (
            "no command was given".to_owned(),
            verbs.map(|verbs| format!("use one of: {verbs}")),
        ),
    }
}

const SEE_COMMANDS: &str = "run `kluis -h` to see the commands";

/// The argument of `help`.
const TOPIC: &str = "TOPIC|COMMAND";

const NEVER_AN_ARGUMENT: &str =
    "pipe the value in, or give --value-file or --generate: other users can see arguments";

/// The hint for an extra argument: usually it is a value, or the command of `run` without `--`.
fn about_too_many(error: &clap::Error) -> Option<&'static str> {
    match verb(error)?.as_str() {
        "run" => Some("put the command after `--`: kluis run -e KEY=REF -- CMD"),
        "create" | "set" | "update" | "rotate" => Some(NEVER_AN_ARGUMENT),
        _ => None,
    }
}

/// The hint for an option that takes a value in other programs.
fn about_a_value(error: &clap::Error, option: &str) -> Option<&'static str> {
    let takes_one = matches!(verb(error)?.as_str(), "create" | "set" | "rotate");
    let is_for_one = matches!(option, "--value" | "--password" | "--secret");
    (takes_one && is_for_one).then_some(NEVER_AN_ARGUMENT)
}

/// The typed command, as far as it is valid: `kluis key add`.
fn command(error: &clap::Error) -> Option<String> {
    let Some(ContextValue::StyledStr(line)) = error.get(ContextKind::Usage) else {
        return None;
    };
    let line = line.to_string();
    let is_name = |word: &&str| word.starts_with(|first: char| first.is_ascii_lowercase());
    // Hints call the program by its name, under whatever name it was started.
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

/// The names that other programs have for one of our commands.
const CALLED_ELSEWHERE: &[(&[&str], &str)] = &[
    (
        &["cat", "print", "read", "view", "reveal"],
        "kluis get NAME",
    ),
    (&["add", "insert", "new", "put", "store"], "kluis set NAME"),
    (&["rename"], "kluis move NAME NEW"),
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
];

/// The error for an unknown command, and a suggestion.
fn no_command(error: &clap::Error) -> Explained {
    let typed = match error.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(typed)) if is_word(typed) => typed.as_str(),
        _ => return ("there is no such command".to_owned(), None),
    };
    let message = format!("there is no command {typed}");
    if command(error).is_some() {
        // For a noun's own commands, clap's suggestions are all we have.
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
        || SEE_COMMANDS.to_owned(),
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

/// The invalid value, if one was given.
fn given(error: &clap::Error) -> Option<&str> {
    match error.get(ContextKind::InvalidValue)? {
        ContextValue::String(given) if !given.is_empty() => Some(given),
        _ => None,
    }
}

/// The shortest value that contains the typed text, or clap's suggestion.
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

/// Whether this can only be a mistyped option: a value has other characters, or no dashes.
fn looks_like_an_option(text: &str) -> bool {
    let name = text.trim_start_matches('-');
    let dashes = text.len() - name.len();
    match dashes {
        1 => name.len() == 1 && name.is_ascii(),
        2 => is_word(name),
        _ => false,
    }
}

/// Whether this may be the name of a command or an option; a generated secret does not look like one.
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
