//! The agent: a process that keeps keyrings for one user's commands, so that you type a passphrase once. It
//! opens, seals, indexes and signs; it never returns a key, because no request asks for one.
//!
//! # Protocol, version 1
//!
//! A frame is a length of four bytes, big-endian, at most 1 MiB, and that many bytes: a kind and its fields, as
//! [`request`] and [`answer`] list them. Numbers are big-endian, ids 16 bytes; texts and bytes have their length
//! in front. There is one encoding only: a frame with bytes left over or missing is invalid, and the agent
//! disconnects its sender without an answer. Each request has one answer, in order. A client greets with its
//! version. `Hello` and `Lock` are the same in every version, so any client can detect another version, and can
//! lock.
//!
//! `Unlock` contains a header and the 32-byte seed made from a passphrase or token; the passphrase and the token
//! themselves never reach the agent. The agent opens the grant itself and checks the anchor, as every command
//! does. `Attach` names a vault and the digest of its header; `Follow` sends the header itself if the agent has
//! not seen it. `Open`, `Seal`, `Index`, `SignSection`, `SignHeader` and `AddWorkspace` are the operations of
//! [`Keyring`](crate::keyring::Keyring), with many ciphertexts or names in one frame.
//!
//! # What it withstands
//!
//! While the agent has a key, a process of this user can request what a command can request, and nothing more.
//! The agent makes all associated data and signed bytes itself. No request can name the ciphertexts under the
//! root key (`wrapped`, `grant`, `anchor`). A client can read the owner's notes about keys, but not write them.
//! The agent signs a header only with the key lines and workspace keys of the newest verified one, plus
//! workspaces made here. So no client can add a key, readmit a removed one, or exchange a workspace's keys. Both
//! sides refuse another user before the first byte. Slow, oversized and malformed clients are disconnected: time,
//! connections and memory are bounded, for each client and together.

mod answer;
mod client;
mod clock;
mod connection;
mod find;
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
mod wire;

pub use answer::Status;
pub use client::{Connection, Error, Terms, lock};
pub use find::KnownAgents;
pub use remote::AgentKeyring;
pub use socket::{Error as SocketError, SocketPath};
pub use start::{Foreground, NAME, run_started, start};
