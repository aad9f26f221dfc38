//! Every format of one rich world, pinned.

use super::super::{
    Colour, gitlab_report, json, markdown, show, show_json, state_list, state_list_json, terraform_json, text,
};
use super::world::{Parts, at, entry, managed, renewed, rich};

#[test]
fn text_of_a_rich_world() {
    insta::assert_snapshot!(text(&rich().plan(), Colour::Never));
}

#[test]
fn coloured_text_marks_the_changed_part() {
    let coloured = text(&rich().plan(), Colour::Always);
    let line = coloured.lines().find(|line| line.contains("v1")).unwrap();
    insta::assert_snapshot!(line.escape_debug().to_string());
    let plain = regex::Regex::new("\u{1b}\\[[0-9;]*m").unwrap().replace_all(&coloured, "").into_owned();
    assert_eq!(plain, text(&rich().plan(), Colour::Never));
}

#[test]
fn json_of_a_rich_world() {
    insta::assert_snapshot!(json(&rich().plan()));
}

#[test]
fn the_widget_counts_as_the_text_does() {
    insta::assert_snapshot!(gitlab_report(&rich().plan()), @r#"{"create":8,"update":7,"delete":6}"#);
}

#[test]
fn text_of_an_empty_world_that_nobody_asked_about() {
    let mut parts = Parts::new();
    parts.live = None;
    insta::assert_snapshot!(text(&parts.plan(), Colour::Never), @r#"
    API: "https://api.videogen.io", team "vg_team_1"
    Offline (no API key, or --refresh=false): compared with the state file alone.

    No changes. Your infrastructure matches the configuration, as far as the state file knows.

    Plan id: offline-2-a5b1de4c8c39f680d2e5ac3f778c03de (offline: --expect does not accept it)
    "#);
}

#[test]
fn markdown_of_a_rich_world() {
    insta::assert_snapshot!(markdown(&rich().plan()));
}

#[test]
fn terraform_json_of_a_rich_world() {
    let document: serde_json::Value = serde_json::from_str(&terraform_json(&rich().plan())).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&document).unwrap());
}

#[test]
fn the_state_of_a_rich_world() {
    let state = rich().state;
    insta::assert_snapshot!("state_list", state_list(&state));
    insta::assert_snapshot!("show", show(&state, Colour::Never));
    assert_eq!(state_list(&Parts::new().state), "");
}

#[test]
fn the_state_of_a_rich_world_as_json() {
    let listed: serde_json::Value = serde_json::from_str(&state_list_json(&rich().state)).unwrap();
    let steady = listed.as_array().unwrap().iter().find(|entry| entry["name"] == "steady").unwrap();
    insta::assert_snapshot!("state_list_json", serde_json::to_string_pretty(steady).unwrap());
    insta::assert_snapshot!("show_json", show_json(&rich().state));
}

#[test]
fn a_secret_that_was_changed_elsewhere_heads_every_format_and_nothing_is_said_to_match() {
    let mut parts = Parts::new();
    parts.both("leaked", managed("ep_leaked", at("leaked")), entry(at("leaked")));
    parts.live("ep_leaked").secret_last4 = Some("zz99".into());
    let plan = parts.plan();
    assert!(plan.is_empty());
    let text = text(&plan, Colour::Never);
    let command = "hookwright secret rotate leaked --overlap 0s";
    assert!(
        text.lines().nth(2) == Some("Needs attention:") && text.contains(command) && !text.contains("matches"),
        "{text}"
    );
    let comment = markdown(&plan);
    assert!(comment.lines().nth(1).unwrap().ends_with("(needs attention)") && comment.contains(command), "{comment}");
    assert!(json(&plan).contains(command));
    parts.want("leaked", renewed(at("leaked")));
    assert!(!markdown(&parts.plan()).contains("needs attention"), "this plan renews it");
}
