//! One change, no-op or drift as an entry of `resource_changes` or `resource_drift`.

use serde::Serialize;

use super::super::field::items;
use super::resource::{Address, Marks, PROVIDER, Values};
use crate::endpoint::{Attribute, Attributed, EndpointId, Name, Spec};
use crate::plan::{Action, Change, Drift, DriftKind, Order, Reason, View};
use crate::quote::hidden;

/// An entry of `resource_changes` or `resource_drift`.
#[derive(Debug, Serialize)]
pub(super) struct ResourceChange<'a> {
    #[serde(flatten)]
    pub address: Address<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub previous_address: Option<String>,
    provider_name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deposed: Option<&'a str>,
    change: Body<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    action_reason: Option<&'static str>,
}

/// The `change` of one.
#[derive(Debug, Serialize)]
struct Body<'a> {
    actions: &'static [&'static str],
    before: Option<Values<'a>>,
    after: Option<Values<'a>>,
    after_unknown: Told,
    before_sensitive: Told,
    after_sensitive: Told,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    replace_paths: Vec<[&'static str; 1]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    importing: Option<Importing<'a>>,
}

#[derive(Debug, Serialize)]
struct Importing<'a> {
    id: &'a str,
}

/// Marks of a side: of its parts, of none of them, or plain `false` where there is no such side.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum Told {
    Parts(Marks),
    Nothing {},
    No(bool),
}

impl<'a> Body<'a> {
    fn new(actions: &'static [&'static str], before: Option<Values<'a>>, after: Option<Values<'a>>) -> Self {
        let sensitive =
            |side: &Option<Values<'_>>| side.as_ref().map_or(Told::No(false), |v| Told::Parts(v.sensitive()));
        Self {
            actions,
            after_unknown: after.as_ref().map_or(Told::Nothing {}, |values| Told::Parts(values.unknown())),
            before_sensitive: sensitive(&before),
            after_sensitive: sensitive(&after),
            before,
            after,
            replace_paths: Vec::new(),
            importing: None,
        }
    }
}

impl<'a> ResourceChange<'a> {
    fn new(name: &'a Name, change: Body<'a>) -> Self {
        let address = Address::of(name);
        Self { address, previous_address: None, provider_name: PROVIDER, deposed: None, change, action_reason: None }
    }

    /// An entry that needs nothing.
    pub(super) fn unchanged(name: &'a Name, view: &'a View) -> Self {
        Self::new(name, Body::new(&["no-op"], Some(Values::of(view)), Some(Values::of(view))))
    }

    /// A change; a create that is given up touches no resource.
    pub(super) fn of(change: &'a Change) -> Option<Self> {
        let before = prior(change).map(Values::of);
        let mut body = Body::new(actions(change)?, before, change.after.as_ref().map(Values::of));
        if let Action::Import { endpoint_id, .. } = &change.action {
            body.importing = Some(Importing { id: endpoint_id.as_str() });
        }
        body.replace_paths = match &change.action {
            Action::Replace { make, .. } | Action::Resend { make, .. } if !make.overlap.is_zero() => Vec::new(),
            Action::Replace { .. } => change.reasons.iter().filter_map(replace_path).collect(),
            Action::Resend { replaces: Some(_), .. } => differing(change),
            _ => Vec::new(),
        };
        Some(Self {
            deposed: deposed(&change.action).map(EndpointId::as_str),
            action_reason: action_reason(change),
            ..Self::new(&change.name, body)
        })
    }

    /// The same under the address that it had.
    pub(super) fn moved(self, previous: String) -> Self {
        Self { previous_address: Some(previous), ..self }
    }

    /// What somebody did to an endpoint; `view` is what the state has of it.
    pub(super) fn drift(drift: &'a Drift, view: &'a View) -> Self {
        let mut before = Values::of(view);
        before.id = Some(drift.endpoint_id.as_str());
        let mut after = before.clone();
        let body = match &drift.kind {
            DriftKind::Gone => Body::new(&["delete"], Some(before), None),
            DriftKind::Changed { attributes, expected: _, live } => {
                attributes.iter().for_each(|attribute| stray(&mut after, *attribute, live));
                Body::new(&["update"], Some(before), Some(after))
            }
            DriftKind::Secret { before: was, after: is } => {
                before.signing_secret_last4 = Some(was);
                after.signing_secret_last4 = Some(is);
                Body::new(&["update"], Some(before), Some(after))
            }
        };
        Self::new(&drift.name, body)
    }
}

fn stray<'a>(values: &mut Values<'a>, attribute: Attribute, live: &'a Spec) {
    match (attribute, live.get(attribute)) {
        (Attribute::Url, Attributed::Text(url)) => values.url = hidden(url.unwrap_or_default()),
        (Attribute::Description, Attributed::Text(text)) => values.description = text.map(hidden),
        (Attribute::Events, Attributed::Set(events)) => values.events = items(events),
        (Attribute::Url | Attribute::Description, Attributed::Set(_)) | (Attribute::Events, Attributed::Text(_)) => {}
    }
}

/// The predecessor or orphan that an action is about, which the entry's own address does not name.
pub(super) fn deposed(action: &Action) -> Option<&EndpointId> {
    match action {
        Action::Delete { endpoint_id, deposed: true, .. } | Action::DeleteOrphan { endpoint_id, .. } => {
            Some(endpoint_id)
        }
        _ => None,
    }
}

fn actions(change: &Change) -> Option<&'static [&'static str]> {
    Some(match &change.action {
        Action::Create(_) => &["create"],
        Action::Resend { replaces: None, .. } => &["create"],
        // Within an overlap the old endpoint stays: its deletion is a later plan's, of a deposed object.
        Action::Resend { make, .. } | Action::Replace { make, order: Order::CreateFirst, .. }
            if !make.overlap.is_zero() =>
        {
            &["create"]
        }
        Action::Resend { .. } | Action::Replace { order: Order::CreateFirst, .. } => &["create", "delete"],
        Action::Replace { order: Order::DestroyFirst, .. } => &["delete", "create"],
        Action::Delete { .. } | Action::DeleteOrphan { .. } => &["delete"],
        Action::Rename { .. } | Action::Import { .. } => &["no-op"],
        Action::Update(_) => &["update"],
        Action::Forget { .. } => &["forget"],
        Action::Abandon { .. } => return None,
    })
}

/// What was, in Terraform's sense: nothing before a create, even where an endpoint is gone.
fn prior(change: &Change) -> Option<&View> {
    match &change.action {
        Action::Create(_) | Action::Resend { replaces: None, .. } => None,
        // The old endpoint becomes a deposed object, which a later plan deletes.
        Action::Replace { make, .. } | Action::Resend { make, .. } if !make.overlap.is_zero() => None,
        Action::Import { .. } => change.before.as_ref().or(change.after.as_ref()),
        _ => change.before.as_ref(),
    }
}

fn action_reason(change: &Change) -> Option<&'static str> {
    let has = |wanted: fn(&Reason) -> bool| change.reasons.iter().any(wanted);
    let forced = match &change.action {
        Action::Replace { make, .. } | Action::Resend { make, .. } if !make.overlap.is_zero() => return None,
        Action::Replace { .. } => has(|r| matches!(r, Reason::Changed(_) | Reason::ChangedRemotely(_))),
        Action::Resend { replaces: Some(_), .. } => differing(change).iter().any(|path| path != &["rotation"]),
        Action::Delete { .. } if has(|r| *r == Reason::NotInConfig) => {
            return Some("delete_because_no_resource_config");
        }
        _ => return None,
    };
    Some(if forced { "replace_because_cannot_update" } else { "replace_by_request" })
}

/// What a replacement changes that says no reasons of its own.
fn differing(change: &Change) -> Vec<[&'static str; 1]> {
    let (Some(before), Some(after)) = (&change.before, &change.after) else { return Vec::new() };
    let attributes = before.spec.differing(&after.spec).into_iter().map(Attribute::word);
    let rotation = (before.rotation != after.rotation).then_some("rotation");
    attributes.chain(rotation).map(|key| [key]).collect()
}

fn replace_path(reason: &Reason) -> Option<[&'static str; 1]> {
    match reason {
        Reason::Changed(attribute) | Reason::ChangedRemotely(attribute) => Some([attribute.word()]),
        Reason::Rotation { .. } => Some(["rotation"]),
        _ => None,
    }
}
