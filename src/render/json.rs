//! hookwright's own machine format, documented by `plan.schema.json`. Fields are added, never changed, within a major version.

use serde::Serialize;

use super::untrusted::defused;
use super::words::{self, consequence};
use crate::endpoint::{Attribute, Observed, Spec};
use crate::plan::{
    Action, Attention, Change, Drift, DriftKind, GuardChange, Order, Plan, Reason, Refusal, RefusalKind, Summary, View,
};
use crate::quote::hidden;

/// The version of this format and of the state's views.
pub(super) const FORMAT_VERSION: &str = "1.0";

/// One pretty-printed object and a newline.
pub fn json(plan: &Plan) -> String {
    let Plan { id, refreshed, environment, guards, changes, drift, unmanaged, notes, refusals, new_hosts, .. } = plan;
    pretty(&Document {
        format_version: FORMAT_VERSION,
        id: id.as_str(),
        environment: environment.as_deref(),
        refreshed: *refreshed,
        summary: plan.summary(),
        guards: guards.iter().map(guard_lines).collect(),
        attention: plan.attention().iter().map(attention).collect(),
        changes: guards.iter().map(guard).chain(changes.iter().map(entry)).collect(),
        drift: drift.iter().map(drifted).collect(),
        unmanaged: unmanaged.iter().map(live).collect(),
        new_hosts,
        notes: notes.iter().map(|note| words::note(note).plain()).collect(),
        note_codes: notes.iter().map(|note| (&note.kind).into()).collect(),
        refusals: refusals.iter().map(refusal).collect(),
    })
}

/// Any value of ours as a document: pretty, its strings unable to act, a newline at its end.
pub(super) fn pretty(value: &impl Serialize) -> String {
    let json = serde_json::to_string_pretty(value).expect("our documents have string keys and no failing parts");
    defused(json) + "\n"
}

#[derive(Serialize)]
struct Document<'a> {
    format_version: &'static str,
    id: &'a str,
    environment: Option<&'a str>,
    refreshed: bool,
    summary: Summary,
    guards: Vec<GuardLines>,
    attention: Vec<Attends<'a>>,
    changes: Vec<Entry<'a>>,
    drift: Vec<Drifted<'a>>,
    unmanaged: Vec<Live<'a>>,
    new_hosts: &'a [String],
    notes: Vec<String>,
    note_codes: Vec<&'static str>,
    refusals: Vec<Refused<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    action: &'static str,
    before: Option<Endpoint<'a>>,
    after: Option<Endpoint<'a>>,
    reasons: Vec<String>,
    reason_codes: Vec<&'static str>,
    consequences: Vec<String>,
    consequence_codes: Vec<&'static str>,
    #[serde(flatten)]
    extra: Extra<'a>,
}

/// What some actions alone have.
#[derive(Serialize, Default)]
struct Extra<'a> {
    /// Of a replacement: which comes first.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<Order>,
    /// Of a replacement: the attributes that force it.
    #[serde(skip_serializing_if = "Option::is_none")]
    forced_by: Option<Vec<&'static str>>,
    /// Of a delete: whether it is a predecessor, deposed by a replacement.
    #[serde(skip_serializing_if = "Option::is_none")]
    deposed: Option<bool>,
    /// Of a rename, and of a recovery under another name.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<&'a str>,
    /// Of a recovery: what it takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery: Option<&'static str>,
    /// Of a recovery: the endpoints that the lost create may have made.
    #[serde(skip_serializing_if = "Option::is_none")]
    matches: Option<Vec<&'a str>>,
}

/// An endpoint in every JSON of ours: the words are the state file's.
#[derive(Serialize)]
struct Endpoint<'a> {
    url: String,
    events: Vec<&'a str>,
    description: Option<String>,
    endpoint_id: Option<&'a str>,
    rotation: u32,
    prevent_destroy: bool,
}

#[derive(Serialize)]
struct Drifted<'a> {
    name: &'a str,
    endpoint_id: &'a str,
    deposed: bool,
    kind: &'static str,
    attributes: Vec<Difference<'a>>,
}

#[derive(Serialize)]
struct Difference<'a> {
    attribute: &'a str,
    before: String,
    after: String,
}

#[derive(Serialize)]
struct Live<'a> {
    endpoint_id: &'a str,
    url: String,
    events: Vec<&'a str>,
    description: Option<String>,
    created_at: Option<i64>,
    secret_last4: Option<&'a str>,
}

#[derive(Serialize)]
struct GuardLines {
    guard: &'static str,
    before: String,
    after: String,
}

#[derive(Serialize)]
struct Attends<'a> {
    name: &'a str,
    endpoint_id: &'a str,
    code: &'static str,
    message: &'static str,
    command: String,
}

#[derive(Serialize)]
struct Refused<'a> {
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<&'a str>,
    line: Option<usize>,
    code: &'static str,
    message: String,
    hint: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicate: Option<&'a str>,
}

fn guard_lines(change: &GuardChange) -> GuardLines {
    let (before, after) = change.lines();
    GuardLines { guard: change.word(), before, after }
}

fn guard(changed: &GuardChange) -> Entry<'_> {
    let GuardLines { guard, before, after } = guard_lines(changed);
    Entry {
        name: "(guards)",
        action: "update",
        before: None,
        after: None,
        reasons: vec![format!("{guard} was \"{before}\" at the last apply and is \"{after}\"")],
        reason_codes: vec!["guard_changed"],
        consequences: Vec::new(),
        consequence_codes: Vec::new(),
        extra: Extra::default(),
    }
}

fn attention<'a>(one: &Attention<'a>) -> Attends<'a> {
    Attends {
        name: one.drift.name.as_str(),
        endpoint_id: one.drift.endpoint_id.as_str(),
        code: one.kind.into(),
        message: words::attention(one),
        command: words::remedy(one),
    }
}

fn refusal(one: &Refusal) -> Refused<'_> {
    let Refusal { name, file, line, kind } = one;
    let hints: Vec<String> = words::ways(one).iter().map(|way| way.plain()).collect();
    Refused {
        name: name.as_ref().map(|name| name.as_str()),
        file: file.as_deref(),
        line: *line,
        code: kind.into(),
        message: words::refusal(one).plain(),
        hint: hints.join("; "),
        duplicate: match kind {
            RefusalKind::Duplicate { endpoint_id } => Some(endpoint_id.as_str()),
            _ => None,
        },
    }
}

fn entry(change: &Change) -> Entry<'_> {
    let Change { name, action, before, after, reasons } = change;
    let consequences = change.consequences();
    Entry {
        name: name.as_str(),
        action: action.word(),
        before: before.as_ref().map(endpoint),
        after: after.as_ref().map(endpoint),
        reasons: reasons.iter().map(|reason| words::reason(reason).plain()).collect(),
        reason_codes: reasons.iter().map(Into::into).collect(),
        consequences: consequences.iter().map(|one| consequence(one).plain()).collect(),
        consequence_codes: consequences.iter().map(Into::into).collect(),
        extra: extra(action, reasons),
    }
}

fn extra<'a>(action: &'a Action, reasons: &[Reason]) -> Extra<'a> {
    let none = Extra::default();
    match action {
        Action::Replace { order, .. } => {
            let forces = |reason: &Reason| match reason {
                Reason::Changed(attribute) | Reason::ChangedRemotely(attribute) => Some(attribute.word()),
                Reason::Rotation { .. } => Some("rotation"),
                _ => None,
            };
            Extra { order: Some(*order), forced_by: Some(reasons.iter().filter_map(forces).collect()), ..none }
        }
        Action::Delete { deposed, .. } => Extra { deposed: Some(*deposed), ..none },
        Action::Rename { from } => Extra { from: Some(from.as_str()), ..none },
        Action::Resend { from, matches, .. } => Extra {
            recovery: Some("resend"),
            from: from.as_ref().map(|from| from.as_str()),
            matches: Some(matches.iter().map(|id| id.as_str()).collect()),
            ..none
        },
        Action::Abandon { .. } => Extra { recovery: Some("abandon"), ..none },
        Action::DeleteOrphan { endpoint_id, .. } => {
            Extra { recovery: Some("delete_orphan"), matches: Some(vec![endpoint_id.as_str()]), ..none }
        }
        Action::Create(_) | Action::Update(_) | Action::Import { .. } | Action::Forget { .. } => none,
    }
}

fn endpoint(view: &View) -> Endpoint<'_> {
    let View { spec, endpoint_id, rotation, prevent_destroy } = view;
    let Spec { url, events, description } = spec;
    Endpoint {
        url: hidden(url),
        events: events.iter().map(String::as_str).collect(),
        description: description.as_deref().map(hidden),
        endpoint_id: endpoint_id.as_ref().map(|id| id.as_str()),
        rotation: *rotation,
        prevent_destroy: *prevent_destroy,
    }
}

fn drifted(drift: &Drift) -> Drifted<'_> {
    let difference =
        |attribute, before: &str, after: &str| Difference { attribute, before: hidden(before), after: hidden(after) };
    let (kind, attributes) = match &drift.kind {
        DriftKind::Gone => ("gone", Vec::new()),
        DriftKind::Changed { attributes, expected, live } => {
            let line = |spec: &Spec, attribute| words::text(spec.get(attribute));
            let of = |key: &Attribute| difference(key.word(), &line(expected, *key), &line(live, *key));
            ("changed", attributes.iter().map(of).collect())
        }
        DriftKind::Secret { before, after } => ("secret", vec![difference("secret_last4", before, after)]),
    };
    Drifted {
        name: drift.name.as_str(),
        endpoint_id: drift.endpoint_id.as_str(),
        deposed: drift.deposed,
        kind,
        attributes,
    }
}

fn live(seen: &Observed) -> Live<'_> {
    let Observed { id, url, events, description, created_at, tag: _, secret_last4 } = seen;
    Live {
        endpoint_id: id.as_str(),
        url: hidden(url),
        events: events.iter().map(String::as_str).collect(),
        description: description.clone().flatten().as_deref().map(hidden),
        created_at: *created_at,
        secret_last4: secret_last4.as_deref(),
    }
}
