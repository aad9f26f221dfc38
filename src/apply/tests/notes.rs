//! Notes come before what they announce, ahead of it, and no longer than thirty seconds.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::{Sound, Stage, entries, reads_soundly, refused};
use crate::endpoint::{EndpointId, Spec};
use crate::plan::tests::world::World;
use crate::state::State;
use crate::stopwatch::Stopwatch;
use crate::videogen::{ApiError, ApiWriter, Created};

const FOUR: [&str; 4] = ["a", "b", "c", "d"];

/// Two clocks of seconds, each as far as a test says.
#[derive(Clone, Default)]
struct Clocks(Arc<[AtomicU64; 2]>);

impl Clocks {
    fn stopwatch(&self) -> Stopwatch {
        let clocks = Arc::clone(&self.0);
        Stopwatch::new(move || [0, 1].map(|at| Duration::from_secs(clocks[at].load(Ordering::SeqCst))))
    }

    fn pass(&self, clock: usize, seconds: u64) {
        self.0[clock].fetch_add(seconds, Ordering::SeqCst);
    }
}

/// One of the clocks passes some seconds at each create.
struct Late(Sound, Clocks, usize, u64);
reads_soundly!(Late);
impl ApiWriter for Late {
    async fn create(&self, spec: &Spec, key: &str) -> Created {
        self.1.pass(self.2, self.3);
        self.0.create(spec, key).await
    }
    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        self.0.delete(id).await
    }
}

/// The names of the sends that a state has no answer to.
fn unanswered(state: &State) -> Vec<&str> {
    state.pending.iter().filter(|intent| intent.unanswered > 0).map(|intent| intent.name.as_str()).collect()
}

#[tokio::test]
async fn creates_are_noted_ahead_of_the_workers_and_only_so_far() {
    let mut stage = Stage::untouched(&entries(&["a", "b", "c", "d", "e", "f", "g", "h", "i"], ""));
    stage.parallelism = 2;
    let ended = stage.apply(stage.api.clone()).await;
    assert!(ended.outcome.is_complete(), "{:?}", ended.statuses);
    for call in stage.api.calls().iter().filter(|call| call.what.starts_with("create ")) {
        let noted = unanswered(&call.disk);
        assert!(noted.contains(&call.what.trim_start_matches("create ")), "{} came before its note", call.what);
        // Two are being sent, one group waits, and one is being handed over.
        assert!(noted.len() <= 2 + 2, "{noted:?}");
    }
    let second = stage.api.call("create b").disk;
    assert!(unanswered(&second).len() > 1, "nothing is noted ahead: {:?}", unanswered(&second));
    assert!(stage.state().pending.is_empty());
}

/// How many records an apply of four creates takes, where one clock passes some seconds at each.
async fn records_where(clock: usize, seconds: u64) -> u64 {
    let mut stage = Stage::untouched(&entries(&FOUR, ""));
    let clocks = Clocks::default();
    stage.stopwatch = clocks.stopwatch();
    let ended = stage.apply(Late(stage.api.clone(), clocks, clock, seconds)).await;
    assert!(ended.outcome.is_complete(), "{:?}", ended.statuses);
    assert_eq!(stage.api.creates().len(), 4);
    // What is withdrawn and noted anew counts once.
    assert!(stage.api.calls().iter().all(|call| call.disk.pending.iter().all(|intent| intent.unanswered <= 1)));
    assert!(stage.state().pending.is_empty());
    records(&stage)
}

fn records(stage: &Stage) -> u64 {
    stage.state().folded.unwrap().records
}

#[tokio::test]
async fn a_note_that_is_older_than_thirty_seconds_by_either_clock_is_withdrawn_and_made_anew() {
    let fresh = records_where(0, 0).await;
    for clock in [0, 1] {
        // One or two are noted ahead: no note is older than two sends.
        assert_eq!(records_where(clock, 15).await, fresh);
        let withdrawn = records_where(clock, 31).await - fresh;
        assert!(withdrawn >= 2 && withdrawn.is_multiple_of(2), "{withdrawn}: each takes a withdrawal and a note");
    }
}

/// Answers every create as no other request would be answered either.
struct Forbids(Sound);
reads_soundly!(Forbids);
impl ApiWriter for Forbids {
    async fn create(&self, spec: &Spec, _: &str) -> Created {
        self.0.note_create(spec);
        Created::Nothing(refused(401, None))
    }
    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        self.0.delete(id).await
    }
}

#[tokio::test]
async fn what_was_noted_ahead_and_never_left_is_withdrawn() {
    let stage = Stage::untouched(&entries(&FOUR, ""));
    let ended = stage.apply(Forbids(stage.api.clone())).await;
    assert_eq!(ended.statuses, ["a: failed", "b: skipped", "c: skipped", "d: skipped"]);
    assert_eq!(stage.api.creates(), ["create a"]);
    assert_eq!(ended.outcome.outstanding, 0, "nothing that never left is outstanding");
    assert!(stage.state().pending.is_empty());
}

#[tokio::test]
async fn a_deletion_whose_note_took_long_is_noted_anew() {
    let mut taken = Vec::new();
    for late in [0, 31] {
        let mut stage = Stage::of(World::applied(&entries(&FOUR, "")).without("d"));
        let looks = AtomicU64::new(0);
        // The first note begins long before every later look at the clock.
        stage.stopwatch = Stopwatch::new(move || {
            let is_first = looks.fetch_add(1, Ordering::SeqCst) == 0;
            [Duration::from_secs(if is_first { 0 } else { late }); 2]
        });
        let ended = stage.apply(stage.api.clone()).await;
        assert!(ended.outcome.is_complete(), "{:?}", ended.statuses);
        assert_eq!(stage.api.told(), ["delete ep_d"]);
        taken.push(records(&stage));
    }
    assert_eq!(taken[1], taken[0] + 1);
}
