//! Plugins of age: how one is found and started, and whom it may ask. The caller chooses its environment: ours holds the
//! API key. Only encrypting and decrypting run one, never a plan.

mod protocol;
mod talk;
mod watch;

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::Arc;

use age::secrecy::SecretString;

pub(super) use protocol::{PluginIdentities, PluginRecipients};
use talk::Talk;

/// Whom plugins and locked keys may ask.
pub trait Prompt: Send + Sync {
    /// Shows a message; it is untrusted text.
    fn say(&self, message: &str);
    /// Asks for a passphrase, not shown while it is typed; `None` where nobody can be asked.
    fn passphrase(&self, what: &str) -> Option<SecretString>;
}

/// How plugins are found, what environment they get, and whom they may ask.
#[derive(Clone)]
pub struct Plugins {
    /// The folders they are looked for in, absolute ones alone: the working folder may be a stranger's.
    pub folders: Vec<PathBuf>,
    /// All of their environment.
    pub environment: BTreeMap<OsString, OsString>,
    /// Whom they may ask.
    pub prompt: Arc<dyn Prompt>,
}

/// Why a plugin did not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PluginError {
    /// It is not installed.
    #[error("the plugin `age-plugin-{0}` is in no folder of PATH: install it")]
    Missing(String),
    /// It did not start, broke off, or took too long.
    #[error("the plugin `age-plugin-{name}` did not answer")]
    Broken {
        /// Its name.
        name: String,
        /// Why.
        source: std::io::Error,
    },
    /// It speaks otherwise than agreed.
    #[error("the plugin `age-plugin-{name}` answered out of turn: {what}")]
    OutOfTurn {
        /// Its name.
        name: String,
        /// What was wrong.
        what: &'static str,
    },
    /// It says why.
    #[error("the plugin `age-plugin-{name}` says: {reason}")]
    Said {
        /// Its name.
        name: String,
        /// Its reason, escaped.
        reason: String,
    },
}

impl std::fmt::Debug for Plugins {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Plugins").field("folders", &self.folders).finish_non_exhaustive()
    }
}

/// Nobody to ask.
struct Nobody;

impl Prompt for Nobody {
    fn say(&self, _: &str) {}

    fn passphrase(&self, _: &str) -> Option<SecretString> {
        None
    }
}

impl Plugins {
    /// No plugins, and nobody to ask.
    pub fn none() -> Self {
        Self { folders: Vec::new(), environment: BTreeMap::new(), prompt: Arc::new(Nobody) }
    }

    /// Whether the plugin of this name is installed. Runs nothing.
    pub fn has(&self, name: &str) -> bool {
        self.find(name).is_ok()
    }

    fn find(&self, name: &str) -> Result<PathBuf, PluginError> {
        let program = format!("age-plugin-{name}");
        let absolute = self.folders.iter().filter(|folder| folder.is_absolute());
        let runs = |path: &PathBuf| {
            use std::os::unix::fs::PermissionsExt;
            path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
        };
        absolute.map(|folder| folder.join(&program)).find(runs).ok_or_else(|| PluginError::Missing(name.to_owned()))
    }

    fn start(&self, name: &str, machine: &str) -> Result<Talk, PluginError> {
        let path = self.find(name)?;
        Talk::start(&path, name, machine, self).map_err(broken(name))
    }
}

fn broken(name: &str) -> impl Fn(std::io::Error) -> PluginError {
    move |source| PluginError::Broken { name: name.to_owned(), source }
}
