//! Every sentence about a plan: what the plan says as data becomes words here, and nowhere else.

mod alarm;
mod attention;
mod consequence;
mod note;
mod reason;
mod refusal;
mod verdict;

use super::sentence::{Part, Sentence, own, quoted, sentence};
use crate::endpoint::{Attributed, Name, Observed, Spec};

pub(super) use alarm::{Alarm, alarms, is_grave, label};
pub(super) use attention::{attention, hint, remedy};
pub(super) use consequence::{brief, consequence};
pub(super) use note::note;
pub(super) use reason::reason;
#[cfg(test)]
pub(super) use refusal::placed;
pub(super) use refusal::{Told, refusal, told, ways};
pub(super) use verdict::{briefly, unchanged};

/// How many names a sentence gives before the rest is a count.
const NAMED: usize = 8;

/// The first names, and a count of the rest.
fn names<'a>(names: impl ExactSizeIterator<Item = &'a Name>) -> Part {
    let more = names.len().saturating_sub(NAMED);
    let shown = names.take(NAMED).map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    own(if more > 0 { format!("{shown} and {more} more") } else { shown })
}

/// How a listed endpoint differs from what an entry wants, on one line, unable to act.
pub(crate) fn differences(wanted: &Spec, seen: &Observed) -> String {
    let wanted = wanted.canonical();
    differing(&wanted, &seen.as_spec(&wanted).canonical()).plain()
}

/// How a live endpoint differs from what an entry wants, both in canonical form.
fn differing(wanted: &Spec, live: &Spec) -> Sentence {
    let differing = wanted.differing(live).into_iter().map(|attribute| {
        let (live, wanted) = (text(live.get(attribute)), text(wanted.get(attribute)));
        sentence("{} is {} and the entry has {}", [own(attribute.word()), quoted(live), quoted(wanted)])
    });
    Sentence::joined(differing, "; ")
}

/// An attribute's value on one line.
pub(super) fn text(value: Attributed<'_>) -> String {
    match value {
        Attributed::Text(text) => text.unwrap_or_default().to_owned(),
        Attributed::Set(items) => items.iter().map(String::as_str).collect::<Vec<_>>().join(", "),
    }
}
