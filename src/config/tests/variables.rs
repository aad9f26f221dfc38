//! `[variables]` and their uses: where values come from, and what is refused.

use proptest::prelude::*;

use super::{drawn, parse_in, refused_in};
use crate::config::{self, Desired, Given, Giver, Inputs, parse_values};
use crate::diagnostic::{FileError, Sources};
use crate::endpoint::Name;

const FILE: &str = r#"
[variables]
host = { description = "Where deliveries go", pattern = "[a-z.]+" }
path = "videogen"
[environments.prod]
variables = { host = "prod.example" }
[environments.staging]
[webhooks.a]
url = "https://${var.host}/${var.path}"
events = ["file.*"]
description = "${environment}, not $${environment}"
"#;

fn url(environment: &str, values: &[(&str, &str)]) -> String {
    let desired = parse_in(FILE, Some(environment), values).unwrap();
    desired.webhooks[&Name::parse("a").unwrap()].wanted.spec.url.clone()
}

#[test]
fn a_later_value_stands_before_an_earlier_one() {
    assert_eq!(url("prod", &[]), "https://prod.example/videogen");
    assert_eq!(url("prod", &[("host", "a.example"), ("host", "b.example")]), "https://b.example/videogen");
    assert_eq!(url("staging", &[("host", "c.example"), ("path", "x")]), "https://c.example/x");
}

#[test]
fn an_environments_name_and_an_escape_stand_in_a_description() {
    let desired = parse_in(FILE, Some("prod"), &[]).unwrap();
    let entry = desired.webhooks.values().next().unwrap();
    assert_eq!(entry.wanted.spec.description.as_deref(), Some("prod, not ${environment}"));
}

#[test]
fn a_value_may_be_missing() {
    insta::assert_snapshot!(refused_in(FILE, Some("staging"), &[]), @r#"
    error: the variable `host` has no value
     --> webhooks.toml:9:16
      |
    3 | host = { description = "Where deliveries go", pattern = "[a-z.]+" }
      | ---- declared here: "Where deliveries go"
    ...
    9 | url = "https://${var.host}/${var.path}"
      |                ^^^^^^^^^^^
      |
      = hint: give it with `--var host=VALUE`, HOOKWRIGHT_VAR_host or `--var-file FILE`; or write it in the file: as its `default` under `[variables]` or under `[environments.staging.variables]`
    "#);
}

#[test]
fn a_value_outside_of_its_pattern_says_where_it_is_from_and_no_secret() {
    insta::assert_snapshot!(refused_in(FILE, Some("staging"), &[("host", "whsec_CANARY")]), @r#"
    error: the value from `--var` does not match the pattern of `host`
     --> webhooks.toml:3:57
      |
    3 | host = { description = "Where deliveries go", pattern = "[a-z.]+" }
      |                                                         ^^^^^^^^^ "whsec_******" does not match
      |
      = hint: give another value, or correct the pattern; all of a value must match
    "#);
    let text = FILE.replace("prod.example", "PROD.example");
    insta::assert_snapshot!(refused_in(&text, Some("staging"), &[("host", "a.example")]), @r#"
    error: the value does not match its variable's pattern
     --> webhooks.toml:6:22
      |
    3 | host = { description = "Where deliveries go", pattern = "[a-z.]+" }
      |                                                         --------- all of a value must match
    ...
    6 | variables = { host = "PROD.example" }
      |                      ^^^^^^^^^^^^^^
      |
      = hint: write another value, or correct the pattern
    "#);
}

#[test]
fn a_pattern_matches_all_of_a_value() {
    assert!(parse_in(FILE, Some("prod"), &[("host", "a.example/evil?x=")]).is_err());
}

#[test]
fn a_name_that_nobody_declared() {
    let text = FILE.replace("${var.host}", "${var.hots}").replace("$${environment}", "${env} ${");
    insta::assert_snapshot!(refused_in(&text, Some("prod"), &[]), @r#"
    error: "hots" is no declared variable
     --> webhooks.toml:9:16
      |
    9 | url = "https://${var.hots}/${var.path}"
      |                ^^^^^^^^^^^ did you mean `host`?
      |
      = hint: correct the name, or declare it under `[variables]`: `hots = { description = "…" }`

    error: `${` is not closed
      --> webhooks.toml:11:16
       |
    11 | description = "${environment}, not ${env} ${"
       |                ^^
       |
       = hint: close it with `}`; for a literal `${`, write `$${`

    error: "${env}" stands for nothing
      --> webhooks.toml:11:36
       |
    11 | description = "${environment}, not ${env} ${"
       |                                    ^^^^^^
       |
       = hint: write `${var.NAME}` or `${environment}`; for a literal `${`, write `$${`
    "#);
    insta::assert_snapshot!(refused_in(FILE, Some("prod"), &[("hots", "a.example")]), @r#"
    error: `--var` gives "hots", which is no declared variable
    hint: did you mean `host`? correct the name, or declare it under `[variables]`: `hots = { description = "…" }`
    "#);
    let text = FILE.replace("{ host = \"prod", "{ hosts = \"prod");
    insta::assert_snapshot!(refused_in(&text, Some("prod"), &[]), @r#"
    error: "hosts" is no declared variable
     --> webhooks.toml:6:15
      |
    6 | variables = { hosts = "prod.example" }
      |               ^^^^^ did you mean `host`?
      |
      = hint: correct the name, or declare it under `[variables]`: `hosts = { description = "…" }`

    error: the variable `host` has no value
     --> webhooks.toml:9:16
      |
    3 | host = { description = "Where deliveries go", pattern = "[a-z.]+" }
      | ---- declared here: "Where deliveries go"
    ...
    9 | url = "https://${var.host}/${var.path}"
      |                ^^^^^^^^^^^
      |
      = hint: give it with `--var host=VALUE`, HOOKWRIGHT_VAR_host or `--var-file FILE`; or write it in the file: as its `default` under `[variables]` or under `[environments.prod.variables]`
    "#);
}

#[test]
fn an_error_of_a_filled_string_shows_it_as_written_and_as_filled() {
    let text = FILE.replace("pattern = \"[a-z.]+\"", "default = \"\"");
    insta::assert_snapshot!(refused_in(&text, Some("prod"), &[("host", "u:hunter2@h.example")]), @r#"
    error: the URL holds credentials
     --> webhooks.toml:9:7
      |
    9 | url = "https://${var.host}/${var.path}"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is "https://*********@h.example/videogen"
      |
      = hint: remove what stands before the `@`: reviewers and CI read this file; receivers check the signature
    "#);
    insta::assert_snapshot!(refused_in(&text.replace("file.*", "file.${var.path}"), Some("prod"), &[]), @r#"
    error: unknown event "file.videogen"
      --> webhooks.toml:10:11
       |
    10 | events = ["file.${var.path}"]
       |           ^^^^^^^^^^^^^^^^^^
       |
       = hint: correct the word, or write `allow_unknown_events = true` in the entry if the API knows it
    "#);
}

#[test]
fn declarations_that_are_none() {
    let text = "[variables]\na-b = \"x\"\nc = 1\nd = { pattern = \"(\" }\ne = \"x\\u0007\"\nf = { pattern = \"\\\\w{9999}\" }\n";
    insta::assert_snapshot!(refused_in(text, None, &[]), @r#"
    error: "a-b" is no name of a variable
     --> webhooks.toml:2:1
      |
    2 | a-b = "x"
      | ^^^
      |
      = hint: write 1 to 64 of the characters A-Z a-z 0-9 _, no digit first: HOOKWRIGHT_VAR_NAME can be set then

    error: "c" must be a table
     --> webhooks.toml:3:5
      |
    3 | c = 1
      |     ^ this is a whole number
      |
      = hint: write `c = { default = "hooks.example.com" }`

    error: `pattern` is no regular expression
     --> webhooks.toml:4:17
      |
    4 | d = { pattern = "(" }
      |                 ^^^
      |
      = hint: write one such as "^[a-z0-9.-]+$" (the syntax of Rust's regex: no look-around, no back-references)

    error: the value holds a control character
     --> webhooks.toml:5:5
      |
    5 | e = "x\u0007"
      |     ^^^^^^^^^

    error: `pattern` is no regular expression
     --> webhooks.toml:6:17
      |
    6 | f = { pattern = "\\w{9999}" }
      |                 ^^^^^^^^^^^ it is too large
      |
      = hint: write one such as "^[a-z0-9.-]+$" (the syntax of Rust's regex: no look-around, no back-references)
    "#);
}

#[test]
fn an_environments_name_where_there_are_none() {
    let text = "[webhooks.a]\nurl = \"https://a.example/${environment}\"\nevents = [\"file.*\"]\n";
    insta::assert_snapshot!(refused_in(text, None, &[]), @r#"
    error: `${environment}` stands for nothing: the file has no environments
     --> webhooks.toml:2:26
      |
    2 | url = "https://a.example/${environment}"
      |                          ^^^^^^^^^^^^^^
      |
      = hint: write `[environments.NAME]`, and choose one with `--env`
    "#);
}

#[test]
fn a_file_of_values() {
    let read = |text: &str| parse_values(&Sources::one("v.toml", text), "`v.toml`");
    let given = read("host = \"h.example\"\n\nregion = 1\n").unwrap();
    assert_eq!((given[0].name.as_str(), given[0].value.as_deref()), ("host", Ok("h.example")));
    assert_eq!(given[1].origin, "`v.toml`, line 3,");
    assert_eq!(given[1].value.as_deref().unwrap_err(), "is a whole number, and must be a string");
    assert_eq!(read("host = 1\nx = y\n").unwrap_err().len(), 1);
}

fn given_by(giver: Giver, name: &str, value: Result<&str, &str>) -> Given {
    let value = value.map(str::to_owned).map_err(str::to_owned);
    Given { name: name.to_owned(), value, origin: "SOMEWHERE".to_owned(), giver }
}

fn given(values: Vec<Given>) -> Result<Desired, Vec<FileError>> {
    let inputs = Inputs { environment: Some("prod".to_owned()), values, ..Inputs::default() };
    config::parse(&Sources::one("webhooks.toml", FILE), &inputs)
}

#[test]
fn a_value_that_nothing_declares_is_an_error_a_warning_or_nothing_by_who_gave_it() {
    let undeclared = |giver| given(vec![given_by(giver, "region", Err("is a list"))]).map(|desired| desired.warnings);
    assert_eq!(undeclared(Giver::Environment).unwrap(), Vec::<String>::new());
    let warning = r#"SOMEWHERE gives "region", which is no declared variable: it is passed over"#;
    assert_eq!(undeclared(Giver::File).unwrap(), [warning]);
    assert!(undeclared(Giver::Flag).is_err());
    let typing_error = given(vec![given_by(Giver::File, "hots", Ok("a.example"))]).unwrap();
    assert!(typing_error.warnings[0].ends_with("; did you mean `host`?"), "{:?}", typing_error.warnings);
    let many = (0..100).map(|n| given_by(Giver::File, &format!("v{n}"), Ok("x"))).collect();
    let warnings = given(many).unwrap().warnings;
    assert_eq!((warnings.len(), warnings[8].as_str()), (9, "92 more values of no declared variable are passed over"));
}

#[test]
fn a_value_of_a_declared_variable_must_be_a_string() {
    let errors = given(vec![given_by(Giver::File, "host", Err("is a list, and must be a string"))]).unwrap_err();
    insta::assert_snapshot!(drawn(FILE, &errors), @r#"
    error: the value from SOMEWHERE is a list, and must be a string
     --> webhooks.toml:3:1
      |
    3 | host = { description = "Where deliveries go", pattern = "[a-z.]+" }
      | ^^^^ of this variable
    "#);
}

#[test]
fn a_value_that_is_no_host_never_becomes_one() {
    let file = "[variables]\nhost = {}\n[webhooks.a]\nurl = \"https://${var.host}/videogen\"\nevents = [\"file.*\"]\n";
    let url = |value: &str| {
        let desired = parse_in(file, None, &[("host", value)]);
        desired.map(|desired| desired.webhooks.into_values().next().unwrap().wanted.spec.url)
    };
    for value in [
        "",
        " ",
        "\"h.example\"",
        "'h.example'",
        "https://h.example",
        "null",
        "undefined",
        "None",
        ".",
        "..",
        "*",
        "$HOST",
        "a.example,b.example",
        "<nil>",
        "{{ host }}",
        "%HOST%",
        "h",
        "1",
        "0x7f.1",
        "127.1",
        "-h.example",
        "h..example",
        "null.example",
        ":443",
        "@",
        "/",
        "\\",
        "?",
        "#",
        "h.example evil.example",
        "h.example:",
        "user@",
    ] {
        // A port that is written and empty is the default one.
        let is_refused = url(value).is_err() || value == "h.example:";
        assert!(is_refused, "{value:?} gives {:?}", url(value));
    }
    for (value, host) in [
        ("H.Example", "h.example"),
        ("bücher.example:8443", "xn--bcher-kva.example:8443"),
        ("192.0.2.7", "192.0.2.7"),
        ("[2001:db8::1]", "[2001:db8::1]"),
    ] {
        assert_eq!(url(value).unwrap(), format!("https://{host}/videogen"));
    }
    let listed = format!("{file}[safety]\nallowed_hosts = [\"consumer\"]\n");
    assert!(parse_in(&listed, None, &[("host", "consumer")]).is_ok(), "a single word that is listed is meant");
    assert!(parse_in(&listed, None, &[("host", "null")]).is_err());
}

#[test]
fn an_empty_value_has_its_place_within_a_host() {
    let file = "[variables]\nsuffix = \"\"\n[webhooks.a]\nurl = \"https://api${var.suffix}.example.com/\"\nevents = [\"file.*\"]\n";
    assert!(parse_in(file, None, &[]).is_ok());
    insta::assert_snapshot!(refused_in(&file.replace("api$", "$"), None, &[]), @r#"
    error: ".example.com" is no host: a label of the host is empty
     --> webhooks.toml:4:7
      |
    4 | url = "https://${var.suffix}.example.com/"
      |       ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ this is "https://.example.com/"
      |
      = hint: write a whole host name, as in "https://hooks.example.com/videogen"
    "#);
}

#[test]
fn values_cannot_make_a_small_file_large() {
    let uses = "${var.v}".repeat(5000);
    let text = format!(
        "[variables]\nv = \"{}\"\n[webhooks.a]\nurl = \"https://a.example/\"\nevents = [\"file.*\"]\ndescription = \"{uses}\"\n",
        "x".repeat(2048)
    );
    let told = refused_in(&text, None, &[]);
    assert!(told.starts_with("error: the values add more than 8 MiB"), "{}", &told[..200]);
}

proptest! {
    #[test]
    fn text_without_a_use_is_unchanged_and_no_text_makes_it_panic(text in r#"[a-z$}{. é]{0,30}"#) {
        let file = format!("[variables]\nv = \"x\"\n[webhooks.a]\nurl = \"https://a.example/\"\nevents = [\"file.*\"]\ndescription = '{text}'\n");
        let parsed = parse_in(&file, None, &[]);
        if !text.contains("${") {
            let desired = parsed.unwrap();
            let entry = desired.webhooks.values().next().unwrap();
            prop_assert_eq!(entry.wanted.spec.description.clone().unwrap_or_default(), text.trim_end());
        }
    }
}
