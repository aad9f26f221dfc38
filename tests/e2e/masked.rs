//! No secret is shown, in whatever encoding an API or a file hands it back.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use crate::scripted::{Answer, Asked, serve};
use crate::support::{Run, World, finish};

/// A signing secret with the characters that encodings change.
const SECRET: &str = "whsec_aa+bb/CANARYcanaryCANARY0123456789abc=";
/// A key without the usual prefix.
const KEY: &str = "plain+key/CANARYcanaryCANARY0123456789abc=";
const ENTRY: &str = "[webhooks.a]\nurl = \"https://hooks.example.com/a\"\nevents = [\"tool_execution.*\"]\n";

/// The secret as JSON, a form, a page and a header may carry it, and as plain JSON strings hold it.
fn encoded(secret: &str) -> Vec<String> {
    let percent = secret.replace('+', "%2B").replace('/', "%2f").replace('=', "%3D");
    vec![
        secret.to_owned(),
        secret.replace('/', "\\/"),
        secret.replace('+', "\\u002B"),
        secret.replace('+', "\\\\u002b").replace('/', "\\\\/"),
        percent.replace('%', "%25"),
        percent,
        secret.replace('+', "&#43;").replace('/', "&#x2f;").replace('=', "&equals;"),
    ]
}

fn world(url: &str) -> World {
    let world = World::new();
    world.config(&format!("[provider]\nbase_url = \"{url}\"\n\n{ENTRY}"));
    world
}

fn run(world: &World, args: &[&str]) -> Run {
    let mut command = world.command(args);
    command.env("VIDEOGEN_API_KEY", KEY);
    finish(command)
}

fn shows_nothing(run: &Run, what: &str) {
    let base64 = BASE64_STANDARD.encode(KEY);
    for canary in ["CANARY", "canary", "0123456789abc", &base64[4..24]] {
        assert!(!run.stdout.contains(canary) && !run.stderr.contains(canary), "{what}: {}{}", run.stdout, run.stderr);
    }
}

#[test]
fn an_answer_that_is_no_success_shows_nothing_of_the_secret_in_it() {
    let kinds =
        [(200, "bare"), (302, "whole"), (500, "whole"), (403, "quoted"), (409, "torn"), (502, "page"), (502, "quoted")];
    // Each is sent and looked for three times: side by side it takes no longer than one.
    std::thread::scope(|scope| {
        for (shown, (status, kind)) in encoded(SECRET).into_iter().zip(kinds) {
            scope.spawn(move || refused_with(status, kind, &shown));
        }
    });
}

fn refused_with(status: u16, kind: &'static str, shown: &str) {
    let answer = body(kind, shown);
    let url = serve(move |asked: &Asked| match asked.method.as_str() {
        "POST" => Answer::new(status, answer.clone()),
        _ if asked.path == "/v1/me" => Answer::new(200, r#"{"teamId":"t"}"#),
        _ => Answer::new(200, r#"{"endpoints":[]}"#),
    });
    let world = world(&url);
    let what = format!("{status} {kind} {shown}");
    let run = run(&world, &["apply", "--auto-approve", "--result-file", "result.json"]);
    assert_ne!(run.code, Some(0), "{what}: {}", run.stderr);
    shows_nothing(&run, &what);
    assert!(!world.files().contains("CANARY"), "{what}: a file has it");
}

fn body(kind: &str, secret: &str) -> String {
    match kind {
        // Nothing that can be read as its endpoint: the secret alone.
        "bare" => format!(r#"{{"signingSecret":"{secret}"}}"#),
        "whole" => format!(r#"{{"endpointId":"ep_1","signingSecret":"{secret}","url":"https://hooks.example.com/a"}}"#),
        "quoted" => serde_json::json!({"message": format!("answered {{\"signingSecret\":\"{secret}\"}}")}).to_string(),
        "torn" => format!(r#"{{"signingSecret":"{secret}"#),
        _ => format!("<html><title>Bad {secret}</title></html>"),
    }
}

#[test]
fn the_key_is_shown_by_no_command_wherever_the_api_repeats_it() {
    let base64 = BASE64_STANDARD.encode(format!("user:{KEY}"));
    for shown in encoded(KEY).into_iter().chain([base64]) {
        let repeated = shown.clone();
        let url = serve(move |asked: &Asked| {
            let error = serde_json::json!({"message": repeated, "code": repeated, "requirement": {"plan": repeated}});
            let item = serde_json::json!({
                "endpointId": "ep_1", "url": format!("https://h.example/{repeated}"), "events": [repeated],
                "description": repeated, "createdAt": 1, "signingSecretLast4": repeated,
            });
            let mut answer = match asked.method.as_str() {
                "GET" if asked.path == "/v1/me" => Answer::new(404, error.to_string()),
                "GET" => Answer::new(200, serde_json::json!({"endpoints": [item]}).to_string()),
                _ => Answer::new(400, error.to_string()),
            };
            answer.headers.push(("x-request-id", repeated.clone()));
            answer
        });
        let world = world(&url);
        for args in [
            &["plan", "--out", "plan.bin", "--result-file", "result.json"][..],
            &["plan", "--format", "json"],
            &["plan", "--format", "markdown"],
            &["plan", "--format", "terraform-json"],
            &["apply", "--auto-approve", "--result-file", "result.json"],
            &["apply", "--auto-approve", "--format", "json"],
            &["import", "a", "ep_1"],
            &["import", "--generate"],
            &["plan", "--verbose"],
        ] {
            shows_nothing(&run(&world, args), &format!("{args:?} with {shown}"));
        }
        assert!(!world.files().contains("CANARY"), "a file has {shown}");
    }
}

#[test]
fn an_excerpt_shows_neither_the_key_nor_a_password_whatever_is_in_it() {
    let world = World::new();
    for line in [
        format!("url = \"https://h.example/{KEY}\""),
        format!("key = \"{}\"", KEY.replace('+', "\\u002B")),
        "url = \"https://user:pass CANARY@h.example/x\"".to_owned(),
        "url = \"https://user:pa\"ssCANARY@h.example/x\"".to_owned(),
        "url = 'https://user:12 34CANARY@h.example/x'".to_owned(),
    ] {
        world.config(&format!("[webhooks.a]\n{line}\nevents = [\"nothing\"]\n"));
        for args in [&["validate"][..], &["plan"], &["apply", "--auto-approve"]] {
            let run = run(&world, args);
            assert_eq!(run.code, Some(1), "{line}");
            shows_nothing(&run, &line);
        }
    }
}
