//! Worlds of three writers on one state, in a store whose requests are late, doubled, lost and unanswered; writers freeze,
//! wake, die and take each other over. Seeded, in paused time.
//!
//! `HOOKWRIGHT_STORMS=2000 cargo test --lib storm` plays as many as it says.

use std::collections::BTreeSet;
use std::sync::Mutex;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::time::{Instant, sleep};

use super::*;
use crate::state::backend::{Answer, BackendError, Listing, Replaced, Stored, Tag};
use crate::state::remote::{Patience, look};

/// Worlds that `cargo test` plays.
const SHORT: u64 = 150;

/// What happened outside of the store.
#[derive(Debug, Default)]
struct Told {
    /// Creates that were sent.
    posted: BTreeSet<String>,
    /// Creates that were reported as done.
    done: BTreeSet<String>,
}

/// The way of one writer to the store. When the writer dies, its requests that are under way go on, and no new one leaves.
#[derive(Debug, Clone)]
struct Weather {
    objects: MemoryObjects,
    rng: Arc<Mutex<StdRng>>,
    /// The writer is frozen until then.
    frozen_until: Arc<Mutex<Instant>>,
    dead: Arc<Mutex<bool>>,
    /// Negative control: whoever replaces the document removes every segment of an older serial.
    forgets_tombstones: bool,
}

/// What becomes of a write.
enum Fate {
    Answered,
    /// It happens, and its answer is lost.
    Unanswered,
    /// It never happens, and nobody knows.
    Lost,
    /// It happens so much later, and nobody knows.
    Late(Duration),
    /// It happens, is answered, and happens again later.
    Doubled(Duration),
}

impl Weather {
    fn new(objects: &MemoryObjects, seed: u64, forgets_tombstones: bool) -> Self {
        Self {
            objects: objects.clone(),
            rng: Arc::new(Mutex::new(StdRng::seed_from_u64(seed))),
            frozen_until: Arc::new(Mutex::new(Instant::now())),
            dead: Arc::default(),
            forgets_tombstones,
        }
    }

    fn draw(&self, most: u64) -> u64 {
        self.rng.lock().unwrap().random_range(0..most)
    }

    /// Lets the writer live: it waits where it is frozen, and for ever where it is dead.
    async fn live(&self) {
        let until = *self.frozen_until.lock().unwrap();
        tokio::time::sleep_until(until).await;
        if *self.dead.lock().unwrap() {
            std::future::pending::<()>().await;
        }
    }

    fn freeze(&self) {
        *self.frozen_until.lock().unwrap() = Instant::now() + Duration::from_secs(self.draw(240));
    }

    fn fate(&self) -> Fate {
        match self.draw(40) {
            0 => Fate::Unanswered,
            1 => Fate::Lost,
            2 => Fate::Late(Duration::from_secs(self.draw(200))),
            3 => Fate::Doubled(Duration::from_secs(self.draw(200))),
            _ => Fate::Answered,
        }
    }

    /// A request on its way: it takes a while to get there, and its answer a while to come back.
    fn on_its_way<T: Send + 'static>(&self, answer: Answer<'static, T>) -> Answer<'static, T> {
        let weather = self.clone();
        Box::pin(async move {
            weather.live().await;
            sleep(Duration::from_millis(weather.draw(100))).await;
            let answer = answer.await;
            weather.live().await;
            answer
        })
    }

    async fn forget_tombstones(objects: &MemoryObjects) {
        let Ok(Some(stored)) = objects.read(DOCUMENT).await else { return };
        let serial: serde_json::Value = serde_json::from_slice(&stored.bytes).unwrap();
        let serial = serial["serial"].as_u64().unwrap();
        for key in objects.keys().into_iter().filter(|key| key.contains(".journal/")) {
            let of: u64 = key.split('/').nth_back(1).unwrap().parse().unwrap();
            if of + 1 < serial {
                objects.remove(&key).await.unwrap();
            }
        }
    }
}

impl Objects for Weather {
    fn name(&self, key: &str) -> String {
        self.objects.name(key)
    }
    fn read(&self, key: &str) -> Answer<'static, Option<Stored>> {
        self.on_its_way(self.objects.read(key))
    }
    fn tag(&self, key: &str) -> Answer<'static, Option<Tag>> {
        self.on_its_way(self.objects.tag(key))
    }
    fn replace(&self, key: &str, expected: Option<&Tag>, bytes: Vec<u8>) -> Answer<'static, Replaced> {
        let write = || self.objects.replace(key, expected, bytes.clone());
        let unknown = BackendError::Unknown { what: key.to_owned(), cause: None };
        let later = |span, write: Answer<'static, Replaced>| {
            tokio::spawn(async move {
                sleep(span).await;
                write.await
            });
        };
        if self.forgets_tombstones && key == DOCUMENT {
            let (objects, write) = (self.objects.clone(), write());
            return self.on_its_way(Box::pin(async move {
                let written = write.await;
                Self::forget_tombstones(&objects).await;
                written
            }));
        }
        match self.fate() {
            Fate::Answered => self.on_its_way(write()),
            Fate::Lost => self.on_its_way(Box::pin(async { Err(unknown) })),
            Fate::Unanswered => {
                let write = write();
                self.on_its_way(Box::pin(async {
                    let _ = write.await;
                    Err(unknown)
                }))
            }
            Fate::Late(span) => {
                later(span, write());
                self.on_its_way(Box::pin(async { Err(unknown) }))
            }
            Fate::Doubled(span) => {
                later(span, write());
                self.on_its_way(write())
            }
        }
    }
    fn remove(&self, key: &str) -> Answer<'static, ()> {
        match self.draw(8) {
            0 => self.on_its_way(Box::pin(async { Ok(()) })),
            _ => self.on_its_way(self.objects.remove(key)),
        }
    }
    fn list(&self, folder: &str) -> Answer<'static, Listing> {
        self.on_its_way(self.objects.list(folder))
    }
}

/// One writer: some sessions, each with some creates, until it dies or is done.
async fn write(weather: Weather, who: u64, told: Arc<Mutex<Told>>) {
    let folder = tempfile::tempdir().unwrap();
    for session in 0..2 {
        sleep(Duration::from_secs(weather.draw(120))).await;
        let remote = Arc::new(Remote { folder: folder.path().to_owned(), ..remote(weather.clone()) });
        let patience = patience(&weather, &remote).await;
        let holder = holder(&format!("writer {who}"));
        let Ok(opened) = Session::open_remote(&remote, &holder, &patience).await else { continue };
        let recording = opened.begin(0).await.unwrap();
        let mut unsaved = Vec::new();
        for number in 0..weather.draw(4) {
            let key = format!("w{who}s{session}n{number}");
            if weather.draw(6) == 0 {
                weather.freeze();
            }
            let noted = Instant::now();
            if recording.record(note(&key)).wait().await.is_err() {
                break;
            }
            weather.live().await;
            if noted.elapsed() > Duration::from_secs(30) {
                let _ = recording.record(vec![Record::Withdrawn { key }]).wait().await;
                continue;
            }
            told.lock().unwrap().posted.insert(key.clone());
            sleep(Duration::from_millis(weather.draw(400))).await;
            if weather.draw(6) == 0 {
                weather.freeze();
            }
            weather.live().await;
            let received = recording.receive(answer(&key)).expect("its endpoint is new");
            if received.wait().await.is_ok() {
                told.lock().unwrap().done.insert(key);
            } else {
                unsaved.push(Record::Receipt(answer(&key)));
            }
        }
        match weather.draw(8) {
            // It is killed: what is under way may still arrive.
            0 => {
                *weather.dead.lock().unwrap() = true;
                return;
            }
            1 => drop(recording),
            _ => {
                if let Err(failed) = recording.commit(None).await
                    && !unsaved.is_empty()
                {
                    failed.rescue(&unsaved).await;
                }
            }
        }
    }
}

/// Mostly it waits; sometimes it takes over from whoever writes, dead or alive.
async fn patience(weather: &Weather, remote: &Remote) -> Patience {
    let holding = match weather.draw(3) {
        0 => look(remote).await.ok().flatten().and_then(|seen| seen.holding),
        _ => None,
    };
    match holding {
        Some(holding) => Patience::Unlock(holding.writer),
        None => Patience::Wait(Duration::from_secs(weather.draw(400))),
    }
}

/// Plays a world; what is wrong with its end.
fn play(seed: u64, forgets_tombstones: bool) -> Result<usize, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
    runtime.block_on(async {
        let (objects, told) = (MemoryObjects::default(), Arc::new(Mutex::new(Told::default())));
        let mut writers = tokio::task::JoinSet::new();
        for who in 0..3 {
            let weather = Weather::new(&objects, seed * 3 + who, forgets_tombstones);
            writers.spawn(tokio::time::timeout(Duration::from_secs(7200), write(weather, who, Arc::clone(&told))));
        }
        while writers.join_next().await.is_some() {}
        sleep(Duration::from_secs(600)).await;
        let last = open(&store(objects.clone()), "judge").await.map_err(|e| format!("it cannot be opened: {e}"))?;
        let state = last.state().clone();
        last.commit().await.map_err(|e| e.to_string())?;
        let Told { posted, done } = &*told.lock().unwrap();
        if let Some(lost) = done.iter().find(|key| !has(&state, key)) {
            return Err(format!("{lost} was reported as done and is not in the state"));
        }
        let is_noted = |key: &str| has(&state, key) || state.intent(key).is_some_and(|intent| intent.unanswered > 0);
        if let Some(unknown) = posted.iter().find(|key| !is_noted(key)) {
            return Err(format!("{unknown} was sent, and no state knows of it"));
        }
        Ok(done.len())
    })
}

fn worlds() -> std::ops::Range<u64> {
    0..std::env::var("HOOKWRIGHT_STORMS").ok().map_or(SHORT, |worlds| worlds.parse().expect("a number"))
}

#[test]
fn in_no_storm_is_a_record_lost_or_a_request_unknown() {
    let ends: Vec<_> = worlds().map(|seed| (seed, play(seed, false))).collect();
    let wrong: Vec<_> = ends.iter().filter(|(_, end)| end.is_err()).collect();
    let done: usize = ends.iter().filter_map(|(_, end)| end.as_ref().ok()).sum();
    println!("{} worlds, {done} creates done", ends.len());
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(done > ends.len(), "the storms let nothing through: {done}");
}

#[test]
fn without_tombstones_a_storm_breaks_it() {
    assert!((0..2000).any(|seed| play(seed, true).is_err()), "what keeps the segments that took over is of no use");
}
