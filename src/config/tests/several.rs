//! Several errors in one run, and what one error must not hide or echo.

use super::{SOUND, parse, refused};

#[test]
fn all_errors_of_a_file_come_at_once_in_its_order() {
    insta::assert_snapshot!(refused(r#"
[safety]
max_delete = 3
[webhooks.a]
url = https://a.example/
events = ["file.*"]
[webhooks.b]
url = "http://b.example/"
events = ["tool_execution.suceeded"]
rotation = 0
rotation = 1
[imports]
c = "ep_1"
"#), @r#"
    error: unknown key "max_delete"
     --> webhooks.toml:3:1
      |
    3 | max_delete = 3
      | ^^^^^^^^^^ did you mean `max_deletes`?
      |
      = hint: write `max_deletes`, or remove it

    error: a string must stand in quotes
     --> webhooks.toml:5:7
      |
    5 | url = https://a.example/
      |       ^^^^^^^^^^^^^^^^^^
      |
      = hint: write "https://a.example/"

    error: the URL is not https
     --> webhooks.toml:8:7
      |
    8 | url = "http://b.example/"
      |       ^^^^^^^^^^^^^^^^^^^
      |
      = hint: write `https://`: deliveries cross the open network

    error: unknown event "tool_execution.suceeded"
     --> webhooks.toml:9:11
      |
    9 | events = ["tool_execution.suceeded"]
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `tool_execution.succeeded`?
      |
      = hint: correct the word, or write `allow_unknown_events = true` in the entry if the API knows it

    error: `rotation` is out of range
      --> webhooks.toml:10:12
       |
    10 | rotation = 0
       |            ^ less than 1
       |
       = hint: write a whole number from 1 to 4294967295

    error: "rotation" is defined twice
      --> webhooks.toml:11:1
       |
    10 | rotation = 0
       | -------- first here
    11 | rotation = 1
       | ^^^^^^^^ again here
       |
       = hint: keep one of the two, or rename one
    "#);
}

#[test]
fn a_repeated_header_is_one_error_not_one_for_each_key() {
    insta::assert_snapshot!(refused(&format!("{SOUND}{SOUND}")), @r#"
    error: "sound" is defined twice
     --> webhooks.toml:4:11
      |
    1 | [webhooks.sound]
      |           ----- first here
    ...
    4 | [webhooks.sound]
      |           ^^^^^ again here
      |
      = hint: keep one of the two, or rename one
    "#);
}

#[test]
fn what_looks_absent_beside_broken_syntax_is_not_called_absent() {
    insta::assert_snapshot!(refused("[webhooks.a\nurl = \"https://a.example/\"\nevents = [\"file.*\"]\n"), @r"
    error: a header is not closed
     --> webhooks.toml:1:12
      |
    1 | [webhooks.a
      |            ^
      |
      = hint: close it with `]`
    ");
    insta::assert_snapshot!(refused("[webhooks.a]\nurl\nevents = [\"file.*\"\n"), @r#"
    error: a key has no value
     --> webhooks.toml:2:4
      |
    2 | url
      |    ^
      |
      = hint: write `key = value`

    error: a list is not closed
     --> webhooks.toml:3:10
      |
    3 | events = ["file.*"
      |          ^ opened here
      |
      = hint: close it with `]`
    "#);
}

#[test]
fn a_missing_url_is_told_beside_a_duplicate_key() {
    let text = "[webhooks.a]\nrotation = 1\nrotation = 2\n";
    let messages: Vec<String> = parse(text, None).unwrap_err().into_iter().map(|error| error.message).collect();
    assert_eq!(
        messages,
        ["the entry \"a\" has no URL", "the entry \"a\" has no events", "\"rotation\" is defined twice"]
    );
}

#[test]
fn what_stands_below_a_broken_place_is_checked_too() {
    let breaks = ["just words", "description = [\"x\"", "lifecycle = { overlap = \"1h\"", "[unclosed", "\"unclosed"];
    for broken in breaks {
        let text = format!("{SOUND}{broken}\n[webhooks.b]\nurl = \"ftp://b.example/\"\n");
        let messages: Vec<String> = parse(&text, None).unwrap_err().into_iter().map(|error| error.message).collect();
        assert_eq!(messages.len(), 3, "{broken}: {messages:?}");
        assert_eq!(messages[1..], ["the entry \"b\" has no events", "the scheme \"ftp\" is not https"]);
    }
}
