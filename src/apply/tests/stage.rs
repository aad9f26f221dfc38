//! A plan, a state on a disk, a sound API, and an apply between them.

use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::Sound;
use crate::apply::{Clock, Event, Job, Outcome, Status, apply, journal_room};
use crate::plan::Plan;
use crate::plan::tests::world::World;
use crate::secrets::{Plugins, SecretEncryptor, generate_identity};
use crate::state::{Applied, Holder, Recording, State, Store};
use crate::stopwatch::Stopwatch;
use crate::videogen::{ApiWriter, Throttle};

/// Everything that an apply works on; what a test changes is public.
pub(crate) struct Stage {
    pub api: Sound,
    pub throttle: Throttle,
    pub encryptor: SecretEncryptor,
    /// Turns true when what is in flight is to be given up.
    pub cut: watch::Sender<bool>,
    /// Requests in flight at once.
    pub parallelism: usize,
    pub events: Arc<Mutex<Vec<Event>>>,
    pub stopwatch: Stopwatch,
    world: World,
    _folder: tempfile::TempDir,
    store: Store,
}

impl Stage {
    /// The state and the listing of a world, and what its file asks for.
    pub(crate) fn of(world: World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(&folder.path().join("webhooks.state.json"));
        let (_, recipient) = generate_identity();
        Self {
            api: Sound::new(world.live.clone().unwrap_or_default(), store.clone(), world.now),
            throttle: Throttle::new(Duration::from_secs(3600)),
            encryptor: SecretEncryptor::probed(vec![recipient], Plugins::none()).unwrap(),
            cut: watch::Sender::new(false),
            parallelism: 1,
            events: Arc::default(),
            stopwatch: Stopwatch::stopped(),
            world,
            _folder: folder,
            store,
        }
    }

    /// A file that was never applied.
    pub(crate) fn untouched(text: &str) -> Self {
        Self::of(World::untouched(text))
    }

    /// The state as the disk has it.
    pub(crate) fn state(&self) -> State {
        on_disk(&self.store)
    }

    /// The one place that knows how a state is made ready for an apply.
    async fn recording(&self, plan: &Plan) -> Recording {
        let (who, since, command) = ("test".to_owned(), String::new(), "apply".to_owned());
        let holder = Holder { who, pid: 1, since, command, run: None };
        let mut session = self.store.open(&holder, Duration::ZERO).await.unwrap();
        session.change(|state| *state = self.world.state.clone());
        session.begin(journal_room(plan, 1)).await.unwrap()
    }

    /// Applies the world's plan; what came of each change, by name.
    pub(crate) async fn apply(&self, api: impl ApiWriter) -> Ended {
        let plan = Arc::new(self.world.plan());
        assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
        let (events, mut heard) = mpsc::unbounded_channel();
        let now = self.world.now;
        let job = Job {
            state: self.recording(&plan).await,
            plan: Arc::clone(&plan),
            api,
            throttle: self.throttle.clone(),
            encryptor: self.encryptor.clone(),
            guards: Default::default(),
            reviewed: Applied::default(),
            is_rest: false,
            environment: None,
            mark: false,
            team: Some("vg_team_a".to_owned()),
            parallelism: self.parallelism,
            clock: Clock::new(move || now),
            stopwatch: self.stopwatch.clone(),
            fresh_key: || uuid::Uuid::new_v4().to_string(),
            random: || 7,
            events,
            cut: self.cut.subscribe(),
        };
        let kept = Arc::clone(&self.events);
        let hearing = tokio::spawn(async move {
            while let Some(event) = heard.recv().await {
                kept.lock().unwrap().push(event);
            }
        });
        let outcome = apply(job).await;
        hearing.await.unwrap();
        let named = plan.changes.iter().zip(&outcome.statuses);
        let statuses = named.map(|(change, status)| format!("{}: {}", change.name, word(status))).collect();
        Ended { outcome, statuses }
    }
}

/// The state as the disk has it at this moment: reading files never waits.
pub(super) fn on_disk(store: &Store) -> State {
    let mut context = Context::from_waker(Waker::noop());
    match pin!(store.load()).poll(&mut context) {
        Poll::Ready(loaded) => loaded.unwrap().expect("an apply that sends has written the state"),
        Poll::Pending => panic!("a local state was not read at once"),
    }
}

/// How an apply ended.
pub(crate) struct Ended {
    pub outcome: Outcome,
    /// `NAME: done`, in the order of the plan.
    pub statuses: Vec<String>,
}

fn word(status: &Status) -> &'static str {
    match status {
        Status::Done(_) => "done",
        Status::Failed(_) => "failed",
        Status::Unknown(_) => "unknown",
        Status::Skipped => "skipped",
    }
}
