//! A workspace in the domain: a name for a section with keys of its own.

use super::description::Description;
use super::name::WorkspaceName;
use super::rule::RuleViolation;
use super::time::Timestamp;
use crate::sealed::id::WorkspaceId;
use crate::sealed::meta;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: WorkspaceName,
    pub description: Description,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

impl Workspace {
    pub fn new(name: WorkspaceName, description: Description, now: Timestamp) -> Self {
        Self {
            id: WorkspaceId::random(),
            name,
            description,
            created_at: now,
            updated_at: now,
        }
    }

    pub fn is_default(&self) -> bool {
        self.name.as_str() == WorkspaceName::DEFAULT
    }

    pub fn from_meta(id: WorkspaceId, meta: &meta::Workspace) -> Result<Self, RuleViolation> {
        Ok(Self {
            id,
            name: WorkspaceName::parse(&meta.name)?,
            description: Description::parse(&meta.description)?,
            created_at: Timestamp::from_stored(meta.created_at)?,
            updated_at: Timestamp::from_stored(meta.updated_at)?,
        })
    }

    pub fn to_meta(&self) -> meta::Workspace {
        meta::Workspace {
            name: self.name.to_string(),
            description: self.description.as_str().to_owned(),
            created_at: self.created_at.milliseconds(),
            updated_at: self.updated_at.milliseconds(),
        }
    }

    #[cfg(test)]
    pub fn for_test(name: &str) -> Self {
        Self {
            id: WorkspaceId::from_bits(1),
            name: WorkspaceName::parse(name).expect("a name"),
            description: Description::parse("").expect("empty is allowed"),
            created_at: Timestamp::from_milliseconds(0).expect("1970"),
            updated_at: Timestamp::from_milliseconds(0).expect("1970"),
        }
    }
}
