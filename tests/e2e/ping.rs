//! `ping` and `verify`: a signed test event to a consumer of this machine, and the same delivery checked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

use crate::support::{Run, World, finish};

/// A consumer that answers one request, and returns its headers and body.
fn consumer(answer: &'static str) -> (String, JoinHandle<(String, String)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook", listener.local_addr().unwrap());
    let taken = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let (mut headers, mut length) = (String::new(), 0);
        reader.read_line(&mut String::new()).unwrap();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).unwrap();
            if line.trim().is_empty() {
                break;
            }
            if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
                length = value.trim().parse().unwrap();
            }
            headers.push_str(&line);
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body).unwrap();
        write!(stream, "HTTP/1.1 {answer}\r\nconnection: close\r\ncontent-length: 6\r\n\r\nCANARY").unwrap();
        (headers, String::from_utf8(body).unwrap())
    });
    (url, taken)
}

fn applied(url: &str) -> World {
    let world = World::with_sandbox(&[]);
    world.config(&format!("[webhooks.uploads]\nurl = \"{url}\"\nevents = [\"file.upload.*\"]\n"));
    world.ok(&["apply", "--auto-approve"]);
    world
}

fn ping(world: &World) -> Run {
    let mut command = world.command(&["ping", "uploads", "-i", "identity.txt"]);
    // A proxy of the environment is not asked.
    command.env("http_proxy", "http://127.0.0.1:1").env("all_proxy", "http://127.0.0.1:1");
    finish(command)
}

#[test]
fn a_ping_that_leaves_this_machine_goes_through_the_proxy_of_the_environment() {
    let world = applied("https://hooks.example.com/a");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let proxy = format!("http://user:hunter2hunter2@{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut line = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
        write!(stream, "HTTP/1.1 503 x\r\ncontent-length: 0\r\n\r\n").unwrap();
        line
    });
    let mut command = world.command(&["ping", "uploads", "-i", "identity.txt"]);
    command.env("HTTPS_PROXY", proxy);
    let run = finish(command);
    assert_eq!(run.code, Some(1), "{}", run.stdout);
    assert!(!run.stderr.contains("hunter2"), "{}", run.stderr);
    assert_eq!(asked.join().unwrap().trim(), "CONNECT hooks.example.com:443 HTTP/1.1");
}

#[test]
fn what_a_ping_delivers_verifies_and_what_was_changed_does_not() {
    let (url, taken) = consumer("204 No Content");
    let world = applied(&url);
    let run = ping(&world);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stdout.contains(&format!("uploads {url}: 204 in ")), "{}", run.stdout);
    assert!(run.stdout.ends_with("ms: accepted\n"), "{}", run.stdout);
    let (headers, body) = taken.join().unwrap();
    assert!(!headers.to_lowercase().contains("authorization"), "{headers}");
    world.write("headers.txt", &headers);
    world.write("body.json", &body);
    let verify = ["verify", "uploads", "--headers", "headers.txt", "--body", "body.json", "-i", "identity.txt"];
    assert!(world.ok(&verify).starts_with("valid: signed for ep_"));

    world.ok(&["secret", "rotate", "uploads", "--auto-approve"]);
    assert!(world.ok(&verify).contains("(the predecessor's secret)"));

    let late = world.run(&[&verify[..], &["--at", "2026-11-25T13:00:00Z"]].concat());
    assert_eq!(late.code, Some(1));
    assert!(late.stderr.contains("--at 2026-11-25T12:00:00Z"), "{}", late.stderr);
    world.write("body.json", &body.replace("true", "false"));
    let changed = world.run(&verify);
    assert_eq!((changed.code, changed.stdout.as_str()), (Some(1), ""));
    assert!(changed.stderr.contains("no signature of it fits"), "{}", changed.stderr);
    world.write("headers.txt", "no header\n");
    assert!(world.run(&verify).stderr.contains("line 1 of `headers.txt` is no header"));
}

#[test]
fn an_answer_that_is_not_2xx_is_exit_1_and_nothing_of_it_is_shown() {
    for (answer, verdict) in [
        ("401 Unauthorized", "refused"),
        ("302 Found\r\nlocation: http://127.0.0.1:1/elsewhere", "a redirect, which is not followed"),
        ("500 Oops", "the consumer failed"),
    ] {
        let (url, taken) = consumer(answer);
        let world = applied(&url);
        let run = ping(&world);
        taken.join().unwrap();
        assert_eq!(run.code, Some(1), "{answer}");
        assert!(run.stdout.contains(verdict), "{answer}: {}", run.stdout);
        for hidden in ["CANARY", "Oops", "elsewhere"] {
            assert!(!(run.stdout.clone() + &run.stderr).contains(hidden), "{answer}: {hidden}");
        }
    }
}

#[test]
fn plain_http_elsewhere_is_refused_and_nobody_there_is_said() {
    let world = applied("http://127.0.0.1:1/hook");
    let run = ping(&world);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("no answer"), "{}", run.stderr);
    let mut state = world.state();
    state["endpoints"]["uploads"]["url"] = "http://hooks.example.com/".into();
    world.write("state/webhooks.state.json", &state.to_string());
    let run = ping(&world);
    assert!(run.stderr.contains("neither https nor on this machine"), "{}", run.stderr);
}
