//! Tests when the agent forgets a key: unused, at the end of its time, at its expiry date, and after the key is
//! removed from the vault.

use super::{IDLE, LONGEST, Unlocked, about, issue, token};
use crate::agent::answer::{Answer, Failure};
use crate::agent::clock::Clock;
use crate::agent::request::Request;
use crate::sealed::history::Ancestors;
use std::time::Duration;

const ALMOST_IDLE: Duration = Duration::from_secs(15 * 60 - 1);

#[test]
fn a_key_is_forgotten_at_the_date_when_it_expires() {
    let mut agent = Unlocked::new();
    let until = |agent: &Unlocked, revisions: u64, left: Duration| {
        let mut content = agent
            .next(|content| content.ancestors = Ancestors::before(content.revision() + revisions));
        let expiry = agent.clock.date() + left;
        let not_after = Some(expiry.as_millis().try_into().unwrap());
        let (master, credential) = (&agent.master, &agent.credential);
        content.keys[0] = issue(
            master,
            &content.workspaces,
            credential,
            &about("token"),
            not_after,
        );
        content
    };
    let minutes = |count| Duration::from_mins(count);
    agent.content = until(&agent, 0, minutes(10));
    assert!(matches!(agent.unlock(), Some(Answer::Done)));
    agent.clock.pass(minutes(9));
    assert!(matches!(agent.attach(), Answer::Attached { .. }));
    assert!(agent.signs(&agent.content.clone()).is_ok());
    let vault = agent.vault();
    let Some(Answer::Status(status)) = agent.ask(&Request::Status { vault }) else {
        panic!("forgotten too early");
    };
    assert_eq!((status.idle_left, status.left), (60, 60));
    assert_eq!(agent.held.expire(), Some(minutes(1)));
    // Its owner extended the date; a copy from before does not shorten it again.
    let (shorter, longer) = (agent.content.clone(), until(&agent, 1, minutes(20)));
    for content in [&longer, &shorter] {
        assert!(matches!(agent.follow(content), Answer::Attached { .. }));
    }
    agent.clock.pass(minutes(10));
    assert!(matches!(agent.follow(&longer), Answer::Attached { .. }));
    // And now the owner shortened it.
    let over = until(&agent, 2, Duration::ZERO);
    assert!(matches!(agent.follow(&over), Answer::Locked));
    assert!(agent.held.is_empty());
    // No later header admits it again.
    assert!(matches!(agent.follow(&longer), Answer::Locked));
}

#[test]
fn a_key_is_forgotten_when_it_was_not_used_for_long() {
    let mut agent = Unlocked::new();
    for _ in 0..4 {
        agent.clock.pass(ALMOST_IDLE);
        assert!(matches!(agent.attach(), Answer::Attached { .. }));
        assert!(agent.signs(&agent.content.clone()).is_ok());
    }
    agent.clock.pass(ALMOST_IDLE);
    // Asking for the status does not count as a use of the key.
    assert!(agent.is_unlocked());
    assert!(matches!(agent.attach(), Answer::Attached { .. }));
    assert!(matches!(
        agent.follow(&agent.content.clone()),
        Answer::Attached { .. }
    ));
    agent.clock.pass(Duration::from_secs(1));
    assert!(!agent.is_unlocked());
    assert!(agent.held.is_empty());
    assert!(matches!(agent.attach(), Answer::Locked));
}

#[test]
fn a_key_is_forgotten_at_its_end_however_much_it_is_used() {
    let mut agent = Unlocked::new();
    let steps = u32::try_from(LONGEST.as_secs() / IDLE.as_secs()).unwrap() * 2;
    for _ in 1..steps {
        agent.clock.pass(IDLE / 2);
        assert!(matches!(agent.attach(), Answer::Attached { .. }));
        assert!(agent.signs(&agent.content.clone()).is_ok());
    }
    agent.clock.pass(IDLE / 2);
    assert!(matches!(agent.attach(), Answer::Locked));
}

#[test]
fn the_agent_sleeps_exactly_until_the_next_key_ends() {
    let mut agent = Unlocked::new();
    assert_eq!(agent.held.expire(), Some(IDLE));
    agent.clock.pass(IDLE / 3);
    assert_eq!(agent.held.expire(), Some(IDLE * 2 / 3));
    agent.held.lock();
    assert_eq!(agent.held.expire(), None);
}

#[test]
fn everything_is_forgotten_when_the_machine_has_slept() {
    let mut agent = Unlocked::new();
    agent.clock.sleep(Duration::from_secs(2));
    assert!(matches!(agent.attach(), Answer::Locked));
    assert!(agent.held.is_empty());
    // After unlocking again, the earlier sleep does not count again.
    assert!(matches!(agent.unlock(), Some(Answer::Done)));
    agent.clock.pass(Duration::from_mins(1));
    assert!(agent.is_unlocked());
}

#[test]
fn a_key_that_has_left_the_vault_is_forgotten() {
    let mut agent = Unlocked::new();
    let (another, _) = token(
        &agent.master,
        &agent.content.workspaces,
        agent.content.vault,
    );
    let before = agent.next(|content| {
        content.keys = vec![another.clone()];
        content.ancestors = Ancestors::before(3);
    });
    let gone = agent.next(|content| content.keys = vec![another.clone()]);
    // The key is also missing in a copy from before it was added.
    for (content, stays) in [(before, true), (gone, false)] {
        let answer = agent.follow(&content);
        assert!(matches!(answer, Answer::Failed(Failure::KeyChanged)));
        assert_eq!(agent.is_unlocked(), stays);
    }
}
