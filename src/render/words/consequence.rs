//! What a change leads to, in words.

use super::super::sentence::{Sentence, id, own, sentence};
use crate::plan::{Change, Consequence, Reason};
use crate::timestamp::words;

/// The one consequence of a change that a table has room for.
pub(in crate::render) fn brief(change: &Change) -> Sentence {
    use Consequence as C;
    let consequences = change.consequences();
    match consequences.as_slice() {
        [C::NewSecret, ..] => sentence("new signing secret; pass it to the consumer", []),
        [C::SecretChanges, C::Overlap { lasts, .. }, ..] => {
            sentence("new signing secret; the old endpoint stays for {}", [own(words(*lasts))])
        }
        [C::SecretChanges, C::EventsLostMeanwhile, ..] => sentence("new signing secret; events are lost meanwhile", []),
        [C::SecretChanges, C::VerificationFails, ..] if change.reasons.iter().any(is_remote) => {
            sentence("new signing secret, at once; undoes a change made outside of hookwright", [])
        }
        [C::SecretChanges, C::VerificationFails, ..] => sentence("new signing secret, at once", []),
        [C::SecretChanges, C::EventsLostSinceDeletion, ..] => {
            sentence("new signing secret; recreated, since it is gone", [])
        }
        [C::PredecessorEnds, ..] => sentence("it retires; from then on only the new secret verifies", []),
        [C::DeliveriesEnd, ..] => sentence("no more events; its signing secret becomes useless", []),
        [first, ..] => consequence(first),
        [] => Sentence::default(),
    }
}

fn is_remote(reason: &Reason) -> bool {
    matches!(reason, Reason::ChangedRemotely(_))
}

/// One consequence of a change.
pub(in crate::render) fn consequence(consequence: &Consequence) -> Sentence {
    use Consequence as C;
    match consequence {
        C::NewSecret => {
            sentence("new signing secret, stored encrypted in the state; pass it to the consumer after the apply", [])
        }
        C::SecretChanges => sentence("the signing secret changes; update its consumers", []),
        C::EventsLostSinceDeletion => sentence("events since the deletion are lost", []),
        C::EventsLostMeanwhile => sentence("events between the deletion and the creation are lost", []),
        C::VerificationFails => {
            sentence("deliveries fail verification from the deletion until consumers have the new secret", [])
        }
        C::Overlap { lasts, times, same_url: true } => sentence(
            "for {} every event comes {} times, signed with the old secret and with the new one",
            [own(words(*lasts)), own(times)],
        ),
        C::Overlap { lasts, times, same_url: false } => sentence(
            "for {} every event comes {} times: to the old URL signed with the old secret, to the new URL with the new one",
            [own(words(*lasts)), own(times)],
        ),
        C::RetiredLater => sentence("after that, an apply deletes the old endpoint", []),
        C::DeliveriesEnd => sentence("it stops receiving events at once; its signing secret becomes useless", []),
        C::PredecessorEnds => sentence(
            "the predecessor retires and stops receiving events at once; its consumers must have the new secret by then",
            [],
        ),
        C::AlreadyGone => sentence("it is gone already; only the state changes", []),
        C::StateOnly => sentence("only the state changes", []),
        C::NameOnly => sentence("only the state changes; endpoint and secret stay", []),
        C::Refreshed => sentence("only the state changes; a later plan compares the configuration with it", []),
        C::SecretForgotten => {
            sentence("the endpoint stays live; its secret leaves the state, and nobody can read it again", [])
        }
        C::GoneForgotten => sentence("it is gone already; the state forgets it and its secret", []),
        C::SecretUnknown => {
            sentence("only the state changes; the signing secret stays unknown, and raising `rotation` renews it", [])
        }
        C::SentAgain => {
            sentence("the same create is sent again with the same key; its secret is stored encrypted in the state", [])
        }
        C::Stuck => sentence("nothing more is sent until somebody has looked at these endpoints", []),
        C::Replaces { endpoint_id, overlap } if overlap.is_zero() => {
            sentence("it replaces {}, which is deleted once its successor exists", [id(endpoint_id)])
        }
        C::Replaces { endpoint_id, overlap } => sentence(
            "it replaces {}, which stays live for {} after its successor exists",
            [id(endpoint_id), own(words(*overlap))],
        ),
        C::MayBeTheLostOne(endpoint_id) => sentence(
            "{} may be the lost endpoint: it becomes this entry's, or is deleted if it is certainly ours",
            [id(endpoint_id)],
        ),
        C::NeverSentAgain => {
            sentence("it is never sent again; an endpoint that it made is deleted once that is certain", [])
        }
        C::OrphanDeleted(endpoint_id) => {
            sentence("{} is certainly ours and nobody can know its secret, so it is deleted", [id(endpoint_id)])
        }
    }
}
