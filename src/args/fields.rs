//! The options that set a secret's fields.

use super::time::{parse_duration, parse_future};
use crate::error::Error;
use crate::vault;
use crate::vault::change::{Edit, Fields};
use crate::vault::description::Description;
use crate::vault::domain::AllowedDomains;
use crate::vault::env_key::EnvKey;
use crate::vault::error::Detail;
use crate::vault::rule::RuleViolation;
use crate::vault::time::Timestamp;

#[derive(clap::Args)]
pub struct FieldArgs {
    /// Describe what the secret is for
    ///
    /// At most 1,024 characters; "" clears it.
    #[arg(long, visible_alias = "comment", value_name = "TEXT")]
    description: Option<String>,

    /// Name its variable [default: from the name]
    ///
    /// `kluis run --all` sets this variable.
    #[arg(long, value_name = "KEY")]
    env_key: Option<String>,

    /// Bind the secret to a host; may be repeated
    ///
    /// For example `api.example.com`, or `*.example.com` for all hosts below it. Replaces the whole list.
    #[arg(long, value_name = "HOST")]
    allow_domain: Vec<String>,

    #[command(flatten)]
    policy: PolicyArgs,
}

/// When the value should be replaced.
#[derive(clap::Args)]
pub struct PolicyArgs {
    /// Remind you to rotate it, such as every `90d`
    #[arg(long, value_name = "TIME", allow_negative_numbers = true)]
    rotate_every: Option<String>,

    #[command(flatten)]
    expiry: ExpiryArgs,
}

#[derive(clap::Args)]
pub struct ExpiryArgs {
    /// Let the value expire at this time, or after `30d`
    #[arg(
        long,
        value_name = "TIME",
        allow_negative_numbers = true,
        hide_short_help = true
    )]
    expires: Option<String>,
}

/// The options that remove an optional field.
#[derive(clap::Args)]
pub struct ClearArgs {
    /// Bind the secret to no host
    #[arg(long, conflicts_with_all = ["allow_domain", "input"], hide_short_help = true)]
    no_allow_domain: bool,

    /// Stop the reminders to rotate the value
    #[arg(long, conflicts_with = "rotate_every", hide_short_help = true)]
    no_rotate_every: bool,

    /// Let the value never expire
    #[arg(long, conflicts_with = "expires", hide_short_help = true)]
    no_expires: bool,
}

impl FieldArgs {
    /// The given fields; a duration counts from `now`.
    pub fn fields(&self, now: Timestamp) -> Result<Fields, Error> {
        let description = self.description.as_deref().map(Description::parse);
        let env_key = self.env_key.as_deref().map(EnvKey::parse);
        let mut fields = Fields {
            description: description
                .transpose()
                .map_err(|broken| vault::Error::invalid("description", broken))?,
            env_key: env_key
                .transpose()
                .map_err(|broken| vault::Error::invalid("env_key", broken))?,
            allowed_domains: parse_domains(&self.allow_domain)?,
            ..Fields::default()
        };
        self.policy.set(&mut fields, now)?;
        Ok(fields)
    }
}

impl PolicyArgs {
    pub fn set(&self, fields: &mut Fields, now: Timestamp) -> Result<(), Error> {
        if let Some(text) = &self.rotate_every {
            let seconds = parse_duration("rotate_every", text)?.as_secs();
            if seconds == 0 {
                let rule = "the time between rotations must be at least a second; to remove it, use `kluis update NAME --no-rotate-every`";
                let broken = RuleViolation::new(rule, "greater_than");
                return Err(vault::Error::invalid("rotate_every", broken).into());
            }
            fields.rotate_every = Edit::Set(seconds);
        }
        fields.expires_at = self.expiry.edit(now)?;
        Ok(())
    }
}

impl ExpiryArgs {
    pub fn edit(&self, now: Timestamp) -> Result<Edit<Timestamp>, Error> {
        let text = self.expires.as_deref();
        let time = text.map(|text| parse_future("expires", text, now));
        Ok(time.transpose()?.map_or(Edit::Keep, Edit::Set))
    }
}

impl ClearArgs {
    pub fn clear(&self, fields: &mut Fields) {
        if self.no_allow_domain {
            fields.allowed_domains = Some(AllowedDomains::default());
        }
        if self.no_rotate_every {
            fields.rotate_every = Edit::Clear;
        }
        if self.no_expires {
            fields.expires_at = Edit::Clear;
        }
    }
}

fn parse_domains(patterns: &[String]) -> Result<Option<AllowedDomains>, Error> {
    if patterns.is_empty() {
        return Ok(None);
    }
    match AllowedDomains::parse(patterns) {
        Ok(domains) => Ok(Some(domains)),
        Err(broken) => {
            let details = broken
                .into_iter()
                .map(|(_, broken)| Detail::new("allowed_domains", broken));
            Err(vault::Error::Invalid(details.collect()).into())
        }
    }
}
