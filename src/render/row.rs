//! The one flattening of a plan: each change as a row of symbol, title, reasons and fields. All formats for eyes draw these.

use std::collections::{BTreeSet, HashMap};

use super::field::{Delta, Field, Sign, Value};
use super::foreign::inert;
use crate::config::Attribute;
use crate::endpoint::Name;
use crate::plan::{Action, Change, DriftKind, Order, Plan, Reason, View};

/// What the live endpoint has where somebody changed it: entry and attribute → text.
type Strayed<'a> = HashMap<(&'a Name, &'static str), &'a str>;

/// One change, ready to draw. Nothing in `title` and `because` can act.
pub(super) struct Row<'a> {
    pub change: &'a Change,
    pub symbol: &'static str,
    /// `render-done will be created`
    pub title: String,
    /// Why, where the fields do not show it.
    pub because: Vec<String>,
    pub fields: Vec<Field<'a>>,
    /// How many attributes stay as they are and are not shown.
    pub hidden: usize,
}

/// Every change of the plan, in the plan's order.
pub(super) fn rows(plan: &Plan) -> Vec<Row<'_>> {
    let strayed = strayed(plan);
    plan.changes.iter().map(|change| row(change, &strayed)).collect()
}

/// The symbol of an action and what it stands for.
pub(super) fn symbol(action: &Action) -> (&'static str, &'static str) {
    match action {
        Action::Create(_) => ("+", "create"),
        Action::Delete { .. } => ("-", "destroy"),
        Action::Replace { order: Order::CreateFirst, .. } => ("+/-", "create the replacement, then destroy"),
        Action::Replace { order: Order::DestroyFirst, .. } => ("-/+", "destroy, then create the replacement"),
        Action::Rename { .. } => ("→", "rename, in the state alone"),
        Action::Import { .. } => ("<=", "import, in the state alone"),
        Action::Resend { .. } | Action::Abandon { .. } | Action::DeleteOrphan { .. } => {
            ("!", "recover a create whose answer was lost")
        }
        Action::Update(_) => ("~", "update, in the state alone"),
        Action::Forget { .. } => ("x", "forget, and leave live"),
    }
}

/// What happens to an entry, in Terraform's words where it has them: its readers look for these.
pub(super) fn verb(change: &Change) -> &'static str {
    match &change.action {
        Action::Create(_) => "will be created",
        Action::Delete { .. } | Action::DeleteOrphan { .. } => "will be destroyed",
        Action::Replace { .. } if only_rotated(change) => "will be replaced, as requested",
        Action::Replace { .. } => "must be replaced",
        Action::Rename { .. } => "has moved",
        Action::Import { .. } => "will be imported",
        Action::Resend { .. } => "will be recovered: its create is sent again",
        Action::Abandon { .. } => "will be recovered: its lost create is given up",
        Action::Update(_) => "will be updated in-place",
        Action::Forget { .. } => "will no longer be managed by hookwright, but will not be destroyed",
    }
}

fn only_rotated(change: &Change) -> bool {
    change.reasons.iter().all(|reason| matches!(reason, Reason::Rotation { .. } | Reason::Rotate))
}

fn title(change: &Change) -> String {
    let (name, verb) = (&change.name, verb(change));
    match &change.action {
        Action::Rename { from } => format!("{from} has moved to {name}"),
        Action::Delete { endpoint_id, deposed: true, .. } => {
            format!("{name} (deposed {}) {verb}", inert(endpoint_id.as_str()))
        }
        Action::DeleteOrphan { endpoint_id, .. } => format!("{name} (orphan {}) {verb}", inert(endpoint_id.as_str())),
        _ => format!("{name} {verb}"),
    }
}

/// The reasons that neither the title nor a field shows already.
fn because(change: &Change) -> Vec<String> {
    let mut told: Vec<String> = Vec::new();
    if let Action::Import { endpoint_id, .. } = &change.action {
        told.push(format!("imported from \"{}\"", inert(endpoint_id.as_str())));
    }
    if let Action::Resend { from: Some(from), .. } = &change.action {
        told.push(format!("moved from {from}"));
    }
    for reason in &change.reasons {
        match reason {
            Reason::NotInState | Reason::Moved | Reason::Imported => {}
            Reason::Changed(_) | Reason::ChangedRemotely(_) | Reason::Rotation { .. } => {}
            Reason::Gone | Reason::NotInConfig | Reason::Removed => told.push(format!("because {reason}")),
            _ => told.push(reason.to_string()),
        }
    }
    told
}

fn strayed(plan: &Plan) -> Strayed<'_> {
    let mut strayed = Strayed::new();
    for drift in plan.drift.iter().filter(|drift| !drift.deposed) {
        if let DriftKind::Changed { attributes } = &drift.kind {
            strayed.extend(attributes.iter().map(|(key, _, live)| ((&drift.name, key.word()), live.as_str())));
        }
    }
    strayed
}

fn row<'a>(change: &'a Change, strayed: &Strayed<'a>) -> Row<'a> {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let mut fields = match &change.action {
        Action::Create(_) => made(after),
        Action::Resend { replaces: None, .. } => made(after),
        Action::Delete { endpoint_id, .. } | Action::DeleteOrphan { endpoint_id, .. } => {
            ended(before, endpoint_id.as_str())
        }
        Action::Replace { .. } | Action::Resend { .. } => remade(change, strayed),
        Action::Update(_) | Action::Rename { .. } => {
            before.zip(after).map(|(b, a)| differing(b, a)).unwrap_or_default()
        }
        Action::Import { .. } => after.map(kept).unwrap_or_default(),
        Action::Forget { .. } => before.map(kept).unwrap_or_default(),
        Action::Abandon { .. } => Vec::new(),
    };
    let all = fields.len();
    if !matches!(change.action, Action::Import { .. }) {
        fields.retain(|field| field.sign() != Sign::Keep || matches!(field.key, "url" | "endpoint_id"));
    }
    Row {
        change,
        symbol: symbol(&change.action).0,
        title: title(change),
        because: because(change),
        hidden: all - fields.len(),
        fields,
    }
}

fn events(view: &View) -> BTreeSet<&str> {
    view.spec.events.iter().map(String::as_str).collect()
}

fn description(view: &View) -> Option<Value<'_>> {
    view.spec.description.as_deref().map(Value::Text)
}

fn rotation(view: &View) -> Option<Value<'_>> {
    (view.rotation != 1).then_some(Value::Number(view.rotation))
}

fn protection(view: &View) -> Option<Value<'_>> {
    view.prevent_destroy.then_some(Value::Flag(true))
}

fn id(view: &View) -> Value<'_> {
    view.endpoint_id.as_ref().map_or(Value::Known, |id| Value::Text(id.as_str()))
}

/// Every attribute of an endpoint to be made.
fn made(after: Option<&View>) -> Vec<Field<'_>> {
    let Some(after) = after else { return Vec::new() };
    let mut fields = vec![
        Field::new("url", Delta::Add(Value::Text(&after.spec.url))),
        Field::whole("events", Sign::Add, &events(after)),
    ];
    fields.extend(Field::of("description", None, description(after)));
    fields.extend(Field::of("rotation", None, rotation(after)));
    fields.extend(Field::of("prevent_destroy", None, protection(after)));
    fields.push(Field::new("endpoint_id", Delta::Add(Value::Known)));
    fields.push(Field::new("signing_secret", Delta::Add(Value::NewSecret)));
    fields
}

/// Every attribute of an endpoint that ends.
fn ended<'a>(before: Option<&'a View>, id: &'a str) -> Vec<Field<'a>> {
    let mut fields = Vec::new();
    if let Some(before) = before {
        fields.push(Field::new("url", Delta::Remove(Value::Text(&before.spec.url))));
        fields.push(Field::whole("events", Sign::Remove, &events(before)));
        fields.extend(Field::of("description", description(before), None));
        fields.extend(Field::of("prevent_destroy", protection(before), None));
    }
    fields.push(Field::new("endpoint_id", Delta::Remove(Value::Text(id))));
    fields.push(Field::new("signing_secret", Delta::Remove(Value::Secret)));
    fields
}

/// Every attribute of an endpoint that stays as it is.
fn kept(view: &View) -> Vec<Field<'_>> {
    let mut fields = vec![
        Field::new("url", Delta::Keep(Value::Text(&view.spec.url))),
        Field::whole("events", Sign::Keep, &events(view)),
    ];
    fields.extend(description(view).map(|value| Field::new("description", Delta::Keep(value))));
    fields.push(Field::new("endpoint_id", Delta::Keep(id(view))));
    fields
}

/// Both sides, attribute by attribute.
fn differing<'a>(before: &'a View, after: &'a View) -> Vec<Field<'a>> {
    let mut fields = Vec::new();
    let text = |view: &'a View| Some(Value::Text(&view.spec.url));
    fields.extend(Field::of("url", text(before), text(after)));
    fields.push(Field::set("events", &events(before), &events(after)));
    fields.extend(Field::of("description", description(before), description(after)));
    let own = [
        Field::of("rotation", Some(Value::Number(before.rotation)), Some(Value::Number(after.rotation))),
        Field::of(
            "prevent_destroy",
            Some(Value::Flag(before.prevent_destroy)),
            Some(Value::Flag(after.prevent_destroy)),
        ),
    ];
    fields.extend(own.into_iter().flatten().filter(|field| field.sign() != Sign::Keep));
    fields.extend(Field::of("endpoint_id", Some(id(before)), Some(id(after))));
    fields
}

/// A replacement: what is live against what is wanted, and which attribute forces it.
fn remade<'a>(change: &'a Change, strayed: &Strayed<'a>) -> Vec<Field<'a>> {
    let (Some(before), Some(after)) = (&change.before, &change.after) else { return Vec::new() };
    let mut fields = differing(before, after);
    for reason in &change.reasons {
        let (key, remark) = match reason {
            Reason::Changed(attribute) => (attribute.word(), "forces replacement"),
            Reason::ChangedRemotely(attribute) => {
                (attribute.word(), "changed outside of hookwright, forces replacement")
            }
            Reason::Rotation { .. } => ("rotation", "forces replacement"),
            _ => continue,
        };
        let Some(field) = fields.iter_mut().find(|field| field.key == key) else { continue };
        if matches!(reason, Reason::ChangedRemotely(_))
            && let Some(live) = strayed.get(&(&change.name, key))
        {
            *field = restored(key, live, after).unwrap_or_else(|| field.clone());
        }
        field.remark = Some(remark);
    }
    fields.push(Field::new("signing_secret", Delta::Change(Value::Secret, Value::NewSecret)));
    fields
}

/// From what somebody made of it back to what is wanted.
fn restored<'a>(key: &'static str, live: &'a str, after: &'a View) -> Option<Field<'a>> {
    match key {
        "events" => Some(Field::set(key, &split(live), &events(after))),
        "description" => Field::of(key, (!live.is_empty()).then_some(Value::Text(live)), description(after)),
        _ => Field::of(key, Some(Value::Text(live)), Some(Value::Text(&after.spec.url))),
    }
}

/// The fields of an endpoint that somebody changed: remembered, then live.
pub(super) fn drifted<'a>(attributes: &'a [(Attribute, String, String)]) -> Vec<Field<'a>> {
    let field = |(key, before, after): &'a (Attribute, String, String)| match *key {
        Attribute::Events => Field::set(key.word(), &split(before), &split(after)),
        _ => Field::new(key.word(), Delta::Change(Value::Text(before), Value::Text(after))),
    };
    attributes.iter().map(field).collect()
}

/// The items of a set that the planner wrote on one line.
pub(super) fn split(list: &str) -> BTreeSet<&str> {
    list.split(", ").filter(|item| !item.is_empty()).collect()
}
