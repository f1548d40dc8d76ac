//! Finds the command that gets the secrets, and becomes it.
//!
//! No shell parses the command line, and the command is found before any secret is opened.

use super::environment::Environment;
use rustix::fs::{Access, access};
use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The folders of a POSIX system's programs, if PATH is not set.
const DEFAULT_PATH: &str = "/usr/bin:/bin";

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Exit 127.
    #[error("there is no command {}", command.display())]
    NotFound { command: OsString },
    /// Exit 126.
    #[error("{} is not an executable file", path.display())]
    NotExecutable { path: PathBuf },
    /// Exit 127, as `env` and POSIX shells report it.
    #[error("{} names an interpreter that does not exist", path.display())]
    NoInterpreter { path: PathBuf },
    #[error("the values and arguments are larger than the system passes to a command")]
    TooLarge,
    #[error("{} could not be started", path.display())]
    Failed { path: PathBuf, source: io::Error },
}

/// Finds `command` in `path`; with a `/` in it, it is a path itself.
pub fn find(command: &OsStr, path: Option<&OsStr>) -> Result<PathBuf, Error> {
    let not_found = || Error::NotFound {
        command: command.to_owned(),
    };
    if command.is_empty() {
        return Err(not_found());
    }
    if command.as_bytes().contains(&b'/') {
        let path = PathBuf::from(command);
        return match kind(&path) {
            ProgramKind::Executable => Ok(path),
            ProgramKind::Other => Err(Error::NotExecutable { path }),
            ProgramKind::Absent => Err(not_found()),
        };
    }
    let mut other = None;
    for directory in std::env::split_paths(path.unwrap_or(OsStr::new(DEFAULT_PATH))) {
        // An empty or relative entry means the working directory: everyone who can write there could choose the
        // program that gets the secrets.
        if !directory.is_absolute() {
            continue;
        }
        let path = directory.join(command);
        match kind(&path) {
            ProgramKind::Executable => return Ok(path),
            // A directory that cannot be searched does not decide about the command.
            ProgramKind::Other if path.exists() => other = other.or(Some(path)),
            ProgramKind::Other | ProgramKind::Absent => {}
        }
    }
    Err(other.map_or_else(not_found, |path| Error::NotExecutable { path }))
}

enum ProgramKind {
    Executable,
    /// A directory, a file that may not be executed, or a place that cannot be searched.
    Other,
    Absent,
}

fn kind(path: &Path) -> ProgramKind {
    match path.metadata() {
        Ok(found) if found.is_file() && access(path, Access::EXEC_OK).is_ok() => {
            ProgramKind::Executable
        }
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            ProgramKind::Absent
        }
        Ok(_) | Err(_) => ProgramKind::Other,
    }
}

/// Replaces this process with `program`, which keeps its id, terminal and signals. `typed` is the command as
/// you wrote it: the program's `argv[0]`.
///
/// Returns only on failure. Copies of values made for the new process are then not wiped, because the caller
/// is about to end.
pub fn replace(
    program: &Path,
    typed: &OsStr,
    arguments: &[OsString],
    environment: &Environment,
) -> Error {
    let inherited = std::env::vars_os().map(|(name, _)| name);
    let error = prepare(program, typed, arguments, environment, inherited).exec();
    not_started(program, typed, error)
}

/// Translates the system's refusal to start `program`.
pub(super) fn not_started(program: &Path, typed: &OsStr, error: io::Error) -> Error {
    let path = program.to_owned();
    match error.kind() {
        ErrorKind::NotFound if program.exists() => Error::NoInterpreter { path },
        ErrorKind::NotFound => Error::NotFound {
            command: typed.to_owned(),
        },
        ErrorKind::PermissionDenied => Error::NotExecutable { path },
        ErrorKind::ArgumentListTooLong => Error::TooLarge,
        _ if error.raw_os_error() == Some(rustix::io::Errno::NOEXEC.raw_os_error()) => {
            Error::NotExecutable { path }
        }
        _ => Error::Failed {
            path,
            source: error,
        },
    }
}

/// The command with its environment, ready to start.
pub(super) fn prepare(
    program: &Path,
    typed: &OsStr,
    arguments: &[OsString],
    environment: &Environment,
    inherited: impl Iterator<Item = OsString>,
) -> Command {
    let mut command = Command::new(program);
    command.arg0(typed).args(arguments);
    for name in inherited.filter(|name| !environment.inherits(name)) {
        command.env_remove(name);
    }
    for (key, value) in environment.iter() {
        command.env(key.as_str(), OsStr::from_bytes(value.expose()));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::deliver::environment::Origin;
    use crate::plaintext::Plaintext;
    use crate::platform::test_program::write_program;
    use crate::vault::env_key::EnvKey;
    use crate::vault::reference::Reference;
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;

    fn write(path: &Path, text: &str, mode: u32) {
        fs::write(path, text).unwrap();
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    fn environment(values: &[(&str, &str)]) -> Environment {
        let mut environment = Environment::new([]);
        for (key, value) in values {
            let value = Plaintext::new(value.as_bytes().to_vec());
            let reference = Reference::parse("a").unwrap();
            environment
                .insert(
                    EnvKey::parse(key).unwrap(),
                    Origin::Secret(reference),
                    value,
                )
                .unwrap();
        }
        environment
    }

    fn search_path(directories: &[&Path]) -> OsString {
        std::env::join_paths(directories).unwrap()
    }

    #[test]
    fn the_first_executable_on_the_path_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let [one, two, three] = ["one", "two", "three"].map(|name| directory.path().join(name));
        for place in [&one, &two, &three] {
            fs::create_dir(place).unwrap();
        }
        write(&one.join("tool"), "not executable", 0o644);
        write(&two.join("tool"), "", 0o755);
        write(&three.join("tool"), "", 0o755);
        let path = search_path(&[&one, &two, &three]);
        assert_eq!(
            find(OsStr::new("tool"), Some(&path)).unwrap(),
            two.join("tool")
        );
        let path = search_path(&[&directory.path().join("absent"), &one]);
        let error = find(OsStr::new("tool"), Some(&path)).unwrap_err();
        assert!(matches!(error, Error::NotExecutable { path } if path == one.join("tool")));
    }

    #[test]
    fn a_missing_and_an_unrunnable_command_have_different_errors() {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("file");
        write(&file, "", 0o644);
        let found = |command: &OsStr| find(command, Some(directory.path().as_os_str()));
        for command in ["", "absent", "./absent-here", "/absent/tool"] {
            assert!(
                matches!(found(OsStr::new(command)), Err(Error::NotFound { .. })),
                "{command}"
            );
        }
        assert!(matches!(
            found(file.join("below").as_os_str()),
            Err(Error::NotFound { .. })
        ));
        for path in [&file, directory.path()] {
            assert!(matches!(
                found(path.as_os_str()),
                Err(Error::NotExecutable { .. })
            ));
        }
        assert!(matches!(
            found(OsStr::new("file")),
            Err(Error::NotExecutable { .. })
        ));
    }

    #[test]
    fn a_place_that_cannot_be_looked_into_is_passed_over() {
        let directory = tempfile::tempdir().unwrap();
        let turning = directory.path().join("turning");
        std::os::unix::fs::symlink(&turning, &turning).unwrap();
        let found = find(OsStr::new("tool"), Some(turning.as_os_str()));
        assert!(matches!(found, Err(Error::NotFound { .. })));
    }

    #[test]
    fn a_command_is_not_looked_up_in_the_working_directory() {
        let here = fs::read_dir(".")
            .unwrap()
            .map(|entry| entry.unwrap().file_name());
        let names: Vec<_> = here.collect();
        assert!(names.iter().any(|name| name == "Cargo.toml"));
        for path in ["", ".", ":.:", "src/.."] {
            let found = find(OsStr::new("Cargo.toml"), Some(OsStr::new(path)));
            assert!(matches!(found, Err(Error::NotFound { .. })), "{path}");
        }
    }

    #[test]
    fn without_a_path_the_usual_places_are_searched() {
        assert!(find(OsStr::new("sh"), None).unwrap().is_absolute());
    }

    #[test]
    fn the_command_gets_its_name_arguments_and_values_unchanged() {
        let script = r#"printf '%s|' "$0" "$@" "$KEY"; printf '%s' "${KLUIS_TOKEN_X-unset}""#;
        let arguments = ["-c", script, "typed", "$HOME `id`", "*"].map(OsString::from);
        let environment = environment(&[("KEY", "$(id)\n'\"é ")]);
        let mut command = prepare(
            Path::new("/bin/sh"),
            OsStr::new("sh"),
            &arguments,
            &environment,
            ["KLUIS_TOKEN_X".into(), "HOME".into()].into_iter(),
        );
        let output = command.output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert_eq!(shown, "typed|$HOME `id`|*|$(id)\n'\"é |unset");
        let removed: Vec<_> = command
            .get_envs()
            .filter(|(_, value)| value.is_none())
            .collect();
        assert_eq!(removed, [(OsStr::new("KLUIS_TOKEN_X"), None)]);
    }

    #[test]
    #[ignore = "replaces the test's process: the next test starts it"]
    fn becomes_a_shell() {
        let arguments =
            ["-c", "echo $$ $0 \"$KEY\" ${KLUIS_TOKEN-unset}; exit 7"].map(OsString::from);
        let environment = environment(&[("KEY", "value")]);
        let error = replace(
            Path::new("/bin/sh"),
            OsStr::new("typed"),
            &arguments,
            &environment,
        );
        panic!("{error}");
    }

    #[test]
    fn the_command_replaces_this_process_and_never_sees_its_token() {
        let child = Command::new(std::env::current_exe().unwrap())
            .args([
                "--ignored",
                "--exact",
                "deliver::process::tests::becomes_a_shell",
                "--nocapture",
            ])
            .env("KLUIS_TOKEN", "kls_token")
            .stdout(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let id = child.id();
        let output = child.wait_with_output().unwrap();
        let shown = String::from_utf8(output.stdout).unwrap();
        assert!(
            shown.contains(&format!("{id} typed value unset\n")),
            "{shown}"
        );
        assert_eq!(output.status.code(), Some(7));
    }

    #[test]
    fn a_command_that_cannot_start_says_why() {
        let directory = tempfile::tempdir().unwrap();
        let script = directory.path().join("script");
        write_program(&script, "#!/absent/interpreter\n");
        let empty = Environment::new([]);
        let start = |path: &Path, arguments: &[OsString]| {
            replace(path, path.as_os_str(), arguments, &empty)
        };
        assert!(matches!(start(&script, &[]), Error::NoInterpreter { .. }));
        assert!(matches!(
            start(&directory.path().join("absent"), &[]),
            Error::NotFound { .. }
        ));
        assert!(matches!(
            start(directory.path(), &[]),
            Error::NotExecutable { .. }
        ));
        let long = vec![OsString::from("x".repeat(100_000)); 100];
        assert!(matches!(
            start(Path::new("/bin/sh"), &long),
            Error::TooLarge
        ));
        let nul = [OsString::from("a\0b")];
        assert!(matches!(
            start(Path::new("/bin/sh"), &nul),
            Error::Failed { .. }
        ));
    }
}
