//! `get`: prints a value or puts it on the clipboard. No other verb prints a value by itself.

use super::Command;
use crate::args::destination::OneDestinationArgs;
use crate::args::secret_or_picker::PickedArgument;
use crate::args::time::{parse_future, parse_slot};
use crate::context::Context;
use crate::deliver::clipboard::{Clipboard, Copied, STAYS_SECONDS};
use crate::deliver::otp::{Code, Otp};
use crate::error::Error;
use crate::report::warnings;
use crate::vault::reference::Reference;
use crate::vault::rule::RuleViolation;
use crate::vault::slot::Choice;
use crate::vault::{self, Scan, Selected};
use data_encoding::BASE64;
use serde::Serialize;
use zeroize::Zeroizing;

/// A code that expires in fewer seconds may be too old when it arrives.
const SOON_SECONDS: u64 = 5;

/// Print a value
///
/// Prints the exact bytes of the current value; a terminal gets a newline after it. With --json, a value that
/// is not UTF-8 is printed as `value_base64`.
///
/// A secret that is bound to hosts needs --for with a matching host, or --reveal. `kluis` believes the host
/// that you name: this guards against mistakes, not against an attacker.
///
/// --clip uses wl-copy, xclip or pbcopy, and clears the clipboard after 45 seconds unless you copied
/// something else. Without these it asks the terminal to copy (OSC 52), and does not clear it. Other programs
/// can read the clipboard, and some keep its history.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis get github_token
  kluis get github_token --clip
  kluis get production/tls-key > key.pem
  kluis get db_password --previous
  kluis get github_otp --otp --clip
  kluis get stripe_key --for https://api.example.com/v1
  kluis get db_password --at 2026-01-31T12:00:00Z
  kluis get registry_token | docker login -u ada --password-stdin")]
pub struct Get {
    #[command(flatten)]
    secret: PickedArgument,

    /// Print the value of this time [default: now]
    #[arg(
        long,
        value_name = "TIME",
        allow_negative_numbers = true,
        group = "choice"
    )]
    at: Option<String>,

    /// Print the version that starts at this time
    #[arg(
        long,
        hide_short_help = true,
        value_name = "TIME",
        allow_negative_numbers = true,
        group = "choice"
    )]
    slot: Option<String>,

    /// Print the version that starts last, even in the future
    #[arg(long, group = "choice", hide_short_help = true)]
    latest: bool,

    /// Print the value from before the current one
    #[arg(long, group = "choice")]
    previous: bool,

    #[command(flatten)]
    destination: OneDestinationArgs,

    /// Print the one-time password that the value gives now
    ///
    /// The value is a shared secret in base32, or the address of a QR code (`otpauth://totp/…`). With --json also
    /// `seconds_left`.
    #[arg(long, hide_short_help = true)]
    otp: bool,

    /// Copy the value to the clipboard instead of printing it
    #[arg(short, long)]
    clip: bool,
}

#[derive(Serialize)]
struct PrintedCode<'a> {
    workspace: &'a str,
    name: &'a str,
    slot: u64,
    code: &'a str,
    seconds_left: u64,
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

impl Command for Get {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let named = self.secret.reference(context)?;
        self.choice(context, named.as_ref())?;
        let destination = self.destination.destination()?;
        let clipboard = self.clipboard(context)?;
        let vault = context.open(Scan::Lookup)?;
        let choice = self.choice(context, named.as_ref())?;
        let reference = context.picked(&vault, named)?;
        let selected = vault.value(context.workspace(), &reference, choice, &destination);
        let selected = context.found(&vault, selected)?;
        warnings::warn(context, &selected.secret);
        let code = self.otp.then(|| code(context, &selected)).transpose()?;
        let printed = code.as_ref().map_or(&selected.value, |code| &code.text);
        if let Some(clipboard) = clipboard {
            note_copied(context, clipboard.copy(printed)?);
            return Ok(());
        }
        match &code {
            Some(code) if context.json => print_code(context, &selected, code),
            None if context.json => print_json(context, &selected),
            _ => Ok(context.ui.value(printed.expose())?),
        }
    }
}

/// The current one-time password. If it changes within seconds, a note on stderr says so.
fn code(context: &mut Context, selected: &Selected) -> Result<Code, Error> {
    let otp = Otp::parse(&selected.value).map_err(|error| {
        let rule = format!("{}: {error}", selected.secret.path());
        vault::Error::invalid("otp", RuleViolation::mismatch(rule))
    })?;
    let code = otp.code(context.now.seconds());
    if code.seconds_left <= SOON_SECONDS {
        let left = code.seconds_left;
        context.ui.done(&format!("this code changes in {left} s"));
    }
    Ok(code)
}

fn print_code(context: &mut Context, selected: &Selected, code: &Code) -> Result<(), Error> {
    let text = std::str::from_utf8(code.text.expose()).unwrap_or_default();
    Ok(context.ui.json(&PrintedCode {
        workspace: selected.secret.workspace_name.as_str(),
        name: selected.secret.name.as_str(),
        slot: selected.slot,
        code: text,
        seconds_left: code.seconds_left,
    })?)
}

impl Get {
    /// Checked before `kluis` asks for a key: without a clipboard you would type in vain.
    fn clipboard(&self, context: &Context) -> Result<Option<Clipboard>, Error> {
        if self.clip && context.json {
            return Err(Error::usage("--clip cannot be used with --json"));
        }
        let clipboard = self
            .clip
            .then(|| Clipboard::find(|name| std::env::var_os(name)));
        Ok(clipboard.transpose()?)
    }

    fn choice(&self, context: &Context, named: Option<&Reference>) -> Result<Choice, Error> {
        let choice = if let Some(text) = &self.at {
            Choice::At(parse_future("at", text, context.now)?)
        } else if let Some(text) = &self.slot {
            Choice::Number(parse_slot("slot", text, context.now)?)
        } else if self.latest {
            Choice::Latest
        } else if self.previous {
            Choice::Before(context.now)
        } else {
            return Ok(Choice::Now(context.now));
        };
        if named.is_some_and(|reference| reference.slot.is_some()) {
            return Err(Error::usage(
                "the address already names a slot: leave out --at, --slot, --latest and --previous",
            ));
        }
        Ok(choice)
    }
}

fn note_copied(context: &mut Context, copied: Copied) {
    let note = match copied {
        Copied::By(tool) => format!(
            "copied with {tool}: kluis clears the clipboard in {STAYS_SECONDS} seconds, unless you copy something else"
        ),
        Copied::ToTerminal => {
            "sent to the terminal's clipboard, if your terminal allows that; kluis does not clear it: copy something else when you are done"
                .to_owned()
        }
    };
    context.ui.note(&note);
    if copied == Copied::ToTerminal && std::env::var_os("TMUX").is_some() {
        context.ui.warning(
            "tmux keeps the value in a buffer of its own: run `tmux delete-buffer` when you are done",
        );
    }
}

fn print_json(context: &mut Context, selected: &Selected) -> Result<(), Error> {
    let bytes = selected.value.expose();
    let text = std::str::from_utf8(bytes).ok();
    let encoded = text.is_none().then(|| Zeroizing::new(BASE64.encode(bytes)));
    Ok(context.ui.json(&Printed {
        workspace: selected.secret.workspace_name.as_str(),
        name: selected.secret.name.as_str(),
        slot: selected.slot,
        value: text,
        value_base64: encoded.as_ref().map(|text| text.as_str()),
    })?)
}
