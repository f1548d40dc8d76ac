//! Tests `import` of a password store, decrypted by a real gpg with a key made for the test.

use crate::sandbox::{Outcome, Sandbox};
use crate::test_program::write_program;
use std::fs::{self, Permissions};
use std::io::Write;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A password store, its key, and the agent that gpg starts for it.
struct Store<'s> {
    sandbox: &'s Sandbox,
    keys: PathBuf,
    root: PathBuf,
}

impl<'s> Store<'s> {
    /// `None`, with a notice, if there is no gpg.
    fn new(sandbox: &'s Sandbox) -> Option<Self> {
        let keys = sandbox.home().join("keys");
        fs::create_dir(&keys).unwrap();
        fs::set_permissions(&keys, Permissions::from_mode(0o700)).unwrap();
        let root = sandbox.home().join("store");
        fs::create_dir_all(root.join("work/db")).unwrap();
        fs::write(root.join(".gpg-id"), "store@example.com\n").unwrap();
        let store = Self {
            sandbox,
            keys,
            root,
        };
        let key = [
            "--passphrase",
            "",
            "--quick-gen-key",
            "store@example.com",
            "default",
            "default",
            "never",
        ];
        let made = store.gpg(&key).stderr(Stdio::null()).status();
        if made.is_err() {
            assert!(std::env::var_os("KLUIS_REQUIRE_READERS").is_none(), "gpg");
            eprintln!("skipped: gpg is not installed");
            return None;
        }
        assert!(made.unwrap().success());
        Some(store)
    }

    fn gpg(&self, arguments: &[&str]) -> Command {
        let mut gpg = Command::new("gpg");
        gpg.args(["--batch", "--quiet"]).args(arguments);
        gpg.env("GNUPGHOME", &self.keys);
        gpg
    }

    /// Encrypts a file of the store, as pass does.
    fn put(&self, name: &str, plain: impl AsRef<[u8]>) -> PathBuf {
        let path = self.root.join(name);
        let to = [
            "--recipient",
            "store@example.com",
            "--output",
            path.to_str().unwrap(),
            "--encrypt",
        ];
        let mut gpg = self.gpg(&to).stdin(Stdio::piped()).spawn().unwrap();
        gpg.stdin.take().unwrap().write_all(plain.as_ref()).unwrap();
        assert!(gpg.wait().unwrap().success());
        path
    }

    fn import(&self, more: &[&str]) -> Outcome {
        self.import_from(&self.root, more)
    }

    fn import_from(&self, folder: &Path, more: &[&str]) -> Outcome {
        let line = ["import", folder.to_str().unwrap(), "--format", "pass"];
        let import = self.sandbox.kluis(line.iter().chain(more));
        import.env("GNUPGHOME", &self.keys).run()
    }
}

impl Drop for Store<'_> {
    fn drop(&mut self) {
        let kill = ["--homedir", self.keys.to_str().unwrap(), "--kill", "all"];
        let _ = Command::new("gpgconf").args(kill).status();
    }
}

#[test]
fn a_store_is_decrypted_file_by_file() {
    let sandbox = Sandbox::with_vault();
    let Some(store) = Store::new(&sandbox) else {
        return;
    };
    let secret = sandbox.secret("store");
    store.put("mail.gpg", format!("{secret}-mail\n"));
    store.put(
        "work/db/prod eu.gpg",
        format!("{secret}\nuser: ann\nurl: https://db.example.com\notpauth://totp/x?secret=A\nsome note\n"),
    );
    let key = format!("-----BEGIN PRIVATE KEY-----\nA: {secret}\n-----END PRIVATE KEY-----\n");
    store.put("work/tls.gpg", &key);
    fs::create_dir(store.root.join(".git")).unwrap();
    fs::write(store.root.join(".git/x.gpg"), "no secret").unwrap();
    fs::write(store.root.join("work/notes.txt"), "x").unwrap();
    store.put("work/.hidden.gpg", "p\n");
    store.put("blob.gpg", "\ncontent-disposition: attachment; filename=\"a\"\ncontent-transfer-encoding: Base64\n\n/wAB\n");
    symlink("../mail.gpg", store.root.join("work/same.gpg")).unwrap();
    symlink("..", store.root.join("work/turning")).unwrap();
    let said = "\
created blob
created mail
created work.db.prod_eu from work/db/prod eu
created work.db.prod_eu_user from work/db/prod eu
created work.db.prod_eu_url from work/db/prod eu
created work.db.prod_eu_totp from work/db/prod eu
created work.db.prod_eu_notes from work/db/prod eu
created work.same from work/same
created work.tls from work/tls
left out work/.hidden.gpg: its name begins with a dot
left out work/notes.txt: it is not a .gpg file
left out work/turning: it is a link to a folder, or to nothing
left out blob: headers of gopass: content-disposition, content-transfer-encoding
";
    let before = sandbox.bytes();
    store
        .import(&["--dry-run"])
        .stdout(said.replace("created", "would be created"))
        .stderr_has("dry run")
        .exits(0);
    assert_eq!(sandbox.bytes(), before);
    store.import(&["--non-interactive"]).stdout(said).exits(0);
    assert_eq!(sandbox.get("work.db.prod_eu"), secret.as_bytes());
    assert_eq!(sandbox.get("work.db.prod_eu_notes"), b"some note");
    assert_eq!(sandbox.get("blob"), b"\xff\0\x01");
    assert_eq!(sandbox.get("work.tls"), key.as_bytes());
    // A folder of the store alone, and passwords alone.
    let part = store.import_from(&store.root.join("work/db"), &["--fields", "password"]);
    part.stdout(
        "created prod_eu from prod eu\nleft out prod eu: fields other than the password: user, url, totp, notes\n",
    )
    .exits(0);
}

#[test]
fn one_undecryptable_file_imports_nothing() {
    let sandbox = Sandbox::with_vault();
    let Some(store) = Store::new(&sandbox) else {
        return;
    };
    let secret = sandbox.secret("store");
    let good = store.put("good.gpg", &secret);
    let before = sandbox.bytes();
    let refused = |said: &str| {
        for more in [&[][..], &["--dry-run"]] {
            store.import(more).stderr_has(said).exits(7);
        }
        assert_eq!(sandbox.bytes(), before);
    };
    // gpg reports any change or cut at its end.
    let mut bytes = fs::read(&good).unwrap();
    let last = bytes.len() - 3;
    bytes[last] ^= 1;
    fs::write(store.root.join("work/bad.gpg"), &bytes).unwrap();
    refused("work/bad.gpg: gpg could not decrypt it; to see why, run `gpg --decrypt` on it");
    fs::remove_file(store.root.join("work/bad.gpg")).unwrap();
    store.put("work/large.gpg", vec![b'x'; (1 << 20) + 1]);
    refused("work/large.gpg: it is larger than 1 MiB");
    fs::remove_file(store.root.join("work/large.gpg")).unwrap();
    let outside = sandbox.home().join("outside.gpg");
    fs::copy(&good, &outside).unwrap();
    symlink(&outside, store.root.join("work/link.gpg")).unwrap();
    refused("work/link.gpg: it is a link to a place outside the folder");
    fs::remove_file(store.root.join("work/link.gpg")).unwrap();
    fs::write(store.root.join("work/x.age"), "age-encryption.org/v1\n").unwrap();
    refused("work/x.age: it is encrypted with age, not gpg");
    fs::remove_file(store.root.join("work/x.age")).unwrap();
    store.import(&[]).stdout("created good\n").exits(0);
}

#[test]
fn without_gpg_or_files_the_error_names_the_missing_one() {
    let sandbox = Sandbox::with_vault();
    let folder = sandbox.home().join("store");
    fs::create_dir(&folder).unwrap();
    let line = ["import", folder.to_str().unwrap(), "--format", "pass"];
    let before = sandbox.bytes();
    sandbox
        .kluis(line)
        .prepared("PATH=/nowhere; export PATH")
        .run()
        .stderr(
            "kluis: error: gpg is not installed\n\
             kluis: hint: install GnuPG, which decrypts the files of a password store\n",
        )
        .exits(1);
    // A separate gpg for the test, which gets no credential and may not ask.
    let bin = sandbox.home().join("bin");
    fs::create_dir(&bin).unwrap();
    let gpg = bin.join("gpg");
    let script = "#!/bin/sh\nprintf '%s\\n' \"${KLUIS_TOKEN-none}\" \"arguments: $*\"\n";
    write_program(&gpg, script);
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let import = || {
        sandbox
            .kluis(line.iter().chain(&["--non-interactive"]))
            .env("PATH", &path)
            .run()
    };
    import().stderr_has("the input is empty").exits(7);
    assert_eq!(sandbox.bytes(), before);
    fs::write(folder.join("a.gpg"), "").unwrap();
    import().stdout("created a\ncreated a_arguments\n").exits(0);
    assert_eq!(sandbox.get("a"), b"none");
    assert_eq!(
        sandbox.get("a_arguments"),
        b"--batch --quiet --pinentry-mode error --decrypt"
    );
}
