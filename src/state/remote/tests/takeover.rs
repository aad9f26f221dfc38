//! One writer after another: ends, deaths, freezes, and a state that was put back.

use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use super::*;
use crate::state::backend::{Answer, Listing, Replaced, Stored, Tag};
use crate::state::{RemoteError, Rescue};

/// A store whose answers wait for a gate.
#[derive(Debug, Clone)]
struct Gated {
    objects: MemoryObjects,
    open: watch::Receiver<bool>,
}

impl Gated {
    fn wait<T: Send + 'static>(&self, answer: Answer<'static, T>) -> Answer<'static, T> {
        let mut open = self.open.clone();
        Box::pin(async move {
            let _ = open.wait_for(|open| *open).await;
            answer.await
        })
    }
}

impl Objects for Gated {
    fn name(&self, key: &str) -> String {
        self.objects.name(key)
    }
    fn read(&self, key: &str) -> Answer<'static, Option<Stored>> {
        self.wait(self.objects.read(key))
    }
    fn tag(&self, key: &str) -> Answer<'static, Option<Tag>> {
        self.wait(self.objects.tag(key))
    }
    fn replace(&self, key: &str, expected: Option<&Tag>, bytes: Vec<u8>) -> Answer<'static, Replaced> {
        self.wait(self.objects.replace(key, expected, bytes))
    }
    fn remove(&self, key: &str) -> Answer<'static, ()> {
        self.wait(self.objects.remove(key))
    }
    fn list(&self, folder: &str) -> Answer<'static, Listing> {
        self.wait(self.objects.list(folder))
    }
}

/// The names of the objects, without the lineage.
async fn names(objects: &MemoryObjects) -> Vec<String> {
    let lineage = loaded(objects).await.lineage;
    objects.keys().into_iter().map(|key| key.replace(&lineage, "L").replace(DOCUMENT, "K")).collect()
}

#[tokio::test(start_paused = true)]
async fn what_is_committed_is_read_and_its_journal_is_removed_but_for_its_last_segment() {
    let objects = MemoryObjects::default();
    let recording = recording(&store(objects.clone()), "a").await;
    assert!(create(&recording, "one").await && create(&recording, "two").await);
    let while_open = loaded(&objects).await;
    assert!(has(&while_open, "one") && has(&while_open, "two"), "a reader sees what is in the journal");
    let saved = recording.commit(None).await.unwrap();
    assert_eq!(loaded(&objects).await, saved);
    let names = names(&objects).await;
    assert_eq!(names.len(), 2, "{names:?}");
    assert!(names[1].starts_with(&format!("K.journal/L/{}/", saved.serial - 1)), "{names:?}");
    let again = open(&store(objects.clone()), "b").await.unwrap();
    assert!(has(again.state(), "one"));
    again.commit().await.unwrap();
    assert_eq!(self::names(&objects).await.len(), 2, "garbage does not grow");
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_vanished_is_waited_for_and_loses_nothing() {
    let objects = MemoryObjects::default();
    let gone = recording(&store(objects.clone()), "a").await;
    assert!(create(&gone, "one").await);
    assert!(gone.record(note("two")).wait().await.is_ok());
    drop(gone);
    let begun = tokio::time::Instant::now();
    let next = open(&store(objects.clone()), "b").await.unwrap();
    assert!(begun.elapsed() >= Duration::from_secs(45), "{:?}", begun.elapsed());
    assert!(has(next.state(), "one"));
    assert_eq!(next.state().pending.iter().map(|intent| intent.key.as_str()).collect::<Vec<_>>(), ["two"]);
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_lives_is_not_taken_over() {
    let objects = MemoryObjects::default();
    let lives = recording(&store(objects.clone()), "alice@laptop").await;
    let refused = open(&store(objects.clone()), "b").await.unwrap_err();
    assert!(refused.to_string().starts_with("the state is locked by alice@laptop"), "{refused}");
    // It may be waited for.
    let waiting = tokio::spawn({
        let (store, holder) = (store(objects.clone()), holder("b"));
        async move { store.open(&holder, Duration::from_secs(3600)).await }
    });
    tokio::time::sleep(Duration::from_secs(300)).await;
    assert!(create(&lives, "one").await);
    lives.commit(None).await.unwrap();
    assert!(has(waiting.await.unwrap().unwrap().state(), "one"));
}

/// A writer whose requests wait as long as the gate is shut: frozen, or cut off.
async fn gated(objects: &MemoryObjects) -> (Recording, watch::Sender<bool>) {
    let open = watch::Sender::new(true);
    let gated = Gated { objects: objects.clone(), open: open.subscribe() };
    (recording(&store(gated), "a").await, open)
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_was_taken_over_writes_nothing_more() {
    let objects = MemoryObjects::default();
    let (frozen, gate) = gated(&objects).await;
    assert!(create(&frozen, "one").await);
    gate.send_replace(false);
    let second = recording(&store(objects.clone()), "b").await;
    gate.send_replace(true);
    assert!(frozen.record(note("late")).wait().await.is_err(), "its number is taken");
    assert!(frozen.record(note("later")).wait().await.is_err());
    assert!(create(&second, "two").await, "the successor is not disturbed");
    let unsaved = frozen.commit(None).await.unwrap_err();
    assert!(matches!(unsaved.error, StoreError::Remote(RemoteError::TakenOver { .. })), "{}", unsaved.error);
    second.commit(None).await.unwrap();
    let state = loaded(&objects).await;
    assert!(has(&state, "one") && has(&state, "two") && state.pending.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_wakes_after_its_successor_cleaned_up_finds_its_number_taken() {
    let objects = MemoryObjects::default();
    let (frozen, gate) = gated(&objects).await;
    gate.send_replace(false);
    for who in ["b", "c", "d"] {
        let next = recording(&store(objects.clone()), who).await;
        assert!(create(&next, who).await);
        next.commit(None).await.unwrap();
    }
    gate.send_replace(true);
    assert!(frozen.record(note("late")).wait().await.is_err());
    // What keeps it out is the segment that took its journal over, for thirty days.
    let tombstone = "K.journal/L/2/2".to_owned();
    assert!(names(&objects).await.contains(&tombstone));
    objects.pass(Duration::from_secs(31 * 24 * 3600));
    recording(&store(objects.clone()), "e").await.commit(None).await.unwrap();
    assert!(!names(&objects).await.contains(&tombstone));
}

#[tokio::test(start_paused = true)]
async fn what_a_writer_got_after_it_was_taken_over_is_adopted_by_the_next() {
    let objects = MemoryObjects::default();
    let (frozen, gate) = gated(&objects).await;
    assert!(frozen.record(note("one")).wait().await.is_ok());
    gate.send_replace(false);
    recording(&store(objects.clone()), "b").await.commit(None).await.unwrap();
    gate.send_replace(true);
    assert!(frozen.receive(answer("one")).unwrap().wait().await.is_err(), "it is never reported as done");
    let unsaved = frozen.commit(None).await.unwrap_err();
    let kept = unsaved.rescue(&[Record::Receipt(answer("one"))]).await;
    assert!(matches!(&kept, Rescue::Store(name) if name.contains(".late/")), "{kept:?}");
    assert!(!has(&loaded(&objects).await, "one"), "a reader does not take it");
    let next = open(&store(objects.clone()), "c").await.unwrap();
    assert!(has(next.state(), "one"));
    next.commit().await.unwrap();
    assert!(names(&objects).await.iter().all(|name| !name.contains(".late/")));
    assert!(has(&loaded(&objects).await, "one"));
}

#[tokio::test(start_paused = true)]
async fn a_writer_that_was_away_for_ten_minutes_fences_itself() {
    let (objects, passed) = (MemoryObjects::default(), Arc::new(AtomicU64::new(0)));
    let clock = Arc::clone(&passed);
    let stopwatch = Stopwatch::new(move || [Duration::ZERO, Duration::from_secs(clock.load(Ordering::SeqCst))]);
    let slow = Remote { stopwatch, ..remote(objects.clone()) };
    let writer = recording(&Store::remote(slow), "a").await;
    assert!(create(&writer, "one").await);
    passed.store(601, Ordering::SeqCst);
    assert!(writer.record(note("two")).wait().await.is_err());
}

#[tokio::test(start_paused = true)]
async fn an_old_version_that_was_put_back_is_refused() {
    let objects = MemoryObjects::default();
    let mut versions: Vec<Stored> = Vec::new();
    for who in ["one", "two", "three"] {
        let writer = recording(&store(objects.clone()), who).await;
        assert!(create(&writer, who).await);
        writer.commit(None).await.unwrap();
        versions.push(objects.read(DOCUMENT).await.unwrap().unwrap());
    }
    let newest = versions.pop().unwrap();
    for old in versions {
        let tag = objects.tag(DOCUMENT).await.unwrap();
        objects.replace(DOCUMENT, tag.as_ref(), old.bytes).await.unwrap();
        let refused = store(objects.clone()).load().await.unwrap_err();
        assert!(matches!(refused, StoreError::Remote(RemoteError::RolledBack { .. })), "{refused}");
        assert!(open(&store(objects.clone()), "b").await.is_err());
    }
    let tag = objects.tag(DOCUMENT).await.unwrap();
    objects.replace(DOCUMENT, tag.as_ref(), newest.bytes).await.unwrap();
    assert!(open(&store(objects.clone()), "b").await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_version_from_before_a_change_without_records_is_refused_as_well() {
    let objects = MemoryObjects::default();
    recording(&store(objects.clone()), "a").await.commit(None).await.unwrap();
    let at_rest = objects.read(DOCUMENT).await.unwrap().unwrap();
    let mut session = open(&store(objects.clone()), "b").await.unwrap();
    let taken_over = objects.read(DOCUMENT).await.unwrap().unwrap();
    session.change(|state| state.team_id = Some("vg_team_a".to_owned()));
    session.commit().await.unwrap();
    for old in [at_rest, taken_over] {
        let tag = objects.tag(DOCUMENT).await.unwrap();
        objects.replace(DOCUMENT, tag.as_ref(), old.bytes).await.unwrap();
        let refused = store(objects.clone()).load().await.unwrap_err();
        assert!(matches!(refused, StoreError::Remote(RemoteError::RolledBack { .. })), "{refused}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_ends_without_a_commit_gives_up_the_state_and_all_that_it_recorded() {
    let objects = MemoryObjects::default();
    let writer = recording(&store(objects.clone()), "a").await;
    assert!(writer.record(note("one")).wait().await.is_ok());
    // Nobody waits for the receipt, which is still on its way as the writer ends.
    drop(writer.receive(answer("one")));
    drop(writer);
    let begun = tokio::time::Instant::now();
    let next = open(&store(objects.clone()), "b").await.unwrap();
    assert!(has(next.state(), "one"));
    assert!(begun.elapsed() < Duration::from_secs(45), "nobody waits for a writer that has ended");
}

#[tokio::test(start_paused = true)]
async fn a_state_that_is_missing_beside_its_journals_is_never_an_empty_one() {
    let objects = MemoryObjects::default();
    recording(&store(objects.clone()), "a").await.commit(None).await.unwrap();
    objects.remove(DOCUMENT).await.unwrap();
    assert!(matches!(store(objects.clone()).load().await, Err(StoreError::Remote(RemoteError::Missing { .. }))));
    assert!(open(&store(objects), "b").await.is_err());
}
