//! Tests the CSV of each program, with the headings that it writes.

use crate::import::gathered::Gathered;
use crate::import::managers::columns::Columns;
use crate::import::reading::{pairs, read};
use crate::import::{Format, Rules};

fn read_all(input: &str) -> Result<Gathered, Vec<String>> {
    read(Format::Csv, input, Rules::default())
}

fn read_one_password(input: &str) -> Result<Gathered, Vec<String>> {
    read(Format::OnePassword, input, Rules::default())
}

fn left_out(gathered: &Gathered) -> Vec<String> {
    let left = gathered.left_out.iter();
    left.map(|left| format!("{}: {}", left.what, left.why))
        .collect()
}

/// Checks that the program's file gives these names and values, and leaves these out.
fn check(input: &str, expected: &[(&str, &str)], left: &[&str]) {
    let gathered = read_all(input).unwrap();
    assert_eq!(pairs(&gathered), expected);
    assert_eq!(left_out(&gathered), left);
}

#[test]
fn keepassxc_has_folders_below_the_database() {
    check(
        "\"Group\",\"Title\",\"Username\",\"Password\",\"URL\",\"Notes\",\"TOTP\",\"Icon\",\"Last Modified\",\"Created\"\n\"Root/Work\",\"Shop\",\"ann\",\"pw\",\"https://a.example.com\",\"one\r\ntwo\",\"\",\"0\",\"2026-01-01T00:00:00Z\",\"2026-01-01T00:00:00Z\"\n\"Root\",\"Top\",\"\",\"p2\",\"\",\"\",\"\",\"0\",\"\",\"\"\n",
        &[
            ("Work.Shop", "pw"),
            ("Work.Shop_username", "ann"),
            ("Work.Shop_url", "https://a.example.com"),
            ("Work.Shop_notes", "one\r\ntwo"),
            ("Top", "p2"),
        ],
        &["the columns: Icon, Last Modified, Created"],
    );
}

#[test]
fn lastpass_has_html_and_forms_in_notes() {
    check(
        "url,username,password,totp,extra,name,grouping,fav\nhttps://a.example.com,ann,a&amp;b&lt;c,,note &gt; text,R&amp;D,Work\\Team,0\nhttp://sn,,,,the note,Door code,Home,1\nhttp://sn,,,,\"NoteType:Server\nLanguage:en-US\nHostname:h:1\nPassword:pw&amp;\nPrivate Key:-----BEGIN KEY-----\nProc-Type: 4\n-----END KEY-----\nNotes:one\nPassword:no\",Box,Work,1\n",
        &[
            ("Work.Team.R_D", "a&b<c"),
            ("Work.Team.R_D_url", "https://a.example.com"),
            ("Work.Team.R_D_username", "ann"),
            ("Work.Team.R_D_notes", "note > text"),
            ("Home.Door_code", "the note"),
            ("Work.Box", "pw&"),
            ("Work.Box_Language", "en-US"),
            ("Work.Box_Hostname", "h:1"),
            (
                "Work.Box_Private_Key",
                "-----BEGIN KEY-----\nProc-Type: 4\n-----END KEY-----",
            ),
            ("Work.Box_Notes", "one\nPassword:no"),
        ],
        &["the columns: fav", "Work/Box: the type of the note: Server"],
    );
    // This version does not encode.
    check(
        "url,username,password,extra,name,grouping,fav\nhttps://a.example.com/?a=1&b=2,,x&lt;y,,Shop,,0\n",
        &[
            ("Shop", "x&lt;y"),
            ("Shop_url", "https://a.example.com/?a=1&b=2"),
        ],
        &["the columns: fav"],
    );
}

#[test]
fn browsers_have_logins_and_dates() {
    check(
        "\"url\",\"username\",\"password\",\"httpRealm\",\"formActionOrigin\",\"guid\",\"timeCreated\",\"timeLastUsed\",\"timePasswordChanged\"\n\"https://a.example.com:8443\",\"ann\",\"pw\",,\"https://a.example.com\",\"{1}\",\"1\",\"1\",\"1\"\n",
        &[
            ("a.example.com_8443", "pw"),
            ("a.example.com_8443_url", "https://a.example.com:8443"),
            ("a.example.com_8443_username", "ann"),
        ],
        &[
            "the columns: httpRealm, formActionOrigin, guid, timeCreated, timeLastUsed, timePasswordChanged",
        ],
    );
    let chrome = [
        ("Shop", "pw"),
        ("Shop_url", "https://a.example.com"),
        ("Shop_username", "ann"),
        ("Shop_notes", "n"),
    ];
    let chrome_order = [chrome[1], chrome[2], chrome[0], chrome[3]];
    check(
        "name,url,username,password,note\nShop,https://a.example.com,ann,pw,n\n",
        &[
            chrome_order[2],
            chrome_order[0],
            chrome_order[1],
            chrome_order[3],
        ],
        &[],
    );
    check(
        "Title,URL,Username,Password,Notes,OTPAuth\nShop,https://a.example.com,ann,pw,n,otpauth://totp/x\n",
        &[
            chrome[0],
            chrome[1],
            chrome[2],
            chrome[3],
            ("Shop_totp", "otpauth://totp/x"),
        ],
        &[],
    );
}

#[test]
fn proton_pass_has_types_and_vaults() {
    check(
        "type,name,url,email,username,password,note,totp,createTime,modifyTime,vault\nlogin,Shop,https://a.example.com,a@b.example.com,ann,pw,,,1700000000,1700000001,Personal\nnote,Door,,,,,1234,,1,1,Personal\ncreditCard,Card,,,,,4111,,1,1,Personal\n",
        &[
            ("Personal.Shop", "pw"),
            ("Personal.Shop_url", "https://a.example.com"),
            ("Personal.Shop_email", "a@b.example.com"),
            ("Personal.Shop_username", "ann"),
            ("Personal.Door", "1234"),
            ("Personal.Card_notes", "4111"),
        ],
        &[
            "the columns: createTime, modifyTime",
            "Personal/Card: its type: creditCard",
        ],
    );
}

#[test]
fn bitwarden_is_known_too() {
    check(
        "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\n,,login,A,,,0,,,p,\n",
        &[("A", "p")],
        &["the columns: favorite, reprompt"],
    );
}

#[test]
fn any_other_csv_is_read_by_the_columns_that_are_named() {
    let input = "Group,Title,Login,Secret,Icon\nteam,my db,ann,pw,7\n,B,,q,\n";
    let told = read_all(input).err().unwrap();
    assert_eq!(
        told,
        [
            "no program that kluis knows writes this first line: name its columns, such as --format csv --columns name=Title,value=Password,username=Login"
        ]
    );
    let columns: Columns = "name=Title,value=secret,username=Login,folder=Group"
        .parse()
        .unwrap();
    let rules = Rules {
        columns: Some(&columns),
        ..Rules::default()
    };
    let gathered = read(Format::Csv, input, rules).unwrap();
    assert_eq!(
        pairs(&gathered),
        [
            ("team.my_db", "pw"),
            ("team.my_db_username", "ann"),
            ("B", "q")
        ]
    );
    assert_eq!(left_out(&gathered), ["the columns: Icon"]);
}

#[test]
fn a_column_that_occurs_twice_is_an_error_by_name() {
    for (input, told) in [
        (
            "Title,Username,Password,Password\nShop,ann,first,second\n",
            "the column Password occurs twice",
        ),
        (
            "hunter2,x,Hunter2\n",
            "the columns 1 and 3 have one heading",
        ),
        (
            "name,login_password,notes,notes\nA,p,x,y\n",
            "the column notes occurs twice",
        ),
    ] {
        assert_eq!(read_all(input).err().unwrap(), [told]);
    }
}

#[test]
fn every_version_of_one_password_is_understood() {
    let eight = "Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\nMy bank,https://bank.example.com,ann,\"p,\"\"1\",otpauth://totp/x?secret=A,false,false,money,\"one\ntwo\"\n";
    let expected = [
        ("My_bank", "p,\"1"),
        ("My_bank_url", "https://bank.example.com"),
        ("My_bank_username", "ann"),
        ("My_bank_totp", "otpauth://totp/x?secret=A"),
        ("My_bank_notes", "one\ntwo"),
    ];
    check(eight, &expected, &["the columns: Favorite, Tags"]);
    assert_eq!(pairs(&read_one_password(eight).unwrap()), expected);
    let seven = "notes,password,title,type,url,username,recovery code\r\n,p,A,Login,,u,9\r\n";
    assert_eq!(
        pairs(&read_one_password(seven).unwrap()),
        [("A", "p"), ("A_username", "u"), ("A_recovery_code", "9")]
    );
    assert!(read_all(seven).is_err());
}

#[test]
fn archived_items_are_left_out_and_reported() {
    check(
        "Title,Password,Archived\nA,p,false\nOld,q,True\nB,r,\n",
        &[("A", "p"), ("B", "r")],
        &["Old: it is in the archive"],
    );
}

#[test]
fn another_file_is_refused_and_not_repeated() {
    for (input, told) in [
        (
            "hunter2,x\na,b\n",
            "the first line has no column Title: is this a CSV export of 1Password?",
        ),
        ("Title,Password\n", "the input is empty"),
        (
            "Title,Password\nA,hunter2\na,hunter3\nA,hunter2\n",
            "line 4: \"A\" and \"A\" would both be A; to number the second, add --on-repeat number",
        ),
        (
            "name,url,username,password\n",
            "this is the CSV of Chrome: use --format csv",
        ),
    ] {
        assert_eq!(read_one_password(input).err().unwrap(), [told]);
    }
}
