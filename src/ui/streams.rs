//! stdout and stderr behind a trait, so that tests can replace both.

use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::os::fd::AsFd;

use rustix::fs::FileType;

use crate::platform::terminal;

/// Wide enough for a table if a terminal has no size.
const USUAL_COLUMNS: u16 = 80;

/// The output streams, and whether they are terminals.
pub(super) struct Streams {
    pub out: BufWriter<Box<dyn Write>>,
    pub err: Box<dyn Write>,
    /// The width of stdout; `None` if it is no terminal.
    pub out_columns: Option<u16>,
    /// The width of stderr, likewise.
    pub err_columns: Option<u16>,
    pub in_is_terminal: bool,
}

impl Streams {
    /// The streams of the process.
    pub fn standard() -> Self {
        let out = io::stdout();
        Self {
            out_columns: columns(&out),
            err_columns: columns(&io::stderr()),
            in_is_terminal: io::stdin().is_terminal(),
            out: BufWriter::new(Box::new(Unbuffered(out))),
            err: Box::new(io::stderr()),
        }
    }
}

fn columns(stream: &(impl AsFd + IsTerminal)) -> Option<u16> {
    let columns = || terminal::columns(stream).unwrap_or(USUAL_COLUMNS);
    stream.is_terminal().then(columns)
}

/// Whether output to stdout is lost because it is the null device. The runtime also opens that for a closed
/// stdout.
pub fn stdout_is_discarded() -> bool {
    let null = rustix::fs::stat("/dev/null");
    let stream = rustix::fs::fstat(rustix::stdio::stdout());
    match (null, stream) {
        (Ok(null), Ok(stream)) => {
            let is_device = FileType::from_raw_mode(stream.st_mode) == FileType::CharacterDevice;
            is_device && stream.st_rdev == null.st_rdev
        }
        _ => false,
    }
}

/// stdout without the standard library's buffer, which would keep a copy of a value unwiped.
struct Unbuffered(Stdout);

impl Write for Unbuffered {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(rustix::io::write(self.0.as_fd(), bytes)?)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
