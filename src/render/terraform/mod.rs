//! Terraform's documented plan representation, for the tools that read it (conftest, checkov, tf-summarize and others).
//! Unlike Terraform's own it holds no secret: `signing_secret` is null or unknown, and marked as sensitive.

mod change;
mod resource;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Value, json};

use super::untrusted::defused;
use crate::endpoint::{EndpointId, Name};
use crate::plan::{Action, Change, GuardChange, Plan, View};
use change::{ResourceChange, deposed};
use resource::{Address, PROVIDER, Resource, Values};

/// The version of the representation, and a Terraform that speaks it: readers ask for both.
const FORMAT_VERSION: &str = "1.2";
const TERRAFORM_VERSION: &str = "1.9.0";

#[derive(Serialize)]
struct Document<'a> {
    format_version: &'static str,
    terraform_version: &'static str,
    planned_values: Root<Resource<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    resource_drift: Vec<ResourceChange<'a>>,
    resource_changes: Vec<ResourceChange<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    output_changes: BTreeMap<String, Value>,
    prior_state: Prior<'a>,
    configuration: Configuration<'a>,
    applyable: bool,
    complete: bool,
    errored: bool,
}

#[derive(Serialize)]
struct Root<T> {
    root_module: Module<T>,
}

#[derive(Serialize)]
struct Module<T> {
    resources: Vec<T>,
}

#[derive(Serialize)]
struct Prior<'a> {
    format_version: &'static str,
    terraform_version: &'static str,
    values: Root<Resource<'a>>,
}

#[derive(Serialize)]
struct Configuration<'a> {
    provider_config: Value,
    root_module: Module<Configured<'a>>,
}

#[derive(Serialize)]
struct Configured<'a> {
    #[serde(flatten)]
    address: Address<'a>,
    provider_config_key: &'static str,
    schema_version: u32,
    expressions: BTreeMap<&'static str, Value>,
}

/// The plan as `terraform show -json` would print it, on one line, with no `timestamp`, since equal plans have equal bytes.
///
/// `errored` is true where an apply would be refused, `applyable` where an apply of this very plan would do something,
/// `complete` where nothing would be left to do after it.
/// Changed guards are `output_changes`.
pub fn terraform_json(plan: &Plan) -> String {
    let after = after(plan);
    let guards = plan.guards.iter().map(|change| (format!("guard_{}", change.word()), guard(change)));
    let root = |resources| Root { root_module: Module { resources } };
    let document = Document {
        format_version: FORMAT_VERSION,
        terraform_version: TERRAFORM_VERSION,
        planned_values: root(after.iter().map(|(name, view)| Resource::of(name, view, None)).collect()),
        resource_drift: drift(plan),
        resource_changes: changes(plan),
        output_changes: guards.collect(),
        prior_state: Prior { format_version: "1.0", terraform_version: TERRAFORM_VERSION, values: root(before(plan)) },
        configuration: Configuration {
            provider_config: json!({ "videogen": { "name": "videogen", "full_name": PROVIDER } }),
            root_module: Module { resources: configured(&after) },
        },
        applyable: plan.refreshed && plan.refusals.is_empty() && !plan.is_empty(),
        complete: !plan.scope.is_partial() && plan.refusals.is_empty(),
        errored: !plan.refusals.is_empty(),
    };
    let json = serde_json::to_string(&document).expect("our documents have string keys and no failing parts");
    defused(json) + "\n"
}

fn guard(change: &GuardChange) -> Value {
    let (before, after) = change.lines();
    json!({
        "actions": ["update"], "before": before, "after": after,
        "after_unknown": false, "before_sensitive": false, "after_sensitive": false,
    })
}

/// The entries as they will be, by name.
fn after(plan: &Plan) -> BTreeMap<&Name, &View> {
    let mut after: BTreeMap<&Name, &View> = plan.unchanged.iter().map(|(name, view)| (name, view)).collect();
    // A rename says only what was; whatever else its entry has comes before it in the plan.
    for change in plan.changes.iter().rev() {
        if let Some(view) = &change.after {
            after.insert(&change.name, view);
        }
    }
    after
}

/// What the state holds, predecessors marked by the key that Terraform gives to deposed objects.
fn before(plan: &Plan) -> Vec<Resource<'_>> {
    let renamed = renames(plan);
    let made = |change: &&Change| matches!(change.action, Action::Create(_) | Action::Resend { replaces: None, .. });
    // What is made under a name that moved has nothing behind it any more.
    let gone: BTreeSet<&Name> = plan.changes.iter().filter(made).map(|change| &change.name).collect();
    let mut before = BTreeMap::new();
    for (name, view) in &plan.unchanged {
        before.insert((name, None), Resource::of(name, view, None));
    }
    for Change { name, action, before: view, .. } in &plan.changes {
        let key = match action {
            // Not in the state, or gone.
            Action::Create(_) | Action::Import { .. } | Action::DeleteOrphan { .. } => continue,
            Action::Resend { replaces: None, .. } => continue,
            Action::Rename { .. } if gone.contains(name) => continue,
            Action::Delete { endpoint_id, .. } if renamed.contains_key(name) => Some(endpoint_id),
            action => deposed(action),
        };
        let key = key.map(EndpointId::as_str);
        before.extend(view.as_ref().map(|view| ((name, key), Resource::of(name, view, key))));
    }
    before.into_values().collect()
}

/// Every change and every no-op, by address, then by the key of a deposed object.
fn changes(plan: &Plan) -> Vec<ResourceChange<'_>> {
    let mut all: Vec<ResourceChange<'_>> =
        plan.unchanged.iter().map(|(name, view)| ResourceChange::unchanged(name, view)).collect();
    let mut moved = renames(plan);
    let renamed: BTreeSet<&Name> = moved.keys().copied().collect();
    for change in plan.changes.iter().filter(|change| !matches!(change.action, Action::Rename { .. })) {
        let Some(mut resource) = ResourceChange::of(change) else { continue };
        match &change.action {
            // The name is another endpoint's from now on.
            Action::Delete { endpoint_id, .. } if renamed.contains(&change.name) => {
                resource.deposed = Some(endpoint_id.as_str());
            }
            _ if change.after.is_some() => {
                resource.previous_address = moved.remove(&change.name).map(|(from, _)| Address::of(from).address);
            }
            _ => {}
        }
        all.push(resource);
    }
    for (from, change) in moved.into_values() {
        let resource = ResourceChange::of(change);
        all.extend(resource.map(|resource| resource.moved(Address::of(from).address)));
    }
    all.sort_by(|a, b| (&a.address.address, a.deposed).cmp(&(&b.address.address, b.deposed)));
    all
}

/// New name → old name and the change that says so.
fn renames(plan: &Plan) -> BTreeMap<&Name, (&Name, &Change)> {
    let renames = plan.changes.iter().filter_map(|change| match &change.action {
        Action::Rename { from } => Some((&change.name, (from, change))),
        _ => None,
    });
    renames.collect()
}

fn drift(plan: &Plan) -> Vec<ResourceChange<'_>> {
    let mut known: BTreeMap<&Name, &View> = plan.unchanged.iter().map(|(name, view)| (name, view)).collect();
    for change in plan.changes.iter().filter(|change| deposed(&change.action).is_none()) {
        if let Some(before) = &change.before {
            known.insert(&change.name, before);
        }
    }
    // A predecessor is no resource of its own here: its drift is told in the other formats.
    plan.drift
        .iter()
        .filter(|drift| !drift.deposed)
        .filter_map(|drift| Some(ResourceChange::drift(drift, known.get(&drift.name)?)))
        .collect()
}

/// What the file sets; the entries under an index are one resource there, and shown by the first of them.
fn configured<'a>(after: &BTreeMap<&'a Name, &'a View>) -> Vec<Configured<'a>> {
    let mut configured: Vec<Configured<'a>> = Vec::new();
    for (name, view) in after {
        let address = Address::of(name).configured();
        if configured.iter().take(1).chain(configured.last()).any(|other| other.address.address == address.address) {
            continue;
        }
        configured.push(Configured {
            address,
            provider_config_key: "videogen",
            schema_version: 0,
            expressions: expressions(view),
        });
    }
    configured
}

fn expressions(view: &View) -> BTreeMap<&'static str, Value> {
    let Values { url, events, description, rotation, prevent_destroy, .. } = Values::of(view);
    [
        ("url", json!(url)),
        ("events", json!(events)),
        ("description", json!(description)),
        ("rotation", json!(rotation)),
        ("prevent_destroy", json!(prevent_destroy)),
    ]
    .into_iter()
    .map(|(key, value)| (key, json!({ "constant_value": value })))
    .collect()
}
