//! Faults of the file's form and of its names, as they are drawn.

use super::{SOUND, refused};

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
      = hint: write `description`, or remove it
    "#);
    insta::assert_snapshot!(refused("[colours]\n"), @r#"
    error: unknown key "colours"
     --> webhooks.toml:1:2
      |
    1 | [colours]
      |  ^^^^^^^
      |
      = hint: remove it; known here: `provider`, `state`, `encryption`, `safety`, `defaults`, `webhooks`, `imports`, `moved`, `removed`, `allow_unknown_events`, `environments`, `variables`
    "#);
}

#[test]
fn a_mistyped_key_is_one_error_and_not_also_one_about_what_is_missing() {
    for (text, key, meant) in [
        ("[webhooks.a]\nurl = \"https://h.example\"\nevent = [\"file.*\"]\n", "event", "events"),
        ("[webhooks.a]\nulr = \"https://h.example\"\nevents = [\"file.*\"]\n", "ulr", "url"),
    ] {
        let drawn = refused(text);
        assert_eq!(drawn.matches("error:").count(), 1, "{drawn}");
        assert!(drawn.contains(key) && drawn.contains(&format!("did you mean `{meant}`?")), "{drawn}");
    }
    let drawn = refused("[webhooks.a]\nurl = \"https://h.example\"\ncolour = 1\n");
    assert!(drawn.contains("has no events") && drawn.contains("unknown key"), "{drawn}");
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
      = hint: write `rotation = 1`
    "#);
    insta::assert_snapshot!(refused("[safety]\nallowed_hosts = \"h.example\"\n"), @r#"
    error: `allowed_hosts` takes a list
     --> webhooks.toml:2:17
      |
    2 | allowed_hosts = "h.example"
      |                 ^^^^^^^^^^^ this is a string
      |
      = hint: write `allowed_hosts = ["h.example"]`
    "#);
    insta::assert_snapshot!(refused("[[state]]\n"), @r#"
    error: "state" must be a table
     --> webhooks.toml:1:1
      |
    1 | [[state]]
      | ^^^^^^^^^ this is a list
      |
      = hint: write `[state]`
    "#);
    insta::assert_snapshot!(refused("[webhooks]\nurl = \"https://h.example\"\n"), @r#"
    error: "url" must be a table
     --> webhooks.toml:2:7
      |
    2 | url = "https://h.example"
      |       ^^^^^^^^^^^^^^^^^^^ this is a string
      |
      = hint: write `[webhooks.NAME]`
    "#);
    insta::assert_snapshot!(refused(&with("lifecycle = { prevent_destroy = \"yes\" }")), @r#"
    error: `prevent_destroy` takes `true` or `false`
     --> webhooks.toml:4:33
      |
    4 | lifecycle = { prevent_destroy = "yes" }
      |                                 ^^^^^ this is a string
      |
      = hint: write `prevent_destroy = true`
    "#);
}

#[test]
fn an_entry_with_no_url_or_events() {
    insta::assert_snapshot!(refused("[webhooks.a]\n"), @r#"
    error: the entry "a" has no URL
     --> webhooks.toml:1:11
      |
    1 | [webhooks.a]
      |           ^
      |
      = hint: write `url = "https://hooks.example.com/videogen"` below its header

    error: the entry "a" has no events
     --> webhooks.toml:1:11
      |
    1 | [webhooks.a]
      |           ^
      |
      = hint: write `events = ["tool_execution.*"]` below its header, or under `[defaults]` for every entry
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
      = hint: write 1 to 64 of the characters A-Z a-z 0-9 _ -
    "#);
}

#[test]
fn two_entries_for_one_endpoint() {
    insta::assert_snapshot!(refused(&format!("{SOUND}[webhooks.duplicate]\nurl = \"https://SOUND.example\"\nevents = [\"file.*\", \"file.upload.failed\"]\ndescription = \"other\"\n")), @r#"
    error: the entry "duplicate" has the same URL and events as "sound"
     --> webhooks.toml:4:11
      |
    1 | [webhooks.sound]
      |           ----- its duplicate
    ...
    4 | [webhooks.duplicate]
      |           ^^^^^^^^^
      |
      = hint: each event would be delivered twice: change the URL or the events of one, or remove it
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
      = hint: write `[webhooks.soud]` with its URL and events, or remove this line
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
      = hint: an endpoint belongs to one entry: remove one of the two
    "#);
    insta::assert_snapshot!(refused(&format!("{SOUND}[imports]\nsound = \"ep 1\"\n")), @r#"
    error: "ep 1" is no endpoint id
     --> webhooks.toml:5:9
      |
    5 | sound = "ep 1"
      |         ^^^^^^
      |
      = hint: write the id as the API lists it, such as "ep_…": at most 256 visible characters, no spaces
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
      = hint: write `[webhooks.other]` with its URL and events, or remove this line
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
      = hint: write `new = "old"`; the entry stands under the new name alone
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
      = hint: an endpoint has one name: remove one of the two
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
      = hint: remove the entry, or take the name from this list
    "#);
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
      = hint: keep one of the two, or rename one
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
      = hint: keep one of the two, or rename one
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
      = hint: keep one of the two, or rename one
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
      = hint: write "state.json"
    "#);
    insta::assert_snapshot!(refused("[state]\npath =\n"), @r"
    error: a key has no value
     --> webhooks.toml:2:7
      |
    2 | path =
      |       ^
      |
      = hint: write a value after `=`
    ");
    insta::assert_snapshot!(refused("[state]\npath = \"x\n"), @r#"
    error: a string is not closed
     --> webhooks.toml:2:10
      |
    2 | path = "x
      |          ^
      |
      = hint: close it with `"`
    "#);
    insta::assert_snapshot!(refused("[safety]\nallowed_hosts = [\"a.example\"\nmax_deletes = 1\n"), @r#"
    error: a list is not closed
     --> webhooks.toml:2:17
      |
    2 | allowed_hosts = ["a.example"
      |                 ^ opened here
      |
      = hint: close it with `]`
    "#);
    insta::assert_snapshot!(refused("max deletes = 1\n"), @r"
    error: a key has no value
     --> webhooks.toml:1:5
      |
    1 | max deletes = 1
      |     ^
      |
      = hint: write `key = value`
    ");
    insta::assert_snapshot!(refused("[state\npath = \"x\"\n"), @r"
    error: a header is not closed
     --> webhooks.toml:1:7
      |
    1 | [state
      |       ^
      |
      = hint: close it with `]`
    ");
    insta::assert_snapshot!(refused("[safety]\nmax_deletes = 01\n"), @r"
    error: unexpected leading zero
     --> webhooks.toml:2:15
      |
    2 | max_deletes = 01
      |               ^
    ");
}
