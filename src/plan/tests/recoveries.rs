//! Creates whose answer was lost: sent again where still wanted, given up where not.

use insta::assert_snapshot;

use super::world::{id, name, observed};
use super::{TWO, World};
use crate::state::Intent;
use crate::timestamp::Timestamp;

/// A world in which the create of `render` was sent and never answered.
fn lost() -> World {
    let mut world = World::applied(TWO);
    world.state.endpoints.remove(&name("render"));
    world.unlist("ep_render");
    let intent = world.lost("key", "render");
    world.state.pending.push(intent);
    world
}

#[test]
fn a_lost_create_that_is_still_wanted_is_sent_again() {
    assert_snapshot!(lost().told(), @"resend key render: answer_lost");
}

#[test]
fn what_it_may_have_made_is_named_and_no_duplicate_is_refused() {
    let mut world = lost();
    let mut seen = observed(&id("ep_new"), &world.spec("render"), "2222");
    seen.created_at = Some(world.now.0 - 59);
    world.list(seen);
    assert_snapshot!(world.told(), @"resend key matching ep_new render: answer_lost");
}

#[test]
fn a_lost_create_whose_entry_was_edited_is_given_up_and_the_new_words_are_created() {
    assert_snapshot!(lost().edit("com/render", "com/x").told(), @"
    abandon key render: no_longer_wanted
    create render: not_in_state
    ");
}

#[test]
fn a_lost_create_whose_entry_was_removed_is_given_up() {
    assert_snapshot!(lost().without("render").told(), @"abandon key render: no_longer_wanted");
}

#[test]
fn a_lost_create_whose_entry_was_renamed_is_sent_again_under_its_new_name() {
    assert_snapshot!(lost().edit("webhooks.render", "webhooks.farm").told(), @"resend key from render farm: answer_lost");
}

#[test]
fn a_lost_create_is_given_up_when_everything_is_destroyed() {
    let mut world = lost();
    world.choices.destroy = true;
    assert_snapshot!(world.told(), @"
    delete ep_uploads uploads: destroy
    abandon key render: no_longer_wanted
    ");
}

#[test]
fn the_lost_create_of_a_replacement_is_sent_again_and_then_the_old_one_is_deleted() {
    let mut world = World::applied(TWO).edit("com/render", "com/x");
    let intent = Intent { replaces: Some(id("ep_render")), ..world.lost("key", "render") };
    world.state.pending.push(intent);
    assert_snapshot!(world.told(), @"resend key replacing ep_render render: answer_lost");
}

#[test]
fn a_lost_replacement_whose_entry_went_back_is_given_up_and_nothing_is_replaced() {
    let mut world = World::applied(TWO).edit("com/render", "com/x");
    let intent = Intent { replaces: Some(id("ep_render")), ..world.lost("key", "render") };
    world.state.pending.push(intent);
    assert_snapshot!(world.edit("com/x", "com/render").told(), @"abandon key render: no_longer_wanted");
}

#[test]
fn a_lost_create_under_a_rotation_that_was_raised_since_is_given_up() {
    assert_snapshot!(lost().edit("description", "rotation = 2\ndescription").told(), @"
    abandon key render: no_longer_wanted
    create render: not_in_state
    ");
}

#[test]
fn without_a_listing_a_lost_create_is_planned_all_the_same() {
    let mut world = lost();
    world.live = None;
    assert_snapshot!(world.told(), @"resend key render: answer_lost");
}

/// A world in which the entry got its endpoint, and one earlier send was never accounted for.
fn closed() -> World {
    let mut world = World::applied(TWO);
    let intent = Intent { closed: true, ..world.lost("key", "render") };
    world.state.pending.push(intent);
    world
}

#[test]
fn an_unsettled_intent_whose_entry_has_its_endpoint_is_a_note_and_no_change() {
    let world = closed();
    assert_snapshot!(world.told(), @r#"note: {"name":"render","code":"may_still_arrive"}"#);
    assert!(world.plan().is_empty());
}

#[test]
fn ten_minutes_after_the_last_send_a_listing_settles_it() {
    let mut world = closed();
    world.now = Timestamp(world.now.0 + 539);
    assert!(world.plan().tidy.is_empty());
    world.now = Timestamp(world.now.0 + 1);
    assert_snapshot!(world.told(), @r#"tidy {"record":"reconciled","keys":["key"]}"#);
    assert!(world.plan().is_empty() && world.plan().notes.is_empty());
    world.live = None;
    assert!(world.plan().tidy.is_empty(), "without a listing nothing is settled");
}
