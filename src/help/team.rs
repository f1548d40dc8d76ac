//! The topic `team`: one vault for several people. Its commands are run by tests/cli/topics.rs.

pub const TEXT: &str = r#"Put the vault where all of you can read it, such as a git repository: it is
encrypted. Each colleague has a key file, so that no secret has to be sent.
`kluis git install`, once in each clone, lets git merge the changes of two
people and show which secrets changed; see `kluis git --help`.

ADD A COLLEAGUE

Your colleague makes a key file, and sends you its public key, `klp_…`:

    kluis key new
    kluis key show

You add it. Without --workspace it opens the whole vault.

    kluis workspace create staging
    kluis key add --public-key "$PUBLIC_KEY" --workspace staging --label grace

PIN THE VAULT

A key file opens a vault only if you know the vault's public key, because an
attacker could make a vault for your colleague. At first use `kluis` shows the
key and asks whether it is the right one: tell it to your colleague by another
channel. `kluis` cannot ask in a script: pass the pin there, which also refuses
older copies.

    kluis vault verify --pin     # you
    kluis list --pin "$PIN"      # the script of your colleague

GIVE A TOKEN TO A PROGRAM

    kluis key add --token --workspace staging --read-only --label ci > token

REMOVE A COLLEAGUE

`kluis` prints the secrets that they could read: change them. Removing a key to
the whole vault changes the vault's public key; all other keys go on. If the
key was leaked, add --leaked, and read `kluis key remove --help` first.

    kluis key list
    kluis key remove grace"#;
