//! The topic `start`: the first steps. Its commands are run by tests/cli/topics.rs.

pub const TEXT: &str = r#"Kluis keeps secrets in one encrypted file, the vault, and gives them to the
programs that need them.

MAKE A VAULT

At a terminal, `kluis init` asks for a passphrase, or makes a key file if you
press Enter. `kluis status` shows which vault you use, and what opens it.

    kluis init
    kluis status

STORE AND READ VALUES

Pipe a value in, or type it when `kluis` asks. It is never an argument, where
others could see it. `kluis rollback` brings back the value before, and `kluis
restore` a deleted secret.

    printf %s "$TOKEN" | kluis set github_token
    kluis set db_password --generate 32
    kluis list
    kluis get github_token

GIVE THEM TO PROGRAMS

    kluis run -e GITHUB_TOKEN=github_token -- gh repo list

BRING IN A FILE

See `kluis help migrate` for password managers.

    kluis import .env

BACK UP

Without a key you cannot open the vault. Copy the vault to any backup. Copy the
key file, if you have one, to a safe place away from the vault.

    cp ~/.local/share/kluis/default.kluis "$BACKUP"
    cp ~/.config/kluis/key "$SAFE_PLACE""#;
