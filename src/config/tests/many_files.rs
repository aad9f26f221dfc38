//! Several files that are one desired state.

use super::SOUND;
use crate::config::{self, Inputs};
use crate::diagnostic::{Sources, draw};
use crate::endpoint::Name;

fn files(texts: &[&str]) -> Sources {
    let name = |at: usize| format!("hooks/{}.toml", char::from(b'a' + u8::try_from(at).unwrap()));
    Sources::new(texts.iter().enumerate().map(|(at, text)| (name(at), (*text).to_owned())))
}

#[track_caller]
fn refused(texts: &[&str]) -> String {
    let sources = files(texts);
    draw(&sources, &config::parse(&sources, &Inputs::default()).expect_err("an error"), false)
}

#[test]
fn entries_of_all_files_are_wanted_and_defaults_hold_for_their_own_file() {
    let first =
        "[defaults]\nevents = [\"file.*\"]\n[webhooks.a]\nurl = \"https://a.example/\"\n[moved]\nsound = \"old\"\n";
    let desired = config::parse(&files(&[first, SOUND]), &Inputs::default()).unwrap();
    assert_eq!(desired.webhooks.len(), 2);
    let entry = &desired.webhooks[&Name::parse("sound").unwrap()];
    assert_eq!((entry.file.as_deref(), entry.line), (Some("hooks/b.toml"), 1));
    assert_eq!(desired.moved.len(), 1);

    let silent = "[webhooks.b]\nurl = \"https://b.example/\"\n";
    let told = refused(&[first, silent]);
    assert!(told.contains("error: the entry \"b\" has no events\n --> hooks/b.toml:1:11"), "{told}");
}

#[test]
fn a_name_in_two_files_and_a_duplicate() {
    insta::assert_snapshot!(refused(&[SOUND, "", &SOUND.replace("sound.example", "other.example")]), @r#"
    error: "sound" is defined twice
     --> hooks/c.toml:1:11
      |
    1 | [webhooks.sound]
      |           ^^^^^ again here
      |
     ::: hooks/a.toml:1:11
      |
    1 | [webhooks.sound]
      |           ----- first here
      |
      = hint: keep one of the two, or rename one
    "#);
    insta::assert_snapshot!(refused(&[SOUND, &SOUND.replace("webhooks.sound", "webhooks.duplicate")]), @r#"
    error: the entry "duplicate" has the same URL and events as "sound"
     --> hooks/b.toml:1:11
      |
    1 | [webhooks.duplicate]
      |           ^^^^^^^^^
      |
     ::: hooks/a.toml:1:11
      |
    1 | [webhooks.sound]
      |           ----- its duplicate
      |
      = hint: each event would be delivered twice: change the URL or the events of one, or remove it
    "#);
}

#[test]
fn an_import_in_two_files() {
    insta::assert_snapshot!(refused(&["[imports]\nsound = \"ep_1\"\n", &format!("{SOUND}[imports]\nsound = \"ep_2\"\n")]), @r#"
    error: "sound" is defined twice
     --> hooks/b.toml:5:1
      |
    5 | sound = "ep_2"
      | ^^^^^ again here
      |
     ::: hooks/a.toml:2:1
      |
    2 | sound = "ep_1"
      | ----- first here
      |
      = hint: keep one of the two, or rename one
    "#);
}

#[test]
fn only_one_file_holds_guards() {
    insta::assert_snapshot!(refused(&["[safety]\nmax_deletes = 1\n", "[safety]\nmax_deletes = 100\n", "[provider]\n"]), @r#"
    error: a second file holds guards
     --> hooks/b.toml:1:2
      |
    1 | [safety]
      |  ^^^^^^ `safety` is a guard
      |
     ::: hooks/a.toml:1:2
      |
    1 | [safety]
      |  ------ this file holds them
      |
      = hint: only one file may hold `provider`, `state`, `encryption`, `safety`, `environments`, `variables`: move this into it

    error: a second file holds guards
     --> hooks/c.toml:1:2
      |
    1 | [provider]
      |  ^^^^^^^^ `provider` is a guard
      |
     ::: hooks/a.toml:1:2
      |
    1 | [safety]
      |  ------ this file holds them
      |
      = hint: only one file may hold `provider`, `state`, `encryption`, `safety`, `environments`, `variables`: move this into it
    "#);
}

#[test]
fn errors_of_all_files_come_file_by_file() {
    let broken = "[webhooks.c]\nurl = https://c.example/\n";
    insta::assert_snapshot!(refused(&["colour = 1\n", broken, "[webhooks.d]\nurl = \"ftp://d.example/\"\nevents = []\n"]), @r#"
    error: unknown key "colour"
     --> hooks/a.toml:1:1
      |
    1 | colour = 1
      | ^^^^^^
      |
      = hint: remove it; known here: `provider`, `state`, `encryption`, `safety`, `defaults`, `webhooks`, `imports`, `moved`, `removed`, `allow_unknown_events`, `environments`, `variables`

    error: a string must stand in quotes
     --> hooks/b.toml:2:7
      |
    2 | url = https://c.example/
      |       ^^^^^^^^^^^^^^^^^^
      |
      = hint: write "https://c.example/"

    error: the scheme "ftp" is not https
     --> hooks/c.toml:2:7
      |
    2 | url = "ftp://d.example/"
      |       ^^^^^^^^^^^^^^^^^^
      |
      = hint: write a URL that starts with `https://`

    error: `events` is empty
     --> hooks/c.toml:3:10
      |
    3 | events = []
      |          ^^
      |
      = hint: write at least one, such as `events = ["tool_execution.succeeded"]`; to drop the endpoint, remove its entry
    "#);
}
