//! The format of PowerShell: `$env:KEY = …`, for `kluis export … | Out-String | Invoke-Expression`.
//!
//! Only printable ASCII is written: PowerShell reads a program's output line by line and in the console's
//! encoding, and reads U+2018 to U+201B as quotes too. Any other value is Base64 that PowerShell decodes.

use super::format::{Entry, Format, Refused, Why, variable_text};
use super::page::Page;
use data_encoding::BASE64;
use std::collections::BTreeSet;
use zeroize::Zeroizing;

const CASE: Why = "another variable differs from it only in case, and Windows ignores case";

/// On Windows the second of two such keys would replace the first.
pub fn check_case(entries: &[Entry<'_>]) -> Result<(), Refused> {
    let mut seen = BTreeSet::new();
    for (key, _) in entries {
        if !seen.insert(key.as_str().to_ascii_uppercase()) {
            return Err(Format::Powershell.refused(key, CASE));
        }
    }
    Ok(())
}

pub fn line(key: &str, value: &[u8], page: &mut Page) -> Result<(), Why> {
    let text = variable_text(value)?;
    page.text("$env:");
    page.text(key);
    page.text(" = ");
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        page.text("'");
        page.replaced(value, |byte| (byte == b'\'').then_some("''"));
        page.text("'\n");
    } else {
        page.text("[Text.Encoding]::UTF8.GetString([Convert]::FromBase64String('");
        page.text(&Zeroizing::new(BASE64.encode(value)));
        page.text("'))\n");
    }
    Ok(())
}
