//! `--leaked`: whether a key of the vault may be in an attacker's hands.

use crate::keyring::renew::Trust;

#[derive(clap::Args)]
pub struct LeakedArgs {
    /// Let no other passphrase or token trust the old keys any more
    ///
    /// Use it if an attacker may have had a key to the whole vault. Other passphrases and tokens must be added
    /// again, and key files must be given the new pin.
    #[arg(long)]
    leaked: bool,
}

impl LeakedArgs {
    pub fn trust(&self) -> Trust {
        if self.leaked {
            Trust::Ends
        } else {
            Trust::Passes
        }
    }
}
