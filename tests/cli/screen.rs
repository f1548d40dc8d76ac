//! A terminal for tests: keys go in, and the screen's content comes out.

use rustix::process::{Pid, Signal, kill_process};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize};
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// Far more time than any step needs, even while other tests run.
const PATIENCE: Duration = Duration::from_mins(1);

/// A test writes this to its own terminal, to know that it has seen everything before.
const END: &str = "-- the end --";

pub struct Screen {
    keyboard: File,
    /// The program's side, kept open so that the test can read its modes.
    terminal: File,
    child: Child,
    shown: Arc<(Mutex<Vec<u8>>, Condvar)>,
    seen: usize,
}

impl Screen {
    /// Starts a command at a terminal of this width.
    pub fn start(mut command: Command, columns: u16) -> Self {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY;
        #[cfg(target_os = "linux")] // elsewhere a child of another test may get it too
        let flags = flags | OpenptFlags::CLOEXEC;
        let controller = openpt(flags).unwrap();
        rustix::io::fcntl_setfd(&controller, rustix::io::FdFlags::CLOEXEC).unwrap();
        grantpt(&controller).unwrap();
        unlockpt(&controller).unwrap();
        let path = ptsname(&controller, Vec::new()).unwrap();
        let terminal = rustix::fs::open(
            path,
            rustix::fs::OFlags::RDWR | rustix::fs::OFlags::NOCTTY | rustix::fs::OFlags::CLOEXEC,
            rustix::fs::Mode::empty(),
        );
        let terminal: OwnedFd = terminal.unwrap();
        tcsetwinsize(&controller, size(columns)).unwrap();
        let copy = || Stdio::from(terminal.try_clone().unwrap());
        command.stdin(copy()).stdout(copy()).stderr(copy());
        let child = command.spawn().unwrap();

        let shown = Arc::new((Mutex::default(), Condvar::new()));
        let keyboard = File::from(controller);
        watch(keyboard.try_clone().unwrap(), Arc::clone(&shown));
        Self {
            keyboard,
            terminal: terminal.into(),
            child,
            shown,
            seen: 0,
        }
    }

    /// Waits until this is shown, and returns everything since the last wait.
    #[track_caller]
    pub fn shows(&mut self, text: &str) -> String {
        self.shows_one_of(&[text])
    }

    /// The same for the first of several texts.
    pub fn shows_one_of(&mut self, texts: &[&str]) -> String {
        let (shown, changed) = &*self.shown;
        let deadline = Instant::now() + PATIENCE;
        let mut bytes = shown.lock().unwrap();
        loop {
            let new = &bytes[self.seen..];
            let end = |text: &&str| {
                let mut windows = new.windows(text.len());
                Some(windows.position(|window| window == text.as_bytes())? + text.len())
            };
            if let Some(end) = texts.iter().filter_map(end).min() {
                let until = self.seen + end;
                let since = String::from_utf8_lossy(&bytes[self.seen..until]).replace("\r\n", "\n");
                self.seen = until;
                return since;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "no {texts:?} in {:?}",
                String::from_utf8_lossy(new)
            );
            bytes = changed.wait_timeout(bytes, left).unwrap().0;
        }
    }

    /// Everything shown so far.
    pub fn all(&self) -> String {
        let bytes = self.shown.0.lock().unwrap();
        String::from_utf8_lossy(&bytes).replace("\r\n", "\n")
    }

    pub fn types(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Sets the width of the window.
    pub fn resize(&self, columns: u16) {
        tcsetwinsize(&self.keyboard, size(columns)).unwrap();
    }

    /// Whether typed text would be visible.
    pub fn echoes(&self) -> bool {
        tcgetattr(&self.terminal)
            .unwrap()
            .local_modes
            .contains(LocalModes::ECHO | LocalModes::ICANON)
    }

    pub fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits for the end, which must leave the terminal unchanged, and returns the output since the last wait and
    /// the exit code.
    #[track_caller]
    pub fn ends(&mut self) -> (String, i32) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "still running: {:?}", self.all());
            thread::sleep(Duration::from_millis(2));
        };
        assert!(self.echoes(), "the terminal stays without echo");
        self.terminal.write_all(END.as_bytes()).unwrap();
        let since = self.shows(END);
        (
            since[..since.len() - END.len()].to_owned(),
            status.code().unwrap(),
        )
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn size(columns: u16) -> Winsize {
    Winsize {
        ws_row: 24,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    }
}

/// Collects the output until no process has the terminal any more.
fn watch(mut controller: File, shown: Arc<(Mutex<Vec<u8>>, Condvar)>) {
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = controller.read(&mut buffer) {
            shown.0.lock().unwrap().extend(&buffer[..count]);
            shown.1.notify_all();
        }
    });
}
