//! What holds for every file: nothing panics, no secret is drawn, order means nothing, bombs fizzle.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{KEY, SOUND, parse, sound};
use crate::config::Desired;

const VALID: &str = r#"allow_unknown_events = true
[provider]
base_url = "sandbox"
[state]
path = "state/x.json"
[encryption]
recipients = ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"]
[safety]
allowed_hosts = ["*.example"]
max_deletes = 3
[defaults]
events = ["file.*"]
lifecycle = { overlap = "1h" }
[webhooks.a]
url = "https://a.example/x"
lifecycle = { prevent_destroy = true, ignore_changes = ["url"] }
[webhooks."b"]
url = 'https://b.example'
rotate_after = "90d"
[imports]
a = "ep_1"
[moved]
b = "c"
[removed]
names = ["d"]
"#;

/// Parses and, where there are errors, draws them.
fn drawn(text: &str) -> String {
    match parse(text, None) {
        Ok(_) => String::new(),
        Err(errors) => {
            assert!(!errors.is_empty());
            super::drawn(text, &errors)
        }
    }
}

/// Cuts, repeats and inserts, so that most of a valid file survives.
fn mutated(edits: &[(usize, u8, String)]) -> String {
    let mut text = VALID.to_owned();
    for (at, kind, insert) in edits {
        let at = text.floor_char_boundary(at % (text.len() + 1));
        let end = text.ceil_char_boundary((at + insert.len()).min(text.len()));
        match kind % 3 {
            0 => text.replace_range(at..end, ""),
            1 => text.insert_str(at, insert),
            _ => {
                let line = text.lines().nth(at % text.lines().count().max(1)).unwrap_or_default().to_owned();
                text.push_str(&line);
                text.push('\n');
            }
        }
    }
    text
}

fn without_places(desired: Desired) -> Desired {
    let Desired { mut webhooks, state_path, .. } = desired.clone();
    webhooks.values_mut().for_each(|entry| entry.line = 0);
    Desired { webhooks, state_path: state_path.map(|(path, _)| (path, 0..0)), ..desired }
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(bytes in vec(any::<u8>(), 0..200)) {
        drawn(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn no_toml_like_text_makes_it_panic(text in r#"([\[\]{}=.,"'#a\n é\\]|\[webhooks\.a\]\n|url = |"https://){0,60}"#) {
        drawn(&text);
    }

    #[test]
    fn no_edit_of_a_valid_file_makes_it_panic(
        edits in vec((any::<usize>(), any::<u8>(), r#"[\[\]{}=.,"'#a-z\n é\\]{0,6}"#), 1..6),
    ) {
        drawn(&mutated(&edits));
    }

    #[test]
    fn no_secret_is_drawn_wherever_it_stands(at in any::<usize>(), which in 0..4_usize, broken in any::<bool>()) {
        let secret = ["whsec_CANARY", "sk_videogen_live_CANARY", "AGE-SECRET-KEY-1CANARY", "https://CANARY:CANARY@h.example/"][which];
        let lines: Vec<&str> = VALID.lines().collect();
        let quote = if broken { "" } else { "\"" };
        let mut text = String::new();
        for (n, line) in lines.iter().enumerate() {
            let (key, value) = line.split_once(" = ").unwrap_or((line, ""));
            match n == at % lines.len() {
                true if value.is_empty() => text += &format!("[{quote}{secret}{quote}]\n"),
                true => text += &format!("{key} = {quote}{secret}{quote}\n{quote}{secret}{quote} = 1\n"),
                false => text += &format!("{line}\n"),
            }
        }
        prop_assert!(!drawn(&text).contains("CANARY"), "{}", drawn(&text));
    }

    #[test]
    fn the_order_of_entries_and_events_means_nothing(
        order in Just((0..6).collect::<Vec<usize>>()).prop_shuffle(),
        events in Just(vec!["file.*", "workflow_run.failed", "file.upload.failed"]).prop_shuffle(),
    ) {
        let file = |order: &[usize], events: &[&str]| {
            let entry = |n: &usize| format!("[webhooks.e{n}]\nurl = \"https://h{n}.example/\"\nevents = {events:?}\n");
            order.iter().map(entry).collect::<String>() + "[state]\npath = \"x\"\n"
        };
        let plain = sound(&file(&[0, 1, 2, 3, 4, 5], &["file.*", "workflow_run.failed", "file.upload.failed"]));
        prop_assert_eq!(without_places(sound(&file(&order, &events))), without_places(plain));
    }
}

#[test]
fn the_valid_file_is_valid() {
    assert_eq!(sound(VALID).recipients[0].as_str(), KEY);
}

#[test]
fn no_nesting_overflows_the_stack() {
    for bomb in ["[", "{", "a={", "a.", "a=[", "x=[{a=", "[[", "x=[[", "=\n", "]", "a={a."] {
        let text = format!("x = 1\n{}", bomb.repeat((1 << 16) / bomb.len()));
        assert!(drawn(&text).len() < 1 << 20, "{bomb}");
    }
    let deep = format!("x = {}{}\n", "[".repeat(200), "]".repeat(200));
    assert!(drawn(&deep).starts_with("error: the file is nested too deeply"), "{}", drawn(&deep));
    let path = format!("{}x = 1\n", "a.".repeat(200));
    assert!(drawn(&path).starts_with("error: the file is nested too deeply"), "{}", drawn(&path));
}

#[test]
fn a_file_over_8_mib_is_not_read() {
    let text = format!("{SOUND}#{}", " ".repeat(8 << 20));
    let errors = parse(&text, None).unwrap_err();
    assert_eq!(errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>(), ["the file is over 8 MiB"]);
}
