//! Tests `list`.

use crate::sandbox::{Invocation, Sandbox};
use crate::screen::Screen;
use serde_json::json;

fn three() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    for name in ["web", "db_user", "db_password"] {
        sandbox.create(name, sandbox.secret("value"));
    }
    sandbox
}

#[test]
fn names_come_sorted_and_bare_with_quiet() {
    let sandbox = three();
    let sorted = "db_password\ndb_user\nweb\n";
    sandbox
        .kluis(["list", "--quiet"])
        .run()
        .stdout(sorted)
        .exits(0);
    sandbox.kluis(["ls", "-q"]).run().stdout(sorted).exits(0);
}

#[test]
fn a_pipe_gets_rows_of_tabs_without_headings() {
    let sandbox = three();
    sandbox
        .kluis(["update", "web", "--description", "a\tb\nc"])
        .run()
        .exits(0);
    let listed = sandbox.kluis(["list"]).run();
    let text = String::from_utf8(listed.stdout.clone()).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|row| row.split('\t').collect()).collect();
    assert_eq!(rows.len(), 3, "{text}");
    assert_eq!(rows[0][..2], ["db_password", "DB_PASSWORD"]);
    assert_eq!(rows[2].len(), 4);
    assert_eq!(rows[2][3], r"a\u{9}b\u{a}c");
    listed.any_stdout().exits(0);
}

#[test]
fn json_counts_slots_instead_of_listing_them() {
    let sandbox = three();
    let listed = sandbox.kluis(["list", "--json", "--name", "web"]).run();
    let mut object = listed.json();
    listed.any_stdout().exits(0);
    assert_eq!(object["count"], 1);
    let shown = sandbox.kluis(["show", "web", "--json"]).run();
    let mut expected = shown.json();
    shown.any_stdout().exits(0);
    for member in ["slots", "previous_slot"] {
        expected.as_object_mut().unwrap().remove(member);
    }
    expected["effective_slot"] = json!(0);
    expected["slot_count"] = json!(1);
    assert_eq!(object["secrets"][0].take(), expected);
}

#[test]
fn a_glob_chooses_by_name() {
    let sandbox = three();
    for (glob, expected) in [
        ("db_*", "db_password\ndb_user\n"),
        ("?eb", "web\n"),
        ("*", "db_password\ndb_user\nweb\n"),
        ("DB_*", ""),
        ("db", ""),
    ] {
        let list = ["list", "-q", "--name", glob];
        sandbox.kluis(list).run().stdout(expected).exits(0);
    }
}

#[test]
fn one_workspace_is_listed_or_all_of_them() {
    let sandbox = three();
    sandbox
        .kluis(["workspace", "create", "staging"])
        .run()
        .any_stdout()
        .exits(0);
    let create = ["create", "web", "-w", "staging", "--generate", "8"];
    sandbox.kluis(create).run().any_stdout().exits(0);
    sandbox
        .kluis(["list", "-q", "-w", "staging"])
        .run()
        .stdout("web\n")
        .exits(0);
    let all = "default/db_password\ndefault/db_user\ndefault/web\nstaging/web\n";
    sandbox
        .kluis(["list", "-q", "--all-workspaces"])
        .run()
        .stdout(all)
        .exits(0);
    let listed = sandbox.kluis(["list", "--all-workspaces", "--json"]).run();
    assert_eq!(listed.json()["count"], 4);
    assert_eq!(listed.json()["secrets"][3]["workspace"], "staging");
    listed.any_stdout().exits(0);
    sandbox
        .kluis(["list", "-w", "nope"])
        .run()
        .any_stderr()
        .exits(3);
}

#[test]
fn an_empty_list_gives_a_note_to_people_only() {
    let sandbox = Sandbox::with_vault();
    sandbox
        .kluis(["list"])
        .run()
        .stderr("kluis: note: no secrets\n")
        .exits(0);
    sandbox.kluis(["list", "--quiet"]).run().exits(0);
    let listed = sandbox.kluis(["list", "--json"]).run();
    assert_eq!(listed.json(), json!({"count": 0, "secrets": []}));
    listed.any_stdout().exits(0);
}

#[test]
fn no_form_prints_a_value() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    for options in [&[][..], &["--json"], &["--quiet"], &["--all-workspaces"]] {
        let listed = sandbox.kluis(["list"].iter().chain(options)).run();
        let text = String::from_utf8(listed.stdout.clone()).unwrap();
        assert!(text.contains("name") && !text.contains(&value), "{text}");
        listed.any_stdout().exits(0);
    }
}

#[test]
fn an_app_name_selects_its_linked_secrets() {
    let sandbox = three();
    let make = ["workspace", "create", "staging"];
    sandbox.kluis(make).run().any_stdout().exits(0);
    let make = ["create", "web", "-w", "staging", "--generate", "8"];
    sandbox.kluis(make).run().any_stdout().exits(0);
    for app in ["billing", "idle"] {
        let make = ["app", "create", app];
        sandbox.kluis(make).run().any_stdout().exits(0);
    }
    for (key, secret) in [("A", "db_user"), ("B", "db_user"), ("C", "staging/web")] {
        let link = ["app", "link", "billing", &format!("{key}={secret}")];
        sandbox.kluis(link).run().exits(0);
    }
    for (options, expected) in [
        (&["--app", "billing"][..], "db_user\n"),
        (&["--app", "default/billing", "-w", "staging"], "web\n"),
        (
            &["--app", "billing", "--all-workspaces"],
            "default/db_user\nstaging/web\n",
        ),
        (&["--app", "billing", "--name", "web"], ""),
        (&["--app", "idle", "--all-workspaces"], ""),
    ] {
        let list = ["list", "-q"].iter().chain(options);
        sandbox.kluis(list).run().stdout(expected).exits(0);
    }
    let missing = sandbox.kluis(["list", "--app", "nope"]).run();
    missing.stderr_has("there is no app nope").exits(3);
}

/// Secrets in every state, as a table at a terminal shows them.
fn states() -> Sandbox {
    let sandbox = Sandbox::with_vault();
    for line in [
        "create fine --generate 8",
        "create old --generate 8 --expires 2020-01-31T12:00:00Z",
        "create later --generate 8 --slot 2999-01-01T00:00:00Z",
    ] {
        let made = sandbox.kluis(line.split(' ')).run();
        made.any_stdout().exits(0);
    }
    sandbox
}

fn shown(invocation: &Invocation<'_>, columns: u16) -> String {
    let (shown, code) = Screen::start(invocation.command_at_terminal(), columns).ends();
    assert_eq!(code, 0, "{shown}");
    shown
}

#[test]
fn a_terminal_shows_relative_times_and_due_in_colour() {
    let sandbox = states();
    for columns in [80, 40] {
        let table = shown(&sandbox.kluis(["list"]), columns);
        for part in [
            "STATE",
            "\x1b[31mexpired\x1b[0m",
            "\x1b[36mscheduled\x1b[0m",
        ] {
            assert!(table.contains(part), "{part}: {table}");
        }
        let is_relative = table.contains(" ago") || table.contains("now");
        assert!(is_relative && !table.contains(':'), "{table}");
        // An empty column is left out, until there is content.
        assert!(!table.contains("DESCRIPTION"), "{table}");
        let plain = shown(&sandbox.kluis(["list"]).env("NO_COLOR", "1"), columns);
        assert!(
            plain.contains("expired") && !plain.contains('\x1b'),
            "{plain}"
        );
    }
    let due = shown(&sandbox.kluis(["list", "--due"]), 80);
    assert!(
        due.contains("\x1b[31mexpiry\x1b[0m") && due.contains("y ago"),
        "{due}"
    );
    assert!(!due.contains("DESCRIPTION"), "{due}");
    let update = ["update", "old", "--description", "from before"];
    sandbox.kluis(update).run().exits(0);
    for line in [&["list"][..], &["list", "--due"]] {
        let table = shown(&sandbox.kluis(line), 80);
        assert!(table.contains("DESCRIPTION"), "{table}");
    }
    // A pipe gets the same output, with any colour setting.
    let piped = sandbox.prints(["list", "--color", "always"], "");
    assert!(
        piped.contains("Z\t") && !piped.contains("expired"),
        "{piped}"
    );
    assert!(!piped.contains('\x1b'), "{piped}");
    // If nothing needs attention, nothing is shown.
    let table = shown(&three().kluis(["list"]), 80);
    assert!(!table.contains("STATE"), "{table}");
}

#[test]
fn slots_have_the_colour_of_their_state_too() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("key", sandbox.secret("value"));
    for slot in ["2024-01-01T00:00:00Z", "2999-01-01T00:00:00Z"] {
        let update = ["update", "key", "--value", "--slot", slot];
        sandbox.prints(update, sandbox.secret("value"));
    }
    for columns in [80, 40] {
        let table = shown(&sandbox.kluis(["history", "key"]), columns);
        for part in [
            "\x1b[2mpast\x1b[0m",
            "effective",
            "\x1b[36mscheduled\x1b[0m",
        ] {
            assert!(table.contains(part), "{part}: {table}");
        }
        assert_eq!(table.matches('\x1b').count(), 4, "{table}");
    }
}

#[test]
fn the_order_can_be_chosen() {
    let sandbox = states();
    let update = ["update", "later", "--expires", "30d"];
    sandbox.kluis(update).run().exits(0);
    std::thread::sleep(std::time::Duration::from_millis(5));
    let update = ["update", "fine", "--description", "latest"];
    sandbox.kluis(update).run().exits(0);
    for (sort, expected) in [
        ("name", "fine\nlater\nold\n"),
        ("updated", "fine\nlater\nold\n"),
        ("due", "old\nlater\nfine\n"),
    ] {
        let list = ["list", "-q", "--sort", sort];
        sandbox.kluis(list).run().stdout(expected).exits(0);
    }
    let update = ["update", "old", "--description", "latest"];
    sandbox.kluis(update).run().exits(0);
    let list = ["list", "-q", "--sort", "updated"];
    sandbox
        .kluis(list)
        .run()
        .stdout("old\nfine\nlater\n")
        .exits(0);
    let wrong = sandbox.kluis(["list", "--sort", "size"]).run();
    wrong
        .stderr_has("must be one of: name, updated, due")
        .exits(2);
}

#[test]
fn a_filter_finds_parts_of_names_and_descriptions() {
    let sandbox = three();
    sandbox
        .kluis(["update", "web", "--description", "The Shop's DB proxy"])
        .run()
        .exits(0);
    for (filter, names) in [
        ("DB_", "db_password\ndb_user\n"),
        ("db", "db_password\ndb_user\nweb\n"),
        ("db*", "db_password\ndb_user\n"),
        ("shop", "web\n"),
        ("nothing", ""),
    ] {
        let list = sandbox.kluis(["list", "-q", filter]).run();
        list.stdout(names).exits(0);
    }
}

#[test]
fn deleted_secrets_are_listed_on_request_only() {
    let sandbox = Sandbox::with_vault();
    let none = sandbox.kluis(["list", "--deleted"]).run();
    none.stderr("kluis: note: no deleted secrets\n").exits(0);
    sandbox.prints(["workspace", "create", "staging"], "");
    let mut ids = Vec::new();
    for name in ["db_user", "web", "staging/db_user"] {
        ids.push(sandbox.create(name, sandbox.secret("value")));
        sandbox.prints(["set", name], sandbox.secret("new"));
        sandbox.kluis(["delete", name]).run().exits(0);
    }
    sandbox.create("left", sandbox.secret("left"));
    assert_eq!(sandbox.prints(["list", "-q"], ""), "left\n");
    // The last one first in each workspace; by id, because several may have one name.
    let quiet = |options: &[&str]| {
        let line = ["list", "--deleted", "-q"].iter().chain(options);
        sandbox.prints(line, "")
    };
    let lines = |order: &[usize]| {
        let ids = order.iter().map(|&place| format!("{}\n", ids[place]));
        ids.collect::<String>()
    };
    assert_eq!(quiet(&[]), lines(&[1, 0]));
    assert_eq!(quiet(&["--name", "db_*"]), lines(&[0]));
    assert_eq!(quiet(&["-w", "staging"]), lines(&[2]));
    assert_eq!(quiet(&["--all-workspaces"]), lines(&[1, 0, 2]));
    let rows = sandbox.prints(["list", "--deleted"], "");
    let rows: Vec<Vec<&str>> = rows.lines().map(|row| row.split('\t').collect()).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!((rows[0][0], rows[0][2], rows[0][3]), ("web", "2", &*ids[1]));
    assert!(rows[0][1].ends_with('Z'), "{rows:?}");
    let listed = sandbox.kluis(["list", "--deleted", "--json"]).run();
    let object = listed.json();
    listed.any_stdout().exits(0);
    assert_eq!(object["count"], 2);
    let web = &object["secrets"][0];
    assert_eq!(
        (&web["id"], &web["slot_count"]),
        (&json!(ids[1]), &json!(2))
    );
    assert_eq!(web["deleted_at"], rows[0][1]);
    // A secret that is not deleted has no such member.
    let listed = sandbox.kluis(["list", "--json"]).run();
    assert!(listed.json()["secrets"][0].get("deleted_at").is_none());
    listed.any_stdout().exits(0);
    let table = shown(&sandbox.kluis(["list", "--deleted"]), 100);
    for part in ["NAME", "DELETED", "VERSIONS", "ID", "web", &ids[1]] {
        assert!(table.contains(part), "{part}: {table}");
    }
    for option in [&["--due"][..], &["--sort", "name"], &["--app", "a"]] {
        let line = ["list", "--deleted"].iter().chain(option);
        sandbox.kluis(line).run().any_stderr().exits(2);
    }
}
