//! Wanted entries against what the state has: create, delete, replace, update, no-op.

use insta::assert_snapshot;

use super::world::{DAY, MADE};
use super::{TWO, World};
use crate::timestamp::Timestamp;

#[test]
fn a_settled_world_needs_nothing() {
    let world = World::applied(TWO);
    assert_snapshot!(world.told(), @"nothing to do");
    assert_eq!(world.plan().unchanged.len(), 2);
}

#[test]
fn what_the_state_has_not_is_created() {
    assert_snapshot!(World::untouched(TWO).told(), @"
    create render: not_in_state
    create uploads: not_in_state
    ");
}

#[test]
fn what_the_file_has_no_more_is_deleted() {
    assert_snapshot!(World::applied(TWO).without("render").told(), @"delete ep_render render: not_in_config");
}

#[test]
fn a_changed_url_is_a_replacement() {
    assert_snapshot!(World::applied(TWO).edit("com/render", "com/render2").told(), @"replace +/- ep_render overlap 86400s render: {changed:url}");
}

#[test]
fn a_changed_set_of_events_is_a_replacement() {
    assert_snapshot!(World::applied(TWO).edit("tool_execution.failed", "tool_execution.cancelled").told(), @"replace +/- ep_render overlap 86400s render: {changed:events}");
}

#[test]
fn a_changed_a_removed_and_an_added_description_are_replacements() {
    assert_snapshot!(World::applied(TWO).edit("Renders", "Render farm").told(), @"replace +/- ep_render overlap 86400s render: {changed:description}");
    assert_snapshot!(World::applied(TWO).edit("description = \"Renders\"", "").told(), @"replace +/- ep_render overlap 86400s render: {changed:description}");
    assert_snapshot!(
        World::applied(TWO).edit("events = [\"file", "description = \"new\"\nevents = [\"file").told(), @"replace +/- ep_uploads overlap 86400s uploads: {changed:description}");
}

#[test]
fn several_changed_attributes_are_all_named() {
    let world =
        World::applied(TWO).edit("com/render", "com/x").edit("Renders", "X").edit("execution.failed", "execution.*");
    assert_snapshot!(world.told(), @"replace +/- ep_render overlap 86400s render: {changed:url}; {changed:events}; {changed:description}");
}

#[test]
fn order_and_repeats_of_events_make_no_difference() {
    let world = World::applied(&TWO.replace("tool_execution.failed", "tool_execution.failed\", \"file.upload.failed"));
    let events = "file.upload.failed\", \"tool_execution.failed\", \"file.upload.failed";
    assert_snapshot!(world.edit("tool_execution.failed\", \"file.upload.failed", events).told(), @"nothing to do");
}

#[test]
fn the_same_events_in_other_words_change_the_state_alone() {
    let words = "file.upload.completed\", \"file.upload.failed";
    assert_snapshot!(World::applied(TWO).edit("file.upload.*", words).told(), @"update rotation=1 prevent_destroy=false uploads: events_rewritten");
}

#[test]
fn either_order_of_a_replacement_is_obeyed() {
    let order =
        |word: &str| TWO.replace("description", &format!("lifecycle = {{ replace = \"{word}\" }}\ndescription"));
    let replaced = |word| World::applied(&order(word)).edit("com/render", "com/x").told();
    assert_snapshot!(replaced("create_before_destroy"), @"replace +/- ep_render overlap 86400s render: {changed:url}");
    assert_snapshot!(replaced("destroy_before_create"), @"replace -/+ ep_render render: {changed:url}");
}

#[test]
fn a_raised_rotation_keeps_the_old_endpoint_for_a_day_or_as_long_as_the_file_says() {
    let raised = World::applied(TWO).edit("description", "rotation = 3\ndescription");
    assert_snapshot!(raised.told(), @"replace +/- ep_render overlap 86400s render: {rotation:{from:1,to:3}}");
    let overlap = raised.edit("description", "lifecycle = { overlap = \"1h\" }\ndescription");
    assert_snapshot!(overlap.told(), @"replace +/- ep_render overlap 3600s render: {rotation:{from:1,to:3}}");
}

#[test]
fn a_lowered_rotation_renews_nothing() {
    let world = World::applied(&TWO.replace("description", "rotation = 3\ndescription"));
    assert_snapshot!(world.edit("rotation = 3", "rotation = 2").told(), @"update rotation=2 prevent_destroy=false render: rotation_lowered");
}

#[test]
fn a_renewal_is_due_when_the_secret_is_as_old_as_the_file_says() {
    let mut world = World::applied(&TWO.replace("description", "rotate_after = \"90d\"\ndescription"));
    world.now = Timestamp(MADE + 90 * DAY - 1);
    assert_snapshot!(world.told(), @"nothing to do");
    world.now = Timestamp(MADE + 90 * DAY);
    assert_snapshot!(world.told(), @r#"note: {"name":"render","code":"renewal_due","since":"2024-02-12T22:13:20Z","rotation":2}"#);
    assert!(world.plan().is_empty(), "a due date alone is no change");
}

#[test]
fn a_newer_version_that_knows_more_events_of_a_group_says_so_and_replaces_nothing() {
    let mut world = World::applied(TWO);
    world.managed("uploads").wanted.spec.events.remove("file.upload.completed");
    world.list_what_the_state_has();
    assert_snapshot!(world.told(), @r#"note: {"name":"uploads","code":"groups_grew","events":["file.upload.completed"]}"#);
    assert!(world.plan().is_empty());
}

#[test]
fn an_entry_that_is_edited_takes_what_its_groups_now_stand_for() {
    let mut world = World::applied(TWO);
    world.managed("uploads").wanted.spec.events.remove("file.upload.completed");
    world.list_what_the_state_has();
    world.text = world.text.replace("/uploads", "/uploads-v2");
    let plan = world.plan();
    let after = plan.changes[0].after.as_ref().expect("a replacement makes something");
    assert!(after.spec.events.contains("file.upload.completed"), "{after:?}");
}

#[test]
fn ignored_attributes_may_differ_and_others_not() {
    let ignoring =
        TWO.replace("description", "lifecycle = { ignore_changes = [\"description\", \"events\"] }\ndescription");
    let world = World::applied(&ignoring).edit("Renders", "X").edit("execution.failed", "execution.cancelled");
    assert!(world.plan().changes.iter().all(|change| change.action.word() == "update"), "{}", world.told());
    assert_snapshot!(world.clone().edit("com/render", "com/x").told(), @"replace +/- ep_render overlap 86400s render: {changed:url}");
    let replaced = world.edit("com/render", "com/x").plan();
    let made = replaced.changes[0].after.as_ref().unwrap();
    assert_eq!(made.spec.description.as_deref(), Some("Renders"), "what is ignored stays as it is");
}

#[test]
fn a_change_of_the_protection_is_an_update() {
    let world = World::applied(TWO).edit("description", "lifecycle = { prevent_destroy = true }\ndescription");
    assert_snapshot!(world.told(), @"update rotation=1 prevent_destroy=true render: protection");
}

#[test]
fn destructive_changes_come_first_and_then_names_in_order() {
    let more = "[webhooks.a]\nurl = \"https://hooks.example.com/a\"\nevents = [\"file.*\"]\n";
    let third = "[webhooks.z]\nurl = \"https://hooks.example.com/z\"\nevents = [\"file.*\"]\n";
    let world = World::applied(&format!("{TWO}{third}")).append(more).edit("com/render", "com/x").without("z");
    assert_snapshot!(world.told(), @"
    delete ep_z z: not_in_config
    replace +/- ep_render overlap 86400s render: {changed:url}
    create a: not_in_state
    ");
}

#[test]
fn without_a_listing_the_state_alone_is_compared() {
    let mut world = World::applied(TWO).edit("com/render", "com/x");
    world.live = None;
    assert_snapshot!(world.told(), @"replace +/- ep_render overlap 86400s render: {changed:url}");
    let plan = world.plan();
    assert!(!plan.refreshed && plan.id.as_str().starts_with("offline-"));
}

#[test]
fn destroying_deletes_everything_of_the_state_and_nothing_else() {
    let more = "[webhooks.a]\nurl = \"https://hooks.example.com/a\"\nevents = [\"file.*\"]\n";
    let mut world = World::applied(TWO).append(more);
    world.choices.destroy = true;
    assert_snapshot!(world.told(), @"
    delete ep_render render: destroy
    delete ep_uploads uploads: destroy
    ");
}

#[test]
fn line_ends_and_trailing_white_space_of_a_description_are_no_change() {
    let lines = World::applied(TWO).edit("\"Renders\"", "\"Renders\\nat night\"").text;
    let windows = "Renders \r\nat night\r\n".to_owned();
    let mut world = World::applied(&lines);
    world.managed("render").wanted.spec.description = Some(windows.clone());
    world.list_what_the_state_has();
    assert_eq!(world.told(), "nothing to do", "a state keeps its bytes");
    assert_eq!(world.plan().unchanged[0].1.spec.description, Some(windows.clone()));
    assert!(world.clone().edit("webhooks.render", "webhooks.farm").told().starts_with("rename render -> farm"));
    let rotated = world.edit("\"Renders\\nat night\"", "\"Renders\\nat night\"\nrotation = 2").plan();
    assert_eq!(rotated.changes.len(), 1);

    let mut lost = World::untouched(&lines);
    let mut intent = lost.lost("key", "render");
    intent.wanted.spec.description = Some(windows);
    lost.state.pending.push(intent);
    assert!(lost.told().starts_with("resend key"), "{}", lost.told());

    let mut live = World::applied(&lines);
    live.listed("ep_render").description = Some(Some("Renders\r\nat night".to_owned()));
    assert_eq!(live.told(), "nothing to do");
}
