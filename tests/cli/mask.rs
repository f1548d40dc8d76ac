//! Tests `run --mask`: it hides a command's values in its output and changes nothing else: colours, keys,
//! signals, the exit code.

use crate::sandbox::{Invocation, Sandbox};
use crate::screen::Screen;
use crate::test_program::write_program;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const CTRL_C: &str = "\x03";
const CTRL_D: &str = "\x04";
const CTRL_Z: &str = "\x1a";

/// A vault with one secret, which is `V` in scripts.
fn with_secret() -> (Sandbox, String) {
    let sandbox = Sandbox::with_vault();
    let value = sandbox.secret("value");
    sandbox.create("name", &value);
    (sandbox, value)
}

fn masked<'s>(sandbox: &'s Sandbox, script: &str) -> Invocation<'s> {
    sandbox.kluis(["run", "--mask", "-e", "V=name", "--", "sh", "-c", script])
}

fn at_terminal(sandbox: &Sandbox, script: &str) -> Screen {
    Screen::start(masked(sandbox, script).command_at_terminal(), 80)
}

/// A shell at a terminal starts it as `"$@"`.
fn in_shell(sandbox: &Sandbox, script: &str, shell: &str) -> Screen {
    let command = masked(sandbox, script).under(["bash", "-c", shell, "bash"]);
    Screen::start(command.command_at_terminal(), 80)
}

#[test]
fn values_are_hidden_on_both_streams_and_the_rest_is_not() {
    let (sandbox, _) = with_secret();
    let script = r#"echo "out <$V>$V"; printf 'err %s' "$V" >&2; printf '\000\377'"#;
    let ran = masked(&sandbox, script).run();
    ran.stdout(b"out <[hidden]>[hidden]\n\0\xff")
        .stderr("err [hidden]")
        .exits(0);
}

#[test]
fn a_value_that_comes_byte_by_byte_is_hidden() {
    let (sandbox, _) = with_secret();
    let script = "printf '%s|%.9s|%s' \"$V\" \"$V\" \"$V\" | dd bs=1 2>/dev/null";
    let ran = masked(&sandbox, script).run();
    // Nine bytes are no value, and are shown once that is certain.
    ran.stdout("[hidden]|value-can|[hidden]").exits(0);
}

#[test]
fn values_are_hidden_in_other_forms() {
    let (sandbox, _) = with_secret();
    for (script, shown) in [
        ("printf %s \"$V\" | base64 -w 0", "[hidden]"),
        ("printf 'user:%s' \"$V\" | base64 -w 0", "dXNlcjp[hidden]"),
        (
            "printf 'me:%s' \"$V\" | base64 -w 0 | tr +/ -_",
            "bWU6[hidden]",
        ),
        (
            "printf %s \"$V$V\" | od -An -v -tx1 | tr -d ' \\n'",
            "[hidden]",
        ),
        (
            "printf %s \"$V\" | od -An -v -tx1 | tr -d ' \\n' | tr a-f A-F",
            "[hidden]",
        ),
    ] {
        masked(&sandbox, script).run().stdout(shown).exits(0);
    }
    sandbox.create("odd", "a \"quoted\"/value\n");
    for (script, shown) in [
        (
            r#"printf '{"v": "a \\"quoted\\"/value\\n"}'"#,
            "{\"v\": \"[hidden]\\n\"}",
        ),
        ("printf a+%%22quoted%%22%%2fvalue%%0A", "[hidden]%0A"),
    ] {
        let run = ["run", "--mask", "-e", "V=odd", "--", "sh", "-c", script];
        sandbox.kluis(run).run().stdout(shown).exits(0);
    }
}

#[test]
fn an_encoding_in_lines_is_hidden() {
    let (sandbox, value) = with_secret();
    sandbox.create("long", value.repeat(20));
    let long = |script: &str, shown: &str| {
        let run = ["run", "--mask", "-e", "V=long", "--", "sh", "-c", script];
        sandbox.kluis(run).run().stdout(shown).exits(0);
    };
    long("printf %s \"$V\" | base64", "[hidden]\n");
    long("printf 'user:%s' \"$V\" | base64", "dXNlcjp[hidden]\n");
    long(
        "printf %s \"$V\" | base64 -w 7 | sed 's/$/\\r/'",
        "[hidden]\r\n",
    );
    let hex = "printf %s \"$V\" | od -An -v -tx1 | tr -d ' \\n' | fold -w 60; echo";
    long(hex, "[hidden]\n");
    // An encoder writes no empty line.
    let ran = masked(
        &sandbox,
        "printf '%.2s\\n\\n' $(printf %s \"$V\" | base64 -w 0)",
    )
    .run();
    ran.stdout("dm\n\n").exits(0);
}

#[test]
fn what_a_shell_traces_and_lists_is_hidden() {
    let (sandbox, value) = with_secret();
    sandbox.create("odd", format!("it's \"$(x)\"\n{value}\n\u{1b}é"));
    for (script, shown) in [
        ("set -x; : \"$V\"", "+ : '[hidden]'\n"),
        ("declare -p V", "declare -x V=$'[hidden]'\n"),
        ("printf %q \"$V\"", "$'[hidden]'"),
    ] {
        let script = format!("exec 2>&1; {script}");
        let run = ["run", "--mask", "-e", "V=odd", "--", "bash", "-c", &script];
        sandbox.kluis(run).run().stdout(shown).exits(0);
    }
}

#[test]
fn each_line_of_a_value_is_hidden() {
    let sandbox = Sandbox::with_vault();
    let [one, two] = ["one", "two"].map(|label| sandbox.secret(label));
    sandbox.create("name", format!("{one}\nx\n  {two}\n"));
    let script = r#"echo "$V"; echo "$V" | sed 's/^/> /'"#;
    let ran = masked(&sandbox, script).run();
    ran.stdout("[hidden]\n\n> [hidden]\n> x\n>   [hidden]\n> \n")
        .exits(0);
}

#[test]
fn a_value_too_short_to_be_hidden_is_named() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", "5432");
    let warned = "kluis: warning: the value of V is not hidden: it has fewer than 6 bytes, and would match unrelated output\n";
    let ran = masked(&sandbox, "echo \"$V\"").run();
    ran.stdout("5432\n").stderr(warned).exits(0);
}

#[test]
fn the_value_on_the_standard_input_is_hidden_too() {
    let sandbox = Sandbox::with_vault();
    sandbox.create("name", sandbox.secret("value"));
    let run = ["run", "--mask", "--stdin", "name", "--", "cat"];
    sandbox.kluis(run).run().stdout("[hidden]").exits(0);
    sandbox.create("port", "5432");
    let warned = "kluis: warning: the value on the standard input is not hidden: it has fewer than 6 bytes, and would match unrelated output\n";
    let run = ["run", "--mask", "--stdin", "port", "--", "cat"];
    sandbox
        .kluis(run)
        .run()
        .stdout("5432")
        .stderr(warned)
        .exits(0);
}

#[test]
fn the_exit_code_is_the_commands_own_or_says_how_it_never_ran() {
    let (sandbox, _) = with_secret();
    for (script, code) in [
        ("exit 0", 0),
        ("exit 7", 7),
        ("kill -TERM $$", 143),
        ("kill -KILL $$", 137),
        ("kill -PIPE $$", 141),
    ] {
        masked(&sandbox, script).run().exits(code);
    }
    for (arguments, code, said) in [
        (["V=absent", "true"], 125, "there is no secret"),
        (["V=name", "/etc/passwd"], 126, "is not an executable file"),
        (["V=name", "absent"], 127, "there is no command absent"),
    ] {
        let [chosen, command] = arguments;
        let run = ["run", "--mask", "-e", chosen, "--", command];
        sandbox.kluis(run).run().stderr_has(said).exits(code);
    }
    let script = sandbox.given_path("script");
    write_program(&script, "#!/absent/interpreter\n");
    let run = [
        "run",
        "--mask",
        "-e",
        "V=name",
        "--",
        script.to_str().unwrap(),
    ];
    let said = "names an interpreter that does not exist";
    sandbox.kluis(run).run().stderr_has(said).exits(127);
    let mut screen = Screen::start(sandbox.kluis(run).command_at_terminal(), 80);
    let (shown, code) = screen.ends();
    let shown = shown.replace("\n  ", " ");
    assert!(shown.contains(said) && code == 127, "{shown}");
}

#[test]
fn stdin_is_the_commands() {
    let (sandbox, _) = with_secret();
    let ran = masked(&sandbox, "cat; cat").stdin(b"given\0\n").run();
    ran.stdout(b"given\0\n").exits(0);
}

#[test]
fn signals_are_passed_on() {
    let (sandbox, _) = with_secret();
    for (signal, name) in [
        (Signal::TERM, "TERM"),
        (Signal::HUP, "HUP"),
        (Signal::INT, "INT"),
        (Signal::QUIT, "QUIT"),
        (Signal::USR1, "USR1"),
        (Signal::USR2, "USR2"),
    ] {
        let script = format!(
            "trap 'echo heard {name} $V; exit 9' {name}; echo ready; while :; do sleep 0.02; done"
        );
        let mut command = masked(&sandbox, &script).command();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        kill_process(Pid::from_child(&child), signal).unwrap();
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, format!("heard {name} [hidden]\n"));
        assert_eq!(child.wait().unwrap().code(), Some(9));
    }
}

#[test]
fn a_command_with_a_closed_reader_ends_as_in_any_pipe() {
    let (sandbox, _) = with_secret();
    let shell = "\"$@\" | head -n 2; echo ${PIPESTATUS[0]}";
    let ran = masked(&sandbox, "while :; do echo \"$V\"; done");
    let ran = ran.under(["bash", "-c", shell, "bash"]).run();
    ran.stdout("[hidden]\n[hidden]\n141\n").exits(0);
}

#[test]
fn late_output_is_shown_but_not_waited_for_long() {
    let (sandbox, _) = with_secret();
    let script = "(sleep 0.3; echo \"later $V\"; sleep 100) & echo \"now $V\"";
    let ran = masked(&sandbox, script).run();
    ran.stdout("now [hidden]\nlater [hidden]\n").exits(0);
}

#[test]
fn a_terminal_stays_one_with_its_colours_and_its_size() {
    let (sandbox, value) = with_secret();
    let script = r#"test -t 0 && test -t 1 && test -t 2 && stty size
        for step in 1 2; do printf '\r\033[32m%s\033[0m %s' "$V" $step; done
        echo; echo "$V" > /dev/tty; echo "$V" >&2; tput cols; exit 3"#;
    let mut screen = Screen::start(
        masked(&sandbox, script)
            .env("TERM", "xterm")
            .command_at_terminal(),
        80,
    );
    let (shown, code) = screen.ends();
    let bar = "\r\x1b[32m[hidden]\x1b[0m";
    let expected = format!("24 80\n{bar} 1{bar} 2\n[hidden]\n[hidden]\n80\n");
    assert_eq!((shown, code), (expected, 3));
    assert!(!screen.all().contains(&value));
}

#[test]
fn a_new_size_reaches_the_command() {
    let (sandbox, _) = with_secret();
    let script = "trap 'stty size' WINCH; echo ready; while :; do sleep 0.02; done";
    let mut screen = at_terminal(&sandbox, script);
    screen.shows("ready");
    screen.resize(57);
    screen.shows("24 57");
    screen.types(CTRL_C);
    assert_eq!(screen.ends().1, 130);
}

#[test]
fn a_prompt_without_a_newline_is_shown_at_once_and_answered() {
    let (sandbox, value) = with_secret();
    // Its last letter is the first of the value.
    let script = "printf 'Answer v'; read -r line; echo \"<$line> $V\"";
    let mut screen = at_terminal(&sandbox, script);
    assert_eq!(screen.shows("Answer v"), "Answer v");
    assert!(
        !screen.echoes(),
        "the keys go to the command's own terminal"
    );
    screen.types("yes\n");
    assert_eq!(screen.ends(), ("yes\n<yes> [hidden]\n".to_owned(), 0));
    assert!(!screen.all().contains(&value));
}

#[test]
fn the_command_can_hide_what_you_type() {
    let (sandbox, _) = with_secret();
    let script = "stty -echo; printf 'Secret: '; read -r line; stty echo; echo \"${#line}\"";
    let mut screen = at_terminal(&sandbox, script);
    screen.shows("Secret: ");
    screen.types("typed\n");
    assert_eq!(screen.ends(), ("5\n".to_owned(), 0));
}

#[test]
fn ctrl_c_and_ctrl_d_work_as_usual() {
    let (sandbox, _) = with_secret();
    let script = "trap 'echo \"caught $V\"' INT; echo ready; cat; echo after";
    let mut screen = at_terminal(&sandbox, script);
    screen.shows("ready\r\n");
    screen.types("a line\n");
    assert_eq!(screen.shows("a line\r\na line\r\n"), "a line\na line\n");
    screen.types(CTRL_C);
    assert_eq!(screen.ends(), ("^Ccaught [hidden]\nafter\n".to_owned(), 0));
    let mut screen = at_terminal(&sandbox, "echo ready; cat; echo end");
    screen.shows("ready\r\n");
    screen.types("a line\n");
    screen.shows("a line\r\na line\r\n");
    screen.types(CTRL_D);
    assert_eq!(screen.ends(), ("end\n".to_owned(), 0));
}

#[test]
fn keys_typed_before_the_command_runs_are_its_own() {
    let (sandbox, _) = with_secret();
    let mut screen = at_terminal(&sandbox, "read -r line; echo \"<$line>\"");
    screen.types("early\n");
    screen.shows("<early>\r\n");
    assert_eq!(screen.ends().1, 0);
}

#[test]
fn a_command_stops_and_continues_like_any_other_job() {
    let (sandbox, _) = with_secret();
    let shell = "set -m; \"$@\"; echo stopped with $?; read -r; fg";
    // A builtin: a shell that is about to start another program may not stop as a whole.
    let script = "echo ready; read -r line; echo \"<$line> $V\"; stty size";
    let mut screen = in_shell(&sandbox, script, shell);
    screen.shows("ready");
    assert!(!screen.echoes());
    screen.types(CTRL_Z);
    screen.shows("stopped with 14");
    assert!(screen.echoes(), "the shell has its terminal back");
    screen.resize(40);
    screen.types("\n");
    screen.types("a line\n");
    screen.shows("<a line> [hidden]\r\n24 40\r\n");
    assert_eq!(screen.ends().1, 0);
}

#[test]
fn a_job_in_the_background_leaves_the_keys_to_the_shell() {
    let (sandbox, _) = with_secret();
    let shell = "set -m; \"$@\" & read -r line; echo \"the shell read <$line>\"; fg";
    let mut screen = in_shell(&sandbox, "echo \"ready $V\"; cat; echo end", shell);
    screen.shows("ready [hidden]");
    assert!(screen.echoes());
    screen.types("for the shell\n");
    screen.shows("the shell read <for the shell>");
    screen.types("for cat\n");
    screen.shows("for cat\r\n");
    screen.shows("for cat\r\n");
    screen.types(CTRL_D);
    screen.shows("end");
    assert_eq!(screen.ends().1, 0);
}

#[test]
fn a_shell_in_it_has_job_control() {
    let (sandbox, _) = with_secret();
    let script = "PS1='$ ' exec bash --norc --noprofile -i";
    let mut screen = at_terminal(&sandbox, script);
    screen.shows("$ ");
    screen.types("sh -c 'echo sta''rted; exec sleep 100'\n");
    screen.shows("started");
    screen.types(CTRL_Z);
    screen.shows("Stopped");
    screen.types("echo \"<$V>\"\n");
    screen.shows("<[hidden]>");
    // The first time it warns of the stopped job.
    screen.types("exit 5\n");
    screen.shows("There are stopped jobs.");
    screen.types("exit 5\n");
    assert_eq!(screen.ends().1, 5);
}

#[test]
fn a_signal_ends_the_command_and_gives_the_terminal_back() {
    let (sandbox, _) = with_secret();
    for (signal, code) in [
        (Signal::TERM, 143),
        (Signal::HUP, 129),
        (Signal::INT, 130),
        (Signal::QUIT, 131),
    ] {
        let mut screen = at_terminal(&sandbox, "echo ready; exec sleep 100");
        screen.shows("ready");
        assert!(!screen.echoes());
        screen.signal(signal);
        assert_eq!(screen.ends().1, code, "{signal:?}");
    }
}

#[test]
fn in_a_pipeline_a_terminal_stays_one_and_keys_stay_untouched() {
    let (sandbox, value) = with_secret();
    let script = "test -t 2 && ! test -t 1 && stty size <&2 >&2; echo \"$V\"; echo \"$V\" >&2";
    let mut screen = in_shell(&sandbox, script, "\"$@\" | sed 's/^/piped /' >&2");
    let (shown, code) = screen.ends();
    assert_eq!(code, 0);
    assert!(shown.contains("24 80\n"), "{shown}");
    assert!(
        shown.contains("\n[hidden]\n") && shown.contains("piped [hidden]\n"),
        "{shown}"
    );
    assert!(!shown.contains(&value));

    let script = "cat; test -t 1 && test -t 2 && echo \"$V\"; echo ready; exec sleep 100";
    let mut screen = in_shell(&sandbox, script, "echo piped | \"$@\"");
    assert_eq!(screen.shows("ready"), "piped\n[hidden]\nready");
    assert!(screen.echoes());
    screen.types(CTRL_C);
    assert_eq!(screen.ends().1, 130);
}

#[cfg(target_os = "linux")]
#[test]
fn the_command_cannot_read_the_processes_above_it() {
    let (sandbox, value) = with_secret();
    let found = sandbox.given_path("found");
    // Up to the first process with another name; text that it could read goes past the mask.
    let script = "up=$PPID
        while grep -q '^Name:.kluis\\|^Name:.exe' /proc/$up/status; do
            echo 'looked at a process above'
            tr '\\0' ' ' < /proc/$up/cmdline
            for file in environ mem maps; do
                (: < /proc/$up/$file) && echo \"could read $file\"
            done
            up=$(sed -n 's/^PPid:.//p' /proc/$up/status)
        done > \"$FOUND\" 2> /dev/null
        (: < /proc/$$/environ) && echo \"$V\"";
    // Root may look anywhere, unless it drops these rights.
    let under = ["setpriv", "--bounding-set=-all"];
    let is_root = rustix::process::geteuid().is_root();
    let script = sandbox.given("script", script);
    let run = || {
        let run = ["run", "--mask", "-e", "V=name", "--", "sh"];
        let run = run
            .map(std::ffi::OsStr::new)
            .into_iter()
            .chain([script.as_os_str()]);
        let run = sandbox.kluis(run).env("FOUND", &found);
        if is_root { run.under(under) } else { run }
    };
    run().run().stdout("[hidden]\n").exits(0);
    let seen = |processes| {
        let text = String::from_utf8(sandbox.was_given("found")).unwrap();
        assert_eq!(text.matches("looked at").count(), processes, "{text}");
        assert!(
            !text.contains("could read") && !text.contains(&value),
            "{text}"
        );
    };
    seen(1);
    let mut screen = Screen::start(run().command_at_terminal(), 80);
    assert_eq!(screen.ends(), ("[hidden]\n".to_owned(), 0));
    seen(2);
}

#[test]
fn a_reader_that_takes_its_time_gets_everything() {
    let (sandbox, _) = with_secret();
    // More than one pipe can buffer and less than two: the command ends, and nobody reads until long after its
    // grace.
    let shell = "\"$@\" | { sleep 4; wc -l; }";
    let ran = masked(&sandbox, "seq 1 20000; echo \"$V\"");
    let ran = ran.under(["bash", "-c", shell, "bash"]).run();
    ran.stdout("20001\n").exits(0);
}

#[test]
fn output_after_the_end_is_not_awaited_for_ever() {
    let (sandbox, _) = with_secret();
    let started = Instant::now();
    for script in ["sleep 60 & echo done", "yes >&2 & echo done"] {
        let ran = masked(&sandbox, &format!("{script}; echo $! > left")).run();
        ran.stdout("done\n").any_stderr().exits(0);
        let left = fs::read_to_string(sandbox.home().join("left")).unwrap();
        let mut kill = Command::new("kill");
        let _ = kill
            .args(["-9", left.trim()])
            .stderr(Stdio::null())
            .status();
    }
    assert!(started.elapsed() < Duration::from_secs(30));
}

#[test]
fn two_streams_that_are_one_pipe_come_in_their_order() {
    let (sandbox, _) = with_secret();
    let script = "for i in 1 2 3 4 5 6 7 8 9; do echo out $i; echo err $i >&2; done";
    let shell = "\"$@\" 2>&1 | cat";
    let ran = masked(&sandbox, script)
        .under(["bash", "-c", shell, "bash"])
        .run();
    let lines: Vec<String> = (1..=9)
        .flat_map(|i| [format!("out {i}\n"), format!("err {i}\n")])
        .collect();
    ran.stdout(lines.concat()).exits(0);
}
