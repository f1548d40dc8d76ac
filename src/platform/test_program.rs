//! A program for a test, as a script that another process writes.
//!
//! A test that wrote the script itself could fail to start it: a child of another test, forked in between, keeps
//! the file open for writing until its `exec`, and Linux does not start a file that is open for writing
//! (ETXTBSY).

use std::path::Path;
use std::process::Command;

pub fn write_program(path: &Path, text: &str) {
    let written = Command::new("sh")
        .args(["-c", r#"printf %s "$2" > "$1" && chmod 755 "$1""#, "sh"])
        .args([path.as_os_str(), text.as_ref()])
        .status();
    assert!(written.is_ok_and(|status| status.success()));
}
