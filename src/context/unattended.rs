//! A command that another program starts, such as git: it asks nothing, follows no project file, and remembers
//! nothing of a passing file.

use super::Context;
use super::rollback_guard::RollbackGuard;
use crate::settings::VaultPlace;
use std::path::PathBuf;

impl Context<'_> {
    /// Uses the vault at this path from here on; no person watches.
    pub fn be_unattended(&mut self, vault: PathBuf) {
        self.refuse_questions();
        self.project_context.ignore();
        self.rollback_guard = RollbackGuard::new(false, &vault);
        // Git reads older copies all the time.
        self.rollback_guard.is_told = true;
        self.settings.vault = VaultPlace::at(vault);
    }
}
