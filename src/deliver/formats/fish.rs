//! The format of fish: `set -gx KEY 'value'`, for `kluis export … | source`. Single quotes in fish know only
//! the escapes `\'` and `\\`.

use super::format::{Why, without_nul};
use super::page::Page;
use super::shell_names;

pub fn line(key: &str, value: &[u8], page: &mut Page) -> Result<(), Why> {
    shell_names::check(key)?;
    let value = without_nul(value)?;
    page.texts(&["set -gx ", key, " '"]);
    page.replaced(value, |byte| match byte {
        b'\'' => Some("\\'"),
        b'\\' => Some("\\\\"),
        _ => None,
    });
    page.text("'\n");
    Ok(())
}
