//! Why something would be done, in words; and what changed behind hookwright's back.

use serde::{Deserialize, Serialize};

use crate::config::Attribute;
use crate::endpoint::{EndpointId, Name};
use crate::timestamp::Timestamp;

/// Why something would be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The file has it, the state does not.
    NotInState,
    /// The state has it, the file does not.
    NotInConfig,
    /// Everything is to be destroyed.
    Destroy,
    /// The attribute differs, and the API has no update.
    Changed(Attribute),
    /// The file raised `rotation`.
    Rotation {
        /// From.
        from: u32,
        /// To.
        to: u32,
    },
    /// The command line asks for it.
    Requested,
    /// The command line asked for a successor, whatever the file says.
    Rotate,
    /// The command line ended its overlap.
    Finish,
    /// Two listings did not have it.
    Gone,
    /// An earlier run deleted its endpoint.
    DeletedBefore,
    /// It was gone, and listings have it again.
    TurnedUp,
    /// Live, the attribute is no longer what was made.
    ChangedRemotely(Attribute),
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
    /// --refresh-only takes over what is live.
    Refreshed,
    /// Live is what the file wants.
    LiveAgrees,
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
            Self::Requested => f.write_str("--replace asks for it"),
            Self::Rotate => f.write_str("`secret rotate` asked for a new secret"),
            Self::Finish => f.write_str("`secret rotate --finish` ended its overlap"),
            Self::Gone => f.write_str("it is gone: somebody deleted it outside of hookwright"),
            Self::DeletedBefore => f.write_str("an earlier run deleted its endpoint"),
            Self::TurnedUp => f.write_str("it was gone, has a successor, and is live again"),
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
            Self::Refreshed => f.write_str("--refresh-only takes over what is live"),
            Self::LiveAgrees => f.write_str("live it already is what the configuration wants"),
        }
    }
}

/// What changed behind hookwright's back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The entry.
    pub name: Name,
    /// Its endpoint.
    pub endpoint_id: EndpointId,
    /// Whether it is a predecessor.
    #[serde(default)]
    pub deposed: bool,
    /// What happened to it.
    #[serde(flatten)]
    pub kind: DriftKind,
}

/// What happened to an endpoint outside of hookwright.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DriftKind {
    /// It is listed no more.
    Gone,
    /// Attributes differ.
    Changed {
        /// Attribute, remembered, live; all as text.
        attributes: Vec<(Attribute, String, String)>,
    },
    /// The secret's last four differ: somebody may hold a new one.
    Secret {
        /// Remembered.
        before: String,
        /// Live.
        after: String,
    },
}
