//! A vault's revision as one value to print: `HEADER.SECTIONS`. Every change makes another one. Two revisions do
//! not show which copy was made from which: the histories of the parts do.

use crate::sealed::file::Layout;
use serde::{Serialize, Serializer};
use std::fmt;

/// The header's revision, then the sum of the sections' revisions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Revision {
    header: u64,
    sections: u64,
}

impl Revision {
    pub(super) fn of(layout: &Layout) -> Self {
        let sections = layout.sections().map(|section| section.id().number);
        Self {
            header: layout.header.content().revision(),
            sections: sections.sum(),
        }
    }
}

impl fmt::Display for Revision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.header, self.sections)
    }
}

impl Serialize for Revision {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    use crate::vault::change::Contents;
    use crate::vault::tests::{Owned, put, workspace_name};

    #[test]
    fn every_change_raises_the_revision_also_deleting_a_workspace() {
        let owned = Owned::with(&[("default/name", "value"), ("staging/name", "value")]);
        let mut last = owned.revision();
        let mut grows = || {
            let now = owned.revision();
            let is_greater = (now.header, now.sections) > (last.header, last.sections);
            assert!(is_greater, "{now} after {last}");
            last = now;
        };
        owned.change(|change| put(change, "default/other", "value"));
        grows();
        owned.change(|change| put(change, "staging/other", "value"));
        grows();
        owned
            .change(|change| change.delete_workspace(&workspace_name("staging"), Contents::Delete));
        grows();
    }
}
