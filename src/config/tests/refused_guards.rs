//! Faults of what keeps a team safe, as they are drawn: hosts, base URL, recipients, paths.

use super::{KEY, refused, refused_under};
use crate::config::parse_base_url;

/// A file with one entry, sound but for `lines`.
fn entry(lines: &str) -> String {
    format!("[webhooks.a]\n{lines}\n")
}

fn with_url(url: &str) -> String {
    entry(&format!("url = \"{url}\"\nevents = [\"file.*\"]"))
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
      = hint: add "a.b.corp.example" to `allowed_hosts` under `[safety]`, or write a URL of a host that is there
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
      = hint: write a host alone, such as "hooks.example.com" or "*.example.com" (exactly one label)

    error: `allowed_hosts`: a host has no port
     --> webhooks.toml:2:39
      |
    2 | allowed_hosts = ["https://h.example", "h.example:443", "*"]
      |                                       ^^^^^^^^^^^^^^^
      |
      = hint: write a host alone, such as "hooks.example.com" or "*.example.com" (exactly one label)

    error: `allowed_hosts`: `*` stands only for the first label, as in `*.example.com`
     --> webhooks.toml:2:56
      |
    2 | allowed_hosts = ["https://h.example", "h.example:443", "*"]
      |                                                        ^^^
      |
      = hint: write a host alone, such as "hooks.example.com" or "*.example.com" (exactly one label)
    "#);
}

#[test]
fn a_base_url_that_may_not_have_the_key() {
    insta::assert_snapshot!(refused("[provider]\nbase_url = \"https://api.videogen.io.evil.example\"\n"), @r#"
    error: `base_url` names the untrusted host "api.videogen.io.evil.example"
     --> webhooks.toml:2:12
      |
    2 | base_url = "https://api.videogen.io.evil.example"
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ the API key goes only to `*.videogen.io` (one label) and to loopback
      |
      = hint: set VIDEOGEN_BASE_URL to that host if you mean it: a file cannot send the key elsewhere
    "#);
    insta::assert_snapshot!(refused("[provider]\nbase_url = \"http://api.videogen.io\"\n"), @r#"
    error: `base_url`: `http://` is only for a loopback host
     --> webhooks.toml:2:12
      |
    2 | base_url = "http://api.videogen.io"
      |            ^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: write `base_url = "https://api.videogen.io"`, or `base_url = "sandbox"`
    "#);
    insta::assert_snapshot!(refused("[provider]\nbase_url = \"https://u:hunter2@api.videogen.io\"\n"), @r#"
    error: `base_url`: it holds credentials
     --> webhooks.toml:2:12
      |
    2 | base_url = "https://*********@api.videogen.io"
      |            ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      |
      = hint: write `base_url = "https://api.videogen.io"`, or `base_url = "sandbox"`
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
      = hint: write its public key (`age-keygen -y` shows it), and make a new identity: this one was in a file that others read

    error: not an age recipient
     --> webhooks.toml:5:3
      |
    5 |   "ssh-ed25519 AAAA",
      |   ^^^^^^^^^^^^^^^^^^
      |
      = hint: copy the whole `age1…` line that `age-keygen` prints as the public key, or the whole line of an ssh .pub file

    error: not an age recipient
     --> webhooks.toml:6:3
      |
    6 |   "age1short",
      |   ^^^^^^^^^^^
      |
      = hint: copy the whole `age1…` line that `age-keygen` prints as the public key, or the whole line of an ssh .pub file
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
      = hint: write `path = "state/webhooks.state.json"`

    error: `recipients_file` holds a NUL
     --> webhooks.toml:4:19
      |
    4 | recipients_file = "a\u0000b"
      |                   ^^^^^^^^^^
      |
      = hint: write `recipients_file = "recipients.txt"`
    "#);
}

#[test]
fn a_base_url_whose_host_is_not_the_environments() {
    let other = parse_base_url("https://staging.example").unwrap();
    insta::assert_snapshot!(refused_under("[provider]\nbase_url = \"https://prod.example\"\n", Some(&other)), @r#"
    error: `base_url` names the untrusted host "prod.example"
     --> webhooks.toml:2:12
      |
    2 | base_url = "https://prod.example"
      |            ^^^^^^^^^^^^^^^^^^^^^^ the API key goes only to `*.videogen.io` (one label) and to loopback
      |
      = hint: set VIDEOGEN_BASE_URL to that host if you mean it: a file cannot send the key elsewhere
    "#);
}
