//! The format of POSIX shells: `export KEY='value'` for `eval "$(…)"` (XCU 2.2.2, single quotes), as dash,
//! bash, zsh and ksh read it.
//!
//! Inside single quotes nothing is code, so any byte but NUL can stand there.

use super::format::{Why, without_nul};
use super::page::Page;
use super::shell_names;

pub fn line(key: &str, value: &[u8], page: &mut Page) -> Result<(), Why> {
    shell_names::check(key)?;
    let value = without_nul(value)?;
    page.texts(&["export ", key, "="]);
    quote(value, page);
    page.text("\n");
    Ok(())
}

/// One word in single quotes. There must be no NUL in it.
pub fn quote(value: &[u8], page: &mut Page) {
    page.text("'");
    page.replaced(value, |byte| (byte == b'\'').then_some("'\\''"));
    page.text("'");
}
