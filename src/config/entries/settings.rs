//! What holds for a run: the top of the file, and what the chosen environment says in its place.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Component, Path, PathBuf};

use crate::config::BaseUrl;
use crate::config::entries::environments::{Chosen, Environment, Environments, KEY_VARIABLE};
use crate::config::entries::sections::{self, Encryption, Place, SafetyRead};
use crate::config::syntax::errors::{Errors, quoted_short};
use crate::config::syntax::tree::Table;
use crate::diagnostic::FileError;
use crate::secrets::Recipient;

/// The settings of a run.
pub(in crate::config) struct Settings {
    /// `None` at an error, or where it is not known.
    pub(in crate::config) base_url: Option<BaseUrl>,
    pub(in crate::config) mark: bool,
    pub(in crate::config) state_path: Option<Place>,
    pub(in crate::config) recipients: Vec<Recipient>,
    pub(in crate::config) recipients_file: Option<Place>,
    pub(in crate::config) safety: SafetyRead,
    pub(in crate::config) api_key_env: String,
}

/// Reads the top of the file and puts the environment's words in the place of its own: the base URL, the state's path,
/// recipients (the list and the file as one, so that an environment which names either is encrypted to its own alone),
/// and of `safety` each key by itself.
pub(in crate::config) fn settings(
    root: &Table<'_>,
    environments: &Environments<'_>,
    chosen: &Chosen<'_, '_>,
    over: Option<&BaseUrl>,
    errors: &mut Errors,
) -> Settings {
    let sections::Provider { base_url: provider, mark } = sections::provider(root, over, errors);
    let state_path = sections::state(root, errors);
    shared_state(environments, state_path.as_ref(), errors);
    let encryption = sections::encryption(root, errors);
    let safety = sections::safety(root, errors);
    let top = |encryption: Encryption, safety, base_url| Settings {
        base_url,
        mark,
        state_path: state_path.clone(),
        recipients: encryption.recipients,
        recipients_file: encryption.file,
        safety,
        api_key_env: KEY_VARIABLE.to_owned(),
    };
    match chosen {
        Chosen::None => top(encryption, safety, provider),
        Chosen::Unknown => top(encryption, SafetyRead::unknown(), None),
        Chosen::One(one) => {
            let base_url = match &one.base_url {
                Some(own) => over.cloned().or(own.clone()),
                None => provider,
            };
            let encryption = one.encryption.clone().unwrap_or(encryption);
            let mut settings = top(encryption, one.safety.over(&safety), base_url);
            settings.state_path = one.state.clone().or(settings.state_path);
            settings.api_key_env = one.api_key_env.clone().unwrap_or(settings.api_key_env);
            settings
        }
    }
}

/// Refuses two environments with one state: a plan of one would replace the endpoints of the other.
fn shared_state(environments: &Environments<'_>, top: Option<&Place>, errors: &mut Errors) {
    // `./x` and `x` are one file.
    let plain = |path: &str| Path::new(path).components().filter(|c| *c != Component::CurDir).collect::<PathBuf>();
    let mut firsts: HashMap<PathBuf, &Environment<'_>> = HashMap::new();
    for one in &environments.all {
        let Some((path, _)) = one.state.as_ref().or(top) else { continue };
        let other = match firsts.entry(plain(path)) {
            Entry::Occupied(first) => *first.get(),
            Entry::Vacant(free) => {
                free.insert(one);
                continue;
            }
        };
        let names = format!("{} and {}", quoted_short(other.name.as_str()), quoted_short(one.name.as_str()));
        let place = one.state.as_ref().map_or_else(|| one.place.clone(), |(_, span)| span.clone());
        let there = other.state.as_ref().or(top).map_or_else(|| other.place.clone(), |(_, span)| span.clone());
        let error = FileError::new(format!("the environments {names} would share one state"), place, "");
        let hint =
            format!("write `state = \"state/webhooks.{}.state.json\"`, or no path: each has its own then", one.name);
        errors.push(error.also(there, "the same state").hint(hint));
    }
}
