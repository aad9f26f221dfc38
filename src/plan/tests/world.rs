//! A world that a test changes: the desired file as text, the state, the listing, the moment, the choices.

use std::collections::BTreeSet;

use crate::config::{Desired, Inputs};
use crate::diagnostic::Sources;
use crate::endpoint::{EndpointId, Name, Observed, Spec};
use crate::plan::{Choices, Plan, plan};
use crate::secrets::CannotEncrypt;
use crate::state::{Guards, Intent, Managed, Slot, State};
use crate::timestamp::Timestamp;

/// The moment at which every endpoint of a settled world was made.
pub(crate) const MADE: i64 = 1_700_000_000;
/// A day in seconds.
pub(crate) const DAY: i64 = 86_400;

/// All that a plan is made from.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub text: String,
    pub state: State,
    pub live: Option<Vec<Observed>>,
    pub now: Timestamp,
    pub choices: Choices,
    pub cannot_encrypt: Option<CannotEncrypt>,
    pub elsewhere: BTreeSet<EndpointId>,
}

pub(crate) fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

pub(crate) fn id(text: &str) -> EndpointId {
    EndpointId::new(text)
}

/// An endpoint as the API lists it.
pub(crate) fn observed(id: &EndpointId, spec: &Spec, last4: &str) -> Observed {
    let Spec { url, events, description } = spec.clone();
    Observed {
        id: id.clone(),
        url,
        events,
        description: Some(description),
        created_at: Some(MADE),
        tag: None,
        secret_last4: Some(last4.to_owned()),
    }
}

/// The guards that a file sets.
pub(crate) fn guards(desired: &Desired) -> Guards {
    Guards {
        base_url: desired.base_url.to_string(),
        recipients: desired.recipients.iter().map(ToString::to_string).collect(),
        allowed_hosts: desired.safety.allowed_hosts.clone(),
        max_deletes: desired.safety.max_deletes,
    }
}

impl World {
    /// A world in which an apply has just succeeded: state and listing are exactly what the file wants.
    pub(crate) fn applied(text: &str) -> Self {
        let desired = parse(text);
        let mut state = State::new("lineage".to_owned());
        state.team_id = Some("vg_team_a".to_owned());
        state.guards = Some(guards(&desired));
        for (name, entry) in &desired.webhooks {
            let managed = Managed {
                endpoint_id: id(&format!("ep_{name}")),
                wanted: entry.wanted.clone(),
                answered: None,
                created_at: Some(MADE),
                secret_last4: Some("1111".to_owned()),
                secret: serde_json::from_str("\"sealed\"").unwrap(),
                sealed_to: Default::default(),
                until: None,
                ended: None,
                unknown: Default::default(),
            };
            state.endpoints.insert(name.clone(), managed.into());
        }
        let mut world = Self {
            text: text.to_owned(),
            state,
            live: None,
            now: Timestamp(MADE + DAY),
            choices: Choices::default(),
            cannot_encrypt: None,
            elsewhere: BTreeSet::new(),
        };
        world.list_what_the_state_has();
        world
    }

    /// A world that was never applied.
    pub(crate) fn untouched(text: &str) -> Self {
        let mut world = Self::applied(text);
        world.state = State::new("lineage".to_owned());
        world.live = Some(Vec::new());
        world
    }

    /// Lists every endpoint of the state, as it was made.
    pub(crate) fn list_what_the_state_has(&mut self) {
        let seen =
            |m: &Managed| observed(&m.endpoint_id, m.expected_live(), m.secret_last4.as_deref().unwrap_or_default());
        self.live = Some(self.state.all().map(|(_, managed)| seen(managed)).collect());
    }

    /// The file with one place changed.
    pub(crate) fn edit(mut self, from: &str, to: &str) -> Self {
        assert!(self.text.contains(from), "the file has no {from:?}");
        self.text = self.text.replace(from, to);
        self
    }

    /// The file with more below it.
    pub(crate) fn append(mut self, more: &str) -> Self {
        self.text.push_str(more);
        self
    }

    /// The file without an entry.
    pub(crate) fn without(mut self, entry: &str) -> Self {
        let header = format!("[webhooks.{entry}]");
        let start = self.text.find(&header).unwrap();
        let end = self.text[start + 1..].find("\n[").map_or(self.text.len(), |at| start + 1 + at);
        self.text.replace_range(start..end, "");
        self
    }

    pub(crate) fn managed(&mut self, entry: &str) -> &mut Managed {
        self.slot(entry).current.as_mut().unwrap()
    }

    pub(crate) fn slot(&mut self, entry: &str) -> &mut Slot {
        self.state.endpoints.get_mut(&name(entry)).unwrap()
    }

    pub(crate) fn listed(&mut self, endpoint: &str) -> &mut Observed {
        let live = self.live.as_mut().unwrap();
        live.iter_mut().find(|seen| seen.id == id(endpoint)).unwrap()
    }

    pub(crate) fn list(&mut self, seen: Observed) {
        self.live.as_mut().unwrap().push(seen);
    }

    pub(crate) fn unlist(&mut self, endpoint: &str) {
        self.live.as_mut().unwrap().retain(|seen| seen.id != id(endpoint));
    }

    /// What an entry of the file wants.
    pub(crate) fn spec(&self, entry: &str) -> Spec {
        parse(&self.text).webhooks[&name(entry)].wanted.spec.clone()
    }

    /// An intent for an entry of the file: sent a minute before now, and not answered.
    pub(crate) fn lost(&self, key: &str, entry: &str) -> Intent {
        let wanted = parse(&self.text).webhooks[&name(entry)].wanted.clone();
        let sent = Some(Timestamp(self.now.0 - 60));
        Intent {
            key: key.to_owned(),
            name: name(entry),
            wanted,
            live_before: BTreeSet::new(),
            replaces: None,
            overlap_seconds: 0,
            first_sent: sent,
            last_sent: sent,
            unanswered: 1,
            tag: None,
            used: Default::default(),
            received: Default::default(),
            named: Default::default(),
            closed: false,
        }
    }

    pub(crate) fn plan(&self) -> Plan {
        let desired = parse(&self.text);
        plan(&crate::plan::World {
            desired: &desired,
            state: &self.state,
            live: self.live.as_deref(),
            guards: &guards(&desired),
            team: Some("vg_team_a"),
            now: self.now,
            environment: None,
            choices: &self.choices,
            cannot_encrypt: self.cannot_encrypt.as_ref(),
            elsewhere: &self.elsewhere,
        })
    }

    /// The plan in its compact form.
    pub(crate) fn told(&self) -> String {
        super::told(&self.plan())
    }
}

/// A configuration of one file that must be sound.
fn parse(text: &str) -> Desired {
    crate::config::parse(&Sources::one("webhooks.toml", text.to_owned()), &Inputs::default()).unwrap()
}
