//! Desired × state × live × now → a plan: a plain value, made by a pure function. No clock, no network, no disk.

mod diff;
mod entry;
mod id;
mod recovery;
mod refusal;
mod renames;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::Serialize;

use crate::config::{Attribute, Desired, ReplaceOrder};
use crate::endpoint::{EndpointId, Name, Observed, Spec};
use crate::state::{Guards, State};
use crate::timestamp::Timestamp;

pub use diff::plan;
pub use id::PlanId;
pub use recovery::{Matches, judge, settles};
pub use refusal::Refusal;

/// All that a plan is made from.
#[derive(Debug, Clone, Copy)]
pub struct World<'a> {
    /// What is wanted.
    pub desired: &'a Desired,
    /// What is remembered, its journal folded in.
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
}

/// What the command line chose.
#[derive(Debug, Clone, Default)]
pub struct Choices {
    /// Plan to delete everything.
    pub destroy: bool,
    /// Entries that may be made beside an exact live twin.
    pub allow_duplicate: BTreeSet<String>,
    /// Entries that may be deleted or replaced beyond `max_deletes`; `*` is a wildcard.
    pub allow_delete: BTreeSet<String>,
    /// Whether a state may be planned none of whose endpoints is listed.
    pub allow_all_gone: bool,
}

/// What an apply would do, and all that a reader should know first.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Names the actions, the values and the guards, and nothing else.
    pub id: PlanId,
    /// Whether the API was asked.
    pub refreshed: bool,
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
    pub notes: Vec<String>,
    /// Why an apply would be refused; empty where it would not.
    pub refusals: Vec<Refusal>,
    /// Hosts that events would go to and that no endpoint of the state has, sorted.
    pub new_hosts: Vec<String>,
    /// Entries that need nothing, by name.
    pub unchanged: Vec<(Name, View)>,
    /// Intents that a listing has settled: an apply drops them. No change, no note.
    pub settled: Vec<String>,
}

/// A guard of the file that differs from the last apply's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GuardChange {
    /// The key in the file.
    pub guard: &'static str,
    /// The last apply's.
    pub before: String,
    /// The file's.
    pub after: String,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The entry.
    pub name: Name,
    /// What would be done.
    pub action: Action,
    /// What is, as far as it matters.
    pub before: Option<View>,
    /// What would be.
    pub after: Option<View>,
    /// Why.
    pub reasons: Vec<Reason>,
    /// What it leads to.
    pub consequences: Vec<String>,
}

/// An endpoint as a plan shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct View {
    /// Url, events, description.
    #[serde(flatten)]
    pub spec: Spec,
    /// Its id; `None` where it is known after apply.
    pub endpoint_id: Option<EndpointId>,
    /// Its rotation.
    pub rotation: u32,
    /// Its protection.
    pub prevent_destroy: bool,
}

/// What would be done, with all that doing it takes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Make an endpoint.
    Create(Make),
    /// Make an endpoint in another's place.
    Replace {
        /// The new one.
        make: Make,
        /// The old one.
        old: EndpointId,
        /// Which comes first.
        order: Order,
    },
    /// Delete an endpoint.
    Delete {
        /// Which.
        endpoint_id: EndpointId,
        /// Whether it is a predecessor whose overlap has ended.
        deposed: bool,
    },
    /// Move an endpoint to another name; the API does not know.
    Rename {
        /// The old name.
        from: Name,
    },
    /// Finish a create whose outcome was never known: send the same bytes again.
    Resend {
        /// The intent.
        key: String,
        /// What is made.
        make: Make,
        /// The name that the intent was written under, where it is another.
        from: Option<Name>,
        /// Live endpoints that may be the lost outcome.
        matches: Vec<EndpointId>,
        /// The endpoint that it replaces, if any.
        replaces: Option<EndpointId>,
    },
    /// Give up a create that is no longer wanted: never send it again.
    Abandon {
        /// The intent.
        key: String,
    },
    /// Delete what is certainly the orphan of a create whose answer was lost.
    DeleteOrphan {
        /// The intent.
        key: String,
        /// Which.
        endpoint_id: EndpointId,
    },
    /// Change what the state alone knows.
    Update(Update),
    /// Adopt an endpoint that exists; its secret stays unknown.
    Import {
        /// Which.
        endpoint_id: EndpointId,
        /// What the entry wants, and the endpoint is.
        make: Make,
        /// The endpoint as listed; `None` where nobody asked.
        #[serde(skip)]
        seen: Option<Observed>,
    },
    /// Forget an endpoint without deleting it.
    Forget {
        /// Which.
        endpoint_id: EndpointId,
    },
}

/// Which comes first in a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// `+/-`
    CreateFirst,
    /// `-/+`
    DestroyFirst,
}

impl From<ReplaceOrder> for Order {
    fn from(order: ReplaceOrder) -> Self {
        match order {
            ReplaceOrder::CreateFirst => Self::CreateFirst,
            ReplaceOrder::DestroyFirst => Self::DestroyFirst,
        }
    }
}

/// An endpoint to make.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Make {
    /// What is sent.
    pub spec: Spec,
    /// The events as the file writes them.
    pub events_as_written: Vec<String>,
    /// The entry's rotation.
    pub rotation: u32,
    /// The entry's protection.
    pub prevent_destroy: bool,
    /// The gone endpoint that this one stands in for: deleted first, so that a 404 confirms it.
    pub gone: Option<EndpointId>,
    /// How long a replaced endpoint is kept beside this one.
    pub overlap: Duration,
    /// Live endpoints of the same spec: known before the send, so never its outcome.
    #[serde(skip)]
    pub live_before: BTreeSet<EndpointId>,
}

/// What the state alone knows of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Update {
    /// Its rotation.
    pub rotation: u32,
    /// Its protection.
    pub prevent_destroy: bool,
    /// What is live, where the state takes that over.
    pub spec: Option<Spec>,
    /// The events as the file writes them.
    pub events_as_written: Vec<String>,
}

/// Why something would be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The file has it, the state does not.
    NotInState,
    /// The state has it, the file does not.
    NotInConfig,
    /// Everything is to be destroyed.
    Destroy,
    /// The attribute differs, and the API has no update.
    Changed(#[serde(serialize_with = "attribute")] Attribute),
    /// The file raised `rotation`.
    Rotation {
        /// From.
        from: u32,
        /// To.
        to: u32,
    },
    /// Two listings did not have it.
    Gone,
    /// Live, the attribute is no longer what was made.
    ChangedRemotely(#[serde(serialize_with = "attribute")] Attribute),
    /// Its overlap ended.
    OverlapEnded(Timestamp),
    /// Its attributes moved here unchanged, or `[moved]` says so.
    Moved,
    /// A create's answer was lost.
    AnswerLost,
    /// The entry no longer wants what was sent.
    NoLongerWanted,
    /// `[removed]` names it.
    Removed,
    /// `[imports]` names it.
    Imported,
    /// The file's `prevent_destroy` differs from the state's.
    Protection,
    /// The events are the same, written otherwise.
    EventsRewritten,
    /// The file lowered `rotation`, which renews nothing.
    RotationLowered,
    /// Live is what the file wants.
    LiveAgrees,
}

fn attribute<S: serde::Serializer>(attribute: &Attribute, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(attribute.word())
}

impl Attribute {
    /// The key in the file.
    pub fn word(self) -> &'static str {
        match self {
            Self::Url => "url",
            Self::Events => "events",
            Self::Description => "description",
        }
    }
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotInState => f.write_str("it is in the configuration and not in the state"),
            Self::NotInConfig => f.write_str("it is not in the configuration"),
            Self::Destroy => f.write_str("everything is to be destroyed"),
            Self::Changed(attribute) => write!(f, "{} changed, and the API has no update", attribute.word()),
            Self::Rotation { from, to } => write!(f, "rotation was raised from {from} to {to}"),
            Self::Gone => f.write_str("it is gone: somebody deleted it outside of hookwright"),
            Self::ChangedRemotely(attribute) => write!(f, "{} was changed outside of hookwright", attribute.word()),
            Self::OverlapEnded(until) => write!(f, "its overlap ended at {until}"),
            Self::Moved => f.write_str("its attributes are unchanged and its name is another"),
            Self::AnswerLost => f.write_str("an earlier run sent its create and never learned the outcome"),
            Self::NoLongerWanted => f.write_str("the configuration no longer wants what an earlier run sent"),
            Self::Removed => f.write_str("[removed] names it"),
            Self::Imported => f.write_str("[imports] names it"),
            Self::Protection => f.write_str("prevent_destroy changed"),
            Self::EventsRewritten => f.write_str("the events are the same set, written otherwise"),
            Self::RotationLowered => f.write_str("rotation was lowered, which renews nothing"),
            Self::LiveAgrees => f.write_str("live it already is what the configuration wants"),
        }
    }
}

/// What changed behind hookwright's back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Drift {
    /// The entry.
    pub name: Name,
    /// Its endpoint.
    pub endpoint_id: EndpointId,
    /// What happened to it.
    #[serde(flatten)]
    pub kind: DriftKind,
}

/// What happened to an endpoint outside of hookwright.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DriftKind {
    /// It is listed no more.
    Gone,
    /// Attributes differ.
    Changed {
        /// Attribute, remembered, live; all as text.
        attributes: Vec<(&'static str, String, String)>,
    },
    /// The secret's last four differ: somebody may hold a new one.
    Secret {
        /// Remembered.
        before: String,
        /// Live.
        after: String,
    },
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

impl Action {
    /// The word of the JSON plan.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Create(_) => "create",
            Self::Replace { .. } => "replace",
            Self::Delete { .. } => "delete",
            Self::Rename { .. } => "rename",
            Self::Resend { .. } | Self::Abandon { .. } | Self::DeleteOrphan { .. } => "recover",
            Self::Update(_) => "update",
            Self::Import { .. } => "import",
            Self::Forget { .. } => "forget",
        }
    }

    /// Whether an endpoint of the team's ends.
    pub fn is_destructive(&self) -> bool {
        matches!(self, Self::Delete { .. } | Self::Replace { .. })
    }

    /// The place in a plan: destructive actions first.
    fn rank(&self) -> u8 {
        match self {
            Self::Delete { .. } => 0,
            Self::Replace { .. } => 1,
            Self::DeleteOrphan { .. } => 2,
            Self::Abandon { .. } => 3,
            Self::Resend { .. } => 4,
            Self::Create(_) => 5,
            Self::Import { .. } => 6,
            Self::Rename { .. } => 7,
            Self::Forget { .. } => 8,
            Self::Update(_) => 9,
        }
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
            *match change.action.word() {
                "create" => &mut summary.create,
                "replace" => &mut summary.replace,
                "delete" => &mut summary.delete,
                "rename" => &mut summary.rename,
                "recover" => &mut summary.recover,
                "import" => &mut summary.import,
                "forget" => &mut summary.forget,
                _ => &mut summary.update,
            } += 1;
        }
        summary
    }
}
