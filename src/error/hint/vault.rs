//! Hints for the errors of a vault.

use super::{keyring, store};
use crate::error::several::{Blocked, MAX_LISTED};
use crate::vault;
use crate::vault::error::Detail;

pub fn hint(error: &vault::Error) -> Option<String> {
    use vault::Error as E;
    match error {
        E::NotFound { what, near, .. } => of_absent(what, near.as_deref()),
        E::Deleted { name, id, .. } => Some(format!(
            "`kluis restore {name}` brings it back with its versions; its id is {id}"
        )),
        E::NotEffective { first, .. } => {
            first.map(|first| format!("its first value becomes effective at {first}"))
        }
        E::Exists { what, .. } => of_existing(what).map(Into::into),
        E::InUse { hint, .. } => Some((*hint).to_owned()),
        E::Invalid(details) => details
            .iter()
            .any(Detail::is_of_no_value)
            .then(|| "pipe the value in, or give --value-file or --generate".into()),
        E::Denied { name, .. } => Some(format!(
            "say where the value goes with --for URL, or skip this check with --reveal; `kluis update {name} --allow-domain HOST` replaces the list"
        )),
        E::OneSidedLink {
            app,
            env_key,
            secret,
        } => Some(format!(
            "who writes the app's workspace made this link alone: `kluis app unlink {app} {env_key}` removes it; only if you expected it, confirm it with `kluis app link {app} {env_key}={secret}`"
        )),
        E::OutOfReach { .. } => Some(keyring::OTHER_KEY.into()),
        E::Expired { .. } => Some("ask the vault's owner for a new key; if the date is wrong, correct this machine's clock".into()),
        E::Sealed(error) => Some(keyring::of_sealed(error).into()),
        E::Keyring(error) => Some(keyring::hint(error).into()),
        E::Store(error) => store::hint(error).map(Into::into),
    }
}

/// The hint for several unavailable secrets. Names each that is bound to domains as --reveal takes it.
pub fn of_blocked(errors: &[Blocked]) -> Option<String> {
    let denied = errors.iter().filter_map(|blocked| match &blocked.error {
        vault::Error::Denied { name, .. } => Some(format!("--reveal {name}")),
        _ => None,
    });
    let denied: Vec<_> = denied.collect();
    if denied.is_empty() {
        return match errors {
            [Blocked {
                place: Some(_),
                error: vault::Error::NotFound { what: "secret", near: None, .. },
            }] => Some("run `kluis list` to see the secrets; a text that is no secret is { value = \"…\" }".into()),
            [one] => hint(&one.error),
            _ => Some(
                "look at each with `kluis show NAME`, or choose other secrets with -e KEY=REF"
                    .into(),
            ),
        };
    }
    let more = if denied.len() > MAX_LISTED {
        ", and so on"
    } else {
        ""
    };
    let words = denied.iter().take(MAX_LISTED).map(String::as_str);
    let words = words.collect::<Vec<_>>().join(" ");
    Some(format!(
        "say where the values go with --for URL, leave a variable out with --except NAME, or skip this check with {words}{more}"
    ))
}

fn of_existing(what: &str) -> Option<&'static str> {
    match what {
        "secret" => {
            Some("to give it a value, use `kluis set`; to change its fields, `kluis update`")
        }
        "slot" => Some("choose another time, or leave --at and --in out"),
        "project file" => Some("`kluis init` without --project makes the vault that it names"),
        "identity" | "key file" => Some(
            "it was not changed: write another with -o PATH, or show this one with `kluis key show`",
        ),
        _ => None,
    }
}

/// The place to look for a missing thing, unless one name is very similar.
fn of_absent(what: &str, near: Option<&str>) -> Option<String> {
    if let Some(near) = near {
        return Some(format!("did you mean {near}?"));
    }
    match what {
        "deleted secret" => Some("run `kluis list --deleted` to see what can be restored".into()),
        "secret" => Some("run `kluis list` to see the secrets".into()),
        "workspace" => Some("run `kluis workspace list` to see the workspaces".into()),
        "app" => Some("run `kluis app list` to see the apps".into()),
        "link" => Some("run `kluis app show NAME` to see the links of an app".into()),
        "key" => Some("run `kluis key list` to see the keys".into()),
        "slot" => Some("run `kluis history NAME` to see the slots of a secret".into()),
        "identity" | "key file" => Some("run `kluis key new` to make one".into()),
        "selected variable or secret" => {
            Some("`kluis env list` and `kluis list` show the names, one for each --except".into())
        }
        "project file" => {
            Some("run the command in a folder with a kluis.toml, or below one; `kluis init --project` makes one".into())
        }
        _ => None,
    }
}
