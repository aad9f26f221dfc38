//! The events of an entry: words checked and groups expanded.

use std::collections::BTreeSet;

use crate::config::syntax::errors::{Errors, quoted_short};
use crate::config::syntax::tree::Item;
use crate::config::values::fill::Filled;
use crate::config::values::variables::Variables;
use crate::diagnostic::FileError;
use crate::endpoint::{KNOWN_EVENTS, expand_event};

/// A value that would do.
const EXAMPLE: &str = "\"tool_execution.succeeded\"";
const EXAMPLES: &str = "[\"tool_execution.succeeded\"]";

/// What a list of events says.
#[derive(Debug, Clone, Default)]
pub(in crate::config) struct Events {
    /// The words as written.
    pub(in crate::config) written: BTreeSet<String>,
    /// What they stand for.
    pub(in crate::config) expanded: BTreeSet<String>,
}

/// Whether events that this version does not know are let through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Unknown {
    Refused,
    Allowed,
}

impl From<bool> for Unknown {
    fn from(allow_unknown_events: bool) -> Self {
        if allow_unknown_events { Self::Allowed } else { Self::Refused }
    }
}

/// Reads `events`; `None` where any of it is wrong.
pub(in crate::config) fn read(
    item: Item<'_>,
    unknown: Unknown,
    variables: &Variables<'_>,
    errors: &mut Errors,
) -> Option<Events> {
    let Some(list) = item.list(EXAMPLE, errors) else {
        // A word that stands alone is judged too: both errors are corrected at once.
        if item.as_text().is_some()
            && let Some(text) = variables.text(item, EXAMPLES, errors)
        {
            expand(&text, unknown, errors);
        }
        return None;
    };
    if list.is_empty() {
        let hint = format!("write at least one, such as `events = {EXAMPLES}`; to drop the endpoint, remove its entry");
        errors.push(FileError::new("`events` is empty", item.span(), "").hint(hint));
        return None;
    }
    let mut events = Events::default();
    let mut whole = true;
    for element in &list {
        let text = variables.text(*element, EXAMPLES, errors);
        let expanded = text.as_ref().and_then(|text| expand(text, unknown, errors));
        match (text, expanded) {
            (Some(text), Some(expanded)) => {
                events.written.insert(text.text.into_owned());
                events.expanded.extend(expanded);
            }
            _ => whole = false,
        }
    }
    whole.then_some(events)
}

fn expand(event: &Filled<'_>, unknown: Unknown, errors: &mut Errors) -> Option<Vec<String>> {
    let known = expand_event(&event.text);
    if !known.is_empty() {
        return Some(known.into_iter().map(str::to_owned).collect());
    }
    if unknown == Unknown::Allowed && is_plausible(&event.text) {
        return Some(vec![event.text.to_string()]);
    }
    errors.push(unknown_event(event, errors));
    None
}

/// Whether a word may be an event of a later API.
fn is_plausible(text: &str) -> bool {
    (1..=128).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.-:".contains(c))
}

fn unknown_event(event: &Filled<'_>, errors: &Errors) -> FileError {
    let groups = groups();
    let known = KNOWN_EVENTS.into_iter().chain(groups.iter().map(String::as_str));
    let label = errors.guess(&event.text, known).map(|meant| format!("did you mean `{meant}`?")).unwrap_or_default();
    let hint = if is_plausible(&event.text) {
        "correct the word, or write `allow_unknown_events = true` in the entry if the API knows it".to_owned()
    } else {
        format!("write an event or a group: {}", groups.iter().map(|g| format!("`{g}`")).collect::<Vec<_>>().join(", "))
    };
    FileError::new(format!("unknown event {}", quoted_short(&event.text)), event.span.clone(), label).hint(hint)
}

/// Every group that an event may be written as.
pub(in crate::config) fn groups() -> BTreeSet<String> {
    let ends = |event: &'static str| event.match_indices('.').map(move |(dot, _)| format!("{}.*", &event[..dot]));
    KNOWN_EVENTS.into_iter().flat_map(ends).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_group_expands() {
        let groups = groups();
        assert!(groups.contains("file.*") && groups.contains("file.upload.*"));
        assert!(groups.iter().all(|group| !expand_event(group).is_empty()));
    }
}
