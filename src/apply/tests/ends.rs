//! What ends a run early: signals, limits, credits, keys.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::{Sound, Stage, entries, reads_soundly, refused};
use crate::apply::Halt;
use crate::endpoint::{EndpointId, Spec};
use crate::plan::tests::world::World;
use crate::videogen::{ApiError, ApiWriter, Cause, Created, Throttle};

/// The file has three new entries, and lacks one that is live.
fn three_and_a_delete() -> Stage {
    let text = entries(&["a", "b", "c"], "");
    let mut world = World::applied(&(text + &entries(&["old"], ""))).without("old");
    for name in ["a", "b", "c"] {
        world.state.endpoints.remove(&crate::endpoint::Name::parse(name).unwrap());
        world.unlist(&format!("ep_{name}"));
    }
    Stage::of(world)
}

/// A signal comes while the first create is under way.
struct Signalled(Sound, Throttle);
reads_soundly!(Signalled);
impl ApiWriter for Signalled {
    async fn create(&self, spec: &Spec, key: &str) -> Created {
        self.1.stop();
        self.0.create(spec, key).await
    }
    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        self.0.delete(id).await
    }
}

#[tokio::test]
async fn after_a_signal_what_is_in_flight_is_recorded_and_nothing_new_begins() {
    let stage = three_and_a_delete();
    let ended = stage.apply(Signalled(stage.api.clone(), stage.throttle.clone())).await;
    assert_eq!(stage.api.told(), ["create a", "made a"], "no create, no delete, no listing after it");
    assert_eq!(ended.statuses, ["old: skipped", "a: done", "b: skipped", "c: skipped"]);
    assert!(matches!(ended.outcome.halt, Some(Halt::Interrupted)));
    assert!(stage.state().pending.is_empty() && ended.outcome.saved.is_ok());
}

/// Never answers; the first request cuts the run.
struct Hangs(Sound, watch::Sender<bool>);
reads_soundly!(Hangs);
impl ApiWriter for Hangs {
    async fn create(&self, spec: &Spec, _: &str) -> Created {
        self.0.note_create(spec);
        self.1.send_replace(true);
        std::future::pending().await
    }
    async fn delete(&self, _: &EndpointId) -> Result<(), ApiError> {
        self.1.send_replace(true);
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_create_that_is_given_up_is_unknown_and_its_intent_stays() {
    let stage = Stage::untouched(&entries(&["a"], ""));
    stage.throttle.stop();
    let ended = stage.apply(Hangs(stage.api.clone(), stage.cut.clone())).await;
    assert_eq!(ended.statuses, ["a: skipped"], "a run that is ending sends nothing");
    let stage = Stage::untouched(&entries(&["a"], ""));
    let ended = stage.apply(Hangs(stage.api.clone(), stage.cut.clone())).await;
    assert_eq!(ended.statuses, ["a: unknown"]);
    assert!(stage.state().pending[0].unanswered > 0);
}

#[tokio::test]
async fn a_delete_that_is_given_up_stays_noted() {
    let stage = Stage::of(World::applied(&entries(&["a", "old"], "")).without("old"));
    let ended = stage.apply(Hangs(stage.api.clone(), stage.cut.clone())).await;
    assert_eq!(ended.statuses, ["old: failed"]);
    assert!(stage.state().deleting.contains_key(&EndpointId::new("ep_old")));
}

/// Refuses every create in the same words.
struct Refuses(Sound, fn() -> ApiError);
reads_soundly!(Refuses);
impl ApiWriter for Refuses {
    async fn create(&self, spec: &Spec, _: &str) -> Created {
        self.0.note_create(spec);
        Created::Nothing(self.1())
    }
    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        self.0.delete(id).await
    }
}

#[tokio::test]
async fn what_every_other_request_would_meet_stops_the_run_at_the_first() {
    let stopping: [fn() -> ApiError; 4] = [
        || refused(401, None),
        || refused(403, None),
        || refused(429, Some("insufficient_credits")),
        || refused(402, Some("insufficient_credits")),
    ];
    for error in stopping {
        let stage = three_and_a_delete();
        let ended = stage.apply(Refuses(stage.api.clone(), error)).await;
        assert_eq!(ended.statuses, ["old: skipped", "a: failed", "b: skipped", "c: skipped"], "{}", error());
        assert_eq!(stage.api.told(), ["create a"], "no second create, and no delete: {}", error());
        assert!(matches!(ended.outcome.halt, Some(Halt::Api(told)) if told == error()));
        assert!(stage.state().pending.is_empty(), "what was refused leaves nothing to recover");
    }
}

#[tokio::test]
async fn what_one_entry_alone_meets_stops_no_other() {
    for error in [|| refused(400, None), || refused(404, None), || refused(422, None)] {
        let stage = three_and_a_delete();
        let ended = stage.apply(Refuses(stage.api.clone(), error)).await;
        assert_eq!(ended.statuses, ["old: done", "a: failed", "b: failed", "c: failed"], "{}", error());
        assert!(ended.outcome.halt.is_none());
    }
}

/// Says 429 to the first create, with a wait of a minute.
struct LimitsFirst(Sound, Throttle, AtomicBool);
reads_soundly!(LimitsFirst);
impl ApiWriter for LimitsFirst {
    async fn create(&self, spec: &Spec, key: &str) -> Created {
        if self.2.swap(false, Ordering::Relaxed) {
            self.1.limited(Some(Duration::from_secs(60)));
            return Created::Nothing(refused(429, None));
        }
        self.0.create(spec, key).await
    }
    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        self.0.delete(id).await
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_is_waited_for_and_the_create_is_sent_again_as_one_that_made_nothing() {
    let stage = three_and_a_delete();
    let begun = Instant::now();
    let ended = stage.apply(LimitsFirst(stage.api.clone(), stage.throttle.clone(), true.into())).await;
    assert!(ended.outcome.is_complete(), "{:?}", ended.statuses);
    assert!(begun.elapsed() >= Duration::from_secs(60), "{:?}", begun.elapsed());
    assert_eq!(stage.api.creates(), ["create a", "create b", "create c"]);
    assert!(!stage.api.told().contains(&"list".to_owned()), "nothing was lost");
}

#[tokio::test(start_paused = true)]
async fn a_wait_beyond_the_longest_stops_the_run_and_leaves_nothing_to_recover() {
    let mut stage = three_and_a_delete();
    stage.throttle = Throttle::new(Duration::from_secs(59));
    let begun = Instant::now();
    let ended = stage.apply(LimitsFirst(stage.api.clone(), stage.throttle.clone(), true.into())).await;
    assert_eq!(ended.statuses, ["old: skipped", "a: failed", "b: skipped", "c: skipped"]);
    let too_long = |error: &ApiError| matches!(error.cause, Cause::WaitTooLong(_));
    assert!(matches!(&ended.outcome.halt, Some(Halt::Api(error)) if too_long(error)));
    assert_eq!((begun.elapsed() < Duration::from_secs(1), stage.state().pending.len()), (true, 0));
}
