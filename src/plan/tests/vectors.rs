//! Plan ids of fixed small plans, as literals: an id that a reviewer approved means the same plan for every hookwright
//! of the same id version. An edit that moves one of them needs a new version.

use super::world::{DAY, World, id, observed};
use super::{TWO, rotated};

fn id_of(world: &World) -> String {
    let plan = world.plan();
    assert!(plan.refusals.is_empty() && !plan.is_empty(), "{}", world.told());
    plan.id.as_str().to_owned()
}

#[test]
fn the_id_of_a_create() {
    let mut world = World::untouched(TWO);
    world.state.guards = World::applied(TWO).state.guards;
    assert_eq!(id_of(&world), "2-85672e003f7954b57e8174262599d799");
}

#[test]
fn the_id_of_a_replacement_that_creates_first() {
    assert_eq!(id_of(&World::applied(TWO).edit("com/render", "com/farm")), "2-d601f45a5e3e95d3f3f8f06c0da46fa9");
}

#[test]
fn the_id_of_a_replacement_that_destroys_first() {
    let order = "description = \"Renders\"\nlifecycle = { replace = \"destroy_before_create\" }";
    let world = World::applied(TWO).edit("description = \"Renders\"", order).edit("com/render", "com/farm");
    assert_eq!(id_of(&world), "2-eced7405973ee9e9653f1c73f3eded0d");
}

#[test]
fn the_id_of_a_delete() {
    assert_eq!(id_of(&World::applied(TWO).without("uploads")), "2-d1ce26dd950eaf4177d0e897e7d92e66");
}

#[test]
fn the_id_of_a_retirement() {
    let mut world = rotated();
    world.now.0 += DAY;
    assert_eq!(id_of(&world), "2-db3ba3500499a631c211d77fc9cab85e");
}

#[test]
fn the_id_of_a_changed_guard() {
    assert_eq!(id_of(&World::applied(TWO).append("[safety]\nmax_deletes = 3\n")), "2-884a2570cbe1a690ed26ec9dbddfde1a");
}

#[test]
fn what_only_explains_a_plan_does_not_move_its_id() {
    let plain = World::applied(TWO).without("uploads");
    let mut told_more = plain.clone();
    let spec = World::applied(TWO).spec("render");
    told_more.list(observed(&id("ep_unmanaged"), &spec, "2222"));
    assert_ne!(plain.told(), told_more.told());
    assert_eq!(id_of(&plain), id_of(&told_more));
}
