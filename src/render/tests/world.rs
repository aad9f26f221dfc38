//! Small worlds to render: one with everything in it, and the parts to build others.

use std::collections::{BTreeMap, BTreeSet};

use crate::config::{BaseUrl, Desired, Entry, Lifecycle, ReplaceOrder, Safety};
use crate::endpoint::{EndpointId, Name, Observed, Spec, Wanted};
use crate::plan::{Choices, Plan, World, plan};
use crate::state::{Guards, Intent, Managed, State};
use crate::timestamp::Timestamp;

pub(super) const NOW: i64 = 1_800_000_000;

/// All that a plan is made from, owned.
pub(super) struct Parts {
    pub desired: Desired,
    pub state: State,
    pub live: Option<Vec<Observed>>,
    pub guards: Guards,
    pub environment: Option<String>,
    pub choices: Choices,
}

impl Parts {
    pub(super) fn new() -> Self {
        let guards = Guards { base_url: "https://api.videogen.io".into(), ..Guards::default() };
        let mut state = State::new("11111111-2222-4333-8444-555555555555".into());
        state.guards = Some(guards.clone());
        state.team_id = Some("vg_team_1".into());
        let desired = Desired {
            mark: false,
            environment: None,
            api_key_env: "VIDEOGEN_API_KEY".into(),
            base_url: BaseUrl::Url("https://api.videogen.io".into()),
            state_path: None,
            recipients: Vec::new(),
            recipients_file: None,
            safety: Safety::default(),
            webhooks: BTreeMap::new(),
            imports: BTreeMap::new(),
            moved: BTreeMap::new(),
            other_environments: Vec::new(),
            warnings: Vec::new(),
            removed: BTreeSet::new(),
        };
        let choices = Choices { allow_all_gone: true, ..Choices::default() };
        Self { desired, state, live: Some(Vec::new()), guards, environment: None, choices }
    }

    pub(super) fn want(&mut self, entry_name: &str, entry: Entry) {
        let line = 10 + 5 * self.desired.webhooks.len();
        self.desired.webhooks.insert(name(entry_name), Entry { line, ..entry });
    }

    /// An endpoint in the state, live as it was made.
    pub(super) fn have(&mut self, entry_name: &str, managed: Managed) {
        self.live.get_or_insert_default().push(listed(&managed));
        self.state.endpoints.insert(name(entry_name), managed.into());
    }

    pub(super) fn both(&mut self, entry_name: &str, managed: Managed, entry: Entry) {
        self.have(entry_name, managed);
        self.want(entry_name, entry);
    }

    pub(super) fn live(&mut self, id: &str) -> &mut Observed {
        self.live.as_mut().unwrap().iter_mut().find(|seen| seen.id.as_str() == id).unwrap()
    }

    pub(super) fn plan(&self) -> Plan {
        plan(&World {
            team: None,
            desired: &self.desired,
            state: &self.state,
            live: self.live.as_deref(),
            guards: &self.guards,
            now: Timestamp(NOW),
            environment: self.environment.as_deref(),
            choices: &self.choices,
            cannot_encrypt: None,
            elsewhere: &BTreeSet::new(),
        })
    }
}

pub(super) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(super) fn spec(url: &str, events: &[&str], description: Option<&str>) -> Spec {
    let events = events.iter().map(|event| (*event).to_owned()).collect();
    Spec { url: url.into(), events, description: description.map(Into::into) }
}

fn wanted(spec: Spec) -> Wanted {
    Wanted { events_as_written: spec.events.iter().cloned().collect(), spec, rotation: 1, prevent_destroy: false }
}

/// An entry whose secret is to be renewed.
pub(super) fn renewed(spec: Spec) -> Entry {
    Entry { wanted: Wanted { rotation: 2, ..wanted(spec.clone()) }, ..entry(spec) }
}

pub(super) fn entry(spec: Spec) -> Entry {
    Entry { wanted: wanted(spec), rotate_after: None, lifecycle: Lifecycle::default(), line: 0, file: None }
}

pub(super) fn managed(id: &str, spec: Spec) -> Managed {
    Managed {
        endpoint_id: EndpointId::new(id),
        wanted: wanted(spec),
        answered: None,
        created_at: Some(NOW - 86_400),
        secret_last4: Some("ab12".into()),
        secret: serde_json::from_str("\"sealed\"").ok(),
        sealed_to: vec!["age1operator".into()].into(),
        until: None,
        ended: None,
        unknown: BTreeMap::new(),
    }
}

pub(super) fn listed(managed: &Managed) -> Observed {
    let Spec { url, events, description } = managed.wanted.spec.clone();
    Observed {
        id: managed.endpoint_id.clone(),
        url,
        events,
        description: Some(description),
        created_at: managed.created_at,
        tag: None,
        secret_last4: managed.secret_last4.clone(),
    }
}

pub(super) fn intent(key: &str, entry_name: &str, body: Spec) -> Intent {
    Intent {
        key: key.into(),
        name: name(entry_name),
        wanted: wanted(body),
        live_before: BTreeSet::new(),
        replaces: None,
        overlap_seconds: 0,
        first_sent: Some(Timestamp(NOW - 300)),
        last_sent: Some(Timestamp(NOW - 300)),
        unanswered: 1,
        tag: None,
        used: Default::default(),
        received: Default::default(),
        named: Default::default(),
        closed: false,
    }
}

const DONE: &str = "tool_execution.succeeded";
const FAILED: &str = "tool_execution.failed";
const EXPORTED: &str = "project_export.succeeded";

pub(super) fn at(path: &str) -> Spec {
    spec(&format!("https://hooks.example.com/{path}"), &[DONE, FAILED], None)
}

/// Every action, drift of every kind, unmanaged endpoints, notes, refusals, changed guards, an environment.
pub(super) fn rich() -> Parts {
    let mut parts = Parts::new();
    parts.environment = Some("production".into());
    steady(&mut parts);
    replaced(&mut parts);
    drifted(&mut parts);
    lost(&mut parts);
    parts.want("fresh", entry(spec("https://new.example.net/in", &[DONE, EXPORTED], Some("Exports"))));
    parts.want("twin", entry(at("twin")));
    parts.have("legacy", managed("ep_legacy", at("legacy")));
    let mut vault = managed("ep_vault", at("vault"));
    vault.wanted.prevent_destroy = true;
    parts.have("vault", vault);
    parts.have("forgotten", managed("ep_forgotten", at("forgotten")));
    parts.desired.removed.insert(name("forgotten"));
    let strangers = [("ep_stranger", at("elsewhere")), ("ep_twin", at("twin")), ("ep_double", at("steady"))];
    for (id, spec) in strangers {
        parts.live.as_mut().unwrap().push(listed(&managed(id, spec)));
    }
    parts.live.as_mut().unwrap().push(listed(&managed("ep_adopt", at("adopt"))));
    parts.want("adopted", entry(at("adopt")));
    parts.desired.imports.insert(name("adopted"), EndpointId::new("ep_adopt"));
    let last = parts.state.guards.as_mut().unwrap();
    last.recipients = ["age1operator".into(), "age1leaver".into()].into();
    last.max_deletes = Some(3);
    parts.guards.recipients = ["age1operator".into(), "age1joiner".into()].into();
    parts
}

fn steady(parts: &mut Parts) {
    let ended = Managed { until: Some(Timestamp(NOW - 60)), ..managed("ep_ended", at("steady")) };
    let kept = Managed { until: Some(Timestamp(NOW + 3600)), ..managed("ep_kept", at("steady")) };
    for old in [&ended, &kept] {
        parts.live.as_mut().unwrap().push(listed(old));
    }
    parts.both("steady", managed("ep_steady", at("steady")), entry(at("steady")));
    parts.state.endpoints.get_mut(&name("steady")).unwrap().deposed = vec![ended, kept];
    parts.both("plain", managed("ep_plain", at("plain")), entry(at("plain")));
    let mut noted = entry(at("noted"));
    noted.wanted.prevent_destroy = true;
    parts.both("noted", managed("ep_noted", at("noted")), noted);
    parts.have("old-name", managed("ep_moved", at("moved")));
    parts.want("new-name", entry(at("moved")));
}

fn replaced(parts: &mut Parts) {
    let now = spec("https://hooks.example.com/v2/render", &[DONE, EXPORTED], Some("Render pipeline"));
    let was = spec("https://hooks.example.com/v1/render", &[DONE, FAILED], Some("Render pipeline"));
    parts.both("render-done", managed("ep_render", was), entry(now));
    let mut strict = entry(Spec { description: Some("Billing, quarterly".into()), ..at("strict") });
    strict.lifecycle.replace = ReplaceOrder::DestroyFirst;
    let was = Spec { description: Some("Billing, monthly".into()), ..at("strict") };
    parts.both("strict", managed("ep_strict", was), strict);
    parts.both("rotated", managed("ep_rotated", at("rotated")), renewed(at("rotated")));
}

fn drifted(parts: &mut Parts) {
    parts.both("gone", managed("ep_gone", at("gone")), entry(at("gone")));
    parts.live.as_mut().unwrap().retain(|seen| seen.id.as_str() != "ep_gone");
    parts.both("strayed", managed("ep_strayed", at("strayed")), entry(at("strayed")));
    parts.live("ep_strayed").url = "https://evil.example/strayed".into();
    parts.live("ep_strayed").events = [DONE.to_owned(), EXPORTED.to_owned()].into();
    parts.both("leaked", managed("ep_leaked", at("leaked")), entry(at("leaked")));
    parts.live("ep_leaked").secret_last4 = Some("zz99".into());
}

fn lost(parts: &mut Parts) {
    parts.want("lost", entry(at("lost")));
    parts.state.pending.push(intent("k-lost", "lost", at("lost")));
    parts.state.pending.push(Intent { unanswered: 0, ..intent("k-unwanted", "unwanted", at("unwanted")) });
    parts.state.pending.push(Intent { closed: true, ..intent("k-orphan", "steady", at("orphan")) });
    let orphan = Managed { created_at: Some(NOW - 299), ..managed("ep_orphan", at("orphan")) };
    parts.live.as_mut().unwrap().push(listed(&orphan));
}
