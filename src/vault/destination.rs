//! Decides whether a secret that is bound to domains may go to a destination.
//!
//! It only guards against mistakes, because it trusts the caller's word. All code that hands out a value asks
//! here; an unknown destination is refused.

use super::Error;
use super::host::Host;
use super::name::WorkspaceName;
use super::reference::{Reference, Target};
use super::secret::Secret;
use std::cell::Cell;

#[derive(Default)]
pub struct Destination {
    pub host: Option<Host>,
    pub revealed: Revealed,
}

/// The secrets that may go anywhere, because you requested it.
#[derive(Default)]
pub enum Revealed {
    #[default]
    None,
    /// Only these.
    Named(Vec<Name>),
    All,
}

/// A secret that may go anywhere.
pub struct Name {
    /// With its workspace.
    reference: Reference,
    /// Whether a requested secret has had this name.
    is_met: Cell<bool>,
}

impl Name {
    pub fn new(reference: Reference) -> Self {
        let is_met = Cell::default();
        Self { reference, is_met }
    }
}

impl Destination {
    /// Anywhere, for every secret.
    pub fn anywhere() -> Self {
        Self {
            host: None,
            revealed: Revealed::All,
        }
    }

    /// Records that a requested reference gives no value. Without a workspace it belongs to `workspace`.
    pub fn pass_over(&self, workspace: Option<&WorkspaceName>, reference: &Reference) {
        let workspace = reference.workspace.as_ref().or(workspace);
        for name in self.revealed.names() {
            if name.reference.secret == reference.secret
                && (workspace.is_none() || name.reference.workspace.as_ref() == workspace)
            {
                name.is_met.set(true);
            }
        }
    }

    /// A name that no requested secret had: it may be misspelt.
    pub fn unmet(&self) -> Option<&Reference> {
        let mut names = self.revealed.names().iter();
        names
            .find(|name| !name.is_met.get())
            .map(|name| &name.reference)
    }

    /// Refuses a secret that may not go to the destination.
    pub fn check(&self, secret: &Secret) -> Result<(), Error> {
        let domains = &secret.allowed_domains;
        let allowed = match &self.host {
            Some(host) => domains.allow(host),
            None => domains.is_empty(),
        };
        // Checked first, so that a name counts as used even if it was not needed.
        if self.revealed.includes(secret) || allowed {
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

impl Name {
    fn is_of(&self, secret: &Secret) -> bool {
        let home = self.reference.workspace.as_ref();
        let here = home.is_some_and(|home| *home == secret.workspace_name);
        let named = match &self.reference.secret {
            Target::Name(name) => *name == secret.name,
            Target::Id(id) => *id == secret.id,
        };
        here && named
    }
}

impl Revealed {
    fn includes(&self, secret: &Secret) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Named(names) => {
                let of_secret = names.iter().filter(|name| name.is_of(secret));
                of_secret.map(|name| name.is_met.set(true)).count() > 0
            }
        }
    }

    fn names(&self) -> &[Name] {
        match self {
            Self::Named(names) => names,
            Self::None | Self::All => &[],
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
            revealed: Revealed::Named(vec![Name::new(reference)]),
        }
    }

    #[test]
    fn a_bound_secret_goes_to_its_domains_or_where_you_insist() {
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
    fn a_revealed_name_is_met_by_its_secret_alone() {
        let revealed = revealing("default/name");
        assert!(revealed.unmet().is_some());
        let mut other = bound();
        other.name = crate::vault::name::SecretName::parse("other").unwrap();
        assert!(revealed.check(&other).is_err() && revealed.unmet().is_some());
        assert!(to("a.example.com").unmet().is_none());
        assert!(revealed.check(&bound()).is_ok() && revealed.unmet().is_none());
        for (home, reference, met) in [
            (Some("default"), "name", true),
            (None, "name", true),
            (Some("staging"), "default/name", true),
            (Some("staging"), "name", false),
            (Some("default"), "nome", false),
        ] {
            let revealed = revealing("default/name");
            let home = home.map(|home| WorkspaceName::parse(home).unwrap());
            revealed.pass_over(home.as_ref(), &Reference::parse(reference).unwrap());
            assert_eq!(revealed.unmet().is_none(), met, "{reference}");
        }
    }

    #[test]
    fn an_unbound_secret_goes_anywhere() {
        let secret = Secret::for_test(&[(0, false)]);
        for destination in [Destination::default(), to("evil.example")] {
            assert!(destination.check(&secret).is_ok());
        }
    }
}
