//! The filter of `list`: by a part of the name or the description, or by a pattern.

use super::glob::matches;
use crate::vault::secret::Secret;

/// The conditions for a secret; `None` matches all.
#[derive(Clone, Copy, Default)]
pub struct Filter<'a> {
    /// A part of the name or the description in any case, or with `*` or `?` a pattern for the name.
    pub text: Option<&'a str>,
    /// A pattern for the name.
    pub name: Option<&'a str>,
}

impl Filter<'_> {
    pub fn includes(&self, secret: &Secret) -> bool {
        let name = secret.name.as_str();
        let fits = |pattern: &str| matches(pattern.as_bytes(), name.as_bytes());
        let has_text = |text: &str| {
            if text.contains(['*', '?']) {
                return matches(
                    text.to_lowercase().as_bytes(),
                    name.to_lowercase().as_bytes(),
                );
            }
            let text = text.to_lowercase();
            let has = |whole: &str| whole.to_lowercase().contains(&text);
            has(name) || has(secret.description.as_str())
        };
        self.name.is_none_or(fits) && self.text.is_none_or(has_text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::description::Description;
    use crate::vault::name::SecretName;

    #[test]
    fn a_text_is_a_part_and_a_pattern_is_the_whole_name() {
        let secret = Secret {
            name: SecretName::parse("Stripe_key").unwrap(),
            description: Description::parse("Live, for the Shop").unwrap(),
            ..Secret::for_test(&[(0, false)])
        };
        let includes = |text, name| Filter { text, name }.includes(&secret);
        for text in [
            "",
            "stripe",
            "PE_K",
            "the shop",
            "stripe*",
            "*KEY",
            "?tripe_key",
        ] {
            assert!(includes(Some(text), None), "{text}");
        }
        for text in ["strip?", "shop*", "stripekey", "tripe*"] {
            assert!(!includes(Some(text), None), "{text}");
        }
        assert!(includes(None, None) && includes(None, Some("Str*")));
        assert!(!includes(None, Some("str*")), "`--name` minds the case");
        assert!(!includes(Some("stripe"), Some("x*")));
    }
}
