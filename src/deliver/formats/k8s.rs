//! The Kubernetes format: a YAML manifest of one `Secret`, for `kubectl apply -f -`. Each value is Base64 under
//! `data`, so any bytes can be written (kubernetes.io, API of core/v1 `Secret`).

use super::format::{Entry, Format, Refused, Why};
use super::page::Page;
use crate::plaintext::Plaintext;
use data_encoding::BASE64;
use zeroize::Zeroizing;

pub const DEFAULT_NAME: &str = "kluis";

/// The limit for a key of `data` and for a name.
const MAX_CHARACTERS: usize = 253;

const LONG: Why = "its name is longer than the 253 characters that Kubernetes accepts";

/// Whether Kubernetes accepts this as a `Secret`'s name: a DNS subdomain of RFC 1123.
pub fn is_name(name: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let is_label = |label: &str| {
        let bytes = label.as_bytes();
        let ends = [bytes.first(), bytes.last()];
        ends.iter()
            .all(|end| end.is_some_and(|byte| is_inner(*byte)))
            && bytes.iter().all(|byte| is_inner(*byte) || *byte == b'-')
    };
    name.len() <= MAX_CHARACTERS && name.split('.').all(is_label)
}

/// The manifest with a name that satisfies [`is_name`].
pub fn manifest(entries: &[Entry<'_>], name: &str) -> Result<Plaintext, Refused> {
    let mut page = Page::default();
    page.text("apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"");
    page.text(name);
    page.text("\"\ntype: Opaque\ndata:\n");
    Format::K8s.each(entries, &mut page, |key, value, page| {
        if key.len() > MAX_CHARACTERS {
            return Err(LONG);
        }
        // In quotes, because `NO` would be a boolean and digits a number.
        page.text("  \"");
        page.text(key);
        page.text("\": \"");
        page.text(&Zeroizing::new(BASE64.encode(value)));
        page.text("\"\n");
        Ok(())
    })?;
    Ok(page.finish())
}
