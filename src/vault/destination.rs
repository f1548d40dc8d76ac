//! Where a value is said to go, and whether a secret that is bound to domains may go there.
//!
//! A guard against mistakes: it takes the caller's word. Everything that hands out a value asks here, and
//! what nobody has thought of fails.

use super::Error;
use super::host::Host;
use super::reference::{Reference, Target};
use super::secret::Secret;

#[derive(Default)]
pub struct Destination {
    pub host: Option<Host>,
    pub revealed: Revealed,
}

/// Which secrets go anywhere, because somebody says so.
#[derive(Default)]
pub enum Revealed {
    #[default]
    None,
    /// These, each with its workspace.
    Named(Vec<Reference>),
    All,
}

impl Destination {
    /// Anywhere: somebody has said that of every secret.
    pub fn anywhere() -> Self {
        Self {
            host: None,
            revealed: Revealed::All,
        }
    }

    /// Whether a secret may go there.
    pub fn check(&self, secret: &Secret) -> Result<(), Error> {
        let domains = &secret.allowed_domains;
        let allowed = match &self.host {
            Some(host) => domains.allow(host),
            None => domains.is_empty(),
        };
        if allowed || self.revealed.includes(secret) {
            return Ok(());
        }
        let list: Vec<_> = domains.iter().collect();
        Err(Error::Denied {
            name: secret.path(),
            allowed: list.join(", "),
            host: self.host.as_ref().map(|host| host.as_str().to_owned()),
        })
    }
}

impl Revealed {
    fn includes(&self, secret: &Secret) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Named(references) => references.iter().any(|reference| {
                let home = reference.workspace.as_ref();
                let here = home.is_some_and(|home| home.as_str() == secret.workspace_name);
                let named = match &reference.secret {
                    Target::Name(name) => *name == secret.name,
                    Target::Id(id) => *id == secret.id,
                };
                here && named
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::domain::AllowedDomains;

    fn bound() -> Secret {
        let mut secret = Secret::for_test(&[(0, false)]);
        let domains = ["*.example.com".to_owned(), "api.example.org".to_owned()];
        secret.allowed_domains = AllowedDomains::parse(&domains).unwrap();
        secret
    }

    fn to(host: &str) -> Destination {
        Destination {
            host: Some(Host::parse(host).unwrap()),
            revealed: Revealed::None,
        }
    }

    fn revealing(reference: &str) -> Destination {
        let reference = Reference::parse(reference).unwrap();
        Destination {
            host: None,
            revealed: Revealed::Named(vec![reference]),
        }
    }

    #[test]
    fn a_bound_secret_goes_where_it_may_or_where_somebody_insists() {
        let secret = bound();
        assert!(Destination::default().check(&secret).is_err());
        assert!(to("https://a.example.com/path").check(&secret).is_ok());
        assert!(to("API.example.org:8443").check(&secret).is_ok());
        assert!(to("example.com").check(&secret).is_err());
        assert!(Destination::anywhere().check(&secret).is_ok());
        assert!(revealing("default/name").check(&secret).is_ok());
        assert!(revealing("default/other").check(&secret).is_err());
        assert!(revealing("other/name").check(&secret).is_err());
        assert!(revealing("name").check(&secret).is_err());
        let error = to("evil.example").check(&secret).unwrap_err();
        assert_eq!(
            error.to_string(),
            "default/name may only go to *.example.com, api.example.org, not to evil.example"
        );
    }

    #[test]
    fn an_unbound_secret_goes_anywhere() {
        let secret = Secret::for_test(&[(0, false)]);
        for destination in [Destination::default(), to("evil.example")] {
            assert!(destination.check(&secret).is_ok());
        }
    }
}
