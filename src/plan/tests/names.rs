//! Names that move, names that are forgotten, and endpoints that are adopted.

use insta::assert_snapshot;

use super::world::{id, observed};
use super::{TWO, World};

#[test]
fn a_name_whose_attributes_moved_unchanged_is_a_rename() {
    assert_snapshot!(World::settled(TWO).edit("webhooks.render", "webhooks.farm").told(), @"rename render -> farm: its attributes are unchanged and its name is another");
}

#[test]
fn two_names_that_swapped_their_attributes_are_two_renames() {
    let world = World::settled(TWO).edit("webhooks.render", "webhooks.x").edit("webhooks.uploads", "webhooks.render");
    assert_snapshot!(world.edit("webhooks.x", "webhooks.uploads").told(), @"
    rename uploads -> render: its attributes are unchanged and its name is another
    rename render -> uploads: its attributes are unchanged and its name is another
    ");
}

#[test]
fn a_rename_is_found_though_an_event_group_has_grown_since() {
    let mut world = World::settled(TWO).edit("webhooks.uploads", "webhooks.files");
    world.managed("uploads").spec.events.pop_first();
    world.listed("ep_uploads").events.pop_first();
    assert_snapshot!(world.told(), @"
    rename uploads -> files: its attributes are unchanged and its name is another
    note: `files`: its event groups now also stand for file.upload.completed; nothing is replaced by itself: edit its events to take them
    ");
}

#[test]
fn a_rename_with_a_change_is_told_in_moved() {
    let renamed = World::settled(TWO).edit("webhooks.render", "webhooks.farm").edit("com/render", "com/farm");
    assert_snapshot!(renamed.told(), @"
    delete ep_render render: it is not in the configuration
    create farm: it is in the configuration and not in the state
    ");
    assert_snapshot!(renamed.append("[moved]\nfarm = \"render\"\n").told(), @"
    replace +/- ep_render overlap 86400s farm: url changed, and the API has no update
    rename render -> farm: its attributes are unchanged and its name is another
    ");
}

#[test]
fn a_move_that_was_made_already_asks_for_nothing() {
    let world = World::settled(TWO).append("[moved]\nrender = \"before\"\n");
    assert_snapshot!(world.told(), @"nothing to do");
}

#[test]
fn a_moved_name_whose_old_entry_was_filled_again_is_a_rename_and_a_create() {
    let again = "[webhooks.render]\nurl = \"https://hooks.example.com/again\"\nevents = [\"file.*\"]\n";
    let world = World::settled(TWO).edit("webhooks.render", "webhooks.farm").append(again);
    assert_snapshot!(world.told(), @"
    create render: it is in the configuration and not in the state
    rename render -> farm: its attributes are unchanged and its name is another
    ");
}

#[test]
fn an_attribute_set_that_two_old_names_had_is_taken_from_the_first() {
    let mut world = World::settled(TWO);
    let twin = world.managed("render").clone();
    world.state.endpoints.insert(super::world::name("zz"), twin.into());
    world.managed("zz").endpoint_id = id("ep_zz");
    world.list_what_the_state_has();
    assert_snapshot!(world.edit("webhooks.render", "webhooks.farm").told(), @"
    delete ep_zz zz: it is not in the configuration
    rename render -> farm: its attributes are unchanged and its name is another
    ");
}

#[test]
fn what_removed_names_is_forgotten_and_stays_live() {
    let world = World::settled(TWO).without("render").append("[removed]\nnames = [\"render\"]\n");
    assert_snapshot!(world.told(), @"forget ep_render render: [removed] names it");
}

#[test]
fn what_removed_names_is_no_source_of_a_rename() {
    let world =
        World::settled(TWO).edit("webhooks.render", "webhooks.farm").append("[removed]\nnames = [\"render\"]\n");
    assert_snapshot!(world.told(), @"
    forget ep_render render: [removed] names it
    create farm: it is in the configuration and not in the state
    ");
}

fn importing() -> World {
    let text = format!("{TWO}[imports]\nold = \"ep_old\"\n");
    let mut world = World::settled(&text.replace(
        "[imports]",
        "[webhooks.old]\nurl = \"https://hooks.example.com/old\"\nevents = [\"file.*\"]\n[imports]",
    ));
    world.state.endpoints.remove(&super::world::name("old"));
    world
}

#[test]
fn an_exact_twin_is_imported() {
    let world = importing();
    assert_snapshot!(world.told(), @"import ep_old old: [imports] names it");
}

#[test]
fn an_import_that_differs_from_its_entry_is_refused() {
    let mut world = importing();
    let seen = world.listed("ep_old");
    seen.url = "https://hooks.example.com/other".to_owned();
    seen.description = Some(Some("by hand".to_owned()));
    assert_snapshot!(world.told(), @r#"
    import ep_old old: [imports] names it
    REFUSED: `old` would adopt ep_old, which differs from its entry: url is "https://hooks.example.com/other" and the entry has "https://hooks.example.com/old"; description is "by hand" and the entry has "" | write the entry as the endpoint is; change it in a later apply
    "#);
}

#[test]
fn an_import_that_the_api_does_not_list_is_refused() {
    let mut world = importing();
    world.unlist("ep_old");
    assert_snapshot!(world.told(), @"
    import ep_old old: [imports] names it
    REFUSED: `old` is to adopt ep_old, which the API does not list | check the id, and that the key is of the right account
    ");
}

#[test]
fn an_import_without_a_listing_is_planned_and_not_judged() {
    let mut world = importing();
    world.live = None;
    assert_snapshot!(world.told(), @"import ep_old old: [imports] names it");
}

#[test]
fn an_import_that_was_made_already_asks_for_nothing() {
    let mut world = importing();
    let adopted = World::settled(&world.text).managed("old").clone();
    world.state.endpoints.insert(super::world::name("old"), adopted.into());
    assert_snapshot!(world.told(), @"nothing to do");
}

#[test]
fn an_import_of_what_another_name_has_is_refused() {
    let world = importing().edit("\"ep_old\"", "\"ep_render\"");
    let mut world = world;
    world.unlist("ep_old");
    assert_snapshot!(world.told(), @r#"
    import ep_render old: [imports] names it
    REFUSED: `old` is to adopt ep_render, which is `render` in the state | a rename is said in [moved]: old = "render"
    REFUSED: `old` would adopt ep_render, which differs from its entry: url is "https://hooks.example.com/render" and the entry has "https://hooks.example.com/old"; events is "tool_execution.failed" and the entry has "file.analysis_completed, file.analysis_failed, file.download_ready, file.playback_ready, file.upload.completed, file.upload.failed"; description is "Renders" and the entry has "" | write the entry as the endpoint is; change it in a later apply
    "#);
}

#[test]
fn an_import_under_a_name_that_has_another_endpoint_is_refused() {
    let mut world = World::settled(TWO).append("[imports]\nrender = \"ep_other\"\n");
    let twin = observed(&id("ep_other"), &world.spec("render"), "2222");
    world.list(twin);
    assert_snapshot!(world.told(), @"REFUSED: `render` is to adopt ep_other, and has ep_render in the state | import it under a name that has no endpoint yet");
}

#[test]
fn moves_chain_where_a_state_has_seen_some_of_them_or_none() {
    let chain = "[moved]\nbarn = \"render\"\nfarm = \"barn\"\n";
    let renamed = |state: World| {
        state.edit("webhooks.render", "webhooks.farm").edit("com/render", "com/farm").append(chain).told()
    };
    assert!(renamed(World::settled(TWO)).contains("rename render -> farm"));
    let mut seen_one = World::settled(TWO);
    let had = seen_one.state.endpoints.remove(&super::world::name("render")).unwrap();
    seen_one.state.endpoints.insert(super::world::name("barn"), had);
    assert!(renamed(seen_one).contains("rename barn -> farm"));
}

#[test]
fn many_unknown_secrets_are_one_note() {
    let mut world = World::settled(TWO);
    world.managed("render").secret = None;
    assert_snapshot!(world.told(), @"note: `render`: its signing secret is unknown: raise its rotation to 2 to renew it, or, where somebody has it: hookwright import render --secret-stdin");
    world.managed("uploads").secret = None;
    assert_snapshot!(world.told(), @"note: the signing secrets of `render`, `uploads` are unknown: the consumers that check signatures have them; take one over with `hookwright import render --secret-stdin`, or raise `rotation` in an entry for a new endpoint with a new secret");
}
