//! The argument that names a secret.

use super::value::ValueArgs;
use crate::completion::words::SecretWord;
use crate::context::Context;
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::platform::stdin;
use crate::sealed::random;
use crate::settings::Source;
use crate::ui::EmptyLine;
use crate::vault;
use crate::vault::app_reference::AppReference;
use crate::vault::change::NewPlace;
use crate::vault::env_key::EnvKey;
use crate::vault::name::{SecretName, WorkspaceName};
use crate::vault::reference::{Reference, SCHEME, Target};
use crate::vault::rule::RuleViolation;

/// `NAME` of a secret to be made.
#[derive(clap::Args)]
pub struct NameArgument {
    /// The name of the secret, or `workspace/name`
    #[arg(required_unless_present = "input")]
    name: Option<SecretWord>,

    /// Accept a name with `=` in it
    #[arg(long, hide_short_help = true)]
    literal_name: bool,
}

/// The name of a new secret, and the workspace in the argument.
pub struct NewName {
    pub name: SecretName,
    workspace: Option<WorkspaceName>,
}

impl NewName {
    /// Parses `NAME` or `workspace/NAME`.
    pub fn parse(text: &str, literal_name: bool) -> Result<Self, Error> {
        let Reference {
            workspace, secret, ..
        } = whole(parse(text, literal_name)?)?;
        let name = match secret {
            Target::Name(name) => Ok(name),
            // An id is never a name of your choice: the rule for names explains it.
            Target::Id(id) => SecretName::parse(&id.to_string()),
        };
        let name = name.map_err(|broken| vault::Error::invalid("name", broken))?;
        Ok(Self { name, workspace })
    }

    /// The place of a secret that gets this name.
    pub fn into_place(self) -> NewPlace {
        NewPlace {
            workspace: self.workspace,
            name: Some(self.name),
        }
    }

    /// The secret's workspace: its own, or the one in use.
    pub fn workspace(&self, context: &Context) -> Option<WorkspaceName> {
        self.workspace
            .clone()
            .or_else(|| context.workspace().cloned())
    }
}

impl NameArgument {
    /// Refuses an invalid name, and a workspace other than --workspace.
    pub fn check(&self, context: &Context) -> Result<(), Error> {
        let Some(named) = self.parse()?.and_then(|new| new.workspace) else {
            return Ok(());
        };
        let settings = &context.settings;
        if settings.workspace_source == Source::Flag && settings.workspace.as_ref() != Some(&named)
        {
            return Err(Error::Usage {
                message: "the secret's name and --workspace name two different workspaces".into(),
                hint: Some("give the workspace in one of them only".into()),
            });
        }
        Ok(())
    }

    /// The one name that an argument and JSON give.
    pub fn name_or(&self, read: Option<SecretName>) -> Result<NewName, Error> {
        match (self.parse()?, read) {
            (Some(argument), Some(read)) if argument.name != read => Err(Error::usage(
                "the argument and the input name two different secrets",
            )),
            (Some(argument), _) => Ok(argument),
            (None, Some(name)) => Ok(NewName {
                name,
                workspace: None,
            }),
            (None, None) => {
                let broken = RuleViolation::new("a secret needs a name", "missing");
                Err(vault::Error::invalid("name", broken).into())
            }
        }
    }

    fn parse(&self) -> Result<Option<NewName>, Error> {
        let name = self.name.as_deref();
        name.map(|text| NewName::parse(text, self.literal_name))
            .transpose()
    }
}

/// `SECRET` that should be there already.
#[derive(clap::Args)]
pub struct SecretArgument {
    /// The secret: its name, `workspace/name` or id
    #[arg(value_name = "SECRET")]
    secret: SecretWord,

    /// Accept a name with `=` in it
    #[arg(long, hide_short_help = true)]
    literal_name: bool,
}

impl SecretArgument {
    /// The whole secret. Refuses an address with a slot.
    pub fn whole(&self) -> Result<Reference, Error> {
        whole(parse(&self.secret, self.literal_name)?)
    }
}

/// Refuses an address that names a slot.
pub fn whole(reference: Reference) -> Result<Reference, Error> {
    if reference.slot.is_some() {
        return Err(Error::usage(
            "this command takes a whole secret: remove ?slot= from the address",
        ));
    }
    Ok(reference)
}

/// Parses a secret's name from the command line.
pub fn parse(text: &str, literal_name: bool) -> Result<Reference, Error> {
    // An address may contain `?slot=N`.
    check_for_value(text, literal_name || text.starts_with(SCHEME))?;
    let reference = Reference::parse(text);
    Ok(reference.map_err(|broken| vault::Error::invalid("name", broken))?)
}

/// Other tools read `NAME=VALUE` as a value, so it is accepted as a name only with an option.
fn check_for_value(text: &str, literal: bool) -> Result<(), Error> {
    if literal || !text.contains('=') {
        return Ok(());
    }
    Err(Error::Usage {
        message: "the name contains a =: did you want to give a value?".into(),
        hint: Some("pipe the value in, as other users can see arguments; if the name is right, add --literal-name".into()),
    })
}

/// Reads a value from the place that the arguments name, else from stdin or a prompt, twice.
pub fn read_value(arguments: &ValueArgs, context: &mut Context) -> Result<Plaintext, Error> {
    if arguments.reads_stdin() {
        context.check_stdin("the passphrase and the value")?;
    }
    let mut stream = stdin::unbuffered().map_err(anyhow::Error::from)?;
    let ui = &mut *context.ui;
    let ask = &mut || Ok::<_, Error>(ui.hidden_twice("Value", "Once more", EmptyLine::Counts)?);
    arguments.read(
        stream.as_mut().map(|stream| stream as _),
        ask,
        &mut |bytes| random::fill(bytes),
    )
}

/// Parses the name of an app.
pub fn parse_app(text: &str) -> Result<AppReference, Error> {
    Ok(AppReference::parse(text).map_err(|broken| vault::Error::invalid("app", broken))?)
}

/// Parses the name of an environment variable.
pub fn parse_key(key: &str) -> Result<EnvKey, Error> {
    Ok(EnvKey::parse(key).map_err(|broken| vault::Error::invalid("env_key", broken))?)
}
