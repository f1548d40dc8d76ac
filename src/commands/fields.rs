//! The fields of a secret that options set.

use crate::error::Error;
use crate::vault;
use crate::vault::description::Description;
use crate::vault::env_key::EnvKey;

#[derive(clap::Args)]
pub struct FieldArgs {
    /// What the secret is for, at most 1,024 characters; "" clears it
    #[arg(long, visible_alias = "comment", value_name = "TEXT")]
    description: Option<String>,

    /// The environment variable that `run --all` gives the value to [default: from the name]
    #[arg(long, value_name = "KEY")]
    env_key: Option<String>,
}

impl FieldArgs {
    pub fn description(&self) -> Result<Option<Description>, Error> {
        let parsed = self
            .description
            .as_deref()
            .map(Description::parse)
            .transpose();
        Ok(parsed.map_err(|broken| vault::Error::invalid("description", broken))?)
    }

    pub fn env_key(&self) -> Result<Option<EnvKey>, Error> {
        let parsed = self.env_key.as_deref().map(EnvKey::parse).transpose();
        Ok(parsed.map_err(|broken| vault::Error::invalid("env_key", broken))?)
    }
}
