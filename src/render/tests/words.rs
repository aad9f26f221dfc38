//! Every code and its sentence: codes are stable, so a change here is a change of a format.

use std::time::Duration;

use insta::assert_snapshot;
use strum::VariantNames;

use super::world::{name, spec};
use crate::endpoint::EndpointId;
use crate::plan::{Consequence, NameFlag, Note, NoteKind, Protected, Refusal, RefusalKind};
use crate::render::words::{consequence, note, placed, ways};
use crate::timestamp::Timestamp;

fn ep() -> EndpointId {
    EndpointId::new("ep_1")
}

/// The lines, and an error where a code has none.
fn all(codes: &[&str], lines: Vec<(&'static str, String)>) -> String {
    for code in codes {
        assert!(lines.iter().any(|(told, _)| told == code), "no sentence of `{code}` is tested");
    }
    lines.iter().map(|(code, line)| format!("{code}: {line}\n")).collect()
}

#[test]
fn consequences() {
    use Consequence as C;
    let overlap = |same_url| C::Overlap { lasts: Duration::from_secs(86_400), times: 2, same_url };
    let replaces = |overlap| C::Replaces { endpoint_id: ep(), overlap: Duration::from_secs(overlap) };
    let every = [
        C::NewSecret,
        C::SecretChanges,
        C::EventsLostSinceDeletion,
        C::EventsLostMeanwhile,
        C::VerificationFails,
        overlap(true),
        overlap(false),
        C::RetiredLater,
        C::DeliveriesEnd,
        C::PredecessorEnds,
        C::AlreadyGone,
        C::StateOnly,
        C::NameOnly,
        C::Refreshed,
        C::SecretForgotten,
        C::GoneForgotten,
        C::SecretUnknown,
        C::SentAgain,
        C::Stuck,
        replaces(0),
        replaces(3600),
        C::MayBeTheLostOne(ep()),
        C::NeverSentAgain,
        C::OrphanDeleted(ep()),
    ];
    let lines = every.iter().map(|one| (one.into(), consequence(one).plain())).collect();
    assert_snapshot!(all(Consequence::VARIANTS, lines), @"
    new_secret: new signing secret, stored encrypted in the state; pass it to the consumer after the apply
    secret_changes: the signing secret changes; update its consumers
    events_lost_since_deletion: events since the deletion are lost
    events_lost_meanwhile: events between the deletion and the creation are lost
    verification_fails: deliveries fail verification from the deletion until consumers have the new secret
    overlap: for 24h every event comes 2 times, signed with the old secret and with the new one
    overlap: for 24h every event comes 2 times: to the old URL signed with the old secret, to the new URL with the new one
    retired_later: after that, an apply deletes the old endpoint
    deliveries_end: it stops receiving events at once; its signing secret becomes useless
    predecessor_ends: the predecessor retires and stops receiving events at once; its consumers must have the new secret by then
    already_gone: it is gone already; only the state changes
    state_only: only the state changes
    name_only: only the state changes; endpoint and secret stay
    refreshed: only the state changes; a later plan compares the configuration with it
    secret_forgotten: the endpoint stays live; its secret leaves the state, and nobody can read it again
    gone_forgotten: it is gone already; the state forgets it and its secret
    secret_unknown: only the state changes; the signing secret stays unknown, and raising `rotation` renews it
    sent_again: the same create is sent again with the same key; its secret is stored encrypted in the state
    stuck: nothing more is sent until somebody has looked at these endpoints
    replaces: it replaces ep_1, which is deleted once its successor exists
    replaces: it replaces ep_1, which stays live for 1h after its successor exists
    may_be_the_lost_one: ep_1 may be the lost endpoint: it becomes this entry's, or is deleted if it is certainly ours
    never_sent_again: it is never sent again; an endpoint that it made is deleted once that is certain
    orphan_deleted: ep_1 is certainly ours and nobody can know its secret, so it is deleted
    ");
}

#[test]
fn notes() {
    use NoteKind as N;
    let (until, endpoint_id) = (Timestamp(1_800_000_000), ep());
    let names = || vec![name("a"), name("b")];
    let every = [
        N::LeftOut { changes: 1 },
        N::RekeyNeeded { names: names() },
        N::SecretsUnknown { names: names(), rotation: 2 },
        N::SecretsUnknown { names: vec![name("a")], rotation: 2 },
        N::GroupsGrew { events: ["file.ready".to_owned()].into() },
        N::RenewalDue { since: until, rotation: 2 },
        N::Duplicated { endpoint_id: ep() },
        N::PredecessorLives { endpoint_id: ep() },
        N::DeletionSent { endpoint_id: ep(), at: until },
        N::Overlap { endpoint_id: ep(), until, times: 2 },
        N::PredecessorMissing { endpoint_id: ep(), until },
        N::SuccessorMissing { endpoint_id: ep() },
        N::RetirementPostponed { endpoint_id: ep() },
        N::RetirementOverLimit { endpoint_id: ep(), most: 3 },
        N::TurnedUp { endpoint_id: ep() },
        N::TurnedUpAfterReview { endpoint_id: ep() },
        N::MayBeLost { endpoint_id },
        N::MayStillArrive,
    ];
    let lines = every.into_iter().map(|kind| {
        let one = Note { name: Some(name("render")), kind };
        ((&one.kind).into(), note(&one).plain())
    });
    assert_snapshot!(all(NoteKind::VARIANTS, lines.collect()), @r#"
    left_out: `render`: `--target` limits this plan and leaves 1 other change out; what is live may differ from the configuration afterwards
    rekey_needed: `render`: the secrets of `a`, `b` are encrypted to other recipients than the file's; run `hookwright secret rekey`
    secrets_unknown: `render`: the signing secrets of `a`, `b` are unknown; their consumers have them. Store one with `hookwright import a --secret-stdin`, or raise an entry's `rotation` for a new endpoint with a new secret
    secrets_unknown: `render`: `a`: its signing secret is unknown; raise its rotation to 2 to renew it, or store it with `hookwright import a --secret-stdin`
    groups_grew: `render`: its event groups now include "file.ready"; to receive them, edit its events
    renewal_due: `render`: its secret is due for renewal since 2027-01-15T08:00:00Z; raise its rotation to 2
    duplicated: `render`: ep_1 is live, unmanaged and a duplicate of it, so every event comes twice
    predecessor_lives: `render`: it is gone and its predecessor ep_1 is live; a plain apply creates a new one
    deletion_sent: `render`: the deletion of ep_1 was sent at 2027-01-15T08:00:00Z and may still arrive; until then it counts as live
    overlap: `render`: every event arrives twice until 2027-01-15T08:00:00Z; the next apply after that deletes the predecessor ep_1
    predecessor_missing: `render`: its predecessor ep_1 is no longer listed; its overlap ends at 2027-01-15T08:00:00Z
    successor_missing: `render`: its predecessor ep_1 stays live although its overlap has ended, since its successor is not listed
    retirement_postponed: `render`: the retirement of its predecessor ep_1 is postponed, since its overlap ended after the review
    retirement_over_limit: `render`: the retirement of its predecessor ep_1 is postponed, since `[safety] max_deletes` is 3
    turned_up: `render`: ep_1 was gone and is listed again; it stays live until its successor is listed
    turned_up_after_review: `render`: ep_1 was gone and is listed again; its deletion is postponed, since it turned up after the review
    may_be_lost: `render`: ep_1 may be left of a lost create or belong to somebody else; it is left alone
    may_still_arrive: `render`: the answer of an earlier create was lost, and it may still arrive; a listing ten minutes later tells
    "#);
}

#[test]
fn refusals() {
    use RefusalKind as R;
    let protected = |against, remains| R::Protected { against, remains };
    let here = spec("https://h.example/here", &["file.ready"], None);
    let every = [
        R::AllGone { endpoints: 2 },
        R::UnknownName { flag: NameFlag::Target, pattern: "rendr".to_owned() },
        R::CannotEncrypt { why: serde_json::from_str("\"no_recipients\"").unwrap() },
        R::NoWebhooks { endpoints: 2 },
        R::Duplicate { endpoint_id: ep() },
        R::ImportOfDeleted { endpoint_id: ep() },
        R::ImportOfDeposed { endpoint_id: ep() },
        R::ImportOfManaged { endpoint_id: ep(), owner: name("old") },
        R::ImportBesideCurrent { endpoint_id: ep(), current: EndpointId::new("ep_2") },
        R::ImportDiffers {
            endpoint_id: ep(),
            wanted: here.clone(),
            live: spec("https://h.example/there", &["file.ready"], Some("by hand")),
        },
        R::ImportNotListed { endpoint_id: ep() },
        R::ForgetInOverlap { endpoint_id: ep(), is_due: true },
        R::ForgetInOverlap { endpoint_id: ep(), is_due: false },
        protected(Protected::Deletion, false),
        protected(Protected::Forget, false),
        protected(Protected::ReplacementWithoutOverlap, true),
        R::TooManyDeletes { endpoints: 3, most: 1, names: [name("a"), name("b")].into() },
        R::TooManyDeletes { endpoints: 30, most: 1, names: (0..30).map(|n| name(&format!("n{n}"))).collect() },
    ];
    let lines = every.into_iter().map(|kind| {
        let one = Refusal { name: Some(name("render")), file: None, line: Some(3), kind };
        let hints: String = ways(&one).iter().map(|way| format!("\n    hint: {}", way.plain())).collect();
        ((&one.kind).into(), placed(&one).plain() + &hints)
    });
    assert_snapshot!(all(RefusalKind::VARIANTS, lines.collect()), @r#"
    all_gone: render, line 3: the state has 2 endpoints, and the API lists none of them
        hint: check that the API key belongs to the right account
        hint: if the endpoints are gone, pass `--allow-all-gone`
    unknown_name: render, line 3: `--target` "rendr" names no entry and no endpoint of the state
        hint: `hookwright state list` shows the names of the state; the configuration has the others
    cannot_encrypt: render, line 3: no recipients: nobody could ever read the secrets
        hint: add [encryption] recipients = ["age1…"]; `hookwright init` makes an identity and its recipient
    no_webhooks: render, line 3: the configuration defines no webhooks; this would delete all 2 endpoints
        hint: check that it is the right file
        hint: to delete them, pass `--allow-delete NAME` for each (`'*'` for all) or run `hookwright destroy`
    duplicate: render, line 3: `render` would duplicate ep_1, a live endpoint with the same URL and events that is not in the state
        hint: to adopt the endpoint, set `render` to "ep_1" under `[imports]`
        hint: if the state was lost or rolled back, restore it
        hint: to create a second one, pass `--allow-duplicate render`
    import_of_deleted: render, line 3: `render` cannot adopt ep_1: its deletion was sent and may still arrive
        hint: remove this import
    import_of_deposed: render, line 3: `render` cannot adopt ep_1: it is a predecessor in the state
        hint: remove this import; a predecessor never becomes current again
    import_of_managed: render, line 3: `render` cannot adopt ep_1: it is `old` in the state
        hint: to rename it, write `render = "old"` under `[moved]`
    import_beside_current: render, line 3: `render` cannot adopt ep_1: it has ep_2 in the state
        hint: import it under a name that has no endpoint
    import_differs: render, line 3: `render` cannot adopt ep_1, which differs from its entry: url is "https://h.example/there" and the entry has "https://h.example/here"; description is "by hand" and the entry has ""
        hint: write the entry as the endpoint is, and change it in a later apply
    import_not_listed: render, line 3: `render` cannot adopt ep_1: the API does not list it
        hint: check the id, and that the API key belongs to the right account
    forget_in_overlap: render, line 3: `render` cannot be forgotten while its predecessor ep_1 is live
        hint: retire the predecessor first: `hookwright apply --retire`
    forget_in_overlap: render, line 3: `render` cannot be forgotten while its predecessor ep_1 is live
        hint: wait for the end of the overlap
        hint: or end it with `hookwright secret rotate render --finish`
    protected: render, line 3: `render` has prevent_destroy and would be deleted
        hint: protection outlives the entry: keep `[webhooks.render]` with `prevent_destroy = false` for one apply, then remove it
    protected: render, line 3: `render` has prevent_destroy and would be forgotten
        hint: protection outlives the entry: keep `[webhooks.render]` with `prevent_destroy = false` for one apply, then remove it
    protected: render, line 3: `render` has prevent_destroy and would be replaced without an overlap
        hint: give it an overlap, or set `lifecycle.prevent_destroy = false` in its entry
    too_many_deletes: render, line 3: 3 endpoints would be deleted, replaced or forgotten, and `[safety] max_deletes` is 1
        hint: raise `[safety] max_deletes` in the configuration
        hint: or pass `--allow-delete a --allow-delete b`
    too_many_deletes: render, line 3: 30 endpoints would be deleted, replaced or forgotten, and `[safety] max_deletes` is 1
        hint: raise `[safety] max_deletes` in the configuration
        hint: or pass `--allow-delete NAME` for each (`--allow-delete '*'` for all)
    "#);
}
