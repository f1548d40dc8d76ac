//! The hosts a secret is bound to, as they are stored: lower-case, sorted, no host twice.
//!
//! A list that breaks its rule is refused as a whole; it must never shrink to "unrestricted".

use super::rule::Broken;

pub const MAX_ALLOWED_DOMAINS: usize = 100;
const MAX_DOMAIN_CHARACTERS: usize = 253;
const MAX_LABEL_CHARACTERS: usize = 63; // RFC 1035

/// Hosts such as `api.example.org`, and patterns such as `*.example.org`; none means unrestricted.
#[derive(Clone, Default, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct AllowedDomains(Vec<String>);

impl AllowedDomains {
    /// Takes a list as it is stored: in its one spelling and order.
    pub fn from_stored(domains: Vec<String>) -> Result<Self, Broken> {
        if domains.len() > MAX_ALLOWED_DOMAINS {
            let rule = format!("a secret has at most {MAX_ALLOWED_DOMAINS} allowed domains");
            return Err(Broken::new(rule, "too_long"));
        }
        if !domains.iter().all(|domain| is_domain(domain)) {
            let rule = "an allowed domain is a lower-case host name, or one after *.";
            return Err(Broken::mismatch(rule));
        }
        if !domains.is_sorted_by(|one, next| one < next) {
            let rule = "allowed domains are sorted, each of them once";
            return Err(Broken::new(rule, "value_error"));
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
    type Error = Broken;

    fn try_from(domains: Vec<String>) -> Result<Self, Broken> {
        Self::from_stored(domains)
    }
}

fn is_domain(text: &str) -> bool {
    text.len() <= MAX_DOMAIN_CHARACTERS
        && text
            .strip_prefix("*.")
            .unwrap_or(text)
            .split('.')
            .all(is_label)
}

/// Letters, digits and inner hyphens (RFC 5890's LDH label), in lower case.
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

    fn stored(domains: &[&str]) -> Result<AllowedDomains, Broken> {
        AllowedDomains::from_stored(domains.iter().map(|&domain| domain.to_owned()).collect())
    }

    #[test]
    fn a_stored_list_is_taken_as_it_stands() {
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
