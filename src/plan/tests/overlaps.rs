//! Predecessors that are still live: kept until their overlap ends, then deleted.

use insta::assert_snapshot;

use super::world::{DAY, id};
use super::{TWO, World};
use crate::timestamp::Timestamp;

/// A world in which `render` was rotated: its predecessor stays live for an hour from now.
fn rotated() -> World {
    let mut world = World::settled(TWO);
    let until = Timestamp(world.now.0 + 3600);
    let mut old = world.managed("render").clone();
    old.endpoint_id = id("ep_before");
    old.until = Some(until);
    world.managed("render").deposed.push(old);
    world.list_what_the_state_has();
    world
}

#[test]
fn within_its_overlap_a_predecessor_is_a_note() {
    let world = rotated();
    assert_snapshot!(world.told(), @"note: `render`: overlap: its predecessor ep_before stays live until 2023-11-15T23:13:20Z, then an apply retires it");
    assert!(world.plan().is_empty());
}

#[test]
fn after_its_overlap_a_predecessor_is_deleted() {
    let mut world = rotated();
    world.now = Timestamp(world.now.0 + 3600);
    assert_snapshot!(world.told(), @"retire ep_before render: its overlap ended at 2023-11-15T23:13:20Z");
}

#[test]
fn a_predecessor_that_is_gone_is_dropped() {
    let mut world = rotated();
    world.unlist("ep_before");
    assert_snapshot!(world.told(), @"retire ep_before render: it is gone: somebody deleted it outside of hookwright");
}

#[test]
fn a_predecessor_is_no_stranger_and_no_twin() {
    let mut world = rotated();
    world.unlist("ep_render");
    let plan = world.plan();
    assert!(plan.unmanaged.is_empty() && plan.refusals.is_empty(), "{}", world.told());
}

#[test]
fn the_end_of_an_overlap_is_no_delete_that_a_guard_counts() {
    let mut world = rotated().append("[safety]\nmax_deletes = 0\n");
    world.managed("render").deposed[0].prevent_destroy = true;
    world.now = Timestamp(world.now.0 + DAY);
    assert!(world.plan().refusals.is_empty(), "{}", world.told());
}

#[test]
fn refresh_only_forgets_no_entry_whose_predecessor_is_live() {
    let mut world = rotated();
    world.choices.refresh_only = true;
    world.unlist("ep_render");
    assert!(world.plan().is_empty(), "{}", world.told());
    assert!(world.plan().notes.iter().any(|note| note.contains("its predecessor ep_before is live")));
    world.unlist("ep_before");
    assert_eq!(world.plan().changes.len(), 1);
}

#[test]
fn what_is_forgotten_names_the_predecessors_that_are_forgotten_with_it() {
    let mut world = rotated();
    let rest = &world.text[world.text.find("[webhooks.uploads]").expect("the second entry")..];
    world.text = format!("{rest}\n[removed]\nnames = [\"render\"]\n");
    let plan = world.plan();
    let said = plan
        .changes
        .iter()
        .flat_map(|change| &change.consequences)
        .any(|said| said.contains("ep_before stays live too"));
    assert!(said, "{}", world.told());
}

#[test]
fn a_predecessor_moves_with_its_name() {
    assert_snapshot!(rotated().edit("webhooks.render", "webhooks.farm").told(), @"
    rename render -> farm: its attributes are unchanged and its name is another
    note: `farm`: overlap: its predecessor ep_before stays live until 2023-11-15T23:13:20Z, then an apply retires it
    ");
}

#[test]
fn a_destroy_deletes_predecessors_too() {
    let mut world = rotated();
    world.choices.destroy = true;
    assert_snapshot!(world.told(), @"
    delete ep_render render: everything is to be destroyed
    retire ep_before render: everything is to be destroyed
    delete ep_uploads uploads: everything is to be destroyed
    ");
}

#[test]
fn an_entry_that_is_removed_takes_its_predecessors_with_it() {
    assert_snapshot!(rotated().without("render").told(), @"
    delete ep_render render: it is not in the configuration
    retire ep_before render: it is not in the configuration
    ");
}
