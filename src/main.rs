//! The `kluis` program: hands its arguments to the library and returns the exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    kluis::run(std::env::args_os())
}
