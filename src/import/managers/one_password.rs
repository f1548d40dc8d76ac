//! Reads `1password`: the CSV that 1Password exports. Its columns differ between versions, so they are matched
//! by name; an unknown column is a field of its own.

use super::item::{Item, Items};
use crate::import::formats::csv;
use crate::plaintext::Plaintext;
use crate::vault::rule::RuleViolation;
use std::cell::RefCell;

enum Column {
    Title,
    Password,
    Field(String),
    /// Whether the item is in the archive, which is like a deleted one.
    Archived,
    /// A column with no meaning outside of 1Password.
    Ignored,
}

impl Column {
    fn of(heading: &str) -> Self {
        let field = |name: &str| Self::Field(name.to_owned());
        match heading.to_ascii_lowercase().as_str() {
            "title" | "name" => Self::Title,
            "password" => Self::Password,
            "username" => field("username"),
            "url" | "urls" | "website" => field("url"),
            "otpauth" | "otp" | "one-time password" => field("totp"),
            "notes" | "notesplain" | "note" => field("notes"),
            "archived" => Self::Archived,
            "favorite" | "favourite" | "tags" | "uuid" | "type" | "category" | "scope"
            | "autosubmit" | "created date" | "modified date" => Self::Ignored,
            _ => field(heading),
        }
    }
}

pub fn read(input: &Plaintext, into: &mut Items<'_>) -> Result<(), RuleViolation> {
    let columns = RefCell::new(Vec::new());
    csv::read(
        input,
        |header| {
            let found: Vec<Column> = header.iter().map(|heading| Column::of(heading)).collect();
            if !found.iter().any(|column| matches!(column, Column::Title)) {
                let rule = "the first line has no column Title: is this a CSV export of 1Password?";
                return Err(RuleViolation::new(rule, "missing"));
            }
            columns.replace(found);
            Ok(())
        },
        |place, cells| {
            let columns = columns.borrow();
            let pairs = || columns.iter().zip(cells);
            let title = pairs().find(|(column, _)| matches!(column, Column::Title));
            let title = title.map_or("", |(_, title)| title);
            let is_archived = pairs().any(|(column, cell)| {
                matches!(column, Column::Archived) && cell.eq_ignore_ascii_case("true")
            });
            if is_archived {
                into.leave_out(title, "it is in the archive");
                return Ok(());
            }
            let mut item = Item::new([], title);
            for (column, cell) in pairs() {
                let value = || Plaintext::new(cell.as_bytes().to_vec());
                match column {
                    Column::Password => item.main(value()),
                    Column::Field(name) => item.field(name, value()),
                    Column::Title | Column::Archived | Column::Ignored => {}
                }
            }
            into.push(place, item)
        },
    )
}

#[cfg(test)]
mod tests {
    use crate::import::entries::Gathered;
    use crate::import::reading::{pairs, read};
    use crate::import::{Format, Rules};

    fn read_all(input: &str) -> Result<Gathered, Vec<String>> {
        read(Format::OnePassword, input, Rules::default())
    }

    #[test]
    fn every_version_s_header_is_understood() {
        let eight = "Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\nMy bank,https://bank.example.com,ann,\"p,\"\"1\",otpauth://totp/x?secret=A,false,false,money,\"one\ntwo\"\n";
        assert_eq!(
            pairs(&read_all(eight).unwrap()),
            [
                ("My_bank", "p,\"1"),
                ("My_bank_url", "https://bank.example.com"),
                ("My_bank_username", "ann"),
                ("My_bank_totp", "otpauth://totp/x?secret=A"),
                ("My_bank_notes", "one\ntwo"),
            ]
        );
        let seven = "notes,password,title,type,url,username,recovery code\r\n,p,A,Login,,u,9\r\n";
        assert_eq!(
            pairs(&read_all(seven).unwrap()),
            [("A", "p"), ("A_username", "u"), ("A_recovery_code", "9")]
        );
    }

    #[test]
    fn archived_items_are_left_out_and_reported() {
        let input = "Title,Password,Archived\nA,p,false\nOld,q,True\nB,r,\n";
        let gathered = read_all(input).unwrap();
        assert_eq!(pairs(&gathered), [("A", "p"), ("B", "r")]);
        let left: Vec<_> = gathered.left_out.iter().collect();
        assert_eq!(left.len(), 1);
        assert_eq!(
            (&*left[0].what, &*left[0].why),
            ("Old", "it is in the archive")
        );
    }

    #[test]
    fn another_file_is_refused_and_not_repeated() {
        assert_eq!(
            read_all("hunter2,x\na,b\n").err().unwrap(),
            ["the first line has no column Title: is this a CSV export of 1Password?"]
        );
        assert_eq!(
            read_all("Title,Password\n").err().unwrap(),
            ["the input is empty"]
        );
        let told = read_all("Title,Password\nA,hunter2\na,hunter3\nA,hunter2\n")
            .err()
            .unwrap();
        assert_eq!(
            told,
            [
                "line 4: \"A\" and \"A\" would both be A; to number the second, add --on-repeat number"
            ]
        );
    }
}
