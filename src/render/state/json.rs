//! `state list --format json` and `show --format json`.

use serde::Serialize;

use super::super::json::{FORMAT_VERSION, pretty};
use crate::endpoint::Spec;
use crate::quote::hidden;
use crate::state::{Ended, Guards, Intent, Managed, Slot, State};
use crate::timestamp::Timestamp;

/// An array of the endpoints, by name, each with its predecessors that are still live.
pub(crate) fn state_list_json(state: &State) -> String {
    let entries: Vec<Entry<'_>> = state.endpoints.iter().map(|(name, slot)| entry(name.as_str(), slot)).collect();
    pretty(&entries)
}

/// One object: the state's head, its guards, its endpoints with all that is known of them, its open creates.
pub(crate) fn show_json(state: &State) -> String {
    let State {
        version: _,
        serial,
        lineage,
        team_id,
        environment,
        guards,
        pending,
        deleting: _,
        former: _,
        endpoints,
        folded: _,
        applied: _,
        unknown: _,
    } = state;
    pretty(&Document {
        format_version: FORMAT_VERSION,
        serial: *serial,
        lineage,
        team_id: team_id.as_deref(),
        environment: environment.as_deref(),
        guards: guards.as_ref(),
        endpoints: endpoints.iter().map(|(name, slot)| detailed(name.as_str(), slot)).collect(),
        pending: pending.iter().map(waiting).collect(),
    })
}

#[derive(Serialize)]
struct Document<'a> {
    format_version: &'static str,
    serial: u64,
    lineage: &'a str,
    team_id: Option<&'a str>,
    environment: Option<&'a str>,
    guards: Option<&'a Guards>,
    endpoints: Vec<Detailed<'a>>,
    pending: Vec<Waiting<'a>>,
}

#[derive(Serialize)]
struct Entry<'a> {
    name: &'a str,
    #[serde(flatten)]
    endpoint: Endpoint<'a>,
    deposed: Vec<Deposed<'a>>,
}

#[derive(Default, Serialize)]
struct Endpoint<'a> {
    /// Null where predecessors alone are left; then so is the rest.
    endpoint_id: Option<&'a str>,
    url: Option<String>,
    events: Vec<&'a str>,
    description: Option<String>,
    created_at: Option<i64>,
    secret_last4: Option<&'a str>,
}

#[derive(Serialize)]
struct Deposed<'a> {
    #[serde(flatten)]
    endpoint: Endpoint<'a>,
    until: Option<Timestamp>,
    /// `gone` or `deleted` where it ended, and is remembered.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<Ended>,
}

#[derive(Serialize)]
struct Detailed<'a> {
    #[serde(flatten)]
    entry: Entry<'a>,
    events_as_written: &'a [String],
    rotation: Option<u32>,
    prevent_destroy: bool,
    /// Whether the state has the secret, encrypted; an import may have come without.
    secret_known: bool,
    sealed_to: &'a [String],
}

/// A create whose outcome is not known; its key stays inside.
#[derive(Serialize)]
struct Waiting<'a> {
    name: &'a str,
    url: String,
    events: Vec<&'a str>,
    description: Option<String>,
    first_sent: Option<Timestamp>,
    last_sent: Option<Timestamp>,
    unanswered: u32,
    closed: bool,
}

fn endpoint(managed: Option<&Managed>) -> Endpoint<'_> {
    let Some(managed) = managed else { return Endpoint::default() };
    let Spec { url, events, description } = &managed.wanted.spec;
    Endpoint {
        endpoint_id: Some(managed.endpoint_id.as_str()),
        url: Some(hidden(url)),
        events: events.iter().map(String::as_str).collect(),
        description: description.as_deref().map(hidden),
        created_at: managed.created_at,
        secret_last4: managed.secret_last4.as_deref(),
    }
}

fn entry<'a>(name: &'a str, slot: &'a Slot) -> Entry<'a> {
    let deposed = |old: &'a Managed| Deposed { endpoint: endpoint(Some(old)), until: old.until, ended: old.ended };
    Entry { name, endpoint: endpoint(slot.current.as_deref()), deposed: slot.deposed.iter().map(deposed).collect() }
}

fn detailed<'a>(name: &'a str, slot: &'a Slot) -> Detailed<'a> {
    let current = slot.current.as_deref();
    Detailed {
        entry: entry(name, slot),
        events_as_written: current.map(|managed| managed.wanted.events_as_written.as_slice()).unwrap_or_default(),
        rotation: current.map(|managed| managed.wanted.rotation),
        prevent_destroy: slot.all().any(|managed| managed.wanted.prevent_destroy),
        secret_known: current.is_some_and(|managed| managed.secret.is_some()),
        sealed_to: current.map(|managed| managed.sealed_to.as_slice()).unwrap_or_default(),
    }
}

fn waiting(intent: &Intent) -> Waiting<'_> {
    let Spec { url, events, description } = &intent.wanted.spec;
    Waiting {
        name: intent.name.as_str(),
        url: hidden(url),
        events: events.iter().map(String::as_str).collect(),
        description: description.as_deref().map(hidden),
        first_sent: intent.first_sent,
        last_sent: intent.last_sent,
        unanswered: intent.unanswered,
        closed: intent.closed,
    }
}
