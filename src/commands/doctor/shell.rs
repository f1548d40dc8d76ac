//! Checks whether your shell completes `kluis`, and whether `man kluis` shows a page. It reads the shell's
//! files and never runs them.

use super::finding::Finding;
use crate::commands::completions::script;
use crate::context::Context;
use crate::platform::bounded_read;
use crate::settings::directories::{home_directory, known};
use clap_complete::Shell;
use std::fs::File;
use std::path::{Path, PathBuf};
use zeroize::Zeroizing;

/// More than any script or startup file has.
const MAX_BYTES: usize = 1024 * 1024;
/// The text of a startup file that loads the script each time.
const LOADED: &[u8] = b"kluis completions";

/// The folders of this user and of the system.
struct Folders {
    home: PathBuf,
    data: PathBuf,
    config: PathBuf,
}

pub fn examine(context: &Context) -> Vec<Finding> {
    let home = home_directory();
    let data = known("XDG_DATA_HOME", dirs::data_dir);
    let config = known("XDG_CONFIG_HOME", dirs::config_dir);
    let (Some(home), Some(data), Some(config)) = (home, data, config) else {
        return Vec::new();
    };
    let folders = Folders { home, data, config };
    let mut findings = Vec::new();
    findings.extend(Shell::from_env().map(|shell| completions(context, shell, &folders)));
    findings.push(manual(&folders));
    findings
}

fn completions(context: &Context, shell: Shell, folders: &Folders) -> Finding {
    let check = "completions";
    let mut scripts = folders.scripts(shell).into_iter();
    let installed = scripts.find_map(|path| Some((read(&path)?, path)));
    match installed {
        Some((text, path)) if *text == script(shell, context.command) => {
            Finding::ok(check, path.display().to_string())
        }
        Some((_, path)) => {
            let path = path.display();
            Finding::warn(
                check,
                format!("{path} is from another version of kluis"),
                format!("`kluis completions {shell} > {path}` replaces it"),
            )
        }
        None if folders.startup(shell).iter().any(|path| loads(path)) => Finding::ok(
            check,
            format!("{shell} loads the completions when it starts"),
        ),
        None => Finding::warn(
            check,
            format!("no completions are installed for {shell}"),
            "`kluis completions --help` shows how to install them",
        ),
    }
}

fn manual(folders: &Folders) -> Finding {
    let named = std::env::var_os("MANPATH").unwrap_or_default();
    let named = std::env::split_paths(&named).filter(|folder| folder.is_absolute());
    let own = [
        folders.data.join("man"),
        folders.home.join(".local/share/man"),
    ];
    let systems = ["/usr/local/share/man", "/usr/local/man", "/usr/share/man"];
    let mut all = named.chain(own).chain(systems.map(PathBuf::from));
    let page = all.find_map(|folder| {
        let pages = ["kluis.1", "kluis.1.gz"].map(|name| folder.join("man1").join(name));
        pages.into_iter().find(|page| page.is_file())
    });
    match page {
        Some(page) => Finding::ok("manual", page.display().to_string()),
        None => Finding::warn(
            "manual",
            "`man kluis` does not find a page",
            "copy the pages in the folder `man` of the kluis source to ~/.local/share/man/man1",
        ),
    }
}

impl Folders {
    /// The paths where this shell looks for a script, the user's own folders first.
    fn scripts(&self, shell: Shell) -> Vec<PathBuf> {
        let system = |below: &str| {
            let roots = ["/usr/local/share", "/usr/share"];
            roots.map(|root| Path::new(root).join(below)).to_vec()
        };
        match shell {
            Shell::Bash => [
                vec![
                    self.data.join("bash-completion/completions/kluis"),
                    self.data.join("bash-completion/completions/kluis.bash"),
                ],
                system("bash-completion/completions/kluis"),
                vec!["/etc/bash_completion.d/kluis".into()],
            ]
            .concat(),
            Shell::Zsh => [
                vec![self.home.join(".zfunc/_kluis")],
                system("zsh/site-functions/_kluis"),
                system("zsh/vendor-completions/_kluis"),
            ]
            .concat(),
            Shell::Fish => [
                vec![
                    self.config.join("fish/completions/kluis.fish"),
                    self.data.join("fish/vendor_completions.d/kluis.fish"),
                ],
                system("fish/vendor_completions.d/kluis.fish"),
                system("fish/completions/kluis.fish"),
            ]
            .concat(),
            // These load scripts only through their startup file.
            _ => Vec::new(),
        }
    }

    fn startup(&self, shell: Shell) -> Vec<PathBuf> {
        match shell {
            Shell::Bash => vec![self.home.join(".bashrc"), self.home.join(".bash_profile")],
            Shell::Zsh => vec![self.home.join(".zshrc")],
            Shell::Fish => vec![self.config.join("fish/config.fish")],
            Shell::Elvish => vec![self.config.join("elvish/rc.elv")],
            Shell::PowerShell => ["profile.ps1", "Microsoft.PowerShell_profile.ps1"]
                .map(|name| self.config.join("powershell").join(name))
                .to_vec(),
            _ => Vec::new(),
        }
    }
}

fn loads(startup: &Path) -> bool {
    let text = read(startup).unwrap_or_default();
    text.windows(LOADED.len()).any(|window| window == LOADED)
}

/// A regular file, within bounds.
fn read(path: &Path) -> Option<Zeroizing<Vec<u8>>> {
    let file = path.is_file().then(|| File::open(path).ok()).flatten()?;
    bounded_read::read(file, MAX_BYTES).ok()
}
