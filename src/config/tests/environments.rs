//! `[environments.*]`: what each says in place of the rest, and what is refused.

use super::{KEY, SOUND, parse_in, refused_in};
use crate::config::BaseUrl;
use crate::secrets::generate_identity;

fn two() -> String {
    format!(
        r#"
        [encryption]
        recipients = ["{KEY}"]
        [safety]
        allowed_hosts = ["sound.example"]
        max_deletes = 3
        [environments.prod]
        state = "state/prod.json"
        api_key_env = "VIDEOGEN_API_KEY_PROD"
        safety = {{ max_deletes = 0 }}
        [environments.staging]
        base_url = "sandbox"
        recipients_file = "staging.txt"
        safety.allowed_hosts = ["*.example"]
        {SOUND}"#
    )
}

#[test]
fn an_environment_stands_before_the_rest_of_the_file() {
    let prod = parse_in(&two(), Some("prod"), &[]).unwrap();
    assert_eq!(prod.environment.as_ref().map(|name| name.as_str()), Some("prod"));
    assert_eq!(prod.base_url, BaseUrl::default());
    assert_eq!(prod.state_path.as_ref().map(|(path, _)| path.as_str()), Some("state/prod.json"));
    assert_eq!(prod.api_key_env, "VIDEOGEN_API_KEY_PROD");
    assert_eq!((prod.recipients.len(), prod.recipients_file), (1, None));
    assert_eq!(prod.safety.max_deletes, Some(0));
    assert_eq!(prod.safety.allowed_hosts, Some(["sound.example".to_owned()].into()));

    let staging = parse_in(&two(), Some("staging"), &[]).unwrap();
    assert_eq!((staging.base_url, staging.state_path), (BaseUrl::Sandbox, None));
    assert_eq!(staging.api_key_env, "VIDEOGEN_API_KEY");
    assert!(staging.recipients.is_empty(), "encrypted to its own recipients alone");
    assert_eq!(staging.recipients_file.map(|(path, _)| path).as_deref(), Some("staging.txt"));
    assert_eq!(staging.safety.max_deletes, Some(3));
    assert_eq!(staging.safety.allowed_hosts, Some(["*.example".to_owned()].into()));
}

#[test]
fn recipients_of_an_environment_stand_in_the_place_of_all_others() {
    let (_, other) = generate_identity();
    let text = format!(
        "[encryption]\nrecipients = [\"{KEY}\"]\nrecipients_file = \"all.txt\"\n[environments.prod]\nrecipients = [\"{other}\"]\n"
    );
    let desired = parse_in(&text, Some("prod"), &[]).unwrap();
    assert_eq!((desired.recipients, desired.recipients_file), (vec![other], None));
}

#[test]
fn forgetting_the_environment_lists_them_and_tells_nothing_that_hangs_on_it() {
    let text = format!("{}description = \"${{environment}}\"\n", two());
    insta::assert_snapshot!(refused_in(&text, None, &[]), @r#"
    error: the file has environments, and none was chosen
     --> webhooks.toml:7:10
      |
    7 |         [environments.prod]
      |          ^^^^^^^^^^^^
      |
      = hint: write `--env prod` or `--env staging`
    "#);
}

#[test]
fn an_environment_that_is_not_there() {
    insta::assert_snapshot!(refused_in(&two(), Some("prd"), &[]), @r#"
    error: `--env` names "prd", which is no environment of the file
     --> webhooks.toml:7:10
      |
    7 |         [environments.prod]
      |          ^^^^^^^^^^^^ did you mean `prod`?
      |
      = hint: write `--env prod` or `--env staging`
    "#);
    insta::assert_snapshot!(refused_in(SOUND, Some("prod"), &[]), @r#"
    error: `--env` names "prod", and the file has no environments
    hint: leave `--env` out, or write `[environments.NAME]`
    "#);
}

#[test]
fn a_file_cannot_send_another_secret_as_the_key() {
    let text = "[environments.prod]\napi_key_env = \"AWS_SECRET_ACCESS_KEY\"\n";
    insta::assert_snapshot!(refused_in(text, Some("prod"), &[]), @r#"
    error: `api_key_env` cannot be "AWS_SECRET_ACCESS_KEY"
     --> webhooks.toml:2:15
      |
    2 | api_key_env = "AWS_SECRET_ACCESS_KEY"
      |               ^^^^^^^^^^^^^^^^^^^^^^^ a file cannot send another secret as the API key
      |
      = hint: write "VIDEOGEN_API_KEY", or that with `_` and A-Z 0-9 _ after it, such as "VIDEOGEN_API_KEY_PROD"
    "#);
    for hostile in [
        "VIDEOGEN_API_KEYS",
        "VIDEOGEN_API_KEY_",
        "VIDEOGEN_API_KEY_a",
        "XVIDEOGEN_API_KEY",
        "VIDEOGEN_API_KEY_\\n",
        "",
    ] {
        let text = format!("[environments.prod]\napi_key_env = \"{hostile}\"\n");
        assert!(parse_in(&text, Some("prod"), &[]).is_err(), "{hostile}");
    }
}

#[test]
fn two_environments_never_share_a_state() {
    let text = "[state]\npath = \"state/x.json\"\n[environments.prod]\n[environments.staging]\n";
    insta::assert_snapshot!(refused_in(text, Some("prod"), &[]), @r#"
    error: the environments "prod" and "staging" would share one state
     --> webhooks.toml:4:15
      |
    2 | path = "state/x.json"
      |        -------------- the same state
    3 | [environments.prod]
    4 | [environments.staging]
      |               ^^^^^^^
      |
      = hint: write `state = "state/webhooks.staging.state.json"`, or no path: each has its own then
    "#);
}

#[test]
fn a_state_in_other_words_is_the_same_state() {
    let text = "[environments.prod]\nstate = \"state/x.json\"\n[environments.staging]\nstate = \"./state/./x.json\"\n";
    assert!(refused_in(text, Some("prod"), &[]).contains("would share one state"));
}

#[test]
fn errors_of_every_environment_are_told_whichever_is_chosen() {
    let text = "[environments.prod]\n[environments.staging]\nbase_ulr = 1\nbase_url = \"https://evil.example\"\n";
    insta::assert_snapshot!(refused_in(text, Some("prod"), &[]), @r#"
    error: unknown key "base_ulr"
     --> webhooks.toml:3:1
      |
    3 | base_ulr = 1
      | ^^^^^^^^ did you mean `base_url`?
      |
      = hint: write `base_url`, or remove it

    error: `base_url` names the untrusted host "evil.example"
     --> webhooks.toml:4:12
      |
    4 | base_url = "https://evil.example"
      |            ^^^^^^^^^^^^^^^^^^^^^^ the API key goes only to `*.videogen.io` (one label) and to loopback
      |
      = hint: set VIDEOGEN_BASE_URL to that host if you mean it: a file cannot send the key elsewhere
    "#);
}

const LIMITED: &str = r#"
[variables]
only_prod = {}
[environments.prod]
variables = { only_prod = "a.example" }
imports = { both = "ep_prod" }
[environments.staging]
[imports]
both = "ep_both"
limited = "ep_limited"
[webhooks.both]
url = "https://both.example/"
events = ["file.*"]
[webhooks.limited]
environments = ["prod"]
url = "https://${var.only_prod}/"
events = ["file.*"]
"#;

#[test]
fn an_entry_may_be_some_environments_alone_and_so_are_its_imports() {
    let read = |environment| {
        let desired = parse_in(LIMITED, Some(environment), &[]).unwrap();
        let names: Vec<String> = desired.webhooks.keys().map(ToString::to_string).collect();
        let imports: Vec<String> = desired.imports.values().map(ToString::to_string).collect();
        let others: Vec<String> = desired.other_environments.iter().map(|(name, _)| name.to_string()).collect();
        (names.join(" "), imports.join(" "), others.join(" "))
    };
    assert_eq!(read("prod"), ("both limited".into(), "ep_prod ep_limited".into(), "staging".into()));
    assert_eq!(read("staging"), ("both".into(), "ep_both".into(), "prod".into()));
}

#[test]
fn two_entries_with_one_url_may_be_of_two_environments() {
    let same = "url = \"https://a.example/\"\nevents = [\"file.*\"]\n";
    let text = format!(
        "[environments.a]\n[environments.b]\n[webhooks.x]\nenvironments = [\"a\"]\n{same}[webhooks.y]\nenvironments = [\"b\"]\n{same}"
    );
    assert!(parse_in(&text, Some("a"), &[]).is_ok());
    assert!(parse_in(&text.replace("[\"b\"]", "[\"b\", \"a\"]"), Some("a"), &[]).is_err());
}

#[test]
fn environments_of_an_entry_that_are_none() {
    let text = LIMITED.replace("environments = [\"prod\"]", "environments = [\"prd\"]");
    insta::assert_snapshot!(refused_in(&text, Some("staging"), &[]), @r#"
    error: "prd" is no environment of the file
      --> webhooks.toml:15:17
       |
    15 | environments = ["prd"]
       |                 ^^^^^ did you mean `prod`?
       |
       = hint: write `[environments.NAME]`, or name another
    "#);
    let text = LIMITED.replace("environments = [\"prod\"]", "environments = []");
    insta::assert_snapshot!(refused_in(&text, Some("staging"), &[]), @"
    error: `environments` names none
      --> webhooks.toml:15:16
       |
    15 | environments = []
       |                ^^
       |
       = hint: name those that have the entry, or remove the key: every one has it then
    ");
    assert!(
        refused_in(&SOUND.replace("url", "environments = [\"prod\"]\nurl"), None, &[]).contains("is no environment")
    );
}

#[test]
fn an_id_is_adopted_once_in_each_environment() {
    let twice = LIMITED.replace("limited = \"ep_limited\"", "limited = \"ep_prod\"");
    insta::assert_snapshot!(refused_in(&twice, Some("staging"), &[]), @r#"
    error: the endpoint "ep_prod" is imported twice
      --> webhooks.toml:10:11
       |
     6 | imports = { both = "ep_prod" }
       |                    --------- first here
    ...
    10 | limited = "ep_prod"
       |           ^^^^^^^^^ again here
       |
       = hint: an endpoint belongs to one entry: remove one of the two
    "#);
    let unaccounted = LIMITED.replace("imports = { both", "imports = { bth");
    assert!(refused_in(&unaccounted, Some("staging"), &[]).contains("did you mean `both`?"));
}
