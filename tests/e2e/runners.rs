//! Untrusted text commands no CI runner, moves no terminal and begins no line: through every command, on both streams.

use regex::Regex;

use crate::scripted::{Answer, Asked, serve};
use crate::support::{Run, World, finish};

/// What begins every untrusted text here, and must begin no line of output.
const MARK: &str = "::zq";

const HOSTILE: [&str; 4] = [
    "::zq::error file=a::boom",
    "::zq\n::error::boom\r\n::zq",
    "::zq ##vso[task.setvariable variable=a]b ##[error]x ###[warning]",
    "::zq\u{1b}[2J\u{9b}31m\u{202e}\u{2028}::error::x\u{85}",
];

fn is_harmless(run: &Run, what: &str) {
    let command = Regex::new(r"##[A-Za-z0-9]*\[").unwrap();
    for out in [&run.stdout, &run.stderr] {
        for line in out.split(['\n', '\r']) {
            let begins = line.trim_start();
            assert!(!begins.starts_with("::") && !begins.starts_with(MARK), "{what}: {line}");
            assert!(!command.is_match(line), "{what}: {line}");
            let acts = |c: &char| *c != '\t' && hookwright::quote::acts(*c);
            assert_eq!(line.chars().find(acts), None, "{what}: {line}");
        }
    }
}

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
                made["signingSecret"] = "whsec_c2VjcmV0c2VjcmV0".into();
                Answer::new(201, made.to_string())
            }
            _ => Answer::new(400, error),
        };
        answer.headers.push(("x-request-id", "::zq ##[error]x".to_owned()));
        answer
    })
}

/// Every command, with a state behind it.
const COMMANDS: &[&[&str]] = &[
    &["validate"],
    &["plan"],
    &["plan", "--format", "json"],
    &["plan", "--format", "markdown"],
    &["plan", "--format", "terraform-json"],
    &["plan", "--format", "gitlab-report"],
    &["plan", "--out", "plan.bin"],
    &["plan", "--destroy", "--verbose"],
    &["show"],
    &["show", "--format", "json"],
    &["show", "plan.bin"],
    &["apply", "plan.bin"],
    &["apply", "--auto-approve"],
    &["apply", "--auto-approve", "--format", "json"],
    &["state", "list"],
    &["state", "list", "--format", "json"],
    &["state", "show", "made"],
    &["state", "recover", "webhooks.toml"],
    &["state", "mv", "made", "moved"],
    &["state", "mv", "moved", "made"],
    &["secret", "list"],
    &["secret", "list", "--format", "json"],
    &["secret", "rekey", "-i", "identity.txt"],
    &["secret", "rotate", "made", "--auto-approve"],
    &["secret", "rotate", "made", "--finish", "--auto-approve"],
    &["ping", "made", "-i", "identity.txt"],
    &["verify", "made", "--headers", "webhooks.toml", "--body", "webhooks.toml", "-i", "identity.txt"],
    &["import", "made", "ep_1"],
    &["import", "refused", "::zq"],
    &["import", "--generate"],
    &["init", "-c", "new.toml", "--from-live", "--identity", "new.txt"],
    &["destroy", "--auto-approve"],
    &["state", "rm", "made"],
];

#[test]
fn no_command_hands_on_what_an_api_says() {
    for word in HOSTILE {
        let world = World::new();
        world.config(&format!(
            "[provider]\nbase_url = \"{}\"\n\n\
             [webhooks.made]\nurl = \"https://127.0.0.1:1/made\"\nevents = [\"file.upload.failed\"]\n\n\
             [webhooks.refused]\nurl = \"https://127.0.0.1:1/r\"\nevents = [\"file.upload.failed\"]\n",
            api(word)
        ));
        for args in COMMANDS {
            let mut command = world.command(args);
            command.env("VIDEOGEN_API_KEY", "a-key-of-a-test");
            is_harmless(&finish(command), &format!("{args:?} with {word:?}"));
        }
    }
}

#[test]
fn no_command_hands_on_names_flags_and_values() {
    for word in HOSTILE {
        let world = World::new();
        world.config(
            "[webhooks.a]\nurl = \"https://h.example/{host}\"\nevents = [\"file.upload.failed\"]\n[variables.host]\n",
        );
        let named = format!("{}.toml", word.replace('/', "-"));
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
            &["secret", "show", "a", "-i", word],
            &["secret", "export", "--format", "json", "--out", word],
            &["state", "recover", word],
            &["state", "show", word],
            &["import", "a", word],
            &["init", "-c", word, "--identity", word],
            &["sandbox", "--db", word, "--port", "1", "--fault", word],
            &["sandbox", "trigger", "file.upload.failed", "--url", word],
            &["completions", word],
        ] {
            let mut command = world.command(args);
            command.env("HOOKWRIGHT_VAR_host", word).env("HOOKWRIGHT_VAR_other", word).env("USER", word);
            command.env("CI_JOB_URL", word).env("XDG_CONFIG_HOME", world.path("config"));
            is_harmless(&finish(command), &format!("{args:?}"));
            let mut command = world.command(args);
            command.env("VIDEOGEN_BASE_URL", word).env("VIDEOGEN_API_KEY", word).env("HOOKWRIGHT_IDENTITY_FILE", word);
            is_harmless(&finish(command), &format!("{args:?} in a hostile environment"));
        }
    }
}
