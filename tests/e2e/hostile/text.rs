//! Untrusted text commands no CI runner, moves no terminal, begins no line and shows no secret: whatever the API, the
//! state, a file or a flag says.

use serde_json::Value;

use super::commands::COMMANDS;
use super::{CANARY, bounded, harmless};
use crate::scripted::{Answer, Asked, serve};
use crate::support::World;

/// Texts that act where they are printed as they are, or that must not be shown. What each begins with is a command to a
/// CI runner, and so none of them begins a line unseen.
const HOSTILE: [&str; 4] = [
    "::zq::error file=a::boom </details> @everyone <!-- hookwright:plan --> ```",
    "::zq\n::error::boom\r\n::set-output name=a::b\n##[group]\n@team\n</details>",
    "::zq ##vso[task.setvariable variable=a]b ##[error]x ###[warning] https://u:CANARYcanaryCANARY7@h/ //u:CANARYcanaryCANARY7@h",
    "::zq\u{1b}[2J\u{9b}31m\u{202e}\u{200b}\u{2028}::error::x\u{85} whsec_CANARYcanaryCANARY7 sk_videogen_CANARYcanaryCANARY7",
];

/// An API all of whose words are hostile.
fn api(word: &'static str) -> String {
    serve(move |asked: &Asked| {
        let item = |id: String| {
            serde_json::json!({
                "endpointId": id, "url": format!("https://hooks.example.com/a{word}"), "events": [word],
                "description": word, "createdAt": 1, "signingSecretLast4": "::zq",
            })
        };
        let error = serde_json::json!({"message": word, "code": word, "requirement": {word: word}}).to_string();
        let mut answer = match (asked.method.as_str(), asked.path.as_str()) {
            ("GET", "/v1/me") => Answer::new(200, serde_json::json!({"teamId": word}).to_string()),
            ("GET", _) => Answer::new(200, serde_json::json!({"endpoints": [item(word.into())]}).to_string()),
            ("POST", _) if asked.body.contains("made") => {
                let mut made = item(format!("{word}made"));
                made["signingSecret"] = format!("whsec_{}", super::BASE64).into();
                Answer::new(201, made.to_string())
            }
            _ => Answer::new(400, error),
        };
        let id: String = word.chars().filter(|c| c.is_ascii() && !c.is_control()).collect();
        answer.headers.push(("x-request-id", id));
        answer
    })
}

/// A configuration of two entries, one of which such an API makes.
fn configured(world: &World, url: &str) {
    world.config(&format!(
        "[provider]\nbase_url = \"{url}\"\n\n\
         [webhooks.made]\nurl = \"https://127.0.0.1:1/made\"\nevents = [\"file.upload.failed\"]\n\n\
         [webhooks.refused]\nurl = \"https://127.0.0.1:1/r\"\nevents = [\"file.upload.failed\"]\n"
    ));
}

#[test]
fn no_command_hands_on_what_an_api_and_files_say() {
    for word in HOSTILE {
        let world = World::new();
        configured(&world, &api(word));
        let json = serde_json::json!({word: [word]}).to_string();
        for (name, text) in [
            ("values.toml", format!("\"{}\" = 1\n", word.escape_default())),
            ("saved.journal", format!("{word}\n{json}\n")),
            ("headers", format!("webhook-id: {word}\nwebhook-signature: {word}\nwebhook-timestamp: {word}\n")),
            ("body", word.to_owned()),
            ("secret", word.to_owned()),
            ("db.json", json),
            ("log.jsonl", word.to_owned()),
            ("secrets.json", word.to_owned()),
        ] {
            world.write(name, &text);
        }
        for args in COMMANDS.iter().filter(|args| !args.starts_with(&["secret", "show"])) {
            let _ = harmless(bounded(&world, args), &format!("{args:?} with {word:?}"));
        }
        let _ =
            harmless(bounded(&world, &["sandbox", "trigger", "file.upload.failed", "--url", &api(word)]), "trigger");
    }
}

/// Every JSON value that differs from one by a single text, or key, that became another one.
fn replaced(value: &Value, by: &str) -> Vec<Value> {
    match value {
        Value::String(_) => vec![by.into()],
        Value::Array(items) => {
            let one = |at: usize| {
                replaced(&items[at], by).into_iter().map(move |new| {
                    let mut items = items.clone();
                    items[at] = new;
                    Value::Array(items)
                })
            };
            (0..items.len()).flat_map(one).collect()
        }
        Value::Object(fields) => {
            let one = |(key, value): (&String, &Value)| {
                let with = |key: &str, new: Value| {
                    let mut fields = fields.clone();
                    fields.insert(key.to_owned(), new);
                    Value::Object(fields)
                };
                let renamed = with(by, value.clone());
                replaced(value, by).into_iter().map(|new| with(key, new)).chain([renamed]).collect::<Vec<_>>()
            };
            fields.iter().flat_map(one).collect()
        }
        _ => Vec::new(),
    }
}

#[test]
fn no_field_of_a_file_of_hookwrights_own_is_handed_on() {
    let mut world = World::with_sandbox(&[]);
    configured(&world, "sandbox");
    world.ok(&["apply", "--auto-approve"]);
    world.ok(&["plan", "--destroy", "--out", "plan.bin"]);
    world.stop_sandbox();
    world.write("state/webhooks.sandbox.json", &world.read("api.json"));
    let word = HOSTILE.join(" ");
    for (name, commands) in [
        ("state/webhooks.state.json", &[&["show"][..], &["plan", "--refresh=false"], &["secret", "list"]][..]),
        ("state/webhooks.sandbox.json", &[&["plan"][..]]),
        ("plan.bin", &[&["show", "plan.bin"][..]]),
    ] {
        let sound = world.read(name);
        for text in replaced(&serde_json::from_str(&sound).unwrap(), &word) {
            world.write(name, &text.to_string());
            for args in commands {
                let _ = harmless(bounded(&world, args), &format!("{args:?} with {text}"));
            }
        }
        world.write(name, &sound);
    }
}

#[test]
fn no_command_hands_on_names_flags_and_values() {
    for word in HOSTILE {
        let world = World::new();
        world.config(
            "[webhooks.a]\nurl = \"https://h.example/{host}\"\nevents = [\"file.upload.failed\"]\n[variables.host]\n",
        );
        let named = format!("{}.toml", word.replace('/', "-").replace(CANARY, "x"));
        world.write(&named, &format!("[webhooks.a]\nurl = 1\n{word}\n\"{word}\" = \"{word}\"\n"));
        for args in [
            &["validate", "-c", &named][..],
            &["validate", "-c", word],
            &["plan", "--env", word],
            &["plan", "--var", &format!("host={word}")],
            &["plan", "--var", word],
            &["plan", "--var-file", &named],
            &["plan", "--var-file", word],
            &["plan", "--state", &named],
            &["plan", "--target", word],
            &["plan", "--chdir", word],
            &["plan", "--format", word],
            &["plan", word],
            &[word],
            &["apply", "--auto-approve", "--expect", word],
            &["apply", word],
            &["show", word],
            &["destroy", word],
            &["secret", "show", "a", "-i", word],
            &["secret", "export", "--format", "json", "--out", word],
            &["secret", "rotate", word],
            &["secret", "rekey", "-i", word],
            &["secret", "list", word],
            &["state", "list", word],
            &["state", "recover", word],
            &["state", "show", word],
            &["state", "mv", word, word],
            &["state", "rm", word],
            &["import", "a", word],
            &["ping", word],
            &["verify", word, "--headers", word, "--body", word],
            &["init", "-c", word, "--identity", word],
            &["sandbox", "--db", word, "--port", "1", "--fault", word],
            &["sandbox", "trigger", "file.upload.failed", "--url", word],
            &["completions", word],
            &["schema", word],
            &["man", &format!("{named}/{word}")],
        ] {
            let mut command = bounded(&world, args);
            command.env("HOOKWRIGHT_VAR_host", word).env("HOOKWRIGHT_VAR_other", word).env("USER", word);
            command.env("CI_JOB_URL", word).env("XDG_CONFIG_HOME", world.path("config"));
            let _ = harmless(command, &format!("{args:?}"));
            let mut command = bounded(&world, args);
            command.env("VIDEOGEN_BASE_URL", word).env("VIDEOGEN_API_KEY", word).env("HOOKWRIGHT_IDENTITY_FILE", word);
            command.env("HTTPS_PROXY", word).env("SSL_CERT_FILE", word);
            let _ = harmless(command, &format!("{args:?} in a hostile environment"));
        }
    }
    assert!(HOSTILE.concat().contains(CANARY));
}
