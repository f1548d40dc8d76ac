//! Tests exports as Bitwarden's documentation describes them.

use crate::import::gathered::Gathered;
use crate::import::reading::{pairs, read};
use crate::import::{Format, Rules};

fn read_all(input: &str) -> Result<Gathered, Vec<String>> {
    read(Format::Bitwarden, input, Rules::default())
}

fn told(gathered: &Gathered) -> Vec<String> {
    let left_out = gathered.left_out.iter();
    left_out
        .map(|left| format!("{}: {}", left.what, left.why))
        .collect()
}

/// An item with what every item has, and `more`.
fn item(kind: u8, name: &str, more: &str) -> String {
    format!(
        r#"{{"passwordHistory":null,"revisionDate":"2024-01-01T00:00:00.000Z","creationDate":"2024-01-01T00:00:00.000Z","deletedDate":null,"id":"5d2b1b6c","organizationId":null,"folderId":"f1","type":{kind},"reprompt":0,"name":"{name}","notes":"n\u00f6te","favorite":false,{more},"collectionIds":null}}"#
    )
}

fn export(items: &[String]) -> String {
    format!(
        r#"{{"encrypted":false,"folders":[{{"id":"f1","name":"Work/Servers"}}],"items":[{}]}}"#,
        items.join(",")
    )
}

#[test]
fn a_login_has_all_of_its_fields() {
    let login = r#""fields":[{"name":"PIN","value":"1234","type":1,"linkedId":null},{"name":"on","value":"true","type":2,"linkedId":null},{"name":"user","value":null,"type":3,"linkedId":100}],"login":{"fido2Credentials":[{"credentialId":"x"}],"uris":[{"match":null,"uri":"https://a.example.com"},{"match":null,"uri":"https://b.example.com"}],"username":"ann","password":"p\"1","totp":"otpauth://totp/x"},"attachments":[{"id":"1"},{"id":"2"}]"#;
    let all = read_all(&export(&[item(1, "db prod", login)])).unwrap();
    assert_eq!(
        pairs(&all),
        [
            ("Work.Servers.db_prod", "p\"1"),
            ("Work.Servers.db_prod_username", "ann"),
            ("Work.Servers.db_prod_totp", "otpauth://totp/x"),
            ("Work.Servers.db_prod_url", "https://a.example.com"),
            ("Work.Servers.db_prod_url_2", "https://b.example.com"),
            ("Work.Servers.db_prod_PIN", "1234"),
            ("Work.Servers.db_prod_on", "true"),
            ("Work.Servers.db_prod_notes", "nöte"),
        ]
    );
    assert_eq!(
        told(&all),
        [
            "Work/Servers/db prod: passkeys: 1",
            "Work/Servers/db prod: a field that shows another one: user",
            "Work/Servers/db prod: attachments: 2"
        ]
    );
}

#[test]
fn notes_cards_identities_and_keys_are_read() {
    let items = [
        item(2, "a", r#""secureNote":{"type":0}"#),
        item(
            3,
            "b",
            r#""card":{"cardholderName":"Ann","brand":"Visa","number":"4111","expMonth":"1","expYear":"2030","code":"123"}"#,
        ),
        item(
            4,
            "c",
            r#""identity":{"title":null,"firstName":"Ann","ssn":"9"}"#,
        ),
        item(
            5,
            "d",
            r#""sshKey":{"privateKey":"PRIV\n","publicKey":"ssh-ed25519 A","keyFingerprint":"SHA256:x"}"#,
        ),
    ];
    let text = export(&items).replace("\"folderId\":\"f1\"", "\"folderId\":null");
    let all = read_all(&text).unwrap();
    let expected = [
        ("a", "nöte"),
        ("b_cardholderName", "Ann"),
        ("b_brand", "Visa"),
        ("b_number", "4111"),
        ("b_expMonth", "1"),
        ("b_expYear", "2030"),
        ("b_code", "123"),
        ("b_notes", "nöte"),
        ("c_firstName", "Ann"),
        ("c_ssn", "9"),
        ("c_notes", "nöte"),
        ("d", "PRIV\n"),
        ("d_public_key", "ssh-ed25519 A"),
        ("d_fingerprint", "SHA256:x"),
        ("d_notes", "nöte"),
    ];
    assert_eq!(pairs(&all), expected);
}

#[test]
fn collections_are_folders_and_the_trash_stays_behind() {
    let login = |password: &str| format!(r#""login":{{"password":"{password}"}}"#);
    let gone =
        item(1, "gone", &login("x")).replace("\"deletedDate\":null", "\"deletedDate\":\"2024\"");
    let shared = item(1, "shared", &login("p"))
        .replace("\"collectionIds\":null", "\"collectionIds\":[\"c1\"]");
    let text = format!(
        r#"{{"encrypted":false,"collections":[{{"id":"c1","organizationId":"o","name":"Team","externalId":null}}],"items":[{},{gone}]}}"#,
        shared.replace("\"folderId\":\"f1\"", "\"folderId\":null")
    );
    let all = read_all(&text).unwrap();
    assert_eq!(pairs(&all)[0], ("Team.shared", "p"));
    assert_eq!(told(&all), ["gone: it is in the trash"]);
}

#[test]
fn the_csv_has_logins_and_notes() {
    let text = "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\nSocial,1,login,Twitter,,\"PIN: 1: 2\nlines: a\nb\",0,twitter.example.com,me@example.com,password123,\n,,note,My note,\"first\nsecond\",,0,,,,\n";
    assert_eq!(
        pairs(&read_all(text).unwrap()),
        [
            ("Social.Twitter", "password123"),
            ("Social.Twitter_username", "me@example.com"),
            ("Social.Twitter_url", "twitter.example.com"),
            ("Social.Twitter_PIN", "1: 2"),
            ("Social.Twitter_lines", "a\nb"),
            ("My_note", "first\nsecond"),
        ]
    );
}

#[test]
fn a_newer_item_is_read_as_far_as_it_can_be_and_reported() {
    let items = [
        item(9, "new", r#""bankAccount":{"iban":"DE1","pin":1234,"holders":[{"name":"hunter2"}]},"level":7,"parts":["hunter2"]"#),
        item(1, "old", r#""login":{"password":"hunter2"}"#)
            .replace("\"deletedDate\":null", "\"archivedDate\":\"2026\""),
        item(1, "more", r#""login":{"password":"p","passwordRevisionDate":"2024"},"fields":[{"name":"f","value":{"a":"hunter2"},"type":8}]"#)
            .replace("\"collectionIds\":null", "\"collectionIds\":[\"a\",\"b\"]"),
    ];
    let text = export(&items)
        .replace("{\"encrypted\":false", "{\"sends\":[1],\"encrypted\":false")
        .replace("\"folderId\":\"f1\"", "\"folderId\":null");
    let all = read_all(&text).unwrap();
    assert_eq!(
        pairs(&all),
        [
            ("new_iban", "DE1"),
            ("new_pin", "1234"),
            ("new_notes", "n\u{f6}te"),
            ("more", "p"),
            ("more_notes", "n\u{f6}te"),
        ]
    );
    let unknown = "this version of kluis does not know it";
    assert_eq!(
        told(&all),
        [
            format!("sends: {unknown}"),
            format!("new: holders of bankAccount: {unknown}"),
            format!("new: level: {unknown}"),
            format!("new: parts: {unknown}"),
            "old: it is in the archive".to_owned(),
            format!("more: the field f: {unknown}"),
            "more: further collections: 1".to_owned(),
        ]
    );
}

#[test]
fn line_ends_in_the_csv_are_kept() {
    let text = "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\r\n,,login,A,\"a\r\nb\",\"PIN: 1\r\n\r\nlast\r\nCVC: 2\",0,,,\"p\r\nq\",\r\n,,card,B,n,\"x: 1\n\n2\",0,,,,\r\n";
    let all = read_all(text).unwrap();
    assert_eq!(
        pairs(&all),
        [
            ("A", "p\r\nq"),
            ("A_PIN", "1\r\n\r\nlast"),
            ("A_CVC", "2"),
            ("A_notes", "a\r\nb"),
            ("B_x", "1\n\n2"),
            ("B_notes", "n"),
        ]
    );
    assert_eq!(
        told(&all),
        ["the columns: favorite, reprompt", "B: its type: card"]
    );
}

#[test]
fn an_encrypted_or_foreign_export_is_refused_and_not_repeated() {
    for (input, expected) in [
        (
            r#"{"encrypted":true,"passwordProtected":true,"data":"2.hunter2"}"#,
            "this export is encrypted: export again with the file format .json, without a password",
        ),
        (
            "{\"hunter2\": []}",
            "the input has no items: is this an export of Bitwarden?",
        ),
        (
            "hunter2,x\n",
            "the first line has no columns name and login_password: is this a CSV export of Bitwarden?",
        ),
        (
            "# mine\nA=hunter2\n",
            "the first line has no columns name and login_password: is this a CSV export of Bitwarden?",
        ),
        (
            "hunter2=hunter2\n",
            "the input is neither the JSON nor the CSV of Bitwarden; it looks like a dotenv file: use --format dotenv",
        ),
        (
            "<?xml version=\"1.0\"?><KeePassFile>hunter2</KeePassFile>",
            "the input is neither the JSON nor the CSV of Bitwarden; it looks like XML: for KeePass, use --format keepass-xml",
        ),
        (
            "\"Title\",\"Url\",\"Password\"\na,b,hunter2\n",
            "the input is neither the JSON nor the CSV of Bitwarden; it looks like the CSV of 1Password: use --format 1password",
        ),
        (
            "{\"items\": hunter2",
            "the input is not valid JSON at line 1, column 11",
        ),
        ("{\"items\": []}", "the input is empty"),
    ] {
        assert_eq!(read_all(input).err().unwrap(), [expected]);
    }
}

#[test]
fn a_member_that_occurs_twice_is_refused() {
    for input in [
        r#"{"encrypted": false, "items": [], "items": []}"#,
        r#"{"items": [{"type": 1, "name": "A", "name": "B", "login": {"password": "p"}}]}"#,
        r#"{"items": [{"type": 1, "name": "A", "login": {"password": "p", "password": "q"}}]}"#,
    ] {
        let told = read(Format::Bitwarden, input, Rules::default());
        let told = told.err().unwrap();
        assert!(told[0].ends_with(" twice"), "{told:?}");
    }
}
