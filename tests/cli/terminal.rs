//! Tests prompts and output at a real terminal: hidden input stays hidden, and however a question ends, the
//! terminal is restored.

use crate::sandbox::{CHEAP_KDF, Invocation, Sandbox};
use crate::screen::Screen;
use rustix::process::Signal;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

const PASSPHRASE: &str = "ivory walnut pebble quartz";
const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_Z: &str = "\x1a";

/// A home with a vault that this passphrase opens, and a secret in it.
fn with_passphrase(value: &str) -> Sandbox {
    let sandbox = Sandbox::empty();
    sandbox.keep(PASSPHRASE.as_bytes());
    unasked(&sandbox, &["init", "--kdf", CHEAP_KDF])
        .run()
        .any_stderr()
        .exits(0);
    settings(&sandbox, "auto_agent = 'never'");
    let made = unasked(&sandbox, &["create", "name"]).stdin(value).run();
    made.any_stdout().exits(0);
    sandbox
}

/// Writes the user file.
fn settings(sandbox: &Sandbox, text: &str) {
    let folder = sandbox.home().join(".config/kluis");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), text).unwrap();
}

/// A command that finds the passphrase in a file.
fn unasked<'s>(sandbox: &'s Sandbox, arguments: &[&str]) -> Invocation<'s> {
    let file = sandbox.given("passphrase", PASSPHRASE);
    sandbox.kluis(arguments).env("KLUIS_PASSPHRASE_FILE", file)
}

fn at_terminal(sandbox: &Sandbox, arguments: &[&str]) -> Screen {
    Screen::start(sandbox.kluis(arguments).command_at_terminal(), 80)
}

/// A shell script starts the command as `"$@"`.
fn in_script(command: Invocation<'_>, script: &str) -> Command {
    command
        .under(["bash", "-c", script, "bash"])
        .command_at_terminal()
}

/// `init` with a person who answers its first questions.
fn init(sandbox: &Sandbox, arguments: &[&str]) -> Screen {
    let all = [&["init", "--kdf", CHEAP_KDF], arguments].concat();
    at_terminal(sandbox, &all)
}

fn answer(screen: &mut Screen, question: &str, answer: &str) {
    screen.shows(question);
    screen.types(answer);
    screen.types("\n");
}

fn uncolored(said: &str) -> String {
    said.replace("\x1b[1;31m", "").replace("\x1b[0m", "")
}

#[test]
fn a_passphrase_is_asked_for_without_echo() {
    let sandbox = with_passphrase("a value");
    let mut screen = at_terminal(&sandbox, &["get", "name"]);
    assert_eq!(screen.shows("Passphrase: "), "Passphrase: ");
    assert!(!screen.echoes());
    screen.types(PASSPHRASE);
    screen.types("\n");
    // A terminal gets the newline that the value lacks.
    assert_eq!(screen.ends(), ("\na value\n".to_owned(), 0));
}

#[test]
fn after_one_prompt_the_agent_answers_for_the_next_commands() {
    let sandbox = with_passphrase("a value");
    settings(&sandbox, "");
    let mut screen = at_terminal(&sandbox, &["get", "name"]);
    answer(&mut screen, "Passphrase: ", PASSPHRASE);
    answer(&mut screen, "unused for 15m? [Y/n] ", "");
    screen.shows("a value");
    assert_eq!(screen.ends().1, 0);
    assert_eq!(sandbox.get("name"), b"a value");
    sandbox.kluis(["lock", "-q"]).run().exits(0);
    let mut screen = at_terminal(&sandbox, &["get", "name"]);
    answer(&mut screen, "Passphrase: ", PASSPHRASE);
    answer(&mut screen, "unused for 15m? [Y/n] ", "n");
    screen.shows("a value");
    assert_eq!(screen.ends().1, 0);
    sandbox.kluis(["get", "name"]).run().any_stderr().exits(4);
}

#[test]
fn the_user_file_decides_whether_the_agent_is_offered() {
    for (setting, code) in [("always", 0), ("never", 4)] {
        let sandbox = with_passphrase("a value");
        settings(&sandbox, &format!("auto_agent = '{setting}'"));
        let mut screen = at_terminal(&sandbox, &["get", "name"]);
        answer(&mut screen, "Passphrase: ", PASSPHRASE);
        assert_eq!(screen.ends(), ("\na value\n".to_owned(), 0), "{setting}");
        let get = sandbox.kluis(["get", "name"]).run();
        get.any_stdout().any_stderr().exits(code);
    }
}

#[test]
fn yes_is_no_answer_to_keeping_the_vault_unlocked() {
    let sandbox = with_passphrase("a value");
    settings(&sandbox, "");
    let mut screen = at_terminal(&sandbox, &["get", "name", "--yes"]);
    answer(&mut screen, "Passphrase: ", PASSPHRASE);
    assert_eq!(screen.ends(), ("\na value\n".to_owned(), 0));
    let unasked = sandbox.kluis(["get", "name", "--yes"]).run();
    unasked.any_stderr().exits(4);
    let status = sandbox.kluis(["status", "--json"]).run();
    assert_eq!(status.any_stderr().json()["unlocked"], false);
}

#[test]
fn a_wrong_passphrase_is_an_error_and_is_not_repeated() {
    let sandbox = with_passphrase("a value");
    let mut screen = at_terminal(&sandbox, &["get", "name"]);
    for wrong in [
        "ivory walnut pebble quarts",
        "",
        "ivory walnut pebble quarts",
    ] {
        answer(&mut screen, "Passphrase: ", wrong);
    }
    let (said, code) = screen.ends();
    assert_eq!(code, 4);
    assert_eq!(
        uncolored(&said),
        "
kluis: error: wrong passphrase for this vault
kluis: hint: type it again, or set KLUIS_TOKEN to a recovery token
"
    );
    assert!(!screen.all().contains("quarts"), "{}", screen.all());
}

#[test]
fn a_token_may_be_typed_where_a_passphrase_is_asked_for() {
    let sandbox = with_passphrase("a value");
    let secret = sandbox.given("phrase", PASSPHRASE);
    let add = ["key", "add", "--token", "--full", "--label", "recovery"];
    let add = sandbox.kluis(add).env("KLUIS_PASSPHRASE_FILE", &secret);
    let added = add.run();
    let token = String::from_utf8(added.stdout.clone()).unwrap();
    sandbox.keep_token(&added.stdout);
    added.any_stdout().any_stderr().exits(0);
    let token = token.trim_end();
    let mut screen = at_terminal(&sandbox, &["get", "name"]);
    answer(&mut screen, "Passphrase: ", &token[..token.len() - 1]);
    answer(
        &mut screen,
        "The token has a typo: its checksum does not match. Try again.\r\nPassphrase: ",
        token,
    );
    assert_eq!(screen.ends(), ("\na value\n".to_owned(), 0));
    // Without a passphrase it can only ask for a token.
    let sandbox = Sandbox::with_vault();
    settings(&sandbox, "auto_agent = 'never'");
    sandbox.create("name", "a value");
    let token = sandbox.token();
    let get = sandbox.kluis(["get", "name"]).without("KLUIS_TOKEN");
    let mut screen = Screen::start(get.command_at_terminal(), 80);
    answer(&mut screen, "Token: ", &token);
    let (said, code) = screen.ends();
    assert_eq!((said.as_str(), code), ("\na value\n", 0));
}

#[test]
fn a_wrong_passphrase_may_be_typed_again() {
    let sandbox = with_passphrase("a value");
    let mut screen = at_terminal(&sandbox, &["get", "name"]);
    answer(&mut screen, "Passphrase: ", "ivory walnut pebble quarts");
    answer(
        &mut screen,
        "Wrong passphrase for this vault. Try again.\r\nPassphrase: ",
        PASSPHRASE,
    );
    assert_eq!(screen.ends(), ("\na value\n".to_owned(), 0));
    let mut screen = at_terminal(&sandbox, &["get", "name"]);
    answer(&mut screen, "Passphrase: ", "ivory walnut pebble quarts");
    screen.shows("Try again.\r\nPassphrase: ");
    screen.types(CTRL_C);
    assert_eq!(screen.ends().1, 130);
    // Text from a file is the same every time.
    let wrong = sandbox.given("wrong", "ivory walnut pebble quarts");
    let get = sandbox.kluis(["get", "name", "--passphrase-file", wrong.to_str().unwrap()]);
    let mut screen = Screen::start(get.command_at_terminal(), 80);
    let (said, code) = screen.ends();
    assert!(
        uncolored(&said).starts_with("kluis: error: wrong passphrase for this vault"),
        "{said}"
    );
    assert_eq!(code, 4);
}

#[test]
fn after_unlock_a_passphrase_prompt_says_why() {
    let sandbox = with_passphrase("a value");
    let why = "The vault is unlocked, but this command needs the key itself";
    let asked = |line: &str| {
        let line: Vec<&str> = line.split(' ').collect();
        let mut screen = at_terminal(&sandbox, &line);
        let shown = screen.shows("Passphrase: ");
        screen.types(CTRL_C);
        assert_eq!(screen.ends().1, 130);
        shown
    };
    assert!(!asked("key add --token --full").contains(why));
    unasked(&sandbox, &["unlock", "-q"])
        .run()
        .any_stderr()
        .exits(0);
    for line in [
        "key add --token --full",
        "key remove token",
        "vault restore",
        "vault rekey -y",
    ] {
        let shown = asked(line);
        assert!(shown.contains(why), "{line}: {shown}");
    }
    sandbox.kluis(["lock", "-q"]).run().exits(0);
}

#[test]
fn lines_end_between_words_on_a_terminal_and_nowhere_in_a_pipe() {
    let sandbox = with_passphrase("a value");
    let status = |columns| {
        let command = sandbox.kluis(["status"]).command_at_terminal();
        uncolored(&Screen::start(command, columns).ends().0)
    };
    let narrow = status(40);
    let fits = |line: &str| line.len() <= 40 || line.contains("/.local/");
    assert!(narrow.lines().all(fits), "{narrow}");
    let told = "\
kluis: error: the vault is locked: no
  agent holds a key to it
kluis: hint: run `kluis unlock` and type
  the passphrase once
";
    assert!(narrow.ends_with(told), "{narrow}");
    assert_eq!(status(80).lines().count(), 4, "{}", status(80));
    let long = "all the lights in the house that Jack built, and some of the house next door";
    let line = ["update", "name", "--description", long];
    let mut screen = at_terminal(&sandbox, &line);
    answer(&mut screen, "Passphrase: ", PASSPHRASE);
    assert_eq!(
        screen.ends(),
        ("\nkluis: note: changed default/name\n".into(), 0)
    );
    let show = unasked(&sandbox, &["show", "name"]);
    let shown = Screen::start(show.command_at_terminal(), 40).ends().0;
    assert!(shown.lines().all(|line| line.len() <= 40), "{shown}");
    let described = "
description  all the lights in the house
             that Jack built, and some
             of the house next door
";
    assert!(shown.contains(described), "{shown}");
    assert!(shown.contains("\nid\n  sec_"), "{shown}");
    let piped = show.run();
    let text = String::from_utf8(piped.stdout.clone()).unwrap();
    piped.any_stdout().exits(0);
    assert!(
        text.contains(&format!("description      {long}\n")),
        "{text}"
    );
    let mut delete = Screen::start(
        unasked(&sandbox, &["delete", "name", "--forever"]).command_at_terminal(),
        40,
    );
    answer(
        &mut delete,
        "Delete default/name for ever, 1 version?\r\n  [y/N] ",
        "y",
    );
    let (told, code) = delete.ends();
    assert!(
        told.ends_with("kluis: note: deleted default/name for\n  ever\n"),
        "{told}"
    );
    assert_eq!(code, 0);
}

#[test]
fn a_new_passphrase_is_asked_twice_and_again_after_a_mistake() {
    let sandbox = Sandbox::empty();
    sandbox.keep(PASSPHRASE.as_bytes());
    let mut screen = init(&sandbox, &[]);
    answer(&mut screen, "instead): ", PASSPHRASE);
    answer(&mut screen, "Once more: ", "ivory walnut pebble quarts");
    screen.shows("The two differ. Try again.");
    answer(&mut screen, "instead): ", PASSPHRASE);
    answer(&mut screen, "Once more: ", PASSPHRASE);
    answer(&mut screen, "passphrase? [Y/n] ", "n");
    let (_, code) = screen.ends();
    assert_eq!(code, 0);
    assert!(!screen.all().contains("ivory"), "{}", screen.all());
    unasked(&sandbox, &["list"]).run().any_stderr().exits(0);
}

#[test]
fn after_three_mistakes_nothing_is_made() {
    let sandbox = Sandbox::empty();
    let mut screen = init(&sandbox, &[]);
    for _ in 0..3 {
        answer(&mut screen, "instead): ", "ivory walnut pebble one");
        answer(&mut screen, "Once more: ", "ivory walnut pebble two");
    }
    assert_eq!(screen.ends().1, 7);
    assert!(!sandbox.vault().exists());
}

#[test]
fn cancelling_a_prompt_writes_nothing() {
    for keys in [CTRL_C, CTRL_D] {
        let sandbox = Sandbox::empty();
        let mut screen = init(&sandbox, &[]);
        screen.shows("instead): ");
        screen.types("half of i");
        screen.types(if keys == CTRL_D { "\x15\x04" } else { keys });
        assert_eq!(screen.ends().1, 130, "{keys:?}");
        assert!(!screen.all().contains("half"), "{}", screen.all());
        assert!(!sandbox.vault().exists());
    }
}

#[test]
fn a_signal_at_a_prompt_gives_the_echo_back() {
    let sandbox = with_passphrase("a value");
    for (signal, code) in [
        (Signal::TERM, 143),
        (Signal::HUP, 129),
        (Signal::QUIT, 131),
        (Signal::INT, 130),
    ] {
        let mut screen = at_terminal(&sandbox, &["get", "name"]);
        screen.shows("Passphrase: ");
        assert!(!screen.echoes());
        screen.signal(signal);
        assert_eq!(screen.ends().1, code, "{signal:?}");
    }
}

#[test]
fn a_stop_at_a_prompt_gives_the_echo_back_and_asks_again() {
    let sandbox = with_passphrase("a value");
    let script = "set -m; \"$@\"; echo stopped with $?; read -r; fg";
    let get = in_script(sandbox.kluis(["get", "name"]), script);
    let mut screen = Screen::start(get, 80);
    screen.shows("Passphrase: ");
    screen.types(CTRL_Z);
    screen.shows("stopped with 14");
    assert!(screen.echoes());
    screen.types("\n");
    answer(&mut screen, "Passphrase: ", PASSPHRASE);
    screen.shows("a value");
    assert_eq!(screen.ends().1, 0);
    assert!(!screen.all().contains("ivory"), "{}", screen.all());
}

#[test]
fn keys_typed_after_an_answer_do_not_reach_the_shell() {
    let sandbox = with_passphrase("a value");
    let get = sandbox.kluis(["get", "name"]);
    let script = "\"$@\"; read -r -t 1 line; echo \"the shell read <$line>\"";
    let mut screen = Screen::start(in_script(get, script), 80);
    screen.shows("Passphrase: ");
    screen.types(&format!("{PASSPHRASE}\nrm -rf here\n"));
    screen.shows("a value");
    screen.shows("the shell read <>");
    assert_eq!(screen.ends().1, 0);
}

#[test]
fn a_value_from_a_pipe_leaves_the_terminal_to_the_passphrase() {
    let sandbox = with_passphrase("a value");
    let value = sandbox.secret("piped");
    let given = sandbox.given("value", &value);
    let create = sandbox.kluis(["create", "other"]).env("VALUE", given);
    let mut screen = Screen::start(in_script(create, "cat \"$VALUE\" | \"$@\""), 80);
    answer(&mut screen, "Passphrase: ", PASSPHRASE);
    let (said, code) = screen.ends();
    assert_eq!((&*said, code), ("\ncreated other\n", 0));
    assert!(!screen.all().contains("Value"), "{}", screen.all());
    let got = unasked(&sandbox, &["get", "other"]).run();
    got.stdout(value).exits(0);
}

#[test]
fn at_a_terminal_create_and_set_name_the_secret() {
    let sandbox = Sandbox::with_vault();
    let staging = ["workspace", "create", "staging"];
    sandbox.kluis(staging).run().any_stdout().exits(0);
    let file = sandbox.given("value", sandbox.secret("value"));
    let source = ["--value-file", file.to_str().unwrap()];
    for (line, result) in [
        ("create token", "created token\n"),
        ("set token", "unchanged: token\n"),
        ("set token --description CI", "updated token\n"),
        ("set default/token --description x", "updated token\n"),
        ("set staging/token", "created staging/token\n"),
        ("set -w staging token -q", "unchanged: staging/token\n"),
        (
            "set -w staging token --description CI",
            "updated staging/token\n",
        ),
    ] {
        let line = line.split(' ').chain(source);
        let mut screen = Screen::start(sandbox.kluis(line).command_at_terminal(), 80);
        assert_eq!(screen.ends(), (result.to_owned(), 0));
    }
    let json = ["set", "token", "--json"].into_iter().chain(source);
    let mut screen = Screen::start(sandbox.kluis(json).command_at_terminal(), 80);
    let (said, code) = screen.ends();
    assert!(
        code == 0 && said.starts_with("{\n  \"id\": \"sec_"),
        "{said}"
    );
}

#[test]
fn without_a_pipe_you_type_the_value_twice() {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("typed");
    let mut screen = at_terminal(&sandbox, &["create", "name"]);
    answer(&mut screen, "Value: ", &value);
    answer(&mut screen, "Once more: ", &value);
    assert_eq!(screen.ends().1, 0);
    assert!(!screen.all().contains(&value));
    assert_eq!(sandbox.get("name"), value.as_bytes());
}

#[test]
fn deleting_for_ever_asks_and_an_empty_answer_means_no() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "a value");
    let before = sandbox.bytes();
    for refusal in ["", "n", "No"] {
        let mut screen = at_terminal(&sandbox, &["delete", "name", "--forever"]);
        answer(&mut screen, "[y/N] ", refusal);
        assert_eq!(screen.ends().1, 130, "{refusal:?}");
        assert!(sandbox.bytes() == before);
    }
    let mut screen = at_terminal(&sandbox, &["delete", "name", "--forever"]);
    answer(&mut screen, "[y/N] ", "perhaps");
    screen.shows("Please answer yes or no.");
    answer(&mut screen, "[y/N] ", "y");
    assert_eq!(screen.ends().1, 0);
    assert!(sandbox.bytes() != before);
}

#[test]
fn cancelling_a_question_changes_nothing() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "a value");
    for keys in [CTRL_C, CTRL_D] {
        let before = sandbox.bytes();
        let mut screen = at_terminal(&sandbox, &["delete", "name", "--forever"]);
        screen.shows("[y/N] ");
        screen.types(keys);
        assert_eq!(screen.ends().1, 130, "{keys:?}");
        assert!(sandbox.bytes() == before);
    }
}

#[test]
fn a_terminal_is_not_steered_by_a_value() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "a\u{1b}[2Jb\u{202e}c\nd\n");
    let mut screen = at_terminal(&sandbox, &["get", "name"]);
    let (said, code) = screen.ends();
    assert_eq!(code, 0);
    assert!(said.starts_with("a\\u{1b}[2Jb\\u{202e}c\nd\n"), "{said:?}");
    assert!(said.contains("shown escaped"), "{said:?}");
}

#[test]
fn a_weak_passphrase_is_answered_with_six_words() {
    let sandbox = Sandbox::empty();
    let mut screen = init(&sandbox, &[]);
    answer(&mut screen, "instead): ", "hunter2");
    answer(&mut screen, "Once more: ", "hunter2");
    screen.shows("could guess");
    answer(&mut screen, "Use six random words instead? [Y/n] ", "");
    screen.shows("Write down your passphrase: ");
    let words = screen.shows("\n").trim_end().to_owned();
    assert_eq!(words.matches('-').count(), 5, "{words}");
    answer(&mut screen, "Type it to confirm: ", "something else");
    answer(&mut screen, "Type it to confirm: ", &words);
    answer(&mut screen, "passphrase? [Y/n] ", "n");
    assert_eq!(screen.ends().1, 0);

    sandbox.keep(words.as_bytes());
    let mut screen = at_terminal(&sandbox, &["vault", "verify"]);
    answer(&mut screen, "Passphrase: ", &words);
    answer(&mut screen, "unused for 15m? [Y/n] ", "n");
    assert_eq!(screen.ends().1, 0);
}

#[test]
fn a_weak_passphrase_is_the_users_choice() {
    let sandbox = Sandbox::empty();
    let mut screen = init(&sandbox, &[]);
    answer(&mut screen, "instead): ", "hunter2");
    answer(&mut screen, "Once more: ", "hunter2");
    answer(&mut screen, "instead? [Y/n] ", "n");
    answer(&mut screen, "passphrase? [Y/n] ", "n");
    assert_eq!(screen.ends().1, 0);
    let mut screen = at_terminal(&sandbox, &["vault", "verify"]);
    answer(&mut screen, "Passphrase: ", "hunter2");
    answer(&mut screen, "unused for 15m? [Y/n] ", "n");
    assert_eq!(screen.ends().1, 0);
}

#[test]
fn a_recovery_token_is_offered_and_opens_the_vault() {
    let sandbox = Sandbox::empty();
    sandbox.keep(PASSPHRASE.as_bytes());
    let mut screen = init(&sandbox, &[]);
    answer(&mut screen, "instead): ", PASSPHRASE);
    answer(&mut screen, "Once more: ", PASSPHRASE);
    answer(&mut screen, "passphrase? [Y/n] ", "");
    screen.shows("the recovery token");
    screen.shows("computer:");
    let token = screen.shows("kls_").trim_start().to_owned() + screen.shows("\n").trim_end();
    let (next, code) = screen.ends();
    assert!(
        next.starts_with("kluis: note: next: store a value with `kluis set NAME`"),
        "{next}"
    );
    assert_eq!(code, 0);

    sandbox.keep(token.as_bytes());
    let opened = sandbox.kluis(["list"]).env("KLUIS_TOKEN", token).run();
    opened.stderr("kluis: note: no secrets\n").exits(0);
}

#[test]
fn a_terminal_shows_a_scheduled_rotation() {
    let sandbox = with_passphrase("a value");
    settings(&sandbox, "auto_agent = 'never'");
    let rotate = ["rotate", "name", "--generate", "8", "--in", "7d"];
    let mut screen = at_terminal(&sandbox, &rotate);
    answer(&mut screen, "Passphrase: ", PASSPHRASE);
    screen.shows("the new value of default/name becomes effective at");
    screen.shows(", in 7d");
    assert_eq!(screen.ends().1, 0);
    let mut screen = at_terminal(&sandbox, &["list"]);
    answer(&mut screen, "Passphrase: ", PASSPHRASE);
    screen.shows("STATE");
    screen.shows("rotates in ");
    assert_eq!(screen.ends().1, 0);
    let piped = unasked(&sandbox, &["list"]).run();
    let rows = String::from_utf8(piped.stdout.clone()).unwrap();
    assert!(!rows.contains("rotates"), "{rows}");
    piped.any_stdout().exits(0);
}

#[test]
fn key_passphrase_says_that_the_agent_forgot_the_key() {
    let sandbox = with_passphrase("a value");
    unasked(&sandbox, &["unlock", "-q"]).run().exits(0);
    sandbox.kluis(["status", "-q"]).run().exits(0);
    let new = sandbox.given("new", "another good passphrase");
    let file = [
        "key",
        "passphrase",
        "--kdf",
        CHEAP_KDF,
        "--new-passphrase-file",
    ];
    let change = unasked(&sandbox, &[&file[..], &[new.to_str().unwrap()]].concat());
    change
        .run()
        .stderr_has("the agent forgot the old key; `kluis unlock` unlocks the vault again")
        .exits(0);
    sandbox
        .kluis(["status"])
        .run()
        .any_stdout()
        .any_stderr()
        .exits(4);

    // Changed elsewhere, so the agent does not know: it learns of it when it is asked.
    let unlock = |file: &Path| {
        let unlock = sandbox.kluis(["unlock"]);
        unlock.env("KLUIS_PASSPHRASE_FILE", file).run()
    };
    unlock(&new).stderr_has("unlocked, until").exits(0);
    let old = sandbox.given_path("passphrase");
    let there = [
        "passphrase",
        "-q",
        "--kdf",
        CHEAP_KDF,
        "--new-passphrase-file",
    ];
    let there = sandbox.kluis(there.iter().map(OsStr::new).chain([old.as_os_str()]));
    let there = there.env("XDG_STATE_HOME", sandbox.home().join("elsewhere"));
    let there = there.env("KLUIS_PASSPHRASE_FILE", &new).run();
    there.any_stderr().exits(0);
    unlock(&old).stderr_has("unlocked, until").exits(0);
    assert_eq!(sandbox.get("name"), b"a value");
}

#[test]
fn a_table_fits_the_terminal() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("db_password", "a value");
    let text = "the production database, in Amsterdam and in Frankfurt, since spring";
    let described = ["update", "db_password", "--description", text];
    sandbox.kluis(described).run().exits(0);
    for columns in [100, 30] {
        let list = sandbox.kluis(["list"]).command_at_terminal();
        let (table, code) = Screen::start(list, columns).ends();
        assert_eq!(code, 0);
        for line in table.lines() {
            assert!(line.chars().count() <= usize::from(columns), "{line}");
        }
        let headings = table.lines().next().unwrap();
        // Too narrow for columns, it becomes a paragraph.
        assert_eq!(headings.contains("UPDATED"), columns == 100, "{table}");
        assert!(
            table.contains("NAME") && table.contains("db_password"),
            "{table}"
        );
        let words: Vec<&str> = table.split_whitespace().collect();
        assert!(
            text.split_whitespace().all(|word| words.contains(&word)),
            "{table}"
        );
    }
}

#[test]
fn errors_are_coloured_where_that_is_wanted() {
    let sandbox = Sandbox::with_vault();
    let get = |arguments: &[&str], variable: Option<&str>| {
        let get = sandbox.kluis([&["get", "absent"], arguments].concat());
        let get = match variable {
            Some(name) => get.env(name, "1"),
            None => get,
        };
        let (said, code) = Screen::start(get.command_at_terminal(), 80).ends();
        assert_eq!(code, 3);
        said.contains("\u{1b}[")
    };
    assert!(get(&[], None));
    assert!(!get(&[], Some("NO_COLOR")));
    assert!(!get(&["--color", "never"], None));
    assert!(get(&["--color", "always"], Some("NO_COLOR")));
    // Also before the settings are known.
    let mistyped = |variable: &str| {
        let mistyped = sandbox.kluis(["gte"]).env(variable, "1");
        let (said, code) = Screen::start(mistyped.command_at_terminal(), 80).ends();
        assert_eq!(code, 2);
        said.contains("\u{1b}[")
    };
    assert!(mistyped("KLUIS_NON_INTERACTIVE"));
    assert!(!mistyped("NO_COLOR"));
    // Without a terminal, only when asked.
    let absent = sandbox.kluis(["get", "absent"]).run();
    assert!(!absent.stderr.contains('\u{1b}'));
    absent.any_stderr().exits(3);
    let absent = sandbox.kluis(["get", "absent", "--color", "always"]).run();
    absent.stderr_has("\u{1b}[").exits(3);
}

#[test]
fn non_interactive_means_no_question() {
    let sandbox = with_passphrase("a value");
    let get = sandbox
        .kluis(["get", "name"])
        .env("KLUIS_NON_INTERACTIVE", "1");
    for get in [get, sandbox.kluis(["get", "name", "--non-interactive"])] {
        let (said, code) = Screen::start(get.command_at_terminal(), 80).ends();
        assert!(code == 4 && !said.contains("Passphrase:"), "{said}");
    }
}

#[test]
fn a_new_passphrase_replaces_the_old_one() {
    let sandbox = with_passphrase("a value");
    let mut screen = at_terminal(&sandbox, &["key", "passphrase", "--kdf", CHEAP_KDF]);
    answer(&mut screen, "Passphrase: ", PASSPHRASE);
    answer(&mut screen, "New passphrase: ", "copper lantern meadow");
    answer(&mut screen, "Once more: ", "copper lantern meadow");
    assert_eq!(screen.ends().1, 0);
    unasked(&sandbox, &["get", "name"])
        .run()
        .any_stderr()
        .exits(4);
    let mut screen = at_terminal(&sandbox, &["get", "name"]);
    answer(&mut screen, "Passphrase: ", "copper lantern meadow");
    assert_eq!(screen.ends(), ("\na value\n".to_owned(), 0));
}
