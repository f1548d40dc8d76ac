//! `--leaked`: whether an attacker may have a key of the vault.

use crate::keyring::renew::Trust;
use crate::sealed::id::KeyId;
use crate::vault::key::Key;

#[derive(clap::Args)]
pub struct LeakedArgs {
    /// Let no other passphrase or token trust the old keys any more
    ///
    /// Use it if an attacker may have had a key to the whole vault. Other passphrases and tokens must be added
    /// again, and key files must be given the new pin. Your own key stays: on a machine that has not seen the vault
    /// since, the attacker can still deceive it, until `kluis key renew` or `kluis key passphrase` replaces it.
    #[arg(long)]
    leaked: bool,
}

impl LeakedArgs {
    /// The keys that a change of the vault's public key removes: keys that recognise the vault by the old one,
    /// except yours.
    pub fn lost<'k>(&self, keys: &'k [Key], own: KeyId) -> Vec<&'k Key> {
        let lost = keys.iter().filter(|key| key.id != own && key.is_anchored());
        match self.trust() {
            Trust::Passes => Vec::new(),
            Trust::Ends => lost.collect(),
        }
    }

    pub fn trust(&self) -> Trust {
        if self.leaked {
            Trust::Ends
        } else {
            Trust::Passes
        }
    }
}
