//! The API as a command meets it: the server inside the command, or the one at the base url; which key goes where;
//! and whether the account is the state's own.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use super::failure::Failure;
use super::project::Project;
use super::{Network, proxy, terminal};
use crate::apply::Clock;
use crate::config::BaseUrl;
use crate::endpoint::{EndpointId, Observed, Spec};
use crate::plan::needs_second_look;
use crate::sandbox::{self, Keep};
use crate::secrets::SecretString;
use crate::state::{Managed, State, Store};
use crate::timestamp::Timestamp;
use crate::videogen::{ApiError, ApiReader, HttpReader, HttpWriter, Settings, Transport};

/// How long after its creation, in seconds, an endpoint may be missing from a listing because that lags.
const YOUNG: i64 = 60;

/// A connection to the API.
pub struct Live {
    /// Reads it.
    pub reader: HttpReader,
    transport: Transport,
    sandbox: Option<sandbox::Running>,
}

/// What the API answered, before it is checked against a state.
#[derive(Debug)]
pub struct Asked {
    team: Result<String, ApiError>,
    endpoints: Result<Vec<Observed>, ApiError>,
}

/// What the API says before anything is planned.
#[derive(Debug)]
pub struct Seen {
    /// The account, where it is known.
    pub team: Option<String>,
    /// Every live endpoint.
    pub endpoints: Vec<Observed>,
    /// The moment.
    pub now: Timestamp,
    /// What other environments of the configuration manage.
    pub elsewhere: BTreeSet<EndpointId>,
}

impl Seen {
    /// Brings a listing forward to a state that was read after it, where an apply was writing meanwhile: what that
    /// apply made since counts as listed, and what it ended as not.
    pub fn catch_up(&mut self, before: &State, after: &State) {
        let ids = |state: &State| state.all().map(|(_, managed)| managed.endpoint_id.clone()).collect::<HashSet<_>>();
        let (had, has) = (ids(before), ids(after));
        self.endpoints.retain(|seen| has.contains(&seen.id) || !had.contains(&seen.id));
        let listed: HashSet<EndpointId> = self.endpoints.iter().map(|seen| seen.id.clone()).collect();
        let made = after.all().map(|(_, managed)| managed);
        self.endpoints.extend(
            made.filter(|managed| !had.contains(&managed.endpoint_id) && !listed.contains(&managed.endpoint_id))
                .map(observed),
        );
        self.endpoints.sort_by(|a, b| a.id.cmp(&b.id));
    }
}

/// An endpoint of the state as the API is expected to list it.
fn observed(managed: &Managed) -> Observed {
    let Spec { url, events, description } = managed.expected_live().clone();
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

/// The clock.
pub fn now() -> Timestamp {
    pinned().unwrap_or_else(|| Timestamp::of(SystemTime::now()))
}

/// Tests pin the clock, so that due dates and overlaps are the same on every day.
fn pinned() -> Option<Timestamp> {
    let pinned = std::env::var("HOOKWRIGHT_NOW").ok().filter(|_| cfg!(debug_assertions))?;
    humantime::parse_rfc3339(&pinned).ok().map(Timestamp::of)
}

impl Live {
    /// Connects; `None` where there is no key to connect with.
    ///
    /// `keep` is for the server inside the command: whether its database is written.
    pub async fn connect(project: &Project, network: &Network, keep: Keep) -> Result<Option<Self>, Failure> {
        match &project.base_url {
            BaseUrl::Sandbox => Self::embedded(project, network, keep).await.map(Some),
            BaseUrl::Url(base_url) => {
                Self::remote(base_url, project.base_url.is_local(), &project.desired.api_key_env, network)
            }
        }
    }

    /// Connects to the API at an url with the key of an environment variable; `None` where that holds none.
    pub fn remote(base_url: &str, local: bool, variable: &str, network: &Network) -> Result<Option<Self>, Failure> {
        let Some(key) = key(variable)? else { return Ok(None) };
        Self::with(base_url.to_owned(), key, local, network, None).map(Some)
    }

    /// Starts the server inside the command, under a key that nobody else has.
    async fn embedded(project: &Project, network: &Network, keep: Keep) -> Result<Self, Failure> {
        let key = format!("sk_videogen_sandbox_{}", uuid::Uuid::new_v4().simple());
        let options = sandbox::Options {
            key: key.clone(),
            db: Some(database(&project.store)),
            keep,
            ..sandbox::Options::default()
        };
        let running =
            sandbox::serve(options).await.map_err(|e| Failure::caused("the embedded sandbox did not start", &e))?;
        Self::with(running.url(), SecretString::from(key), true, network, Some(running))
    }

    fn with(
        base_url: String,
        key: SecretString,
        local: bool,
        network: &Network,
        sandbox: Option<sandbox::Running>,
    ) -> Result<Self, Failure> {
        let Network { request_timeout: timeout, max_wait, .. } = *network;
        let proxy = if local { None } else { proxy::proxy()? };
        if base_url.starts_with("https:") {
            proxy::certificates()?;
        }
        let watch = terminal::is_verbose().then_some(terminal::exchange as _);
        let settings = Settings { base_url, key, timeout, max_wait, local, proxy, watch };
        let transport = Transport::new(&settings).map_err(Failure::new)?;
        Ok(Self { reader: HttpReader::new(transport.clone()), transport, sandbox })
    }

    /// Changes the API.
    pub fn writer(&self) -> HttpWriter {
        HttpWriter::new(self.transport.clone())
    }

    /// The time by the API's own clock; by this machine's where the API tells none.
    pub fn now(&self) -> Timestamp {
        pinned().unwrap_or_else(|| self.transport.clock().now())
    }

    /// The same clock, for an apply.
    pub fn clock(&self) -> Clock {
        let clock = self.transport.clock().clone();
        Clock::new(move || pinned().unwrap_or_else(|| clock.now()))
    }

    /// The shared wait of this connection's requests.
    pub fn throttle(&self) -> &crate::videogen::Throttle {
        self.transport.throttle()
    }

    /// Ends the server inside the command, its database written.
    pub async fn close(self) -> Result<(), Failure> {
        match self.sandbox {
            Some(running) => {
                running.stop().await.map_err(|e| Failure::caused("the embedded sandbox was not saved", &e))
            }
            None => Ok(()),
        }
    }

    /// Asks for the account and every endpoint, and checks the answers against the state.
    pub async fn look(&self, state: &State, network: &Network) -> Result<Seen, Failure> {
        let asked = self.ask().await;
        self.check(asked, state, network).await
    }

    /// Asks for the account and every endpoint, at once. Needs no state, so that one may be read meanwhile.
    pub async fn ask(&self) -> Asked {
        let (team, endpoints) = tokio::join!(self.reader.team(), self.reader.list());
        Asked { team, endpoints }
    }

    /// Checks the answers against the state. An endpoint of the state that one listing lacks is looked for in a
    /// second before it counts as gone, since pages can shift; and a young one in two more, since a listing can lag.
    pub async fn check(&self, asked: Asked, state: &State, network: &Network) -> Result<Seen, Failure> {
        // An API that lists nothing either is down: no guard is to blame.
        let answers = asked.endpoints.is_ok();
        let team = team(asked.team, answers, state, network)?;
        let mut endpoints = asked.endpoints?;
        let young = self.now().0.saturating_sub(YOUNG);
        let mut agrees = needs_second_look(state, self.now());
        for (pause, made_since) in [(0, i64::MIN), (500, young), (1500, young)] {
            if !std::mem::take(&mut agrees) && !lacks(state, &endpoints, made_since) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(pause)).await;
            let again = self.reader.list().await?;
            endpoints.retain(|seen| again.binary_search_by(|other| other.id.cmp(&seen.id)).is_err());
            endpoints.extend(again);
            endpoints.sort_by(|a, b| a.id.cmp(&b.id));
        }
        Ok(Seen { team, endpoints, now: self.now(), elsewhere: BTreeSet::new() })
    }
}

/// The account, where it is the state's own or may be unknown.
fn team(
    asked: Result<String, ApiError>,
    answers: bool,
    state: &State,
    network: &Network,
) -> Result<Option<String>, Failure> {
    match (asked, &state.team_id) {
        (Ok(team), Some(known)) if team != *known => {
            let (team, known) = (crate::quote::quoted(&team), crate::quote::quoted(known));
            let message = format!("the API key belongs to team {team}, and the state to team {known}");
            Err(Failure::new(message)
                .hint("use a key of the state's team; with this one every endpoint would look gone"))
        }
        (Ok(team), _) => Ok(Some(team)),
        (Err(error), known) if error.status() == Some(401) || (known.is_some() && !network.allow_unknown_team) => {
            let hint = "the account must be the state's own; to go on without knowing it: --allow-unknown-team";
            let unknown = error.status() != Some(401) && answers;
            let failure = Failure::from(error);
            Err(if unknown { failure.hint(hint) } else { failure })
        }
        // What the listing met is told instead.
        (Err(_), _) if !answers => Ok(None),
        (Err(error), _) => {
            terminal::warn(&format!("the account is not known: {error}"));
            Ok(None)
        }
    }
}

/// Whether an endpoint of the state, made no earlier than then, is missing from a listing sorted by id.
fn lacks(state: &State, endpoints: &[Observed], made_since: i64) -> bool {
    let listed = |id: &EndpointId| endpoints.binary_search_by(|seen| seen.id.cmp(id)).is_ok();
    let live = |managed: &&Managed| managed.ended.is_none() && !state.deleting.contains_key(&managed.endpoint_id);
    let mut made = state
        .all()
        .map(|(_, managed)| managed)
        .filter(live)
        .filter(|managed| managed.created_at.unwrap_or(i64::MIN) >= made_since);
    made.any(|managed| !listed(&managed.endpoint_id))
}

/// The embedded sandbox's database: beside the state.
pub fn database(store: &Store) -> PathBuf {
    let state = store.path();
    let name = state.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".state.json").or_else(|| name.strip_suffix(".json")).unwrap_or(&name);
    state.with_file_name(format!("{stem}.sandbox.json"))
}

/// Whether there is a key to connect with; the server inside the command needs none.
pub fn has_key(project: &Project) -> Result<bool, Failure> {
    Ok(project.base_url == BaseUrl::Sandbox || key(&project.desired.api_key_env)?.is_some())
}

/// The API key that an environment variable holds; an empty one is none.
fn key(variable: &str) -> Result<Option<SecretString>, Failure> {
    match std::env::var(variable) {
        Ok(key) if key.trim().is_empty() => Ok(None),
        Ok(key) => {
            crate::mask::learn(&key);
            Ok(Some(SecretString::from(key.trim().to_owned())))
        }
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => {
            Err(Failure::new(format!("{variable} is not a key: it is not UTF-8")))
        }
    }
}

/// The longest time that a shutdown waits for what is in flight.
pub const GRACE: Duration = Duration::from_secs(5);
