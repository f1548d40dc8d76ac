//! `get`: the one verb that prints a value by itself.

use super::secret_argument::SecretArgument;
use super::{Context, Verb};
use crate::error::Error;
use crate::vault::{Scan, Selected};
use data_encoding::BASE64;
use serde::Serialize;
use zeroize::Zeroizing;

/// Print a value
///
/// Prints the exact bytes of the effective value; on a terminal a newline follows. With --json a value
/// that is not UTF-8 comes as `value_base64`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis get github_token
  kluis get production/tls-key > key.pem
  curl -H \"Authorization: Bearer $(kluis get github_token)\" https://api.github.com/user")]
pub struct Get {
    #[command(flatten)]
    secret: SecretArgument,
}

#[derive(Serialize)]
struct Printed<'a> {
    workspace: &'a str,
    name: &'a str,
    slot: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    value_base64: Option<&'a str>,
}

impl Verb for Get {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let reference = self.secret.reference()?;
        let vault = context.open(Scan::Lookup)?;
        let selected = vault.value(context.workspace(), &reference, context.now)?;
        if context.json {
            return print_json(context, &selected);
        }
        Ok(context.ui.value(selected.value.expose())?)
    }
}

fn print_json(context: &mut Context, selected: &Selected) -> Result<(), Error> {
    let bytes = selected.value.expose();
    let text = std::str::from_utf8(bytes).ok();
    let encoded = text.is_none().then(|| Zeroizing::new(BASE64.encode(bytes)));
    Ok(context.ui.json(&Printed {
        workspace: &selected.secret.workspace_name,
        name: selected.secret.name.as_str(),
        slot: selected.slot,
        value: text,
        value_base64: encoded.as_ref().map(|text| text.as_str()),
    })?)
}
