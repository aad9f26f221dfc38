//! Why something would be done, in words.

use super::super::sentence::{Sentence, own, sentence};
use crate::plan::Reason;

/// One reason.
pub(in crate::render) fn reason(reason: &Reason) -> Sentence {
    match reason {
        Reason::NotInState => sentence("it is in the configuration and not in the state", []),
        Reason::NotInConfig => sentence("it is not in the configuration", []),
        Reason::Destroy => sentence("this command destroys everything", []),
        Reason::Changed(attribute) => sentence("{} changed, and the API has no update", [own(attribute.word())]),
        Reason::Rotation { from, to } => sentence("rotation was raised from {} to {}", [own(from), own(to)]),
        Reason::Requested => sentence("`--replace` requests it", []),
        Reason::Rotate => sentence("`secret rotate` requests a new secret", []),
        Reason::Finish => sentence("`secret rotate --finish` ends its overlap", []),
        Reason::Gone => sentence("it was deleted outside of hookwright", []),
        Reason::DeletedBefore => sentence("an earlier run deleted its endpoint", []),
        Reason::TurnedUp => sentence("it was gone, has a successor, and is live again", []),
        Reason::ChangedRemotely(attribute) => sentence("{} was changed outside of hookwright", [own(attribute.word())]),
        Reason::OverlapEnded(until) => sentence("its overlap ended at {}", [own(until)]),
        Reason::Moved => sentence("only its name changed", []),
        Reason::AnswerLost => sentence("an earlier run sent its create and never received the answer", []),
        Reason::NoLongerWanted => sentence("the configuration no longer wants what an earlier run sent", []),
        Reason::Removed => sentence("`[removed]` names it", []),
        Reason::Imported => sentence("`[imports]` names it", []),
        Reason::Protection => sentence("prevent_destroy changed", []),
        Reason::EventsRewritten => sentence("the events are the same set, written differently", []),
        Reason::RotationLowered => sentence("rotation was lowered, which renews nothing", []),
        Reason::Refreshed => sentence("`--refresh-only` takes over what is live", []),
        Reason::LiveAgrees => sentence("the live endpoint already is what the configuration wants", []),
    }
}
