//! Tests which parts of a template are filled, which stay, and which are refused.

use super::*;
use proptest::prelude::*;

/// The text with each reference replaced by what `value` returns.
fn filled(text: &[u8], value: impl Fn(&Reference) -> String) -> Vec<u8> {
    let template = Template::parse(text, &Delimiters::default()).unwrap();
    let values: Vec<Plaintext> = template
        .references()
        .iter()
        .map(|located| Plaintext::new(value(&located.reference).into_bytes()))
        .collect();
    template.fill(&values).unwrap().expose().to_vec()
}

fn shown(text: &str) -> String {
    let filled = filled(text.as_bytes(), |reference| format!("<{reference}>"));
    String::from_utf8(filled).unwrap()
}

fn malformed(text: &str) -> (usize, usize, String) {
    match Template::parse(text.as_bytes(), &Delimiters::default()).unwrap_err() {
        Error::Malformed {
            line,
            column,
            broken,
        } => (line, column, broken.rule),
        Error::Unfit { .. } | Error::TooLarge => panic!("another error"),
    }
}

#[test]
fn every_spelling_of_a_reference_is_filled() {
    for (text, expected) in [
        ("{{ kluis://a }}", "<a>"),
        ("{{kluis://a}}", "<a>"),
        ("{{\tkluis://w/a\r\n}}", "<w/a>"),
        ("x{{ kluis://a?slot=7 }}y", "x<kluis://a?slot=7>y"),
        ("{{ kluis://a }}{{ kluis://b }}{{ kluis://a }}", "<a><b><a>"),
        (r#"{"a":{"b":"{{ kluis://a }}"}}"#, r#"{"a":{"b":"<a>"}}"#),
        ("{{{kluis://a}}}", "{<a>}"),
        ("{{ x {{ kluis://a }} }}", "{{ x <a> }}"),
        (
            "{{ kluis://sec_7ZZZZZZZZZZZZZZZZZZZZZZZZZ }}",
            "<sec_7ZZZZZZZZZZZZZZZZZZZZZZZZZ>",
        ),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
}

#[test]
fn everything_else_stays_as_it_stands() {
    for text in [
        "",
        "{{ name }}",
        "{{ .Values.x | default \"kluis://a\" }}",
        "{{- kluis://a -}}",
        "{{ \"kluis://a\" }}",
        "{ kluis://a }",
        "{{ kluis:/a }}",
        "{{ KLUIS://a }}",
        "kluis://a",
        "{{",
        "}}{{ }}\r\n\r\n",
        "\u{feff}{{ secret }}",
    ] {
        assert_eq!(shown(text), text);
    }
}

#[test]
fn functions_and_defaults_are_applied_in_their_order() {
    for (text, expected) in [
        ("{{ kluis://a | json }}", "\"<a>\""),
        ("{{kluis://a|base64|json}}", "\"PGE+\""),
        ("{{ kluis://a | default \"x }} | y\" | url }}!", "%3Ca%3E!"),
        (r#"{{ kluis://a | default "\"\\" }}"#, "<a>"),
        (
            "{{ kluis://a }}{{ kluis://a | trim }}{{ kluis://a | json }}",
            "<a><a>\"<a>\"",
        ),
        ("{{ kluis://a | default \"kluis://b\" }}", "<a>"),
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
    let text =
        b"{{ kluis://a | default \"x\" }}{{ kluis://a }}{{ kluis://a | default \"x\" | json }}";
    let template = Template::parse(text, &Delimiters::default()).unwrap();
    let listed = template.references().iter();
    let listed: Vec<_> = listed.map(|located| located.default.as_deref()).collect();
    assert_eq!(listed, [Some("x"), None]);
}

#[test]
fn other_delimiters_leave_braces_alone() {
    let delimiters = Delimiters::parse("[[ ]]").unwrap();
    let text = b"{{ kluis://a }} [[ kluis://a | json ]] [[ x ]]";
    let template = Template::parse(text, &delimiters).unwrap();
    let filled = template.fill(&[Plaintext::new(b"v".to_vec())]).unwrap();
    assert_eq!(filled.expose(), b"{{ kluis://a }} \"v\" [[ x ]]");
    for wrong in [
        "",
        "[[",
        "[[ [[",
        "[[  ]]",
        "a b",
        "[[ ]] ]",
        "((((((((( )",
        "| ]]",
        "\" ]]",
    ] {
        assert_eq!(Delimiters::parse(wrong), None, "{wrong}");
    }
    assert!(Delimiters::parse("<% %>").is_some());
}

#[test]
fn a_value_that_does_not_fit_is_named_by_place() {
    let text = b"a\n  {{ kluis://a | json }}";
    let template = Template::parse(text, &Delimiters::default()).unwrap();
    let unfit = template.fill(&[Plaintext::new(b"\xff".to_vec())]).err();
    let told = unfit.unwrap().to_string();
    assert!(
        told.starts_with("line 2, column 3: the value is not UTF-8"),
        "{told}"
    );
}

#[test]
fn a_value_is_not_read_for_references() {
    let value = "{{ kluis://b }}";
    assert_eq!(
        filled(b"{{ kluis://a }}", |_| value.to_owned()),
        value.as_bytes()
    );
    // Not even if a value and the text around it form a reference.
    let split = filled(b"{{ {{ kluis://a }}://b }}", |_| "kluis".to_owned());
    assert_eq!(split, b"{{ kluis://b }}");
}

#[test]
fn a_reference_is_listed_once_with_its_first_line() {
    let template = Template::parse(
        b"\n\n{{ kluis://b }}\n{{ kluis://a }}{{ kluis://b }}",
        &Delimiters::default(),
    )
    .unwrap();
    let listed: Vec<_> = template
        .references()
        .iter()
        .map(|located| (located.reference.to_string(), located.line))
        .collect();
    assert_eq!(listed, [("b".to_owned(), 3), ("a".to_owned(), 4)]);
}

#[test]
fn an_invalid_reference_is_reported_by_place_only() {
    for (text, line, column, said) in [
        ("{{ kluis:// }}", 1, 1, "cannot be empty"),
        ("a\n\nbé {{ kluis://a/b/c }}", 3, 4, "\"b/c\""),
        ("\u{e9}\u{e9}{{ kluis://a?at=1 }}", 1, 3, "slot=N"),
        (
            "x\n{{ kluis://a",
            2,
            1,
            "}} at the end of the reference is missing",
        ),
        ("{{ kluis://a | hunter2 }}", 1, 1, "no such function"),
        ("{{ kluis://a hunter2 }}", 1, 1, "more than a reference"),
        (
            "{{ kluis://a | json | default \"hunter2\" }}",
            1,
            1,
            "comes first",
        ),
        ("{{ kluis://a | default hunter2 }}", 1, 1, "double quotes"),
        ("{{ kluis://a | default \"hunter2 }}", 1, 1, "double quotes"),
        ("{{ kluis://a | }}", 1, 1, "no such function"),
        ("{{ kluis://a | json", 1, 1, "}} at the end"),
        (
            "{{ kluis://a\nx: hunter2\n{{ kluis://b }}",
            1,
            1,
            "}} at the end",
        ),
        ("{{ kluis://hunter2\u{e9} }}", 1, 1, "more than a reference"),
    ] {
        let (at, column_found, rule) = malformed(text);
        assert_eq!((at, column_found), (line, column), "{text}");
        assert!(rule.contains(said), "{text}: {rule}");
        assert!(!rule.contains("hunter2"), "{text}: {rule}");
    }
    let far = format!("{{{{ kluis://{} }}}}", "a".repeat(600));
    assert!(malformed(&far).2.contains("missing"));
}

#[test]
fn a_result_beyond_the_bound_is_refused() {
    let value = || vec![Plaintext::new(vec![b'x'; 1 << 16])];
    let line = "{{ kluis://a }}";
    let most = MAX_FILLED_BYTES >> 16;
    let text = line.repeat(most);
    let template = Template::parse(text.as_bytes(), &Delimiters::default()).unwrap();
    assert_eq!(template.fill(&value()).unwrap().len(), MAX_FILLED_BYTES);
    let text = line.repeat(most) + "!";
    let template = Template::parse(text.as_bytes(), &Delimiters::default()).unwrap();
    assert!(matches!(template.fill(&value()), Err(Error::TooLarge)));
}

proptest! {
    #[test]
    fn bytes_around_a_reference_are_kept(
        before in proptest::collection::vec(any::<u8>(), 0..40),
        after in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let text = [&before[..], b"{{ kluis://a }}", &after].concat();
        let expected = [&before[..], b"value", &after].concat();
        prop_assert_eq!(filled(&text, |_| "value".to_owned()), expected);
    }

    #[test]
    fn no_template_panics(text in "([{} \n|\"]|kluis://|a|/|\\?slot=1|json|default){0,40}") {
        if let Ok(template) = Template::parse(text.as_bytes(), &Delimiters::default()) {
            let values = template.references().iter().map(|_| Plaintext::new(Vec::new()));
            let values: Vec<Plaintext> = values.collect();
            prop_assert!(template.fill(&values).unwrap().len() <= 2 * text.len());
        }
    }
}
