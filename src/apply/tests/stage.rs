//! A plan, a state on a disk, a sound API, and an apply between them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::Sound;
use crate::apply::{Clock, Event, Job, Outcome, Status, apply, journal_room};
use crate::plan::Plan;
use crate::plan::tests::world::World;
use crate::secrets::{Plugins, Sealer, generate_identity};
use crate::state::{self, Applied, Holder, State, Store};
use crate::videogen::{ApiWriter, Throttle};

/// Everything that an apply works on; what a test changes is public.
pub struct Stage {
    pub api: Sound,
    pub throttle: Throttle,
    pub sealer: Sealer,
    /// Turns true when what is in flight is to be given up.
    pub cut: watch::Sender<bool>,
    /// Requests in flight at once.
    pub parallelism: usize,
    pub events: Arc<Mutex<Vec<Event>>>,
    world: World,
    _folder: tempfile::TempDir,
    store: Store,
}

impl Stage {
    /// The state and the listing of a world, and what its file asks for.
    pub fn of(world: World) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::at(&folder.path().join("webhooks.state.json"));
        let (_, recipient) = generate_identity();
        Self {
            api: Sound::new(world.live.clone().unwrap_or_default(), store.clone(), world.now),
            throttle: Throttle::new(Duration::from_secs(3600)),
            sealer: Sealer::probed(vec![recipient], Plugins::none()).unwrap(),
            cut: watch::Sender::new(false),
            parallelism: 1,
            events: Arc::default(),
            world,
            _folder: folder,
            store,
        }
    }

    /// A file that was never applied.
    pub fn untouched(text: &str) -> Self {
        Self::of(World::untouched(text))
    }

    /// The state as the disk has it.
    pub fn state(&self) -> State {
        self.store.load().unwrap().unwrap()
    }

    /// The one place that knows how a state is made ready for an apply.
    fn recording(&self, plan: &Plan) -> state::Writer {
        let (who, since, command) = ("test".to_owned(), String::new(), "apply".to_owned());
        let holder = Holder { who, pid: 1, since, command, run: None };
        let mut writer = self.store.write(&holder, Duration::ZERO).unwrap();
        writer.change(|state| *state = self.world.state.clone());
        writer.begin(journal_room(plan, 1)).unwrap();
        writer
    }

    /// Applies the world's plan; what came of each change, by name.
    pub async fn apply(&self, api: impl ApiWriter) -> Ended {
        let plan = Arc::new(self.world.plan());
        assert!(plan.refusals.is_empty(), "{:?}", plan.refusals);
        let (events, mut heard) = mpsc::unbounded_channel();
        let now = self.world.now;
        let job = Job {
            state: self.recording(&plan),
            plan: Arc::clone(&plan),
            api,
            throttle: self.throttle.clone(),
            sealer: self.sealer.clone(),
            guards: Default::default(),
            reviewed: Applied::default(),
            is_rest: false,
            environment: None,
            mark: false,
            team: Some("vg_team_a".to_owned()),
            parallelism: self.parallelism,
            clock: Clock::new(move || now),
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

/// How an apply ended.
pub struct Ended {
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
