//! Stands in for Docker's engine, as far as its client needs it to pass on a container's environment.

use super::hostile::{Document, Values};
use super::programs::Program;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::mpsc;
use std::thread;

/// The environment that `docker create --env-file` sends to the engine.
pub fn environment_of(docker: &Program, document: &Document) -> Values {
    let home = document.sandbox().home();
    let socket = home.join("engine");
    let listener = UnixListener::bind(&socket).unwrap();
    let (sender, receiver) = mpsc::channel();
    // It ends with this process.
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let sender = sender.clone();
            thread::spawn(move || serve(&connection, &sender));
        }
    });
    let mut command = docker.command();
    let created = command
        .env("HOME", home)
        .arg("--host")
        .arg(format!("unix://{}", socket.display()))
        .args(["create", "--env-file"])
        .arg(document.sandbox().given_path("document"))
        .arg("image")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&created.stderr);
    assert!(created.status.success(), "docker: {said}");
    let body: serde_json::Value = serde_json::from_slice(&receiver.recv().unwrap()).unwrap();
    let pairs = body["Env"].as_array().unwrap().iter();
    let pairs = pairs.map(|pair| pair.as_str().unwrap().split_once('=').unwrap());
    pairs
        .map(|(key, value)| (key.to_owned(), value.as_bytes().to_vec()))
        .collect()
}

/// Answers requests until the client disconnects; keeps the body of the request that makes a container.
fn serve(connection: &UnixStream, created: &mpsc::Sender<Vec<u8>>) {
    let mut reader = BufReader::new(connection);
    loop {
        let mut request = String::new();
        if reader.read_line(&mut request).unwrap_or(0) == 0 {
            return;
        }
        let mut length = 0;
        loop {
            let mut header = String::new();
            reader.read_line(&mut header).unwrap();
            let header = header.trim_end().to_ascii_lowercase();
            if let Some(bytes) = header.strip_prefix("content-length: ") {
                length = bytes.parse().unwrap();
            }
            if header.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        let (status, answer) = if request.contains("/containers/create") {
            created.send(body).unwrap();
            ("201 Created", "{\"Id\":\"0\",\"Warnings\":[]}")
        } else {
            ("200 OK", "{}")
        };
        let sent = if request.starts_with("HEAD") {
            ""
        } else {
            answer
        };
        let answer = format!(
            "HTTP/1.1 {status}\r\nApi-Version: 1.45\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{sent}",
            answer.len()
        );
        let mut writer = connection;
        writer.write_all(answer.as_bytes()).unwrap();
    }
}
