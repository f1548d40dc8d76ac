//! Finds links between apps and secrets that only one side names. They give nothing, and may be an attack.

use super::finding::Finding;
use crate::report::counted::counted;
use crate::vault::{Error, LinkedSecret, Vault};

/// `None` if both sides of every link agree, as far as the key sees.
pub fn examine(vault: &Vault) -> Option<Finding> {
    let told = |named: &[String]| match named {
        [only] => only.clone(),
        [first, ..] => format!("{first} and {} more", named.len() - 1),
        [] => String::new(),
    };
    match one_sided(vault) {
        Ok((links, claims)) if links.is_empty() && claims.is_empty() => None,
        Ok((links, _)) if !links.is_empty() => Some(Finding::warn(
            "links",
            format!(
                "{} that the secret does not name: {}",
                counted(links.len(), "link"),
                told(&links)
            ),
            "`kluis app show APP` shows each; `kluis app unlink APP KEY` removes one that you did not make",
        )),
        Ok((_, claims)) => Some(Finding::warn(
            "links",
            format!(
                "{} a link that its app does not have: {}",
                if claims.len() == 1 {
                    "1 secret names".to_owned()
                } else {
                    format!("{} secrets name", claims.len())
                },
                told(&claims)
            ),
            "it gives nothing; ask who writes that workspace",
        )),
        Err(error) => Some(Finding::of_error("links", &error.into())),
    }
}

/// Links that only the app names, and secrets that name a link that no app has.
fn one_sided(vault: &Vault) -> Result<(Vec<String>, Vec<String>), Error> {
    let mut links = Vec::new();
    for linked in vault.apps()? {
        let path = linked.app.path();
        let one_sided = linked
            .links
            .iter()
            .filter(|link| matches!(link.secret, LinkedSecret::OneSided(_)));
        links.extend(one_sided.map(|link| format!("{} of {path}", link.env_key)));
    }
    let mut claims = Vec::new();
    for workspace in vault.workspaces() {
        vault.each(workspace, |secret| {
            if vault.has_stray_link(&secret)? {
                claims.push(secret.path());
            }
            Ok(())
        })?;
    }
    Ok((links, claims))
}
