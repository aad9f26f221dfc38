//! A run's project: the configuration, what it names, and where the state is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};

use super::failure::Failure;
use super::flags::Global;
use super::source::Source;
use super::{identity, pipeline, place, terminal, values};
use crate::config::{self, BaseUrl, Desired, Inputs, NamedPath};
use crate::disk::{self, beside};
use crate::endpoint::{EndpointId, Name};
use crate::plan::Choices;
use crate::quote::escaped;
use crate::render::Place;
use crate::secrets::{CannotEncrypt, Recipient, cannot_encrypt};
use crate::state::{Guards, Store, parse_state};

/// The most bytes that are read of another environment's state.
const MOST_STATE: u64 = 256 << 20;

/// A configuration that was read, with what belongs to it.
#[derive(Debug)]
pub(super) struct Project {
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
    /// Why nothing can be encrypted to the recipients, if so: known without running a plugin.
    pub cannot_encrypt: Option<CannotEncrypt>,
    /// The configuration as the command line names it, where that is not the default.
    configuration: Option<String>,
    /// What the recipients file calls its recipients.
    labels: BTreeMap<String, String>,
    /// The states of the environments that were not chosen.
    other_states: Vec<(Name, PathBuf)>,
}

impl Project {
    /// Where its plans are carried out, for eyes; the team is the API's word, or else the state's.
    pub(super) fn place(&self, team: Option<&str>, choices: &Choices) -> Place {
        Place {
            api: Some(self.base_url.to_string()),
            team: team.map(str::to_owned),
            environment: self.desired.environment.as_ref().map(|name| name.as_str().to_owned()),
            configuration: self.configuration.clone(),
            targets: choices.targets.clone(),
            commit: pipeline::commit(),
            run: pipeline::run(),
            labels: self.labels.clone(),
        }
    }
}

/// A configuration that was read, with the files that it names; where its state is was not looked at.
pub(super) struct Configuration {
    source: Source,
    /// What is wanted.
    pub desired: Desired,
    /// Who can read the secrets, from list and file.
    pub recipients: Vec<Recipient>,
    /// Why nothing can be encrypted to the recipients, if so: known without running a plugin.
    pub cannot_encrypt: Option<CannotEncrypt>,
    labels: BTreeMap<String, String>,
}

/// Reads the configuration and the files that it names.
pub(super) fn read(global: &Global) -> Result<Configuration, Failure> {
    let source = Source::read(&global.config)?;
    let base_url = base_url_override()?;
    let inputs = Inputs { base_url, environment: global.env.clone(), values: values::given(global)? };
    let desired = config::parse(&source.sources, &inputs).map_err(|faults| source.failure(&faults))?;
    desired.warnings.iter().for_each(|warning| terminal::warn(warning));
    let (mut recipients, mut labels) = (desired.recipients.clone(), BTreeMap::new());
    if let Some((file, span)) = &desired.recipients_file {
        let read = source.recipients(file, span)?;
        labels = read.labels;
        for recipient in read.recipients {
            if !recipients.contains(&recipient) {
                recipients.push(recipient);
            }
        }
    }
    let cannot_encrypt = cannot_encrypt(&recipients, |plugin| identity::plugins().has(plugin));
    Ok(Configuration { source, desired, recipients, cannot_encrypt, labels })
}

/// Reads the configuration, and finds where its state is.
pub(super) fn load(global: &Global) -> Result<Project, Failure> {
    let Configuration { source, desired, recipients, cannot_encrypt, labels } = read(global)?;
    let environment = desired.environment.as_ref().map(|name| name.as_str());
    let store = match &global.state {
        Some(named) => place::named(named)?,
        None => place::of_file(&source, desired.state_path.as_ref(), environment)?,
    };
    let base_url = desired.base_url.clone();
    let guards = Guards {
        base_url: base_url.to_string(),
        recipients: recipients.iter().map(ToString::to_string).collect(),
        allowed_hosts: desired.safety.allowed_hosts.clone(),
        max_deletes: desired.safety.max_deletes,
    };
    let state_of = |(name, named): &(Name, Option<NamedPath>)| {
        if named.as_ref().is_some_and(|(named, _)| config::is_place(named)) {
            return None;
        }
        let path = source.state_path(named.as_ref(), Some(name.as_str())).ok()?;
        (Store::at(&path).name() != store.name()).then(|| (name.clone(), path))
    };
    let other_states = desired.other_environments.iter().filter_map(state_of).collect();
    Ok(Project {
        desired,
        base_url,
        recipients,
        store,
        guards,
        cannot_encrypt,
        configuration: configuration(global),
        labels,
        other_states,
    })
}

/// The configuration's path from where the command was started, where it is not the default: two configurations of one
/// repository have two comments. What came through a descriptor has no name.
fn configuration(global: &Global) -> Option<String> {
    let named = global.chdir.clone().unwrap_or_default().join(&global.config);
    let plain: PathBuf = named.components().filter(|part| *part != Component::CurDir).collect();
    let is_default = plain == Path::new("webhooks.toml") || disk::is_descriptor(&global.config);
    (!is_default).then(|| plain.display().to_string())
}

impl Project {
    /// An error where nothing can be encrypted to the recipients.
    pub(super) fn can_encrypt(&self) -> Result<(), Failure> {
        can_encrypt(self.cannot_encrypt.as_ref())
    }

    /// Every endpoint that another environment of the configuration manages, as far as its state is a file here.
    ///
    /// They are read and never written, without their journals; one that cannot be read is a warning.
    pub(super) fn managed_elsewhere(&self) -> BTreeSet<EndpointId> {
        let mut ids = BTreeSet::new();
        for (environment, path) in &self.other_states {
            let state = match disk::read(path, MOST_STATE) {
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => continue,
                Err(e) => Err(e.to_string()),
                Ok(bytes) => parse_state(&bytes, &path.display().to_string()).map_err(|e| e.to_string()),
            };
            match state {
                Ok(state) => ids.extend(state.all().map(|(_, managed)| managed.endpoint_id.clone())),
                Err(why) => terminal::warn(&format!(
                    "what the environment `{environment}` manages is not known: {}: {}",
                    terminal::path(path),
                    escaped(&why)
                )),
            }
        }
        ids
    }
}

/// An error where nothing can be encrypted to the recipients, for this reason.
pub(super) fn can_encrypt(cannot: Option<&CannotEncrypt>) -> Result<(), Failure> {
    cannot.map_or(Ok(()), |why| Err(Failure::new(why.to_string()).hint(why.hint())))
}

/// Where the state is, and every file that belongs to it, there or not there yet.
pub(super) fn own_files(store: &Store) -> Vec<PathBuf> {
    let database = database(store);
    store.files().into_iter().chain([beside(&database, ".lock"), database]).collect()
}

/// The embedded sandbox's database: beside the state, or where a state file would be.
pub(super) fn database(store: &Store) -> PathBuf {
    let remote = || Path::new("state").join(store.name().rsplit('/').next().unwrap_or_default());
    let state = store.path().map_or_else(remote, Path::to_owned);
    let name = state.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".state.json").or_else(|| name.strip_suffix(".json")).unwrap_or(&name);
    state.with_file_name(format!("{stem}.sandbox.json"))
}

/// The state's place alone, for commands that need no configuration where `--state` is given.
pub(super) fn store(global: &Global) -> Result<Store, Failure> {
    match &global.state {
        Some(named) => place::named(named),
        None => Ok(load(global)?.store),
    }
}

/// The base URL that the environment names, if any.
pub(super) fn base_url_override() -> Result<Option<BaseUrl>, Failure> {
    let Some(text) = std::env::var("VIDEOGEN_BASE_URL").ok().filter(|text| !text.is_empty()) else { return Ok(None) };
    let bad = |reason: String| Failure::new(format!("VIDEOGEN_BASE_URL: {reason}"));
    config::parse_base_url(&text).map(Some).map_err(bad)
}
