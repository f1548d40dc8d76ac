//! The host of a URL, in the one spelling in which hosts are compared.
//!
//! Attackers use URLs that two programs read differently. A host is accepted only if RFC 3986 and the WHATWG's
//! URL standard agree on it; `kluis` never repairs one.

use super::rule::RuleViolation;
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use std::net::{Ipv4Addr, Ipv6Addr};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The greatest length in UTF-8 of 253 characters.
const MAX_TYPED_BYTES: usize = 253 * 4;

/// Schemes that the WHATWG's standard reads with and without slashes: `http:80` is the address 0.0.0.80.
const SPECIAL_SCHEMES: [&str; 6] = ["file", "ftp", "http", "https", "ws", "wss"];

/// A host name or IPv4 address: lower-case, IDN in punycode, without a port or a final dot.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Host(String);

impl Host {
    /// Parses `https://user@host:port/path?query#fragment` or `host:port`; only the host is required.
    pub fn parse(text: &str) -> Result<Self, RuleViolation> {
        let is_doubtful =
            |letter: char| letter.is_control() || letter.is_whitespace() || letter == '\\';
        if text.contains(is_doubtful) {
            return Err(RuleViolation::mismatch(
                "a URL or host cannot contain spaces, control characters or backslashes: percent-encode them, or give only the host",
            ));
        }
        let (place, is_url) = match text.split_once("://") {
            Some((scheme, rest)) => (place_in_url(scheme, rest)?, true),
            None => (text, false),
        };
        let name = without_port(place)?;
        let has_port = name.len() < place.len();
        if !is_url && has_port && SPECIAL_SCHEMES.contains(&name.to_ascii_lowercase().as_str()) {
            return Err(RuleViolation::mismatch(
                "a URL needs // after its scheme, as in https://host",
            ));
        }
        if !is_url && name.contains(['/', '?', '#', '@']) {
            return Err(RuleViolation::mismatch(
                "a path or a user needs the whole URL with its scheme: give https://host/path, or only the host",
            ));
        }
        normalise(name).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The part between the user and the path.
fn place_in_url<'t>(scheme: &str, rest: &'t str) -> Result<&'t str, RuleViolation> {
    let in_scheme = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    if !scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        || !scheme.bytes().all(in_scheme)
    {
        return Err(RuleViolation::mismatch(
            "this is not a URL: give https://host, or only the host",
        ));
    }
    if scheme.eq_ignore_ascii_case("file") {
        return Err(RuleViolation::mismatch(
            "a file URL has no host: give the URL or host that the value goes to",
        ));
    }
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let Some((user, place)) = authority.rsplit_once('@') else {
        return Ok(authority);
    };
    // RFC 3986, section 3.2.1: unreserved, percent-encoded and sub-delims, and the colon.
    let in_user = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:".contains(&byte);
    if !user.bytes().all(in_user) {
        return Err(RuleViolation::mismatch(
            "the user and password of a URL must be percent-encoded, or left out",
        ));
    }
    Ok(place)
}

fn without_port(place: &str) -> Result<&str, RuleViolation> {
    refuse_ipv6(place)?;
    let Some((name, port)) = place.rsplit_once(':') else {
        return Ok(place);
    };
    // `parse` alone would accept `+80`.
    let is_number = port.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number || port.parse::<u16>().is_err() {
        return Err(RuleViolation::mismatch(
            "a port must be a number of at most 65535 after one colon: leave it out, as ports are not compared",
        ));
    }
    Ok(name)
}

/// Refuses IPv6 addresses, which cannot be stored: a stored domain has no brackets or colons.
pub(super) fn refuse_ipv6(text: &str) -> Result<(), RuleViolation> {
    if text.starts_with('[') || text.parse::<Ipv6Addr>().is_ok() {
        return Err(RuleViolation::mismatch(
            "kluis cannot compare IPv6 addresses: use a host name, or an IPv4 address",
        ));
    }
    Ok(())
}

/// The one spelling of a host name or IPv4 address, given without a port.
pub(super) fn normalise(typed: &str) -> Result<String, RuleViolation> {
    let name = typed.strip_suffix('.').unwrap_or(typed);
    if name.is_empty() {
        return Err(RuleViolation::too_short("the host name is missing"));
    }
    if name.contains('%') {
        return Err(RuleViolation::mismatch(
            "a host name cannot contain %: write the characters themselves, or punycode (xn--)",
        ));
    }
    let unlike = || {
        RuleViolation::mismatch(
            "a host name can have at most 253 characters, and between its dots 1 to 63 letters, digits and inner hyphens",
        )
    };
    if name.len() > MAX_TYPED_BYTES {
        return Err(unlike());
    }
    let (rules, letters) = (Uts46::new(), AsciiDenyList::STD3);
    let hyphens = Hyphens::CheckFirstLast;
    let ascii = rules
        .to_ascii(name.as_bytes(), letters, hyphens, DnsLength::Verify)
        .map_err(|_| unlike())?;
    if !name.is_ascii() {
        // Programs map full-width letters, other dots and vanishing characters differently. Symbols, some of
        // which look like a slash or a dot, are valid in UTS 46 and not in IDNA 2008.
        let (shown, _) = rules.to_unicode(ascii.as_bytes(), letters, hyphens);
        let plain = name.chars().flat_map(char::to_lowercase).nfc();
        let is_letter = |letter: char| {
            letter.is_ascii() || letter.is_alphanumeric() || is_combining_mark(letter)
        };
        if !shown.chars().all(is_letter) || !shown.chars().eq(plain) {
            return Err(RuleViolation::mismatch(
                "programs read some characters of this host differently: write it in lower case, or in punycode (xn--)",
            ));
        }
    }
    if ends_in_number(&ascii) && !is_address(&ascii) {
        return Err(RuleViolation::mismatch(
            "an IPv4 address must be four numbers from 0 to 255 without leading zeros",
        ));
    }
    Ok(ascii.into_owned())
}

/// Whether this is an IPv4 address in the one spelling that all programs read alike.
pub(super) fn is_address(name: &str) -> bool {
    name.parse::<Ipv4Addr>().is_ok()
}

/// Whether the WHATWG's standard reads the name as an IPv4 address, such as `127.1` and `0x7f.1`.
fn ends_in_number(name: &str) -> bool {
    let last = name.rsplit('.').next().unwrap_or_default();
    let is_hex = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    last.bytes().all(|byte| byte.is_ascii_digit()) || last.strip_prefix("0x").is_some_and(is_hex)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn host(text: &str) -> Option<String> {
        Host::parse(text).ok().map(|host| host.0)
    }

    #[test]
    fn a_host_is_found_in_a_url_and_by_itself() {
        for (text, found) in [
            ("api.example.org", "api.example.org"),
            ("API.Example.ORG.", "api.example.org"),
            ("api.example.org:443", "api.example.org"),
            ("api.example.org.:443", "api.example.org"),
            ("https://api.example.org", "api.example.org"),
            ("HTTPS://API.example.ORG:8443/v1?q=1#f", "api.example.org"),
            ("https://api.example.org?q", "api.example.org"),
            ("https://api.example.org#f", "api.example.org"),
            ("https://user:pa%2Fss@api.example.org/", "api.example.org"),
            ("https://api.example.org/users/@me:80", "api.example.org"),
            ("postgres://me@db:5432/name", "db"),
            ("localhost:8080", "localhost"),
            ("192.0.2.1", "192.0.2.1"),
            ("192.0.2.1.:80", "192.0.2.1"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("BÜCHER.example", "xn--bcher-kva.example"),
            ("bu\u{308}cher.example", "xn--bcher-kva.example"),
            (
                "https://XN--BCHER-KVA.example.org/",
                "xn--bcher-kva.example.org",
            ),
            ("straße.example", "xn--strae-oqa.example"),
            ("食狮.example", "xn--85x722f.example"),
            ("डाक.example", "xn--11bx1g.example"),
            ("xn--ls8h.example", "xn--ls8h.example"), // an emoji
            ("r3---sn.example", "r3---sn.example"),
        ] {
            assert_eq!(host(text).as_deref(), Some(found), "{text}");
        }
    }

    #[test]
    fn a_disguised_host_is_read_as_a_client_connects() {
        for text in [
            "https://api.example.com@evil.example.net/",
            "https://api.example.com:443@evil.example.net",
            "https://evil.example.net#@api.example.com",
            "https://evil.example.net?@api.example.com",
            "https://evil.example.net/@api.example.com",
            "https://evil.example.net/://api.example.com",
            "https://evil.example.net:80#@api.example.com:443/",
            "https://api.example.com%2F@evil.example.net",
        ] {
            assert_eq!(host(text).as_deref(), Some("evil.example.net"), "{text}");
        }
    }

    #[test]
    fn an_ambiguous_url_is_refused() {
        for text in [
            // Backslashes, and characters that some programs strip or stop at.
            r"https://evil.example.net\@api.example.com",
            r"https:\\evil.example.net",
            "https://api.example.com\t@evil.example.net",
            "https://api.example.com\n.evil",
            "https://api.example.com\r\nHost: evil.example.net",
            " https://api.example.com",
            "https://api.example.com ",
            "https://api.example.com/\0",
            "https://api.example.com\u{a0}.evil.example.net",
            // Two users, or one with more than a user.
            "https://a@api.example.com@evil.example.net",
            "https://[api.example.com]@evil.example.net",
            "https://ü@evil.example.net",
            // Missing or additional slashes.
            "https:///api.example.com",
            "https:////api.example.com",
            "https:/api.example.com",
            "https:api.example.com",
            "https:8080",
            "HTTP:80",
            "//api.example.com",
            "://api.example.com",
            "1s://api.example.com",
            "evil.example.net/?x=https://api.example.com",
            "jdbc:postgresql://api.example.com",
            "file://api.example.com/x",
            "file:///etc/hosts",
        ] {
            assert_eq!(host(text), None, "{text}");
        }
    }

    #[test]
    fn a_host_that_hides_its_letters_is_refused() {
        for text in [
            // Percent-encoded hosts, which some programs decode.
            "https://api.example.com%2eevil",
            "https://evil.example.net%2f.example.com",
            "https://evil.example.net%00.example.com",
            "https://%61pi.example.com",
            // Characters that become a dot, a slash, a question mark, an at sign, or nothing.
            "https://api。example.com",
            "https://api．example.com",
            "https://api｡example.com",
            "https://evil.example.net／.example.com",
            "https://evil.example.net⁄.example.com",
            "https://evil.example.net∕.example.com",
            "https://evil.example.net․.example.com",
            "https://evil・example.com",
            "https://💩.example.com",
            "https://evil.example.net℀.example.com",
            "https://evil.example.net？.example.com",
            "https://evil.example.net＃.example.com",
            "https://evil.example.net＠example.com",
            "https://evil.example.net：80.example.com",
            "https://evil.example.net﹕80",
            "https://ａpi.example.com",
            "https://ⓐpi.example.com",
            "https://a\u{ad}pi.example.com",
            "https://a\u{200b}pi.example.com",
            "https://a\u{202e}pi.example.com",
            "https://\u{feff}api.example.com",
            "https://a\u{200d}b.example",
            "https://ﬁle.example.net",
            // Punycode of text that needs no punycode, or of no text.
            "https://xn--api-.example.net",
            "https://xn--.example.net",
            "https://xn--a.example.net",
            "https://xn--bcher-kvb\u{e9}.example.net",
        ] {
            assert_eq!(host(text), None, "{text}");
        }
    }

    #[test]
    fn an_invalid_host_or_port_is_refused() {
        for text in [
            // Numbers that some programs read as addresses.
            "127.1",
            "2130706433",
            "http://2130706433/",
            "http://0x7f000001:80/",
            "0x7f000001",
            "0x7f.0.0.0x1",
            "0x",
            "0177.0.0.1",
            "192.0.2.01",
            "192.0.2.256",
            "192.0.2.1.1",
            "1.2.3.4..",
            "http://example.1",
            "①.②.③.④",
            "http://[::1]/",
            "http://[::ffff:192.0.2.1]:80/",
            "::1",
            "[::1",
            // Ports.
            "https://api.example.com:",
            "https://api.example.com:+80",
            "https://api.example.com:65536",
            "https://api.example.com:80:80",
            "https://api.example.com:80a",
            "https://api.example.com:８０",
            "mongodb://a:1,b:2/",
            // No host name.
            "",
            ".",
            "..",
            "https://",
            "https://@",
            "https://:80",
            "https://user@/",
            "a..b",
            ".a",
            "a.b..",
            "-a.example",
            "a-.example",
            "a_b.example",
            "a*.example",
            "*.example.com",
            "https://*.example.com/",
            "api.example.com/path",
            "user@api.example.com",
            "api.example.com?q",
        ] {
            assert_eq!(host(text), None, "{text}");
        }
    }

    #[test]
    fn names_of_any_length_are_safe() {
        let label = "a".repeat(63);
        let longest = [&*label, &label, &label, &label[..61]].join(".");
        assert_eq!(host(&longest), Some(longest.clone()));
        assert_eq!(host(&format!("{longest}.")), Some(longest.clone()));
        assert_eq!(host(&format!("{longest}a")), None);
        assert_eq!(host(&"a".repeat(64)), None);
        assert_eq!(host(&"ü".repeat(1_000_000)), None);
        assert_eq!(host(&format!("xn--{}", "a".repeat(1_000_000))), None);
        assert_eq!(host(&"a.".repeat(1_000_000)), None);
        assert_eq!(host(&format!("https://{}", "@".repeat(1_000_000))), None);
    }

    #[test]
    fn no_message_repeats_the_input() {
        for text in [
            "https://user:hunter2 @example.com",
            "https://ü:hunter2@example.com",
            "https://example.com:hunter2",
            "hunter2_",
            "hunter2%",
            "ｈunter2",
            "hunter2.1",
            "hunter2://a b",
            "h_unter2://a",
            "file://hunter2",
            "hunter2/path",
            "[hunter2]",
        ] {
            let message = Host::parse(text).unwrap_err().to_string();
            assert!(!message.contains("unter2"), "{message}");
            assert!(!message.ends_with('.'), "{message}");
        }
    }

    proptest! {
        #[test]
        fn a_host_read_again_is_the_same(text in "(https?://)?([a-z]{1,4}@)?[a-zA-Z0-9.ü-]{1,20}(:[0-9]{1,5})?(/.{0,5})?") {
            if let Ok(host) = Host::parse(&text) {
                prop_assert_eq!(Host::parse(host.as_str()), Ok(host.clone()));
                prop_assert_eq!(Host::parse(&format!("https://{}.:1/", host.as_str())), Ok(host));
            }
        }

        #[test]
        fn no_text_panics(text in ".{0,40}") {
            if let Ok(host) = Host::parse(&text) {
                let is_plain = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.');
                prop_assert!(host.0.bytes().all(is_plain));
            }
        }
    }
}
