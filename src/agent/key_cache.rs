//! The agent's memory: for each vault its seed, the keyrings opened with it, and their end. It decides which
//! requests to answer, and does not know sockets.
//!
//! A key with full access ends at its expiry date, even if its idle time is longer. The date comes from the
//! newest header that the agent has seen, so a new date counts as soon as a command has passed it on. The date is
//! checked before each answer, and a timer waits for it.
//!
//! Keys leave this file only through an [`Answer`], and that has no place for one.

use super::answer::{Answer, Failure, Status};
use super::clock::Clock;
use super::latest_header::{LatestHeader, not_after};
use super::request::{Request, VaultRef};
use crate::keyring::{self, Keyring, unlock};
use crate::sealed::aad_context::AadContext;
use crate::sealed::derive::Key;
use crate::sealed::header::{Content, Header};
use crate::sealed::id::{KeyId, WorkspaceId};
use crate::sealed::sign::Digest;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::{Rc, Weak};
use std::time::Duration;

/// The version of the protocol.
pub const VERSION: u16 = 1;
/// The greatest number of vaults. The vault that was unused for longest makes room for a new one.
const MAX_VAULTS: usize = 64;
/// The greatest number of headers for each vault: its header changes with each write, and copies of it differ.
const MAX_KEYRINGS: usize = 8;

type Shared = RefCell<dyn Keyring>;

/// Every key that the agent holds.
pub struct KeyCache<C> {
    clock: C,
    vaults: HashMap<VaultRef, Vault>,
    /// The time that the machine had slept at the last check.
    slept: Duration,
    /// Tries to keep the memory in use off the disk; returns whether that worked.
    lock_memory: fn() -> bool,
    memory_locked: bool,
}

struct Vault {
    key: KeyId,
    seed: Key,
    full_access: bool,
    idle: Duration,
    used: Duration,
    until: Duration,
    /// In the order of use, the latest last.
    keyrings: Vec<Opened>,
    newest: LatestHeader,
}

/// A keyring and the digest of the header that it was opened from.
struct Opened {
    header: Digest,
    workspaces: Vec<WorkspaceId>,
    keyring: Rc<Shared>,
}

/// The state of one client.
#[derive(Default)]
pub struct Session {
    greeted: bool,
    attached: Option<(VaultRef, Option<Weak<Shared>>)>,
}

impl Session {
    /// Whether the client has greeted.
    pub fn is_greeted(&self) -> bool {
        self.greeted
    }
}

impl<C: Clock> KeyCache<C> {
    pub fn new(clock: C, lock_memory: fn() -> bool) -> Self {
        let slept = slept(&clock);
        Self {
            clock,
            vaults: HashMap::new(),
            slept,
            lock_memory,
            memory_locked: false,
        }
    }

    pub fn clock(&self) -> &C {
        &self.clock
    }

    pub fn is_empty(&self) -> bool {
        self.vaults.is_empty()
    }

    /// Forgets everything, and overwrites the rest that calls left on the stack.
    pub fn lock(&mut self) {
        self.vaults.clear();
        scrub();
    }

    /// Forgets keys whose time has ended, and all keys after the machine has slept. Returns the time until the
    /// next key ends.
    pub fn expire(&mut self) -> Option<Duration> {
        let slept = slept(&self.clock);
        // The two clocks are not read at the same instant.
        if slept > self.slept + Duration::from_secs(1) {
            self.lock();
        }
        self.slept = slept;
        let clock = &self.clock;
        let before = self.vaults.len();
        self.vaults.retain(|_, vault| vault.left(clock).is_some());
        if self.vaults.len() < before {
            scrub();
        }
        self.vaults
            .values()
            .filter_map(|vault| vault.left(clock))
            .min()
    }

    /// The answer; `None` if the client breaks the protocol and must be disconnected.
    pub fn answer(&mut self, session: &mut Session, request: &Request<'_>) -> Option<Answer> {
        self.expire();
        let answered = match request {
            Request::Hello { version } => {
                session.greeted = *version == VERSION;
                Ok(Answer::Hello { version: VERSION })
            }
            Request::Lock => {
                self.lock();
                Ok(Answer::Done)
            }
            _ if !session.greeted => return None,
            Request::Unlock {
                header,
                key,
                idle,
                longest,
                seed,
            } => self.unlock(&parse(header)?, *key, seed, *idle, *longest),
            Request::Status { vault } => Ok(self.status(vault)),
            Request::Attach { vault, header } => Ok(self.attach(session, *vault, header)),
            Request::Follow { header } => self.follow(session, &parse(header)?),
            Request::Open(all) => self.use_key(session, |keyring, _| open(keyring, all)),
            Request::Seal { place, content } => self.use_key(session, |keyring, _| {
                Ok(Answer::Sealed(keyring.seal(*place, content)?))
            }),
            Request::Index { workspace, names } => self.use_key(session, |keyring, _| {
                Ok(Answer::Indexed(keyring.index_all(*workspace, names)?))
            }),
            Request::SignSection { workspace, digest } => self.use_key(session, |keyring, _| {
                Ok(Answer::Signed(keyring.sign_section(*workspace, digest)?))
            }),
            Request::SignHeader { content } => self.use_key(session, |keyring, newest| {
                let content = Content::parse(content).map_err(|_| Failure::Damaged(0))?;
                newest.check(&content)?;
                Ok(Answer::Signed(keyring.sign_header(&content)?))
            }),
            Request::AddWorkspace { workspace } => self.use_key(session, |keyring, newest| {
                newest.add_workspace(keyring, *workspace)
            }),
        };
        Some(answered.unwrap_or_else(Answer::Failed))
    }

    fn unlock(
        &mut self,
        header: &Header,
        key: KeyId,
        seed: &Key,
        idle: Duration,
        longest: Duration,
    ) -> Result<Answer, Failure> {
        let keyring = unlock::with_seed(header, key, seed.clone())?;
        let now = self.clock.elapsed();
        let content = header.content();
        let not_after = not_after(key, content);
        let vault = Vault {
            key,
            seed: seed.clone(),
            full_access: keyring.has_full_access(),
            idle,
            used: now,
            until: now.saturating_add(longest),
            keyrings: vec![Opened::new(header, keyring)],
            newest: LatestHeader::of(content, not_after),
        };
        let place = place(content);
        if !self.vaults.contains_key(&place) && self.vaults.len() >= MAX_VAULTS {
            let longest_ago = self.vaults.iter().min_by_key(|(_, vault)| vault.used);
            if let Some(oldest) = longest_ago.map(|(place, _)| *place) {
                self.vaults.remove(&oldest);
            }
        }
        self.vaults.insert(place, vault);
        self.memory_locked = (self.lock_memory)();
        Ok(Answer::Done)
    }

    fn status(&self, place: &VaultRef) -> Answer {
        let now = self.clock.elapsed();
        let Some(vault) = self.vaults.get(place) else {
            return Answer::Locked;
        };
        Answer::Status(Status {
            key: vault.key,
            full_access: vault.full_access,
            memory_locked: self.memory_locked,
            idle_left: vault.left(&self.clock).unwrap_or_default().as_secs(),
            left: vault.at_most(now, &self.clock).as_secs(),
            idle: vault.idle.as_secs(),
        })
    }

    /// Attaching does not extend the idle time.
    fn attach(&mut self, session: &mut Session, place: VaultRef, header: &Digest) -> Answer {
        let Some(vault) = self.vaults.get(&place) else {
            session.attached = None;
            return Answer::Locked;
        };
        session.attached = Some((place, None));
        let mut known = vault.keyrings.iter();
        let Some(opened) = known.find(|opened| opened.header == *header) else {
            return Answer::NeedsHeader;
        };
        session.attached = Some((place, Some(Rc::downgrade(&opened.keyring))));
        opened.attached()
    }

    /// Opens a new header with the seed of its vault. The header's key is part of the vault's identity: it was
    /// pinned when a key file unlocked the vault.
    fn follow(&mut self, session: &mut Session, header: &Header) -> Result<Answer, Failure> {
        let content = header.content();
        let place = place(content);
        let Some(vault) = self.vaults.get_mut(&place) else {
            session.attached = None;
            return Ok(Answer::Locked);
        };
        let opened = unlock::with_seed(header, vault.key, vault.seed.clone());
        let keyring = match opened {
            Ok(keyring) => keyring,
            Err(error) => {
                // The key was removed from the vault, unless this is a copy from before the key was added.
                let is_gone = matches!(error, keyring::Error::KeyChanged);
                if is_gone && content.revision() >= vault.newest.revision {
                    self.vaults.remove(&place);
                    scrub();
                }
                return Err(error.into());
            }
        };
        vault.full_access = keyring.has_full_access();
        vault.newest.follow(content, not_after(vault.key, content));
        if vault.left(&self.clock).is_none() {
            self.vaults.remove(&place);
            scrub();
            return Ok(Answer::Locked);
        }
        let opened = Opened::new(header, keyring);
        let answer = opened.attached();
        session.attached = Some((place, Some(Rc::downgrade(&opened.keyring))));
        vault.keyrings.retain(|known| known.header != opened.header);
        if vault.keyrings.len() >= MAX_KEYRINGS {
            vault.keyrings.remove(0);
        }
        vault.keyrings.push(opened);
        self.memory_locked = (self.lock_memory)();
        Ok(answer)
    }

    /// Lets the keyring that the client is attached to work. This is a use of the key.
    fn use_key(
        &mut self,
        session: &Session,
        work: impl FnOnce(&mut dyn Keyring, &mut LatestHeader) -> Result<Answer, Failure>,
    ) -> Result<Answer, Failure> {
        let now = self.clock.elapsed();
        let Some((place, keyring)) = &session.attached else {
            return Ok(Answer::Locked);
        };
        let Some(vault) = self.vaults.get_mut(place) else {
            return Ok(Answer::Locked);
        };
        let Some(keyring) = keyring.as_ref().and_then(Weak::upgrade) else {
            return Ok(Answer::NeedsHeader);
        };
        vault.used = now;
        work(&mut *keyring.borrow_mut(), &mut vault.newest)
    }
}

impl Vault {
    /// The remaining time; `None` when it has ended.
    fn left(&self, clock: &impl Clock) -> Option<Duration> {
        let now = clock.elapsed();
        let unused = self.used.saturating_add(self.idle).saturating_sub(now);
        let left = unused.min(self.at_most(now, clock));
        Some(left).filter(|left| !left.is_zero())
    }

    /// The remaining time, however often the key is used.
    fn at_most(&self, now: Duration, clock: &impl Clock) -> Duration {
        let left = self.until.saturating_sub(now);
        let valid = self
            .newest
            .not_after
            .map(|end| end.saturating_sub(clock.date()));
        valid.map_or(left, |valid| valid.min(left))
    }
}

impl Opened {
    fn new(header: &Header, keyring: impl Keyring + 'static) -> Self {
        let lines = header.content().workspaces.iter();
        Self {
            header: header.digest(),
            workspaces: lines.map(|line| line.id).collect(),
            keyring: Rc::new(RefCell::new(keyring)),
        }
    }

    fn attached(&self) -> Answer {
        let keyring = self.keyring.borrow();
        let reach = self.workspaces.iter();
        Answer::Attached {
            key: keyring.key(),
            full_access: keyring.has_full_access(),
            reach: reach
                .filter_map(|&id| Some((id, keyring.reach(id)?)))
                .collect(),
        }
    }
}

fn slept(clock: &impl Clock) -> Duration {
    // Read in this order: time that passes in between looks like less sleep, not more.
    let elapsed = clock.elapsed();
    elapsed.saturating_sub(clock.awake())
}

fn place(content: &Content) -> VaultRef {
    VaultRef {
        vault: content.vault,
        verify: content.verify,
    }
}

/// Parses a complete header that is signed by the key in it.
fn parse(text: &str) -> Option<Header> {
    let header = Header::parse(text.as_bytes()).ok()??;
    (header.text().len() == text.len()).then_some(header)
}

fn open(keyring: &dyn Keyring, all: &[(AadContext, &[u8])]) -> Result<Answer, Failure> {
    let opened = all.iter().zip(0..).map(|((place, sealed), position)| {
        let opened = keyring.open(*place, sealed);
        opened.map_err(|error| match Failure::from(error) {
            Failure::Damaged(_) => Failure::Damaged(position),
            other => other,
        })
    });
    opened.collect::<Result<_, _>>().map(Answer::Opened)
}

/// Overwrites the part of the stack that held keys: 128 KiB below the caller.
fn scrub() {
    scrub_down(8);
}

#[inline(never)]
fn scrub_down(steps: u8) {
    let mut below = [0_u64; 2048];
    if steps > 1 {
        scrub_down(steps - 1);
    }
    zeroize::Zeroize::zeroize(&mut below);
    std::hint::black_box(&below);
}
