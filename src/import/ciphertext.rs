//! Recognises content that other tools encrypted: a value or a whole file, which must not become a secret
//! unchanged.

/// The beginning of each encrypted file, with the tool and the way to decrypt it.
const FILES: [(&[u8], &str, &str); 11] = [
    (b"\0GITCRYPT\0", "git-crypt", "run `git-crypt unlock` first"),
    (
        b"age-encryption.org/v1",
        "age",
        "import the output of `age -d -i KEY FILE`",
    ),
    (
        b"-----BEGIN AGE ENCRYPTED FILE-----",
        "age",
        "import the output of `age -d -i KEY FILE`",
    ),
    (
        b"$ANSIBLE_VAULT;",
        "ansible-vault",
        "import the output of `ansible-vault view FILE`",
    ),
    (
        b"-----BEGIN PGP MESSAGE-----",
        "PGP",
        "import the output of `gpg -d FILE`",
    ),
    (
        b"Salted__",
        "openssl",
        "import the output of `openssl enc -d`",
    ),
    (
        b"U2FsdGVkX1",
        "openssl",
        "import the output of `openssl enc -d -a`",
    ),
    // Packets with a session key, for a public key (RFC 9580, 5.1) or a passphrase (5.3).
    (
        b"\x85\x01\x0c\x03",
        "PGP",
        "import the output of `gpg -d FILE`",
    ),
    (
        b"\x85\x02\x0c\x03",
        "PGP",
        "import the output of `gpg -d FILE`",
    ),
    (b"\x84\x5e\x03", "PGP", "import the output of `gpg -d FILE`"),
    (b"\x8c\x0d\x04", "PGP", "import the output of `gpg -d FILE`"),
];

/// The reason why a whole file cannot be imported yet.
pub fn of_file(bytes: &[u8]) -> Option<String> {
    let bytes = bytes.trim_ascii_start();
    let found = FILES.iter().find(|(begins, ..)| bytes.starts_with(begins));
    found.map(|(_, tool, way)| format!("the file is still encrypted by {tool}: {way}"))
}

/// The way to decrypt the value of a name, if a tool encrypted it.
pub fn of_value(name: &str, value: &[u8]) -> Option<&'static str> {
    let after = |begin: &str| value.strip_prefix(begin.as_bytes());
    if after("ENC[AES256_GCM,").is_some() {
        return Some("import the output of `sops decrypt`");
    }
    let is_base64 = |text: &[u8]| {
        let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/=".contains(byte);
        !text.is_empty() && text.iter().all(is_letter)
    };
    if after("encrypted:").is_some_and(is_base64) {
        return Some("import the output of `dotenvx decrypt --stdout`");
    }
    if name.starts_with("DOTENV_VAULT_") && is_base64(value) {
        return Some("get the .env file by `npx dotenv-vault pull`, and import that");
    }
    if after("vault:v").is_some_and(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        digits > 0 && rest[digits..].strip_prefix(b":").is_some_and(is_base64)
    }) {
        return Some("decrypt it by `vault write transit/decrypt/KEY`");
    }
    if after("EJ[1:").is_some() {
        return Some("import the output of `ejson decrypt`");
    }
    if after("ENC[PKCS7,").is_some() || after("ENC[GPG,").is_some() {
        return Some("decrypt it by `eyaml decrypt`");
    }
    let whole = FILES.iter().find(|(begins, ..)| {
        // Others are too short to be certain in a value.
        begins.is_ascii() && begins.len() > 9 && value.trim_ascii_start().starts_with(begins)
    });
    if let Some((_, _, way)) = whole {
        return Some(way);
    }
    if after("{cipher}").is_some() {
        return Some("decrypt it by `spring decrypt`");
    }
    let jasypt = after("ENC(").and_then(|rest| rest.strip_suffix(b")"));
    jasypt
        .is_some_and(is_base64)
        .then_some("decrypt it by Jasypt's `decrypt`")
}

#[cfg(test)]
mod tests {
    use super::{FILES, of_file, of_value};
    use crate::import::reading::read;
    use crate::import::{Format, Rules};

    #[test]
    fn a_value_that_a_tool_encrypted_is_recognised() {
        for (name, value) in [
            ("A", "ENC[AES256_GCM,data:x,iv:y,tag:z,type:str]"),
            ("A", "encrypted:BDn0tRealCipherText=="),
            ("DOTENV_VAULT_PRODUCTION", "6hYEXAMPLEciphertext=="),
            ("A", "vault:v12:8SDd3WHDOjf7mq69CyCqYjBXAiQQ"),
            ("A", "{cipher}AQA6EM"),
            ("A", "EJ[1:a:b:c]"),
            ("A", "ENC[PKCS7,MIIB]"),
            ("A", "$ANSIBLE_VAULT;1.1;AES256\n33"),
            ("A", "\n-----BEGIN AGE ENCRYPTED FILE-----\nx"),
            ("A", "ENC(G6N718UuyPE5bHyWKyuLQSm02auQPUtm)"),
        ] {
            assert!(of_value(name, value.as_bytes()).is_some(), "{value}");
        }
        for value in [
            "encrypted: no",
            "encrypted:",
            "vault:v",
            "vault:vault",
            "ENC",
            "ENC(a b)",
            "6hY==",
        ] {
            assert!(of_value("A", value.as_bytes()).is_none(), "{value}");
        }
    }

    #[test]
    fn an_encrypted_file_is_refused_in_every_format() {
        for (begins, tool, _) in FILES {
            let input = [begins, b" hunter2"].concat();
            for format in [Format::Dotenv, Format::Env, Format::Json, Format::Yaml] {
                let told = read(format, &*input, Rules::default()).err().unwrap();
                let said = format!("the file is still encrypted by {tool}: ");
                assert!(told[0].starts_with(&said) && told.len() == 1, "{told:?}");
            }
        }
        assert!(of_file(b"A=age-encryption.org/v1").is_none());
    }
}
