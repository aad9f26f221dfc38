//! The one flattening of a plan: each change as a row of symbol, title, reasons and fields. All formats for eyes draw these.

use std::collections::HashMap;

use super::field::{Delta, Field, Sign, Value};
use super::sentence::{Sentence, own, quoted, sentence};
use super::untrusted::inert;
use super::words::{consequence, reason};
use crate::endpoint::{Attribute, Name, Spec};
use crate::plan::{Action, Change, DriftKind, Order, Plan, Reason, View};

/// What the live endpoints are that somebody changed, by entry.
type Drifted<'a> = HashMap<&'a Name, &'a Spec>;

/// One change, ready to draw. Nothing in `title` and `because` can act.
pub(super) struct Row<'a> {
    pub change: &'a Change,
    pub symbol: &'static str,
    /// `render-done will be created`
    pub title: String,
    /// Why, where the fields do not show it.
    pub because: Vec<Sentence>,
    /// What it leads to.
    pub consequences: Vec<Sentence>,
    pub fields: Vec<Field<'a>>,
    /// How many attributes stay as they are and are not shown.
    pub hidden: usize,
}

/// Every change of the plan, in the plan's order.
pub(super) fn rows(plan: &Plan) -> Vec<Row<'_>> {
    let drifted = drifted_specs(plan);
    plan.changes.iter().map(|change| row(change, &drifted)).collect()
}

/// The symbol of an action and what it stands for.
pub(super) fn symbol(action: &Action) -> (&'static str, &'static str) {
    match action {
        Action::Create(_) => ("+", "create"),
        Action::Delete { .. } => ("-", "destroy"),
        Action::Replace { make, order: Order::CreateFirst, .. } if make.overlap.is_zero() => {
            ("+/-", "create the replacement, then destroy")
        }
        Action::Replace { order: Order::CreateFirst, .. } => {
            ("+/-", "create the replacement; a later apply retires the old endpoint")
        }
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
fn because(change: &Change) -> Vec<Sentence> {
    let mut sentences = Vec::new();
    if let Action::Import { endpoint_id, .. } = &change.action {
        sentences.push(sentence("imported from {}", [quoted(endpoint_id.as_str())]));
    }
    if let Action::Resend { from: Some(from), .. } = &change.action {
        sentences.push(sentence("moved from {}", [own(from)]));
    }
    for one in &change.reasons {
        match one {
            Reason::NotInState | Reason::Moved | Reason::Imported => {}
            Reason::Changed(_) | Reason::ChangedRemotely(_) | Reason::Rotation { .. } => {}
            Reason::Gone | Reason::NotInConfig | Reason::Removed => {
                sentences.push(sentence("because ", []).then(reason(one)));
            }
            _ => sentences.push(reason(one)),
        }
    }
    sentences
}

fn drifted_specs(plan: &Plan) -> Drifted<'_> {
    let drifts = plan.drift.iter().filter(|drift| !drift.deposed);
    let changed = drifts.filter_map(|drift| match &drift.kind {
        DriftKind::Changed { live, .. } => Some((&drift.name, live)),
        DriftKind::Gone | DriftKind::Secret { .. } => None,
    });
    changed.collect()
}

fn row<'a>(change: &'a Change, drifted: &Drifted<'a>) -> Row<'a> {
    let (before, after) = (change.before.as_ref(), change.after.as_ref());
    let mut fields = match &change.action {
        Action::Create(_) => made(after),
        Action::Resend { replaces: None, .. } => made(after),
        Action::Delete { endpoint_id, .. } | Action::DeleteOrphan { endpoint_id, .. } => {
            ended(before, endpoint_id.as_str())
        }
        Action::Replace { .. } | Action::Resend { .. } => remade(change, drifted),
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
        consequences: change.consequences().iter().map(consequence).collect(),
        hidden: all - fields.len(),
        fields,
    }
}

fn rotation(view: &View) -> Option<Value<'_>> {
    (view.rotation != 1).then_some(Value::Number(view.rotation))
}

fn protection(view: &View) -> Option<Value<'_>> {
    view.prevent_destroy.then_some(Value::Flag(true))
}

fn id(view: &View) -> Value<'_> {
    view.endpoint_id.as_ref().map_or(Value::KnownAfterApply, |id| Value::Text(id.as_str()))
}

/// The attributes of one side, or of both.
fn attributes<'a>(before: Option<&'a View>, after: Option<&'a View>) -> Vec<Field<'a>> {
    let side = |view: Option<&'a View>, attribute| view.map(|view| view.spec.get(attribute));
    let field = |attribute: &Attribute| Field::attribute(*attribute, side(before, *attribute), side(after, *attribute));
    Attribute::ALL.iter().filter_map(field).collect()
}

/// Every attribute of an endpoint to be made.
fn made(after: Option<&View>) -> Vec<Field<'_>> {
    let Some(view) = after else { return Vec::new() };
    let mut fields = attributes(None, after);
    fields.extend(Field::of("rotation", None, rotation(view)));
    fields.extend(Field::of("prevent_destroy", None, protection(view)));
    fields.push(Field::new("endpoint_id", Delta::Add(Value::KnownAfterApply)));
    fields.push(Field::new("signing_secret", Delta::Add(Value::NewSecret)));
    fields
}

/// Every attribute of an endpoint that ends.
fn ended<'a>(before: Option<&'a View>, id: &'a str) -> Vec<Field<'a>> {
    let mut fields = attributes(before, None);
    fields.extend(before.and_then(|view| Field::of("prevent_destroy", protection(view), None)));
    fields.push(Field::new("endpoint_id", Delta::Remove(Value::Text(id))));
    fields.push(Field::new("signing_secret", Delta::Remove(Value::Secret)));
    fields
}

/// Every attribute of an endpoint that stays as it is.
fn kept(view: &View) -> Vec<Field<'_>> {
    let field = |attribute: &Attribute| Field::kept(*attribute, view.spec.get(*attribute));
    let mut fields: Vec<Field<'_>> = Attribute::ALL.iter().filter_map(field).collect();
    fields.push(Field::new("endpoint_id", Delta::Keep(id(view))));
    fields
}

/// Both sides, attribute by attribute.
fn differing<'a>(before: &'a View, after: &'a View) -> Vec<Field<'a>> {
    let mut fields = attributes(Some(before), Some(after));
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
fn remade<'a>(change: &'a Change, drifted: &Drifted<'a>) -> Vec<Field<'a>> {
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
        // From what somebody made of it back to what is wanted.
        if let Reason::ChangedRemotely(attribute) = reason
            && let Some(live) = drifted.get(&change.name)
            && let Some(restored) =
                Field::attribute(*attribute, Some(live.get(*attribute)), Some(after.spec.get(*attribute)))
        {
            *field = restored;
        }
        field.remark = Some(remark);
    }
    fields.push(Field::new("signing_secret", Delta::Change(Value::Secret, Value::NewSecret)));
    fields
}

/// The fields of an endpoint that somebody changed: remembered, then live.
pub(super) fn drifted<'a>(attributes: &[Attribute], expected: &'a Spec, live: &'a Spec) -> Vec<Field<'a>> {
    let field = |attribute: &Attribute| {
        Field::attribute(*attribute, Some(expected.get(*attribute)), Some(live.get(*attribute)))
    };
    attributes.iter().filter_map(field).collect()
}
