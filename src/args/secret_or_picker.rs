//! The argument that names a secret, or may be left out: at a terminal you then pick the secret from a list.

use super::secret::{parse, whole};
use crate::completion::words::{DeletedWord, SecretWord};
use crate::context::Context;
use crate::error::Error;
use crate::vault::Vault;
use crate::vault::name::SecretName;
use crate::vault::reference::{Reference, Target};

/// The hint if the command lacks an existing secret.
const NAME_ONE: &str =
    "name a secret, as `kluis list` shows them; at a terminal you can pick it from a list";

/// `[SECRET]` that should be there already.
#[derive(clap::Args)]
pub struct PickedArgument {
    /// The secret: its name, `workspace/name` or id; or pick it from a list
    #[arg(value_name = "SECRET")]
    secret: Option<SecretWord>,

    /// Accept a name with `=` in it
    #[arg(long, hide_short_help = true)]
    literal_name: bool,
}

impl PickedArgument {
    /// The whole secret; `None` if you pick it after the vault is open.
    pub fn whole(&self, context: &Context) -> Result<Option<Reference>, Error> {
        self.reference(context)?.map(whole).transpose()
    }

    /// The same for verbs that accept an address with a slot.
    pub fn reference(&self, context: &Context) -> Result<Option<Reference>, Error> {
        match &self.secret {
            Some(secret) => parse(secret, self.literal_name).map(Some),
            None if context.ui.can_pick() => Ok(None),
            None => Err(no_secret(NAME_ONE)),
        }
    }
}

/// `[SECRET…]` that should be there already.
#[derive(clap::Args)]
pub struct PickedArguments {
    /// The secrets: names, `workspace/name` or ids; or pick one from a list
    #[arg(value_name = "SECRET")]
    secrets: Vec<SecretWord>,

    /// Accept a name with `=` in it
    #[arg(long, hide_short_help = true)]
    literal_name: bool,
}

/// The same for secrets that can be restored.
#[derive(clap::Args)]
pub struct PickedDeletedArguments {
    /// The secrets: names, `workspace/name` or ids; or pick one from a list
    #[arg(value_name = "SECRET")]
    secrets: Vec<DeletedWord>,

    /// Accept a name with `=` in it
    #[arg(long, hide_short_help = true)]
    literal_name: bool,
}

impl PickedArguments {
    /// The whole secrets, each once; none if you pick one after the vault is open.
    pub fn whole(&self, context: &Context) -> Result<Vec<Reference>, Error> {
        let secrets = self.secrets.iter().map(|word| &**word);
        whole_ones(secrets, self.literal_name, context, NAME_ONE)
    }
}

impl PickedDeletedArguments {
    /// The whole secrets, each once; none if you pick one after the vault is open.
    pub fn whole(&self, context: &Context) -> Result<Vec<Reference>, Error> {
        let hint = "name a deleted secret, as `kluis list --deleted` shows them";
        let secrets = self.secrets.iter().map(|word| &**word);
        whole_ones(secrets, self.literal_name, context, hint)
    }
}

/// The whole secrets. The error has `hint` if you cannot pick one.
fn whole_ones<'a>(
    secrets: impl ExactSizeIterator<Item = &'a str>,
    literal_name: bool,
    context: &Context,
    hint: &'static str,
) -> Result<Vec<Reference>, Error> {
    if secrets.len() == 0 && !context.ui.can_pick() {
        return Err(no_secret(hint));
    }
    let mut references = Vec::with_capacity(secrets.len());
    for secret in secrets {
        let reference = whole(parse(secret, literal_name)?)?;
        if !references.contains(&reference) {
            references.push(reference);
        }
    }
    Ok(references)
}

fn no_secret(hint: &'static str) -> Error {
    Error::Usage {
        message: "<SECRET> is missing".into(),
        hint: Some(hint.into()),
    }
}

impl Context<'_> {
    /// The named secrets, or the one that you pick from the workspace in use.
    pub fn picked_several(
        &mut self,
        vault: &Vault,
        named: Vec<Reference>,
    ) -> Result<Vec<Reference>, Error> {
        if named.is_empty() {
            return Ok(vec![self.picked(vault, None)?]);
        }
        Ok(named)
    }

    /// The named secret, or the one that you pick from the workspace in use.
    pub fn picked(&mut self, vault: &Vault, named: Option<Reference>) -> Result<Reference, Error> {
        if let Some(named) = named {
            return Ok(named);
        }
        let workspace = vault.workspace(self.workspace())?;
        let mut names = vault.names(workspace)?;
        names.sort_unstable();
        if names.is_empty() {
            return Err(Error::Usage {
                message: format!("the workspace {} has no secrets", workspace.name),
                hint: Some("store one with `kluis set NAME`".into()),
            });
        }
        let picked = self.ui.pick("Secret", &names)?;
        let name = SecretName::parse(&names[picked]);
        let name = name.map_err(|broken| crate::vault::Error::invalid("name", broken))?;
        Ok(Reference {
            workspace: Some(workspace.name.clone()),
            ..Reference::to(Target::Name(name))
        })
    }
}
