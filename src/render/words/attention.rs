//! What a person must act on, in words.

use super::super::sentence::{Sentence, own, sentence};
use crate::plan::{Attention, AttentionKind};

/// What happened.
pub(in crate::render) fn attention(attention: &Attention<'_>) -> &'static str {
    match attention.kind {
        AttentionKind::SecretChanged => {
            "the signing secret was changed outside of hookwright; the one in the state is stale, and somebody else may hold the new one"
        }
        AttentionKind::PredecessorChanged => {
            "this predecessor was changed outside of hookwright, and it receives every event until its overlap ends"
        }
    }
}

/// The command that replaces it at once, or ends it: whoever changed it may hold what it sends.
pub(in crate::render) fn remedy(attention: &Attention<'_>) -> String {
    let name = &attention.drift.name;
    match attention.kind {
        AttentionKind::SecretChanged => format!("hookwright secret rotate {name} --overlap 0s"),
        AttentionKind::PredecessorChanged => format!("hookwright secret rotate {name} --finish"),
    }
}

/// What to do about it.
pub(in crate::render) fn hint(attention: &Attention<'_>) -> Sentence {
    let words = match attention.kind {
        AttentionKind::SecretChanged => "to replace it now, run `{}`",
        AttentionKind::PredecessorChanged => "to delete it now, run `{}`",
    };
    sentence(words, [own(remedy(attention))])
}
