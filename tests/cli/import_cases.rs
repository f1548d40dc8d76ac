//! Tests `import` with small files that other programs write, each recognised by its name and content alone.

use crate::sandbox::Sandbox;
use std::fs;

/// A file, the options for it, and what the import prints.
struct Case {
    file: &'static str,
    text: &'static str,
    options: &'static [&'static str],
    said: &'static str,
    /// Names with their values.
    values: &'static [(&'static str, &'static str)],
}

const CASES: &[Case] = &[
    Case {
        file: "k8s.yaml",
        text: "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\ndata:\n  DB_PW: aHVudGVy\n",
        options: &[],
        said: "created DB_PW\n",
        values: &[("DB_PW", "hunter")],
    },
    Case {
        file: "k8s-stringdata.yaml",
        text: "apiVersion: v1\nkind: Secret\nmetadata:\n  name: shop\nstringData:\n  DB_PASS: \"plain one\"\n",
        options: &[],
        said: "created DB_PASS\n",
        values: &[("DB_PASS", "plain one")],
    },
    Case {
        file: "k8s.json",
        text: r#"{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "shop"}, "data": {"DB_PASS": "aHVudGVyIHR3bw=="}}, {"kind": "Service", "metadata": {"name": "web"}}]}"#,
        options: &[],
        said: "created DB_PASS\nleft out Service web: it is no Secret\n",
        values: &[("DB_PASS", "hunter two")],
    },
    Case {
        file: "bitwarden-order.json",
        text: r#"{"folders":[],"items":[{"type":1,"name":"Shop","login":{"username":"u","password":"p"}}],"encrypted":false}"#,
        options: &[],
        said: "created Shop\ncreated Shop_username\n",
        values: &[("Shop", "p")],
    },
    Case {
        file: "keepassxc.csv",
        text: "\"Group\",\"Title\",\"Username\",\"Password\",\"URL\",\"Notes\",\"TOTP\",\"Icon\",\"Last Modified\",\"Created\"\n\"Root/Work\",\"Shop\",\"ann\",\"pw\",\"\",\"\",\"\",\"0\",\"2026-01-01T00:00:00Z\",\"2026-01-01T00:00:00Z\"\n",
        options: &[],
        said: "created Work.Shop from Work/Shop\ncreated Work.Shop_username from Work/Shop\nleft out the columns: Icon, Last Modified, Created\n",
        values: &[("Work.Shop", "pw")],
    },
    Case {
        file: "lastpass.csv",
        text: "url,username,password,totp,extra,name,grouping,fav\nhttps://a.example.com,,a&amp;b&lt;c,,,Shop,Work\\Team,0\nhttp://sn,,,,\"NoteType:Server\nHostname:h\nPassword:pw\",Box,Work,1\n",
        options: &["--fields", "password"],
        said: "created Work.Team.Shop from Work/Team/Shop\ncreated Work.Box from Work/Box\nleft out the columns: fav\nleft out Work/Team/Shop: fields other than the password: url\nleft out Work/Box: the type of the note: Server\nleft out Work/Box: fields other than the password: Hostname\n",
        values: &[("Work.Team.Shop", "a&b<c"), ("Work.Box", "pw")],
    },
    Case {
        file: "protonpass.csv",
        text: "type,name,url,email,username,password,note,totp,createTime,modifyTime,vault\nlogin,Shop,,ann@x.example.com,,pw,,,1689182868,1689182868,Personal\n",
        options: &[],
        said: "created Personal.Shop from Personal/Shop\ncreated Personal.Shop_email from Personal/Shop\nleft out the columns: createTime, modifyTime\n",
        values: &[("Personal.Shop", "pw")],
    },
    Case {
        file: "firefox.csv",
        text: "\"url\",\"username\",\"password\",\"httpRealm\",\"formActionOrigin\",\"guid\",\"timeCreated\",\"timeLastUsed\",\"timePasswordChanged\"\n\"https://a.example.com\",\"ann\",\"pw\",,\"https://a.example.com\",\"{1}\",\"1\",\"1\",\"1\"\n",
        options: &[],
        said: "created a.example.com\ncreated a.example.com_url\ncreated a.example.com_username\nleft out the columns: httpRealm, formActionOrigin, guid, timeCreated, timeLastUsed, timePasswordChanged\n",
        values: &[("a.example.com", "pw")],
    },
    Case {
        file: "other.csv",
        text: "Account,Secret,Colour\nmy db,pw,red\n",
        options: &["--columns", "name=Account,value=Secret"],
        said: "created my_db from my db\nleft out the columns: Colour\n",
        values: &[("my_db", "pw")],
    },
    Case {
        file: "protonpass.json",
        text: r#"{"version": "1.21.2", "userId": "U", "encrypted": false, "vaults": {"V": {"name": "Personal", "description": "", "display": {"color": 0, "icon": 0}, "items": [{"itemId": "i", "shareId": "s", "data": {"metadata": {"name": "Shop", "note": "", "itemUuid": "x"}, "extraFields": [], "type": "login", "content": {"itemEmail": "e", "password": "pw", "urls": [], "totpUri": "", "passkeys": [], "itemUsername": "u"}}, "state": 1, "aliasEmail": null, "contentFormatVersion": 1, "createTime": 1, "modifyTime": 1, "pinned": true}]}}}"#,
        options: &[],
        said: "created Personal.Shop from Personal/Shop\ncreated Personal.Shop_email from Personal/Shop\ncreated Personal.Shop_username from Personal/Shop\n",
        values: &[("Personal.Shop", "pw")],
    },
    Case {
        file: "oneline.json",
        text: r#"{"db":{"ok":"1","my pass":"2"},"x":{"y/z":"3"}}"#,
        options: &["--nested"],
        said: "created db_ok\ncreated db_my_pass from db.my pass\ncreated x_y.z from x.y/z\n",
        values: &[("db_my_pass", "2"), ("x_y.z", "3")],
    },
    Case {
        file: "anchors.yaml",
        text: "a: &x v\nb: *x\n",
        options: &[],
        said: "created a\ncreated b\n",
        values: &[("a", "v"), ("b", "v")],
    },
    Case {
        file: "numbers.json",
        text: r#"{"host":"db","port":5432,"debug":true,"none":null}"#,
        options: &[],
        said: "created host\ncreated port\ncreated debug\nskipped none\n",
        values: &[("port", "5432"), ("debug", "true")],
    },
    Case {
        file: "numbers.yaml",
        text: "host: db\nport: 5432\ndebug: true\n",
        options: &[],
        said: "created host\ncreated port\ncreated debug\n",
        values: &[("port", "5432"), ("debug", "true")],
    },
    Case {
        file: "infisical.json",
        text: r#"[{"key": "DB", "value": "v", "type": "shared"}]"#,
        options: &[],
        said: "created DB\nleft out the members: type\n",
        values: &[("DB", "v")],
    },
    Case {
        file: "bws.json",
        text: r#"[{"id": "1", "key": "DB", "value": "v", "note": ""}]"#,
        options: &[],
        said: "created DB\nleft out the members: id\n",
        values: &[("DB", "v")],
    },
    Case {
        file: "vault-kv.json",
        text: r#"{"request_id": "r", "lease_duration": 0, "data": {"data": {"user": "u", "pass": "p"}, "metadata": {"version": 3, "custom_metadata": null}}, "warnings": null}"#,
        options: &["--path", ".data.data"],
        said: "created user\ncreated pass\n",
        values: &[("pass", "p")],
    },
    Case {
        file: "aws-sm.json",
        text: r#"{"ARN": "arn:aws:x", "SecretString": "{\"username\": \"u\", \"password\": \"p\"}", "VersionStages": ["AWSCURRENT"], "CreatedDate": 1700000000.1}"#,
        options: &["--path", ".SecretString"],
        said: "created username\ncreated password\n",
        values: &[("password", "p")],
    },
    Case {
        file: ".netrc",
        text: "machine api.example.com\n  login ann\n  password s3=cret\n",
        options: &[],
        said: "created api.example.com\ncreated api.example.com_username\n",
        values: &[("api.example.com", "s3=cret")],
    },
    Case {
        file: ".pgpass",
        text: "db.example.com:5432:shop:ann:pa=ss\n",
        options: &[],
        said: "created db.example.com_5432_shop_ann from db.example.com:5432:shop:ann\n",
        values: &[("db.example.com_5432_shop_ann", "pa=ss")],
    },
    Case {
        file: "aws-credentials.ini",
        text: "[default]\naws_access_key_id = AKIA1\naws_secret_access_key = s/1\n[prod]\naws_access_key_id = AKIA2\naws_secret_access_key = s/2\n",
        options: &["--path", ".prod"],
        said: "created aws_access_key_id\ncreated aws_secret_access_key\n",
        values: &[("aws_secret_access_key", "s/2")],
    },
    Case {
        file: "app.properties",
        text: "# c\ndb.url=jdbc:x\ndb.password: p w\nname = caf\\u00e9\nlong=a \\\n   b\n",
        options: &[],
        said: "created db.url\ncreated db.password\ncreated name\ncreated long\n",
        values: &[
            ("db.password", "p w"),
            ("name", "caf\u{e9}"),
            ("long", "a b"),
        ],
    },
    Case {
        file: "prod.tfvars",
        text: "db_password = \"hunter2\"\nport = 5432\ntags = [\"a\", \"b\"]\nmap = {\n  a = \"b\"\n}\nlast = \"x\"\n",
        options: &[],
        said: "created db_password\ncreated port\ncreated last\nleft out tags: line 3: it is a list\nleft out map: line 4: it is an object\n",
        values: &[("db_password", "hunter2"), ("last", "x")],
    },
    Case {
        file: "plain.toml",
        text: "DB_PASS = \"p\"\nTOKEN = 't'\n",
        options: &[],
        said: "created DB_PASS\ncreated TOKEN\n",
        values: &[("TOKEN", "t")],
    },
];

#[test]
fn files_of_other_programs_are_read_for_what_they_are() {
    for case in CASES {
        let sandbox = Sandbox::with_vault();
        let path = sandbox.home().join(case.file);
        fs::write(&path, case.text).unwrap();
        let line = ["import", path.to_str().unwrap()];
        let imported = sandbox.kluis(line.iter().chain(case.options)).run();
        imported.any_stderr().stdout(case.said).exits(0);
        for (name, value) in case.values {
            assert_eq!(sandbox.get(name), value.as_bytes(), "{}: {name}", case.file);
        }
    }
}

#[test]
fn files_that_cannot_be_read_are_named_and_change_nothing() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    for (file, bytes, options, said) in [
        (
            "twopw.csv",
            &b"Title,Username,Password,Password\nShop,ann,first,second\n"[..],
            &[][..],
            "the column Password occurs twice",
        ),
        (
            "unknown.csv",
            b"a,b\nx,y\n",
            &[],
            "no program that kluis knows writes this first line: name its columns, such as --format csv --columns name=Title,value=Password",
        ),
        (
            "absent.csv",
            b"a,b\nx,y\n",
            &["--columns", "name=a,value=c"],
            "the first line has no column c",
        ),
        (
            "zip.1pux",
            b"PK\x03\x04\0\0\xff\xfe",
            &[],
            "the input is a ZIP archive: from 1Password (.1pux), export CSV instead",
        ),
        (
            "vault.kdbx",
            b"\x03\xd9\xa2\x9a\x67\xfb\x4b\xb5",
            &[],
            "the input is a KeePass database: export it as XML",
        ),
        (
            ".env.age",
            b"age-encryption.org/v1\n-> X25519 x\n",
            &[],
            "the file is still encrypted by age: import the output of `age -d -i KEY FILE`",
        ),
        (
            "a.env",
            b"-----BEGIN PGP MESSAGE-----\n",
            &[],
            "the file is still encrypted by PGP",
        ),
        (
            "key4.db",
            b"SQLite format 3\0\x10\0",
            &[],
            "the input is an SQLite database",
        ),
        (
            "list.json",
            br#"{"a":{"b":[1]},"c":{"d e":[2]}}"#,
            &["--nested"],
            "line 1: c.d e is a list, not a string",
        ),
        (
            "path.json",
            br#"{"data":{"x":"1"}}"#,
            &["--path", ".data.data"],
            "the input has no .data.data; the names there are x",
        ),
        (
            "k8s.yaml",
            b"apiVersion: v1\nkind: Secret\ndata:\n  A: aHVudGVy\n",
            &["--format", "yaml", "--nested"],
            "this is a manifest of Kubernetes: use --format k8s",
        ),
        (
            "merge.yaml",
            b"a: &x\n  b: v\nc:\n  <<: *x\n",
            &["--nested"],
            "line 4: << merges another mapping: write its names out instead",
        ),
    ] {
        let path = sandbox.home().join(file);
        fs::write(&path, bytes).unwrap();
        let line = ["import", path.to_str().unwrap()];
        for more in [&[][..], &["--json"]] {
            let line = line.iter().chain(options).chain(more);
            let refused = sandbox.kluis(line).run();
            if more == ["--json"] {
                assert_eq!(refused.json_error()["code"], "invalid", "{file}");
            }
            refused.stderr_has(said).exits(7);
        }
    }
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn options_for_another_format_or_with_a_mistake_are_refused() {
    let sandbox = Sandbox::with_vault();
    for (line, said) in [
        (
            &["--format", "env", "--path", ".a"][..],
            "--path works only with --format json, yaml, toml or ini",
        ),
        (
            &["--format", "json", "--columns", "name=a,value=b"],
            "--columns works only with --format csv",
        ),
        (
            &["--format", "json", "--path", "a"],
            "write names after dots, such as .data.data",
        ),
        (
            &["--format", "csv", "--columns", "name=a"],
            "value is missing",
        ),
    ] {
        let refused = sandbox
            .kluis(["import", "/dev/null"].iter().chain(line))
            .run();
        refused.stderr_has(said).exits(2);
    }
}

#[test]
fn a_broken_env_file_names_the_other_formats_that_read_it() {
    let sandbox = Sandbox::with_vault();
    for (text, said) in [
        (
            "A='it'\\''s'\n",
            "name its format: --format docker, shell or systemd",
        ),
        ("A=1\nHOME\n", "name its format: --format docker\n"),
    ] {
        let path = sandbox.home().join("a.env");
        fs::write(&path, text).unwrap();
        let refused = sandbox.kluis(["import", path.to_str().unwrap()]).run();
        refused.stderr_has(said).exits(7);
        let named = ["import", path.to_str().unwrap(), "--format", "dotenv"];
        let refused = sandbox.kluis(named).run();
        assert!(!refused.stderr.contains("name its format"));
        refused.any_stderr().exits(7);
    }
}

#[test]
fn a_file_that_several_formats_fit_is_refused_with_their_names() {
    let sandbox = Sandbox::with_vault();
    let before = sandbox.bytes();
    let path = sandbox.home().join("variables");
    fs::write(&path, "A=a.b\n").unwrap();
    let refused = sandbox.kluis(["import", path.to_str().unwrap()]).run();
    refused
        .stderr_has("by its content the input could be dotenv, docker, shell or systemd\n")
        .exits(2);
    assert_eq!(sandbox.bytes(), before);
}

#[test]
fn a_folder_with_one_file_per_secret_is_read() {
    let sandbox = Sandbox::with_vault();
    let folder = sandbox.home().join("secrets");
    fs::create_dir_all(folder.join("more")).unwrap();
    for (name, bytes) in [
        ("db_password", &b"hunter\xff two"[..]),
        ("my key", b"k\n"),
        (".hidden", b"x"),
        ("empty", b""),
    ] {
        fs::write(folder.join(name), bytes).unwrap();
    }
    let line = ["import", folder.to_str().unwrap(), "--format", "files"];
    sandbox
        .kluis(line)
        .run()
        .stderr_has("my_key (item 5)")
        .stderr_has("the file ends with a line break, which is part of the value")
        .stdout("created db_password\nskipped empty\ncreated my_key from my key\nleft out .hidden: its name begins with a dot\nleft out more: it is not a file\n")
        .exits(0);
    assert_eq!(sandbox.get("db_password"), b"hunter\xff two");
    assert_eq!(sandbox.get("my_key"), b"k\n");
    let file = folder.join("db_password");
    let line = ["import", file.to_str().unwrap(), "--format", "files"];
    let refused = sandbox.kluis(line).run();
    refused
        .stderr_has("--format files reads a folder: name it, such as /run/secrets")
        .exits(2);
}
