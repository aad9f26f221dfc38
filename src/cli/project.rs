//! A run's project: the configuration, what it names, and where the state is.

use std::path::PathBuf;

use super::failure::Failure;
use super::source::Source;
use super::{Global, values};
use crate::config::{self, BaseUrl, Desired, Inputs};
use crate::disk::beside;
use crate::render::Place;
use crate::secrets::Recipient;
use crate::state::{Guards, Store};

/// A configuration that was read, with what belongs to it.
#[derive(Debug)]
pub struct Project {
    /// What is wanted.
    pub desired: Desired,
    /// Where the API is: the environment's word, else the file's.
    pub base_url: BaseUrl,
    /// Who can read the secrets, from list and file.
    pub recipients: Vec<Recipient>,
    /// Where the state is.
    pub store: Store,
    /// The guards that the file sets.
    pub guards: Guards,
}

impl Project {
    /// Where its plans are carried out, for eyes; the team is the API's word, or else the state's.
    pub fn place(&self, team: Option<&str>) -> Place {
        Place {
            api: Some(self.base_url.to_string()),
            team: team.map(str::to_owned),
            environment: self.desired.environment.as_ref().map(|name| name.as_str().to_owned()),
        }
    }
}

/// Reads the configuration and what it names.
pub fn load(global: &Global) -> Result<Project, Failure> {
    let source = Source::read(&global.config)?;
    let base_url = base_url_override()?;
    let inputs = Inputs { base_url, environment: global.env.clone(), values: values::given(global)? };
    let desired = config::parse(&source.sources, &inputs).map_err(|faults| source.failure(&faults))?;
    let mut recipients = desired.recipients.clone();
    if let Some((file, span)) = &desired.recipients_file {
        for recipient in source.recipients(file, span)? {
            if !recipients.contains(&recipient) {
                recipients.push(recipient);
            }
        }
    }
    let environment = desired.environment.as_ref().map(|name| name.as_str());
    let store = match &global.state {
        Some(path) => Store::at(path),
        None => Store::at(&source.state_path(desired.state_path.as_ref(), environment)?),
    };
    let base_url = desired.base_url.clone();
    let guards = Guards {
        base_url: base_url.to_string(),
        recipients: recipients.iter().map(ToString::to_string).collect(),
        allowed_hosts: desired.safety.allowed_hosts.clone(),
        max_deletes: desired.safety.max_deletes,
    };
    Ok(Project { desired, base_url, recipients, store, guards })
}

impl Project {
    /// Where the state is, and every file that belongs to it, there or not there yet.
    pub fn own_files(&self) -> Vec<PathBuf> {
        let database = super::live::database(self);
        let lock = beside(self.store.path(), ".lock");
        let own = [self.store.path().to_owned(), self.store.journal(), self.store.errored(), lock];
        own.into_iter().chain([beside(&database, ".lock"), database]).collect()
    }
}

/// The state's place alone, for commands that need no configuration where `--state` is given.
pub fn store(global: &Global) -> Result<Store, Failure> {
    match &global.state {
        Some(path) => Ok(Store::at(path)),
        None => Ok(load(global)?.store),
    }
}

/// The base url that the environment names, if any.
pub fn base_url_override() -> Result<Option<BaseUrl>, Failure> {
    let Some(text) = std::env::var("VIDEOGEN_BASE_URL").ok().filter(|text| !text.is_empty()) else { return Ok(None) };
    let bad = |reason: String| Failure::new(format!("VIDEOGEN_BASE_URL: {reason}"));
    config::parse_base_url(&text).map(Some).map_err(bad)
}
