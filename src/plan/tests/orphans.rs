//! What is left of a lost create: deleted where it is certainly ours, else named and left alone.

use insta::assert_snapshot;

use super::world::{id, observed};
use super::{TWO, World};
use crate::plan::RefusalKind;
use crate::state::Intent;

/// The entry has its endpoint, one send is not accounted for, and these endpoints of its spec are live, each made so
/// many seconds after the send.
fn left(found: &[(&str, Option<i64>)], change: impl FnOnce(&mut Intent)) -> World {
    let mut world = World::applied(TWO);
    let mut intent = Intent { closed: true, ..world.lost("key", "render") };
    let sent = intent.first_sent.unwrap().0;
    change(&mut intent);
    world.state.pending.push(intent);
    for (found, after) in found {
        let mut seen = observed(&id(found), &world.spec("render"), "2222");
        seen.created_at = after.map(|after| sent + after);
        world.list(seen);
    }
    world
}

#[test]
fn one_match_of_one_lost_send_is_deleted() {
    assert_snapshot!(left(&[("ep_a", Some(1))], |_| {}).told(), @"delete orphan ep_a of key render: answer_lost");
}

#[test]
fn more_matches_than_lost_sends_are_left_alone() {
    assert_snapshot!(left(&[("ep_a", Some(1)), ("ep_b", Some(2))], |_| {}).told(), @r#"
    note: {"name":"render","code":"may_be_lost","endpoint_id":"ep_a"}
    note: {"name":"render","code":"may_be_lost","endpoint_id":"ep_b"}
    note: {"name":"render","code":"may_still_arrive"}
    "#);
}

#[test]
fn what_is_left_alone_is_a_duplicate_to_an_entry_that_would_be_made() {
    let again = "[webhooks.again]\nurl = \"https://hooks.example.com/again\"\nevents = [\"tool_execution.failed\"]\n\
                 description = \"Renders\"\n";
    let refused = |found: &[(&str, Option<i64>)]| {
        let mut world = left(found, |intent| intent.wanted.spec.url = "https://hooks.example.com/again".to_owned());
        found.iter().for_each(|(id, _)| world.listed(id).url = "https://hooks.example.com/again".to_owned());
        world.append(again).plan().refusals
    };
    let uncertain = refused(&[("ep_a", Some(1)), ("ep_b", Some(2))]);
    assert_eq!(uncertain.len(), 1, "{uncertain:?}");
    let duplicate = RefusalKind::Duplicate { endpoint_id: id("ep_a") };
    assert!(uncertain[0].kind == duplicate && uncertain[0].name == "again".parse().ok(), "{uncertain:?}");
    // What is certainly ours is deleted by the same apply.
    assert!(refused(&[("ep_a", Some(1))]).is_empty());
}

#[test]
fn as_many_matches_as_lost_sends_are_deleted() {
    let world = left(&[("ep_a", Some(1)), ("ep_b", Some(2))], |intent| intent.unanswered = 2);
    assert_snapshot!(world.told(), @"
    delete orphan ep_a of key render: answer_lost
    delete orphan ep_b of key render: answer_lost
    ");
}

#[test]
fn what_was_live_before_is_never_a_match() {
    let world = left(&[("ep_a", Some(1))], |intent| intent.live_before = [id("ep_a")].into());
    assert_snapshot!(world.told(), @r#"
    unmanaged ep_a
    note: {"name":"render","code":"duplicated","endpoint_id":"ep_a"}
    note: {"name":"render","code":"may_still_arrive"}
    "#);
}

#[test]
fn what_was_made_more_than_a_minute_before_the_send_is_never_a_match() {
    assert!(left(&[("ep_a", Some(-60))], |_| {}).told().contains("delete orphan ep_a"));
    assert!(!left(&[("ep_a", Some(-61))], |_| {}).told().contains("orphan"));
}

#[test]
fn a_match_that_does_not_tell_when_it_was_made_is_left_alone() {
    assert_snapshot!(left(&[("ep_a", None)], |_| {}).told(), @r#"
    note: {"name":"render","code":"may_be_lost","endpoint_id":"ep_a"}
    note: {"name":"render","code":"may_still_arrive"}
    "#);
}

#[test]
fn a_match_of_another_spec_is_no_match() {
    let mut world = left(&[("ep_a", Some(1))], |_| {});
    world.listed("ep_a").description = Some(Some("other".to_owned()));
    assert!(!world.told().contains("orphan"));
}

#[test]
fn a_match_in_other_words_is_a_match() {
    let mut world = left(&[("ep_a", Some(1))], |_| {});
    world.listed("ep_a").url.push('/');
    assert!(world.told().contains("delete orphan ep_a"));
}

#[test]
fn what_an_answer_named_to_an_older_version_is_a_candidate_like_any_other() {
    let mut world = left(&[("ep_a", Some(1))], |_| {});
    let mut intent = world.state.pending.pop().unwrap();
    (intent.unanswered, intent.named) = (0, [id("ep_a")].into());
    world.state.fold(crate::state::Record::Intent(intent));
    assert!(world.told().contains("delete orphan ep_a of key render"));
    // An id that some file names is no evidence.
    world.listed("ep_a").created_at = Some(0);
    assert!(!world.told().contains("delete orphan"), "{}", world.told());
}

#[test]
fn orphans_count_as_every_deletion_does() {
    let world = left(&[("ep_a", Some(1))], |_| {}).append("[safety]\nmax_deletes = 0\n");
    assert_eq!(world.plan().refusals.len(), 1);
}

#[test]
fn a_match_that_a_listing_settles_is_deleted_first_and_settled_after() {
    let mut world = left(&[("ep_a", Some(1))], |_| {});
    world.now.0 += 3600;
    assert!(world.plan().tidy.is_empty());
    assert!(world.told().contains("delete orphan ep_a"));
}

#[test]
fn two_intents_of_one_spec_share_what_is_found() {
    let mut world = left(&[("ep_a", Some(1)), ("ep_b", Some(2))], |_| {});
    let second = Intent { key: "second".to_owned(), ..world.state.pending[0].clone() };
    world.state.pending.push(second);
    assert_snapshot!(world.told(), @"
    delete orphan ep_a of key render: answer_lost
    delete orphan ep_b of key render: answer_lost
    ");
    let mut third = observed(&id("ep_c"), &world.spec("render"), "2222");
    third.created_at = Some(world.now.0 - 59);
    world.list(third);
    assert!(!world.told().contains("orphan"), "three found and two lost: nobody can tell which");
}

#[test]
fn what_was_live_before_the_first_of_two_sends_of_one_second_counts_whatever_their_keys_are() {
    for (first, second) in [("a", "b"), ("b", "a")] {
        let mut world = left(&[("ep_a", Some(0)), ("ep_b", Some(0))], |intent| intent.key = first.to_owned());
        let renewed =
            Intent { key: second.to_owned(), live_before: [id("ep_a")].into(), ..world.state.pending[0].clone() };
        world.state.pending.push(renewed);
        let told = world.told();
        assert!(told.contains("delete orphan ep_a") && told.contains("delete orphan ep_b"), "{told}");
    }
}
