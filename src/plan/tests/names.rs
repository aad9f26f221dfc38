//! Names that move, names that are forgotten, and endpoints that are adopted.

use insta::assert_snapshot;

use super::world::{id, observed};
use super::{TWO, World};

#[test]
fn a_name_whose_attributes_moved_unchanged_is_a_rename() {
    assert_snapshot!(World::applied(TWO).edit("webhooks.render", "webhooks.farm").told(), @"rename render -> farm: moved");
}

#[test]
fn two_names_that_swapped_their_attributes_are_two_renames() {
    let world = World::applied(TWO).edit("webhooks.render", "webhooks.x").edit("webhooks.uploads", "webhooks.render");
    assert_snapshot!(world.edit("webhooks.x", "webhooks.uploads").told(), @"
    rename uploads -> render: moved
    rename render -> uploads: moved
    ");
}

#[test]
fn a_rename_is_found_though_an_event_group_has_grown_since() {
    let mut world = World::applied(TWO).edit("webhooks.uploads", "webhooks.files");
    world.managed("uploads").wanted.spec.events.pop_first();
    world.listed("ep_uploads").events.pop_first();
    assert_snapshot!(world.told(), @r#"
    rename uploads -> files: moved
    note: {"name":"files","code":"groups_grew","events":["file.upload.completed"]}
    "#);
}

#[test]
fn a_rename_with_a_change_is_told_in_moved() {
    let renamed = World::applied(TWO).edit("webhooks.render", "webhooks.farm").edit("com/render", "com/farm");
    assert_snapshot!(renamed.told(), @"
    delete ep_render render: not_in_config
    create farm: not_in_state
    ");
    assert_snapshot!(renamed.append("[moved]\nfarm = \"render\"\n").told(), @"
    replace +/- ep_render overlap 86400s farm: {changed:url}
    rename render -> farm: moved
    ");
}

#[test]
fn a_move_that_was_made_already_asks_for_nothing() {
    let world = World::applied(TWO).append("[moved]\nrender = \"before\"\n");
    assert_snapshot!(world.told(), @"nothing to do");
}

#[test]
fn a_moved_name_whose_old_entry_was_filled_again_is_a_rename_and_a_create() {
    let again = "[webhooks.render]\nurl = \"https://hooks.example.com/again\"\nevents = [\"file.*\"]\n";
    let world = World::applied(TWO).edit("webhooks.render", "webhooks.farm").append(again);
    assert_snapshot!(world.told(), @"
    create render: not_in_state
    rename render -> farm: moved
    ");
}

#[test]
fn an_attribute_set_that_two_old_names_had_is_taken_from_the_first() {
    let mut world = World::applied(TWO);
    let duplicate = world.managed("render").clone();
    world.state.endpoints.insert(super::world::name("zz"), duplicate.into());
    world.managed("zz").endpoint_id = id("ep_zz");
    world.list_what_the_state_has();
    assert_snapshot!(world.edit("webhooks.render", "webhooks.farm").told(), @"
    delete ep_zz zz: not_in_config
    rename render -> farm: moved
    ");
}

#[test]
fn what_removed_names_is_forgotten_and_stays_live() {
    let world = World::applied(TWO).without("render").append("[removed]\nnames = [\"render\"]\n");
    assert_snapshot!(world.told(), @"forget ep_render render: removed");
}

#[test]
fn what_removed_names_is_no_source_of_a_rename() {
    let world =
        World::applied(TWO).edit("webhooks.render", "webhooks.farm").append("[removed]\nnames = [\"render\"]\n");
    assert_snapshot!(world.told(), @"
    forget ep_render render: removed
    create farm: not_in_state
    ");
}

fn importing() -> World {
    let text = format!("{TWO}[imports]\nold = \"ep_old\"\n");
    let mut world = World::applied(&text.replace(
        "[imports]",
        "[webhooks.old]\nurl = \"https://hooks.example.com/old\"\nevents = [\"file.*\"]\n[imports]",
    ));
    world.state.endpoints.remove(&super::world::name("old"));
    world
}

#[test]
fn an_exact_duplicate_is_imported() {
    let world = importing();
    assert_snapshot!(world.told(), @"import ep_old old: imported");
}

#[test]
fn an_import_that_differs_from_its_entry_is_refused() {
    let mut world = importing();
    let seen = world.listed("ep_old");
    seen.url = "https://hooks.example.com/other".to_owned();
    seen.description = Some(Some("by hand".to_owned()));
    assert_snapshot!(world.told(), @r#"
    import ep_old old: imported
    REFUSED old: {"code":"import_differs","endpoint_id":"ep_old","wanted":{"url":"https://hooks.example.com/old","events":["file.analysis_completed","file.analysis_failed","file.download_ready","file.playback_ready","file.upload.completed","file.upload.failed"],"description":null},"live":{"url":"https://hooks.example.com/other","events":["file.analysis_completed","file.analysis_failed","file.download_ready","file.playback_ready","file.upload.completed","file.upload.failed"],"description":"by hand"}}
    "#);
}

#[test]
fn an_import_that_the_api_does_not_list_is_refused() {
    let mut world = importing();
    world.unlist("ep_old");
    assert_snapshot!(world.told(), @r#"
    import ep_old old: imported
    REFUSED old: {"code":"import_not_listed","endpoint_id":"ep_old"}
    "#);
}

#[test]
fn an_import_without_a_listing_is_planned_and_not_judged() {
    let mut world = importing();
    world.live = None;
    assert_snapshot!(world.told(), @"import ep_old old: imported");
}

#[test]
fn an_import_that_was_made_already_asks_for_nothing() {
    let mut world = importing();
    let adopted = World::applied(&world.text).managed("old").clone();
    world.state.endpoints.insert(super::world::name("old"), adopted.into());
    assert_snapshot!(world.told(), @"nothing to do");
}

#[test]
fn an_import_of_what_another_name_has_is_refused() {
    let world = importing().edit("\"ep_old\"", "\"ep_render\"");
    let mut world = world;
    world.unlist("ep_old");
    assert_snapshot!(world.told(), @r#"
    import ep_render old: imported
    REFUSED old: {"code":"import_of_managed","endpoint_id":"ep_render","owner":"render"}
    REFUSED old: {"code":"import_differs","endpoint_id":"ep_render","wanted":{"url":"https://hooks.example.com/old","events":["file.analysis_completed","file.analysis_failed","file.download_ready","file.playback_ready","file.upload.completed","file.upload.failed"],"description":null},"live":{"url":"https://hooks.example.com/render","events":["tool_execution.failed"],"description":"Renders"}}
    "#);
}

#[test]
fn an_import_under_a_name_that_has_another_endpoint_is_refused() {
    let mut world = World::applied(TWO).append("[imports]\nrender = \"ep_other\"\n");
    let duplicate = observed(&id("ep_other"), &world.spec("render"), "2222");
    world.list(duplicate);
    assert_snapshot!(world.told(), @r#"REFUSED render: {"code":"import_beside_current","endpoint_id":"ep_other","current":"ep_render"}"#);
}

#[test]
fn moves_chain_where_a_state_has_seen_some_of_them_or_none() {
    let chain = "[moved]\nbarn = \"render\"\nfarm = \"barn\"\n";
    let renamed = |state: World| {
        state.edit("webhooks.render", "webhooks.farm").edit("com/render", "com/farm").append(chain).told()
    };
    assert!(renamed(World::applied(TWO)).contains("rename render -> farm"));
    let mut seen_one = World::applied(TWO);
    let had = seen_one.state.endpoints.remove(&super::world::name("render")).unwrap();
    seen_one.state.endpoints.insert(super::world::name("barn"), had);
    assert!(renamed(seen_one).contains("rename barn -> farm"));
}

#[test]
fn many_unknown_secrets_are_one_note() {
    let mut world = World::applied(TWO);
    world.managed("render").secret = None;
    assert_snapshot!(world.told(), @r#"note: {"code":"secrets_unknown","names":["render"],"rotation":2}"#);
    world.managed("uploads").secret = None;
    assert_snapshot!(world.told(), @r#"note: {"code":"secrets_unknown","names":["render","uploads"],"rotation":2}"#);
}
