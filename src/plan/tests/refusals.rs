//! What is refused, and what lifts each refusal.

use insta::assert_snapshot;

use super::world::{id, observed};
use super::{TWO, World};
use crate::plan::{Protected, RefusalKind};
use crate::secrets::CannotEncrypt;
use crate::state::Record;

fn allowing(mut world: World, names: &[&str]) -> World {
    world.choices.allow_delete = names.iter().map(|name| (*name).to_owned()).collect();
    world
}

fn with_duplicate(mut world: World, url: &str) -> World {
    let spec = crate::endpoint::Spec { url: url.to_owned(), ..world.spec("render") };
    world.list(observed(&id("ep_twin"), &spec, "2222"));
    world
}

#[test]
fn an_exact_unmanaged_duplicate_is_refused_and_may_be_allowed() {
    let mut world = with_duplicate(World::untouched(TWO), "https://hooks.example.com/render");
    assert_snapshot!(world.told(), @r#"
    create render: not_in_state
    create uploads: not_in_state
    unmanaged ep_twin
    REFUSED render: {"code":"duplicate","endpoint_id":"ep_twin"}
    "#);
    world.choices.allow_duplicate.insert("render".to_owned());
    assert_snapshot!(world.told(), @"
    create render: not_in_state
    create uploads: not_in_state
    unmanaged ep_twin
    ");
}

#[test]
fn a_duplicate_in_other_words_is_refused_too() {
    for url in [
        "https://hooks.example.com/render/",
        "https://HOOKS.example.com/render",
        "https://hooks.example.com:443/render",
    ] {
        let world = with_duplicate(World::untouched(TWO), url);
        assert_eq!(world.plan().refusals.len(), 1, "{url}\n{}", world.told());
    }
}

#[test]
fn a_duplicate_of_what_a_replacement_makes_and_of_what_a_gone_one_was_is_refused() {
    let world = with_duplicate(World::applied(TWO).edit("com/render", "com/x"), "https://hooks.example.com/x");
    assert_snapshot!(world.told(), @r#"
    replace +/- ep_render overlap 86400s render: {changed:url}
    unmanaged ep_twin
    REFUSED render: {"code":"duplicate","endpoint_id":"ep_twin"}
    "#);
    let mut world = with_duplicate(World::applied(TWO), "https://hooks.example.com/render");
    world.unlist("ep_render");
    assert_snapshot!(world.told(), @r#"
    drift render (ep_render): gone
    create for ep_render render: gone
    unmanaged ep_twin
    note: {"name":"render","code":"duplicated","endpoint_id":"ep_twin"}
    REFUSED render: {"code":"duplicate","endpoint_id":"ep_twin"}
    "#);
}

#[test]
fn an_unmanaged_endpoint_that_differs_in_one_thing_is_no_duplicate() {
    let mut world = with_duplicate(World::untouched(TWO), "https://hooks.example.com/render");
    world.listed("ep_twin").description = Some(Some("other".to_owned()));
    assert!(world.plan().refusals.is_empty());
}

fn protected(text: &str) -> String {
    text.replace("description", "lifecycle = { prevent_destroy = true }\ndescription")
}

#[test]
fn the_files_protection_refuses_a_replacement_that_keeps_nothing() {
    let changed = |lifecycle: &str| {
        let lifecycle = format!("lifecycle = {{ prevent_destroy = true{lifecycle} }}\ndescription");
        // Protected by this very edit.
        let world = World::applied(TWO).edit("com/render", "com/x").edit("description", &lifecycle);
        world.plan().refusals.into_iter().map(|refusal| refusal.kind).collect::<Vec<_>>()
    };
    assert!(changed("").is_empty(), "the old endpoint stays for a day beside its successor");
    let refused = [RefusalKind::Protected { against: Protected::ReplacementWithoutOverlap, remains: true }];
    assert_eq!(changed(", overlap = \"0s\""), refused);
    assert_eq!(changed(", replace = \"destroy_before_create\""), refused);
}

#[test]
fn protection_refuses_a_replacement_that_only_drift_asks_for() {
    let mut world = World::applied(&protected(TWO));
    world.listed("ep_render").url = "https://evil.example/x".to_owned();
    let refusals = world.plan().refusals;
    assert!(
        refusals.len() == 1
            && refusals[0].kind
                == RefusalKind::Protected { against: Protected::ReplacementWithoutOverlap, remains: true },
        "{refusals:?}"
    );
}

#[test]
fn protection_refuses_a_forget() {
    let removed = "\n[removed]\nnames = [\"render\"]\n";
    assert_eq!(World::applied(&protected(TWO)).without("render").append(removed).plan().refusals.len(), 1);
    assert!(World::applied(TWO).without("render").append(removed).plan().refusals.is_empty());
}

#[test]
fn a_forget_counts_as_a_delete_does() {
    let removed = "\n[removed]\nnames = [\"render\"]\n[safety]\nmax_deletes = 0\n";
    assert_eq!(World::applied(TWO).without("render").append(removed).plan().refusals.len(), 1);
}

#[test]
fn what_is_gone_already_counts_against_no_limit() {
    let mut world = World::applied(TWO).without("render").append("[safety]\nmax_deletes = 0\n");
    assert_eq!(world.plan().refusals.len(), 1);
    world.unlist("ep_render");
    assert!(world.plan().refusals.is_empty(), "{}", world.told());
}

#[test]
fn what_an_earlier_run_was_deleting_is_expected_to_be_missing() {
    let mut world = World::applied(TWO);
    world.choices.destroy = true;
    for id in ["ep_render", "ep_uploads"] {
        world.unlist(id);
    }
    assert_eq!(world.plan().refusals.len(), 1, "nothing says that it was us");
    for endpoint in ["ep_render", "ep_uploads"] {
        let (endpoint_id, at) = (id(endpoint), world.now);
        world.state.fold(Record::Deleting { endpoint_id, orphan_of: None, at });
    }
    assert!(world.plan().refusals.is_empty(), "{}", world.told());
}

#[test]
fn half_of_a_swap_cannot_be_targeted() {
    let three = "[webhooks.a]\nurl = \"https://h.example/1\"\nevents = [\"file.*\"]\n\
                 [webhooks.b]\nurl = \"https://h.example/2\"\nevents = [\"file.*\"]\nlifecycle = { prevent_destroy = true }\n\
                 [webhooks.c]\nurl = \"https://h.example/3\"\nevents = [\"file.*\"]\n";
    let mut world = World::applied(three);
    world.text = three.replace("/1", "/x").replace("/2", "/1").replace("/3", "/2").replace("/x", "/3");
    world.choices.targets = ["b".to_owned()].into();
    let renames = world.plan().changes.into_iter().filter(|change| change.action.word() == "rename").count();
    assert_eq!(renames, 3, "{}", world.told());
}

#[test]
fn a_remembered_protection_outlives_its_entry() {
    assert_snapshot!(World::applied(&protected(TWO)).without("render").told(), @r#"
    delete ep_render render: not_in_config
    REFUSED render: {"code":"protected","against":"deletion","remains":false}
    "#);
}

#[test]
fn a_protection_refuses_a_destroy_whether_the_state_or_the_file_has_it() {
    let mut world = World::applied(&protected(TWO));
    world.choices.destroy = true;
    assert_snapshot!(world.told(), @r#"
    delete ep_render render: destroy
    delete ep_uploads uploads: destroy
    REFUSED render: {"code":"protected","against":"deletion","remains":false}
    "#);
    world.managed("render").wanted.prevent_destroy = false;
    assert_eq!(world.plan().refusals.len(), 1, "the file's protection counts before it was ever applied");
}

#[test]
fn no_allowance_lifts_a_protection() {
    let world = World::applied(&format!("[safety]\nmax_deletes = 0\n{}", protected(TWO)));
    let world = allowing(world.without("render"), &["*"]);
    assert_eq!(world.plan().refusals.len(), 1, "{}", world.told());
}

#[test]
fn more_deletes_than_allowed_are_refused_until_each_is_allowed() {
    let world = World::applied(&format!("[safety]\nmax_deletes = 1\n{TWO}"));
    let world = world.edit("com/render", "com/x").edit("com/uploads", "com/y");
    assert_snapshot!(world.told(), @r#"
    replace +/- ep_render overlap 86400s render: {changed:url}
    replace +/- ep_uploads overlap 86400s uploads: {changed:url}
    REFUSED {"code":"too_many_deletes","endpoints":2,"most":1,"names":["render","uploads"]}
    "#);
    assert_eq!(allowing(world.clone(), &["render"]).plan().refusals.len(), 1, "one is still not allowed");
    assert_eq!(allowing(world.clone(), &["r*", "uploads"]).plan().refusals.len(), 0);
    assert_eq!(allowing(world, &["*"]).plan().refusals.len(), 0);
}

#[test]
fn as_many_deletes_as_allowed_are_no_refusal_and_no_limit_is_none() {
    let world = World::applied(&format!("[safety]\nmax_deletes = 1\n{TWO}")).without("render");
    assert!(world.plan().refusals.is_empty());
    assert!(World::applied(TWO).edit("com/render", "com/x").without("uploads").plan().refusals.is_empty());
}

#[test]
fn a_destroy_keeps_to_the_most_deletes() {
    let mut world = World::applied(&format!("[safety]\nmax_deletes = 1\n{TWO}"));
    world.choices.destroy = true;
    assert_eq!(world.plan().refusals.len(), 1, "{}", world.told());
}

#[test]
fn a_file_that_lost_all_of_its_entries_is_refused() {
    let world = World::applied(TWO).without("render").without("uploads");
    assert_snapshot!(world.told(), @r#"
    delete ep_render render: not_in_config
    delete ep_uploads uploads: not_in_config
    REFUSED {"code":"no_webhooks","endpoints":2}
    "#);
    assert!(allowing(world, &["*"]).plan().refusals.is_empty());
}

#[test]
fn a_state_none_of_whose_endpoints_is_listed_is_refused() {
    let mut world = World::applied(TWO);
    world.live = Some(Vec::new());
    assert_snapshot!(world.told(), @r#"
    drift render (ep_render): gone
    drift uploads (ep_uploads): gone
    create for ep_render render: gone
    create for ep_uploads uploads: gone
    REFUSED {"code":"all_gone","endpoints":2}
    "#);
    world.choices.allow_all_gone = true;
    assert!(world.plan().refusals.is_empty());
}

#[test]
fn every_changed_guard_is_shown_first_and_is_a_change() {
    let text = format!("[safety]\nmax_deletes = 3\nallowed_hosts = [\"hooks.example.com\"]\n{TWO}");
    let world =
        World::applied(&text).edit("max_deletes = 3", "").edit("[\"hooks.example.com\"]", "[\"*.example.com\"]");
    assert_snapshot!(world.told(), @"
    guard allowed_hosts: hooks.example.com -> *.example.com
    guard max_deletes: 3 -> no limit
    ");
    assert!(!world.plan().is_empty());
    assert_ne!(world.plan().id, World::applied(&text).plan().id);
    let moved = World::applied(TWO).append("[provider]\nbase_url = \"sandbox\"\n");
    assert_snapshot!(moved.told(), @"guard base_url: https://api.videogen.io -> sandbox");
}

#[test]
fn the_first_apply_changes_no_guard() {
    assert!(World::untouched(&format!("[safety]\nmax_deletes = 3\n{TWO}")).plan().guards.is_empty());
}

#[test]
fn what_cannot_be_encrypted_refuses_a_plan_that_makes_something_and_no_other() {
    let why = CannotEncrypt::NoRecipients;
    let kind = RefusalKind::CannotEncrypt { why: why.clone() };
    let refused = |mut world: World| {
        world.cannot_encrypt = Some(why.clone());
        world.plan().refusals.iter().any(|refusal| refusal.kind == kind)
    };
    assert!(refused(World::untouched(TWO)));
    assert!(refused(World::applied(TWO).edit("com/render", "com/x")));
    assert!(!refused(World::applied(TWO)));
    assert!(!refused(World::applied(TWO).edit("webhooks.render", "webhooks.farm")));
    let mut destroyed = World::applied(TWO);
    destroyed.choices.destroy = true;
    assert!(!refused(destroyed));
}

#[test]
fn a_refused_duplicate_is_named_for_a_block_to_paste() {
    let plan = with_duplicate(World::untouched(TWO), "https://hooks.example.com/render").plan();
    assert_eq!(plan.refusals[0].kind, RefusalKind::Duplicate { endpoint_id: id("ep_twin") });
}

#[test]
fn what_another_environment_manages_is_neither_unmanaged_nor_a_duplicate_nor_an_orphan() {
    let mut world = with_duplicate(World::untouched(TWO), "https://hooks.example.com/render");
    world.elsewhere.insert(id("ep_twin"));
    assert_snapshot!(world.told(), @"
    create render: not_in_state
    create uploads: not_in_state
    ");
    let made = world.plan().changes;
    let is_known = |change: &crate::plan::Change| matches!(&change.action, crate::plan::Action::Create(make) if make.live_before.contains(&id("ep_twin")));
    assert!(made.iter().any(is_known), "it is never taken for what our own create made");

    let mut lost = World::applied(TWO);
    let intent = crate::state::Intent { closed: true, ..lost.lost("key", "render") };
    let mut seen = observed(&id("ep_theirs"), &lost.spec("render"), "2222");
    seen.created_at = intent.first_sent.map(|sent| sent.0 + 1);
    lost.state.pending.push(intent);
    lost.list(seen);
    assert!(lost.told().contains("delete orphan ep_theirs"));
    lost.elsewhere.insert(id("ep_theirs"));
    assert!(!lost.told().contains("ep_theirs"), "{}", lost.told());
}
