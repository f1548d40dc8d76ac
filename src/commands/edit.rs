//! `edit`: opens a secret's value in your editor and saves the result as a new version.

use super::Command;
use crate::args::destination::OneDestinationArgs;
use crate::args::secret_or_picker::PickedArgument;
use crate::args::version::VersionArgs;
use crate::context::Context;
use crate::deliver::editor::Editor;
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::platform::bounded_read;
use crate::report::leftovers;
use crate::report::secret::{note_unchanged, note_version_before, print_json};
use crate::report::warnings;
use crate::vault::change::{SecretUpdate, Values};
use crate::vault::reference::{Reference, Target};
use crate::vault::rule::RuleViolation;
use crate::vault::secret::Secret;
use crate::vault::slot::Choice;
use crate::vault::value::{MAX_VALUE_BYTES, check_value};
use crate::vault::{self, Scan, Selected, Vault, Written};

/// One byte more than a value may have, and the newline that an editor adds.
const MAX_READ_BYTES: usize = MAX_VALUE_BYTES + 1 + "\n".len();

/// Edit a value in your editor
///
/// Opens the current value in $VISUAL, $EDITOR or vi, as a file in memory that is removed afterwards. The
/// result becomes a new version: `kluis rollback` brings back the one before. Nothing is written if the value is the
/// same, or if the editor fails. If the old value had no final newline, the new one gets none.
///
/// The editor has to wait until you close the file, such as `gedit --wait`. No shell reads the variable.
/// `kluis` starts vim and nvim without swap, backup and undo files.
///
/// Do not use an editor that keeps a history of files on disk, such as VS Code: the value would be in it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis edit tls_config
  kluis edit staging/settings
  EDITOR='emacs -nw -Q' kluis edit tls_config")]
pub struct Edit {
    #[command(flatten)]
    secret: PickedArgument,

    #[command(flatten)]
    version: VersionArgs,

    #[command(flatten)]
    destination: OneDestinationArgs,
}

impl Command for Edit {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        leftovers::remove(context.ui);
        let named = self.secret.whole(context)?;
        let destination = self.destination.destination()?;
        // Checked before `kluis` asks for a key: without an editor you would type in vain.
        let editor = Editor::find(|name| std::env::var_os(name))?;
        if !editor.is_named() && !context.ui.can_ask() {
            return Err(no_terminal());
        }
        let mut vault = context.open(Scan::Lookup)?;
        let reference = context.picked(&vault, named)?;
        let choice = Choice::Now(context.now);
        let found = vault.value(context.workspace(), &reference, choice, &destination);
        let old = context.found(&vault, found)?;
        vault.check_may_write(old.secret.workspace)?;
        old.secret.check_settled()?;
        warnings::warn(context, &old.secret);
        check_is_text(&old)?;
        let screen = context.ui.screen().map_err(anyhow::Error::from)?;
        context.withhold_credentials()?;
        let new = editor.edit(&old.value, screen, context.hardened, |file| {
            bounded_read::read(file, MAX_READ_BYTES).map(Plaintext::from)
        })?;
        let new = without_added_newline(&old.value, new);
        check_value(new.len()).map_err(|broken| vault::Error::invalid("value", broken))?;
        if new.same_as(&old.value) {
            note_unchanged(context, Written::Unchanged);
            return print_same(context, &vault, &old.secret);
        }
        self.write(context, &mut vault, &old, new)
    }
}

impl Edit {
    fn write(
        &self,
        context: &mut Context,
        vault: &mut Vault,
        old: &Selected,
        new: Plaintext,
    ) -> Result<(), Error> {
        let reference = Reference::to(Target::Id(old.secret.id));
        let update = SecretUpdate {
            values: Values::New(new, self.version.version(context)),
            ..SecretUpdate::default()
        };
        let changed = context.change_in(vault, |change| {
            let now = change.now().seconds();
            check_is_the_same(change.look_up(None, &reference)?, old, now)?;
            Ok(change.update_secret(None, &reference, update)?)
        })?;
        let path = changed.result.path();
        context.ui.done(&format!("changed the value of {path}"));
        note_version_before(context, &old.secret, &changed.result);
        print_same(context, vault, &changed.result)
    }
}

/// An editor that waits for keys would wait for ever.
fn no_terminal() -> Error {
    Error::Usage {
        message: "editing needs a terminal".into(),
        hint: Some("pipe the value into `kluis update NAME --value`, or set EDITOR to a program that needs no terminal".into()),
    }
}

/// Prints the result if there is no new slot.
fn print_same(context: &mut Context, vault: &Vault, secret: &Secret) -> Result<(), Error> {
    if context.json {
        print_json(context, vault, secret)?;
    }
    Ok(())
}

/// Most editors would change bytes that are not text.
fn check_is_text(old: &Selected) -> Result<(), Error> {
    if std::str::from_utf8(old.value.expose()).is_ok() {
        return Ok(());
    }
    let rule = "the value is not UTF-8 text, which an editor might damage: replace it with `kluis update NAME --value-file PATH`";
    Err(vault::Error::invalid("value", RuleViolation::mismatch(rule)).into())
}

/// Editors add a final newline; if the value had none, it is removed again.
fn without_added_newline(old: &Plaintext, new: Plaintext) -> Plaintext {
    if old.expose().ends_with(b"\n") {
        new
    } else {
        new.without_final_newline()
    }
}

/// Refuses to save if the value has changed since it was opened.
fn check_is_the_same(found: Option<Secret>, old: &Selected, second: u64) -> Result<(), Error> {
    let is_the_same = found.is_some_and(|secret| {
        let effective = secret.effective(second).map(|at| &secret.slots[at]);
        let edited = old.secret.slots.iter().find(|slot| slot.slot == old.slot);
        let both = effective.zip(edited);
        both.is_some_and(|(now, then)| now.slot == then.slot && now.checksum == then.checksum)
    });
    if is_the_same {
        return Ok(());
    }
    let value = format!("the value of {}", old.secret.path());
    Err(vault::Error::changed_meanwhile(&value).into())
}
