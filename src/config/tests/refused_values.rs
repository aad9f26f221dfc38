//! Faults of an entry's values, as they are drawn.

use super::{SOUND, refused};

/// A file with one entry, sound but for `lines`.
fn entry(lines: &str) -> String {
    format!("[webhooks.a]\n{lines}\n")
}

fn with_url(url: &str) -> String {
    entry(&format!("url = \"{url}\"\nevents = [\"file.*\"]"))
}

fn with_events(events: &str) -> String {
    entry(&format!("url = \"https://a.example/\"\nevents = {events}"))
}

fn with(line: &str) -> String {
    format!("{SOUND}{line}\n")
}

#[test]
fn a_number_out_of_range() {
    insta::assert_snapshot!(refused(&with("rotation = 0")), @r"
    error: `rotation` is out of range
     --> webhooks.toml:4:12
      |
    4 | rotation = 0
      |            ^ less than 1
      |
      = hint: write a whole number from 1 to 4294967295
    ");
    insta::assert_snapshot!(refused("[safety]\nmax_deletes = -1\n"), @r"
    error: `max_deletes` is out of range
     --> webhooks.toml:2:15
      |
    2 | max_deletes = -1
      |               ^^ less than 0
      |
      = hint: write a whole number from 0 to 4294967295
    ");
}

#[test]
fn events_that_are_empty_or_unknown() {
    insta::assert_snapshot!(refused(&with_events("[]")), @r#"
    error: `events` is empty
     --> webhooks.toml:3:10
      |
    3 | events = []
      |          ^^
      |
      = hint: write at least one, such as `events = ["tool_execution.succeeded"]`; to drop the endpoint, remove its entry
    "#);
    insta::assert_snapshot!(refused(&with_events("[\"tool_execution.suceeded\"]")), @r#"
    error: unknown event "tool_execution.suceeded"
     --> webhooks.toml:3:11
      |
    3 | events = ["tool_execution.suceeded"]
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `tool_execution.succeeded`?
      |
      = hint: correct the word, or write `allow_unknown_events = true` in the entry if the API knows it
    "#);
    insta::assert_snapshot!(refused(&with_events("[\"file.uplaod.*\"]")), @r#"
    error: unknown event "file.uplaod.*"
     --> webhooks.toml:3:11
      |
    3 | events = ["file.uplaod.*"]
      |           ^^^^^^^^^^^^^^^ did you mean `file.upload.*`?
      |
      = hint: write an event or a group: `assistant_message.*`, `file.*`, `file.upload.*`, `project_export.*`, `tool_execution.*`, `workflow_run.*`
    "#);
    insta::assert_snapshot!(refused(&with_events("[\"video.done\"]")), @r#"
    error: unknown event "video.done"
     --> webhooks.toml:3:11
      |
    3 | events = ["video.done"]
      |           ^^^^^^^^^^^^
      |
      = hint: correct the word, or write `allow_unknown_events = true` in the entry if the API knows it
    "#);
    insta::assert_snapshot!(refused(&with_events("\"file.*\"")), @r#"
    error: `events` takes a list
     --> webhooks.toml:3:10
      |
    3 | events = "file.*"
      |          ^^^^^^^^ this is a string
      |
      = hint: write `events = ["file.*"]`
    "#);
}

#[test]
fn an_url_that_is_none() {
    insta::assert_snapshot!(refused(&with_url("")), @r#"
    error: the URL is empty
     --> webhooks.toml:2:7
      |
    2 | url = ""
      |       ^^
      |
      = hint: write `url = "https://hooks.example.com/videogen"`
    "#);
    insta::assert_snapshot!(refused(&with_url("a.example/x")), @r#"
    error: this is no URL: relative URL without a base
     --> webhooks.toml:2:7
      |
    2 | url = "a.example/x"
      |       ^^^^^^^^^^^^^
      |
      = hint: write one such as "https://hooks.example.com/videogen"
    "#);
    insta::assert_snapshot!(refused(&with_url("ftp://a.example/x")), @r#"
    error: the scheme "ftp" is not https
     --> webhooks.toml:2:7
      |
    2 | url = "ftp://a.example/x"
      |       ^^^^^^^^^^^^^^^^^^^
      |
      = hint: write a URL that starts with `https://`
    "#);
}

#[test]
fn an_url_over_plain_http() {
    insta::assert_snapshot!(refused(&with_url("http://a.example/x")), @r#"
    error: the URL is not https
     --> webhooks.toml:2:7
      |
    2 | url = "http://a.example/x"
      |       ^^^^^^^^^^^^^^^^^^^^
      |
      = hint: write `https://`: deliveries cross the open network
    "#);
    insta::assert_snapshot!(refused(&with_url("http://localhost:9000/x")), @r#"
    error: an `http://` url is only for a local base URL
     --> webhooks.toml:2:7
      |
    2 | url = "http://localhost:9000/x"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: write `https://`, or set `base_url = "sandbox"`: VideoGen cannot reach a loopback host
    "#);
}

#[test]
fn an_url_with_credentials_shows_none_of_them() {
    insta::assert_snapshot!(refused(&with_url("https://user:hunter2@a.example/x")), @r#"
    error: the URL holds credentials
     --> webhooks.toml:2:7
      |
    2 | url = "https://************@a.example/x"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: remove what stands before the `@`: reviewers and CI read this file; receivers check the signature
    "#);
    insta::assert_snapshot!(refused(&with_url("https://user:hun/ter2@a.example/x")), @r#"
    error: this is no URL: invalid port number
     --> webhooks.toml:2:7
      |
    2 | url = "https://*************@a.example/x"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: write one such as "https://hooks.example.com/videogen"
    "#);
}

#[test]
fn credentials_in_odd_spellings_and_secrets_that_are_cut_are_not_quoted() {
    for url in [
        "\"\"\"\\\n https://bob:\\\n hunterpw2@h.example.com/x\"\"\"",
        "\"\"\"https://bob:\nhunterpw2@h.example.com/x\"\"\"",
        "\"http://bob:hunterpw2\\u0040h.example.com/x\"",
        "\"https\\u003A\\u002f/bob\\u003Ahunterpw2@h.example.com/x\"",
        "\"bob:hunterpw2@h.example.com/x\"",
        "\"ftp:/bob:hunterpw2@h.example.com/x\"",
        "\"https://bob:hunterpw2＠h.example.com/x\"",
    ] {
        let said = refused(&format!("[webhooks.a]\nurl = {url}\nevents = [\"tool_execution.*\"]\n"));
        assert!(said.contains("error: ") && !said.contains("hunterpw2"), "{said}");
    }
    let said = refused("[safety]\nallowed_hosts = [\"bob:hunterpw2@h.example.com\"]\n");
    assert!(said.contains("error: ") && !said.contains("hunterpw2"), "{said}");
    let secret = "AGE-SECRET-KEY-1QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7LQPZRY9X8GF2TVDW0S3JN54KHCE";
    let escaped: String = secret.chars().map(|c| format!("\\u{:04X}", u32::from(c))).collect();
    let said = refused(&format!("x = \"{escaped}\n"));
    assert!(said.contains("error: ") && !said.contains(&escaped[escaped.len() - 12..]), "{said}");
}

#[test]
fn very_many_control_characters_are_one_error() {
    for (unit, words) in [("\r", "a carriage return stands alone"), ("\u{1}", "control characters")] {
        let said = refused(&format!("#{}\n", unit.repeat(2000)));
        assert!(said.contains(words) && said.matches("error: ").count() == 1, "{said}");
    }
}

#[test]
fn an_url_with_a_fragment() {
    insta::assert_snapshot!(refused(&with_url("https://a.example/x#y")), @r#"
    error: the URL has a fragment
     --> webhooks.toml:2:7
      |
    2 | url = "https://a.example/x#y"
      |       ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: remove the `#` and what follows: it is never sent to a server
    "#);
}

#[test]
fn a_bad_duration() {
    insta::assert_snapshot!(refused(&with("rotate_after = \"90 days-ish\"")), @r#"
    error: "90 days-ish" is no duration
     --> webhooks.toml:4:16
      |
    4 | rotate_after = "90 days-ish"
      |                ^^^^^^^^^^^^^
      |
      = hint: write a number and a unit, such as `rotate_after = "90d"`; units: s, m, h, d, w
    "#);
    insta::assert_snapshot!(refused(&with("rotate_after = 90")), @r#"
    error: `rotate_after` takes a string
     --> webhooks.toml:4:16
      |
    4 | rotate_after = 90
      |                ^^ this is a whole number
      |
      = hint: write `rotate_after = "90d"`
    "#);
    insta::assert_snapshot!(refused(&with("rotate_after = \"0s\"")), @r#"
    error: `rotate_after` is too short
     --> webhooks.toml:4:16
      |
    4 | rotate_after = "0s"
      |                ^^^^
      |
      = hint: write a number and a unit, such as `rotate_after = "90d"`; units: s, m, h, d, w
    "#);
    insta::assert_snapshot!(refused(&with("lifecycle = { overlap = \"5000y\" }")), @r#"
    error: `overlap` is longer than a hundred years
     --> webhooks.toml:4:25
      |
    4 | lifecycle = { overlap = "5000y" }
      |                         ^^^^^^^
      |
      = hint: write a number and a unit, such as `overlap = "24h"`; units: s, m, h, d, w
    "#);
}

#[test]
fn a_lifecycle_that_cannot_be_kept() {
    insta::assert_snapshot!(refused(&with("lifecycle = { replace = \"destroy_before_create\", overlap = \"1h\" }")), @r#"
    error: an `overlap` cannot be kept when the old endpoint is destroyed first
     --> webhooks.toml:4:60
      |
    4 | lifecycle = { replace = "destroy_before_create", overlap = "1h" }
      |                         -----------------------            ^^^^
      |                         |
      |                         destroyed first, by this
      |
      = hint: remove `overlap`, or write `replace = "create_before_destroy"`
    "#);
    insta::assert_snapshot!(refused(&with("lifecycle = { replace = \"create_before_destory\" }")), @r#"
    error: unknown word "create_before_destory"
     --> webhooks.toml:4:25
      |
    4 | lifecycle = { replace = "create_before_destory" }
      |                         ^^^^^^^^^^^^^^^^^^^^^^^ did you mean `create_before_destroy`?
      |
      = hint: write "create_before_destroy" or "destroy_before_create"
    "#);
    insta::assert_snapshot!(refused(&with("lifecycle = { ignore_changes = [\"name\"] }")), @r#"
    error: unknown word "name"
     --> webhooks.toml:4:33
      |
    4 | lifecycle = { ignore_changes = ["name"] }
      |                                 ^^^^^^
      |
      = hint: write "url" or "events" or "description"
    "#);
}

#[test]
fn an_url_that_is_too_long() {
    insta::assert_snapshot!(refused(&with_url(&format!("https://a.example/{}", "x".repeat(2048)))).lines().next().unwrap(), @"error: the URL has 2066 bytes");
}
