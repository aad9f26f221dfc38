//! Each kind of fault, as it is drawn.

use super::{KEY, SOUND, refused, refused_under};
use crate::config::parse_base_url;

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
fn an_unknown_key() {
    insta::assert_snapshot!(refused(&with("descripton = \"x\"")), @r#"
    error: unknown key "descripton"
     --> webhooks.toml:4:1
      |
    4 | descripton = "x"
      | ^^^^^^^^^^ did you mean `description`?
      |
      = help: write `description`, or remove it
    "#);
    insta::assert_snapshot!(refused("[colours]\n"), @r#"
    error: unknown key "colours"
     --> webhooks.toml:1:2
      |
    1 | [colours]
      |  ^^^^^^^
      |
      = help: remove it; known here: `provider`, `state`, `encryption`, `safety`, `defaults`, `webhooks`, `imports`, `moved`, `removed`, `allow_unknown_events`
    "#);
}

#[test]
fn a_wrong_type() {
    insta::assert_snapshot!(refused(&with("rotation = \"2\"")), @r#"
    error: `rotation` takes a whole number
     --> webhooks.toml:4:12
      |
    4 | rotation = "2"
      |            ^^^ this is a string
      |
      = help: write `rotation = 1`
    "#);
    insta::assert_snapshot!(refused("[safety]\nallowed_hosts = \"h.example\"\n"), @r#"
    error: `allowed_hosts` takes a list
     --> webhooks.toml:2:17
      |
    2 | allowed_hosts = "h.example"
      |                 ^^^^^^^^^^^ this is a string
      |
      = help: write `allowed_hosts = ["hooks.example.com"]`
    "#);
    insta::assert_snapshot!(refused("[[state]]\n"), @r#"
    error: "state" must be a table
     --> webhooks.toml:1:1
      |
    1 | [[state]]
      | ^^^^^^^^^ this is a list
      |
      = help: write `[state]`
    "#);
    insta::assert_snapshot!(refused("[webhooks]\nurl = \"https://h.example\"\n"), @r#"
    error: "url" must be a table
     --> webhooks.toml:2:7
      |
    2 | url = "https://h.example"
      |       ^^^^^^^^^^^^^^^^^^^ this is a string
      |
      = help: write `[webhooks.NAME]`
    "#);
    insta::assert_snapshot!(refused(&with("lifecycle = { prevent_destroy = \"yes\" }")), @r#"
    error: `prevent_destroy` takes `true` or `false`
     --> webhooks.toml:4:33
      |
    4 | lifecycle = { prevent_destroy = "yes" }
      |                                 ^^^^^ this is a string
      |
      = help: write `prevent_destroy = true`
    "#);
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
      = help: write a whole number from 1 to 4294967295
    ");
    insta::assert_snapshot!(refused("[safety]\nmax_deletes = -1\n"), @r"
    error: `max_deletes` is out of range
     --> webhooks.toml:2:15
      |
    2 | max_deletes = -1
      |               ^^ less than 0
      |
      = help: write a whole number from 0 to 4294967295
    ");
}

#[test]
fn an_entry_with_no_url_or_events() {
    insta::assert_snapshot!(refused("[webhooks.a]\n"), @r#"
    error: the entry "a" has no events
     --> webhooks.toml:1:11
      |
    1 | [webhooks.a]
      |           ^
      |
      = help: write `events = ["tool_execution.*"]` below its header, or under `[defaults]` for every entry

    error: the entry "a" has no url
     --> webhooks.toml:1:11
      |
    1 | [webhooks.a]
      |           ^
      |
      = help: write `url = "https://hooks.example.com/videogen"` below its header
    "#);
}

#[test]
fn a_bad_name() {
    insta::assert_snapshot!(refused("[webhooks.\"a b\"]\nurl = \"https://a.example/\"\nevents = [\"file.*\"]\n"), @r#"
    error: "a b" is no name
     --> webhooks.toml:1:11
      |
    1 | [webhooks."a b"]
      |           ^^^^^
      |
      = help: write 1 to 64 of the characters A-Z a-z 0-9 _ -
    "#);
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
      = help: write at least one, such as `events = ["tool_execution.succeeded"]`; to drop the endpoint, remove its entry
    "#);
    insta::assert_snapshot!(refused(&with_events("[\"tool_execution.suceeded\"]")), @r#"
    error: unknown event "tool_execution.suceeded"
     --> webhooks.toml:3:11
      |
    3 | events = ["tool_execution.suceeded"]
      |           ^^^^^^^^^^^^^^^^^^^^^^^^^ did you mean `tool_execution.succeeded`?
      |
      = help: mend the word, or write `allow_unknown_events = true` in the entry if the API knows it
    "#);
    insta::assert_snapshot!(refused(&with_events("[\"file.uplaod.*\"]")), @r#"
    error: unknown event "file.uplaod.*"
     --> webhooks.toml:3:11
      |
    3 | events = ["file.uplaod.*"]
      |           ^^^^^^^^^^^^^^^ did you mean `file.upload.*`?
      |
      = help: write an event or a group: `assistant_message.*`, `file.*`, `file.upload.*`, `project_export.*`, `tool_execution.*`, `workflow_run.*`
    "#);
    insta::assert_snapshot!(refused(&with_events("[\"video.done\"]")), @r#"
    error: unknown event "video.done"
     --> webhooks.toml:3:11
      |
    3 | events = ["video.done"]
      |           ^^^^^^^^^^^^
      |
      = help: mend the word, or write `allow_unknown_events = true` in the entry if the API knows it
    "#);
    insta::assert_snapshot!(refused(&with_events("\"file.*\"")), @r#"
    error: `events` takes a list
     --> webhooks.toml:3:10
      |
    3 | events = "file.*"
      |          ^^^^^^^^ this is a string
      |
      = help: write `events = ["tool_execution.succeeded"]`
    "#);
}

#[test]
fn an_url_that_is_none() {
    insta::assert_snapshot!(refused(&with_url("")), @r#"
    error: the url is empty
     --> webhooks.toml:2:7
      |
    2 | url = ""
      |       ^^
      |
      = help: write `url = "https://hooks.example.com/videogen"`
    "#);
    insta::assert_snapshot!(refused(&with_url("a.example/x")), @r#"
    error: this is no url: relative URL without a base
     --> webhooks.toml:2:7
      |
    2 | url = "a.example/x"
      |       ^^^^^^^^^^^^^
      |
      = help: write a whole one, such as "https://hooks.example.com/videogen"
    "#);
    insta::assert_snapshot!(refused(&with_url("ftp://a.example/x")), @r#"
    error: the scheme "ftp" is not https
     --> webhooks.toml:2:7
      |
    2 | url = "ftp://a.example/x"
      |       ^^^^^^^^^^^^^^^^^^^
      |
      = help: write an url that starts with `https://`
    "#);
}

#[test]
fn an_url_over_plain_http() {
    insta::assert_snapshot!(refused(&with_url("http://a.example/x")), @r#"
    error: the url is not https
     --> webhooks.toml:2:7
      |
    2 | url = "http://a.example/x"
      |       ^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `https://`: deliveries cross the open network
    "#);
    insta::assert_snapshot!(refused(&with_url("http://localhost:9000/x")), @r#"
    error: an `http://` url is only for a local base url
     --> webhooks.toml:2:7
      |
    2 | url = "http://localhost:9000/x"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `https://`, or set `base_url = "sandbox"`: VideoGen cannot reach a loopback host
    "#);
}

#[test]
fn an_url_with_credentials_shows_none_of_them() {
    insta::assert_snapshot!(refused(&with_url("https://user:hunter2@a.example/x")), @r#"
    error: the url holds credentials
     --> webhooks.toml:2:7
      |
    2 | url = "https://************@a.example/x"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: remove what stands before the `@`: this file is read by reviewers and CI; receivers verify the signature
    "#);
    insta::assert_snapshot!(refused(&with_url("https://user:hun/ter2@a.example/x")), @r#"
    error: this is no url: invalid port number
     --> webhooks.toml:2:7
      |
    2 | url = "https://*************@a.example/x"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write a whole one, such as "https://hooks.example.com/videogen"
    "#);
}

#[test]
fn an_url_with_a_fragment() {
    insta::assert_snapshot!(refused(&with_url("https://a.example/x#y")), @r#"
    error: the url has a fragment
     --> webhooks.toml:2:7
      |
    2 | url = "https://a.example/x#y"
      |       ^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: remove the `#` and what follows: it is never sent to a server
    "#);
}

#[test]
fn an_url_outside_of_the_allowed_hosts() {
    insta::assert_snapshot!(refused(&format!("{}[safety]\nallowed_hosts = [\"*.corp.example\"]\n", with_url("https://a.b.corp.example/x"))), @r#"
    error: the host "a.b.corp.example" is not in `allowed_hosts`
     --> webhooks.toml:2:7
      |
    2 | url = "https://a.b.corp.example/x"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: add "a.b.corp.example" to `allowed_hosts` under `[safety]`, or write an url of a host that is there
    "#);
}

#[test]
fn a_pattern_that_is_no_host() {
    insta::assert_snapshot!(refused("[safety]\nallowed_hosts = [\"https://h.example\", \"h.example:443\", \"*\"]\n"), @r#"
    error: `allowed_hosts`: a host has no scheme
     --> webhooks.toml:2:18
      |
    2 | allowed_hosts = ["https://h.example", "h.example:443", "*"]
      |                  ^^^^^^^^^^^^^^^^^^^
      |
      = help: write a host alone, such as "hooks.example.com" or "*.example.com" (exactly one label)

    error: `allowed_hosts`: a host has no port
     --> webhooks.toml:2:39
      |
    2 | allowed_hosts = ["https://h.example", "h.example:443", "*"]
      |                                       ^^^^^^^^^^^^^^^
      |
      = help: write a host alone, such as "hooks.example.com" or "*.example.com" (exactly one label)

    error: `allowed_hosts`: `*` stands only for the first label, as in `*.example.com`
     --> webhooks.toml:2:56
      |
    2 | allowed_hosts = ["https://h.example", "h.example:443", "*"]
      |                                                        ^^^
      |
      = help: write a host alone, such as "hooks.example.com" or "*.example.com" (exactly one label)
    "#);
}

#[test]
fn a_base_url_that_may_not_have_the_key() {
    insta::assert_snapshot!(refused("[provider]\nbase_url = \"https://api.videogen.io.evil.example\"\n"), @r#"
    error: `base_url` names the foreign host "api.videogen.io.evil.example"
     --> webhooks.toml:2:12
      |
    2 | base_url = "https://api.videogen.io.evil.example"
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the API key goes only to `videogen.io`, its subdomains and loopback
      |
      = help: set VIDEOGEN_BASE_URL to that host if you mean it: a file cannot send the key elsewhere
    "#);
    insta::assert_snapshot!(refused("[provider]\nbase_url = \"http://api.videogen.io\"\n"), @r#"
    error: `base_url`: `http://` is only for a loopback host
     --> webhooks.toml:2:12
      |
    2 | base_url = "http://api.videogen.io"
      |            ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `base_url = "https://api.videogen.io"`, or `base_url = "sandbox"`
    "#);
    insta::assert_snapshot!(refused("[provider]\nbase_url = \"https://u:hunter2@api.videogen.io\"\n"), @r#"
    error: `base_url`: it holds credentials
     --> webhooks.toml:2:12
      |
    2 | base_url = "https://*********@api.videogen.io"
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write `base_url = "https://api.videogen.io"`, or `base_url = "sandbox"`
    "#);
}

#[test]
fn recipients_that_are_none() {
    insta::assert_snapshot!(refused(&format!("[encryption]\nrecipients = [\n  \"{KEY}\",\n  \"AGE-SECRET-KEY-1HUNTER2\",\n  \"ssh-ed25519 AAAA\",\n  \"age1short\",\n]\n")), @r#"
    error: this is an age identity, a private key: it must not stand in this file
     --> webhooks.toml:4:3
      |
    4 |   "AGE-SECRET-KEY-********",
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = help: write its public key (`age-keygen -y` shows it), and make a new identity: this one was in a file that others read

    error: not an age recipient
     --> webhooks.toml:5:3
      |
    5 |   "ssh-ed25519 AAAA",
      |   ^^^^^^^^^^^^^^^^^^
      |
      = help: copy the whole `age1…` line that `age-keygen` prints as the public key, or the whole line of an ssh .pub file

    error: not an age recipient
     --> webhooks.toml:6:3
      |
    6 |   "age1short",
      |   ^^^^^^^^^^^
      |
      = help: copy the whole `age1…` line that `age-keygen` prints as the public key, or the whole line of an ssh .pub file
    "#);
}

#[test]
fn a_path_that_is_empty() {
    insta::assert_snapshot!(refused("[state]\npath = \"\"\n[encryption]\nrecipients_file = \"a\\u0000b\"\n"), @r#"
    error: `path` is empty
     --> webhooks.toml:2:8
      |
    2 | path = ""
      |        ^^
      |
      = help: write `path = "state/webhooks.state.json"`

    error: `recipients_file` holds a NUL
     --> webhooks.toml:4:19
      |
    4 | recipients_file = "a\u0000b"
      |                   ^^^^^^^^^^
      |
      = help: write `recipients_file = "recipients.txt"`
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
      = help: write a number and a unit, such as `rotate_after = "90d"`; units: s, m, h, d, w
    "#);
    insta::assert_snapshot!(refused(&with("rotate_after = 90")), @r#"
    error: `rotate_after` takes a string
     --> webhooks.toml:4:16
      |
    4 | rotate_after = 90
      |                ^^ this is a whole number
      |
      = help: write `rotate_after = "90d"`
    "#);
    insta::assert_snapshot!(refused(&with("rotate_after = \"0s\"")), @r#"
    error: `rotate_after` is too short
     --> webhooks.toml:4:16
      |
    4 | rotate_after = "0s"
      |                ^^^^
      |
      = help: write a number and a unit, such as `rotate_after = "90d"`; units: s, m, h, d, w
    "#);
    insta::assert_snapshot!(refused(&with("lifecycle = { overlap = \"5000y\" }")), @r#"
    error: `overlap` is longer than a hundred years
     --> webhooks.toml:4:25
      |
    4 | lifecycle = { overlap = "5000y" }
      |                         ^^^^^^^
      |
      = help: write a number and a unit, such as `overlap = "24h"`; units: s, m, h, d, w
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
      = help: remove `overlap`, or write `replace = "create_before_destroy"`
    "#);
    insta::assert_snapshot!(refused(&with("lifecycle = { replace = \"create_before_destory\" }")), @r#"
    error: unknown word "create_before_destory"
     --> webhooks.toml:4:25
      |
    4 | lifecycle = { replace = "create_before_destory" }
      |                         ^^^^^^^^^^^^^^^^^^^^^^^ did you mean `create_before_destroy`?
      |
      = help: write "create_before_destroy" or "destroy_before_create"
    "#);
    insta::assert_snapshot!(refused(&with("lifecycle = { ignore_changes = [\"name\"] }")), @r#"
    error: unknown word "name"
     --> webhooks.toml:4:33
      |
    4 | lifecycle = { ignore_changes = ["name"] }
      |                                 ^^^^^^
      |
      = help: write "url" or "events" or "description"
    "#);
}

#[test]
fn two_entries_for_one_endpoint() {
    insta::assert_snapshot!(refused(&format!("{SOUND}[webhooks.twin]\nurl = \"https://SOUND.example\"\nevents = [\"file.*\", \"file.upload.failed\"]\ndescription = \"other\"\n")), @r#"
    error: the entry "twin" has the same url and events as "sound"
     --> webhooks.toml:4:11
      |
    1 | [webhooks.sound]
      |           ----- its twin
    ...
    4 | [webhooks.twin]
      |           ^^^^
      |
      = help: each event would be delivered twice: change the url or the events of one, or remove it
    "#);
}

#[test]
fn imports_without_an_entry_or_twice() {
    insta::assert_snapshot!(refused(&format!("{SOUND}[imports]\nsoud = \"ep_1\"\n")), @r#"
    error: "soud" has no entry
     --> webhooks.toml:5:1
      |
    5 | soud = "ep_1"
      | ^^^^ did you mean `sound`?
      |
      = help: write `[webhooks.soud]` with its url and events, or remove this line
    "#);
    insta::assert_snapshot!(refused(&format!("{SOUND}[webhooks.b]\nurl = \"https://b.example/\"\nevents = [\"file.*\"]\n[imports]\nsound = \"ep_1\"\nb = \"ep_1\"\n")), @r#"
    error: the endpoint "ep_1" is imported twice
     --> webhooks.toml:9:5
      |
    8 | sound = "ep_1"
      |         ------ first here
    9 | b = "ep_1"
      |     ^^^^^^ again here
      |
      = help: an endpoint belongs to one entry: remove one of the two
    "#);
    insta::assert_snapshot!(refused(&format!("{SOUND}[imports]\nsound = \"ep 1\"\n")), @r#"
    error: "ep 1" is no endpoint id
     --> webhooks.toml:5:9
      |
    5 | sound = "ep 1"
      |         ^^^^^^
      |
      = help: write the id as the API lists it, such as "ep_…": at most 256 visible characters, no spaces
    "#);
}

#[test]
fn moves_that_contradict_the_entries() {
    insta::assert_snapshot!(refused(&format!("{SOUND}[moved]\nother = \"old\"\n")), @r#"
    error: "other" has no entry
     --> webhooks.toml:5:1
      |
    5 | other = "old"
      | ^^^^^
      |
      = help: write `[webhooks.other]` with its url and events, or remove this line
    "#);
    insta::assert_snapshot!(refused(&format!("{SOUND}[moved]\nsound = \"sound\"\n")), @r#"
    error: the old name "sound" still has an entry
     --> webhooks.toml:5:9
      |
    1 | [webhooks.sound]
      |           ----- its entry
    ...
    5 | sound = "sound"
      |         ^^^^^^^
      |
      = help: write `new = "old"`; the entry stands under the new name alone
    "#);
    insta::assert_snapshot!(refused(&format!("{SOUND}[webhooks.b]\nurl = \"https://b.example/\"\nevents = [\"file.*\"]\n[moved]\nsound = \"old\"\nb = \"old\"\n")), @r#"
    error: "old" moves to two names
     --> webhooks.toml:9:5
      |
    8 | sound = "old"
      |         ----- first here
    9 | b = "old"
      |     ^^^^^ again here
      |
      = help: an endpoint has one name: remove one of the two
    "#);
}

#[test]
fn removed_names_that_have_an_entry() {
    insta::assert_snapshot!(refused(&format!("{SOUND}[removed]\nnames = [\"sound\"]\n")), @r#"
    error: "sound" is removed and has an entry
     --> webhooks.toml:5:10
      |
    1 | [webhooks.sound]
      |           ----- its entry
    ...
    5 | names = ["sound"]
      |          ^^^^^^^
      |
      = help: remove the entry, or take the name from this list
    "#);
}

#[test]
fn what_a_later_version_will_know() {
    insta::assert_snapshot!(refused("[environments.staging]\n[variables]\n"), @r"
    error: `environments` is not implemented in this version
     --> webhooks.toml:1:2
      |
    1 | [environments.staging]
      |  ^^^^^^^^^^^^
      |
      = help: keep one file for each environment, and name it with `--config`

    error: `variables` is not implemented in this version
     --> webhooks.toml:2:2
      |
    2 | [variables]
      |  ^^^^^^^^^
      |
      = help: keep one file for each environment, and name it with `--config`
    ");
}

#[test]
fn a_key_that_stands_twice() {
    insta::assert_snapshot!(refused("[safety]\nmax_deletes = 1\nmax_deletes = 2\n"), @r#"
    error: "max_deletes" is defined twice
     --> webhooks.toml:3:1
      |
    2 | max_deletes = 1
      | ----------- first here
    3 | max_deletes = 2
      | ^^^^^^^^^^^ again here
      |
      = help: keep one of the two, or rename one
    "#);
    insta::assert_snapshot!(refused("[state]\n[safety]\n[state]\n"), @r#"
    error: "state" is defined twice
     --> webhooks.toml:3:2
      |
    1 | [state]
      |  ----- first here
    2 | [safety]
    3 | [state]
      |  ^^^^^ again here
      |
      = help: keep one of the two, or rename one
    "#);
    insta::assert_snapshot!(refused(&with("lifecycle = { overlap = \"1h\", overlap = \"2h\" }")), @r#"
    error: "overlap" is defined twice
     --> webhooks.toml:4:31
      |
    4 | lifecycle = { overlap = "1h", overlap = "2h" }
      |               -------         ^^^^^^^ again here
      |               |
      |               first here
      |
      = help: keep one of the two, or rename one
    "#);
}

#[test]
fn broken_syntax() {
    insta::assert_snapshot!(refused("[state]\npath = state.json\n"), @r#"
    error: a string must stand in quotes
     --> webhooks.toml:2:8
      |
    2 | path = state.json
      |        ^^^^^^^^^^
      |
      = help: write "state.json"
    "#);
    insta::assert_snapshot!(refused("[state]\npath =\n"), @r"
    error: a key has no value
     --> webhooks.toml:2:7
      |
    2 | path =
      |       ^
      |
      = help: write a value after `=`
    ");
    insta::assert_snapshot!(refused("[state]\npath = \"x\n"), @r#"
    error: a string is not closed
     --> webhooks.toml:2:10
      |
    2 | path = "x
      |          ^
      |
      = help: close it with `"`
    "#);
    insta::assert_snapshot!(refused("[safety]\nallowed_hosts = [\"a.example\"\nmax_deletes = 1\n"), @r#"
    error: a list is not closed
     --> webhooks.toml:2:17
      |
    2 | allowed_hosts = ["a.example"
      |                 ^ opened here
      |
      = help: close it with `]`
    "#);
    insta::assert_snapshot!(refused("max deletes = 1\n"), @r"
    error: a key has no value
     --> webhooks.toml:1:5
      |
    1 | max deletes = 1
      |     ^
      |
      = help: write `key = value`
    ");
    insta::assert_snapshot!(refused("[state\npath = \"x\"\n"), @r"
    error: a header is not closed
     --> webhooks.toml:1:7
      |
    1 | [state
      |       ^
      |
      = help: close it with `]`
    ");
    insta::assert_snapshot!(refused("[safety]\nmax_deletes = 01\n"), @r"
    error: unexpected leading zero
     --> webhooks.toml:2:15
      |
    2 | max_deletes = 01
      |               ^
    ");
}

#[test]
fn a_base_url_whose_host_is_not_the_environments() {
    let other = parse_base_url("https://staging.example").unwrap();
    insta::assert_snapshot!(refused_under("[provider]\nbase_url = \"https://prod.example\"\n", Some(&other)), @r#"
    error: `base_url` names the foreign host "prod.example"
     --> webhooks.toml:2:12
      |
    2 | base_url = "https://prod.example"
      |            ^^^^^^^^^^^^^^^^^^^^^^ the API key goes only to `videogen.io`, its subdomains and loopback
      |
      = help: set VIDEOGEN_BASE_URL to that host if you mean it: a file cannot send the key elsewhere
    "#);
}

#[test]
fn an_url_that_is_too_long() {
    insta::assert_snapshot!(refused(&with_url(&format!("https://a.example/{}", "x".repeat(2048)))).lines().next().unwrap(), @"error: the url has 2066 bytes");
}
