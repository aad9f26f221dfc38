//! What is worth knowing, in words.

use super::super::sentence::{Sentence, id, own, quoted, sentence};
use super::names;
use crate::endpoint::Name;
use crate::plan::{Note, NoteKind};
use crate::quote::count;

/// One note, under the name of its entry.
pub(in crate::render) fn note(note: &Note) -> Sentence {
    let body = kind(&note.kind);
    match &note.name {
        Some(name) => sentence("`{}`: ", [own(name)]).then(body),
        None => body,
    }
}

fn kind(kind: &NoteKind) -> Sentence {
    use NoteKind as N;
    match kind {
        N::LeftOut { changes } => sentence(
            "`--target` limits this plan and leaves {} out; what is live may differ from the configuration afterwards",
            [own(count(*changes, "other change"))],
        ),
        N::RekeyNeeded { names: entries } => sentence(
            "the secrets of {} are encrypted to other recipients than the file's; run `hookwright secret rekey`",
            [names(entries.iter())],
        ),
        N::SecretsUnknown { names, rotation } => secrets_unknown(names, *rotation),
        N::GroupsGrew { events } => {
            let events = events.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            sentence("its event groups now include {}; to receive them, edit its events", [quoted(events)])
        }
        N::RenewalDue { since, rotation } => {
            sentence("its secret is due for renewal since {}; raise its rotation to {}", [own(since), own(rotation)])
        }
        N::Duplicated { endpoint_id } => {
            sentence("{} is live, unmanaged and a duplicate of it, so every event comes twice", [id(endpoint_id)])
        }
        N::PredecessorLives { endpoint_id } => {
            sentence("it is gone and its predecessor {} is live; a plain apply creates a new one", [id(endpoint_id)])
        }
        N::DeletionSent { endpoint_id, at } => sentence(
            "the deletion of {} was sent at {} and may still arrive; until then it counts as live",
            [id(endpoint_id), own(at)],
        ),
        N::MayBeLost { endpoint_id } => {
            sentence("{} may be left of a lost create or belong to somebody else; it is left alone", [id(endpoint_id)])
        }
        N::MayStillArrive => sentence(
            "the answer of an earlier create was lost, and it may still arrive; a listing ten minutes later tells",
            [],
        ),
        N::Overlap { endpoint_id, until, times: 2 } => sentence(
            "every event arrives twice until {}; the next apply after that deletes the predecessor {}",
            [own(until), id(endpoint_id)],
        ),
        N::Overlap { endpoint_id, until, times } => sentence(
            "every event arrives {} times until {}; the next apply after that deletes the predecessor {}",
            [own(times), own(until), id(endpoint_id)],
        ),
        N::PredecessorMissing { endpoint_id, until } => {
            sentence("its predecessor {} is no longer listed; its overlap ends at {}", [id(endpoint_id), own(until)])
        }
        N::SuccessorMissing { endpoint_id } => sentence(
            "its predecessor {} stays live although its overlap has ended, since its successor is not listed",
            [id(endpoint_id)],
        ),
        N::RetirementPostponed { endpoint_id } => sentence(
            "the retirement of its predecessor {} is postponed, since its overlap ended after the review",
            [id(endpoint_id)],
        ),
        N::RetirementOverLimit { endpoint_id, most } => sentence(
            "the retirement of its predecessor {} is postponed, since `[safety] max_deletes` is {}",
            [id(endpoint_id), own(most)],
        ),
        N::TurnedUp { endpoint_id } => {
            sentence("{} was gone and is listed again; it stays live until its successor is listed", [id(endpoint_id)])
        }
        N::TurnedUpAfterReview { endpoint_id } => sentence(
            "{} was gone and is listed again; its deletion is postponed, since it turned up after the review",
            [id(endpoint_id)],
        ),
    }
}

fn secrets_unknown(entries: &[Name], rotation: u32) -> Sentence {
    match entries {
        [name] => sentence(
            "`{}`: its signing secret is unknown; raise its rotation to {} to renew it, or store it with `hookwright import {} --secret-stdin`",
            [own(name), own(rotation), own(name)],
        ),
        all => sentence(
            "the signing secrets of {} are unknown; their consumers have them. Store one with `hookwright import {} --secret-stdin`, or raise an entry's `rotation` for a new endpoint with a new secret",
            [names(all.iter()), own(all.first().map_or("NAME", Name::as_str))],
        ),
    }
}
