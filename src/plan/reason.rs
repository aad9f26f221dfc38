//! Why something would be done.

use serde::{Deserialize, Serialize};

use crate::endpoint::Attribute;
use crate::timestamp::Timestamp;

/// Why something would be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
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
