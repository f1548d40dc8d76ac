//! Tests the output on stdout and stderr, with streams that record it.

use std::cell::RefCell;
use std::io::BufWriter;
use std::rc::Rc;

use serde_json::{Value, json};

use super::*;

#[derive(Clone, Default)]
struct Kept(Rc<RefCell<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

struct Failing(io::ErrorKind);

impl Write for Failing {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

const TEXT: Options = Options {
    json: false,
    quiet: false,
    color: ColorChoice::Auto,
    interactive: false,
};

const JSON: Options = Options { json: true, ..TEXT };

fn streams(out: impl Write + 'static, err: impl Write + 'static) -> Streams {
    Streams {
        out: BufWriter::new(Box::new(out)),
        err: Box::new(err),
        out_columns: None,
        err_columns: None,
        in_is_terminal: false,
    }
}

fn ui(options: Options) -> (Ui, Kept, Kept) {
    let (out, err) = (Kept::default(), Kept::default());
    let ui = Ui::on(streams(out.clone(), err.clone()), options);
    (ui, out, err)
}

fn on_a_terminal(options: Options) -> (Ui, Kept, Kept) {
    let (mut ui, out, err) = ui(options);
    ui.streams.out_columns = Some(80);
    ui.streams.err_columns = Some(80);
    (ui, out, err)
}

#[test]
fn a_pipe_gets_exactly_the_value() {
    let (mut ui, out, err) = ui(TEXT);
    ui.value(b"s3cret \xff\0\x1b[31m").unwrap();
    assert_eq!(*out.0.borrow(), b"s3cret \xff\0\x1b[31m");
    assert_eq!(err.text(), "");
}

#[test]
fn a_terminal_gets_a_value_and_a_newline() {
    for (value, shown) in [("v", "v\n"), ("v\n", "v\n"), ("", "\n")] {
        let (mut ui, out, _) = on_a_terminal(TEXT);
        ui.value(value.as_bytes()).unwrap();
        assert_eq!(out.text(), shown);
    }
}

#[test]
fn a_value_comes_after_the_lines_before_it() {
    let (mut ui, out, _) = ui(TEXT);
    ui.line("first").unwrap();
    ui.value(b"second").unwrap();
    ui.line("").unwrap();
    ui.raw(b"third").unwrap();
    ui.finish().unwrap();
    assert_eq!(out.text(), "first\nsecond\nthird");
}

#[test]
fn a_line_is_one_line_and_steers_nothing() {
    let (mut ui, out, _) = ui(TEXT);
    ui.line("a\nb\u{1b}]0;x\u{7}").unwrap();
    ui.finish().unwrap();
    assert_eq!(out.text(), "a\\u{a}b\\u{1b}]0;x\\u{7}\n");
}

#[test]
fn a_document_is_pretty_and_shows_no_control_character() {
    let (mut ui, out, _) = ui(JSON);
    let document = json!({"name": "x\u{9b}31m\u{202e}\u{7f}é"});
    ui.json(&document).unwrap();
    assert_eq!(
        out.text(),
        "{\n  \"name\": \"x\\u009b31m\\u202e\\u007fé\"\n}\n"
    );
    assert_eq!(
        serde_json::from_str::<Value>(&out.text()).unwrap(),
        document
    );
}

#[test]
fn notes_and_warnings_go_to_stderr_and_quiet_keeps_the_warnings() {
    let (mut ui, out, err) = ui(TEXT);
    ui.note("unchanged");
    ui.warning("the vault is \u{1b}old");
    assert_eq!(
        err.text(),
        "kluis: note: unchanged\nkluis: warning: the vault is \\u{1b}old\n"
    );
    assert_eq!(out.text(), "");

    let (mut ui, _, err) = self::ui(Options {
        quiet: true,
        ..TEXT
    });
    ui.note("unchanged");
    ui.warning("old");
    assert_eq!(err.text(), "kluis: warning: old\n");
}

#[test]
fn with_json_warnings_are_one_object_at_the_end_and_notes_none() {
    let (mut ui, _, err) = ui(JSON);
    ui.note("unchanged");
    ui.warning("one");
    ui.warning("two");
    assert_eq!(err.text(), "");
    ui.finish().unwrap();
    ui.finish().unwrap();
    assert_eq!(err.text(), "{\"warnings\":[\"one\",\"two\"]}\n");
}

#[test]
fn json_prints_a_failure_as_one_object_without_warnings() {
    let (mut ui, _, err) = ui(JSON);
    ui.warning("one");
    ui.error("no", Some("try"), &json!({"error": "no", "code": "failed"}));
    ui.finish().unwrap();
    let object: Value = serde_json::from_str(&err.text()).unwrap();
    assert_eq!(object, json!({"error": "no", "code": "failed"}));
}

#[test]
fn an_error_keeps_its_lines_and_its_hint_follows() {
    let (mut ui, _, err) = ui(TEXT);
    ui.error("two are missing:\n  a\n  b\r", Some("kluis list"), &());
    assert_eq!(
        err.text(),
        "kluis: error: two are missing:\n  a\n  b\\u{d}\nkluis: hint: kluis list\n"
    );
}

#[test]
fn only_errors_and_warnings_have_colour_and_only_where_allowed() {
    use ColorChoice::{Always, Auto, Never};
    for (color, terminal, colored) in [
        (Auto, true, true),
        (Auto, false, false),
        (Always, false, true),
        (Never, true, false),
    ] {
        let options = Options { color, ..TEXT };
        let (mut ui, _, err) = if terminal {
            on_a_terminal(options)
        } else {
            ui(options)
        };
        ui.note("n");
        assert!(!err.text().contains('\x1b'));
        ui.warning("w");
        ui.error("e", None, &());
        assert_eq!(err.text().contains("\x1b[33mwarning:\x1b[0m w"), colored);
        assert_eq!(err.text().contains("\x1b[1;31merror:\x1b[0m e"), colored);
        assert_eq!(err.text().contains('\x1b'), colored);
    }
}

#[test]
fn a_reader_that_left_is_not_a_failed_write() {
    let mut ui = Ui::on(
        streams(Failing(io::ErrorKind::BrokenPipe), Kept::default()),
        TEXT,
    );
    ui.line("one").unwrap();
    assert!(matches!(ui.finish(), Err(Error::Unread)));
    assert!(matches!(ui.value(b"v"), Err(Error::Unread)));
}

#[test]
fn a_full_disk_is_an_error_and_a_lost_stderr_is_not() {
    let full = || Failing(io::ErrorKind::StorageFull);
    let mut ui = Ui::on(streams(full(), full()), TEXT);
    ui.warning("w");
    ui.error("e", Some("h"), &());
    ui.line("one").unwrap();
    assert!(matches!(ui.finish(), Err(Error::Write(_))));
}

#[test]
fn a_table_suits_people_and_programs() {
    let mut table = Table::new(["NAME", "SLOTS"]);
    table.row(["a", "1"]);
    let (mut person, seen, _) = on_a_terminal(TEXT);
    person.table(&table).unwrap();
    person.finish().unwrap();
    let (mut program, read, _) = ui(TEXT);
    program.table(&table).unwrap();
    program.finish().unwrap();
    assert_eq!(seen.text(), "NAME  SLOTS\na     1\n");
    assert_eq!(read.text(), "a\t1\n");
}

#[test]
fn no_question_is_asked_when_questions_are_forbidden() {
    let (mut ui, _, _) = ui(TEXT);
    assert!(matches!(ui.hidden("Passphrase"), Err(Error::NoTerminal)));
    assert!(matches!(
        ui.confirm("Delete it?", Answer::Yes),
        Err(Error::NoTerminal)
    ));
}
