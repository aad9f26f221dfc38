//! A world between two runs: the server, the state, the file, and what else may still go wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Write as _};
use std::hash::{DefaultHasher, Hasher};
use std::time::Duration;

use hookwright::surface::Timestamp;
use hookwright::surface::{BaseUrl, Desired, Entry, Lifecycle, Safety};
use hookwright::surface::{EndpointId, Name, Spec, Wanted};
use hookwright::surface::{Receipt, Record, State};

use super::check::Rule;
use super::server::{Keys, Server};
use super::wording::Wording;

/// Seconds of an epoch: what is sent in one commits in it, and is past in the next.
pub const EPOCH: i64 = 700;
/// The moment of the first run.
const START: i64 = 1_700_000_000;

/// How often each kind of trouble may still come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budget {
    /// Requests without an answer.
    pub losses: u8,
    /// Kills of the process.
    pub kills: u8,
    /// Endpoints that listings leave out.
    pub omissions: u8,
    /// Endpoints that somebody else makes.
    pub strangers: u8,
    /// Edits, imports and the like.
    pub edits: u8,
}

/// What one kind of world is like from its beginning to its end.
#[derive(Debug, Clone)]
pub struct Setup {
    pub keys: Keys,
    pub wording: Wording,
    /// The one rule that is looked at; `None`: all.
    pub only: Option<Rule>,
    pub mark: bool,
    pub falling_ids: bool,
    /// Whether lost answers are all the same 5xx, so that their key is given up; else they are timeouts.
    pub same_5xx: bool,
    /// Whether the old endpoint of a replacement is kept until the next epoch.
    pub overlap: bool,
    pub destroy_first: bool,
    /// Whether a receipt may end in an errored file.
    pub errored: bool,
    /// Whether the server may refuse a create, which then made nothing.
    pub refusals: bool,
    /// What people may do between runs.
    pub edits: &'static [Edit],
    pub budget: Budget,
}

/// What people may do between runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edit {
    Forget,
    Change,
    Rotate,
    Remove,
    Swap,
    Exchange,
    Rename,
    Import,
    Vanish,
    Recover,
}

#[derive(Debug, Clone)]
pub struct World {
    pub server: Server,
    pub state: State,
    pub file: Desired,
    pub now: i64,
    pub left: Budget,
    /// Receipts that only errored files have.
    pub errored: Vec<Receipt>,
    /// Every endpoint that was ever recorded: received, or imported.
    pub recorded: BTreeSet<EndpointId>,
    /// What a person made hookwright forget.
    pub forgotten: BTreeSet<EndpointId>,
    /// What of it was forgotten while no create was pending: from then on it is somebody else's.
    pub given_up: BTreeSet<EndpointId>,
    /// How many sends of a spec, noted at a moment, have no recorded answer.
    pub sends: BTreeMap<(Spec, i64), u32>,
    /// Keys that were made.
    pub keys: u32,
    /// Whether the last run was refused as a duplicate.
    pub refused: bool,
}

pub fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

/// One of the two specs.
pub fn spec(number: u8) -> Spec {
    let url = format!("spec-{number}");
    Spec { url, events: ["file.upload.failed".to_owned()].into(), description: None }
}

fn desired(mark: bool) -> Desired {
    Desired {
        other_environments: Default::default(),
        warnings: Default::default(),
        base_url: BaseUrl::Url("https://api.example.com".to_owned()),
        mark,
        environment: None,
        api_key_env: "VIDEOGEN_API_KEY".to_owned(),
        state_path: None,
        recipients: Vec::new(),
        recipients_file: None,
        safety: Safety::default(),
        webhooks: BTreeMap::new(),
        imports: BTreeMap::new(),
        moved: BTreeMap::new(),
        removed: BTreeSet::new(),
    }
}

impl World {
    pub fn new(setup: &Setup) -> Self {
        let mut world = Self {
            server: Server::new(setup.keys, setup.falling_ids),
            state: State::new("lineage".to_owned()),
            file: desired(setup.mark),
            now: START,
            left: setup.budget,
            errored: Vec::new(),
            recorded: BTreeSet::new(),
            forgotten: BTreeSet::new(),
            given_up: BTreeSet::new(),
            sends: BTreeMap::new(),
            keys: 0,
            refused: false,
        };
        world.want("x", 1, setup);
        world
    }

    /// Writes an entry into the file.
    pub fn want(&mut self, entry: &str, number: u8, setup: &Setup) {
        let overlap = if setup.overlap { Duration::from_secs(EPOCH as u64) } else { Duration::ZERO };
        let lifecycle = Lifecycle {
            replace: if setup.destroy_first {
                hookwright::surface::ReplaceOrder::DestroyFirst
            } else {
                hookwright::surface::ReplaceOrder::CreateFirst
            },
            overlap: (!setup.destroy_first).then_some(overlap),
            ..Lifecycle::default()
        };
        let spec = spec(number);
        let events_as_written = spec.events.iter().cloned().collect();
        let wanted = Wanted { spec, events_as_written, rotation: 1, prevent_destroy: false };
        let entry_of = Entry { wanted, rotate_after: None, lifecycle, line: 1, file: None };
        self.file.webhooks.insert(name(entry), entry_of);
    }

    pub fn now(&self) -> Timestamp {
        Timestamp(self.now)
    }

    /// Does to the state what the record says, as far as the wording does it.
    pub fn fold(&mut self, record: Record, wording: Wording) {
        match &record {
            Record::Receipt(receipt) => drop(self.recorded.insert(receipt.endpoint_id.clone())),
            Record::Imported { managed, .. } => drop(self.recorded.insert(managed.endpoint_id.clone())),
            _ => {}
        }
        wording.fold(&mut self.state, record);
    }

    /// What tells two worlds apart, whatever the time is; without what may still go wrong on request.
    pub fn key(&self, with_budget: bool) -> u64 {
        let since = |moment: &mut Timestamp| moment.0 -= self.now;
        let mut state = self.state.clone();
        for intent in &mut state.pending {
            [&mut intent.first_sent, &mut intent.last_sent].into_iter().flatten().for_each(since);
        }
        state.deleting.values_mut().for_each(|deletion| since(&mut deletion.at));
        for managed in state.endpoints.values_mut().flat_map(hookwright::surface::Slot::all_mut) {
            managed.until.as_mut().into_iter().for_each(since);
            managed.created_at = None;
        }
        let mut server = self.server.clone();
        server.live.values_mut().for_each(|endpoint| endpoint.made = (endpoint.made - self.now).max(-3 * EPOCH));
        let budget = with_budget.then_some(self.left);
        let mut hash = Hash(DefaultHasher::new());
        let pending = (&state.pending, &state.deleting, &state.former);
        let files: Vec<_> = self.errored.iter().map(|receipt| (&receipt.key, &receipt.endpoint_id)).collect();
        let past = (&self.recorded, &self.forgotten, &self.given_up, files);
        write!(hash, "{pending:?} {:?} {server:?} {:?} {past:?} {budget:?}", state.endpoints, self.file.webhooks)
            .unwrap();
        hash.0.finish()
    }
}

struct Hash(DefaultHasher);

impl fmt::Write for Hash {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.write(text.as_bytes());
        Ok(())
    }
}
