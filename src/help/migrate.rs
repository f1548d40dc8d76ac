//! The topic `migrate`: from other tools. Its commands are run by tests/cli/topics.rs.

pub const TEXT: &str = r"`kluis import` reads .env files and what other tools export. With --dry-run it
shows what it would write, and writes nothing.

FROM FILES

In a folder, .env.staging and staging.env go to the workspace staging.

    kluis import .env --dry-run
    kluis import .env
    kluis import . --format dotenv
    sops decrypt secrets.yaml | kluis import --format yaml --nested
    kluis import answer.json --path .data.data
    kluis import secret.k8s.yaml

FROM PASSWORD MANAGERS

Export without a password: JSON from Bitwarden or Proton Pass, XML from KeePass
or KeePassXC, CSV from 1Password, LastPass, Chrome, Edge, Firefox or Safari.
`pass` needs no export. For any other CSV, name its columns.

    kluis import bitwarden.json
    kluis import 1password.csv
    kluis import keepass.xml
    kluis import other.csv --columns name=Title,value=Password,username=Login
    kluis import ~/.password-store --format pass

The password of an item gets the name of the item, and each other field both
names: GitHub, GitHub_username, GitHub_url, GitHub_totp, GitHub_notes. A folder
comes first: Work.GitHub. Characters that a name cannot hold become _. `kluis`
names what it leaves out, such as attachments, the trash and columns of dates.
Add --fields password to take passwords alone.

CHECK, THEN DELETE

Import again: each name has to be unchanged. Then delete the files, which hold
the values in plain text. Backups and the history of a repository may still
have them: change the values that matter.

    kluis import .env
    rm .env bitwarden.json 1password.csv keepass.xml";
