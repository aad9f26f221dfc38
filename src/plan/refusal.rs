//! Why an apply would be refused: each names its entry, and the way out.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Action, Change, Order, Reason, World, pattern};
use crate::endpoint::{EndpointId, Name, Observed, Spec};
use crate::quote::{count, quoted};
use crate::state::Managed;

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The entry, where it is about one.
    pub name: Option<Name>,
    /// The entry's file, where the configuration has several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// The entry's line in its file, where it stands there.
    pub line: Option<usize>,
    /// What is refused.
    pub message: String,
    /// What lifts it.
    pub hint: String,
    /// The live endpoint that the entry would double, and could adopt.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub duplicate: Option<EndpointId>,
}

/// Every refusal of these changes.
pub(super) fn refusals(world: &World<'_>, changes: &[Change], unmanaged: &[&Observed]) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = all_gone(world).into_iter().collect();
    refusals.extend(unknown_names(world));
    refusals.extend(world.cannot_encrypt.filter(|_| changes.iter().any(makes)).cloned());
    refusals.extend(became_empty(world, changes));
    refusals.extend(twins(world, changes, unmanaged));
    refusals.extend(imports(world, changes));
    refusals.extend(forgotten_in_overlap(world, changes));
    refusals.extend(protected(world, changes));
    refusals.extend(too_many(world, changes));
    refusals
}

/// Whether a change makes an endpoint, and so a secret to encrypt.
fn makes(change: &Change) -> bool {
    matches!(change.action, Action::Create(_) | Action::Replace { .. } | Action::Resend { .. })
}

fn of(world: &World<'_>, name: &Name, message: String, hint: String) -> Refusal {
    let entry = world.desired.webhooks.get(name);
    let (file, line) = (entry.and_then(|entry| entry.file.clone()), entry.map(|entry| entry.line));
    Refusal { name: Some(name.clone()), file, line, message, hint, duplicate: None }
}

fn all_gone(world: &World<'_>) -> Option<Refusal> {
    let live: BTreeSet<&EndpointId> = world.live?.iter().map(|seen| &seen.id).collect();
    // What an earlier run was deleting, or found to be gone, is expected to be missing.
    let expected =
        |managed: &&Managed| managed.ended.is_none() && !world.state.deleting.contains_key(&managed.endpoint_id);
    let expected: Vec<&Managed> = world.state.all().map(|(_, managed)| managed).filter(expected).collect();
    let known = expected.len();
    let gone = known > 0 && expected.iter().all(|managed| !live.contains(&managed.endpoint_id));
    (gone && !world.choices.allow_all_gone).then(|| Refusal {
        name: None,
        file: None,
        line: None,
        duplicate: None,
        message: format!("the state has {}, and the API lists none of them", count(known, "endpoint")),
        hint: "a key of another account is the likeliest cause; if they really are gone: --allow-all-gone".to_owned(),
    })
}

/// A name on the command line that is nobody's: a typing error that would else look like "no changes".
fn unknown_names(world: &World<'_>) -> Vec<Refusal> {
    let known = |pattern: &String| {
        let is = |name: &Name| pattern::matches(pattern, name.as_str());
        world.desired.webhooks.keys().any(is) || world.state.endpoints.keys().any(is)
    };
    let flags = [("--target", &world.choices.targets), ("--replace", &world.choices.replace)];
    let named = flags.into_iter().flat_map(|(flag, names)| names.iter().map(move |name| (flag, name)));
    let refuse = |(flag, name): (&str, &String)| Refusal {
        name: None,
        file: None,
        line: None,
        duplicate: None,
        message: format!("{flag} {} names no entry and no endpoint of the state", crate::quote::quoted(name)),
        hint: "`hookwright state list` shows the names of the state; the others are in the configuration".to_owned(),
    };
    named.filter(|(_, name)| !known(name)).map(refuse).collect()
}

/// A file that lost all of its entries asks to delete everything.
fn became_empty(world: &World<'_>, changes: &[Change]) -> Option<Refusal> {
    if world.choices.destroy || !world.desired.webhooks.is_empty() {
        return None;
    }
    let deleted: Vec<&Name> =
        changes.iter().filter(|c| c.reasons.contains(&Reason::NotInConfig)).map(|c| &c.name).collect();
    let refused = deleted.iter().any(|name| !pattern::any(&world.choices.allow_delete, name));
    refused.then(|| Refusal {
        name: None,
        file: None,
        line: None,
        duplicate: None,
        message: format!(
            "the configuration has no webhooks any more: {} would be deleted",
            count(deleted.len(), "endpoint")
        ),
        hint: "is it the right file? If so: --allow-delete NAME for each ('*' for all), or `hookwright destroy`"
            .to_owned(),
    })
}

/// An endpoint that exists twice was made twice, most likely: by a state that was lost or rolled back.
fn twins(world: &World<'_>, changes: &[Change], unmanaged: &[&Observed]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    if !changes.iter().any(|change| matches!(change.action, Action::Create(_) | Action::Replace { .. })) {
        return refusals;
    }
    let mut by_url: BTreeMap<String, Vec<&Observed>> = BTreeMap::new();
    for seen in unmanaged {
        by_url.entry(key(&seen.url)).or_default().push(seen);
    }
    for change in changes {
        let (Action::Create(make) | Action::Replace { make, .. }) = &change.action else { continue };
        // Whoever rotates names the entry, and its state is at hand: a twin is no sign of a lost one.
        let named = world.choices.rotate.contains_key(&change.name);
        if named || world.choices.allow_duplicate.contains(change.name.as_str()) {
            continue;
        }
        let near = by_url.get(&key(&make.spec.url)).into_iter().flatten();
        if let Some(twin) = near.filter(|seen| seen.is_twin_of(&make.spec)).min_by_key(|seen| &seen.id) {
            let name = &change.name;
            let message =
                format!("`{name}` would be made beside its exact twin {}, which is live and not in the state", twin.id);
            let hint = format!(
                "was the state lost or rolled back? Restore it; or adopt the twin under [imports] ({name} = {}); or, for a second one: --allow-duplicate {name}",
                quoted(twin.id.as_str())
            );
            refusals.push(Refusal { duplicate: Some(twin.id.clone()), ..of(world, name, message, hint) });
        }
    }
    refusals
}

/// An import never leads to a replacement that nobody asked for: what differs is refused.
fn imports(world: &World<'_>, changes: &[Change]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for (name, id) in &world.desired.imports {
        let holder = world.state.all().find(|(_, managed)| managed.endpoint_id == *id).map(|(holder, _)| holder);
        let own = world.state.current(name);
        if world.state.is_being_deleted(id) && own.is_none_or(|own| own.endpoint_id != *id) {
            let message = format!("`{name}` is to adopt {id}, whose deletion was sent and may still arrive");
            refusals.push(of(world, name, message, "remove this import".to_owned()));
        }
        let deposed = |slot: &crate::state::Slot| slot.deposed.iter().any(|old| old.endpoint_id == *id);
        if world.state.endpoints.values().any(deposed) {
            let message = format!("`{name}` is to adopt {id}, which is a predecessor in the state");
            let hint = "a predecessor never becomes current again: remove this import".to_owned();
            refusals.push(of(world, name, message, hint));
        } else if let Some(holder) = holder.filter(|holder| *holder != name && !renamed(changes, holder, name)) {
            let message = format!("`{name}` is to adopt {id}, which is `{holder}` in the state");
            refusals.push(of(world, name, message, format!("a rename is said in [moved]: {name} = \"{holder}\"")));
        } else if let Some(own) = own.filter(|own| own.endpoint_id != *id && holder.is_none()) {
            let message = format!("`{name}` is to adopt {id}, and has {} in the state", own.endpoint_id);
            refusals.push(of(world, name, message, "import it under a name that has no endpoint yet".to_owned()));
        }
    }
    for change in changes {
        let Action::Import { endpoint_id, make, seen } = &change.action else { continue };
        let name = &change.name;
        match seen {
            Some(seen) if !seen.is_twin_of(&make.spec) => {
                let differences = super::differences(&make.spec, seen);
                let message =
                    format!("`{name}` would adopt {endpoint_id}, which differs from its entry: {differences}");
                refusals.push(of(
                    world,
                    name,
                    message,
                    "write the entry as the endpoint is; change it in a later apply".to_owned(),
                ));
            }
            None if world.live.is_some() => {
                let message = format!("`{name}` is to adopt {endpoint_id}, which the API does not list");
                refusals.push(of(
                    world,
                    name,
                    message,
                    "check the id, and that the key is of the right account".to_owned(),
                ));
            }
            _ => {}
        }
    }
    refusals
}

fn renamed(changes: &[Change], from: &Name, to: &Name) -> bool {
    changes.iter().any(|c| c.name == *to && matches!(&c.action, Action::Rename { from: old } if old == from))
}

/// A coarse key that all twins share: the url in canonical form.
fn key(url: &str) -> String {
    Spec { url: url.to_owned(), events: BTreeSet::new(), description: None }.canonical().url
}

/// A forget would leave predecessors live that nobody retires any more.
fn forgotten_in_overlap(world: &World<'_>, changes: &[Change]) -> Vec<Refusal> {
    let refuse = |change: &Change| {
        let Action::Forget { .. } = change.action else { return None };
        let old = world.state.endpoints.get(&change.name)?.predecessors().next()?;
        let message = format!("`{}` would be forgotten while its predecessor {} is live", change.name, old.endpoint_id);
        let hint = if old.until.is_some_and(|until| until <= world.now) {
            "retire it first: `hookwright apply --retire`".to_owned()
        } else {
            format!("wait for the end of the overlap, or end it: `hookwright secret rotate {} --finish`", change.name)
        };
        (!world.choices.refresh_only).then(|| of(world, &change.name, message, hint))
    };
    changes.iter().filter_map(refuse).collect()
}

/// What protection refuses of a change, as a verb.
fn forbidden(world: &World<'_>, change: &Change) -> Option<&'static str> {
    // A destroy asks the file too: its protection may not have been applied yet.
    let entry = |name: &Name| world.desired.webhooks.get(name).filter(|_| world.choices.destroy);
    let entry = entry(&change.name).is_some_and(|entry| entry.lifecycle.prevent_destroy);
    let before = change.before.as_ref().is_some_and(|before| before.prevent_destroy);
    // The file's word counts where the entry is still there: loosening it is a change under review.
    let after = change.after.as_ref().is_some_and(|after| after.prevent_destroy);
    let successor_is_there = change
        .reasons
        .iter()
        .any(|reason| matches!(reason, Reason::OverlapEnded(_) | Reason::Finish | Reason::TurnedUp));
    match &change.action {
        Action::Delete { deposed: true, .. } if successor_is_there => None,
        Action::Delete { .. } => (before || entry).then_some("deleted"),
        Action::Forget { .. } if world.choices.refresh_only => None,
        Action::Forget { .. } => before.then_some("forgotten"),
        Action::Replace { make, order, .. } => (after && (*order == Order::DestroyFirst || make.overlap.is_zero()))
            .then_some("replaced without an overlap"),
        Action::Create(_)
        | Action::Rename { .. }
        | Action::Resend { .. }
        | Action::Abandon { .. }
        | Action::DeleteOrphan { .. }
        | Action::Update(_)
        | Action::Import { .. } => None,
    }
}

fn protected(world: &World<'_>, changes: &[Change]) -> Vec<Refusal> {
    let refuse = |change: &Change| {
        let (verb, name) = (forbidden(world, change)?, &change.name);
        let hint = if change.after.is_some() {
            "give it an overlap, or set lifecycle.prevent_destroy = false in its entry, under review".to_owned()
        } else {
            format!(
                "protection outlives the entry: keep [webhooks.{name}] with prevent_destroy = false for one apply, then remove it"
            )
        };
        Some(of(world, name, format!("`{name}` has prevent_destroy and would be {verb}"), hint))
    };
    changes.iter().filter_map(refuse).collect()
}

fn too_many(world: &World<'_>, changes: &[Change]) -> Option<Refusal> {
    let most = world.desired.safety.max_deletes? as usize;
    if world.choices.refresh_only {
        return None;
    }
    let counted: Vec<&Name> = changes.iter().filter(|c| c.counts_against_max_deletes()).map(|c| &c.name).collect();
    let unallowed: BTreeSet<&str> = counted
        .iter()
        .filter(|name| !pattern::any(&world.choices.allow_delete, name))
        .map(|name| name.as_str())
        .collect();
    (counted.len() > most && !unallowed.is_empty()).then(|| Refusal {
        name: None,
        file: None,
        line: None,
        duplicate: None,
        message: format!(
            "{} would be deleted, replaced or forgotten, and [safety] max_deletes is {most}",
            count(counted.len(), "endpoint")
        ),
        hint: format!(
            "allow each: {}",
            unallowed.iter().map(|name| format!("--allow-delete {name}")).collect::<Vec<_>>().join(" ")
        ),
    })
}
