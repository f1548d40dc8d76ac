//! Tests the agent from the inside: what it opens and signs, for which client, and when it forgets.

mod forgetting;
mod signing;

use super::answer::{Answer, Failure};
use super::clock::Clock;
use super::key_cache::{KeyCache, Session, VERSION};
use super::request::{Request, VaultRef};
use crate::keyring::issue::{Credential, Issuer};
use crate::keyring::master::Master;
use crate::keyring::token::Token;
use crate::keyring::unlock;
use crate::sealed::aad_context::AadContext;
use crate::sealed::derive::Key;
use crate::sealed::header::{self, Content, Header};
use crate::sealed::history::{Ancestors, RevisionId};
use crate::sealed::id::{AppId, KeyId, SecretId, VaultId, WorkspaceId};
use crate::sealed::index::RecordKind;
use crate::sealed::key;
use crate::sealed::meta;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

const IDLE: Duration = Duration::from_mins(15);
const LONGEST: Duration = Duration::from_hours(8);
/// The date on which the clock of these tests begins.
const DAY: Duration = Duration::from_hours(24);

// A request contains a seed and an answer a value: neither can be printed by mistake.
static_assertions::assert_not_impl_any!(Request<'_>: std::fmt::Debug, std::fmt::Display, Clone);
static_assertions::assert_not_impl_any!(Answer: std::fmt::Debug, std::fmt::Display, Clone);

/// Without and with the time asleep.
#[derive(Clone, Default)]
struct FakeClock(Rc<Cell<[Duration; 2]>>);

impl FakeClock {
    fn pass(&self, time: Duration) {
        self.0.set(self.0.get().map(|since| since + time));
    }

    fn sleep(&self, time: Duration) {
        let [awake, elapsed] = self.0.get();
        self.0.set([awake, elapsed + time]);
    }
}

impl Clock for FakeClock {
    fn awake(&self) -> Duration {
        self.0.get()[0]
    }

    fn elapsed(&self) -> Duration {
        self.0.get()[1]
    }

    fn date(&self) -> Duration {
        DAY + self.elapsed()
    }
}

/// A vault with one token and one workspace, and an agent with its key.
struct Unlocked {
    master: Master,
    content: Content,
    credential: Credential,
    seed: Key,
    clock: FakeClock,
    held: KeyCache<FakeClock>,
    session: Session,
}

fn about(label: &str) -> meta::Key {
    meta::Key {
        label: label.to_owned(),
        created_at: 0,
        workspaces: None,
    }
}

fn line(master: &Master) -> header::Workspace {
    let id = WorkspaceId::random();
    let (verify, wrapped) = master.new_workspace(id);
    header::Workspace {
        id,
        verify,
        wrapped,
        about: Vec::new(),
        section: RevisionId::default(),
    }
}

fn issue(
    master: &Master,
    workspaces: &[header::Workspace],
    credential: &Credential,
    about: &meta::Key,
    not_after: Option<meta::Milliseconds>,
) -> key::Key {
    let issuer = Issuer { master, workspaces };
    issuer.issue(credential, about, not_after).unwrap()
}

fn token(master: &Master, workspaces: &[header::Workspace], vault: VaultId) -> (key::Key, Token) {
    let (credential, token) = Credential::token(vault);
    (
        issue(master, workspaces, &credential, &about("token"), None),
        token,
    )
}

impl Unlocked {
    fn new() -> Self {
        let vault = VaultId::random();
        let master = Master::random(vault);
        let workspaces = vec![line(&master)];
        let (credential, token) = Credential::token(vault);
        let key = issue(&master, &workspaces, &credential, &about("token"), None);
        let content = Content {
            keys_to_come: Vec::new(),
            vault,
            verify: master.verify(),
            keys: vec![key],
            workspaces,
            successions: Vec::new(),
            ancestors: Ancestors::before(7),
        };
        let clock = FakeClock::default();
        clock.pass(Duration::from_secs(1000));
        let signed = content.clone().signed(master.sign(&content).unwrap());
        let seed = unlock::with_token(&signed.unwrap(), &token).unwrap();
        let mut unlocked = Self {
            master,
            content,
            credential,
            seed: seed.seed().clone(),
            held: KeyCache::new(clock.clone(), || true),
            clock,
            session: Session::default(),
        };
        let hello = Request::Hello { version: VERSION };
        assert!(matches!(unlocked.ask(&hello), Some(Answer::Hello { .. })));
        assert!(matches!(unlocked.unlock(), Some(Answer::Done)));
        assert!(matches!(unlocked.attach(), Answer::Attached { .. }));
        unlocked
    }

    fn sign(&self, content: &Content) -> Header {
        let signature = self.master.sign(content).unwrap();
        content.clone().signed(signature).unwrap()
    }

    fn ask(&mut self, request: &Request<'_>) -> Option<Answer> {
        self.held.answer(&mut self.session, request)
    }

    fn unlock(&mut self) -> Option<Answer> {
        let header = self.sign(&self.content);
        let (key, seed) = (self.content.keys[0].id, self.seed.clone());
        self.ask(&Request::Unlock {
            header: header.text(),
            key,
            idle: IDLE,
            longest: LONGEST,
            seed,
        })
    }

    fn vault(&self) -> VaultRef {
        VaultRef {
            vault: self.content.vault,
            verify: self.content.verify,
        }
    }

    fn attach(&mut self) -> Answer {
        let (vault, header) = (self.vault(), self.sign(&self.content).digest());
        self.ask(&Request::Attach { vault, header }).unwrap()
    }

    fn follow(&mut self, content: &Content) -> Answer {
        let header = self.sign(content);
        let header = header.text();
        self.ask(&Request::Follow { header }).unwrap()
    }

    fn is_unlocked(&mut self) -> bool {
        let vault = self.vault();
        matches!(
            self.ask(&Request::Status { vault }),
            Some(Answer::Status(_))
        )
    }

    /// The same header with a change, one revision later.
    fn next(&self, change: impl FnOnce(&mut Content)) -> Content {
        let mut content = self.content.clone();
        content.ancestors = Ancestors::before(content.revision() + 1);
        change(&mut content);
        content
    }

    fn signs(&mut self, content: &Content) -> Result<(), Failure> {
        let text = content.unsigned();
        match self.ask(&Request::SignHeader { content: &text }) {
            Some(Answer::Signed(signature)) => {
                let signed = content.clone().signed(signature).unwrap();
                let read = Header::parse(signed.text().as_bytes());
                assert!(read.unwrap().is_some(), "a signature that is none");
                Ok(())
            }
            Some(Answer::Failed(failure)) => Err(failure),
            _ => panic!("no answer to a header"),
        }
    }
}

#[test]
fn nothing_is_answered_before_the_greeting_but_a_lock() {
    let mut agent = Unlocked::new();
    agent.session = Session::default();
    let vault = agent.vault();
    assert!(agent.ask(&Request::Status { vault }).is_none());
    let other = Request::Hello {
        version: VERSION + 1,
    };
    assert!(matches!(
        agent.ask(&other),
        Some(Answer::Hello { version: VERSION })
    ));
    assert!(agent.ask(&Request::Status { vault }).is_none());
    assert!(matches!(agent.ask(&Request::Lock), Some(Answer::Done)));
    assert!(agent.held.is_empty());
}

#[test]
fn a_vault_of_another_with_the_same_key_line_is_not_unlocked() {
    let mut agent = Unlocked::new();
    let foreign = Master::random(agent.content.vault);
    let content = agent.next(|content| {
        content.verify = foreign.verify();
        content.workspaces = vec![line(&foreign)];
    });
    let header = content.clone().signed(foreign.sign(&content).unwrap());
    let header = header.unwrap();
    let (key, seed) = (content.keys[0].id, agent.seed.clone());
    let mut unlock = |key, seed| {
        let (idle, longest) = (IDLE, LONGEST);
        let header = header.text();
        agent.held.answer(
            &mut agent.session,
            &Request::Unlock {
                header,
                key,
                idle,
                longest,
                seed,
            },
        )
    };
    let forged = unlock(key, seed.clone());
    assert!(matches!(forged, Some(Answer::Failed(Failure::Forged))));
    for (key, seed) in [(key, Key::new([7; 32])), (KeyId::random(), seed)] {
        let wrong = unlock(key, seed);
        assert!(matches!(wrong, Some(Answer::Failed(Failure::KeyChanged))));
    }
    // The agent does not take it for the known vault either.
    let header = header.text();
    assert!(matches!(
        agent.ask(&Request::Follow { header }),
        Some(Answer::Locked)
    ));
}

#[test]
fn a_ciphertext_opens_only_in_its_own_place() {
    let mut agent = Unlocked::new();
    let workspace = agent.content.workspaces[0].id;
    let id = SecretId::random();
    let place = AadContext::Value(workspace, id, 1);
    let content = b"a value";
    let Some(Answer::Sealed(sealed)) = agent.ask(&Request::Seal { place, content }) else {
        panic!("not sealed");
    };
    let own = Request::Open(vec![(place, &sealed)]);
    assert!(matches!(agent.ask(&own), Some(Answer::Opened(_))));
    for other in [
        AadContext::Value(workspace, id, 2),
        AadContext::Links(workspace, AppId::from_bits(id.bits())),
        AadContext::WorkspaceAbout(workspace),
    ] {
        let both = Request::Open(vec![(place, &sealed), (other, &sealed)]);
        let answer = agent.ask(&both);
        assert!(matches!(answer, Some(Answer::Failed(Failure::Damaged(1)))));
    }
    // No request can name the place of the grant or the wrapped keys.
    let wrapped = agent.content.workspaces[0].wrapped.clone();
    let grant = agent.content.keys[0].grant.clone();
    let anchor = agent.content.keys[0].bond().unwrap().anchor.clone();
    for secret in [wrapped, grant, anchor, agent.content.keys[0].about.clone()] {
        for place in [AadContext::WorkspaceAbout(workspace), place] {
            let answer = agent.ask(&Request::Open(vec![(place, &secret)]));
            assert!(matches!(answer, Some(Answer::Failed(Failure::Damaged(0)))));
        }
    }
    let stranger = WorkspaceId::random();
    let names = vec![(RecordKind::Secret, "name")];
    let index = Request::Index {
        workspace: stranger,
        names,
    };
    assert!(matches!(
        agent.ask(&index),
        Some(Answer::Failed(Failure::OutOfReach))
    ));
}
