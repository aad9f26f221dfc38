//! A guard that differs from the last apply's, as a field.

use std::collections::BTreeSet;

use super::field::{Delta, Field, Value, items};
use crate::plan::GuardChange;

/// The words for a list of hosts that is not there.
const ANY_HOST: &str = "any host";

fn hosts(hosts: &Option<BTreeSet<String>>) -> BTreeSet<&str> {
    hosts.as_ref().map_or_else(|| [ANY_HOST].into(), items)
}

/// Before and after, sets item by item.
pub(super) fn field(change: &GuardChange) -> Field<'_> {
    let limit = |most: &Option<u32>| most.map_or(Value::Words("no limit"), Value::Number);
    let key = change.word();
    match change {
        GuardChange::BaseUrl { before, after } => {
            Field::new(key, Delta::Change(Value::Text(before), Value::Text(after)))
        }
        GuardChange::Recipients { before, after } => Field::set(key, &items(before), &items(after)),
        GuardChange::AllowedHosts { before, after } => Field::set(key, &hosts(before), &hosts(after)),
        GuardChange::MaxDeletes { before, after } => Field::new(key, Delta::Change(limit(before), limit(after))),
    }
}
