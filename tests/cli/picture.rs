//! Draws the picture of the README: a session at a real terminal, for light and for dark pages. `SNAPSHOTS=overwrite
//! cargo test` draws it anew.

use crate::sandbox::Sandbox;
use crate::screen::Screen;
use crate::snapshots::compare_file;
use std::fmt::Write;

const COLUMNS: u16 = 80;
/// A value as you would type it. It must not appear in the picture.
const TYPED: &str = "not-a-real-key";

/// Each command, and your answers to its questions.
const SESSION: &[(&str, &[(&str, &str)])] = &[
    (
        "kluis init --quiet",
        &[("a key file instead): ", ""), ("[Y/n] ", "n")],
    ),
    (
        "kluis set stripe_key",
        &[("Value: ", TYPED), ("Once more: ", TYPED)],
    ),
    ("kluis set db_password --generate 32", &[]),
    (
        "kluis run --mask -e KEY=stripe_key -- sh -c 'echo \"charging with $KEY\"'",
        &[],
    ),
    ("kluis rotate db_password --generate 32 --in 7d", &[]),
    ("kluis history db_password", &[]),
];

/// Colours that stand out on a page: of the window, its edge and its text, and of cyan and dim text.
struct Theme {
    window: &'static str,
    edge: &'static str,
    text: &'static str,
    cyan: &'static str,
    dim: &'static str,
}

const LIGHT: Theme = Theme {
    window: "#ffffff",
    edge: "#d0d7de",
    text: "#24292f",
    cyan: "#0b7285",
    dim: "#6e7781",
};

const DARK: Theme = Theme {
    window: "#0d1117",
    edge: "#30363d",
    text: "#e6edf3",
    cyan: "#56d4dd",
    dim: "#8b949e",
};

/// The output of the terminal in the whole session.
fn session() -> String {
    let sandbox = Sandbox::empty();
    sandbox.keep(TYPED.as_bytes());
    let mut shown = String::new();
    for (line, answers) in SESSION {
        writeln!(shown, "\x1b[2m$\x1b[0m \x1b[1m{line}\x1b[0m").unwrap();
        // `sh -c SCRIPT PROGRAM` calls the program `$0`.
        let script = format!("kluis() {{ \"$0\" \"$@\"; }}; {line}");
        let command = sandbox.kluis::<&str>([]).under(["sh", "-c", &script]);
        let mut screen = Screen::start(command.command_at_terminal(), COLUMNS);
        for (question, answer) in *answers {
            shown += &screen.shows(question);
            screen.types(&format!("{answer}\r"));
        }
        let (rest, code) = screen.ends();
        assert_eq!(code, 0, "{line}: {rest}");
        shown += &rest;
    }
    steady(&shown)
}

/// The same with one fixed time in place of those that differ between sessions.
fn steady(shown: &str) -> String {
    let is_number = |word: &str| word.bytes().all(|byte| byte.is_ascii_digit());
    let words = shown.split_inclusive([' ', '\n']).map(|word| {
        let (word, end) = word.split_at(word.len() - 1);
        match word.strip_suffix('s') {
            Some(seconds) if is_number(seconds) => format!("0s{end}"),
            _ if is_number(word) && word.len() == 10 => format!("1900000000{end}"),
            _ if word.get(10..11) == Some("T") => {
                format!("2030-03-17T17:46:40{}{end}", &word[19..])
            }
            _ => format!("{word}{end}"),
        }
    });
    words.collect()
}

/// A window with this text in the theme's colours.
fn draw(shown: &str, theme: &Theme) -> String {
    const LINE: usize = 20;
    const EDGE: usize = 20;
    let (width, height) = (714, shown.lines().count() * LINE + 2 * EDGE);
    let mut svg = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" xml:space="preserve" role="img">
<title>A session with kluis in a terminal</title>
<style>
text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: {} }}
.bold {{ font-weight: bold }}
.cyan {{ fill: {} }}
.dim {{ fill: {} }}
</style>
<rect x="0.5" y="0.5" width="{}" height="{}" rx="8" fill="{}" stroke="{}"/>
"#,
        theme.text,
        theme.cyan,
        theme.dim,
        width - 1,
        height - 1,
        theme.window,
        theme.edge,
    );
    for (index, line) in shown.lines().enumerate() {
        let y = EDGE + index * LINE + 15;
        writeln!(svg, r#"<text x="{EDGE}" y="{y}">{}</text>"#, spans(line)).unwrap();
    }
    svg + "</svg>\n"
}

/// A line of the terminal as text of an SVG, with a class for each colour.
fn spans(line: &str) -> String {
    let escaped = line
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let mut pieces = escaped.split("\x1b[");
    let mut spans = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (code, text) = piece.split_once('m').unwrap();
        let class = match code {
            "0" => None,
            "1" => Some("bold"),
            "2" => Some("dim"),
            "36" => Some("cyan"),
            _ => panic!("no colour for {code:?} in {line:?}"),
        };
        match class {
            Some(class) => write!(spans, r#"<tspan class="{class}">{text}</tspan>"#).unwrap(),
            None => spans += text,
        }
    }
    assert!(!spans.contains(char::is_control), "{spans:?}");
    spans
}

#[test]
fn the_picture_of_the_readme_is_fresh() {
    let shown = session();
    for (name, theme) in [("session", LIGHT), ("session-dark", DARK)] {
        compare_file(&format!(".github/{name}.svg"), &draw(&shown, &theme));
    }
}
