//! Desired × state × live × now → a plan: a plain value, made by a pure function. No clock, no network, no disk.

mod attention;
mod change;
mod consequence;
mod diff;
mod drift;
mod entry;
mod finish;
mod guard;
mod id;
mod leaf;
mod limit;
mod live;
mod note;
mod notes;
mod overlap;
mod pattern;
mod pending;
mod reason;
mod recovery;
mod refusal;
mod renames;
mod rest;
mod rotation;
mod scope;
mod spare;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::Desired;
use crate::endpoint::{EndpointId, Name, Observed};
use crate::secrets::CannotEncrypt;
use crate::state::{Guards, Record, State};
use crate::timestamp::Timestamp;

pub(crate) use attention::{Attention, AttentionKind};
pub use change::{Action, Change, Make, Order, Update};
pub(crate) use change::{Kind, View};
pub(crate) use consequence::Consequence;
pub use diff::plan;
pub(crate) use drift::{Drift, DriftKind};
pub(crate) use guard::GuardChange;
pub(crate) use id::PlanId;
pub(crate) use leaf::Header;
pub(crate) use note::{Note, NoteKind};
pub(crate) use reason::Reason;
pub(crate) use recovery::outlived;
pub use recovery::{Candidates, Ledger, Next, needs_second_look};
#[cfg(test)]
pub(crate) use refusal::NameFlag;
pub(crate) use refusal::{Protected, Refusal, RefusalKind};
pub(crate) use scope::Scope;
pub(crate) use spare::Spare;

/// All that a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// What is wanted.
    pub desired: &'a Desired,
    /// What is remembered, its journal replayed.
    pub state: &'a State,
    /// What the API lists; `None` for a plan that did not ask.
    pub live: Option<&'a [Observed]>,
    /// The guards that the file sets.
    pub guards: &'a Guards,
    /// The account, where it is known.
    pub team: Option<&'a str>,
    /// The moment that overlaps and due dates are judged by.
    pub now: Timestamp,
    /// The file's environment, where it has several.
    pub environment: Option<&'a str>,
    /// What the command line chose.
    pub choices: &'a Choices,
    /// Why no secret can be encrypted, if so: whatever makes an endpoint is refused then.
    pub cannot_encrypt: Option<&'a CannotEncrypt>,
    /// Endpoints that other environments of the configuration manage: not unmanaged, and never an orphan of ours.
    pub elsewhere: &'a BTreeSet<EndpointId>,
}

/// What the command line chose.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Plan to delete everything.
    pub destroy: bool,
    /// Entries that may be made beside an exact live duplicate.
    pub allow_duplicate: BTreeSet<String>,
    /// Entries that may be deleted or replaced beyond `max_deletes`; `*` is a wildcard.
    pub allow_delete: BTreeSet<String>,
    /// Plan these entries alone; `*` is a wildcard. Empty: all.
    pub targets: BTreeSet<String>,
    /// Replace these entries, though nothing of them changed; `*` is a wildcard.
    pub replace: BTreeSet<String>,
    /// Take over what is live into the state, and plan nothing else.
    pub refresh_only: bool,
    /// Plan due retirements, and nothing else.
    pub retire_only: bool,
    /// Predecessors that are kept although their overlap has ended.
    pub postponed: BTreeSet<EndpointId>,
    /// Whether a state may be planned none of whose endpoints is listed.
    pub allow_all_gone: bool,
    /// Entries that get a successor now, and how long their predecessor stays: nothing else is planned then.
    pub rotate: BTreeMap<Name, Duration>,
    /// Entries whose predecessors go now: nothing else is planned then.
    pub finish: BTreeSet<Name>,
}

impl Choices {
    /// Whether only the named entries are planned, as they are.
    pub fn is_rotation(&self) -> bool {
        !(self.rotate.is_empty() && self.finish.is_empty())
    }
}

/// What an apply would do, and all that a reader should know first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Names the actions, the values and the header, and nothing else.
    pub id: PlanId,
    /// Under what it was made.
    pub header: Header,
    /// Whether the API was asked.
    pub refreshed: bool,
    /// What it looked at: what is outside of that may differ still.
    #[serde(default)]
    pub scope: Scope,
    /// The file's environment, where it has several.
    pub environment: Option<String>,
    /// Guards that differ from those of the last apply.
    pub guards: Vec<GuardChange>,
    /// The changes, destructive ones first, then by name.
    pub changes: Vec<Change>,
    /// What changed behind hookwright's back, by name.
    pub drift: Vec<Drift>,
    /// Live endpoints that are nobody's here, by id.
    pub unmanaged: Vec<Observed>,
    /// What is worth knowing and asks for nothing.
    pub notes: Vec<Note>,
    /// Why an apply would be refused; empty where it would not.
    pub refusals: Vec<Refusal>,
    /// Hosts that events would go to and that no endpoint of the state has, sorted.
    pub new_hosts: Vec<String>,
    /// Entries that need nothing, by name.
    pub unchanged: Vec<(Name, View)>,
    /// What a listing shows to be over: an apply records it first. No change, no note.
    #[serde(skip)]
    pub tidy: Vec<Record>,
    /// How many orphans that it does not name an apply may delete.
    #[serde(skip)]
    pub spare: Spare,
}

/// How many of each action, in the words of the JSON plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Summary {
    /// `+`
    pub create: usize,
    /// `-`
    pub delete: usize,
    /// `+/-` and `-/+`
    pub replace: usize,
    /// `→`
    pub rename: usize,
    /// `<=`
    pub import: usize,
    /// `!`
    pub recover: usize,
    /// `~`, changed guards among them
    pub update: usize,
    /// `x`
    pub forget: usize,
}

impl Choices {
    /// Whether an entry is among the targets.
    pub(crate) fn targets(&self, name: &Name) -> bool {
        self.targets.is_empty() || pattern::any(&self.targets, name)
    }

    /// Whether an entry is to be replaced.
    pub(crate) fn replaces(&self, name: &Name) -> bool {
        pattern::any(&self.replace, name)
    }
}

impl Plan {
    /// Whether an apply would change nothing.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.guards.is_empty()
    }

    /// How many of each.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary { update: self.guards.len(), ..Summary::default() };
        for change in &self.changes {
            *match change.action.kind() {
                Kind::Create => &mut summary.create,
                Kind::Delete => &mut summary.delete,
                Kind::Replace => &mut summary.replace,
                Kind::Rename => &mut summary.rename,
                Kind::Import => &mut summary.import,
                Kind::Recover => &mut summary.recover,
                Kind::Update => &mut summary.update,
                Kind::Forget => &mut summary.forget,
            } += 1;
        }
        summary
    }
}
