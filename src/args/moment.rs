//! `--at`: the time whose values a program gets.

use super::time::parse_future;
use crate::context::Context;
use crate::error::Error;
use crate::vault::slot::Choice;

#[derive(clap::Args)]
pub struct MomentArgs {
    /// Use the values of this time, to rehearse a rotation [default: now]
    ///
    /// Also a duration from now, such as `7d`. It changes nothing in the vault.
    #[arg(
        long,
        value_name = "TIME",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    at: Option<String>,
}

impl MomentArgs {
    pub fn choice(&self, context: &Context) -> Result<Choice, Error> {
        match &self.at {
            Some(text) => Ok(Choice::At(parse_future("at", text, context.now)?)),
            None => Ok(Choice::Now(context.now)),
        }
    }
}
