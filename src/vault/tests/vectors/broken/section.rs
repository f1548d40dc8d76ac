//! Makes vaults with a fault in a section: in its head, or in its pages.

use super::super::super::apart::{Hostile as Sealed, PageApart};
use super::super::Vector;
use super::Base;
use crate::keyring::Keyring;

impl Base {
    /// Faults of a section's head, signed with the fault.
    pub(super) fn heads(&self) -> Vec<Vector> {
        let edited = |edit: &dyn Fn(String) -> String| {
            let mut apart = self.apart();
            let raw = self.raw();
            let pages = [raw[..1].to_vec(), raw[1..].to_vec()];
            apart.sections[0].set(&self.keyring, &pages);
            apart.sections[0].advance();
            apart.sections[0].edit(&self.keyring, edit);
            apart.join()
        };
        let mut exchanged = self.apart();
        exchanged.sections.swap(0, 1);
        let mut other_seed = self.apart();
        let staging = other_seed.workspace(1);
        other_seed.sections[0].edit_as(
            |head| head,
            |digest| self.keyring.sign_section(staging, digest).unwrap(),
        );
        vec![
            self.vector(
                "sections-swapped",
                "sections in another order than the header's",
                exchanged.join(),
            ),
            self.vector(
                "other-seed",
                "a section signed for another workspace",
                other_seed.join(),
            ),
            self.vector(
                "directory",
                "a directory out of order",
                edited(&|head| {
                    let lines: Vec<_> = head.split_inclusive('\n').collect();
                    [lines[0], lines[2], lines[1], lines[3]].concat()
                }),
            ),
            self.vector(
                "directory-index",
                "a page's index that is not its first record's",
                edited(&|head| {
                    let last = head.rfind("{\"page\":\"").unwrap() + 9;
                    let index = self.raw()[2].index;
                    format!("{}{index}{}", &head[..last], &head[last + 43..])
                }),
            ),
            self.vector(
                "directory-space",
                "a space in the directory",
                edited(&|head| head.replacen(",\"sha256\"", ", \"sha256\"", 1)),
            ),
            self.vector(
                "directory-base64",
                "a page's index with bits left over",
                edited(&|head| {
                    let start = head.find("{\"page\":\"").unwrap() + 9;
                    // The last character of 43 stands for four bits: `/` has all six.
                    format!("{}/{}", &head[..start + 42], &head[start + 43..])
                }),
            ),
            self.vector(
                "seal-ancestors",
                "a section whose ancestors have a gap",
                edited(&|head| {
                    let (before, rest) = head.split_once("\"ancestors\":[[").unwrap();
                    let (_, rest) = rest.split_once(']').unwrap();
                    format!("{before}\"ancestors\":[[0,\"AAAAAAAAAAAAAAAAAAAAAAAAAAA\"]{rest}")
                }),
            ),
            self.vector(
                "seal-bytes",
                "more bytes than the pages have",
                edited(&|head| {
                    let (before, rest) = head.rsplit_once("\"bytes\":").unwrap();
                    let (bytes, rest) = rest.split_once(',').unwrap();
                    format!(
                        "{before}\"bytes\":{},{rest}",
                        bytes.parse::<u64>().unwrap() + 1
                    )
                }),
            ),
            self.vector(
                "seal-revision",
                "a section's revision of 2^53",
                edited(&|head| {
                    let (before, rest) = head.split_once("{\"seal\":").unwrap();
                    let rest = rest.trim_start_matches(|letter: char| letter.is_ascii_digit());
                    format!("{before}{{\"seal\":9007199254740992{rest}")
                }),
            ),
        ]
    }

    /// Sections of another age than the header.
    pub(super) fn ages(&self) -> Vec<Vector> {
        let mut newer = self.apart();
        newer.sections[0].advance();
        newer.sections[0].seal.header.number += 1;
        newer.sections[0].sign(&self.keyring);
        let mut elsewhere = self.apart();
        elsewhere.sections[0].advance();
        elsewhere.sections[0].seal.header.digest = [1; 20];
        elsewhere.sections[0].sign(&self.keyring);
        let mut another = self.apart();
        let raw = self.raw();
        another.sections[0].set(&self.keyring, &[raw[1..].to_vec()]);
        another.sections[0].sign(&self.keyring);
        let mut fork = self.apart();
        let mut id = fork.sections[0].id;
        id.digest = [1; 20];
        fork.sections[0].seal.ancestors = fork.sections[0].seal.ancestors.with(id);
        fork.sections[0].sign(&self.keyring);
        vec![
            self.vector(
                "to-come",
                "a section written under a header to come",
                newer.join(),
            ),
            self.vector(
                "other-header",
                "a section written under a header that never was",
                elsewhere.join(),
            ),
            self.vector(
                "other-section",
                "another section of the revision that the header names",
                another.join(),
            ),
            self.vector(
                "fork",
                "a section that was not made from the one that the header names",
                fork.join(),
            ),
        ]
    }

    /// Pages that are signed and still wrong.
    pub(super) fn pages(&self) -> Vec<Vector> {
        let default = self.apart().workspace(0);
        let raw = self.raw();
        let [a, b, c] = [0, 1, 2].map(|at: usize| raw[at].clone());
        let many = (0..65).map(|n| {
            let secret = Sealed::new(&format!("name-{n}"), &[b"value"]);
            secret.raw(&self.keyring, default, |entry| entry)
        });
        let mut many: Vec<_> = many.collect();
        many.sort_by_key(|raw| raw.index);
        let mut swapped = PageApart::seal(&self.keyring, default, &raw);
        swapped.lines.swap(1, 2);
        let id = a.id.to_string();
        vec![
            self.vector(
                "unsorted",
                "records out of order",
                self.with_pages(&[vec![a.clone(), c.clone(), b.clone()]]),
            ),
            self.vector(
                "index-twice",
                "two records of one index",
                self.with_pages(&[vec![a.clone(), a.clone()]]),
            ),
            self.vector(
                "overlap",
                "a record beyond the next page's first",
                self.with_pages(&[vec![a, c], vec![b]]),
            ),
            self.vector(
                "65-records",
                "a page of 65 records",
                self.with_pages(&[many]),
            ),
            self.vector(
                "records-hash",
                "records that are not those of the index's hash",
                self.with_lines(vec![swapped]),
            ),
            self.vector(
                "blank-line",
                "an empty line in a page",
                self.with_changed_lines(|lines| lines.push("\n".into())),
            ),
            self.vector(
                "line-missing",
                "a record without a line",
                self.with_changed_lines(|lines| drop(lines.pop())),
            ),
            self.vector(
                "record-member",
                "an unknown member of a record",
                self.with_changed_lines(|lines| {
                    lines[1] = lines[1].replace('}', ",\"more\":1}");
                }),
            ),
            self.vector(
                "index-member",
                "an unknown member of an index",
                self.with_changed_lines(|lines| {
                    lines[0] = lines[0].replace(",\"records\"", ",\"more\":1,\"records\"");
                }),
            ),
            self.vector(
                "id-kind",
                "a secret's id in an app's spelling",
                self.with_changed_lines(|lines| {
                    lines[0] = lines[0].replace(&id, &id.replace("sec_", "app_"));
                }),
            ),
            self.vector(
                "id-missing",
                "an id too few for the lines",
                self.with_changed_lines(|lines| {
                    lines[0] = lines[0].replace(&format!("\"{id}\","), "");
                }),
            ),
        ]
    }
}
