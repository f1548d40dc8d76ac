//! `helper git`: a credential helper, as gitcredentials(7) and git-credential(1) describe it.

use super::credential::{self, Credential, Request, Transport};
use super::stdin_request::{self, refused};
use crate::args::secret::parse;
use crate::args::username::parse_username;
use crate::commands::Command;
use crate::completion::words::SecretWord;
use crate::context::Context;
use crate::deliver::formats::page::Page;
use crate::error::Error;
use crate::settings::hosts::{HostPort, Login, Username};
use crate::vault::rule::RuleViolation;
use std::io::{self, Read};

/// Give git the password for a host
///
/// A credential helper: git starts it, with the host on stdin. Name it in git's `credential.helper`, or for one host in
/// `credential.https://git.example.com.helper`. Then `git send-email` can use it, too.
///
/// git asks for the username if `kluis` knows none. Name it with --username, in [hosts], or in git's
/// `credential.username`. `kluis` gives nothing if git wants another user's password. Nor does it give one to plain http,
/// which anyone on the way can read, unless the host is this machine or you add --allow-http.
///
/// `get` prints `username=` and `password=`, or nothing if there is no secret for the host. `store` and `erase` do
/// nothing: use `kluis set` and `kluis delete`. Any other operation does nothing either, as git's protocol wants it.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  git config --global credential.helper '!kluis helper git'
  git config credential.helper '!kluis helper git --secret gh --username ada'")]
pub struct Git {
    /// Give this secret, whatever the host
    #[arg(long, value_name = "REF")]
    secret: Option<SecretWord>,

    /// The username that belongs to it
    #[arg(long, value_name = "NAME", requires = "secret")]
    username: Option<String>,

    /// Give it over plain http, too
    #[arg(long)]
    allow_http: bool,

    /// The request of git: `get`, `store` or `erase`
    #[arg(value_name = "OPERATION")]
    operation: String,
}

impl Command for Git {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let login = self.login()?;
        let stream = stdin_request::stream(context)?;
        let request = stdin_request::read(UntilBlankLine::new(stream))?;
        if self.operation != "get" {
            return Ok(());
        }
        let mut request = parse_request(request.expose()).map_err(refused)?;
        if self.allow_http {
            request.transport = Transport::Accepted;
        }
        match credential::find(context, login, request)? {
            Some(credential) => print(context, &credential),
            None => Ok(()),
        }
    }
}

impl Git {
    fn login(&self) -> Result<Option<Login>, Error> {
        let Some(secret) = &self.secret else {
            return Ok(None);
        };
        let secret = parse(secret, true)?;
        let username = self.username.as_deref().map(parse_username).transpose()?;
        Ok(Some(Login { secret, username }))
    }
}

fn print(context: &mut Context, credential: &Credential) -> Result<(), Error> {
    let mut page = Page::default();
    if let Some(username) = &credential.username {
        page.texts(&["username=", username.as_str(), "\n"]);
    }
    page.text("password=");
    page.bytes(credential.line()?);
    page.text("\n");
    Ok(context.ui.value(page.finish().expose())?)
}

/// Reads `key=value` lines; the last line of a key counts. Ignores keys that kluis does not need.
fn parse_request(text: &[u8]) -> Result<Request, RuleViolation> {
    if text.contains(&0) {
        return Err(RuleViolation::mismatch("a request cannot contain NUL"));
    }
    let (mut protocol, mut host, mut username) = (None, None, None);
    for line in text.split(|byte| *byte == b'\n') {
        if line.is_empty() {
            continue;
        }
        let at = line.iter().position(|byte| *byte == b'=');
        let at = at.ok_or_else(|| RuleViolation::mismatch("each line must be key=value"))?;
        let (key, value) = (&line[..at], &line[at + 1..]);
        let kept = match key {
            b"protocol" => &mut protocol,
            b"host" => &mut host,
            b"username" => &mut username,
            _ => continue,
        };
        let value = std::str::from_utf8(value)
            .map_err(|_| RuleViolation::mismatch("protocol, host and username must be UTF-8"))?;
        *kept = Some(value).filter(|value| !value.is_empty());
    }
    Ok(Request {
        place: host.and_then(|host| HostPort::parse(host).ok()),
        username: username.map(Username::parse).transpose()?,
        transport: Transport::over(protocol),
    })
}

/// Ends at a blank line, as a request does: the caller may keep stdin open.
struct UntilBlankLine<R> {
    from: R,
    is_at_line_start: bool,
    has_ended: bool,
}

impl<R> UntilBlankLine<R> {
    fn new(from: R) -> Self {
        Self {
            from,
            is_at_line_start: true,
            has_ended: false,
        }
    }
}

impl<R: Read> Read for UntilBlankLine<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.has_ended {
            return Ok(0);
        }
        let count = self.from.read(into)?;
        for (at, byte) in into[..count].iter().enumerate() {
            let is_line_end = *byte == b'\n';
            if is_line_end && self.is_at_line_start {
                self.has_ended = true;
                return Ok(at);
            }
            self.is_at_line_start = is_line_end;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn request(text: &str) -> (Option<String>, Option<String>, Transport) {
        let request = parse_request(text.as_bytes()).unwrap();
        let place = request.place.map(|place| place.to_string());
        let username = request.username.map(|name| name.as_str().to_owned());
        (place, username, request.transport)
    }

    #[test]
    fn a_request_names_the_host_the_user_and_the_way() {
        let some = |text: &str| Some(text.to_owned());
        let text =
            "protocol=https\nhost=git.example.com:8443\npath=a=b\nwwwauth[]=Basic\nusername=ada\n";
        let found = (
            some("git.example.com:8443"),
            some("ada"),
            Transport::Accepted,
        );
        assert_eq!(request(text), found);
        // The last line counts, and an empty value counts as none.
        let text = "host=a.example.com\nhost=b.example.com\nusername=\nprotocol=HTTP";
        assert_eq!(
            request(text),
            (some("b.example.com"), None, Transport::Clear)
        );
        assert_eq!(request(""), (None, None, Transport::Clear));
        // Hosts that cannot be compared.
        for host in [
            "[::1]:80",
            "a/b",
            "evil.example.net\\@git.example.com",
            "a\rb",
            "",
        ] {
            let text = format!("protocol=https\nhost={host}\n");
            assert_eq!(request(&text), (None, None, Transport::Accepted), "{host}");
        }
    }

    #[test]
    fn a_request_that_breaks_the_protocol_is_refused() {
        for text in [
            &b"host"[..],
            b"host=a\0b",
            b"host=a\nhunter2\n",
            b"host=\xff",
            b"username=a\rb",
        ] {
            let error = parse_request(text).err().unwrap().to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
        // Other keys may have any bytes.
        assert!(parse_request(b"path=\xff\n").is_ok());
    }

    #[test]
    fn a_request_ends_at_a_blank_line() {
        for (text, expected) in [
            ("a=b\nc=d\n\nnext", "a=b\nc=d\n"),
            ("a=b\nc=d", "a=b\nc=d"),
            ("\na=b", ""),
            ("", ""),
        ] {
            for size in [1, 2, 3, 100] {
                let mut from = UntilBlankLine::new(text.as_bytes());
                let (mut read, mut piece) = (Vec::new(), vec![0; size]);
                loop {
                    let count = from.read(&mut piece).unwrap();
                    if count == 0 {
                        break;
                    }
                    read.extend_from_slice(&piece[..count]);
                }
                assert_eq!(
                    String::from_utf8(read).unwrap(),
                    expected,
                    "{text:?} by {size}"
                );
            }
        }
    }

    proptest! {
        #[test]
        fn what_git_writes_is_read_again(
            host in "[a-z]{1,8}\\.example\\.com(:[1-9][0-9]{0,3})?",
            username in proptest::option::of("[^\\pC]{1,20}"),
            other in "[a-z\\[\\]]{1,6}=[^\\n\\x00]{0,20}",
        ) {
            prop_assume!(!["host=", "protocol=", "username="].iter().any(|key| other.starts_with(key)));
            let user = username.as_ref().map(|name| format!("username={name}\n"));
            let user = user.unwrap_or_default();
            let text = format!("protocol=https\n{other}\nhost={host}\n{user}");
            prop_assert_eq!(request(&text), (Some(host), username, Transport::Accepted));
        }

        #[test]
        fn no_request_panics(text in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = parse_request(&text);
        }
    }
}
