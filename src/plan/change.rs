//! What would be done to one entry, with all that doing it takes.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Reason;
use crate::config::ReplaceOrder;
use crate::endpoint::{EndpointId, Name, Observed, Spec, Wanted, Words};

/// One change.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
}

/// An endpoint as a plan shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
        /// How many predecessors the entry has already.
        #[serde(default)]
        beside: usize,
    },
    /// Delete an endpoint.
    Delete {
        /// Which.
        endpoint_id: EndpointId,
        /// Whether it is a predecessor.
        deposed: bool,
        /// Whether listings lack it already; its deletion is sent all the same, and costs nobody anything.
        #[serde(default)]
        gone: bool,
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
        /// Whether nothing is sent, since too many endpoints may be its outcome and none is certain.
        #[serde(default)]
        stuck: bool,
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

/// The kinds of action that every summary counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// `-`
    Delete,
    /// `+/-` and `-/+`
    Replace,
    /// `x`
    Forget,
    /// `!`
    Recover,
    /// `+`
    Create,
    /// `<=`
    Import,
    /// `→`
    Rename,
    /// `~`
    Update,
}

/// Which comes first in a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Make {
    /// What the entry wants.
    #[serde(flatten)]
    pub wanted: Wanted,
    /// The gone endpoint that this one stands in for: remembered as gone before the create is sent.
    pub gone: Option<EndpointId>,
    /// How long a replaced endpoint is kept beside this one.
    pub overlap: Duration,
    /// Live endpoints of the same spec: known before the send, so never its outcome.
    #[serde(skip)]
    pub live_before: BTreeSet<EndpointId>,
}

/// What the state alone knows of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Update {
    /// Its rotation.
    pub rotation: u32,
    /// Its protection.
    pub prevent_destroy: bool,
    /// What is live, where the state takes that over.
    pub spec: Option<Spec>,
    /// The events as the file writes them.
    pub events_as_written: Words,
}

impl Action {
    /// What kind of action it is.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Create(_) => Kind::Create,
            Self::Replace { .. } => Kind::Replace,
            Self::Delete { .. } => Kind::Delete,
            Self::Rename { .. } => Kind::Rename,
            Self::Resend { .. } | Self::Abandon { .. } | Self::DeleteOrphan { .. } => Kind::Recover,
            Self::Update(_) => Kind::Update,
            Self::Import { .. } => Kind::Import,
            Self::Forget { .. } => Kind::Forget,
        }
    }

    /// The word of the JSON plan.
    pub fn word(&self) -> &'static str {
        self.kind().into()
    }

    /// Whether an endpoint or its secret ends.
    pub fn is_destructive(&self) -> bool {
        match self {
            Self::Delete { .. } | Self::Replace { .. } | Self::Forget { .. } | Self::DeleteOrphan { .. } => true,
            Self::Create(_)
            | Self::Rename { .. }
            | Self::Resend { .. }
            | Self::Abandon { .. }
            | Self::Update(_)
            | Self::Import { .. } => false,
        }
    }

    /// The place in a plan: destructive actions first.
    pub(super) fn rank(&self) -> u8 {
        match self {
            Self::Delete { .. } => 0,
            Self::Forget { .. } | Self::Replace { .. } => 1,
            Self::DeleteOrphan { .. } => 2,
            Self::Abandon { .. } => 3,
            Self::Resend { .. } => 4,
            Self::Create(_) => 5,
            Self::Import { .. } => 6,
            Self::Rename { .. } => 7,
            Self::Update(_) => 9,
        }
    }
}
