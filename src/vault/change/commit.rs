//! Saves a change: under the lock, on the newest bytes, and only after reading the written bytes back and opening
//! them.

use super::Change;
use crate::sealed::sign::Digest;
use crate::store::{self, Previous};
use crate::vault::clock::Clock;
use crate::vault::lookup::{follow, reached};
use crate::vault::view::View;
use crate::vault::{Error, Scan, Vault};
use std::time::Duration;

impl Vault {
    /// Changes the vault: waits for the lock, loads the vault again, lets `act` change it, reads the written
    /// bytes back, opens them, and replaces the file. The clock is read under the lock, after all typing and
    /// waiting.
    ///
    /// Nothing is written if `act` fails or changes nothing.
    pub fn change<T, E: From<Error>>(
        &mut self,
        clock: impl Clock,
        patience: Duration,
        previous: Previous,
        act: impl FnOnce(&mut Change<'_>) -> Result<T, E>,
    ) -> Result<Changed<T>, E> {
        self.change_whole(Wholeness::Needed, clock, patience, previous, act)
    }

    /// Like `change`, for a change that may be saved although other parts are damaged.
    #[expect(clippy::needless_pass_by_value, reason = "a time is a clock, too")]
    pub fn change_whole<T, E: From<Error>>(
        &mut self,
        wholeness: Wholeness,
        clock: impl Clock,
        patience: Duration,
        previous: Previous,
        act: impl FnOnce(&mut Change<'_>) -> Result<T, E>,
    ) -> Result<Changed<T>, E> {
        let mut transaction = self.store.begin(patience).map_err(Error::from)?;
        let snapshot = transaction.current().map_err(Error::from)?;
        let snapshot = snapshot.ok_or_else(|| {
            Error::from(store::Error::NotFound {
                place: self.store.place(),
            })
        })?;
        let view = match wholeness {
            Wholeness::Needed => {
                let view = View::load(snapshot, Scan::Everything)?;
                let checked = view.layout.check_records(view.file());
                checked.map_err(Error::from)?;
                view
            }
            Wholeness::Whatever => View::load(snapshot, Scan::Bytes)?,
        };
        follow(
            self.keyring.as_mut(),
            &mut self.followed,
            &view.layout.header,
        )?;
        let workspaces = reached(self.keyring.as_ref(), &view)?;
        let mut change = Change::new(&view, self.keyring.as_mut(), workspaces, clock.now());
        let acted = act(&mut change);
        // A merge may have moved the keyring to the other copy's header.
        if change.has_followed() {
            self.followed = Digest::default();
        }
        let result = acted?;
        let Some(mut draft) = change.finish().map_err(E::from)? else {
            return Ok(Changed {
                result,
                written: Written::Unchanged,
            });
        };
        let staged = transaction.stage(&draft.bytes).map_err(Error::from)?;
        self.followed = draft.header.digest();
        let confirmed = draft.confirm(staged, &view.layout.header);
        let (staged, workspaces) =
            confirmed.map_err(|error| error.of_staged(self.store.place()))?;
        let successor = draft.successor.take();
        transaction.commit(previous).map_err(Error::from)?;
        if let Some(new) = successor {
            self.keyring = Box::new(new);
        }
        (self.view, self.workspaces) = (staged, workspaces);
        Ok(Changed {
            result,
            written: Written::Replaced,
        })
    }
}

/// Whether damage keeps a change from being written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Wholeness {
    /// Damage prevents the change.
    Needed,
    /// A change may delete damaged parts. Damage elsewhere stays.
    Whatever,
}

/// The result of a change.
pub struct Changed<T> {
    pub result: T,
    pub written: Written,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Written {
    /// The vault was replaced, durably.
    Replaced,
    /// There was nothing to change; the file keeps its bytes.
    Unchanged,
}
