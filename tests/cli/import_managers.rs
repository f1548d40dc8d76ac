//! Tests `import` of password managers' exports, and of files that sops decrypted.

use crate::sandbox::Sandbox;
use crate::screen::Screen;
use serde_json::json;

/// A Bitwarden export: a login in a folder, a note, and two logins of one title.
fn bitwarden(secret: &str) -> String {
    let rest = r#""organizationId":null,"reprompt":0,"favorite":false,"collectionIds":null,"creationDate":"2024-05-01T10:00:00.000Z","revisionDate":"2024-05-01T10:00:00.000Z","deletedDate":null"#;
    format!(
        r#"{{
  "encrypted": false,
  "folders": [{{"id": "0a1b", "name": "Work"}}],
  "items": [
    {{"id": "1", "folderId": "0a1b", "type": 1, "name": "My bank", "notes": null, {rest},
      "fields": [{{"name": "PIN code", "value": "{secret}-pin", "type": 1, "linkedId": null}}],
      "login": {{"uris": [{{"match": null, "uri": "https://bank.example.com"}}], "username": "ann", "password": "{secret}", "totp": null, "fido2Credentials": []}},
      "attachments": [{{"id": "x", "fileName": "scan.pdf"}}]}},
    {{"id": "2", "folderId": null, "type": 2, "name": "door", "notes": "{secret}-door", {rest}, "secureNote": {{"type": 0}}}}
  ]
}}"#
    )
}

fn one_password(secret: &str) -> String {
    format!(
        "Title,Url,Username,Password,OTPAuth,Favorite,Archived,Tags,Notes\r\nshop,https://shop.example.com,ann,{secret}-1,,false,false,,\"line one\nline two\"\r\nshop,,bob,{secret}-2,otpauth://totp/shop?secret=A,false,false,,\r\n"
    )
}

fn keepass(secret: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\n<KeePassFile><Meta><RecycleBinUUID>YmlubmVkYmlubmVkYmlubg==</RecycleBinUUID></Meta><Root><Group><UUID>cm9vdA==</UUID><Name>Passwords</Name><Group><UUID>eA==</UUID><Name>Web &amp; Mail</Name><Entry><UUID>eQ==</UUID><String><Key>Password</Key><Value ProtectInMemory=\"True\">{secret}</Value></String><String><Key>Title</Key><Value>mail</Value></String><String><Key>UserName</Key><Value>ann</Value></String><Binary><Key>a.pem</Key><Value Ref=\"0\" /></Binary><History><Entry><String><Key>Title</Key><Value>mail</Value></String><String><Key>Password</Key><Value>{secret}-old</Value></String></Entry></History></Entry></Group><Group><UUID>YmlubmVkYmlubmVkYmlubg==</UUID><Name>Recycle Bin</Name><Entry><String><Key>Title</Key><Value>gone</Value></String><String><Key>Password</Key><Value>{secret}-gone</Value></String></Entry></Group></Group></Root></KeePassFile>"
    )
}

#[test]
fn every_field_becomes_a_secret_and_the_rest_is_reported() {
    let sandbox = Sandbox::with_vault();
    let secret = sandbox.secret("bank");
    let file = sandbox.given("bitwarden", bitwarden(&secret));
    let line = ["import", file.to_str().unwrap(), "--format", "bitwarden"];
    let said = "\
created Work.My_bank from Work/My bank
created Work.My_bank_username from Work/My bank
created Work.My_bank_url from Work/My bank
created Work.My_bank_PIN_code from Work/My bank
created door
left out Work/My bank: attachments: 1
";
    let before = sandbox.bytes();
    let dry = sandbox.kluis(line.iter().chain(&["--dry-run"])).run();
    dry.stdout(said.replace("created", "would be created"))
        .stderr_has("dry run")
        .exits(0);
    assert_eq!(sandbox.bytes(), before);
    sandbox.kluis(line).run().stdout(said).exits(0);
    assert_eq!(sandbox.get("Work.My_bank"), secret.as_bytes());
    assert_eq!(
        sandbox.get("Work.My_bank_PIN_code"),
        format!("{secret}-pin").as_bytes()
    );
    assert_eq!(sandbox.get("Work.My_bank_username"), b"ann");
    assert_eq!(sandbox.get("door"), format!("{secret}-door").as_bytes());
    // A title is not a variable: the usual key of the name.
    assert_eq!(sandbox.show("Work.My_bank")["env_key"], "WORK_MY_BANK");
    let again = sandbox.kluis(line.iter().chain(&["--json"])).run();
    let report = again.json();
    again.any_stdout().exits(0);
    assert_eq!(report["unchanged"].as_array().unwrap().len(), 5);
    assert_eq!(
        report["renamed"][0],
        json!({"from": "Work/My bank", "name": "Work.My_bank"})
    );
    assert_eq!(report["renamed"].as_array().unwrap().len(), 4);
    assert_eq!(
        report["left_out"],
        json!([{"what": "Work/My bank", "why": "attachments: 1"}])
    );
}

#[test]
fn only_passwords_are_taken_where_that_is_asked_for() {
    let sandbox = Sandbox::with_vault();
    let secret = sandbox.secret("bank");
    let line = ["import", "--format", "bitwarden", "--fields", "password"];
    let said = "created Work.My_bank from Work/My bank\ncreated door\n\
        left out Work/My bank: attachments: 1\nleft out Work/My bank: fields other than the password: username, url, PIN code\n";
    let imported = sandbox.kluis(line).stdin(bitwarden(&secret)).run();
    imported.stdout(said).exits(0);
    sandbox
        .kluis(["get", "Work.My_bank_username"])
        .run()
        .any_stderr()
        .exits(3);
}

#[test]
fn items_of_one_title_are_a_conflict_unless_they_are_numbered() {
    let sandbox = Sandbox::with_vault();
    let secret = sandbox.secret("shop");
    let import = |more: &[&str]| {
        let line = ["import", "--format", "1password"];
        sandbox
            .kluis(line.iter().chain(more))
            .stdin(one_password(&secret))
            .run()
    };
    let before = sandbox.bytes();
    for more in [&[][..], &["--dry-run"], &["--on-conflict", "replace"]] {
        import(more)
            .stderr_has("line 4: \"shop\" and \"shop\" would both be shop; to number the second, add --on-repeat number")
            .exits(7);
    }
    assert_eq!(sandbox.bytes(), before);
    import(&["--on-repeat", "number"])
        .stdout(
            "created shop\ncreated shop_url\ncreated shop_username\ncreated shop_notes\n\
             created shop_2 from shop\ncreated shop_2_username from shop\ncreated shop_2_totp from shop\n\
             left out the columns: Favorite, Tags\n",
        )
        .exits(0);
    assert_eq!(sandbox.get("shop"), format!("{secret}-1").as_bytes());
    assert_eq!(sandbox.get("shop_2"), format!("{secret}-2").as_bytes());
    assert_eq!(sandbox.get("shop_notes"), b"line one\nline two");
    assert_eq!(sandbox.get("shop_2_username"), b"bob");
}

#[test]
fn a_keepass_database_comes_without_its_history_and_bin() {
    let sandbox = Sandbox::with_vault();
    let secret = sandbox.secret("mail");
    let imported = sandbox.kluis(["import", "--format", "keepass-xml"]);
    imported
        .stdin(keepass(&secret))
        .run()
        .stdout(
            "created Web_Mail.mail from Web & Mail/mail\ncreated Web_Mail.mail_username from Web & Mail/mail\n\
             left out Web & Mail/mail: attachments: 1\nleft out Web & Mail/mail: earlier versions: 1\nleft out the recycle bin: entries: 1\n",
        )
        .exits(0);
    assert_eq!(sandbox.get("Web_Mail.mail"), secret.as_bytes());
}

#[test]
fn a_terminal_gets_tables() {
    let sandbox = Sandbox::with_vault();
    let secret = sandbox.secret("bank");
    let file = sandbox.given("bitwarden", bitwarden(&secret));
    let line = ["import", file.to_str().unwrap(), "--format", "bitwarden"];
    let mut screen = Screen::start(sandbox.kluis(line).command_at_terminal(), 80);
    let (said, code) = screen.ends();
    assert_eq!(code, 0, "{said}");
    for part in [
        "RESULT",
        "FROM",
        "Work.My_bank_PIN_code",
        "LEFT OUT",
        "attachments: 1",
    ] {
        assert!(said.contains(part), "{said}");
    }
    assert!(!said.contains(&secret));
}

#[test]
fn an_encrypted_cut_off_or_dangerous_export_writes_nothing() {
    let sandbox = Sandbox::with_vault();
    let secret = sandbox.secret("value");
    let before = sandbox.bytes();
    let cut = |text: String| text[..text.len() - 40].to_owned();
    for (format, text, said) in [
        (
            "bitwarden",
            format!("{{\"encrypted\": true, \"data\": \"{secret}\"}}"),
            "this export is encrypted: export again",
        ),
        (
            "bitwarden",
            cut(bitwarden(&secret)),
            "the input is not valid JSON at line",
        ),
        (
            "bitwarden",
            secret.clone(),
            "is this a CSV export of Bitwarden?",
        ),
        (
            "1password",
            secret.clone(),
            "is this a CSV export of 1Password?",
        ),
        (
            "1password",
            format!("Title,Password,Notes\na,{secret},\"\nb,{secret},\n"),
            "a quotation mark is not closed: is the file cut off?",
        ),
        (
            "keepass-xml",
            cut(keepass(&secret)),
            "the input is not valid XML",
        ),
        (
            "keepass-xml",
            format!(
                "<!DOCTYPE k [<!ENTITY x SYSTEM \"/etc/hostname\">]><KeePassFile>&x;{secret}</KeePassFile>"
            ),
            "line 1: the file has a document type, which kluis does not accept",
        ),
        (
            "keepass-xml",
            keepass(&secret).replace("ProtectInMemory", "Protected"),
            "line 2: a value is encrypted: this is the inside of a .kdbx file",
        ),
        ("keepass-xml", secret.clone(), "the input is empty"),
        (
            "yaml",
            format!("A: {secret}\nsops:\n  mac: {secret}\n"),
            "line 2: sops belongs to a file that sops encrypted: import the output of `sops decrypt`",
        ),
        (
            "dotenv",
            "A=ENC[AES256_GCM,data:AA==,iv:AA==,tag:AA==,type:str]\n".to_owned(),
            "line 1: A is still encrypted: import the output of `sops decrypt`",
        ),
    ] {
        for more in [&[][..], &["--json"]] {
            let line = ["import", "--format", format];
            let refused = sandbox.kluis(line.iter().chain(more)).stdin(&text).run();
            if more == ["--json"] {
                assert_eq!(refused.json_error()["code"], "invalid");
            }
            refused.stderr_has(said).exits(7);
        }
    }
    for format in ["bitwarden", "1password", "keepass-xml"] {
        let line = ["import", "/dev/zero", "--format", format];
        let refused = sandbox.kluis(line).run();
        refused
            .stderr("kluis: error: the input can have at most 48 MiB\n")
            .exits(7);
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn names_in_sops_output_are_joined_on_request() {
    let sandbox = Sandbox::with_vault();
    let secret = sandbox.secret("db");
    let yaml =
        format!("api_key: {secret}-key\ndb:\n  prod:\n    password: {secret}\n  user: ann\n");
    let json = format!(
        "{{\"api_key\": \"{secret}-key\", \"db\": {{\"prod\": {{\"password\": \"{secret}\"}}, \"user\": \"ann\"}}}}"
    );
    for (format, text) in [("yaml", yaml), ("json", json)] {
        let made = sandbox.kluis(["workspace", "create", format]).run();
        made.any_stdout().exits(0);
        let line = ["import", "--format", format, "-w", format];
        let flat = sandbox.kluis(line).stdin(&text).run();
        flat.stderr_has("not a string; to join nested names with _, add --nested")
            .exits(7);
        let nested = sandbox
            .kluis(line.iter().chain(&["--nested"]))
            .stdin(&text)
            .run();
        nested
            .stdout("created api_key\ncreated db_prod_password\ncreated db_user\n")
            .exits(0);
        assert_eq!(
            sandbox.get(&format!("{format}/db_prod_password")),
            secret.as_bytes()
        );
    }
}

#[test]
fn options_that_say_nothing_about_a_format_are_refused() {
    let sandbox = Sandbox::with_vault();
    for (line, said) in [
        (
            &["--format", "env", "--nested"][..],
            "--nested works only with --format json, yaml, toml or ini",
        ),
        (
            &["--format", "json", "--fields", "password"],
            "--fields works only with --format",
        ),
        (
            &["--format", "bitwarden", "--on-repeat", "last"],
            "--on-repeat can be fail or number",
        ),
        (
            &["--format", "json", "--expand"],
            "--dialect and --expand work only with --format dotenv",
        ),
        (
            &["--format", "dotenv", "--expand", "--dialect", "sops"],
            "--expand does not work with --dialect sops",
        ),
        (
            &["--format", "pass"],
            "a password store is a folder: name it",
        ),
        (
            &["/dev/null", "--format", "pass"],
            "a password store is a folder: name it",
        ),
    ] {
        sandbox
            .kluis(["import"].iter().chain(line))
            .run()
            .stderr_has(said)
            .exits(2);
    }
}
