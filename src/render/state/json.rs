//! `state list --format json` and `show --format json`.

use serde::Serialize;

use super::super::json::{FORMAT_VERSION, pretty};
use crate::quote::hidden;
use crate::state::{Guards, Intent, Managed, State};
use crate::timestamp::Timestamp;

/// An array of the endpoints, by name, each with its predecessors that are still live.
pub fn state_list_json(state: &State) -> String {
    let entries: Vec<Entry<'_>> = state.endpoints.iter().map(|(name, managed)| entry(name.as_str(), managed)).collect();
    pretty(&entries)
}

/// One object: the state's head, its guards, its endpoints with all that is known of them, its open creates.
pub fn show_json(state: &State) -> String {
    let State { version: _, serial, lineage, team_id, guards, pending, endpoints, folded: _, applied: _, unknown: _ } =
        state;
    pretty(&Document {
        format_version: FORMAT_VERSION,
        serial: *serial,
        lineage,
        team_id: team_id.as_deref(),
        guards: guards.as_ref(),
        endpoints: endpoints.iter().map(|(name, managed)| detailed(name.as_str(), managed)).collect(),
        pending: pending.iter().map(waiting).collect(),
    })
}

#[derive(Serialize)]
struct Document<'a> {
    format_version: &'static str,
    serial: u64,
    lineage: &'a str,
    team_id: Option<&'a str>,
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

#[derive(Serialize)]
struct Endpoint<'a> {
    endpoint_id: &'a str,
    url: String,
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
}

#[derive(Serialize)]
struct Detailed<'a> {
    #[serde(flatten)]
    entry: Entry<'a>,
    events_as_written: &'a [String],
    rotation: u32,
    prevent_destroy: bool,
    /// Whether the state has the secret, sealed; an import may have come without.
    secret_known: bool,
    sealed_to: &'a [String],
}

/// A create whose outcome is not settled; its key stays inside.
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

fn endpoint(managed: &Managed) -> Endpoint<'_> {
    Endpoint {
        endpoint_id: managed.endpoint_id.as_str(),
        url: hidden(&managed.spec.url),
        events: managed.spec.events.iter().map(String::as_str).collect(),
        description: managed.spec.description.as_deref().map(hidden),
        created_at: managed.created_at,
        secret_last4: managed.secret_last4.as_deref(),
    }
}

fn entry<'a>(name: &'a str, managed: &'a Managed) -> Entry<'a> {
    let deposed = managed.deposed.iter().map(|old| Deposed { endpoint: endpoint(old), until: old.until });
    Entry { name, endpoint: endpoint(managed), deposed: deposed.collect() }
}

fn detailed<'a>(name: &'a str, managed: &'a Managed) -> Detailed<'a> {
    Detailed {
        entry: entry(name, managed),
        events_as_written: &managed.events_as_written,
        rotation: managed.rotation,
        prevent_destroy: managed.prevent_destroy,
        secret_known: managed.secret.is_some(),
        sealed_to: &managed.sealed_to,
    }
}

fn waiting(intent: &Intent) -> Waiting<'_> {
    Waiting {
        name: intent.name.as_str(),
        url: hidden(&intent.body.url),
        events: intent.body.events.iter().map(String::as_str).collect(),
        description: intent.body.description.as_deref().map(hidden),
        first_sent: intent.first_sent,
        last_sent: intent.last_sent,
        unanswered: intent.unanswered,
        closed: intent.closed,
    }
}
