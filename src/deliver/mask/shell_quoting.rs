//! The forms in which shells write a value so that they could read it back: `set -x`, `export -p`, `declare -p`,
//! `printf %q`, fish.
//!
//! A form is the text inside the quotes. Where shells differ, it is without a quote or backslash at either end.

use super::encodings::Forms;
use std::io::Write as _;
use zeroize::Zeroizing;

type Text = Vec<u8>;

/// The longest form of one byte: `$'\377'`, or a quote in quotes of its own.
const MAX_ESCAPE_BYTES: usize = 8;

/// A part of a value that is written in one way.
#[derive(Clone, Copy)]
enum Unit {
    Printable(char),
    Unprintable(char),
    Control(u8),
    /// Not part of any character.
    Byte(u8),
}

/// A style of quoting: the characters that get a backslash, the escape of unprintable characters, and whether
/// bytes beyond ASCII are characters (in the locale C they are not).
struct Style {
    backslashed: &'static str,
    escape: fn(Unit, &mut Text),
    is_utf8: bool,
}

const STYLES: &[Style] = &[
    // Double quotes.
    Style::new("\"$`\\", as_it_is, true),
    // Single quotes of fish.
    Style::new("'\\", as_it_is, true),
    // `printf %q` of bash.
    Style::new(" !\"$&'()*,;<>?[\\]^`{|}", as_it_is, true),
    // `$'…'` of bash.
    Style::new("'\\", ansi_c, true),
    Style::new("'\\", ansi_c, false),
    // `$'…'` of zsh.
    Style::new("'\\", caret, true),
    Style::new("'\\", caret, false),
    // `printf %q` of zsh.
    Style::new(ZSH_WORD, quoted_ansi_c, true),
    Style::new(ZSH_WORD, quoted_ansi_c, false),
    // Words of fish, and its `set --show`.
    Style::new(" \"#$%&'()*;<>?[\\]{|}~", fish, true),
    Style::new("\\", fish, true),
];

const ZSH_WORD: &str = " \"#$&'()*;<>?[\\]^`{|}";

/// Adds the forms of `value`.
pub fn shells(value: &[u8], forms: &mut Forms) {
    for style in STYLES {
        forms.push(style.write(value));
    }
    for quotes in [each_quote, backslashed_quotes, double_quoted_quotes] {
        forms.push(in_single_quotes(value, quotes));
    }
    for is_utf8 in [true, false] {
        forms.push(in_pieces(value, is_utf8));
    }
}

impl Style {
    const fn new(backslashed: &'static str, escape: fn(Unit, &mut Text), is_utf8: bool) -> Self {
        Self {
            backslashed,
            escape,
            is_utf8,
        }
    }

    fn write(&self, value: &[u8]) -> Zeroizing<Text> {
        let mut text = room_for(value);
        each_unit(value, self.is_utf8, |unit| match unit {
            Unit::Printable(character) => {
                if self.backslashed.contains(character) {
                    text.push(b'\\');
                }
                push(character, &mut text);
            }
            other => (self.escape)(other, &mut text),
        });
        exactly(text.strip_prefix(b"\\").unwrap_or(&text))
    }
}

/// Room for any form, so that it never grows and leaves a copy.
fn room_for(value: &[u8]) -> Zeroizing<Text> {
    Zeroizing::new(Vec::with_capacity((value.len() + 1) * MAX_ESCAPE_BYTES))
}

fn each_unit(value: &[u8], is_utf8: bool, mut act: impl FnMut(Unit)) {
    if !is_utf8 {
        for &byte in value {
            act(match byte {
                0x80.. => Unit::Byte(byte),
                _ if byte.is_ascii_control() => Unit::Control(byte),
                _ => Unit::Printable(byte.into()),
            });
        }
        return;
    }
    for chunk in value.utf8_chunks() {
        for character in chunk.valid().chars() {
            act(match u8::try_from(character) {
                Ok(byte) if byte.is_ascii_control() => Unit::Control(byte),
                _ if is_unprintable(character) => Unit::Unprintable(character),
                _ => Unit::Printable(character),
            });
        }
        for &byte in chunk.invalid() {
            act(Unit::Byte(byte));
        }
    }
}

/// Whether the C library calls it unprintable.
fn is_unprintable(character: char) -> bool {
    character.is_control() || ['\u{2028}', '\u{2029}'].contains(&character)
}

fn push(character: char, text: &mut Text) {
    text.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
}

fn as_it_is(unit: Unit, text: &mut Text) {
    match unit {
        Unit::Printable(character) | Unit::Unprintable(character) => push(character, text),
        Unit::Control(byte) | Unit::Byte(byte) => text.push(byte),
    }
}

fn ansi_c(unit: Unit, text: &mut Text) {
    octal(unit, "E", text);
}

/// Each escape in quotes of its own.
fn quoted_ansi_c(unit: Unit, text: &mut Text) {
    text.extend_from_slice(b"$'");
    octal(unit, "033", text);
    text.push(b'\'');
}

/// Escapes of C, and for ESC the one given.
fn octal(unit: Unit, esc: &str, text: &mut Text) {
    match unit {
        Unit::Printable(character) | Unit::Unprintable(character) => {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                octal(Unit::Byte(byte), esc, text);
            }
        }
        Unit::Control(byte) | Unit::Byte(byte) => match byte {
            0x07 => text.extend_from_slice(b"\\a"),
            0x08 => text.extend_from_slice(b"\\b"),
            b'\t' => text.extend_from_slice(b"\\t"),
            b'\n' => text.extend_from_slice(b"\\n"),
            0x0b => text.extend_from_slice(b"\\v"),
            0x0c => text.extend_from_slice(b"\\f"),
            b'\r' => text.extend_from_slice(b"\\r"),
            0x1b => write(text, format_args!("\\{esc}")),
            _ => write(text, format_args!("\\{byte:03o}")),
        },
    }
}

/// `\C-A`, and with the highest bit `\M-`, as zsh shows keys.
fn caret(unit: Unit, text: &mut Text) {
    match unit {
        Unit::Control(b'\n') => text.extend_from_slice(b"\\n"),
        Unit::Control(b'\t') => text.extend_from_slice(b"\\t"),
        Unit::Control(byte) => write(text, format_args!("\\C-{}", char::from(byte ^ 0x40))),
        Unit::Byte(byte) => {
            text.extend_from_slice(b"\\M-");
            match byte & 0x7f {
                low if low.is_ascii_control() => caret(Unit::Control(low), text),
                low => text.push(low),
            }
        }
        Unit::Printable(character) | Unit::Unprintable(character) => {
            match u8::try_from(character) {
                Ok(number) => caret(Unit::Byte(number), text),
                Err(_) => write(text, format_args!("\\u{:04x}", u32::from(character))),
            }
        }
    }
}

fn fish(unit: Unit, text: &mut Text) {
    match unit {
        Unit::Control(b'\n') => text.extend_from_slice(b"\\n"),
        Unit::Control(b'\t') => text.extend_from_slice(b"\\t"),
        Unit::Control(b'\r') => text.extend_from_slice(b"\\r"),
        Unit::Control(0x08) => text.extend_from_slice(b"\\b"),
        Unit::Control(0x1b) => text.extend_from_slice(b"\\e"),
        Unit::Control(byte @ 1..=26) => {
            write(text, format_args!("\\c{}", char::from(byte | 0x60)));
        }
        Unit::Control(byte) => write(text, format_args!("\\x{byte:02x}")),
        Unit::Byte(byte) => write(text, format_args!("\\X{byte:02x}")),
        Unit::Printable(_) | Unit::Unprintable(_) => as_it_is(unit, text),
    }
}

fn write(text: &mut Text, arguments: std::fmt::Arguments<'_>) {
    // Writing to memory does not fail.
    let _ = text.write_fmt(arguments);
}

/// Single quotes, which end before a quote of the value and begin again after it.
fn in_single_quotes(value: &[u8], quotes: fn(usize, &mut Text)) -> Zeroizing<Text> {
    let mut text = room_for(value);
    for run in value.chunk_by(|one, other| (*one == b'\'') == (*other == b'\'')) {
        if run.starts_with(b"'") {
            text.push(b'\'');
            quotes(run.len(), &mut text);
            text.push(b'\'');
        } else {
            text.extend_from_slice(run);
        }
    }
    without_quotes(value, &text)
}

/// `'\''` for each, as bash does.
fn each_quote(count: usize, text: &mut Text) {
    for at in 0..count {
        text.extend_from_slice(if at == 0 { b"\\'" } else { b"''\\'" });
    }
}

/// As zsh does.
fn backslashed_quotes(count: usize, text: &mut Text) {
    (0..count).for_each(|_| text.extend_from_slice(b"\\'"));
}

/// As dash does.
fn double_quoted_quotes(count: usize, text: &mut Text) {
    text.push(b'"');
    (0..count).for_each(|_| text.push(b'\''));
    text.push(b'"');
}

/// Single quotes, and `$'…'` for everything that cannot be printed, as GNU programs do.
fn in_pieces(value: &[u8], is_utf8: bool) -> Zeroizing<Text> {
    let mut text = room_for(value);
    let mut is_escaping = false;
    each_unit(value, is_utf8, |unit| {
        let was_escaping = is_escaping;
        is_escaping = !matches!(unit, Unit::Printable(_));
        match unit {
            // Its first quote ends either kind.
            Unit::Printable('\'') => text.extend_from_slice(b"'\\''"),
            Unit::Printable(character) => {
                text.extend_from_slice(if was_escaping { b"''" } else { b"" });
                push(character, &mut text);
            }
            other => {
                text.extend_from_slice(if was_escaping { b"" } else { b"'$'" });
                octal(other, "033", &mut text);
            }
        }
    });
    without_quotes(value, text.strip_prefix(b"'$'").unwrap_or(&text))
}

/// Removes the quotes at an end where the value has one: shells differ in the empty quotes there.
fn without_quotes(value: &[u8], mut text: &[u8]) -> Zeroizing<Text> {
    while value.starts_with(b"'") && text.starts_with(b"'") {
        text = &text[1..];
    }
    while value.ends_with(b"'") && text.ends_with(b"'") {
        text = &text[..text.len() - 1];
    }
    exactly(text)
}

/// A copy without unused capacity.
fn exactly(text: &[u8]) -> Zeroizing<Text> {
    Zeroizing::new(text.to_vec())
}
