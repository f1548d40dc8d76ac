//! `inject`: fills a template's references with values.

use super::Command;
use crate::args::destination::{DestinationArgs, check_names};
use crate::args::moment::MomentArgs;
use crate::args::selection::is_absence;
use crate::context::Context;
use crate::context::credential_file::is_stdin;
use crate::deliver::output_file;
use crate::deliver::output_path::Links;
use crate::deliver::template::{self, Delimiters, MAX_TEMPLATE_BYTES, Template};
use crate::error::{Blocked, Error};
use crate::plaintext::Plaintext;
use crate::platform::bounded_read;
use crate::platform::stdin;
use crate::report::warnings;
use crate::vault::rule::RuleViolation;
use crate::vault::{self, Scan};
use anyhow::Context as _;
use std::fs::{self, File};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// Fill a template with values
///
/// Replaces each `{{ kluis://name }}` and `{{ kluis://workspace/name }}` with the current value of that secret;
/// `?slot=N` after the name takes that version. Everything else stays byte for byte, other `{{ … }}` as well.
///
/// A value is put in as it is. A function writes it for the text around it: `{{ kluis://name | json }}` is a JSON string
/// with its quotes. `default "x"` comes first, and stands for a secret that is missing or not in effect.
///
/// Writes nothing unless every reference is filled. --out-file replaces the file in one step, and only you
/// can read it. It has the values in plain text. `kluis` does not write through a link: FILE must not be one, and
/// in a project no folder on its path; --follow allows it. FILE may be a pipe that only you can open, or
/// /dev/stdout.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis inject -i app.conf.template -o app.conf
  kluis inject -w staging -o ~/.npmrc < .npmrc.template
  echo 'db: {{ kluis://staging/db_password }}' | kluis inject
  kluis inject -i values.yaml.template --delimiters '[[ ]]'
  kluis inject -i maps.json --for https://api.example.com

Functions:
  json       a JSON string with its quotes
  json-text  the same without the quotes
  yaml       a double-quoted YAML string
  shell      one word in single quotes
  url        percent-encoded
  base64     with padding
  pgpass     a field of ~/.pgpass
  trim       no white space at the ends
  default    {{ kluis://name | default \"x\" }}")]
pub struct Inject {
    /// Read the template from FILE instead of stdin
    #[arg(short, long, value_name = "FILE")]
    in_file: Option<PathBuf>,

    /// Write the result to FILE instead of stdout
    #[arg(short, long, value_name = "FILE")]
    out_file: Option<PathBuf>,

    /// With -o: write to the file that a link leads to
    #[arg(long, requires = "out_file")]
    follow: bool,

    /// Look for these in place of `{{ }}`, for text that has those
    #[arg(long, value_name = "OPEN CLOSE")]
    delimiters: Option<String>,

    #[command(flatten)]
    moment: MomentArgs,

    #[command(flatten)]
    destination: DestinationArgs,
}

impl Command for Inject {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let out_file = self.out_file.as_deref().filter(|path| !is_stdin(path));
        if out_file.is_some_and(|path| is_same(path, context.settings.vault.path())) {
            return Err(Error::usage(
                "-o names the vault itself; nothing was written",
            ));
        }
        if out_file.is_some_and(|path| self.reads(path)) {
            return Err(Error::Usage {
                message: "-o names the template itself; nothing was written".into(),
                hint: Some("name another file with -o".into()),
            });
        }
        let delimiters = self.delimiters()?;
        let text = self.read(context)?;
        let template = Template::parse(&text, &delimiters).map_err(invalid)?;
        let values = self.values(&template, context)?;
        let filled = template.fill(&values).map_err(invalid)?;
        drop(values);
        match out_file {
            None => Ok(context.ui.value(filled.expose())?),
            Some(path) => self.write(path, &filled),
        }
    }
}

impl Inject {
    fn delimiters(&self) -> Result<Delimiters, Error> {
        let Some(text) = &self.delimiters else {
            return Ok(Delimiters::default());
        };
        Delimiters::parse(text).ok_or_else(|| Error::Usage {
            message: "--delimiters takes what opens and what closes a reference".into(),
            hint: Some("with a space between them, and no letters: --delimiters '[[ ]]'".into()),
        })
    }

    fn write(&self, path: &Path, filled: &Plaintext) -> Result<(), Error> {
        let in_project = Context::in_project();
        let links = Links::on(!self.follow, &in_project);
        output_file::replace(path, links, filled).map_err(|error| match error {
            output_file::Error::Linked { .. } => Error::Usage {
                message: error.to_string(),
                hint: Some("name the file that it leads to, or add --follow".into()),
            },
            error => error.into(),
        })
    }

    /// Whether the template is this file; stdin may be that file, too.
    fn reads(&self, path: &Path) -> bool {
        if let Some(template) = self.in_file.as_deref().filter(|path| !is_stdin(path)) {
            return is_same(template, path);
        }
        let stdin = stdin::unbuffered().ok().flatten();
        let stdin = stdin.and_then(|stdin| stdin.metadata().ok());
        stdin
            .zip(fs::metadata(path).ok())
            .is_some_and(|(stdin, file)| {
                file.is_file() && (stdin.dev(), stdin.ino()) == (file.dev(), file.ino())
            })
    }

    fn read(&self, context: &Context) -> Result<Zeroizing<Vec<u8>>, Error> {
        let file = self.in_file.as_deref().filter(|path| !is_stdin(path));
        let (stream, place) = if let Some(path) = file {
            (File::open(path).map(Some), path.display().to_string())
        } else {
            context.check_stdin("the passphrase and the template")?;
            (stdin::unbuffered(), "stdin".to_owned())
        };
        let failed = || format!("cannot read the template from {place}");
        let stream = stream.with_context(failed)?.ok_or_else(|| Error::Usage {
            message: "no template was given".into(),
            hint: Some("name a file with -i FILE, or pipe the template in".into()),
        })?;
        let text = bounded_read::read(stream, MAX_TEMPLATE_BYTES + 1).with_context(failed)?;
        if text.len() > MAX_TEMPLATE_BYTES {
            let broken = RuleViolation::too_long("a template can have at most 16 MiB");
            return Err(vault::Error::invalid("template", broken).into());
        }
        Ok(text)
    }

    /// A value for each reference, or the first error with its line.
    fn values(&self, template: &Template, context: &mut Context) -> Result<Vec<Plaintext>, Error> {
        if template.references().is_empty() {
            context.ui.warning(
                "the template has no {{ kluis://… }} reference, so the result is the same text",
            );
            return Ok(Vec::new());
        }
        let vault = context.open(Scan::Lookup)?;
        let destination = self.destination.destination(context, &vault)?;
        let all = template.references().iter();
        let all: Vec<_> = all.map(|located| &located.reference).collect();
        let choice = self.moment.choice(context)?;
        let found = vault.each_value(context.workspace(), &all, choice, &destination);
        let mut values = Vec::with_capacity(found.len());
        for (located, selected) in template.references().iter().zip(found) {
            if let (Some(default), Err(error)) = (&located.default, &selected)
                && is_absence(error)
            {
                destination.pass_over(context.workspace(), &located.reference);
                values.push(Plaintext::new(default.clone().into_bytes()));
                continue;
            }
            let selected = selected.map_err(|error| Error::InTemplate {
                line: located.line,
                error: Box::new(Error::Blocked(vec![Blocked::of(
                    vault.suggest(context.workspace(), error),
                )])),
            })?;
            warnings::warn(context, &selected.secret);
            values.push(selected.value);
        }
        check_names(&destination)?;
        Ok(values)
    }
}

fn invalid(error: template::Error) -> Error {
    let message = error.to_string();
    let broken = match error {
        template::Error::Malformed { broken, .. } => RuleViolation::new(message, broken.kind),
        template::Error::Unfit { .. } => RuleViolation::new(message, "value_error"),
        template::Error::TooLarge => RuleViolation::too_long(message),
    };
    vault::Error::invalid("template", broken).into()
}

/// Whether both paths lead to one file.
fn is_same(one: &Path, other: &Path) -> bool {
    let real = |path| fs::canonicalize(path).ok();
    real(one).is_some_and(|one| real(other) == Some(one))
}
