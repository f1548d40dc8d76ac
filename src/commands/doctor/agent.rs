//! Checks the agent: whether it answers, speaks this program's protocol, and keeps its memory off the disk.

use super::finding::Finding;
use crate::agent::{self, Connection, SocketError};
use crate::context::agent::{NOT_IN_MEMORY, place};
use crate::error::Error;
use crate::sealed::header::Header;
use crate::vault::time::rough_duration;

const CHECK: &str = "agent";

pub fn examine(header: Option<&Header>) -> Finding {
    let place = match place() {
        Err(error @ agent::Error::Socket(SocketError::Nowhere)) => {
            return Finding::advice_of_error(CHECK, &error.into());
        }
        place => place,
    };
    let look = |place| {
        let Some(mut agent) = Connection::open(&place)? else {
            return Ok(Finding::ok(
                CHECK,
                "no agent is running; `kluis unlock` starts one",
            ));
        };
        let held = header.map(|header| agent.status(header)).transpose()?;
        Ok(match held.flatten() {
            None => Finding::ok(CHECK, "an agent is running; it has no key of this vault"),
            Some(held) if !held.memory_locked => Finding::warn(
                CHECK,
                NOT_IN_MEMORY,
                "raise the limit with `ulimit -l`, or `memlock` in limits.conf; then run `kluis lock` and `kluis unlock`",
            ),
            Some(held) => {
                let left = rough_duration(held.left);
                Finding::ok(
                    CHECK,
                    format!("an agent holds {} for at most {left}", held.key),
                )
            }
        })
    };
    let found: Result<Finding, agent::Error> = place.and_then(look);
    found.unwrap_or_else(|error| Finding::of_error(CHECK, &Error::from(error)))
}
