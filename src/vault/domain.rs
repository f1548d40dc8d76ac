//! The hosts that a secret is bound to, as typed and as stored: lower-case, sorted, no host twice.
//!
//! An invalid list is refused as a whole; it must never shrink to "unrestricted".

use super::host::{self, Host};
use super::rule::RuleViolation;
use psl::{List, Psl, Suffix, Type};
use std::collections::BTreeSet;

pub const MAX_ALLOWED_DOMAINS: usize = 100;
const MAX_DOMAIN_CHARACTERS: usize = 253;
const MAX_LABEL_CHARACTERS: usize = 63; // RFC 1035

/// How closely a pattern matches a host. The greatest is the closest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Closeness {
    /// The host is below a domain with this many characters.
    Below(usize),
    Exact,
}

/// Hosts such as `api.example.org`, and patterns such as `*.example.org`; an empty list means no restriction.
#[derive(Clone, Default, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct AllowedDomains(Vec<String>);

impl AllowedDomains {
    /// Parses patterns as you type them, and reports each invalid one with its position.
    ///
    /// `*.example.org` is every host below `example.org`; `example.org` is only that host.
    pub fn parse(patterns: &[String]) -> Result<Self, Vec<(usize, RuleViolation)>> {
        let (mut domains, mut refused) = (BTreeSet::new(), Vec::new());
        for (position, pattern) in patterns.iter().enumerate() {
            match parse_pattern(pattern) {
                Ok(domain) => {
                    let is_new = domains.insert(domain);
                    if is_new && domains.len() == MAX_ALLOWED_DOMAINS + 1 {
                        refused.push((position, too_many()));
                    }
                }
                Err(broken) => refused.push((position, broken)),
            }
        }
        if refused.is_empty() {
            return Ok(Self(domains.into_iter().collect()));
        }
        Err(refused)
    }

    /// Whether the secret may go to this host.
    pub fn allow(&self, host: &Host) -> bool {
        self.is_empty() || self.closeness(host).is_some()
    }

    /// How closely its closest pattern matches this host; `None` if no pattern does.
    pub fn closeness(&self, host: &Host) -> Option<Closeness> {
        let host = host.as_str();
        let of = |domain: &String| match domain.strip_prefix("*.") {
            Some(base) => {
                let front = host.strip_suffix(base)?;
                front.ends_with('.').then_some(Closeness::Below(base.len()))
            }
            None => (host == domain).then_some(Closeness::Exact),
        };
        self.0.iter().filter_map(of).max()
    }

    /// Reads a stored list, which must have its one spelling and order.
    ///
    /// Does not check public suffixes and punycode again: the list of suffixes changes over the years, and a
    /// secret must stay readable.
    pub fn from_stored(domains: Vec<String>) -> Result<Self, RuleViolation> {
        if domains.len() > MAX_ALLOWED_DOMAINS {
            return Err(too_many());
        }
        if !domains.iter().all(|domain| is_domain(domain)) {
            let rule = "an allowed domain must be a lower-case host name, or *. and one";
            return Err(RuleViolation::mismatch(rule));
        }
        if !domains.is_sorted_by(|one, next| one < next) {
            let rule = "allowed domains must be sorted, each of them once";
            return Err(RuleViolation::new(rule, "value_error"));
        }
        Ok(Self(domains))
    }

    /// Whether the secret may go anywhere.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl TryFrom<Vec<String>> for AllowedDomains {
    type Error = RuleViolation;

    fn try_from(domains: Vec<String>) -> Result<Self, RuleViolation> {
        Self::from_stored(domains)
    }
}

fn too_many() -> RuleViolation {
    let rule = format!("a secret can have at most {MAX_ALLOWED_DOMAINS} allowed domains");
    RuleViolation::new(rule, "too_long")
}

/// A pattern in its stored spelling.
fn parse_pattern(text: &str) -> Result<String, RuleViolation> {
    refuse_what_is_no_name(text)?;
    let Some(base) = text.strip_prefix("*.") else {
        let name = host::normalise(text)?;
        if public_suffix(&name).is_some_and(|suffix| suffix.typ() == Some(Type::Icann)) {
            return Err(RuleViolation::mismatch(
                "this is a public suffix, not a host: give a host below it, such as api.example.org",
            ));
        }
        return Ok(name);
    };
    let base = host::normalise(base)?;
    if host::is_address(&base) {
        return Err(RuleViolation::mismatch(
            "an IP address has no hosts below it: give it without *.",
        ));
    }
    if is_open_to_all(&base) {
        return Err(RuleViolation::mismatch(
            "anyone can have a host below a public suffix: give your own domain, such as *.example.org",
        ));
    }
    let domain = format!("*.{base}");
    if domain.len() > MAX_DOMAIN_CHARACTERS {
        let rule = format!("an allowed domain can have at most {MAX_DOMAIN_CHARACTERS} characters");
        return Err(RuleViolation::too_long(rule));
    }
    Ok(domain)
}

/// Refuses a text that is more than a host name, with a rule that says what to leave out.
fn refuse_what_is_no_name(text: &str) -> Result<(), RuleViolation> {
    let is_blank = |letter: char| letter.is_control() || letter.is_whitespace();
    let stars = text.strip_prefix("*.").unwrap_or(text).contains('*');
    let rule = if text.is_empty() {
        "an allowed domain cannot be empty: give a host such as api.example.org"
    } else if text.contains(is_blank) {
        "an allowed domain cannot contain spaces or control characters: give each host by itself"
    } else if text.contains("://") {
        "an allowed domain cannot have a scheme: remove everything up to ://"
    } else if text.contains('@') {
        "an allowed domain cannot have a user: give only the host after the @"
    } else if text.contains(['/', '\\', '?', '#']) {
        "an allowed domain cannot have a path, query or fragment: give only the host"
    } else if text == "*" {
        "* would allow every host: for that, leave the list of allowed domains empty"
    } else if stars {
        "a * can stand only at the beginning, before a dot, as in *.example.org"
    } else {
        host::refuse_ipv6(text)?;
        if !text.contains(':') {
            return Ok(());
        }
        "an allowed domain cannot have a port: remove it, as every port of a host is allowed"
    };
    Err(match text {
        "" => RuleViolation::too_short(rule),
        _ => RuleViolation::mismatch(rule),
    })
}

/// Whether anyone can register hosts directly below this name.
fn is_open_to_all(base: &str) -> bool {
    // A rule such as `*.kawasaki.jp` makes the names below it suffixes, but not the base itself.
    public_suffix(base).is_some() || public_suffix(&format!("00.{base}")).is_some()
}

/// The whole name, if it is a public suffix. By the algorithm of publicsuffix.org an unlisted last label is one,
/// without a kind.
fn public_suffix(name: &str) -> Option<Suffix<'_>> {
    let suffix = List.suffix(name.as_bytes())?;
    (suffix.as_bytes() == name.as_bytes()).then_some(suffix)
}

fn is_domain(text: &str) -> bool {
    text.len() <= MAX_DOMAIN_CHARACTERS
        && text
            .strip_prefix("*.")
            .unwrap_or(text)
            .split('.')
            .all(is_label)
}

/// Lower-case letters, digits and inner hyphens (RFC 5890's LDH label).
fn is_label(text: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (1..=MAX_LABEL_CHARACTERS).contains(&text.len())
        && text.bytes().all(allowed)
        && !text.starts_with('-')
        && !text.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parse(patterns: &[&str]) -> Result<AllowedDomains, Vec<(usize, RuleViolation)>> {
        let patterns: Vec<String> = patterns.iter().map(|&text| text.to_owned()).collect();
        AllowedDomains::parse(&patterns)
    }

    fn refused(pattern: &str) -> Option<RuleViolation> {
        Some(parse(&[pattern]).err()?.remove(0).1)
    }

    fn allows(patterns: &[&str], host: &str) -> bool {
        parse(patterns).unwrap().allow(&Host::parse(host).unwrap())
    }

    #[test]
    fn the_closest_pattern_is_the_host_and_then_the_longest() {
        let close = |patterns: &[&str]| {
            let host = Host::parse("a.b.example.org").unwrap();
            parse(patterns).unwrap().closeness(&host)
        };
        let order = [
            close(&["a.b.example.com", "*.a.b.example.org"]),
            close(&["*.example.org"]),
            close(&["*.example.org", "*.b.example.org"]),
            close(&["*.b.example.org", "a.b.example.org"]),
        ];
        assert_eq!(order[0], None);
        assert!(order.is_sorted_by(|one, next| one < next), "{order:?}");
        assert_eq!(close(&[]), None);
    }

    #[test]
    fn patterns_are_stored_in_one_spelling_sorted_and_unique() {
        let list = parse(&[
            "localhost",
            "API.Example.ORG.",
            "*.Bücher.Example",
            "api.example.org",
            "*.xn--bcher-kva.example.",
            "192.0.2.1",
            "github.io",
            "db",
            "*.project.github.io",
            "*.example.co.uk",
            "*.amazonaws.com",
            "*.city.kawasaki.jp",
        ]);
        let expected = [
            "*.amazonaws.com",
            "*.city.kawasaki.jp",
            "*.example.co.uk",
            "*.project.github.io",
            "*.xn--bcher-kva.example",
            "192.0.2.1",
            "api.example.org",
            "db",
            "github.io",
            "localhost",
        ];
        assert_eq!(list.unwrap().iter().collect::<Vec<_>>(), expected);
        assert!(parse(&[]).unwrap().is_empty());
    }

    #[test]
    fn each_mistake_in_a_pattern_has_its_own_message() {
        for (pattern, words) in [
            ("", "cannot be empty"),
            (".", "the host name is missing"),
            ("*.", "the host name is missing"),
            ("https://api.example.org", "cannot have a scheme"),
            ("api.example.org/v1", "cannot have a path"),
            ("api.example.org?q", "cannot have a path"),
            ("api.example.org#f", "cannot have a path"),
            (r"api.example.org\v1", "cannot have a path"),
            ("user@api.example.org", "cannot have a user"),
            ("api.example.org:443", "cannot have a port"),
            ("*.example.org:443", "cannot have a port"),
            (" api.example.org", "cannot contain spaces"),
            ("a.example.org, b.example.org", "cannot contain spaces"),
            ("api.example.org\n", "cannot contain spaces"),
            ("a\0", "cannot contain spaces"),
            ("*", "every host"),
            ("*.*.example.org", "only at the beginning"),
            ("api*.example.org", "only at the beginning"),
            ("*example.org", "only at the beginning"),
            ("api.*.org", "only at the beginning"),
            ("api.example.*", "only at the beginning"),
            ("**", "only at the beginning"),
            ("*.192.0.2.1", "an IP address has no hosts below it"),
            ("::1", "IPv6"),
            ("[::1]", "IPv6"),
            ("a_b.example.org", "between its dots"),
            ("-a.example.org", "between its dots"),
            ("a..b", "between its dots"),
            ("xn--a.example.org", "between its dots"),
            ("192.0.2", "four numbers"),
            ("0x7f.1", "four numbers"),
            ("api。example.org", "differently"),
            ("ａpi.example.org", "differently"),
            ("a%2eb", "cannot contain %"),
        ] {
            let broken = refused(pattern).expect(pattern);
            assert!(broken.rule.contains(words), "{pattern}: {broken}");
        }
        let long = "*.".to_owned() + &"a.".repeat(125) + "ab";
        assert_eq!(refused(&long).unwrap().kind, "string_too_long");
    }

    #[test]
    fn a_public_suffix_is_refused() {
        for pattern in [
            "*.com",
            "*.COM.",
            "*.co.uk",
            "*.github.io",
            "*.internal",
            "*.localhost",
            "*.kawasaki.jp",
            "*.a.kawasaki.jp",
            "*.公司.cn",
            "*.xn--55qx5d.cn",
            "*.рф",
        ] {
            let broken = refused(pattern).expect(pattern);
            assert!(broken.rule.contains("below a public suffix"), "{pattern}");
        }
        for pattern in ["com", "co.uk", "Co.Uk.", "公司.cn", "a.kawasaki.jp"] {
            let broken = refused(pattern).expect(pattern);
            assert!(broken.rule.contains("not a host"), "{pattern}");
        }
    }

    #[test]
    fn every_refused_pattern_is_reported_by_position() {
        let refused =
            parse(&["a.example", "*", "b.example", "https://api.example.org"]).unwrap_err();
        let positions: Vec<usize> = refused.iter().map(|(position, _)| *position).collect();
        assert_eq!(positions, [1, 3]);
        let hosts = |count| (0..count).map(|n| format!("h{n}.example"));
        let twice: Vec<String> = hosts(100).chain(hosts(100)).collect();
        assert!(AllowedDomains::parse(&twice).is_ok());
        let more: Vec<String> = hosts(100).chain(hosts(102)).collect();
        let refused = AllowedDomains::parse(&more).unwrap_err();
        assert_eq!(refused.len(), 1);
        assert_eq!((refused[0].0, refused[0].1.kind), (200, "too_long"));
    }

    #[test]
    fn a_wildcard_matches_subdomains_and_a_host_itself() {
        for (pattern, host, is_allowed) in [
            ("*.example.com", "a.example.com", true),
            ("*.example.com", "a.b.example.com", true),
            ("*.example.com", "https://A.example.COM.:8443/v1", true),
            ("*.example.com", "example.com", false),
            ("*.example.com", "evilexample.com", false),
            ("*.example.com", "a.example.com.evil.example", false),
            ("*.example.com", "https://a.example.com@evil.example", false),
            ("example.com", "example.com", true),
            ("Example.Com.", "EXAMPLE.com:443", true),
            ("example.com", "a.example.com", false),
            ("example.com", "evilexample.com", false),
            ("example.com", "example.com.evil.example", false),
            ("bücher.example", "xn--bcher-kva.example", true),
            ("*.xn--bcher-kva.example", "a.bücher.example", true),
            ("192.0.2.1", "192.0.2.1:80", true),
            ("192.0.2.1", "192.0.2.10", false),
        ] {
            assert_eq!(allows(&[pattern], host), is_allowed, "{pattern} {host}");
        }
        assert!(allows(&[], "anywhere.example"));
        let several = ["a.example", "*.b.example"];
        assert!(allows(&several, "a.example") && allows(&several, "x.b.example"));
        assert!(!allows(&several, "x.a.example") && !allows(&several, "c.example"));
    }

    proptest! {
        #[test]
        fn a_list_that_was_parsed_is_parsed_and_stored_as_it_is(
            patterns in proptest::collection::vec(r"(\*\.)?([a-cA-Cü]{1,3}\.){0,2}(com|Example|github\.io|uk)\.?", 0..8)
        ) {
            if let Ok(domains) = AllowedDomains::parse(&patterns) {
                let spelled: Vec<String> = domains.iter().map(str::to_owned).collect();
                prop_assert_eq!(AllowedDomains::parse(&spelled), Ok(domains.clone()));
                prop_assert_eq!(AllowedDomains::from_stored(spelled), Ok(domains));
            }
        }

        #[test]
        fn a_wildcard_never_reaches_its_base_or_beside_it(
            base in r"[a-c]{1,3}\.(com|co\.uk|example)", host in r"([a-c]{0,2}\.){0,3}[a-c]{1,3}\.(com|co\.uk|example)",
            front in r"([a-c]{1,3}\.){1,3}",
        ) {
            let domains = AllowedDomains::parse(&[format!("*.{base}")]).unwrap();
            let allow = |host: &str| domains.allow(&Host::parse(host).unwrap());
            prop_assert!(!allow(&base));
            let below = front + &base;
            prop_assert!(allow(&below));
            if let Ok(host) = Host::parse(&host) {
                prop_assert_eq!(domains.allow(&host), host.as_str().ends_with(&format!(".{base}")));
            }
        }
    }

    fn stored(domains: &[&str]) -> Result<AllowedDomains, RuleViolation> {
        AllowedDomains::from_stored(domains.iter().map(|&domain| domain.to_owned()).collect())
    }

    #[test]
    fn a_stored_list_is_read_unchanged() {
        let list = [
            "*.example.org",
            "api.example.org",
            "localhost",
            "xn--bcher-kva.example",
        ];
        let domains = stored(&list).unwrap();
        assert_eq!(domains.iter().collect::<Vec<_>>(), list);
        assert!(stored(&[]).unwrap().is_empty());
        let label = "a".repeat(63);
        assert!(stored(&[&label]).is_ok());
    }

    #[test]
    fn a_list_with_anything_else_in_it_is_refused_as_a_whole() {
        let (label, host) = ("a".repeat(64), "a.".repeat(126) + "ab");
        for wrong in [
            "",
            "*",
            "*.",
            ".",
            "a.",
            ".a",
            "a..b",
            "A.example",
            "a*.b",
            "*.*.b",
            "a.*",
            "-a.b",
            "a-.b",
            "a_b.c",
            "a:80",
            "a/b",
            "https://a",
            "a b",
            "bücher.example",
            "a\n",
            &label,
            &host,
        ] {
            assert!(stored(&[wrong]).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_list_out_of_order_or_with_a_host_twice_is_refused() {
        assert!(stored(&["b", "a"]).is_err());
        assert!(stored(&["a", "a"]).is_err());
        assert!(serde_json::from_str::<AllowedDomains>(r#"["b","a"]"#).is_err());
        assert!(serde_json::from_str::<AllowedDomains>(r#"["a","b"]"#).is_ok());
    }

    #[test]
    fn a_list_has_at_most_a_hundred_hosts() {
        let hosts = |count| (0..count).map(|n| format!("h{n:03}")).collect();
        assert!(AllowedDomains::from_stored(hosts(100)).is_ok());
        assert!(AllowedDomains::from_stored(hosts(101)).is_err());
    }
}
