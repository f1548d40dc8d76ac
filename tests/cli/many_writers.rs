//! Many processes on one vault.

use crate::sandbox::Sandbox;
use std::collections::BTreeSet;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

#[test]
fn nothing_acknowledged_is_lost_among_many_writers_and_no_reader_fails() {
    const WRITERS: usize = 8;
    const CREATES: usize = 25;
    let sandbox = Sandbox::with_vault();
    sandbox.create("first", "v");
    let create = |writer: usize, number: usize| {
        let name = format!("secret-{writer}-{number}");
        let line = ["create", &name, "--generate", "8", "--lock-timeout", "90s"];
        sandbox.kluis(line).command()
    };
    let writers: Vec<Vec<Command>> = (0..WRITERS)
        .map(|writer| (0..CREATES).map(|number| create(writer, number)).collect())
        .collect();
    let readers = [&["get", "first"][..], &["list", "-q"], &["verify"]];
    let readers = readers.map(|line| sandbox.kluis(line).command());
    let done = AtomicBool::new(false);
    let ids = thread::scope(|threads| {
        let writers: Vec<_> = writers
            .into_iter()
            .map(|commands| {
                threads.spawn(move || {
                    let ids = commands.into_iter().map(|mut create| {
                        let output = create.output().unwrap();
                        assert!(output.status.success(), "{output:?}");
                        output.stdout
                    });
                    ids.collect::<Vec<_>>()
                })
            })
            .collect();
        for mut reader in readers {
            let done = &done;
            threads.spawn(move || {
                while !done.load(Ordering::Relaxed) {
                    let output = reader.output().unwrap();
                    assert!(output.status.success(), "{output:?}");
                    thread::sleep(Duration::from_millis(20));
                }
            });
        }
        let ids = writers.into_iter().map(thread::ScopedJoinHandle::join);
        let ids: Vec<_> = ids.collect();
        done.store(true, Ordering::Relaxed);
        ids.into_iter()
            .flat_map(Result::unwrap)
            .collect::<BTreeSet<_>>()
    });
    assert_eq!(ids.len(), WRITERS * CREATES);
    let listed = sandbox.kluis(["list", "-q"]).run();
    assert_eq!(
        listed.stdout.split(|byte| *byte == b'\n').count() - 2,
        WRITERS * CREATES
    );
    listed.any_stdout().exits(0);
    let verified = sandbox.kluis(["verify", "--json"]).run();
    assert_eq!(verified.json()["values"], WRITERS * CREATES + 1);
    verified.any_stdout().exits(0);
}
