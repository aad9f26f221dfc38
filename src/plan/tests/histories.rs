//! Random histories of intents, sends, receipts and strangers against a small account: what is judged certain.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::TWO;
use super::World;
use super::world::{id, observed};
use crate::endpoint::{EndpointId, Observed, Spec};
use crate::plan::judge;
use crate::state::{Intent, Record, State};
use crate::timestamp::Timestamp;

/// One thing that happens; each names one of two specs.
#[derive(Debug, Clone)]
enum Step {
    /// A create is decided, after a listing.
    Intent(usize),
    /// The newest intent of the spec is sent: is an endpoint made, and so many seconds later?
    Send { spec: usize, made_after: Option<i64> },
    /// The newest intent of the spec is sent, and the answer names an endpoint without its secret.
    Named(usize),
    /// The entry has its endpoint from elsewhere, or no longer wants it.
    Closed(usize),
    /// A stranger makes the same endpoint.
    Stranger(usize),
    /// Time passes.
    Wait(i64),
    /// An endpoint of the spec becomes the state's.
    Adopted(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let spec = 0..2usize;
    prop_oneof![
        2 => spec.clone().prop_map(Step::Intent),
        4 => (spec.clone(), prop::option::of(0..700i64)).prop_map(|(spec, made_after)| Step::Send { spec, made_after }),
        1 => spec.clone().prop_map(Step::Named),
        1 => spec.clone().prop_map(Step::Closed),
        2 => spec.clone().prop_map(Step::Stranger),
        3 => prop_oneof![0..90i64, 600..4000i64].prop_map(Step::Wait),
        1 => spec.prop_map(Step::Adopted),
    ]
}

/// The account and the state, as they became.
struct History {
    specs: Vec<Spec>,
    template: Intent,
    state: State,
    live: Vec<Observed>,
    now: i64,
    /// Endpoints that an answer to our own create named.
    named: BTreeSet<EndpointId>,
}

impl History {
    fn new() -> Self {
        let world = World::settled(TWO);
        Self {
            specs: vec![world.spec("render"), world.spec("uploads")],
            template: world.lost("k", "render"),
            state: State::new("lineage".to_owned()),
            live: Vec::new(),
            now: world.now.0,
            named: BTreeSet::new(),
        }
    }

    fn make(&mut self, spec: usize, at: i64) -> EndpointId {
        let made = id(&format!("ep_{}", self.live.len()));
        let mut seen = observed(&made, &self.specs[spec], "1111");
        seen.created_at = Some(at);
        self.live.push(seen);
        made
    }

    fn newest(&self, spec: usize) -> Option<String> {
        let open = |intent: &&Intent| !intent.closed && intent.body == self.specs[spec];
        self.state.pending.iter().rev().find(open).map(|intent| intent.key.clone())
    }

    fn go(&mut self, step: Step) {
        match step {
            Step::Intent(spec) => {
                let body = self.specs[spec].clone();
                let live_before =
                    self.live.iter().filter(|s| s.is_twin_of(&body)).map(|seen| seen.id.clone()).collect();
                let key = format!("k{}", self.state.pending.len() + self.live.len() * 100);
                let intent = Intent {
                    key,
                    body,
                    live_before,
                    first_sent: None,
                    last_sent: None,
                    unanswered: 0,
                    ..self.template.clone()
                };
                self.state.fold(Record::Intent(intent));
            }
            Step::Send { spec, made_after } => {
                if let Some(key) = self.newest(spec) {
                    self.state.fold(Record::Send { key, at: Timestamp(self.now) });
                    if let Some(after) = made_after {
                        self.make(spec, self.now + after);
                    }
                }
            }
            Step::Named(spec) => {
                if let Some(key) = self.newest(spec) {
                    self.state.fold(Record::Send { key: key.clone(), at: Timestamp(self.now) });
                    let endpoint_id = self.make(spec, self.now);
                    self.named.insert(endpoint_id.clone());
                    self.state.fold(Record::Named { key, endpoint_id, key_honoured: false });
                }
            }
            Step::Closed(spec) => {
                if let Some(key) = self.newest(spec) {
                    self.state.fold(Record::Closed { key });
                }
            }
            Step::Stranger(spec) => drop(self.make(spec, self.now)),
            Step::Wait(seconds) => self.now += seconds,
            Step::Adopted(spec) => {
                let of_spec = |seen: &&Observed| seen.is_twin_of(&self.specs[spec]);
                if let Some(seen) = self.live.iter().rev().find(of_spec) {
                    let mut managed = World::settled(TWO).managed("render").clone();
                    managed.endpoint_id = seen.id.clone();
                    managed.spec = self.specs[spec].clone();
                    let name = super::world::name(&format!("n{}", self.state.endpoints.len()));
                    if self.state.all().all(|(_, m)| m.endpoint_id != seen.id) {
                        self.state.fold(Record::Imported { name, managed: Box::new(managed) });
                    }
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_certain_orphan_was_not_live_before_is_in_no_state_and_was_made_in_its_window(
        steps in prop::collection::vec(step(), 1..40)
    ) {
        let mut history = History::new();
        steps.into_iter().for_each(|step| history.go(step));
        let judged = judge(&history.state, &history.live);
        let managed: BTreeSet<_> = history.state.all().map(|(_, m)| m.endpoint_id.clone()).collect();
        let mut seen_twice = BTreeSet::new();
        for orphan in judged.values().flat_map(|matches| &matches.certain) {
            prop_assert!(seen_twice.insert(orphan), "{orphan} is counted twice");
            prop_assert!(!managed.contains(orphan), "{orphan} is in the state");
            let seen = history.live.iter().find(|seen| seen.id == *orphan).unwrap();
            let possible = history.state.pending.iter().any(|intent| {
                let made = seen.created_at.unwrap();
                let window = intent.first_sent.zip(intent.last_sent).is_some_and(|(first, last)| {
                    (first.0 - 60..=last.0 + 660).contains(&made)
                });
                intent.unanswered > 0 && seen.is_twin_of(&intent.body) && !intent.live_before.contains(orphan) && window
            });
            prop_assert!(possible || history.named.contains(orphan), "{orphan} can be nobody's");
        }
        for spec in &history.specs {
            let of_spec = |seen: &&Observed| seen.is_twin_of(spec) && !history.named.contains(&seen.id);
            let certain: BTreeSet<_> = judged.values().flat_map(|m| &m.certain).collect();
            let found = history.live.iter().filter(of_spec).filter(|seen| certain.contains(&seen.id)).count();
            let sends: u32 = history.state.pending.iter().filter(|i| i.body == *spec).map(|i| i.unanswered).sum();
            prop_assert!(found <= sends as usize, "{found} are certain, and {sends} sends were lost");
        }
    }
}
