//! What changed behind hookwright's back, and what is live and nobody's here.

use insta::assert_snapshot;

use super::world::{id, observed};
use super::{TWO, World};

#[test]
fn what_is_gone_is_drift_and_is_created_again() {
    let mut world = World::applied(TWO);
    world.unlist("ep_render");
    assert_snapshot!(world.told(), @"
    drift render (ep_render): gone
    create for ep_render render: gone
    ");
}

#[test]
fn what_is_gone_and_no_longer_wanted_is_deleted_from_the_state() {
    let mut world = World::applied(TWO).without("render");
    world.unlist("ep_render");
    assert_snapshot!(world.told(), @"
    drift render (ep_render): gone
    delete ep_render render: not_in_config
    ");
}

#[test]
fn each_attribute_that_was_changed_remotely_is_drift_and_a_replacement() {
    let mut world = World::applied(TWO);
    let seen = world.listed("ep_render");
    seen.url = "https://evil.example/".to_owned();
    seen.events.insert("file.playback_ready".to_owned());
    seen.description = Some(None);
    assert_snapshot!(world.told(), @"
    drift render (ep_render): url https://hooks.example.com/render -> https://evil.example, events tool_execution.failed -> file.playback_ready, tool_execution.failed, description Renders -> 
    replace +/- ep_render render: {changed_remotely:url}; {changed_remotely:events}; {changed_remotely:description}
    ");
}

#[test]
fn an_absent_description_and_other_words_for_the_same_say_nothing() {
    let mut world = World::applied(TWO);
    let seen = world.listed("ep_render");
    seen.description = None;
    seen.url = "https://HOOKS.example.com:443/render/".to_owned();
    world.listed("ep_uploads").description = Some(Some(String::new()));
    assert_snapshot!(world.told(), @"nothing to do");
}

#[test]
fn live_is_compared_with_what_was_answered_and_the_file_with_what_was_sent() {
    let mut world = World::applied(TWO);
    let mut answered = world.spec("render");
    answered.description = Some("shortened".to_owned());
    world.managed("render").answered = Some(answered);
    world.list_what_the_state_has();
    assert_snapshot!(world.told(), @"nothing to do");
}

#[test]
fn a_change_by_hand_that_the_file_then_takes_over_is_an_update() {
    let mut world = World::applied(TWO).edit("com/render", "com/by-hand");
    world.listed("ep_render").url = "https://hooks.example.com/by-hand".to_owned();
    assert_snapshot!(world.told(), @"
    drift render (ep_render): url https://hooks.example.com/render -> https://hooks.example.com/by-hand
    update taking over what is live rotation=1 prevent_destroy=false render: live_agrees
    ");
}

#[test]
fn an_ignored_attribute_that_was_changed_remotely_is_drift_alone() {
    let ignoring = TWO.replace("description", "lifecycle = { ignore_changes = [\"description\"] }\ndescription");
    let mut world = World::applied(&ignoring);
    world.listed("ep_render").description = Some(Some("by hand".to_owned()));
    assert_snapshot!(world.told(), @"drift render (ep_render): description Renders -> by hand");
    assert!(world.plan().is_empty());
}

#[test]
fn another_secret_is_drift_and_changes_nothing_by_itself() {
    let mut world = World::applied(TWO);
    world.listed("ep_render").secret_last4 = Some("2222".to_owned());
    world.listed("ep_uploads").secret_last4 = None;
    assert_snapshot!(world.told(), @"drift render (ep_render): secret …1111 -> …2222");
    assert!(world.plan().is_empty());
}

#[test]
fn an_unmanaged_endpoint_is_listed_and_left_alone() {
    let mut world = World::applied(TWO);
    let mut spec = world.spec("render");
    spec.url = "https://elsewhere.example/".to_owned();
    world.list(observed(&id("ep_stranger"), &spec, "2222"));
    assert_snapshot!(world.told(), @"unmanaged ep_stranger");
    world.choices.destroy = true;
    assert_snapshot!(world.told(), @"
    delete ep_render render: destroy
    delete ep_uploads uploads: destroy
    unmanaged ep_stranger
    ");
}

#[test]
fn an_unmanaged_double_of_a_managed_endpoint_is_pointed_out() {
    let mut world = World::applied(TWO);
    let mut spec = world.spec("render");
    spec.description = Some("whatever".to_owned());
    spec.url.push('/');
    world.list(observed(&id("ep_stranger"), &spec, "2222"));
    assert_snapshot!(world.told(), @r#"
    unmanaged ep_stranger
    note: {"name":"render","code":"duplicated","endpoint_id":"ep_stranger"}
    "#);
}
