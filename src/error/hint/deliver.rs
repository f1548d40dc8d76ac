//! Hints for a value that cannot reach a program, the clipboard or an editor.

use crate::deliver::{clipboard, editor, environment, process, value_files};

pub fn of_environment(error: &environment::Error) -> String {
    use environment::Error as E;
    const ANOTHER: &str =
        "choose another variable with -e KEY=REF or `kluis update NAME --env-key KEY`";
    match error {
        E::Taken { .. } => {
            "choose another variable for one of them with -e KEY=REF or `kluis update NAME --env-key KEY`"
                .into()
        }
        E::SameFile { second, .. } => format!(
            "give one of them another name, in kluis.toml: {second} = {{ secret = \"NAME\", as = \"file\", filename = \"OTHER\" }}"
        ),
        E::Refused { key } => format!("{ANOTHER}, or allow this one with --allow-env {key}"),
        E::RedirectsText { key } => {
            format!("if you want that, add --allow-env {key}")
        }
        E::Redirects { key } => {
            format!("name it with -e {key}=REF, or allow it with --allow-env {key}")
        }
        E::NotInCapitals { key, secret } => format!(
            "name it with -e {key}={secret}, or choose another variable with `kluis update NAME --env-key KEY`"
        ),
        E::Own { .. } => ANOTHER.into(),
        E::Nul { key } => {
            format!("give it to `kluis run` as a file: --file {key}=REF")
        }
    }
}

pub fn of_value_files(error: &value_files::Error) -> Option<String> {
    use value_files::Error as E;
    match error {
        E::NoMemory => Some(
            "set XDG_RUNTIME_DIR to a folder of yours in a tmpfs, or mount a tmpfs at /dev/shm"
                .into(),
        ),
        E::NoFolder { place, .. } | E::NotWritten { place, .. } => Some(format!(
            "see with `df -h {0}` and `ls -ld {0}` whether it is full or not yours; another folder in memory can be set as XDG_RUNTIME_DIR",
            place.display()
        )),
        E::NoWatcher(_) => None,
    }
}

pub fn of_process(error: &process::Error) -> Option<&'static str> {
    use process::Error as E;
    match error {
        E::NotFound { .. } => Some("check its spelling, and the directories in PATH"),
        E::NoInterpreter { .. } => Some("install the interpreter, or correct the file's #! line"),
        E::NotExecutable { .. } => {
            Some("name a program, or make the file executable with `chmod +x`")
        }
        E::TooLarge => Some("give the command fewer secrets with -e KEY=REF"),
        E::Failed { .. } => None,
    }
}

pub fn of_clipboard(error: &clipboard::Error) -> Option<&'static str> {
    use clipboard::Error as E;
    match error {
        E::NoWay | E::Refused { .. } | E::Terminal(_) => {
            Some("install wl-clipboard or xclip, or print the value: `kluis get` without --clip")
        }
        E::NotText | E::TooLong => Some("print it to a pipe or a file: `kluis get` without --clip"),
        E::NotCleared(_) => None,
    }
}

pub fn of_editor(error: &editor::Error) -> Option<&'static str> {
    use editor::Error as E;
    match error {
        E::NoMemory => Some(
            "point XDG_RUNTIME_DIR at a tmpfs, or pipe the new value into `kluis update NAME --value`",
        ),
        E::NotStarted(_) => Some("name another editor, such as with EDITOR=nano"),
        E::NotPut(_) | E::Failed { .. } | E::Gone(_) => None,
    }
}
