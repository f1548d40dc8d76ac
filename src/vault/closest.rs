//! Finds the secret for a host, by the hosts that secrets are bound to.

use super::Error;
use super::host::Host;
use super::lookup::Vault;
use super::secret::Secret;
use super::workspace::Workspace;

impl Vault {
    /// The secrets of a workspace that are bound to this host most closely, sorted by name: none, one, or several
    /// that are equally close. Unrestricted secrets are not among them.
    pub fn closest(&self, workspace: &Workspace, host: &Host) -> Result<Vec<Secret>, Error> {
        let (mut closest, mut found) = (None, Vec::new());
        self.each(workspace, |secret| {
            let closeness = secret.allowed_domains.closeness(host);
            if closeness > closest {
                closest = closeness;
                found.clear();
            }
            if closeness.is_some() && closeness == closest {
                found.push(secret);
            }
            Ok(())
        })?;
        found.sort_unstable_by(|one, other| one.name.cmp(&other.name));
        Ok(found)
    }
}
