//! `run`: becomes a command that has secrets in its environment. Stays beside it to mask its output, or as
//! process 1 to remove its files.

use super::Command;
use crate::args::secret::parse_key;
use crate::args::selection::{SelectionArgs, parse_file};
use crate::completion::words::{PairWord, SecretWord};
use crate::context::Context;
use crate::deliver::child::{self, Ended};
use crate::deliver::environment::Environment;
use crate::deliver::mask::{MIN_BYTES, Mask, Masked};
use crate::deliver::value_files::{self, NewFolder, Remover, ValueFiles};
use crate::deliver::{memory_place, process, stdin};
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::report::leftovers;
use crate::ui;
use crate::vault::reference::Reference;
use crate::vault::{self, Scan};
use anyhow::{Context as _, anyhow};
use rustix::io::Errno;
use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt;

/// Start a command with secrets in its environment
///
/// The command gets the variables under [env] in the project file kluis.toml, and those of -e, which come
/// before them. With --app it gets those of an app instead, with --all those of the whole workspace. A secret
/// comes before a variable that is set already, unless --keep-existing says otherwise.
///
/// With --file, or `as = "file"` in kluis.toml, a variable holds the path of a file with the value, for programs such
/// as ssh. The file is in memory (tmpfs), named like the secret, and only you can read it. It is there for the
/// command and all that it starts, until the command ends. The system may write a tmpfs to swap: encrypt the swap.
/// As process 1 of a container, `kluis` then keeps running beside the command, to remove the file.
///
/// `kluis` becomes the command, without a shell: the process id stays, and signals and the exit code are the
/// command's own. It does not get KLUIS_TOKEN, KLUIS_KEY_FILE or KLUIS_PASSPHRASE_FILE. The exit code is 125 if
/// `kluis` fails before the command starts, 126 if the command cannot be executed, 127 if it does not exist.
///
/// With --mask, `kluis` keeps running and replaces each value in the output by [hidden], also in base64, hex,
/// percent-encoding or JSON, as shells quote it, and each line of a value. It does not hide values of fewer than
/// 6 bytes. This guards against mistakes, not against a command that wants a value out. A command that signal N
/// ends makes it 128+N.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis run -e GITHUB_TOKEN=github_token -- gh repo list
  kluis run -- ./server       # with the variables of kluis.toml
  kluis run --app billing -- ./server
  kluis run --all -w staging -- ./server
  kluis run --all --mask -- make deploy
  kluis run --file KEY=deploy_key -- sh -c 'ssh -i \"$KEY\" example.com'
  kluis run -e PGPASSWORD=production/db_password -- psql -h db.example.org
  kluis run --stdin registry_token -- docker login -u ada --password-stdin")]
pub struct Run {
    #[command(flatten)]
    selection: SelectionArgs,

    /// Set KEY to the path of a file with the secret REF
    ///
    /// The file is named like the secret. May be repeated, but no two files can have one name: then give one of them
    /// a `filename` in kluis.toml.
    #[arg(long, value_name = "KEY=REF")]
    file: Vec<PairWord>,

    /// Set no other variables than a few such as PATH
    ///
    /// These are PATH, HOME, TERM, LANG, LC_*, TZ, USER, LOGNAME, SHELL and TMPDIR.
    #[arg(long)]
    only: bool,

    /// Give the command the secret REF on its standard input
    ///
    /// The command then gets variables only from -e, --file, --app and --all, not from kluis.toml.
    #[arg(long, value_name = "REF")]
    stdin: Option<SecretWord>,

    /// Hide the values in what the command prints
    #[arg(long)]
    mask: bool,

    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

impl Command for Run {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let masked = self.start(context);
        let masked = masked.map_err(|error| Error::BeforeStart(Box::new(error)))?;
        match (masked.ended, masked.unwritten) {
            // It may have ended well before it could notice.
            (Ended::Exited(0), Some(Errno::PIPE)) => Err(ui::Error::Unread.into()),
            (Ended::Exited(0), Some(errno)) => Err(anyhow::Error::from(errno)
                .context("the output of the command could not be written")
                .into()),
            (Ended::Exited(code), _) => Err(Error::Ended(u8::try_from(code).unwrap_or(u8::MAX))),
            (Ended::Signalled(signal), _) => {
                let code = u8::try_from(128 + signal);
                Err(Error::Ended(code.unwrap_or(u8::MAX)))
            }
            (Ended::Unknown, _) => Err(anyhow!("it is not known how the command ended").into()),
        }
    }
}

impl Run {
    /// Returns only after a failure, or after a command that this process waited for.
    fn start(&self, context: &mut Context) -> Result<Masked, Error> {
        let files = self.file.iter().map(|pair| parse_file(pair));
        let files = files.collect::<Result<_, Error>>()?;
        let mut selection = self.selection.parse()?.with_files(files)?;
        let stdin = self.stdin.as_deref().map(parse_reference).transpose()?;
        let options = selection.with_run_options(context)?;
        if stdin.is_none() {
            selection = selection.with_project(context)?;
        }
        let (typed, arguments) = self
            .command
            .split_first()
            .ok_or_else(|| Error::usage("the command is missing"))?;
        leftovers::remove(context.ui);
        let path = std::env::var_os("PATH");
        let program = process::find(typed, path.as_deref())?;
        let folder = selection.has_files().then(new_folder).transpose()?;
        let vault = context.open(Scan::Lookup)?;
        let filled = self
            .selection
            .resolve_with(selection, stdin.as_ref(), &vault, context);
        let (mut environment, stdin) = filled?;
        if self.only || options.only {
            environment.inherit_essentials();
        } else if let Some((name, path)) = context.project_context.variable() {
            let key = parse_key(name)?;
            let path = path.as_os_str().as_bytes().to_vec();
            environment.keep(key, Plaintext::new(path));
        }
        drop(vault);
        context.withhold_credentials()?;
        if let Some(value) = &stdin {
            stdin::replace(value).context("cannot give the value to the command on its stdin")?;
        }
        let is_masked = self.mask || options.mask;
        let mask = is_masked.then(|| mask(&environment, stdin.as_ref(), context));
        let mask = mask.transpose()?;
        let files = folder.map(|folder| environment.write_files(folder));
        let files = files.transpose()?.flatten();
        if let Some(mask) = mask {
            let masked = mask.run(&program, typed, arguments, &environment, context.hardened)?;
            // With `--json` a failure is one object without warnings, so warnings are printed only once there is
            // no failure.
            context.ui.finish()?;
            return Ok(masked);
        }
        drop(stdin);
        context.ui.finish()?;
        let hardened = context.hardened;
        if let Some(Remover::Parent) = files.as_ref().map(ValueFiles::remover) {
            let ended = child::accompany(&program, typed, arguments, &environment, hardened)?;
            return Ok(Masked::without_mask(ended));
        }
        let failed = hardened
            .restore_for_child(|| process::replace(&program, typed, arguments, &environment));
        Err(failed.into())
    }
}

fn new_folder() -> Result<NewFolder, Error> {
    let place = memory_place::find(|name| std::env::var_os(name));
    let place = place.ok_or(value_files::Error::NoMemory)?;
    Ok(NewFolder::new(&place, Remover::choose())?)
}

fn parse_reference(text: &str) -> Result<Reference, Error> {
    Ok(Reference::parse(text).map_err(|broken| vault::Error::invalid("stdin", broken))?)
}

fn mask(
    environment: &Environment,
    stdin: Option<&Plaintext>,
    context: &mut Context,
) -> Result<Mask, Error> {
    let mask = Mask::new(environment, stdin);
    let (mask, too_short) = mask.context("cannot hide the values in the output")?;
    for given in too_short {
        context.ui.warning(&format!(
            "{given} is not hidden: it has fewer than {MIN_BYTES} bytes, and would match unrelated output"
        ));
    }
    Ok(mask)
}
