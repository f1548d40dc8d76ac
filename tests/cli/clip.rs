//! Tests `get --clip`, with stand-ins for a desktop's programs: their clipboard is a file.
#![cfg(target_os = "linux")]

use crate::sandbox::{Invocation, Sandbox};
use crate::screen::Screen;
use crate::test_program::write_program;
use data_encoding::BASE64;
use rustix::process::{Pid, Signal, getsid, kill_process};
use sha2::{Digest, Sha256};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Far more time than any step needs, even while other tests run.
const PATIENCE: Duration = Duration::from_mins(1);

/// Like wl-copy; if there is a file `old`, like one that does not know the hint yet. The sandbox searches its
/// arguments for secrets at the end.
const WL_COPY: &str = r#"
echo "wl-copy $*" >> "$HOME/log"
env >> "$HOME/environment"
if [ "$1" = --sensitive ] && [ -e "$HOME/old" ]; then exit 1; fi
if [ "$1" = --clear ]; then rm "$HOME/clipboard.given"; else cat > "$HOME/clipboard.given"; fi
"#;

const WL_PASTE: &str = r#"
[ "$*" = --no-newline ] && exec cat "$HOME/clipboard.given"
"#;

const XCLIP: &str = r#"
echo "xclip $*" >> "$HOME/log"
env >> "$HOME/environment"
case $* in
    '-selection clipboard -in') cat > "$HOME/clipboard.given" ;;
    '-selection clipboard -out') cat "$HOME/clipboard.given" ;;
    *) exit 1 ;;
esac
"#;

const WL: &[(&str, &str)] = &[("wl-copy", WL_COPY), ("wl-paste", WL_PASTE)];
const X: &[(&str, &str)] = &[("xclip", XCLIP)];

struct Desktop {
    sandbox: Sandbox,
    value: String,
}

impl Desktop {
    fn with(programs: &[(&str, &str)]) -> Self {
        let sandbox = Sandbox::with_vault();
        let value = sandbox.secret("value");
        sandbox.create("name", &value);
        let desktop = Self { sandbox, value };
        fs::create_dir(desktop.program("")).unwrap();
        for tool in ["sh", "cat", "rm", "env", "setsid"] {
            let found = ["/usr/bin", "/bin"].map(|folder| PathBuf::from(folder).join(tool));
            let found = found.iter().find(|path| path.exists()).unwrap();
            symlink(found, desktop.program(tool)).unwrap();
        }
        for (name, script) in programs {
            write_program(&desktop.program(name), &format!("#!/bin/sh\n{script}"));
        }
        desktop
    }

    fn program(&self, name: &str) -> PathBuf {
        self.sandbox.home().join("programs").join(name)
    }

    /// `get name --clip`, with what a desktop sets.
    fn clip(&self, variables: &[&str]) -> Invocation<'_> {
        self.clip_with(variables, &[])
    }

    fn clip_with(&self, variables: &[&str], options: &[&str]) -> Invocation<'_> {
        let get = self
            .sandbox
            .kluis([&["get", "name", "--clip"], options].concat());
        // The programs of the system would take precedence.
        let path = self.program("");
        variables
            .iter()
            .fold(get.env("PATH", path), |get, variable| {
                get.env(variable, ":0")
            })
    }

    fn holds(&self) -> Option<String> {
        fs::read_to_string(self.sandbox.given_path("clipboard")).ok()
    }

    fn log(&self) -> String {
        fs::read_to_string(self.sandbox.home().join("log")).unwrap_or_default()
    }

    /// The process that waits to clear the clipboard of this desktop.
    fn waiting(&self) -> Option<Pid> {
        let programs = self.program("");
        let programs = programs.to_str().unwrap();
        let processes = fs::read_dir("/proc").unwrap().filter_map(Result::ok);
        processes
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .find(|id: &i32| {
                let line = fs::read_to_string(format!("/proc/{id}/cmdline")).unwrap_or_default();
                let words: Vec<&str> = line.split('\0').collect();
                words.starts_with(&["kluis", "clear-clipboard", "45"])
                    && words[3..].iter().any(|word| word.starts_with(programs))
            })
            .and_then(Pid::from_raw)
    }

    /// Asks it to clear the clipboard now, as when the user logs out.
    #[track_caller]
    fn is_asked_to_end(&self) {
        let id = self.waiting().unwrap();
        kill_process(id, Signal::TERM).unwrap();
        let deadline = Instant::now() + PATIENCE;
        while self.waiting().is_some() {
            assert!(Instant::now() < deadline, "it does not end");
            sleep(Duration::from_millis(5));
        }
    }
}

const NOTE: &str = "kluis clears the clipboard in 45 seconds, unless you copy something else\n";

#[test]
fn a_value_is_copied_and_a_background_process_clears_it() {
    let desktop = Desktop::with(WL);
    let note = format!("kluis: note: copied with wl-copy: {NOTE}");
    desktop
        .clip(&["WAYLAND_DISPLAY"])
        .run()
        .stderr(&note)
        .exits(0);
    assert_eq!(desktop.holds().as_ref(), Some(&desktop.value));
    assert_eq!(desktop.log(), "wl-copy --sensitive --type text/plain\n");
    desktop.is_asked_to_end();
    assert_eq!(desktop.holds(), None);
    assert!(desktop.log().ends_with("\nwl-copy --clear\n"));
}

#[test]
fn a_newer_clipboard_content_is_not_cleared() {
    let desktop = Desktop::with(WL);
    let clip = desktop.clip_with(&["WAYLAND_DISPLAY"], &["--quiet"]);
    clip.run().exits(0);
    desktop.sandbox.given("clipboard", "something else");
    desktop.is_asked_to_end();
    assert_eq!(desktop.holds().as_deref(), Some("something else"));
    assert!(!desktop.log().contains("--clear"));
}

#[test]
fn an_older_tool_is_used_without_the_hint() {
    let desktop = Desktop::with(WL);
    fs::write(desktop.sandbox.home().join("old"), "").unwrap();
    let clip = desktop.clip(&["WAYLAND_DISPLAY"]).run();
    clip.stderr_has("copied with wl-copy").exits(0);
    assert_eq!(desktop.holds().as_ref(), Some(&desktop.value));
    assert!(desktop.log().ends_with("\nwl-copy --type text/plain\n"));
    desktop.is_asked_to_end();
}

#[test]
fn if_one_clipboard_tool_fails_the_next_one_is_tried() {
    let failing = [("wl-copy", "exit 1"), ("wl-paste", "exit 1"), X[0]];
    for (programs, variables) in [
        (&failing[..], &["WAYLAND_DISPLAY", "DISPLAY"][..]),
        (&[WL[0], WL[1], X[0]], &["DISPLAY"]),
        // If the clipboard cannot be read, it would not be cleared.
        (&[WL[0], X[0]], &["WAYLAND_DISPLAY", "DISPLAY"]),
    ] {
        let desktop = Desktop::with(programs);
        let clip = desktop.clip(variables).run();
        clip.stderr_has("copied with xclip").exits(0);
        assert_eq!(desktop.holds().as_ref(), Some(&desktop.value));
        assert_eq!(desktop.log(), "xclip -selection clipboard -in\n");
        desktop.is_asked_to_end();
        assert_eq!(desktop.holds().as_deref(), Some(""));
    }
}

#[test]
fn the_process_clears_by_itself_when_the_time_has_come() {
    let desktop = Desktop::with(WL);
    let salt = [7; 16];
    let digest = Sha256::new()
        .chain_update(salt)
        .chain_update("copied")
        .finalize();
    let fingerprint = [&salt[..], &digest].concat();
    for (held, left) in [("copied", None), ("copied\n", Some("copied\n"))] {
        desktop.sandbox.given("clipboard", held);
        let programs = ["wl-copy", "wl-paste"].map(|name| desktop.program(name));
        let [copier, paster] = programs.each_ref().map(|path| path.to_str().unwrap());
        let waits = desktop
            .sandbox
            .kluis(["clear-clipboard", "1", copier, paster]);
        let started = Instant::now();
        waits.stdin(&fingerprint).run().stdout(".").exits(0);
        assert!(started.elapsed() >= Duration::from_secs(1));
        assert_eq!(desktop.holds().as_deref(), left);
    }
}

#[test]
fn the_process_survives_the_terminal() {
    let desktop = Desktop::with(WL);
    let clip = desktop.clip(&["WAYLAND_DISPLAY"]).command_at_terminal();
    let mut screen = Screen::start(clip, 80);
    let (said, code) = screen.ends();
    assert!(said.contains("copied with wl-copy") && code == 0, "{said}");
    drop(screen);
    let id = desktop.waiting().unwrap();
    assert_eq!(getsid(Some(id)).unwrap(), id);
    desktop.is_asked_to_end();
    assert_eq!(desktop.holds(), None);
}

#[test]
fn nothing_stays_behind_when_nothing_was_copied() {
    let desktop = Desktop::with(&[("xclip", "exit 1")]);
    let clip = desktop.clip(&["DISPLAY"]).run();
    clip.stderr_has("xclip did not accept the value").exits(1);
    assert_eq!(desktop.waiting(), None);
}

#[test]
fn without_a_desktop_the_terminal_copies_and_nothing_clears() {
    let desktop = Desktop::with(WL);
    let clip = desktop.clip(&[]).env("TERM", "xterm-256color");
    let mut screen = Screen::start(clip.command_at_terminal(), 80);
    let encoded = BASE64.encode(desktop.value.as_bytes());
    screen.shows(&format!("\x1b]52;c;{encoded}\x07"));
    let (said, code) = screen.ends();
    assert_eq!(code, 0);
    assert!(said.contains("sent to the terminal's clipboard"), "{said}");
    assert!(said.contains("kluis does not clear it"), "{said}");
    assert!(!said.contains("tmux"), "{said}");
    let in_tmux = desktop
        .clip(&[])
        .env("TERM", "tmux-256color")
        .env("TMUX", "/tmp/x,1,0");
    let (said, _) = Screen::start(in_tmux.command_at_terminal(), 200).ends();
    assert!(
        said.contains("run `tmux delete-buffer` when you are done"),
        "{said}"
    );
    assert!(!screen.all().contains(&desktop.value));
    assert_eq!(desktop.waiting(), None);
}

#[test]
fn a_terminal_that_would_show_the_value_is_not_used() {
    let desktop = Desktop::with(&[]);
    for terminal in ["", "dumb", "linux"] {
        let clip = desktop.clip(&[]).env("TERM", terminal);
        let mut screen = Screen::start(clip.command_at_terminal(), 80);
        let (said, code) = screen.ends();
        assert!(said.contains("no clipboard found"), "{said}");
        assert!(!said.contains("52;c") && code == 1, "{said}");
    }
}

#[test]
fn without_any_way_there_is_an_error_before_a_key_is_needed() {
    let desktop = Desktop::with(WL);
    let clip = desktop
        .clip(&[])
        .env("TERM", "xterm")
        .without("KLUIS_TOKEN");
    let clip = clip.run();
    assert!(clip.stderr.contains("hint: install wl-clipboard"));
    clip.stderr_has("no clipboard found").exits(1);
}

#[test]
fn binary_values_and_json_are_refused_for_the_clipboard() {
    let desktop = Desktop::with(WL);
    let clip = desktop.clip_with(&["WAYLAND_DISPLAY"], &["--json"]).run();
    assert_eq!(clip.json_error()["code"], "usage");
    clip.any_stderr().exits(2);
    let set = desktop.sandbox.kluis(["set", "name"]).stdin(b"\xff\xfe");
    set.run().any_stdout().exits(0);
    let clip = desktop.clip(&["WAYLAND_DISPLAY"]).run();
    clip.stderr_has("the value is not text").exits(7);
    let set = desktop
        .sandbox
        .kluis(["set", "name"])
        .stdin("x".repeat(65_536));
    set.run().any_stdout().exits(0);
    let clip = desktop.clip(&[]).env("TERM", "xterm");
    let mut screen = Screen::start(clip.command_at_terminal(), 80);
    let (said, code) = screen.ends();
    assert!(
        said.contains("too long for the clipboard of a terminal") && code == 7,
        "{said}"
    );
    assert_eq!(desktop.log(), "");
}

#[test]
fn a_bound_secret_is_copied_only_with_a_destination() {
    let desktop = Desktop::with(WL);
    let bind = ["update", "name", "--allow-domain", "api.example.com"];
    desktop.sandbox.kluis(bind).run().exits(0);
    desktop
        .clip(&["WAYLAND_DISPLAY"])
        .run()
        .any_stderr()
        .exits(8);
    assert_eq!(desktop.log(), "");
    let clip = desktop.clip_with(&["WAYLAND_DISPLAY"], &["--for", "api.example.com"]);
    clip.run().any_stderr().exits(0);
    assert_eq!(desktop.holds().as_ref(), Some(&desktop.value));
    desktop.is_asked_to_end();
}
