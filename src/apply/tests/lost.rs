//! Creates whose answers are lost: reconciled by a listing, their orphans deleted, and not too many of them.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Sound, Stage, entries, lost, reads_soundly, unknown};
use crate::apply::{Event, Halt};
use crate::endpoint::{EndpointId, Name, Observed, Spec};
use crate::state::Intent;
use crate::videogen::{ApiError, ApiReader, ApiWriter, Created};

fn current(stage: &Stage, name: &str) -> String {
    stage.state().current(&Name::parse(name).unwrap()).unwrap().endpoint_id.to_string()
}

/// Makes the first endpoint, and loses the answer.
struct LosesFirstAnswer(Sound, AtomicBool);
reads_soundly!(LosesFirstAnswer);
impl ApiWriter for LosesFirstAnswer {
    async fn create(&self, spec: &Spec, key: &str) -> Created {
        let created = self.0.create(spec, key).await;
        if self.1.swap(false, Ordering::Relaxed) { unknown() } else { created }
    }
    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        self.0.delete(id).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_reconciled_by_one_listing_and_the_same_key() {
    let stage = Stage::untouched(&entries(&["render"], ""));
    let ended = stage.apply(LosesFirstAnswer(stage.api.clone(), true.into())).await;
    assert!(ended.outcome.is_complete() && ended.outcome.outstanding == 0, "{:?}", ended.statuses);
    // The last listing looks whether what a repeated key answered is live.
    assert_eq!(stage.api.told(), ["create render", "made render", "list", "create render", "list"]);
    assert_eq!(stage.api.live(), [current(&stage, "render")], "one endpoint, and the state has it");
    let lost = |event: &Event| matches!(event, Event::Lost { .. });
    assert_eq!(stage.events.lock().unwrap().iter().filter(|event| lost(event)).count(), 1);
}

/// Knows no keys, and loses the first answer: a second send makes a second endpoint.
struct KnowsNoKeys(Sound, AtomicBool);
reads_soundly!(KnowsNoKeys);
impl ApiWriter for KnowsNoKeys {
    async fn create(&self, spec: &Spec, _: &str) -> Created {
        let made = self.0.make(spec);
        if self.1.swap(false, Ordering::Relaxed) { unknown() } else { Created::Made(made) }
    }
    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        self.0.delete(id).await
    }
}

#[tokio::test(start_paused = true)]
async fn the_deletion_of_an_orphan_is_noted_before_it_is_sent() {
    let stage = Stage::untouched(&entries(&["render"], ""));
    let ended = stage.apply(KnowsNoKeys(stage.api.clone(), true.into())).await;
    assert_eq!(ended.statuses, ["render: done"]);
    let orphan = EndpointId::new("ep_new_render_0");
    assert_eq!(ended.outcome.orphans, std::slice::from_ref(&orphan));
    let disk = stage.api.call(&format!("delete {orphan}")).disk;
    let noted = disk.deleting.get(&orphan).expect("the deletion is noted");
    assert!(noted.orphan_of.is_some(), "and what it is the orphan of");
    assert_eq!(stage.api.live(), [current(&stage, "render")]);
}

/// Loses every request before it arrives.
struct LosesEverything(Sound);
reads_soundly!(LosesEverything);
impl ApiWriter for LosesEverything {
    async fn create(&self, spec: &Spec, _: &str) -> Created {
        self.0.note_create(spec);
        unknown()
    }
    async fn delete(&self, _: &EndpointId) -> Result<(), ApiError> {
        Err(lost())
    }
}

#[tokio::test(start_paused = true)]
async fn three_lost_answers_in_a_row_stop_new_creates_and_not_the_reconciling_of_those() {
    let stage = Stage::untouched(&entries(&["a", "b", "c", "d", "e"], ""));
    let ended = stage.apply(LosesEverything(stage.api.clone())).await;
    assert_eq!(ended.statuses, ["a: unknown", "b: unknown", "c: unknown", "d: skipped", "e: skipped"]);
    assert!(matches!(ended.outcome.halt, Some(Halt::Lost)));
    let sends = |name| stage.api.creates().iter().filter(|what| **what == format!("create {name}")).count();
    assert_eq!(["a", "b", "c", "d", "e"].map(sends), [3, 3, 3, 0, 0], "three sends of each at most");
    let unanswered = |intent: &Intent| (intent.name.to_string(), intent.unanswered);
    let pending: Vec<_> = stage.state().pending.iter().map(unanswered).collect();
    assert_eq!(pending, ["a", "b", "c"].map(|name| (name.to_owned(), 3)), "the next run knows of every send");
    assert_eq!(ended.outcome.outstanding, 3);
}

#[tokio::test(start_paused = true)]
async fn an_answer_between_lost_ones_begins_the_count_anew() {
    /// Loses all answers but that of `c`.
    struct AnswersOne(Sound);
    reads_soundly!(AnswersOne);
    impl ApiWriter for AnswersOne {
        async fn create(&self, spec: &Spec, key: &str) -> Created {
            if spec.url.ends_with("/c") { self.0.create(spec, key).await } else { unknown() }
        }
        async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
            self.0.delete(id).await
        }
    }
    let stage = Stage::untouched(&entries(&["a", "b", "c", "d", "e"], ""));
    let ended = stage.apply(AnswersOne(stage.api.clone())).await;
    assert_eq!(ended.statuses, ["a: unknown", "b: unknown", "c: done", "d: unknown", "e: unknown"], "all were begun");
}

/// Loses the first answer, and lists nothing any more.
struct CannotList(LosesFirstAnswer);
impl ApiReader for CannotList {
    async fn team(&self) -> Result<String, ApiError> {
        self.0.team().await
    }
    async fn list(&self) -> Result<Vec<Observed>, ApiError> {
        Err(lost())
    }
}
impl ApiWriter for CannotList {
    async fn create(&self, spec: &Spec, key: &str) -> Created {
        self.0.create(spec, key).await
    }
    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        self.0.delete(id).await
    }
}

#[tokio::test(start_paused = true)]
async fn without_a_listing_nothing_is_sent_again() {
    let stage = Stage::untouched(&entries(&["render"], ""));
    let ended = stage.apply(CannotList(LosesFirstAnswer(stage.api.clone(), true.into()))).await;
    assert_eq!((ended.statuses, ended.outcome.outstanding), (vec!["render: unknown".to_owned()], 1));
    assert_eq!(stage.api.creates(), ["create render"]);
}
