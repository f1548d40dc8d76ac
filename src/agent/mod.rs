//! The process that holds keyrings for the commands of one user, so that a passphrase is typed once. It
//! opens, seals, indexes and signs; it never returns a key, for there is no request that asks for one.
//!
//! # Protocol, version 1
//!
//! A frame is four bytes of length, big-endian, at most 1 MiB, and so many bytes: a kind and its fields, as
//! [`request`] and [`answer`] write them. Numbers are big-endian, ids 16 bytes, texts and bytes have their
//! length in front. One encoding only: what is left over or missing is no frame, and whoever sends such is
//! closed without an answer. Each request has one answer, in order. A client greets with its version; `Hello`
//! and `Lock` are the same in every version, so that any client can learn that it cannot talk, and can lock.
//!
//! `Unlock` carries a header and the 32-byte seed that a passphrase or token came down to: neither of these
//! reaches the agent. It opens the grant itself and checks the anchor, as every command does. `Attach` names
//! a vault and the digest of its header, `Follow` gives the header itself where the agent has not seen it;
//! then `Open`, `Seal`, `Index`, `SignSection`, `SignHeader` and `AddWorkspace` are the operations of
//! [`Keyring`](crate::keyring::Keyring), many ciphertexts or names in one frame.
//!
//! # What it withstands
//!
//! A process of this user can ask what a command can ask, while a key is held, and nothing more: all
//! associated data and signed bytes are made here, the keys under the root key (`wrapped`, `grant`, `anchor`)
//! have no form in a request, what is said of keys can be read and not be written, and a header is signed only with the key lines and
//! workspace keys of the newest one that was verified, or workspaces made here. So nobody can have a key
//! added, a removed one admitted again, or a workspace's keys exchanged. Another user is refused on both
//! sides before the first byte. Whoever sends slowly, much or nonsense is closed: time, connections and
//! memory are bounded, one by one and together.

mod answer;
mod client;
mod clock;
mod connection;
mod frame;
#[cfg(fuzzing)]
pub mod fuzzing;
mod key_cache;
mod latest_header;
mod remote;
mod request;
mod server;
mod socket;
mod start;
#[cfg(test)]
mod tests;

pub use answer::Status;
pub use client::{Connection, Error, Terms, lock};
pub use remote::AgentKeyring;
pub use socket::{Error as SocketError, SocketPath};
pub use start::{Foreground, NAME, run_started, start};
