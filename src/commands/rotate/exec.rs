//! `rotate --exec`: runs a command that makes the change elsewhere too, such as in a database.
//!
//! The new value is saved as a pending slot before the command sees it, and becomes effective only after the
//! command has succeeded. After a crash or a killed command `kluis` cannot know which value is in use elsewhere:
//! the new one stays pending until you resume or discard the rotation.

use super::arguments::{ExecArgs, Rotate};
use super::settle::{discard, drop_value, effective, finish, judge, print_effective, skip};

use crate::args::destination::check_names;
use crate::args::secret::{parse_key, read_value};
use crate::args::selection::{parse_keys, parse_pair};
use crate::context::Context;
use crate::deliver::child::{Ended, Stdin, supervise};
use crate::deliver::environment::{Environment, Origin};
use crate::deliver::value_files::{self, NewFolder, Remover, ValueFiles};
use crate::deliver::{memory_place, process};
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::report::secret::{note_unchanged, print_rotated};
use crate::report::warnings;
use crate::vault::change::Change;
use crate::vault::checksum::Checksum;
use crate::vault::env_key::EnvKey;
use crate::vault::file_name::FileName;
use crate::vault::reference::{Reference, Target};
use crate::vault::secret::Secret;
use crate::vault::slot::Choice;
use crate::vault::{self, Scan, Vault};
use std::path::{Path, PathBuf};

/// The variables in which CMD finds its values, or the paths of files with them.
const OLD_VALUE: &str = "KLUIS_OLD_VALUE";
const NEW_VALUE: &str = "KLUIS_NEW_VALUE";
const OLD_FILE: &str = "KLUIS_OLD_FILE";
const NEW_FILE: &str = "KLUIS_NEW_FILE";

/// The command to start, checked before the vault is opened.
struct ExecCommand {
    program: PathBuf,
    chosen: Vec<(EnvKey, Reference)>,
    allowed: Vec<EnvKey>,
}

impl ExecArgs {
    /// Whether the rotation has more than one step.
    pub fn applies(&self) -> bool {
        !self.exec.is_empty() || self.resume || self.discard
    }

    fn command(&self) -> Result<Option<ExecCommand>, Error> {
        let Some(typed) = self.exec.first() else {
            return Ok(None);
        };
        let path = std::env::var_os("PATH");
        // Not 126 or 127: those are codes of `run`, which becomes its command.
        let program = process::find(typed, path.as_deref()).map_err(anyhow::Error::from)?;
        let pairs = self.env.iter().map(|pair| parse_pair(pair));
        let chosen = pairs.collect::<Result<Vec<_>, _>>()?;
        let allowed = parse_keys(&self.allow_env)?;
        let environment = Environment::new(allowed.iter().cloned());
        for (key, _) in &chosen {
            environment.check_key(key)?;
        }
        Ok(Some(ExecCommand {
            program,
            chosen,
            allowed,
        }))
    }

    /// Writes the files of --files. The command finds them until the result is dropped.
    fn write_files(&self, environment: &mut Environment) -> Result<Option<ValueFiles>, Error> {
        if !self.files {
            return Ok(None);
        }
        let place = memory_place::find_for_child(|name| std::env::var_os(name));
        let place = place.ok_or(value_files::Error::NoMemory)?;
        let folder = NewFolder::new(&place, Remover::choose())?;
        Ok(environment.write_files(folder)?)
    }
}

impl Rotate {
    /// Rotates in all ways except the plain one.
    pub(super) fn run_in_steps(&self, context: &mut Context) -> Result<(), Error> {
        let named = self.secret.whole(context)?;
        let command = self.exec.command()?;
        let mut vault = context.open(Scan::Lookup)?;
        let reference = context.picked(&vault, named)?;
        let workspace = context.workspace().cloned();
        let secret = vault.secret(workspace.as_ref(), &reference);
        let secret = context.found(&vault, secret)?;
        // By its id from here on, because it may be renamed or moved while the command runs.
        let reference = Reference::to(Target::Id(secret.id));
        if self.exec.discard {
            return discard(context, &mut vault, &secret, &reference);
        }
        if !self.is_due(&secret, context.now.seconds())? {
            return skip(context, &vault, &secret);
        }
        vault.check_may_write(secret.workspace)?;
        let rotation = self.rotation(context)?;
        let Some(command) = command else {
            let resumed = context.change_in(&mut vault, |change| {
                Ok(change.resume_rotation(None, &reference, rotation)?)
            })?;
            return print_rotated(context, &vault, &resumed.result);
        };
        let value = if self.exec.resume {
            vault.pending_value(&reference)?
        } else {
            read_value(&self.source, context)?
        };
        // Everything that can fail does so before the command starts or the vault changes.
        let mut environment = self.environment(context, &vault, &command, &secret, &value)?;
        let files = self.exec.write_files(&mut environment)?;
        if !self.exec.resume {
            let begun = context.change_in(&mut vault, |change| {
                self.begin(change, &reference, &secret, &value)
            })?;
            match begun.result {
                Begun::Pending => {}
                Begun::Same => {
                    note_unchanged(context, begun.written);
                    return print_effective(context, &vault, &secret);
                }
                Begun::NotDue(secret) => return skip(context, &vault, &secret),
            }
        }
        let ended = self.execute(context, &command.program, &environment);
        drop(files);
        if let Err(failure) = judge(secret.path(), ended, self.exec.resume) {
            let checksum = Checksum::of(value.expose());
            return Err(drop_value(context, &mut vault, &secret, checksum, failure));
        }
        finish(context, &mut vault, &secret, &value, rotation)
    }

    /// Saves the value as pending, unless the secret has changed since it was read.
    fn begin(
        &self,
        change: &mut Change<'_>,
        reference: &Reference,
        read: &Secret,
        value: &Plaintext,
    ) -> Result<Begun, Error> {
        if let Some(secret) = self.skipped(change, None, reference)? {
            return Ok(Begun::NotDue(Box::new(secret)));
        }
        let now = change.now().seconds();
        // The command gets the old value, and may fail if it is out of date.
        let found = change.look_up(None, reference)?;
        if found.is_some_and(|found| effective(&found, now) != effective(read, now)) {
            return Err(vault::Error::InUse {
                message: format!(
                    "another process changed the value of {} meanwhile",
                    read.path()
                ),
                hint: "nothing was changed; run the command again if it is still needed",
                ids: Vec::new(),
            }
            .into());
        }
        let begun = change.begin_rotation(None, reference, value, self.version.clock())?;
        Ok(begun.map_or(Begun::Same, |_| Begun::Pending))
    }

    fn environment(
        &self,
        context: &mut Context,
        vault: &Vault,
        command: &ExecCommand,
        secret: &Secret,
        new: &Plaintext,
    ) -> Result<Environment, Error> {
        let destination = self.destination.destination(context, vault)?;
        let own = Reference::to(Target::Id(secret.id));
        let now = Choice::Now(context.now);
        let old = vault.value(None, &own, now, &destination)?.value;
        let keys = if self.exec.files {
            [OLD_FILE, NEW_FILE]
        } else {
            [OLD_VALUE, NEW_VALUE]
        };
        let [old_key, new_key] = keys.map(parse_key);
        let (old_key, new_key) = (old_key?, new_key?);
        let own_keys = [old_key.clone(), new_key.clone()];
        let mut environment =
            Environment::new(own_keys.into_iter().chain(command.allowed.iter().cloned()));
        if self.exec.files {
            let new = Plaintext::new(new.expose().to_vec());
            for (key, name, value) in [(old_key, "old", old), (new_key, "new", new)] {
                let name = FileName::parse(name);
                let name = name.map_err(|broken| vault::Error::invalid("file", broken))?;
                environment.insert_file(key, Origin::Secret(own.clone()), name, value)?;
            }
        } else {
            environment.insert(old_key, Origin::Secret(own.clone()), old)?;
            let new = Plaintext::new(new.expose().to_vec());
            environment.insert(new_key, Origin::Secret(own), new)?;
        }
        let all: Vec<_> = command
            .chosen
            .iter()
            .map(|(_, reference)| reference)
            .collect();
        let found = vault.each_value(context.workspace(), &all, now, &destination);
        for ((key, reference), selected) in command.chosen.iter().zip(found) {
            let selected = context.found(vault, selected)?;
            warnings::warn(context, &selected.secret);
            let origin = Origin::Secret(reference.clone());
            environment.insert(key.clone(), origin, selected.value)?;
        }
        check_names(&destination)?;
        Ok(environment)
    }

    fn execute(
        &self,
        context: &Context,
        program: &Path,
        environment: &Environment,
    ) -> Result<Ended, Error> {
        let Some((typed, arguments)) = self.exec.exec.split_first() else {
            return Err(Error::usage("the command is missing"));
        };
        context.withhold_credentials()?;
        let stdin = if self.source.reads_stdin() && !self.exec.resume {
            Stdin::Empty
        } else {
            Stdin::Inherited
        };
        supervise(
            program,
            typed,
            arguments,
            environment,
            stdin,
            context.hardened,
        )
        .map_err(|error| anyhow::Error::from(error).into())
    }
}

/// The result of the first step.
enum Begun {
    Pending,
    Same,
    NotDue(Box<Secret>),
}
