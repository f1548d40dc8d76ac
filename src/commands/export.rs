//! `export`: prints the selected secrets as one document, in the format you name.

use super::Command;
use crate::args::selection::SelectionArgs;
use crate::context::Context;
use crate::deliver::environment::Environment;
use crate::deliver::formats::github::{self, EnvFile};
use crate::deliver::formats::{Entry, Format, Names, k8s};
use crate::error::Error;
use crate::sealed::random;
use crate::vault::env_key::EnvKey;
use crate::vault::rule::RuleViolation;
use crate::vault::{self, Scan};
use anyhow::{Context as _, anyhow};
use std::path::PathBuf;

/// Write secrets in the format of another program
///
/// Writes the same variables as `kluis run` gives: those under [env] in kluis.toml and of -e, or those of --app
/// or --all instead.
///
/// The program that reads the export gets each value exactly. `kluis` refuses a value that the format cannot
/// hold, and then writes nothing. No value can run as code.
///
/// Leaves out variables that kluis.toml makes files: only `kluis run` can give those.
///
/// The output has the values in plain text: mind where it goes.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  eval \"$(kluis export --format shell -e GITHUB_TOKEN=github_token)\"
  kluis export --format json --all | jq -r .DATABASE_URL
  kluis export --format fish --app billing | source
  kluis export --format github --app deploy
  kluis export --format k8s --app billing | kubectl apply -f -
  docker run --env-file <(kluis export --format docker --app billing) billing

Formats:
  shell, fish, powershell  code to evaluate in that shell
  dotenv                   for python-dotenv with interpolate=False
  dotenv-node              for dotenv of npm
  json, yaml               one object of names and values
  docker                   for docker run --env-file
  compose                  for env_file: in Docker Compose, and its --env-file
  k8s                      the manifest of a Secret
  systemd                  for EnvironmentFile=
  tfvars                   for Terraform
  github                   written to the file that GITHUB_ENV names; stdout
                           gets only the commands that mask the values
  gitlab                   for artifacts:reports:dotenv
  circleci                 to append to the file that BASH_ENV names")]
pub struct Export {
    /// Write this format: dotenv, json, shell, docker, k8s, …
    #[arg(short, long, value_name = "FORMAT", hide_possible_values = true)]
    format: Format,

    /// Name the Secret that k8s writes [default: kluis]
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    manifest_name: Option<String>,

    #[command(flatten)]
    selection: SelectionArgs,
}

impl Command for Export {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let selection = self.selection.parse()?.with_any_bytes();
        let (selection, files) = selection.with_project(context)?.without_files();
        note_left_out(context, &files);
        let manifest = self.manifest_name()?;
        let env_file = match self.format {
            Format::Github => Some(open_env_file()?),
            _ => None,
        };
        let vault = context.open(Scan::Lookup)?;
        let environment = self.selection.resolve(selection, &vault, context)?;
        drop(vault);
        self.write(context, &environment, manifest, env_file)
    }
}

impl Export {
    fn manifest_name(&self) -> Result<&str, Error> {
        match self.manifest_name.as_deref() {
            Some(_) if self.format != Format::K8s => {
                Err(Error::usage("--manifest-name needs --format k8s"))
            }
            Some(name) if !k8s::is_name(name) => {
                let rule = "a name in Kubernetes can use a-z 0-9 - . and must begin and end with a letter or digit";
                let broken = RuleViolation::mismatch(rule);
                Err(vault::Error::invalid("manifest_name", broken).into())
            }
            Some(name) => Ok(name),
            None => Ok(k8s::DEFAULT_NAME),
        }
    }

    fn write(
        &self,
        context: &mut Context,
        environment: &Environment,
        manifest: &str,
        env_file: Option<EnvFile>,
    ) -> Result<(), Error> {
        let entries: Vec<Entry<'_>> = environment.iter().collect();
        let delimiter = match env_file {
            Some(_) => github::delimiter(&entries, &mut random::fill),
            None => String::new(),
        };
        let names = Names {
            manifest,
            delimiter: &delimiter,
        };
        let document = self.format.write(&entries, names)?;
        for (key, value) in &entries {
            for caution in self.format.cautions(value) {
                context.ui.warning(&format!("{key}: {caution}"));
            }
        }
        let Some(env_file) = env_file else {
            return Ok(context.ui.value(document.expose())?);
        };
        // No output may use a value before it is masked.
        let secrets: Vec<Entry<'_>> = environment.secrets().collect();
        let masks = github::masks(&secrets);
        context.ui.value(masks.expose())?;
        let appended = env_file.append(&document);
        Ok(appended.context("cannot write the file that GITHUB_ENV names")?)
    }
}

fn note_left_out(context: &mut Context, files: &[EnvKey]) {
    if !files.is_empty() {
        let names: Vec<&str> = files.iter().map(EnvKey::as_str).collect();
        let names = names.join(", ");
        context.ui.note(&format!(
            "left out {names}: as a file, only `kluis run` can give it"
        ));
    }
}

fn open_env_file() -> Result<EnvFile, Error> {
    let path = std::env::var_os("GITHUB_ENV").filter(|path| !path.is_empty());
    let path = path.map(PathBuf::from).ok_or_else(|| {
        anyhow!("GITHUB_ENV is not set: --format github works only in a step of GitHub Actions")
    })?;
    let opened = EnvFile::open(&path);
    Ok(opened.context("cannot append to the file that GITHUB_ENV names")?)
}
