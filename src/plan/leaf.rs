//! What a plan's id is made from: one leaf an action, one a changed guard, and a header. Data alone, never words: a
//! newer hookwright that explains a plan otherwise gives it the same id.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Action, Change, GuardChange, Make, Order, Update, View, World};
use crate::endpoint::{EndpointId, Name, Spec};
use crate::state::Guards;

/// The version of what an id is made from. It is the id's first part.
pub(super) const VERSION: u32 = 2;

/// Under what a plan was made.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Header {
    /// The account, where it is known.
    pub team: Option<String>,
    /// The state's lineage; empty before there is a state.
    pub lineage: String,
    /// The configuration's environment, where it has any.
    pub environment: Option<String>,
    /// The guards that the file sets.
    pub guards: Guards,
}

impl Header {
    pub(super) fn of(world: &World<'_>) -> Self {
        Self {
            team: world.team.or(world.state.team_id.as_deref()).map(str::to_owned),
            lineage: world.state.lineage.clone(),
            environment: world.environment.map(str::to_owned),
            guards: world.guards.clone(),
        }
    }

    pub(super) fn hash(&self) -> String {
        hash("header", self)
    }
}

/// What an endpoint is, before or after.
#[derive(Serialize)]
struct Values<'a> {
    endpoint_id: Option<&'a EndpointId>,
    url: &'a str,
    events: &'a BTreeSet<String>,
    description: Option<&'a str>,
    rotation: u32,
    prevent_destroy: bool,
}

/// One action.
#[derive(Serialize)]
pub(super) struct Leaf<'a> {
    kind: &'static str,
    entry: &'a Name,
    before: Option<Values<'a>>,
    after: Option<Values<'a>>,
    order: Option<Order>,
    overlap_seconds: Option<u64>,
    events_as_written: Option<&'a [String]>,
    old: Option<&'a EndpointId>,
    from: Option<&'a Name>,
    key: Option<&'a str>,
}

fn values(view: &View) -> Values<'_> {
    let View { spec, endpoint_id, rotation, prevent_destroy } = view;
    let Spec { url, events, description } = spec;
    Values {
        endpoint_id: endpoint_id.as_ref(),
        url,
        events,
        description: description.as_deref(),
        rotation: *rotation,
        prevent_destroy: *prevent_destroy,
    }
}

impl<'a> Leaf<'a> {
    fn new(kind: &'static str, entry: &'a Name, before: Option<&'a View>, after: Option<&'a View>) -> Self {
        Self {
            kind,
            entry,
            before: before.map(values),
            after: after.map(values),
            order: None,
            overlap_seconds: None,
            events_as_written: None,
            old: None,
            from: None,
            key: None,
        }
    }

    /// The leaf of a create, in the place of an endpoint that is gone or of none.
    pub(super) fn create(entry: &'a Name, before: Option<&'a View>, after: &'a View, make: &'a Make) -> Self {
        Self {
            old: before.and_then(|view| view.endpoint_id.as_ref()),
            ..Self::make("create", entry, before, after, make)
        }
    }

    /// The leaf of a replacement.
    pub(super) fn replace(entry: &'a Name, before: &'a View, after: &'a View, make: &'a Make, order: Order) -> Self {
        let old = before.endpoint_id.as_ref();
        Self { order: Some(order), old, ..Self::make("replace", entry, Some(before), after, make) }
    }

    fn make(kind: &'static str, entry: &'a Name, before: Option<&'a View>, after: &'a View, make: &'a Make) -> Self {
        Self {
            overlap_seconds: Some(make.overlap.as_secs()),
            events_as_written: Some(&make.wanted.events_as_written),
            ..Self::new(kind, entry, before, Some(after))
        }
    }

    /// The leaf of a change.
    pub(super) fn of(change: &'a Change) -> Self {
        let Change { name, action, before, after, reasons: _ } = change;
        let (before, after) = (before.as_ref(), after.as_ref());
        let plain = |kind| Self::new(kind, name, before, after);
        match (action, after) {
            (Action::Create(make), Some(view)) => Self::create(name, before, view, make),
            (Action::Replace { make, order, old, beside: _ }, Some(view)) => {
                Self { order: Some(*order), old: Some(old), ..Self::make("replace", name, before, view, make) }
            }
            (Action::Resend { key, make, from, replaces, matches: _, stuck: _ }, Some(view)) => Self {
                key: Some(key),
                from: from.as_ref(),
                old: replaces.as_ref(),
                ..Self::make("resend", name, before, view, make)
            },
            (Action::Delete { endpoint_id, deposed, gone: _ }, _) => {
                Self { old: Some(endpoint_id), ..plain(if *deposed { "retire" } else { "delete" }) }
            }
            (Action::Rename { from }, _) => Self { from: Some(from), ..plain("rename") },
            (Action::Abandon { key }, _) => Self { key: Some(key), ..plain("abandon") },
            (Action::DeleteOrphan { key, endpoint_id }, _) => {
                Self { key: Some(key), old: Some(endpoint_id), ..plain("delete_orphan") }
            }
            (Action::Update(Update { events_as_written, .. }), _) => {
                Self { events_as_written: Some(events_as_written), ..plain("update") }
            }
            (Action::Import { endpoint_id, make, seen: _ }, _) => Self {
                old: Some(endpoint_id),
                events_as_written: Some(&make.wanted.events_as_written),
                ..plain("import")
            },
            (Action::Forget { endpoint_id }, _) => Self { old: Some(endpoint_id), ..plain("forget") },
            (Action::Create(_) | Action::Replace { .. } | Action::Resend { .. }, None) => plain("unknown"),
        }
    }

    pub(super) fn hash(&self) -> String {
        hash("leaf", self)
    }
}

/// One changed guard.
#[derive(Serialize)]
struct GuardLeaf {
    guard: &'static str,
    before: String,
    after: String,
}

impl GuardLeaf {
    fn of(change: &GuardChange) -> Self {
        let (before, after) = change.lines();
        Self { guard: change.word(), before, after }
    }
}

/// The leaves of a plan, sorted.
pub(super) fn leaves(guards: &[GuardChange], changes: &[Change]) -> BTreeSet<String> {
    let guards = guards.iter().map(|change| hash("guard", &GuardLeaf::of(change)));
    guards.chain(changes.iter().map(|change| Leaf::of(change).hash())).collect()
}

/// The hash of a value, under a prefix that no other kind of value has.
pub(super) fn hash(prefix: &str, value: &impl Serialize) -> String {
    let json = serde_json::to_vec(value).expect("a leaf has string keys and no failing parts");
    let mut hasher = Sha256::new();
    hasher.update(format!("hookwright plan {VERSION} {prefix}\n"));
    hasher.update(&json);
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
