//! The vaults that are measured. Large ones are made once and kept in the target directory.

use crate::KLUIS;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The file that is printed for masking.
pub const LARGE_BYTES: usize = 100_000_000;

pub struct Vault {
    directory: PathBuf,
    secrets: usize,
    /// What unlocks it: a variable, and its value.
    key: (&'static str, String),
}

impl Vault {
    /// A vault with `SECRET_0` and so on, unlocked by token.
    pub fn with_secrets(secrets: usize) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("vault-{secrets}"));
        let token = || fs::read_to_string(directory.join("token")).unwrap_or_default();
        let opened = |token: String| {
            let vault = Self {
                directory: directory.clone(),
                secrets,
                key: ("KLUIS_TOKEN", token),
            };
            vault.holds_what_it_should().then_some(vault)
        };
        opened(token()).unwrap_or_else(|| {
            make(&directory, secrets);
            opened(token()).unwrap()
        })
    }

    /// A new vault of random values with quotes and other punctuation, which each encoder writes in its own way.
    pub fn with_random_values(secrets: usize) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("vault-random");
        let vault = begin(&directory, secrets);
        for secret in 0..secrets {
            let name = format!("SECRET_{secret}");
            let mut set = vault.kluis(&["set", &name, "--quiet", "--generate", "symbols:40"]);
            assert!(set.stdout(Stdio::null()).status().unwrap().success());
        }
        vault
    }

    /// A new vault with one secret, unlocked by passphrase.
    pub fn with_passphrase(kdf: &str) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("vault-passphrase");
        let _ = fs::remove_dir_all(&directory);
        fs::create_dir_all(&directory).unwrap();
        for (name, text) in [
            ("passphrase", "correct horse battery staple"),
            ("value", "a value of about forty characters, or so"),
            ("other", "another of about forty characters, or so"),
        ] {
            fs::write(directory.join(name), text).unwrap();
        }
        let passphrase = directory.join("passphrase");
        fs::set_permissions(&passphrase, Permissions::from_mode(0o600)).unwrap();
        let passphrase = passphrase.to_str().unwrap().to_owned();
        let vault = Self {
            directory,
            secrets: 1,
            key: ("KLUIS_PASSPHRASE_FILE", passphrase),
        };
        assert!(
            vault
                .kluis(&["init", "--quiet", "--kdf", kdf])
                .status()
                .unwrap()
                .success()
        );
        let mut create = vault.kluis(&["create", "name"]);
        create
            .stdin(File::open(vault.file("value")).unwrap())
            .stdout(Stdio::null());
        assert!(create.status().unwrap().success());
        vault
    }

    pub fn path(&self) -> PathBuf {
        self.file("vault.kluis")
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    pub fn name(&self) -> String {
        match self.secrets {
            thousands if thousands >= 1_000 => format!("{},000 secrets", thousands / 1_000),
            few => format!("{few} secrets"),
        }
    }

    pub fn kluis(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(KLUIS);
        command.args(arguments).env_clear().stdin(Stdio::null());
        command
            .env("HOME", &self.directory)
            .env("PATH", "/usr/bin:/bin")
            .env("KLUIS_VAULT", self.path())
            .env(self.key.0, &self.key.1);
        command
    }

    /// A command line that an agent has to unlock for.
    pub fn without_key(&self, arguments: &[&str]) -> Command {
        let mut command = self.kluis(arguments);
        command.env_remove(self.key.0);
        command
    }

    /// Gives the secret `changed` the value in a file.
    pub fn set(&self, value: &Path) -> Command {
        let mut set = self.kluis(&["set", "changed", "--value-file"]);
        set.arg(value);
        set
    }

    /// Base64 in lines without any of the values.
    pub fn large_base64(&self) -> PathBuf {
        let path = self.file("large.base64");
        let mut encode = Command::new("sh");
        let script = "head -c $((BYTES / 77 * 57)) /dev/urandom | base64 > \"$1\"";
        let script = script.replace("BYTES", &LARGE_BYTES.to_string());
        let status = encode.args(["-c", &script, "sh"]).arg(&path).status();
        assert!(status.unwrap().success());
        path
    }

    /// A file of text without any of the values.
    pub fn large_text(&self) -> PathBuf {
        let path = self.file("large.txt");
        let lines = (0..).flat_map(|line: usize| {
            let number = line.wrapping_mul(0x9E37_79B9_7F4A_7C15);
            format!("{line} GET /items/{number:x} took {} ms\n", line % 89).into_bytes()
        });
        fs::write(&path, lines.take(LARGE_BYTES).collect::<Vec<u8>>()).unwrap();
        path
    }

    fn holds_what_it_should(&self) -> bool {
        let mut get = self.kluis(&["get", &format!("SECRET_{}", self.secrets - 1)]);
        let got = get.stderr(Stdio::null()).output().unwrap();
        got.stdout == format!("{:->40}", self.secrets - 1).into_bytes()
    }
}

/// Makes a vault in two writes, as `create` would write the whole file for each secret.
fn make(directory: &Path, secrets: usize) {
    let vault = begin(directory, secrets);
    let lines = (0..secrets).map(|secret| format!("SECRET_{secret}={secret:->40}\n"));
    fs::write(vault.file("all.env"), lines.collect::<String>()).unwrap();
    let mut import = vault.kluis(&["import", "--quiet"]);
    import.arg(vault.file("all.env")).stdout(Stdio::null());
    assert!(import.status().unwrap().success());
}

/// An empty vault that is to hold so many secrets, unlocked by token.
fn begin(directory: &Path, secrets: usize) -> Vault {
    let _ = fs::remove_dir_all(directory);
    fs::create_dir_all(directory).unwrap();
    let mut vault = Vault {
        directory: directory.to_owned(),
        secrets,
        key: ("KLUIS_TOKEN", String::new()),
    };
    let mut init = vault.kluis(&["init", "--quiet", "--token"]);
    let token = init.env_remove(vault.key.0).output().unwrap().stdout;
    String::from_utf8(token)
        .unwrap()
        .trim_end()
        .clone_into(&mut vault.key.1);
    fs::write(vault.file("token"), &vault.key.1).unwrap();
    vault
}
