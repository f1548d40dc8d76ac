//! The fields of a secret that a command changes.

use crate::vault::description::Description;
use crate::vault::domain::AllowedDomains;
use crate::vault::env_key::EnvKey;
use crate::vault::secret::Secret;
use crate::vault::time::Timestamp;

/// A change of a field that may be absent.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub enum Edit<T> {
    #[default]
    Keep,
    Clear,
    Set(T),
}

impl<T> Edit<T> {
    pub(super) fn apply(self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(new) => *field = Some(new),
        }
    }
}

/// The fields besides name and values. `None` keeps a field; in a new secret it means the default.
#[derive(Default)]
pub struct Fields {
    pub description: Option<Description>,
    /// The default is the name in upper case.
    pub env_key: Option<EnvKey>,
    /// The whole list; an empty one removes the restriction.
    pub allowed_domains: Option<AllowedDomains>,
    /// In seconds.
    pub rotate_every: Edit<u64>,
    pub expires_at: Edit<Timestamp>,
}

impl Fields {
    /// Whether no field is given.
    pub fn is_empty(&self) -> bool {
        let Self {
            description,
            env_key,
            allowed_domains,
            rotate_every,
            expires_at,
        } = self;
        description.is_none()
            && env_key.is_none()
            && allowed_domains.is_none()
            && *rotate_every == Edit::Keep
            && *expires_at == Edit::Keep
    }

    pub(super) fn apply(self, secret: &mut Secret) {
        if let Some(description) = self.description {
            secret.description = description;
        }
        if let Some(env_key) = self.env_key {
            secret.env_key = env_key;
        }
        if let Some(domains) = self.allowed_domains {
            secret.allowed_domains = domains;
        }
        self.rotate_every.apply(&mut secret.rotate_every);
        self.expires_at.apply(&mut secret.expires_at);
    }
}
