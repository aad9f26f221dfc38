//! A command's connection to the API: to the server inside the command, or to the one at the base URL; and which key
//! goes where.

use std::collections::BTreeSet;

use super::failure::Failure;
use super::flags::Network;
use super::project::{self, Project};
use super::{clock, proxy, terminal};
use crate::apply::Clock;
use crate::config::BaseUrl;
use crate::refresh::{self, Asked, Seen, Trusted};
use crate::sandbox::{self, Keep};
use crate::secrets::SecretString;
use crate::state::State;
use crate::timestamp::Timestamp;
use crate::videogen::{HttpReader, HttpWriter, Settings, Transport};

/// A connection to the API.
pub(super) struct Connection {
    /// Reads it.
    pub reader: HttpReader,
    transport: Transport,
    sandbox: Option<sandbox::Running>,
}

impl Connection {
    /// Connects; `None` where there is no key to connect with.
    ///
    /// `keep` is for the server inside the command: whether its database is written.
    pub(super) async fn connect(project: &Project, network: &Network, keep: Keep) -> Result<Option<Self>, Failure> {
        match &project.base_url {
            BaseUrl::Sandbox => Self::embedded(project, network, keep).await.map(Some),
            BaseUrl::Url(base_url) => {
                Self::remote(base_url, project.base_url.is_local(), &project.desired.api_key_env, network)
            }
        }
    }

    /// Connects for a command that writes; an error where there is no key to connect with.
    pub(super) async fn required(project: &Project, network: &Network) -> Result<Self, Failure> {
        Self::connect(project, network, Keep::Written).await?.ok_or_else(|| missing_key(project))
    }

    /// Connects to the API at a URL with the key of an environment variable; `None` where that holds none.
    pub(super) fn remote(
        base_url: &str,
        local: bool,
        variable: &str,
        network: &Network,
    ) -> Result<Option<Self>, Failure> {
        let Some(key) = key(variable)? else { return Ok(None) };
        Self::with(base_url.to_owned(), key, local, network, None).map(Some)
    }

    /// Starts the server inside the command, under a key that nobody else has.
    async fn embedded(project: &Project, network: &Network, keep: Keep) -> Result<Self, Failure> {
        let key = format!("sk_videogen_sandbox_{}", uuid::Uuid::new_v4().simple());
        let options = sandbox::Options {
            key: key.clone(),
            db: Some(project::database(&project.store)),
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
    pub(super) fn writer(&self) -> HttpWriter {
        HttpWriter::new(self.transport.clone())
    }

    /// The time by the API's own clock; by this machine's where the API tells none.
    pub(super) fn now(&self) -> Timestamp {
        clock::pinned().unwrap_or_else(|| self.transport.clock().now())
    }

    /// The same clock, for an apply.
    pub(super) fn clock(&self) -> Clock {
        let clock = self.transport.clock().clone();
        Clock::new(move || clock::pinned().unwrap_or_else(|| clock.now()))
    }

    /// The shared wait of this connection's requests.
    pub(super) fn throttle(&self) -> &crate::videogen::Throttle {
        self.transport.throttle()
    }

    /// Ends the server inside the command, its database written.
    pub(super) async fn close(self) -> Result<(), Failure> {
        match self.sandbox {
            Some(running) => {
                running.stop().await.map_err(|e| Failure::caused("the embedded sandbox was not saved", &e))
            }
            None => Ok(()),
        }
    }

    /// Asks for the account and every endpoint, and checks the answers against the state.
    pub(super) async fn look(&self, state: &State, network: &Network) -> Result<Seen, Failure> {
        let asked = refresh::ask(&self.reader).await;
        self.check(asked, state, network).await
    }

    /// Checks the answers against the state, and says where the account stays unknown.
    pub(super) async fn check(&self, asked: Asked, state: &State, network: &Network) -> Result<Seen, Failure> {
        let Trusted { team, endpoints, unverified } = asked.judge(state, network.allow_unknown_team)?;
        if let Some(error) = unverified {
            terminal::warn(&format!("the account is not known: {error}"));
        }
        let endpoints = refresh::confirm(&self.reader, endpoints, state, self.now()).await?;
        Ok(Seen { team, endpoints, now: self.now(), elsewhere: BTreeSet::new() })
    }
}

/// An error where there is no key to connect with; the server inside the command needs none.
pub(super) fn require_key(project: &Project) -> Result<(), Failure> {
    match project.base_url == BaseUrl::Sandbox || key(&project.desired.api_key_env)?.is_some() {
        true => Ok(()),
        false => Err(missing_key(project)),
    }
}

fn missing_key(project: &Project) -> Failure {
    Failure::new(format!("{} is not set", project.desired.api_key_env))
        .hint("set it to a key of the account; to try without one, write base_url = \"sandbox\" under [provider]")
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
