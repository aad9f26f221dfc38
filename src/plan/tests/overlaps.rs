//! Predecessors that are still live: kept until their overlap ends, then deleted.

use insta::assert_snapshot;

use super::world::{DAY, id, observed};
use super::{TWO, World};
use crate::plan::{Note, NoteKind, Refusal, RefusalKind};
use crate::state::{Ended, Managed};
use crate::timestamp::Timestamp;

/// A world in which `render` was rotated: its predecessor stays live for an hour from now.
pub(super) fn rotated() -> World {
    let mut world = World::applied(TWO);
    let until = Timestamp(world.now.0 + 3600);
    let mut old = world.managed("render").clone();
    old.endpoint_id = id("ep_before");
    old.until = Some(until);
    world.slot("render").deposed.push(old);
    world.list_what_the_state_has();
    world
}

#[test]
fn within_its_overlap_a_predecessor_is_a_note() {
    let world = rotated();
    assert_snapshot!(world.told(), @r#"note: {"name":"render","code":"overlap","endpoint_id":"ep_before","until":"2023-11-15T23:13:20Z","times":2}"#);
    assert!(world.plan().is_empty());
}

#[test]
fn after_its_overlap_a_predecessor_is_deleted() {
    let mut world = rotated();
    world.now = Timestamp(world.now.0 + 3600);
    assert_snapshot!(world.told(), @"retire ep_before render: {overlap_ended:2023-11-15T23:13:20Z}");
}

#[test]
fn a_predecessor_that_is_gone_is_dropped() {
    let mut world = rotated();
    world.unlist("ep_before");
    assert_snapshot!(world.told(), @r#"note: {"name":"render","code":"predecessor_missing","endpoint_id":"ep_before","until":"2023-11-15T23:13:20Z"}"#);
}

#[test]
fn a_predecessor_is_no_stranger_and_no_duplicate() {
    let mut world = rotated();
    world.unlist("ep_render");
    let plan = world.plan();
    assert!(plan.unmanaged.is_empty() && plan.refusals.is_empty(), "{}", world.told());
}

#[test]
fn the_end_of_an_overlap_is_no_delete_that_a_guard_counts() {
    let mut world = rotated().append("[safety]\nmax_deletes = 0\n");
    world.slot("render").deposed[0].wanted.prevent_destroy = true;
    world.now = Timestamp(world.now.0 + DAY);
    assert!(world.plan().refusals.is_empty(), "{}", world.told());
}

#[test]
fn refresh_only_forgets_no_entry_whose_predecessor_is_live() {
    let mut world = rotated();
    world.choices.refresh_only = true;
    world.unlist("ep_render");
    assert!(world.plan().is_empty(), "{}", world.told());
    assert!(world.plan().notes.contains(&Note {
        name: "render".parse().ok(),
        kind: NoteKind::PredecessorLives { endpoint_id: id("ep_before") },
    }));
    world.unlist("ep_before");
    assert_eq!(world.plan().changes.len(), 1);
}

#[test]
fn a_predecessor_moves_with_its_name() {
    assert_snapshot!(rotated().edit("webhooks.render", "webhooks.farm").told(), @r#"
    rename render -> farm: moved
    note: {"name":"farm","code":"overlap","endpoint_id":"ep_before","until":"2023-11-15T23:13:20Z","times":2}
    "#);
}

#[test]
fn a_destroy_deletes_predecessors_too() {
    let mut world = rotated();
    world.choices.destroy = true;
    assert_snapshot!(world.told(), @"
    delete ep_render render: destroy
    retire ep_before render: destroy
    delete ep_uploads uploads: destroy
    ");
}

#[test]
fn an_entry_that_is_removed_takes_its_predecessors_with_it() {
    assert_snapshot!(rotated().without("render").told(), @"
    delete ep_render render: not_in_config
    retire ep_before render: not_in_config
    ");
}

#[test]
fn what_the_limit_leaves_no_room_for_is_postponed_and_said() {
    let mut world = rotated().append("[safety]\nmax_deletes = 1\n");
    let first = Managed { endpoint_id: id("ep_first"), ..world.slot("render").deposed[0].clone() };
    let first = Managed { until: Some(Timestamp(world.now.0 - DAY)), ..first };
    world.list(observed(&first.endpoint_id, &first.wanted.spec, "1111"));
    world.slot("render").deposed.insert(0, first);
    world.now = Timestamp(world.now.0 + DAY);
    assert_snapshot!(world.told(), @r#"
    guard max_deletes: no limit -> 1
    retire ep_first render: {overlap_ended:2023-11-14T22:13:20Z}
    note: {"name":"render","code":"retirement_over_limit","endpoint_id":"ep_before","most":1}
    "#);
    world.choices.allow_delete = ["render".to_owned()].into();
    assert_eq!(world.plan().changes.len(), 2);
}

#[test]
fn no_predecessor_is_retired_while_its_successor_is_not_listed() {
    let mut world = rotated();
    world.now = Timestamp(world.now.0 + DAY);
    world.unlist("ep_render");
    assert_snapshot!(world.told(), @r#"
    drift render (ep_render): gone
    create for ep_render render: gone
    note: {"name":"render","code":"successor_missing","endpoint_id":"ep_before"}
    "#);
}

#[test]
fn a_gone_endpoint_that_turns_up_again_is_deleted_under_review() {
    let mut world = World::applied(TWO);
    let mut gone = world.managed("render").clone();
    gone.endpoint_id = id("ep_gone");
    gone.ended = Some(Ended::Gone);
    gone.until = Some(Timestamp(world.now.0 + 30 * DAY));
    world.slot("render").deposed.push(gone.clone());
    assert_eq!(world.told(), "nothing to do", "it is remembered, and nothing is sent to find out");
    world.list(observed(&gone.endpoint_id, &gone.wanted.spec, "1111"));
    assert_snapshot!(world.told(), @"retire ep_gone render: turned_up");
    world.unlist("ep_gone");
    world.now = Timestamp(world.now.0 + 30 * DAY);
    assert_snapshot!(world.told(), @r#"tidy {"record":"deleted","endpoint_id":"ep_gone","name":"render"}"#);
}

#[test]
fn due_retirements_can_be_planned_alone() {
    let mut world = rotated().edit("com/uploads", "com/x");
    world.now = Timestamp(world.now.0 + DAY);
    world.choices.retire_only = true;
    assert_snapshot!(world.told(), @"retire ep_before render: {overlap_ended:2023-11-15T23:13:20Z}");
}

#[test]
fn a_forget_during_an_overlap_is_refused() {
    let mut world = rotated().without("render").append("\n[removed]\nnames = [\"render\"]\n");
    let is_due = |world: &World| match &world.plan().refusals[..] {
        [Refusal { kind: RefusalKind::ForgetInOverlap { is_due, .. }, .. }] => *is_due,
        others => panic!("{others:?}"),
    };
    assert!(!is_due(&world));
    world.now = Timestamp(world.now.0 + DAY);
    assert!(is_due(&world));
    world.choices.retire_only = true;
    assert_snapshot!(world.told(), @"retire ep_before render: {overlap_ended:2023-11-15T23:13:20Z}");
}

#[test]
fn a_predecessor_cannot_be_imported() {
    let world = rotated().append(
        "\n[webhooks.again]\nurl = \"https://hooks.example.com/again\"\nevents = [\"file.*\"]\n[imports]\nagain = \"ep_before\"\n",
    );
    assert!(
        world.plan().refusals.iter().any(|refusal| matches!(refusal.kind, RefusalKind::ImportOfDeposed { .. })),
        "{}",
        world.told()
    );
}

#[test]
fn a_predecessor_that_somebody_changed_is_drift() {
    let mut world = rotated();
    world.listed("ep_before").url = "https://evil.example/x".to_owned();
    let plan = world.plan();
    assert!(plan.is_empty() && plan.drift.len() == 1 && plan.drift[0].deposed, "{}", world.told());
}

#[test]
fn the_rotation_of_an_endpoint_that_somebody_changed_keeps_nothing_of_it() {
    let mut world = World::applied(TWO);
    world.listed("ep_render").url = "https://evil.example/x".to_owned();
    world.choices.rotate = [(super::world::name("render"), std::time::Duration::from_secs(3600))].into();
    assert_snapshot!(world.told(), @"
    drift render (ep_render): url https://hooks.example.com/render -> https://evil.example/x
    replace +/- ep_render render: rotate; {changed_remotely:url}
    ");
}
