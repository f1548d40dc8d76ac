//! Reads `csv`: the CSV of password managers and browsers, recognised by its headings, or any other whose columns
//! you name. A column without secrets, such as an icon or a date, is left out and reported.

use super::columns::{Columns, Meaning};
use super::item::{Item, Items};
use super::{bitwarden, last_pass};
use crate::import::entries::Location;
use crate::import::formats::csv;
use crate::import::text::text;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use std::cell::RefCell;

use Meaning::{Archived, Field, Folder, Ignored, Kind, Note, Password, Title};

/// The CSV of one program. Headings are in lower case.
pub struct Export {
    pub program: &'static str,
    required: &'static [&'static str],
    columns: &'static [(&'static str, Meaning<'static>)],
}

const USERNAME: Meaning<'_> = Field("username");
const URL: Meaning<'_> = Field("url");
const TOTP: Meaning<'_> = Field("totp");

const LAST_PASS: &str = "LastPass";
const KEEPASS_XC: &str = "KeePassXC";
const ONE_PASSWORD: &str = "1Password";

/// The first that fits counts.
const EXPORTS: [Export; 7] = [
    Export {
        program: LAST_PASS,
        required: &["url", "username", "password", "extra", "name", "grouping"],
        columns: &[
            ("url", URL),
            ("username", USERNAME),
            ("password", Password),
            ("totp", TOTP),
            ("extra", Note),
            ("name", Title),
            ("grouping", Folder),
            ("fav", Ignored),
        ],
    },
    Export {
        program: KEEPASS_XC,
        required: &["group", "title", "username", "password"],
        columns: &[
            ("group", Folder),
            ("title", Title),
            ("username", USERNAME),
            ("password", Password),
            ("url", URL),
            ("notes", Note),
            ("totp", TOTP),
            ("icon", Ignored),
            ("last modified", Ignored),
            ("created", Ignored),
        ],
    },
    Export {
        program: "Firefox",
        required: &["url", "username", "password", "httprealm", "guid"],
        columns: &[
            ("url", URL),
            ("username", USERNAME),
            ("password", Password),
            ("httprealm", Ignored),
            ("formactionorigin", Ignored),
            ("guid", Ignored),
            ("timecreated", Ignored),
            ("timelastused", Ignored),
            ("timepasswordchanged", Ignored),
        ],
    },
    Export {
        program: "Proton Pass",
        required: &["type", "name", "url", "password", "note", "createtime"],
        columns: &[
            ("type", Kind),
            ("name", Title),
            ("url", URL),
            ("email", Field("email")),
            ("username", USERNAME),
            ("password", Password),
            ("note", Note),
            ("totp", TOTP),
            ("createtime", Ignored),
            ("modifytime", Ignored),
            ("vault", Folder),
        ],
    },
    Export {
        program: "Chrome",
        required: &["name", "url", "username", "password"],
        columns: &[
            ("name", Title),
            ("url", URL),
            ("username", USERNAME),
            ("password", Password),
            ("note", Note),
        ],
    },
    Export {
        program: "Safari",
        required: &["title", "url", "username", "password", "notes", "otpauth"],
        columns: &[
            ("title", Title),
            ("url", URL),
            ("username", USERNAME),
            ("password", Password),
            ("notes", Note),
            ("otpauth", TOTP),
        ],
    },
    Export {
        program: ONE_PASSWORD,
        required: &["title", "password"],
        columns: &[
            ("title", Title),
            ("name", Title),
            ("password", Password),
            ("username", USERNAME),
            ("url", URL),
            ("urls", URL),
            ("website", URL),
            ("otpauth", TOTP),
            ("otp", TOTP),
            ("one-time password", TOTP),
            ("notes", Note),
            ("notesplain", Note),
            ("note", Note),
            ("archived", Archived),
            ("favorite", Ignored),
            ("favourite", Ignored),
            ("tags", Ignored),
            ("uuid", Ignored),
            ("type", Ignored),
            ("category", Ignored),
            ("scope", Ignored),
            ("autosubmit", Ignored),
            ("created date", Ignored),
            ("modified date", Ignored),
        ],
    },
];

impl Export {
    /// The program that writes these headings and no other.
    pub fn of(header: &[impl AsRef<str>]) -> Option<&'static Self> {
        EXPORTS.iter().find(|export| {
            let has = |name: &&str| {
                header
                    .iter()
                    .any(|its| its.as_ref().eq_ignore_ascii_case(name))
            };
            export.required.iter().all(has)
                && header
                    .iter()
                    .all(|name| export.meaning(name.as_ref()).is_some())
        })
    }

    fn meaning(&self, heading: &str) -> Option<Meaning<'static>> {
        let mut those = self
            .columns
            .iter()
            .filter(|(name, _)| name.eq_ignore_ascii_case(heading));
        those.next().map(|(_, meaning)| *meaning)
    }

    /// The names of the folders in a cell.
    fn folders<'c>(&self, cell: &'c str) -> Vec<&'c str> {
        match self.program {
            LAST_PASS => cell.split('\\').collect(),
            // The first folder is the database itself.
            KEEPASS_XC => cell.split('/').skip(1).collect(),
            _ => vec![cell],
        }
    }
}

/// The columns of an input.
struct Table<'c> {
    export: Option<&'static Export>,
    columns: Vec<(String, Meaning<'c>)>,
    /// Whether cells have `&amp;` for `&`.
    is_encoded: bool,
}

/// Reads an export whose headings are known, or the columns that you named.
pub fn read(
    input: &Plaintext,
    named: Option<&Columns>,
    into: &mut Items<'_>,
) -> Result<(), RuleViolation> {
    let text = text(input)?;
    if named.is_none() && bitwarden::is_header(text.lines().next().unwrap_or_default()) {
        return bitwarden::read(input, into);
    }
    read_table(input, into, |header| {
        if let Some(named) = named {
            let columns = named.meanings(&header)?;
            return Ok(Table {
                export: None,
                columns,
                is_encoded: false,
            });
        }
        let export = Export::of(&header).ok_or_else(unknown)?;
        let is_encoded = export.program == LAST_PASS && last_pass::is_encoded(text);
        Ok(Table::of(export, header, is_encoded))
    })
}

/// Reads `1password`: a column that no version writes is a field that you added.
pub fn read_one_password(input: &Plaintext, into: &mut Items<'_>) -> Result<(), RuleViolation> {
    let [.., export] = &EXPORTS;
    read_table(input, into, |header| {
        if let Some(other) = Export::of(&header).filter(|other| {
            let theirs = [LAST_PASS, KEEPASS_XC, "Firefox", "Proton Pass", "Chrome"];
            theirs.contains(&other.program)
        }) {
            let program = other.program;
            let rule = format!("this is the CSV of {program}: use --format csv");
            return Err(RuleViolation::new(rule, "value_error"));
        }
        let table = Table::of(export, header, false);
        if !table.columns.iter().any(|(_, meaning)| *meaning == Title) {
            let rule = "the first line has no column Title: is this a CSV export of 1Password?";
            return Err(RuleViolation::new(rule, "missing"));
        }
        Ok(table)
    })
}

fn unknown() -> RuleViolation {
    let rule = "no program that kluis knows writes this first line: name its columns, such as --format csv --columns name=Title,value=Password,username=Login";
    RuleViolation::new(rule, "missing")
}

fn is_known(heading: &str) -> bool {
    EXPORTS
        .iter()
        .any(|export| export.meaning(heading).is_some())
}

fn read_table<'c>(
    input: &Plaintext,
    into: &mut Items<'_>,
    table_of: impl Fn(Vec<String>) -> Result<Table<'c>, RuleViolation>,
) -> Result<(), RuleViolation> {
    let table = RefCell::new(None);
    let into = RefCell::new(into);
    csv::read(
        input,
        |header| {
            csv::check_once(&header, is_known)?;
            let found = table_of(header)?;
            let ignored = found
                .columns
                .iter()
                .filter(|(_, meaning)| *meaning == Ignored);
            let ignored: Vec<&str> = ignored.map(|(heading, _)| heading.as_str()).collect();
            if !ignored.is_empty() {
                into.borrow_mut()
                    .leave_out("the columns", &ignored.join(", "));
            }
            table.replace(Some(found));
            Ok(())
        },
        |place, cells| match &*table.borrow() {
            Some(table) => table.row(place, cells, &mut into.borrow_mut()),
            None => Ok(()),
        },
    )
}

impl Table<'_> {
    /// Unknown columns are fields.
    fn of(export: &'static Export, header: Vec<String>, is_encoded: bool) -> Self {
        let columns = header.into_iter().map(|heading| {
            let meaning = export.meaning(&heading).unwrap_or(Meaning::Other);
            (heading, meaning)
        });
        Self {
            export: Some(export),
            columns: columns.collect(),
            is_encoded,
        }
    }

    fn row(
        &self,
        place: Location,
        cells: &[&str],
        into: &mut Items<'_>,
    ) -> Result<(), RuleViolation> {
        let pairs = || self.columns.iter().zip(cells);
        let cell = |wanted: Meaning<'_>| {
            let mut those =
                pairs().filter(|((_, meaning), cell)| *meaning == wanted && !cell.is_empty());
            those.next().map_or("", |(_, cell)| *cell)
        };
        let title = match cell(Title) {
            "" => host(cell(URL)),
            title => title,
        };
        let title = self.plain(title);
        if cell(Archived).eq_ignore_ascii_case("true") {
            into.leave_out(&title, "it is in the archive");
            return Ok(());
        }
        let folder = self.plain(cell(Folder));
        let folders = match self.export {
            Some(export) => export.folders(&folder),
            None => vec![folder.as_str()],
        };
        let mut item = Item::new(folders, &title);
        let is_note = self.is_note(cell(Kind), cell(URL));
        for ((heading, meaning), cell) in pairs() {
            match *meaning {
                Password => item.main(self.value(cell)),
                URL if is_note => {}
                Field(name) => item.field(name, self.value(cell)),
                Meaning::Other => item.field(heading, self.value(cell)),
                Note if is_note && last_pass::is_form(cell) => {
                    last_pass::fill(&mut item, &self.value(cell));
                }
                Note if is_note => item.main(self.value(cell)),
                Note => item.field("notes", self.value(cell)),
                Kind if !matches!(*cell, "" | "login" | "note") => {
                    item.leave_out(format!("its type: {cell}"));
                }
                Title | Folder | Kind | Archived | Ignored => {}
            }
        }
        into.push(place, item)
    }

    /// Whether the row is a note and not a login.
    fn is_note(&self, kind: &str, url: &str) -> bool {
        let program = self.export.map(|export| export.program);
        kind == "note" || program == Some(LAST_PASS) && url == last_pass::NOTE_URL
    }

    fn value(&self, cell: &str) -> Plaintext {
        if self.is_encoded {
            return last_pass::decoded(cell);
        }
        Plaintext::new(cell.as_bytes().to_vec())
    }

    /// A text that is not secret.
    fn plain(&self, cell: &str) -> String {
        String::from_utf8_lossy(self.value(cell).expose()).into_owned()
    }
}

/// The host of an address, for logins without a title.
fn host(url: &str) -> &str {
    let after = url.split_once("://").map_or(url, |(_, after)| after);
    let host = after.split(['/', '?', '#']).next().unwrap_or_default();
    host.rsplit_once('@').map_or(host, |(_, host)| host)
}

#[cfg(test)]
mod tests;
