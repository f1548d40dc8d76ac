//! Tests which headers the agent signs, and which keys may be in them.

use super::{Unlocked, line, token};
use crate::agent::answer::{Answer, Failure};
use crate::agent::request::Request;
use crate::keyring::master::Master;
use crate::sealed::aad_context::AadContext;
use crate::sealed::header::{self, Content};
use crate::sealed::history::{Ancestors, RevisionId};
use crate::sealed::id::{KeyId, WorkspaceId};

#[test]
fn a_header_is_signed_only_with_verified_keys() {
    let mut agent = Unlocked::new();
    let id = agent.content.workspaces[0].id;
    assert_eq!(agent.signs(&agent.next(|_| {})), Ok(()));
    let renamed = agent.next(|content| content.workspaces[0].about = vec![1; 64]);
    assert_eq!(agent.signs(&renamed), Ok(()));
    assert_eq!(
        agent.signs(&agent.next(|content| content.workspaces.clear())),
        Ok(())
    );

    let (another, _) = token(
        &agent.master,
        &agent.content.workspaces,
        agent.content.vault,
    );
    let foreign = Master::random(agent.content.vault);
    let foreign_line = header::Workspace {
        id,
        ..line(&foreign)
    };
    for wrong in [
        agent.next(|content| content.keys.push(another.clone())),
        agent.next(|content| content.keys.clear()),
        agent.next(|content| content.keys[0].grant[0] ^= 1),
        agent.next(|content| content.keys[0].about[0] ^= 1),
        agent.next(|content| content.keys[0].public[0] ^= 1),
        agent.next(|content| content.keys[0].id = KeyId::random()),
        agent.next(|content| content.workspaces[0] = foreign_line.clone()),
        agent.next(|content| content.workspaces[0].verify[0] ^= 1),
        agent.next(|content| content.workspaces[0].wrapped[0] ^= 1),
        agent.next(|content| content.workspaces.push(line(&foreign))),
        agent.next(|content| content.ancestors = Ancestors::before(content.revision() - 2)),
    ] {
        assert_eq!(agent.signs(&wrong), Err(Failure::Refused));
    }
    let other_vault = agent.next(|content| content.verify = foreign.verify());
    assert_eq!(agent.signs(&other_vault), Err(Failure::Forged));
}

#[test]
fn a_workspace_is_signed_in_when_the_agent_has_made_its_keys() {
    let mut agent = Unlocked::new();
    let workspace = WorkspaceId::random();
    let Some(Answer::Added { verify, wrapped }) = agent.ask(&Request::AddWorkspace { workspace })
    else {
        panic!("no workspace");
    };
    let place = AadContext::WorkspaceAbout(workspace);
    let sealed = agent.ask(&Request::Seal {
        place,
        content: b"about",
    });
    let Some(Answer::Sealed(about)) = sealed else {
        panic!("not sealed");
    };
    let content = agent.next(|content| {
        content.workspaces.push(header::Workspace {
            id: workspace,
            verify,
            wrapped,
            about: about.clone(),
            section: RevisionId::default(),
        });
    });
    assert_eq!(agent.signs(&content), Ok(()));
    assert!(matches!(agent.follow(&content), Answer::Attached { .. }));
    let opened = agent.ask(&Request::Open(vec![(place, &about)]));
    assert!(matches!(opened, Some(Answer::Opened(texts)) if texts[0].expose() == b"about"));
    // An existing one keeps its keys.
    assert!(matches!(
        agent.ask(&Request::AddWorkspace { workspace }),
        Some(Answer::Failed(Failure::Refused))
    ));
}

#[test]
fn a_removed_key_is_not_signed_in_again_with_an_older_header() {
    let mut agent = Unlocked::new();
    let (removed, _) = token(
        &agent.master,
        &agent.content.workspaces,
        agent.content.vault,
    );
    let older = agent.content.clone();
    let older = Content {
        keys: vec![older.keys[0].clone(), removed],
        ancestors: Ancestors::before(5),
        ..older
    };
    // It can be followed, so that an older copy can be read.
    assert!(matches!(agent.follow(&older), Answer::Attached { .. }));
    let again = Content {
        ancestors: Ancestors::before(8),
        ..older
    };
    assert_eq!(agent.signs(&again), Err(Failure::Refused));
    assert_eq!(agent.signs(&agent.next(|_| {})), Ok(()));
}
