//! The format of an import: the one that you name, or the one that is detected.

use crate::context::Context;
use crate::error::Error;
use crate::import::Format;
use crate::import::detect::{self, Detection, detect};
use crate::vault;
use crate::vault::error::Detail;
use anyhow::Context as _;
use clap::ValueEnum;
use std::fs;
use std::path::Path;

pub const UNREAD: &str = "cannot read the file to import";

/// Detects the format of a file or a folder, and prints it.
pub fn detected(path: &Path, context: &mut Context) -> Result<Format, Error> {
    fs::metadata(path).context(UNREAD)?;
    let message = match detect(path) {
        Detection::Known {
            format,
            by,
            program,
        } => {
            let name = names([format], "");
            let from = program.map_or(String::new(), |program| format!(" of {program}"));
            context.ui.note(&format!(
                "detected the format {name}{from} by {by}; --format chooses another"
            ));
            return Ok(format);
        }
        Detection::Foreign(broken) => {
            let details = vec![Detail::at(Vec::new(), broken)];
            return Err(vault::Error::Invalid(details).into());
        }
        Detection::Several(formats) => format!(
            "--format is missing: by its content the input could be {}",
            names(formats, "or")
        ),
        Detection::Unknown => {
            "--format is missing, and the name and the content of the input do not tell it".into()
        }
    };
    Err(missing(&message))
}

/// The error for an input without a format.
pub fn missing(message: &str) -> Error {
    let all = names(Format::value_variants().iter().copied(), "or");
    Error::Usage {
        message: message.to_owned(),
        hint: Some(format!("add --format {all}")),
    }
}

/// For a broken file with the name of a `.env` file: names the other formats that read it.
pub fn suggest_others(path: &Path, context: &mut Context) {
    let others = detect::others_of_env(path);
    if !others.is_empty() {
        let others = names(others, "or");
        context.ui.note(&format!(
            "if the file is for another program, name its format: --format {others}"
        ));
    }
}

/// The names of formats, as you type them.
fn names(formats: impl IntoIterator<Item = Format>, word: &str) -> String {
    let values = formats
        .into_iter()
        .filter_map(|format| format.to_possible_value());
    let names: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
    match names.split_last() {
        Some((last, others)) if !others.is_empty() => {
            format!("{} {word} {last}", others.join(", "))
        }
        _ => names.concat(),
    }
}
