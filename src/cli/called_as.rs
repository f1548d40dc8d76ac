//! The other name of the program: docker starts a helper under a separate name, which is a link to `kluis`.

use crate::commands::helper::DOCKER_PROGRAM;
use std::borrow::Cow;
use std::ffi::OsString;
use std::path::Path;

/// The same command line with the verb for the program's name.
pub fn spelled_out(arguments: &[OsString]) -> Cow<'_, [OsString]> {
    let (name, rest) = match arguments {
        [path, rest @ ..] => (Path::new(path).file_name(), rest),
        [] => return arguments.into(),
    };
    if name.is_none_or(|name| name != DOCKER_PROGRAM) {
        return arguments.into();
    }
    let verb = ["kluis", "helper", "docker"].map(OsString::from);
    [&verb, rest].concat().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_name_of_the_program_counts() {
        let spelled = |line: &[&str]| {
            let line: Vec<OsString> = line.iter().map(OsString::from).collect();
            spelled_out(&line).join(" ".as_ref()).into_string().unwrap()
        };
        for (line, expected) in [
            (
                &["docker-credential-kluis", "get"][..],
                "kluis helper docker get",
            ),
            (&["/opt/bin/docker-credential-kluis"], "kluis helper docker"),
            (
                &["kluis", "docker-credential-kluis"],
                "kluis docker-credential-kluis",
            ),
            (
                &["docker-credential-kluis/kluis", "get"],
                "docker-credential-kluis/kluis get",
            ),
            (
                &["docker-credential-kluis2", "get"],
                "docker-credential-kluis2 get",
            ),
            (&[], ""),
        ] {
            assert_eq!(spelled(line), expected);
        }
    }
}
