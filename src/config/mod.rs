//! The desired file: text → [`Desired`], valid by construction and sorted, or every error found. Gets text, never
//! paths; reads no disk, no environment, no clock.

mod entries;
mod parse;
mod syntax;
#[cfg(test)]
mod tests;
mod values;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::time::Duration;

use crate::endpoint::{Attribute, EndpointId, Name, Wanted};
use crate::secrets::Recipient;

pub(crate) use entries::sections::is_place;
pub use parse::parse;
pub(crate) use values::base_url::parse_base_url;
pub(crate) use values::given::{Given, Giver, parse_values};
pub(crate) use values::recipients::{BadLine, RecipientsFile, parse_recipients};

/// The JSON Schema (draft 2020-12) of a file, for editors.
pub(crate) const SCHEMA: &str = include_str!("schema.json");

/// The most bytes that the value of a variable may have.
const MOST_VALUE: usize = 2048;

/// What is known beside the files.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// The base URL that stands before every other and widens, by its host alone, where a file may send the API key.
    pub base_url: Option<BaseUrl>,
    /// The environment that was asked for.
    pub environment: Option<String>,
    /// Values of variables; a later one stands before an earlier one, and all before those of the files.
    pub values: Vec<Given>,
}

/// A path as written, with its place.
pub(crate) type NamedPath = (String, Range<usize>);

/// All that a team wants, as its files say.
#[derive(Debug, Clone, PartialEq)]
pub struct Desired {
    /// `[provider] base_url` or the environment's, or the API's own.
    pub base_url: BaseUrl,
    /// `[provider] mark`: whether creates carry a tag of their intent at the end of the description.
    pub mark: bool,
    /// The environment that was chosen, where the file has any.
    pub environment: Option<Name>,
    /// The environment variable that holds the API key: `VIDEOGEN_API_KEY`, or one that begins with it and `_`.
    pub api_key_env: String,
    /// `[state] path` or the environment's `state`, as written, with its place.
    pub state_path: Option<NamedPath>,
    /// `[encryption] recipients`, each once, in the file's order.
    pub recipients: Vec<Recipient>,
    /// `[encryption] recipients_file` as written, with its place.
    pub recipients_file: Option<NamedPath>,
    /// `[safety]`.
    pub safety: Safety,
    /// `[webhooks.*]`, but for those of other environments.
    pub webhooks: BTreeMap<Name, Entry>,
    /// `[imports]`, and those of the environment before them: name → the id to adopt.
    pub imports: BTreeMap<Name, EndpointId>,
    /// `[moved]`: new name → old name. It may chain: a new name without an entry is the old name of another line.
    pub moved: BTreeMap<Name, Name>,
    /// `[removed] names`: forgotten without deleting.
    pub removed: BTreeSet<Name>,
    /// The environments that were not chosen, each with its `state` as written: what they manage is not unmanaged here.
    pub other_environments: Vec<(Name, Option<NamedPath>)>,
    /// What was passed over and is worth a warning, in words.
    pub warnings: Vec<String>,
}

/// One `[webhooks.NAME]`, with `[defaults]` already applied.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// What the endpoint shall be; events expanded, and a rotation of 1 where the file is silent.
    pub wanted: Wanted,
    /// The age at which the plan says that a renewal is due.
    pub rotate_after: Option<Duration>,
    /// `lifecycle`.
    pub lifecycle: Lifecycle,
    /// The 1-based line of the entry's header.
    pub line: usize,
    /// Its file, where there are several.
    pub file: Option<String>,
}

/// How an entry is replaced and protected.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Lifecycle {
    /// Which comes first in a replacement.
    pub replace: ReplaceOrder,
    /// Attributes whose differences are left alone.
    pub ignore_changes: BTreeSet<Attribute>,
    /// How long the old endpoint is kept beside its successor; `None` takes the default of the kind of replacement.
    pub overlap: Option<Duration>,
}

/// Which comes first in a replacement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ReplaceOrder {
    /// `create_before_destroy`: no gap in the events; both live meanwhile.
    #[default]
    CreateFirst,
    /// `destroy_before_create`: never two; events in between are lost.
    DestroyFirst,
}

/// The guards of a file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Safety {
    /// Hosts that an entry's url may have, as written in lower-case punycode; `None` allows all.
    pub allowed_hosts: Option<BTreeSet<String>>,
    /// The most endpoints that one apply may delete, replace or forget.
    pub max_deletes: Option<u32>,
}

/// Where the API is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BaseUrl {
    /// `"sandbox"`: the server inside the command.
    Sandbox,
    /// A checked http(s) url without a trailing slash.
    Url(String),
}
