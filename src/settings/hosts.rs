//! The `[hosts]` of the user file: the secret that a helper gives for each host.
//!
//! A mistake is an error for the whole file, as everywhere in it, and is never quoted.

use crate::vault::host::Host;
use crate::vault::reference::Reference;
use crate::vault::rule::RuleViolation;
use serde::de::{Error as _, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::fmt;
use std::net::Ipv4Addr;

const MAX_USERNAME_BYTES: usize = 255;

/// A host, and its port if one was given.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct HostPort {
    pub host: Host,
    pub port: Option<u16>,
}

/// A name that a program logs in with: no control characters, because the protocols have lines.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(try_from = "String")]
pub struct Username(String);

/// A secret, and its user.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Login {
    pub secret: Reference,
    pub username: Option<Username>,
}

/// The login of each host.
#[derive(Default, PartialEq, Eq, Debug)]
pub struct Hosts(BTreeMap<HostPort, Login>);

impl HostPort {
    /// Parses like [`Host::parse`], and keeps the port.
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        let host = Host::parse(text)?;
        let after_scheme = text.split_once("://").map_or(text, |(_, rest)| rest);
        let authority = after_scheme.split(['/', '?', '#']).next();
        let place = authority.and_then(|authority| authority.rsplit('@').next());
        let port = place.and_then(|place| place.rsplit_once(':'));
        let port = port.and_then(|(_, port)| port.parse().ok());
        Ok(Self { host, port })
    }

    /// Whether it is this machine, so that nothing travels over a network.
    pub fn is_local(&self) -> bool {
        let name = self.host.as_str();
        let is_loopback = |address: Ipv4Addr| address.is_loopback();
        name == "localhost" || name.ends_with(".localhost") || name.parse().is_ok_and(is_loopback)
    }
}

impl fmt::Display for HostPort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.host.as_str())?;
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

impl TryFrom<String> for HostPort {
    type Error = RuleViolation;

    /// A key of the table: only the host and its port.
    fn try_from(text: String) -> Result<Self, RuleViolation> {
        if text.contains("://") {
            let rule = "a host in [hosts] has no scheme and no path";
            return Err(RuleViolation::mismatch(rule));
        }
        Self::parse(&text)
    }
}

impl Username {
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        if text.is_empty() {
            return Err(RuleViolation::too_short("a username cannot be empty"));
        }
        if text.len() > MAX_USERNAME_BYTES {
            let rule = format!("a username can have at most {MAX_USERNAME_BYTES} bytes");
            return Err(RuleViolation::too_long(rule));
        }
        if text.contains(char::is_control) {
            let rule = "a username cannot contain control characters";
            return Err(RuleViolation::mismatch(rule));
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Username {
    type Error = RuleViolation;

    fn try_from(text: String) -> Result<Self, RuleViolation> {
        Self::parse(&text)
    }
}

impl Hosts {
    /// The login for a host: the line with its port takes precedence over the line without one.
    pub fn login(&self, place: &HostPort) -> Option<&Login> {
        let any_port = HostPort {
            host: place.host.clone(),
            port: None,
        };
        self.0.get(place).or_else(|| self.0.get(&any_port))
    }

    /// Sorted by host.
    pub fn iter(&self) -> impl Iterator<Item = (&HostPort, &Login)> {
        self.0.iter()
    }
}

impl<'de> Deserialize<'de> for Login {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Members {
            secret: Named,
            username: Option<Username>,
        }
        let Members { secret, username } = Members::deserialize(deserializer)?;
        Ok(Self {
            secret: secret.0,
            username,
        })
    }
}

/// A reference, as a text of the file.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Named(Reference);

impl TryFrom<String> for Named {
    type Error = RuleViolation;

    fn try_from(text: String) -> Result<Self, RuleViolation> {
        Reference::parse(&text).map(Self)
    }
}

impl<'de> Deserialize<'de> for Hosts {
    /// Reads the table. Two spellings of one host are a mistake: neither takes precedence.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Table;

        impl<'de> Visitor<'de> for Table {
            type Value = Hosts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of hosts")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut table: M) -> Result<Hosts, M::Error> {
                let mut hosts = BTreeMap::new();
                while let Some((place, login)) = table.next_entry()? {
                    if hosts.insert(place, login).is_some() {
                        return Err(M::Error::custom("a host is there twice"));
                    }
                }
                Ok(Hosts(hosts))
            }
        }

        deserializer.deserialize_map(Table)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn place(text: &str) -> HostPort {
        HostPort::parse(text).unwrap()
    }

    #[test]
    fn the_port_is_kept_however_the_host_is_given() {
        for (text, expected) in [
            ("git.example.com", "git.example.com"),
            ("GIT.example.com.:8443", "git.example.com:8443"),
            ("https://git.example.com", "git.example.com"),
            (
                "https://ada:x@git.example.com:8443/a:1?b:2#c:3",
                "git.example.com:8443",
            ),
            ("localhost:5000", "localhost:5000"),
        ] {
            assert_eq!(place(text).to_string(), expected, "{text}");
        }
        assert!(HostPort::parse("git.example.com:").is_err());
        assert!(HostPort::try_from("https://git.example.com".to_owned()).is_err());
    }

    #[test]
    fn only_this_machine_is_local() {
        for text in [
            "localhost",
            "LOCALHOST:80",
            "a.localhost",
            "127.0.0.1:8080",
            "127.9.9.9",
        ] {
            assert!(place(text).is_local(), "{text}");
        }
        for text in [
            "localhost.example.com",
            "notlocalhost",
            "128.0.0.1",
            "10.0.0.1",
        ] {
            assert!(!place(text).is_local(), "{text}");
        }
    }

    #[test]
    fn a_line_with_the_port_comes_first() {
        let text = "\"git.example.com\" = { secret = \"a\" }\n\
            \"git.example.com:8443\" = { secret = \"w/b\", username = \"ada\" }";
        let hosts: Hosts = toml::from_str(text).unwrap();
        let secret = |text: &str| {
            hosts
                .login(&place(text))
                .map(|login| login.secret.to_string())
        };
        assert_eq!(secret("git.example.com").as_deref(), Some("a"));
        assert_eq!(secret("git.example.com:443").as_deref(), Some("a"));
        assert_eq!(
            secret("https://GIT.example.com:8443/x").as_deref(),
            Some("w/b")
        );
        assert_eq!(secret("example.com"), None);
    }

    #[test]
    fn a_username_is_one_line_of_text() {
        for text in ["ada", "<token>", "ada lovelace", "ü"] {
            assert_eq!(Username::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "a\nb", "a\0", "a\r", &"x".repeat(256)] {
            assert!(Username::parse(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn a_host_and_port_read_again_are_the_same(
            text in "(https?://)?([a-z]{1,4}@)?[a-zA-Z0-9.-]{1,20}(:[0-9]{1,5})?(/.{0,5})?"
        ) {
            if let Ok(place) = HostPort::parse(&text) {
                prop_assert_eq!(Host::parse(&text), Ok(place.host.clone()));
                prop_assert_eq!(HostPort::parse(&place.to_string()), Ok(place));
            }
        }
    }
}
