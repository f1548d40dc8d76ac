//! Finds the name most similar to a misspelt one.

/// With more mistakes it counts as a different word.
const MAX_EDITS: usize = 3;

/// Shorter parts occur in many names.
const MIN_PART: usize = 3;

/// The name that differs from `typed` by a few mistakes: characters left out, added, replaced or swapped with
/// their neighbour; case does not count. Otherwise the only name that begins with `typed` or contains it.
pub fn nearest<'n>(typed: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let typed = typed.to_ascii_lowercase();
    let allowed = typed.len().saturating_add(1) / 3;
    let allowed = allowed.min(MAX_EDITS);
    let mut nearest: Option<(usize, &str)> = None;
    let (mut begun, mut held) = (Only::None, Only::None);
    for name in names {
        let lower = name.to_ascii_lowercase();
        if lower.len().abs_diff(typed.len()) <= allowed {
            let edits = strsim::osa_distance(&typed, &lower);
            if edits <= allowed && nearest.is_none_or(|best| (edits, name) < best) {
                nearest = Some((edits, name));
            }
        }
        if typed.len() >= MIN_PART {
            begun = begun.or(lower.starts_with(&typed), name);
            held = held.or(lower.contains(&typed), name);
        }
    }
    match (nearest, begun, held) {
        (Some((_, name)), ..)
        | (None, Only::One(name), _)
        | (None, Only::None, Only::One(name)) => Some(name),
        _ => None,
    }
}

/// The match, as long as there is only one.
enum Only<'n> {
    None,
    One(&'n str),
    Several,
}

impl<'n> Only<'n> {
    fn or(self, fits: bool, name: &'n str) -> Self {
        match self {
            same if !fits => same,
            Self::None => Self::One(name),
            _ => Self::Several,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: [&str; 5] = ["db_password", "db_user", "github_token", "k", "web"];

    #[test]
    fn a_few_mistakes_are_forgiven() {
        for (typed, meant) in [
            ("githb_token", "github_token"),
            ("GITHUB_TOKEN", "github_token"),
            ("gihtub_token", "github_token"),
            ("github-tokens", "github_token"),
            ("db_usre", "db_user"),
            ("wbe", "web"),
            ("K", "k"),
        ] {
            assert_eq!(nearest(typed, NAMES.into_iter()), Some(meant), "{typed}");
        }
    }

    #[test]
    fn a_different_word_is_not_suggested() {
        for typed in [
            "x",
            "foo",
            "tokens",
            "db",
            "db_",
            "githubs",
            "dx_pxsswxxd",
            "",
        ] {
            assert_eq!(nearest(typed, NAMES.into_iter()), None, "{typed}");
        }
    }

    #[test]
    fn a_part_means_the_only_name_that_has_it() {
        for (typed, meant) in [
            ("github", Some("github_token")),
            ("TOKEN", Some("github_token")),
            ("pass", Some("db_password")),
            ("db_", None),
            ("to", None),
        ] {
            assert_eq!(nearest(typed, NAMES.into_iter()), meant, "{typed}");
        }
        let names = ["stripe_key", "old_stripe_key", "key_of_stripe"];
        assert_eq!(nearest("stripe", names.into_iter()), Some("stripe_key"));
        assert_eq!(nearest("old", names.into_iter()), Some("old_stripe_key"));
        assert_eq!(nearest("key", names.into_iter()), Some("key_of_stripe"));
        assert_eq!(nearest("ipe_", names.into_iter()), None);
    }

    #[test]
    fn of_two_the_nearer_one_is_meant() {
        let names = ["api_key_1", "api_key_10", "api_kay"];
        assert_eq!(nearest("api_key_", names.into_iter()), Some("api_key_1"));
        assert_eq!(nearest("api_key", names.into_iter()), Some("api_kay"));
    }
}
