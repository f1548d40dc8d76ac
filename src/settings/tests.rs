//! Tests which source decides a setting, and which values are refused.

use super::*;

/// All inputs of `settle`; each test changes a few.
#[derive(Default)]
struct Given {
    flags: Flags,
    environment: Vec<(&'static str, OsString)>,
    project: Project,
    user_file: Option<&'static str>,
}

impl Given {
    fn variable(mut self, name: &'static str, value: &str) -> Self {
        self.environment.push((name, value.into()));
        self
    }

    fn settle(self) -> Result<Settings, Error> {
        let find = |name: &str| {
            let found = self.environment.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| value.clone())
        };
        let path = Path::new("/config/kluis/config.toml");
        let directories = Directories {
            home: Some("/home/ada".into()),
            data: Some("/data".into()),
            config: Some("/config".into()),
        };
        let user_file = self.user_file.map(|text| UserFile { path, text });
        settle(self.flags, &find, self.project, user_file, &directories)
    }

    fn vault(self) -> PathBuf {
        self.settle().unwrap().vault.path().to_owned()
    }

    fn error(self) -> String {
        self.settle().err().unwrap().to_string()
    }
}

fn user_file(text: &'static str) -> Given {
    Given {
        user_file: Some(text),
        ..Given::default()
    }
}

fn flags(flags: Flags) -> Given {
    Given {
        flags,
        ..Given::default()
    }
}

#[test]
fn without_any_setting_the_defaults_hold() {
    let settings = Given::default().settle().unwrap();
    assert_eq!(settings.vault.path(), "/data/kluis/default.kluis");
    assert_eq!(settings.vault_source, Source::Default);
    assert_eq!(settings.workspace, None);
    assert_eq!(settings.workspace_source, Source::Default);
    assert_eq!(settings.lock_timeout, Duration::from_secs(10));
    assert_eq!(settings.color, Color::Auto);
    assert_eq!(settings.interaction, Interaction::Allowed);
    assert_eq!(settings.pin, None);
    assert!(settings.unlocking.token.is_none());
}

#[test]
fn each_source_overrides_the_next_one() {
    let text = "vault = '/user'\nworkspace = 'user'\nlock_timeout = '1m'\ncolor = 'always'";
    let mut expected = vec![("/user", "user", Source::UserFile)];
    let mut given = vec![user_file(text)];
    let project = || Project {
        vault: Some("/project".into()),
        workspace: Some(WorkspaceName::parse("project").unwrap()),
    };
    expected.push(("/project", "project", Source::ProjectFile));
    given.push(Given {
        project: project(),
        ..user_file(text)
    });
    expected.push(("/variable", "variable", Source::Environment));
    given.push(
        Given {
            project: project(),
            ..user_file(text)
        }
        .variable("KLUIS_VAULT", "/variable")
        .variable("KLUIS_WORKSPACE", "variable"),
    );
    expected.push(("/flag", "flag", Source::Flag));
    let typed = Flags {
        vault: Some("/flag".into()),
        workspace: Some("flag".into()),
        ..Flags::default()
    };
    given.push(
        Given {
            flags: typed,
            project: project(),
            ..user_file(text)
        }
        .variable("KLUIS_VAULT", "/variable")
        .variable("KLUIS_WORKSPACE", "variable"),
    );
    for (given, (vault, workspace, source)) in given.into_iter().zip(expected) {
        let settings = given.settle().unwrap();
        assert_eq!(settings.vault.path(), vault);
        assert_eq!(settings.vault_source, source);
        assert_eq!(settings.workspace_source, source);
        assert_eq!(settings.workspace.unwrap().as_str(), workspace);
        assert_eq!(settings.lock_timeout, Duration::from_mins(1));
        assert_eq!(settings.color, Color::Always);
    }
}

#[test]
fn an_empty_variable_counts_as_unset() {
    let mut given = user_file("color = 'always'");
    for name in [
        "KLUIS_VAULT",
        "KLUIS_WORKSPACE",
        "KLUIS_NON_INTERACTIVE",
        "NO_COLOR",
        "KLUIS_TOKEN",
        "KLUIS_PASSPHRASE_FILE",
        "KLUIS_KEY_FILE",
    ] {
        given = given.variable(name, "");
    }
    let settings = given.settle().unwrap();
    assert_eq!(settings.vault.path(), "/data/kluis/default.kluis");
    assert_eq!(settings.interaction, Interaction::Allowed);
    assert_eq!(settings.color, Color::Always);
    assert!(settings.unlocking.token.is_none());
    assert_eq!(settings.unlocking.passphrase_file, None);
    assert_eq!(settings.unlocking.key_file.unwrap().source, Source::Default);
}

#[test]
fn an_empty_pin_is_an_error() {
    let settled = Given::default().variable("KLUIS_PIN", "").settle();
    assert!(matches!(
        settled,
        Err(Error::EmptyCheck {
            origin: "KLUIS_PIN"
        })
    ));
    // The option gives the pin.
    let pin = Pin {
        public_key: [7; 32],
        parts: Vec::new(),
    };
    let flags = Flags {
        pin: Some(pin.to_string()),
        ..Flags::default()
    };
    let given = Given {
        flags,
        ..Given::default()
    };
    let settings = given.variable("KLUIS_PIN", "").settle().unwrap();
    assert_eq!(settings.pin, Some(pin));
}

#[test]
fn the_key_file_is_named_or_lies_in_its_place() {
    let named = |given: Given| given.settle().unwrap().unlocking.key_file.unwrap();
    let expected = |path: &str, source| KeyFilePath {
        path: path.into(),
        source,
    };
    assert_eq!(
        named(Given::default()),
        expected("/config/kluis/key", Source::Default)
    );
    let variable = || Given::default().variable("KLUIS_KEY_FILE", "variable");
    assert_eq!(named(variable()), expected("variable", Source::Environment));
    let typed = Flags {
        key_file: Some("flag".into()),
        ..Flags::default()
    };
    let given = Given {
        flags: typed,
        ..variable()
    };
    assert_eq!(named(given), expected("flag", Source::Flag));
}

#[test]
fn non_interactive_is_anything_but_0_and_false() {
    for (value, expected) in [
        ("1", Interaction::Refused),
        ("yes", Interaction::Refused),
        ("0", Interaction::Allowed),
        ("false", Interaction::Allowed),
    ] {
        let given = Given::default().variable("KLUIS_NON_INTERACTIVE", value);
        assert_eq!(given.settle().unwrap().interaction, expected, "{value}");
    }
    let given = flags(Flags {
        interaction: Some(Interaction::Refused),
        ..Flags::default()
    });
    let settings = given
        .variable("KLUIS_NON_INTERACTIVE", "0")
        .settle()
        .unwrap();
    assert_eq!(settings.interaction, Interaction::Refused);
}

#[test]
fn no_color_beats_the_user_file_and_the_flag_beats_both() {
    let given = || user_file("color = 'always'").variable("NO_COLOR", "0");
    assert_eq!(given().settle().unwrap().color, Color::Never);
    let typed = Flags {
        color: Some(Color::Auto),
        ..Flags::default()
    };
    let given = Given {
        flags: typed,
        ..given()
    };
    assert_eq!(given.settle().unwrap().color, Color::Auto);
}

#[test]
fn a_user_file_path_is_relative_to_the_file_or_to_home() {
    assert_eq!(
        user_file("vault = 'a.kluis'").vault(),
        Path::new("/config/kluis/a.kluis")
    );
    assert_eq!(
        user_file("vault = '~/a.kluis'").vault(),
        Path::new("/home/ada/a.kluis")
    );
    assert_eq!(
        user_file("vault = '~bob/a'").vault(),
        Path::new("/config/kluis/~bob/a")
    );
    assert_eq!(
        Given::default().variable("KLUIS_VAULT", "~/a").vault(),
        Path::new("~/a")
    );
    assert_eq!(
        Given::default().variable("KLUIS_VAULT", "a").vault(),
        Path::new("a")
    );
}

#[test]
#[cfg(unix)]
fn a_path_need_not_be_utf8_but_a_name_must() {
    use std::os::unix::ffi::OsStringExt;
    let strange = || OsString::from_vec(b"/v\xffault".to_vec());
    let given = flags(Flags {
        vault: Some(strange()),
        ..Flags::default()
    });
    assert_eq!(given.vault(), PathBuf::from(strange()));
    let environment = vec![("KLUIS_VAULT", strange())];
    assert_eq!(
        Given {
            environment,
            ..Given::default()
        }
        .vault(),
        PathBuf::from(strange())
    );
    let environment = vec![("KLUIS_WORKSPACE", strange())];
    let given = Given {
        environment,
        ..Given::default()
    };
    assert_eq!(given.error(), "KLUIS_WORKSPACE is not valid UTF-8");
}

#[test]
fn a_url_is_refused_without_being_quoted() {
    for url in [
        "https://u:hunter2@h/v",
        "s3://hunter2",
        "file:///hunter2",
        "S3+x://hunter2",
    ] {
        let message = Given::default().variable("KLUIS_VAULT", url).error();
        assert_eq!(
            message,
            "KLUIS_VAULT is a URL, but a vault must be a local file"
        );
    }
    assert!(
        user_file("vault = 'https://h/v'")
            .error()
            .contains("is a URL")
    );
    for path in ["./s3://v", "a:b", "://v", "1s://v", "/a://b"] {
        assert_eq!(
            Given::default().variable("KLUIS_VAULT", path).vault(),
            Path::new(path)
        );
    }
}

#[test]
fn an_empty_vault_option_is_not_the_default_vault() {
    let given = flags(Flags {
        vault: Some("".into()),
        ..Flags::default()
    });
    assert_eq!(given.error(), "--vault is empty");
    assert_eq!(
        user_file("vault = ''").error(),
        "vault in the user file is empty"
    );
}

#[test]
fn a_broken_user_file_is_reported_by_place_and_never_quoted() {
    for (text, place) in [
        ("vault = 'a'\n  hunter2 = 'x'", "line 2, column 3"),
        ("vault = 'a'\nworkspace = hunter2", "line 2, column 13"),
        ("# é\ncolor = 'hunter2'", "line 2, column 9"),
        ("vault = 'é' hunter2", "line 1, column 13"),
        ("lock_timeout = 10", "line 1, column 16"),
        ("vault = 'a'\nvault = 'hunter2'", "line 2, column 1"),
        ("[hunter2]\nvault = 'a'", "line 1, column 2"),
    ] {
        let message = user_file(text).error();
        let start = format!("/config/kluis/config.toml, {place}: not a valid setting");
        assert!(message.starts_with(&start), "{message}");
        assert!(!message.contains("hunter2"), "{message}");
    }
}

#[test]
fn a_broken_setting_says_where_it_came_from() {
    let message = user_file("lock_timeout = '10'").error();
    assert!(
        message.starts_with("lock_timeout in the user file: a duration must be like"),
        "{message}"
    );
    let message = Given::default().variable("KLUIS_WORKSPACE", "a b").error();
    assert!(
        message.starts_with("KLUIS_WORKSPACE: \"a b\" cannot be"),
        "{message}"
    );
}

#[test]
fn without_a_home_a_named_vault_still_works() {
    let nowhere = Directories::default();
    let none = settle(
        Flags::default(),
        &|_| None,
        Project::default(),
        None,
        &nowhere,
    );
    assert!(matches!(none, Err(Error::NoHome { .. })));
    let named = Flags {
        vault: Some("v".into()),
        ..Flags::default()
    };
    assert!(settle(named, &|_| None, Project::default(), None, &nowhere).is_ok());
}

#[test]
fn the_ways_to_unlock_come_from_options_and_variables() {
    let typed = Flags { ..Flags::default() };
    let given = flags(typed)
        .variable("KLUIS_TOKEN", "token")
        .variable("KLUIS_PASSPHRASE_FILE", "/passphrase");
    let unlocking = given.settle().unwrap().unlocking;
    assert_eq!(unlocking.token.unwrap().expose(), b"token");
    assert_eq!(unlocking.passphrase_file.unwrap(), Path::new("/passphrase"));
}

#[test]
fn a_key_named_by_an_option_comes_before_the_environment() {
    let environment = |given: Given| {
        given
            .variable("KLUIS_TOKEN", "token")
            .variable("KLUIS_PASSPHRASE_FILE", "/passphrase")
            .variable("KLUIS_KEY_FILE", "/variable")
    };
    let key_file = flags(Flags {
        key_file: Some("key".into()),
        ..Flags::default()
    });
    let unlocking = environment(key_file).settle().unwrap().unlocking;
    assert!(unlocking.token.is_none() && unlocking.passphrase_file.is_none());
    let passphrase_file = flags(Flags {
        passphrase_file: Some("typed".into()),
        ..Flags::default()
    });
    let unlocking = environment(passphrase_file).settle().unwrap().unlocking;
    assert!(unlocking.token.is_none());
    assert_eq!(unlocking.passphrase_file.unwrap(), Path::new("typed"));
    assert_eq!(unlocking.key_file.unwrap().source, Source::Default);
}

#[test]
fn hosts_stand_in_the_user_file() {
    let given =
        user_file("keep = 3\n[hosts]\n'git.example.com' = { secret = 'w/a', username = 'ada' }");
    let hosts = given.settle().unwrap().hosts;
    let lines: Vec<_> = hosts.iter().collect();
    let [(place, login)] = lines[..] else {
        panic!("{lines:?}");
    };
    assert_eq!(place.to_string(), "git.example.com");
    assert_eq!(login.secret.to_string(), "w/a");
    assert_eq!(login.username.as_ref().unwrap().as_str(), "ada");
    assert_eq!(
        user_file("[hosts]").settle().unwrap().hosts,
        Hosts::default()
    );
}
