//! Files with no error, and what they mean.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{KEY, SOUND, parse, sound};
use crate::config::{Attribute, BaseUrl, Lifecycle, ReplaceOrder, parse_base_url};
use crate::endpoint::{EndpointId, Name};

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

#[test]
fn every_key_is_read() {
    let text = format!(
        r#"
        [provider]
        base_url = "https://api.videogen.io/"
        [state]
        path = "state/x.json"
        [encryption]
        recipients = ["{KEY}", "{KEY}"]
        recipients_file = "recipients.txt"
        [safety]
        allowed_hosts = ["Hooks.Example.com", "*.corp.example"]
        max_deletes = 3
        [webhooks.render-done]
        url = "https://HOOKS.example.com:443/videogen"
        events = ["tool_execution.succeeded", "file.upload.*", "tool_execution.succeeded"]
        description = "Render pipeline"
        rotation = 2
        rotate_after = "90d"
        lifecycle = {{ replace = "create_before_destroy", prevent_destroy = true, ignore_changes = ["description"], overlap = "24h" }}
        [imports]
        render-done = "ep_1"
        [moved]
        render-done = "old"
        [removed]
        names = ["legacy"]
        "#
    );
    let desired = sound(&text);
    assert_eq!(desired.base_url, BaseUrl::default());
    assert_eq!(desired.recipients.iter().map(|r| r.as_str()).collect::<Vec<_>>(), [KEY]);
    let (path, span) = desired.state_path.unwrap();
    assert_eq!((path.as_str(), &text[span]), ("state/x.json", "\"state/x.json\""));
    let (path, span) = desired.recipients_file.unwrap();
    assert_eq!((path.as_str(), &text[span]), ("recipients.txt", "\"recipients.txt\""));
    assert_eq!(desired.safety.max_deletes, Some(3));
    let hosts = desired.safety.allowed_hosts.unwrap();
    assert_eq!(hosts, ["*.corp.example".to_owned(), "hooks.example.com".to_owned()].into());
    assert_eq!(desired.imports, BTreeMap::from([(name("render-done"), EndpointId::new("ep_1"))]));
    assert_eq!(desired.moved, BTreeMap::from([(name("render-done"), name("old"))]));
    assert_eq!(desired.removed, [name("legacy")].into());

    let entry = &desired.webhooks[&name("render-done")];
    assert_eq!(entry.wanted.spec.url, "https://hooks.example.com/videogen");
    assert_eq!(*entry.wanted.events_as_written, ["file.upload.*", "tool_execution.succeeded"]);
    let expanded = ["file.upload.completed", "file.upload.failed", "tool_execution.succeeded"];
    assert_eq!(entry.wanted.spec.events, expanded.map(str::to_owned).into());
    assert_eq!(entry.wanted.spec.description.as_deref(), Some("Render pipeline"));
    assert_eq!((entry.wanted.rotation, entry.rotate_after), (2, Some(Duration::from_secs(90 * 86_400))));
    let lifecycle = Lifecycle {
        replace: ReplaceOrder::CreateFirst,
        ignore_changes: [Attribute::Description].into(),
        overlap: Some(Duration::from_secs(86_400)),
    };
    assert_eq!((&entry.lifecycle, entry.line), (&lifecycle, 12));
    assert!(entry.wanted.prevent_destroy);
}

#[test]
fn a_file_may_be_empty_and_an_entry_short() {
    let desired = sound("");
    assert_eq!((desired.base_url, desired.webhooks.len()), (BaseUrl::default(), 0));
    let entry = &sound(SOUND).webhooks[&name("sound")];
    assert_eq!((entry.wanted.rotation, entry.rotate_after, &entry.wanted.spec.description), (1, None, &None));
    assert_eq!((&entry.lifecycle, entry.line), (&Lifecycle::default(), 1));
}

#[test]
fn defaults_hold_where_an_entry_is_silent() {
    let desired = sound(
        r#"
        [defaults]
        events = ["file.playback_ready", "newer.event"]
        rotate_after = "30d"
        allow_unknown_events = true
        lifecycle = { prevent_destroy = true, overlap = "1h" }
        [webhooks]
        a.url = "https://a.example/"
        [webhooks.b]
        url = "https://b.example/"
        events = ["file.upload.failed"]
        rotate_after = "1d"
        lifecycle = { prevent_destroy = false, replace = "destroy_before_create" }
        "#,
    );
    let (a, b) = (&desired.webhooks[&name("a")], &desired.webhooks[&name("b")]);
    assert_eq!(*a.wanted.events_as_written, ["file.playback_ready", "newer.event"]);
    assert_eq!(a.rotate_after, Some(Duration::from_secs(30 * 86_400)));
    assert!(a.wanted.prevent_destroy && !b.wanted.prevent_destroy);
    assert_eq!((a.lifecycle.overlap, a.line), (Some(Duration::from_secs(3600)), 8));
    assert_eq!(*b.wanted.events_as_written, ["file.upload.failed"]);
    assert_eq!(b.rotate_after, Some(Duration::from_secs(86_400)));
    let destroyed_first = Lifecycle { replace: ReplaceOrder::DestroyFirst, ..Lifecycle::default() };
    assert_eq!(b.lifecycle, destroyed_first, "a default overlap gives way");
}

#[test]
fn unknown_events_are_let_through_from_the_top_or_an_entry() {
    let entry = "[webhooks.a]\nurl = \"https://a.example/\"\nevents = [\"video.done\"]\n";
    sound(&format!("allow_unknown_events = true\n{entry}"));
    sound(&format!("{entry}allow_unknown_events = true\n"));
    assert!(parse(&format!("allow_unknown_events = true\n{entry}allow_unknown_events = false\n"), None).is_err());
}

#[test]
fn the_environments_base_url_stands_before_the_files() {
    let text = "[provider]\nbase_url = \"sandbox\"\n";
    assert_eq!(sound(text).base_url, BaseUrl::Sandbox);
    let staging = parse_base_url("https://staging.example:8443").unwrap();
    assert_eq!(parse(text, Some(&staging)).unwrap().base_url, staging);
    let same_host = "[provider]\nbase_url = \"https://staging.example/v2\"\n";
    assert_eq!(parse(same_host, Some(&staging)).unwrap().base_url, staging);
}

#[test]
fn a_loopback_url_may_be_plain_http_where_the_base_url_is_local() {
    let entry = "[webhooks.a]\nurl = \"http://localhost:9000/\"\nevents = [\"file.*\"]\n";
    sound(&format!("[provider]\nbase_url = \"sandbox\"\n{entry}"));
    sound(&format!("[provider]\nbase_url = \"http://127.0.0.1:1\"\n{entry}"));
    assert!(parse(entry, Some(&BaseUrl::Sandbox)).is_ok());
    assert!(parse(entry, None).is_err());
}

#[test]
fn descriptions_alone_do_not_make_two_endpoints_of_one() {
    let desired = sound(&format!("{SOUND}description = \"\"\n"));
    assert_eq!(desired.webhooks[&name("sound")].wanted.spec.description, None);
}
