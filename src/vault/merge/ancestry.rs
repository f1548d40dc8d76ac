//! Decides by the listed ancestors, never by git, which part of two copies was made from which.

use super::copy::{Copy, Side};
use super::refusal::refuse;
use crate::sealed::header::{Content, Header};
use crate::sealed::history::{MAX_ANCESTORS, PartHistory, Relation};
use crate::sealed::id::WorkspaceId;
use crate::sealed::section::Section;
use crate::sealed::{self, file::Layout};
use crate::vault::Error;

/// The relation between two states of one part.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ancestry {
    Same,
    /// This side's was made from the other's.
    Newer(Side),
    /// Both have changes that the other lacks.
    Fork,
    /// This side is so far ahead that its list does not show whether it includes the other.
    Far(Side),
}

/// Compares two states of one part.
pub fn compare(ours: &PartHistory, theirs: &PartHistory) -> Ancestry {
    match ours.relation(theirs.id) {
        Relation::Same => Ancestry::Same,
        Relation::Newer => Ancestry::Newer(Side::Ours),
        Relation::Fork => Ancestry::Fork,
        Relation::TooFar => Ancestry::Far(Side::Ours),
        Relation::Older => match theirs.relation(ours.id) {
            Relation::Newer | Relation::Same => Ancestry::Newer(Side::Theirs),
            Relation::TooFar => Ancestry::Far(Side::Theirs),
            Relation::Fork | Relation::Older => Ancestry::Fork,
        },
    }
}

/// The source of a section of the result.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// The section of this side, byte for byte.
    Take(Side),
    /// A new section, written from both.
    Merge,
}

/// The source of each part of the result.
#[derive(Debug)]
pub struct Plan {
    pub header: Side,
    /// The side whose signer the other's succession retired.
    pub retired: Option<Side>,
    /// In the order of the header's workspaces.
    pub sections: Vec<(WorkspaceId, Fate)>,
}

impl Plan {
    /// Plans the merge. The workspaces' names are for messages.
    pub fn of(
        ours: &Copy<'_>,
        theirs: &Copy<'_>,
        base: Option<&Copy<'_>>,
        name: &dyn Fn(WorkspaceId) -> String,
    ) -> Result<Self, Error> {
        let layouts = [ours.layout(), theirs.layout()];
        let [our_content, their_content] = layouts.map(|layout| layout.header.content());
        if our_content.vault != their_content.vault {
            return Err(refuse(
                "the other file is a copy of another vault",
                "name a copy of this vault; nothing was written",
            ));
        }
        let (header, retired) = header_side(layouts)?;
        let result = &layouts[header.position()].header;
        let mut sections = Vec::with_capacity(result.content().workspaces.len());
        for line in &result.content().workspaces {
            let placed = layouts.map(|layout| layout.section(line.id));
            let fate = fate(placed, header);
            let fate = match fate {
                Fate::Take(side) if fits(placed[side.position()], result) => fate,
                Fate::Take(_) | Fate::Merge => Fate::Merge,
            };
            for side in [Side::Ours, Side::Theirs] {
                let is_used = fate == Fate::Merge || fate == Fate::Take(side);
                let content = layouts[side.position()].header.content();
                let own = content.workspace(line.id);
                if is_used && own.is_some_and(|own| own.verify != line.verify) {
                    return Err(outdated(side, &name(line.id)));
                }
            }
            sections.push((line.id, fate));
        }
        let plan = Self {
            header,
            retired,
            sections,
        };
        plan.check_deleted(layouts, base, name)?;
        Ok(plan)
    }

    /// Refuses to lose a workspace that was deleted on one side and changed on the other.
    fn check_deleted(
        &self,
        layouts: [&Layout; 2],
        base: Option<&Copy<'_>>,
        name: &dyn Fn(WorkspaceId) -> String,
    ) -> Result<(), Error> {
        let result = layouts[self.header.position()].header.content();
        let other = self.header.other();
        let layout = layouts[other.position()];
        for line in &layout.header.content().workspaces {
            if result.workspace(line.id).is_some() {
                continue;
            }
            if self.retired == Some(other) {
                // A holder of the retired key can make workspaces; they are not taken over.
                if other == Side::Theirs {
                    continue;
                }
                return Err(deleted(&name(line.id)));
            }
            let Some(section) = layout.section(line.id) else {
                continue;
            };
            let of_base = base.and_then(|base| base.layout().section(line.id));
            let is_unchanged = section.id() == line.section
                || of_base.is_some_and(|base| base.id() == section.id());
            if !is_unchanged {
                return Err(deleted(&name(line.id)));
            }
        }
        Ok(())
    }

    /// Whether the merge needs no key.
    pub fn needs_no_key(&self) -> bool {
        self.sections.iter().all(|(_, fate)| *fate != Fate::Merge)
    }
}

fn fate(placed: [Option<&Section>; 2], header: Side) -> Fate {
    match placed {
        [Some(ours), Some(theirs)] => match compare(&history(ours), &history(theirs)) {
            Ancestry::Same => Fate::Take(header),
            Ancestry::Newer(side) => Fate::Take(side),
            Ancestry::Fork | Ancestry::Far(_) => Fate::Merge,
        },
        [Some(_), None] => Fate::Take(Side::Ours),
        [None, _] => Fate::Take(Side::Theirs),
    }
}

/// The side whose header becomes the result's, and the side whose signer was retired.
fn header_side(layouts: [&Layout; 2]) -> Result<(Side, Option<Side>), Error> {
    let [ours, theirs] = layouts.map(|layout| &layout.header);
    let (our_key, their_key) = (&ours.content().verify, &theirs.content().verify);
    match compare(&header_history(ours), &header_history(theirs)) {
        Ancestry::Same | Ancestry::Newer(Side::Ours) | Ancestry::Far(Side::Ours) => {
            Ok((Side::Ours, None))
        }
        // Any holder of an old header key can name our header as an ancestor.
        Ancestry::Newer(Side::Theirs) if theirs.content().is_trusted_by(our_key) => {
            Ok((Side::Theirs, None))
        }
        Ancestry::Newer(Side::Theirs) => Err(sealed::Error::Forged.into()),
        // It might undo our changes of keys.
        Ancestry::Far(Side::Theirs) => Err(refuse(
            format!(
                "the keys of the other side changed more than {MAX_ANCESTORS} times since, so kluis cannot tell whether they contain yours"
            ),
            "take the other side's file, and repeat your changes there; nothing was written",
        )),
        Ancestry::Fork if our_key != their_key && ours.content().is_trusted_by(their_key) => {
            Ok((Side::Ours, Some(Side::Theirs)))
        }
        Ancestry::Fork if our_key != their_key && theirs.content().is_trusted_by(our_key) => {
            Ok((Side::Theirs, Some(Side::Ours)))
        }
        Ancestry::Fork => Err(refuse(
            "both sides changed the keys or the workspaces, and kluis cannot merge that",
            "keep the side whose keys are right, and repeat the other side's change there; nothing was written",
        )),
    }
}

/// Whether a reader accepts this section below that header.
fn fits(section: Option<&Section>, header: &Header) -> bool {
    let Some(section) = section else {
        return false;
    };
    let content: &Content = header.content();
    let named = content.workspace(section.seal().workspace);
    let follows = content
        .ancestors
        .relation(header.id(), section.seal().header);
    follows.follows() && named.is_some_and(|line| history(section).relation(line.section).follows())
}

pub fn history(section: &Section) -> PartHistory {
    PartHistory {
        workspace: Some(section.seal().workspace),
        id: section.id(),
        ancestors: section.seal().ancestors.clone(),
    }
}

pub fn header_history(header: &Header) -> PartHistory {
    PartHistory {
        workspace: None,
        id: header.id(),
        ancestors: header.content().ancestors.clone(),
    }
}

fn outdated(side: Side, workspace: &str) -> Error {
    let whose = match side {
        Side::Ours => "our",
        Side::Theirs => "their",
    };
    refuse(
        format!(
            "{whose} changes of the workspace {workspace} are signed by a key that the vault no longer has"
        ),
        "its keys were replaced meanwhile: keep the other side, and repeat the changes there; nothing was written",
    )
}

fn deleted(workspace: &str) -> Error {
    refuse(
        format!("the workspace {workspace} was deleted on one side and changed on the other"),
        "keep the side that is right, and repeat the other side's change there; nothing was written",
    )
}
