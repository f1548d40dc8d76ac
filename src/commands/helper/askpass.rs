//! `helper askpass`: answers the question of a program that starts another one to ask you: ssh, sudo, git.

use super::credential::{self, Credential, Request, Transport};
use super::install::{self, Existing, Installed};
use crate::args::destination::OneDestinationArgs;
use crate::args::secret::parse;
use crate::args::username::parse_username;
use crate::commands::Command;
use crate::completion::words::SecretWord;
use crate::context::Context;
use crate::deliver::formats::page::Page;
use crate::deliver::formats::shell::quote;
use crate::error::Error;
use crate::platform::process::installed_file;
use crate::settings::Source;
use crate::settings::hosts::{HostPort, Login};
use crate::vault::reference::Reference;
use anyhow::{Context as _, anyhow};
use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::{self, Path, PathBuf};

/// With this variable ssh tells that it does not want a password.
const SSH_KIND: &str = "SSH_ASKPASS_PROMPT";
/// Parts of questions that need no password, in lower case; the last is ssh-add's.
const YES_OR_NO: [&str; 5] = ["yes/no", "y/n", "'yes'", "yes or no", "allow use of key"];
/// ssh-add repeats this question until the passphrase is right.
const ASKED_AGAIN: &str = "Bad passphrase";

/// Give ssh, sudo or git the password that they ask for
///
/// Some programs let another one ask you: ssh the one in SSH_ASKPASS, `sudo -A` the one in SUDO_ASKPASS, git the one in
/// GIT_ASKPASS. They start it with the question alone, so --install writes a script that says which secret to give. It
/// has the vault, the workspace, the key file, the passphrase file and the pin that you name here, but no token.
///
/// Name the question with --prompt, because ssh passes on the questions of a server, too: a server must not get the
/// passphrase of your key. These get no answer (exit code 1): a question that ssh marks as a server's, unless --prompt
/// names it; a question with yes or no, such as the one for a host's key; the question after a wrong passphrase.
///
/// git's questions have a host in them: a secret that is bound to hosts goes to those alone. Elsewhere a bound secret
/// needs --for with a matching host, or --reveal, as in `kluis get`.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  kluis helper askpass --install ~/.askpass --secret key --prompt Enter
  kluis helper askpass --install ~/.sudo-ask --secret login --prompt '[sudo]'
  kluis helper askpass --install ~/.git-ask --secret git_token --username ada

Their use:
  SSH_ASKPASS=~/.askpass SSH_ASKPASS_REQUIRE=force ssh-add
  SUDO_ASKPASS=~/.sudo-ask sudo -A true
  GIT_ASKPASS=~/.git-ask git fetch")]
pub struct Askpass {
    /// The secret to give
    #[arg(long, value_name = "REF")]
    secret: SecretWord,

    /// Answer only a question that begins with this text
    #[arg(long, value_name = "TEXT")]
    prompt: Option<String>,

    /// The answer when git asks for a username
    #[arg(long, value_name = "NAME")]
    username: Option<String>,

    #[command(flatten)]
    destination: OneDestinationArgs,

    /// Write a script that answers this way
    #[arg(long, value_name = "PATH")]
    install: Option<PathBuf>,

    /// With --install: replace a file that is there
    #[arg(long, requires = "install")]
    force: bool,

    /// The question
    #[arg(value_name = "QUESTION", conflicts_with = "install")]
    question: Option<OsString>,
}

/// The question of a program.
#[derive(PartialEq, Eq, Debug)]
enum Question {
    YesOrNo,
    /// Asked again, because the answer was wrong.
    Again,
    /// A question of a server, which ssh begins with the user and the host: `(ada@host) Password: `.
    OfServer,
    /// git's question for the username at an address without one.
    Username,
    /// git's question for the password at an address.
    PasswordAt(String),
    Password,
}

impl Command for Askpass {
    fn run(self, context: &mut Context) -> Result<(), Error> {
        let secret = parse(&self.secret, true)?;
        let username = self.username.as_deref().map(parse_username).transpose()?;
        if let Some(path) = &self.install {
            self.destination.destination()?;
            return self.write_script(context, path);
        }
        let text = self
            .question
            .as_deref()
            .unwrap_or_default()
            .to_string_lossy();
        let kind = std::env::var_os(SSH_KIND);
        let question = Question::of(&text, kind.as_deref());
        if let Some(prompt) = &self.prompt
            && !text.starts_with(prompt.as_str())
        {
            return Err(unanswered(
                "the question does not begin with the text of --prompt",
            ));
        }
        let credential = match question {
            Question::YesOrNo => return Err(unanswered("yes or no is for you to say")),
            Question::OfServer if self.prompt.is_none() => {
                return Err(unanswered(
                    "a server asks this: add --prompt if it may have the value",
                ));
            }
            Question::Again => return Err(unanswered("the value was wrong the first time")),
            Question::Username => {
                let username =
                    username.ok_or_else(|| unanswered("add --username to answer git with"))?;
                return Ok(context.ui.line(username.as_str())?);
            }
            Question::PasswordAt(address) if !self.destination.is_anywhere() => {
                password_at(context, secret, &address)?
            }
            Question::PasswordAt(_) | Question::OfServer | Question::Password => {
                credential::named(context, &secret, &self.destination.destination()?)?
            }
        };
        print(context, &credential)
    }
}

impl Askpass {
    fn write_script(&self, context: &mut Context, path: &Path) -> Result<(), Error> {
        let program = installed_file().context("cannot find the program file of kluis")?;
        let script = self.script(context, &program)?;
        install::script(path, &script, Existing::unless(self.force))?;
        if context.json {
            return Ok(context.ui.json(&Installed::new(path, true))?);
        }
        let place = path.display();
        context.ui.note(&format!(
            "wrote {place}: name it in SSH_ASKPASS (with SSH_ASKPASS_REQUIRE=force), SUDO_ASKPASS or GIT_ASKPASS"
        ));
        Ok(())
    }

    /// A command line that repeats this one, wherever it is started.
    fn script(&self, context: &Context, program: &Path) -> Result<Vec<u8>, Error> {
        let mut words: Vec<OsString> = vec![program.into(), "helper".into(), "askpass".into()];
        let mut add = |option: &str, value: &OsStr| {
            // As one word, so that no value can be an option.
            let mut word = OsString::from(format!("--{option}="));
            word.push(value);
            words.push(word);
        };
        add("secret", self.secret.as_ref());
        for (option, value) in [("prompt", &self.prompt), ("username", &self.username)] {
            if let Some(value) = value {
                add(option, value.as_ref());
            }
        }
        for (option, path) in named_paths(context) {
            let path = path::absolute(path).context("cannot find the current folder")?;
            add(option, path.as_os_str());
        }
        let settings = &context.settings;
        let is_named = matches!(
            settings.workspace_source,
            Source::Flag | Source::Environment
        );
        if let Some(workspace) = settings.workspace.as_ref().filter(|_| is_named) {
            add("workspace", workspace.as_str().as_ref());
        }
        if let Some(pin) = &settings.pin {
            add("pin", pin.to_string().as_ref());
        }
        words.extend(self.destination.words());
        let mut page = Page::default();
        page.text("#!/bin/sh\n# Made by `kluis helper askpass --install`.\nexec");
        for word in &words {
            page.text(" ");
            quote(word.as_bytes(), &mut page);
        }
        page.text(" -- \"$@\"\n");
        Ok(page.finish().expose().to_vec())
    }
}

/// The files that you named for this command, in an option or a variable.
fn named_paths<'c>(context: &'c Context) -> impl Iterator<Item = (&'static str, &'c Path)> {
    let settings = &context.settings;
    let is_named = matches!(settings.vault_source, Source::Flag | Source::Environment);
    let vault = is_named.then(|| settings.vault.path());
    let key_file = settings.unlocking.key_file.as_ref();
    let key_file = key_file
        .filter(|file| file.is_named())
        .map(|file| &*file.path);
    let passphrase_file = settings.unlocking.passphrase_file.as_deref();
    let named = [
        ("vault", vault),
        ("key-file", key_file),
        ("passphrase-file", passphrase_file),
    ];
    named
        .into_iter()
        .filter_map(|(option, path)| Some((option, path?)))
}

/// The credential for an address. The address has the true host: it takes precedence over --for.
fn password_at(
    context: &mut Context,
    secret: Reference,
    address: &str,
) -> Result<Credential, Error> {
    let protocol = address.split_once("://").map(|(protocol, _)| protocol);
    let request = Request {
        place: HostPort::parse(address).ok(),
        username: None,
        transport: Transport::over(protocol),
    };
    let login = Login {
        secret,
        username: None,
    };
    let found = credential::find(context, Some(login), request)?;
    found.ok_or_else(|| unanswered("the value may not go there"))
}

fn print(context: &mut Context, credential: &Credential) -> Result<(), Error> {
    let mut page = Page::default();
    page.bytes(credential.line()?);
    page.text("\n");
    Ok(context.ui.value(page.finish().expose())?)
}

fn unanswered(why: &str) -> Error {
    anyhow!("not answered: {why}").into()
}

impl Question {
    /// `kind` is ssh's name for it.
    fn of(text: &str, kind: Option<&OsStr>) -> Self {
        let is_no_password = kind.is_some_and(|kind| !kind.is_empty());
        let lower = text.to_lowercase();
        if is_no_password || YES_OR_NO.iter().any(|part| lower.contains(part)) {
            return Self::YesOrNo;
        }
        if text.starts_with(ASKED_AGAIN) {
            return Self::Again;
        }
        if text.starts_with('(') && text.contains(") ") {
            return Self::OfServer;
        }
        let Some(address) = address(text) else {
            return Self::Password;
        };
        let is_of_user = |rest: &str| {
            let authority = rest.split(['/', '?', '#']).next();
            authority.is_some_and(|authority| authority.contains('@'))
        };
        match address.split_once("://") {
            Some(("http" | "https" | "ftp" | "ftps", rest)) if !is_of_user(rest) => Self::Username,
            _ => Self::PasswordAt(address.to_owned()),
        }
    }
}

/// The address in a question of git's, `Password for 'https://ada@git.example.com': `, in any language.
fn address(text: &str) -> Option<&str> {
    let (_, address) = text.trim_end().strip_suffix("':")?.rsplit_once('\'')?;
    address.contains("://").then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_told_by_its_words() {
        let at = |address: &str| Question::PasswordAt(address.to_owned());
        for (text, expected) in [
            (
                "Enter passphrase for key '/home/ada/.ssh/id_ed25519': ",
                Question::Password,
            ),
            (
                "Enter passphrase for /home/ada/.ssh/id_ed25519: ",
                Question::Password,
            ),
            (
                "Bad passphrase, try again for /home/ada/.ssh/id: ",
                Question::Again,
            ),
            ("ada@host.example.com's password: ", Question::Password),
            ("[sudo] password for ada: ", Question::Password),
            ("", Question::Password),
            (
                "(ada@host.example.com) Password for 'https://ada@git.example.com': ",
                Question::OfServer,
            ),
            (
                "Are you sure you want to continue connecting (yes/no/[fingerprint])? ",
                Question::YesOrNo,
            ),
            (
                "Are you sure you want to continue connecting (yes/no)? ",
                Question::YesOrNo,
            ),
            (
                "Please type 'yes', 'no' or the fingerprint: ",
                Question::YesOrNo,
            ),
            (
                "Username for 'https://git.example.com': ",
                Question::Username,
            ),
            (
                "Benutzername für 'https://git.example.com/a@b': ",
                Question::Username,
            ),
            (
                "Password for 'https://ada@git.example.com': ",
                at("https://ada@git.example.com"),
            ),
            (
                "Passwort für 'http://ada%40x@localhost:8080': ",
                at("http://ada%40x@localhost:8080"),
            ),
            (
                "Password for 'cert:///home/ada/key.pem': ",
                at("cert:///home/ada/key.pem"),
            ),
        ] {
            assert_eq!(Question::of(text, None), expected, "{text}");
        }
        let sure = "Allow use of key?";
        for kind in ["confirm", "none"] {
            assert_eq!(Question::of(sure, Some(kind.as_ref())), Question::YesOrNo);
        }
        assert_eq!(Question::of(sure, Some("".as_ref())), Question::YesOrNo);
        for text in ["Continue (y/n)?", "Sure? [Y/n] ", "(Yes/No)", "YES or NO?"] {
            assert_eq!(Question::of(text, None), Question::YesOrNo, "{text}");
        }
    }
}
