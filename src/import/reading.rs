//! The result of reading an input, in the form in which the tests of all formats compare it.

use super::gathered::Gathered;
use super::{Format, Rules};
use crate::plaintext::Plaintext;

/// The content of the input, or the message of each mistake.
pub fn read(
    format: Format,
    input: impl Into<Vec<u8>>,
    rules: Rules,
) -> Result<Gathered, Vec<String>> {
    let read = format.read(&Plaintext::new(input.into()), rules);
    read.map_err(|details| details.into_iter().map(|detail| detail.msg).collect())
}

/// Each name with its value; no value is empty.
pub fn pairs(gathered: &Gathered) -> Vec<(&str, &str)> {
    let entries = gathered.entries.iter();
    let pair = entries.map(|entry| {
        let value = entry.value.as_ref().unwrap().expose();
        (entry.name.as_str(), str::from_utf8(value).unwrap())
    });
    pair.collect()
}

/// Each name with its value, for `Empty::Skipped`.
pub fn pairs_or_empty(gathered: Gathered) -> Vec<(String, String)> {
    let entries = gathered.entries.into_iter().map(|entry| {
        let value = entry.value.map(|value| value.expose().to_vec());
        let value = String::from_utf8(value.unwrap_or_default());
        (entry.name.to_string(), value.unwrap())
    });
    entries.collect()
}
