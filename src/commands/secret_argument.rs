//! A secret as it is named on the command line.

use super::Context;
use super::context::is_stdin;
use super::value::{Stdin, ValueArgs};
use crate::error::Error;
use crate::plaintext::Plaintext;
use crate::sealed::random;
use crate::vault;
use crate::vault::name::SecretName;
use crate::vault::reference::{Reference, SCHEME};
use std::fs::File;
use std::io::{IsTerminal, Read};
use std::os::fd::AsFd;

/// `NAME` of a secret to be made.
#[derive(clap::Args)]
pub struct NameArgument {
    /// The secret's name: 1 to 128 of `A-Z a-z 0-9 _ + = - @ # $ .`
    name: String,

    /// Take a name with `=` in it
    #[arg(long)]
    literal_name: bool,
}

impl NameArgument {
    pub fn name(&self) -> Result<SecretName, Error> {
        check_for_value(&self.name, self.literal_name)?;
        Ok(
            SecretName::parse(&self.name)
                .map_err(|broken| vault::Error::invalid("name", broken))?,
        )
    }
}

/// `SECRET` that should be there already.
#[derive(clap::Args)]
pub struct SecretArgument {
    /// The secret: `name`, `workspace/name` or its `sec_…` id
    #[arg(value_name = "SECRET")]
    secret: String,

    /// Take a name with `=` in it
    #[arg(long)]
    literal_name: bool,
}

impl SecretArgument {
    pub fn reference(&self) -> Result<Reference, Error> {
        // An address may say `?slot=N`.
        let literal = self.literal_name || self.secret.starts_with(SCHEME);
        check_for_value(&self.secret, literal)?;
        Ok(Reference::parse(&self.secret)
            .map_err(|broken| vault::Error::invalid("name", broken))?)
    }
}

/// `NAME=VALUE` is how other tools take a value, so it is not taken for a name unless that is said.
fn check_for_value(text: &str, literal: bool) -> Result<(), Error> {
    if literal || !text.contains('=') {
        return Ok(());
    }
    Err(Error::Usage {
        message: "the name has a = in it: was a value meant?".into(),
        hint: Some("a value is never an argument, where others could see it: pipe it in; a name like this needs --literal-name".into()),
    })
}

/// Reads a value from the place that the arguments name, or from stdin, or asks for it twice.
pub fn read_value(arguments: &ValueArgs, context: &mut Context) -> Result<Plaintext, Error> {
    let passphrase = context.settings.unlocking.passphrase_file.as_deref();
    if arguments.reads_stdin() && passphrase.is_some_and(is_stdin) {
        return Err(Error::usage(
            "the passphrase and the value cannot both come from stdin",
        ));
    }
    let stdin = std::io::stdin();
    let mut stream;
    let source = if stdin.is_terminal() {
        Stdin::Terminal
    } else {
        // Its own descriptor, unbuffered: the standard handle keeps a copy that nobody wipes.
        stream = stdin
            .as_fd()
            .try_clone_to_owned()
            .map(File::from)
            .map_err(anyhow::Error::from)?;
        Stdin::Stream(&mut stream as &mut dyn Read)
    };
    let ui = &mut *context.ui;
    let ask = &mut || Ok::<_, Error>(ui.hidden_twice("Value", "Once more")?);
    arguments.read(source, ask, &mut |bytes| random::fill(bytes))
}
