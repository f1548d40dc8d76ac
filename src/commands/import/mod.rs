//! `import`: adds many secrets from one file or folder, all or none.

mod decide;
mod format;

use super::Command;
use crate::args::version::VersionArgs;
use crate::context::Context;
use crate::context::credential_file::is_stdin;
use crate::error::Error;
use crate::import::entries::{Empty, Repeated};
use crate::import::formats::dotenv::{Dialect, Expansion, Reading};
use crate::import::formats::nesting::Nesting;
use crate::import::formats::path::TreePath;
use crate::import::gathered::Gathered;
use crate::import::managers::columns::Columns;
use crate::import::managers::gpg::{Asking, Gpg};
use crate::import::managers::item::Wanted;
use crate::import::{Format, Rules, env_directory, managers, read_bounded, secret_files};
use crate::plaintext::Plaintext;
use crate::platform::stdin;
use crate::report::import_summary::{Doing, Summary};
use crate::settings::Interaction;
use crate::vault::description::Description;
use crate::vault::{self, Scan, Vault};
use anyhow::Context as _;
use decide::{
    OnConflict, decide, is_missing, look_up, named_workspaces, reference, refuse_conflict, write,
};
use std::fmt::Display;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Bring in a .env file or another tool's export
///
/// Each name in the file becomes a secret of that name. `kluis` writes all of them or none: it refuses the
/// import if a name already has another value. It prints each name and what it did with it.
///
/// `kluis` detects the format by the content and the name of the file, and prints it. If several formats fit, it
/// names them and imports nothing. In a folder, .env goes to the workspace in use, and .env.NAME and NAME.env go
/// to the workspace NAME. `kluis help migrate` shows the steps for each password manager.
///
/// The file stays where it is, with its values in plain text: delete it afterwards.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis import .env --dry-run
  kluis import .env
  kluis import . --format dotenv --dry-run
  kluis import secrets.json --on-conflict replace
  env -0 | kluis import --format env -w staging
  sops decrypt secrets.yaml | kluis import --format yaml --nested
  kubectl get secret shop -o yaml | kluis import --format k8s
  vault kv get -format=json db | kluis import --format json --path .data.data
  kluis import bitwarden.json --format bitwarden --on-repeat number --dry-run
  kluis import ~/.password-store --format pass --fields password

Formats:
  dotenv       a .env file; --dialect and --expand say how
  json, yaml,  one object of names and strings, or a list with a name (or
    toml       key) and a value in each item; --nested takes objects inside
  k8s          Secrets of Kubernetes: what `kubectl get secret -o yaml` prints
  env          what `env -0` prints, or `env` if no value has a line break
  csv          the CSV of 1Password, Bitwarden, LastPass, KeePassXC, Chrome,
               Edge, Firefox, Safari or Proton Pass, known by its first line;
               for any other, name the columns with --columns
  docker       the file of `docker run --env-file`
  shell        assignments, as `export -p` or `heroku config -s` print them
  systemd      an EnvironmentFile
  tfvars       Terraform's variables
  github       a file as GITHUB_ENV names it
  ini          sections: one with --path .NAME, or all with --nested
  properties   Java's properties
  netrc        logins for curl, git and others
  pgpass       the password file of PostgreSQL
  files        a folder with one file per secret
  bitwarden    its export in JSON or CSV, not encrypted
  1password    its export in CSV; unknown columns become fields
  keepass-xml  the XML that KeePass and KeePassXC export
  proton-pass  its export in JSON, not encrypted
  pass         the folder of pass or gopass; needs `gpg`

Whose rules count; and what is left out by name, beside empty values:
  dotenv       what python-dotenv, npm's dotenv, Docker Compose and sops agree
               on, with a warning where they differ
  json, yaml   RFC 8259, YAML 1.2
  toml         TOML 1.1
  k8s          kubectl; objects that are no Secret
  env          the shells' functions
  csv          the program of its first line; icons, dates, favourites
  docker       Docker; names without a value
  shell        POSIX sh, nothing is run; anything but an assignment is refused
  systemd      systemd.exec(5)
  tfvars       HCL 2; lists and objects
  github       GitHub's runner
  ini          Python's configparser, with a warning where others differ
  properties   java.util.Properties, read as UTF-8
  netrc        Python's netrc; macros
  pgpass       libpq
  files        hidden files and folders
  bitwarden    Bitwarden; attachments, passkeys, archived and deleted items
  1password    1Password's CSV; archived items
  keepass-xml  KeePass 2; attachments, the recycle bin, earlier versions, tags,
               data of plugins
  proton-pass  Proton Pass; attachments, passkeys, deleted items
  pass         pass and gopass; hidden files")]
pub struct Import {
    /// The file or folder to read; `-` or nothing is stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,

    /// The format of the file [default: detected]
    #[arg(long, value_enum, value_name = "FORMAT", hide_possible_values = true)]
    format: Option<Format>,

    /// Show what would change, and write nothing
    #[arg(long)]
    dry_run: bool,

    /// For names with another value: fail, skip or replace; `kluis rollback` undoes replace
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value_t,
        hide_possible_values = true
    )]
    on_conflict: OnConflict,

    #[command(flatten)]
    version: VersionArgs,

    /// For names with an empty value: skip them, or fail
    #[arg(
        long,
        hide_short_help = true,
        value_enum,
        value_name = "WHAT",
        default_value_t,
        hide_possible_values = true
    )]
    on_empty: Empty,

    /// Whose rules count for a .env file: node, python, sops or compose
    ///
    /// Without it, `kluis` warns of each variable that these programs read differently.
    #[arg(long, value_enum, value_name = "PROGRAM", hide_possible_values = true)]
    dialect: Option<Dialect>,

    /// Replace ${NAME} and $NAME in a .env file by the value of NAME in that file
    #[arg(long)]
    expand: bool,

    /// Join names in nested objects with `_`: `db: {pass: x}` becomes `db_pass`
    #[arg(long, hide_short_help = true)]
    nested: bool,

    /// Read only this part of a JSON, YAML, TOML or INI file: `.data.data`
    ///
    /// A text there is read as JSON. Put a name that has a dot in quotes: `."tls.crt"`.
    #[arg(long, hide_short_help = true, value_name = "PATH")]
    path: Option<String>,

    /// The columns of a CSV: `name=Title,value=Password,username=Login`
    ///
    /// `name` and `value` are needed; `folder` comes before the name; any other becomes a field. Columns that
    /// you do not name are left out.
    #[arg(long, hide_short_help = true, value_name = "FIELD=HEADING,…")]
    columns: Option<String>,

    /// Take all fields of an item of a password manager, or only the password
    #[arg(
        long,
        hide_short_help = true,
        value_enum,
        value_name = "WHICH",
        default_value_t,
        hide_possible_values = true
    )]
    fields: Wanted,

    /// For a name given again: fail, keep the last or first value, or number them
    ///
    /// Items of a password manager that have the same name can only fail or be numbered.
    #[arg(
        long,
        hide_short_help = true,
        value_enum,
        value_name = "WHAT",
        default_value_t,
        hide_possible_values = true
    )]
    on_repeat: Repeated,
}

impl Command for Import {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let format = self.settled_format(context)?;
        self.check(format)?;
        let gathered = self.read(format, context);
        let gathered = gathered.inspect_err(|_| self.suggest_others(format, context))?;
        report(&gathered, context);
        let vault = context.open(Scan::Lookup)?;
        if self.dry_run {
            self.rehearse(gathered, &vault, context)
        } else {
            self.write(gathered, vault, context)
        }
    }
}

impl Import {
    /// Prints what the import would do, and fails if it would fail.
    fn rehearse(
        &self,
        gathered: Gathered,
        vault: &Vault,
        context: &mut Context,
    ) -> Result<(), Error> {
        let Gathered {
            entries, left_out, ..
        } = gathered;
        let mut summary = Summary::new(Doing::Planned, left_out);
        for name in named_workspaces(&entries) {
            if is_missing(vault.workspace(Some(name)))? {
                summary.workspace(name);
            }
        }
        let second = context.now.seconds();
        let (outcomes, taken) = decide(self.on_conflict, &entries, second, |secret| {
            look_up(vault, context.workspace(), secret)
        })?;
        summary.entries(&entries, &outcomes);
        summary.print(context)?;
        context.ui.flush()?;
        let counts = summary.counts();
        let note = format!("dry run: nothing is written; {counts}");
        context.ui.note(&note);
        Ok(refuse_conflict(&taken)?)
    }

    /// Writes all entries at once, or none, and prints the outcome of each.
    fn write(
        &self,
        gathered: Gathered,
        mut vault: Vault,
        context: &mut Context,
    ) -> Result<(), Error> {
        let Gathered {
            entries, left_out, ..
        } = gathered;
        let mut summary = Summary::new(Doing::Done, left_out);
        let workspace = context.workspace().cloned();
        let workspace = workspace.as_ref();
        let version = self.version.version(context);
        let working = context.ui.progress("importing", Some(entries.len()));
        context.change_in(&mut vault, |change| {
            for name in named_workspaces(&entries) {
                if is_missing(change.workspace(Some(name)))? {
                    change.create_workspace(name.clone(), Description::default())?;
                    summary.workspace(name);
                }
            }
            let second = change.now().seconds();
            let (outcomes, taken) = decide(self.on_conflict, &entries, second, |secret| {
                change.look_up(workspace, secret)
            })?;
            refuse_conflict(&taken)?;
            summary.entries(&entries, &outcomes);
            for (entry, outcome) in entries.into_iter().zip(outcomes) {
                write(change, workspace, entry, outcome, version)?;
                working.advance();
            }
            Ok::<_, Error>(())
        })?;
        drop(working);
        summary.print(context)
    }

    /// The named format, or the detected one.
    fn settled_format(&self, context: &mut Context) -> Result<Format, Error> {
        if let Some(format) = self.format {
            return Ok(format);
        }
        if self.columns.is_some() {
            return Ok(Format::Csv);
        }
        match self.input_path() {
            Some(path) => format::detected(path, context),
            None => Err(format::missing(
                "--format is missing: only that of a file is detected",
            )),
        }
    }

    fn suggest_others(&self, format: Format, context: &mut Context) {
        let path = self.input_path().filter(|path| path.is_file());
        if let (None, Format::Dotenv, Some(path)) = (self.format, format, path) {
            format::suggest_others(path, context);
        }
    }

    /// Refuses options that are not for the format.
    fn check(&self, format: Format) -> Result<(), Error> {
        if self.nested && !format.is_nested() {
            return Err(Error::usage(
                "--nested works only with --format json, yaml, toml or ini",
            ));
        }
        let has_reading = self.dialect.is_some() || self.expand;
        if has_reading && format != Format::Dotenv {
            return Err(Error::usage(
                "--dialect and --expand work only with --format dotenv",
            ));
        }
        if self.expand && self.dialect == Some(Dialect::Sops) {
            return Err(Error::usage("--expand does not work with --dialect sops"));
        }
        if self.path.is_some() && !format.is_nested() {
            return Err(Error::usage(
                "--path works only with --format json, yaml, toml or ini",
            ));
        }
        if self.columns.is_some() && format != Format::Csv {
            return Err(Error::usage("--columns works only with --format csv"));
        }
        if self.fields != Wanted::default() && !format.is_of_manager() {
            return Err(Error::usage(
                "--fields works only with --format csv, netrc, pgpass, bitwarden, 1password, keepass-xml, proton-pass or pass",
            ));
        }
        if format.is_of_manager() && matches!(self.on_repeat, Repeated::First | Repeated::Last) {
            return Err(Error::usage(
                "two items with one name are two secrets: --on-repeat can be fail or number",
            ));
        }
        let is_folder = self.input_path().is_some_and(Path::is_dir);
        match format {
            Format::Pass if !is_folder => Err(Error::usage(
                "a password store is a folder: name it, such as ~/.password-store",
            )),
            Format::Files if !is_folder => Err(Error::usage(
                "--format files reads a folder: name it, such as /run/secrets",
            )),
            _ => Ok(()),
        }
    }

    /// The named path, unless it is stdin.
    fn input_path(&self) -> Option<&Path> {
        self.file.as_deref().filter(|path| !is_stdin(path))
    }

    /// Only gpg may ask for anything here: broken input is reported before the vault is unlocked.
    fn read(&self, format: Format, context: &Context) -> Result<Gathered, Error> {
        let path: Option<TreePath> = parsed("--path", self.path.as_deref())?;
        let columns: Option<Columns> = parsed("--columns", self.columns.as_deref())?;
        let rules = Rules {
            empty: self.on_empty,
            nesting: if self.nested {
                Nesting::Joined
            } else {
                Nesting::Refused
            },
            path: path.as_ref(),
            columns: columns.as_ref(),
            wanted: self.fields,
            repeated: self.on_repeat,
            dotenv: Reading {
                dialect: self.dialect,
                expansion: if self.expand {
                    Expansion::On
                } else {
                    Expansion::Off
                },
            },
        };
        let unread = "cannot read the folder to import";
        let gathered = match self.input_path().filter(|path| path.is_dir()) {
            Some(folder) if format == Format::Pass => {
                let asking = match context.settings.interaction {
                    Interaction::Allowed => Asking::Allowed,
                    Interaction::Refused => Asking::Refused,
                };
                managers::password_store::read(folder, &Gpg::find(asking)?, rules)
                    .context(unread)?
            }
            Some(folder) if format == Format::Files => {
                secret_files::read(folder, rules).context(unread)?
            }
            Some(folder) if format == Format::Dotenv => {
                let current = context.workspace().cloned().unwrap_or_default();
                env_directory::read(folder, &current, rules).context(unread)?
            }
            _ => format.read(&self.input(context)?, rules),
        };
        Ok(gathered.map_err(vault::Error::Invalid)?)
    }

    fn input(&self, context: &Context) -> Result<Plaintext, Error> {
        if let Some(path) = self.input_path() {
            let read = File::open(path).and_then(read_bounded);
            return Ok(read.context(format::UNREAD)?);
        }
        context.check_stdin("the passphrase and the import")?;
        let stream = stdin::unbuffered().context("cannot read stdin")?;
        let stream = stream.ok_or_else(|| {
            Error::usage("name a file to import, or pipe one in: a terminal would show the values")
        })?;
        Ok(read_bounded(stream).context("cannot read stdin")?)
    }
}

/// Prints the warnings, and the names without a value, which become no secret.
fn report(gathered: &Gathered, context: &mut Context) {
    for warning in &gathered.warnings {
        context.ui.warning(&warning.to_string());
    }
    let entries = gathered.entries.iter();
    let empty = entries.filter(|entry| entry.value.is_none());
    let empty: Vec<String> = empty.map(|entry| reference(entry).to_string()).collect();
    if !empty.is_empty() {
        let names = empty.join(", ");
        context.ui.note(&format!(
            "skipped, because the value is empty: {names}; --on-empty fail refuses them"
        ));
    }
}

/// The value of an option, or its error.
fn parsed<T>(option: &str, given: Option<&str>) -> Result<Option<T>, Error>
where
    T: FromStr<Err: Display>,
{
    let parsed = given.map(str::parse).transpose();
    parsed.map_err(|error: T::Err| Error::usage(format!("{option}: {error}")))
}
