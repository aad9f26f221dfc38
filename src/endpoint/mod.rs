//! The vocabulary: names, ids, urls, events, and what an endpoint is made of. No input, no output, no policy.

mod shared;

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};
use url::{Host, Url};

pub(crate) use shared::{Events, Words};

/// The name of an entry: hookwright's alone, since the API has none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct Name(String);

/// A name that is not `[A-Za-z0-9_-]`, 1 to 64 of them.
#[derive(Debug, thiserror::Error)]
#[error("a name is 1 to 64 of the characters A-Z a-z 0-9 _ -")]
pub struct BadName;

impl Name {
    /// Checks and wraps a name.
    pub fn parse(text: &str) -> Result<Self, BadName> {
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if (1..=64).contains(&text.len()) && text.chars().all(legal) { Ok(Self(text.to_owned())) } else { Err(BadName) }
    }

    /// The name as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for Name {
    type Err = BadName;
    fn from_str(text: &str) -> Result<Self, BadName> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Name {
    type Error = BadName;
    fn try_from(text: String) -> Result<Self, BadName> {
        Self::parse(&text)
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The API's id of an endpoint: opaque, stored as it came, never parsed (`ep_…` and `wh_endpoint_…` are both seen).
///
/// `Display` escapes it: it is untrusted text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EndpointId(String);

impl EndpointId {
    /// Wraps an id as the API gave it.
    pub fn new(id: impl Into<String>) -> Self {
        Self(id.into())
    }

    /// The id, byte for byte.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EndpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&crate::quote::escaped(&self.0))
    }
}

/// The events known to this version, in the API's own order; more will be added.
pub(crate) const KNOWN_EVENTS: [&str; 18] = [
    "tool_execution.succeeded",
    "tool_execution.failed",
    "tool_execution.cancelled",
    "workflow_run.succeeded",
    "workflow_run.failed",
    "workflow_run.cancelled",
    "project_export.succeeded",
    "project_export.failed",
    "project_export.cancelled",
    "assistant_message.succeeded",
    "assistant_message.failed",
    "assistant_message.cancelled",
    "file.upload.completed",
    "file.upload.failed",
    "file.playback_ready",
    "file.download_ready",
    "file.analysis_completed",
    "file.analysis_failed",
];

/// The known events that `word` stands for: itself, or all of a group where it ends in `.*`. Empty where none is known.
pub(crate) fn expand_event(word: &str) -> Vec<&'static str> {
    match word.strip_suffix('*') {
        Some(group) if group.ends_with('.') => KNOWN_EVENTS.into_iter().filter(|e| e.starts_with(group)).collect(),
        _ => KNOWN_EVENTS.into_iter().filter(|e| *e == word).collect(),
    }
}

/// What an endpoint is asked to be: all that the API's create call takes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Spec {
    /// The URL in its checked serialisation, the very bytes that are sent.
    pub url: String,
    /// The events.
    pub events: Events,
    /// A description, or none.
    pub description: Option<String>,
}

/// One attribute of a [`Spec`].
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    strum::VariantArray,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Attribute {
    /// `url`
    Url,
    /// `events`
    Events,
    /// `description`
    Description,
}

impl Attribute {
    /// Every attribute, in the order in which they are shown.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The key in the file, in the state and in every output.
    pub fn word(self) -> &'static str {
        self.into()
    }
}

/// What an attribute is: equal values are no difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attributed<'a> {
    /// A text, or none.
    Text(Option<&'a str>),
    /// A set of texts: order and repeats mean nothing.
    Set(&'a BTreeSet<String>),
}

impl Spec {
    /// What one attribute is. A new field does not compile until it has an [`Attribute`], and so is compared and shown.
    pub fn get(&self, attribute: Attribute) -> Attributed<'_> {
        let Self { url, events, description } = self;
        match attribute {
            Attribute::Url => Attributed::Text(Some(url)),
            Attribute::Events => Attributed::Set(events),
            Attribute::Description => Attributed::Text(description.as_deref()),
        }
    }

    /// The attributes in which two specs differ, as they are.
    pub fn differing(&self, other: &Self) -> Vec<Attribute> {
        Attribute::ALL.iter().copied().filter(|attribute| self.get(*attribute) != other.get(*attribute)).collect()
    }

    /// The form in which two specs are compared when the API may have answered in other words: the URL without a
    /// trailing slash, the description by [`canonical_description`], an empty one as none.
    pub fn canonical(&self) -> Self {
        let description = self.description.as_deref().map(canonical_description);
        Self {
            url: canonical_url(&self.url),
            events: self.events.clone(),
            description: description.filter(|text| !text.is_empty()).map(Cow::into_owned),
        }
    }

    /// Whether two specs ask for the same: url and events as they are, the description in canonical form.
    pub fn is_same_as(&self, other: &Self) -> bool {
        let described = || is_same_description(self.description.as_deref(), other.description.as_deref());
        self.url == other.url && self.events == other.events && described()
    }
}

/// What an entry wants of its endpoint: what the API is asked for, and what hookwright alone knows of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wanted {
    /// What is sent.
    #[serde(rename = "body")]
    pub spec: Spec,
    /// The events as the file writes them, each once, sorted.
    pub events_as_written: Words,
    /// The entry's rotation: raised to renew the secret.
    pub rotation: u32,
    /// The entry's protection.
    pub prevent_destroy: bool,
}

/// The form in which descriptions are compared: CRLF and CR as LF, no white space at the end of a line or of the text.
///
/// An editor or a checkout changes those without meaning to. What is stored and what is shown keeps its bytes.
pub(crate) fn canonical_description(text: &str) -> Cow<'_, str> {
    if !text.contains(['\r', '\n']) {
        return Cow::Borrowed(text.trim_end());
    }
    let unix = text.replace("\r\n", "\n").replace('\r', "\n");
    let lines: Vec<&str> = unix.split('\n').map(str::trim_end).collect();
    Cow::Owned(lines.join("\n").trim_end().to_owned())
}

/// Whether two descriptions say the same: an empty one is none.
pub(crate) fn is_same_description(a: Option<&str>, b: Option<&str>) -> bool {
    a == b || canonical_description(a.unwrap_or_default()) == canonical_description(b.unwrap_or_default())
}

fn canonical_url(text: &str) -> String {
    let mut url = Url::parse(text).map_or_else(|_| text.to_owned(), String::from);
    if url.ends_with('/') {
        url.pop();
    }
    url
}

/// An endpoint as the API lists it. An absent field says nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Observed {
    /// The id.
    pub id: EndpointId,
    /// The URL as answered.
    pub url: String,
    /// The events as answered; names unknown to this version are kept.
    pub events: Events,
    /// Absent (`None`), null (`Some(None)`) or a text; without the tag at its end.
    pub description: Option<Option<String>>,
    /// Seconds since the Unix epoch, where answered.
    pub created_at: Option<i64>,
    /// The tag at the end of its description, where a marked create made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// The last four characters of the signing secret; absent where no secret is provisioned yet.
    pub secret_last4: Option<String>,
}

impl Observed {
    /// The endpoint as a spec, in the words of the API; what the API leaves out is as `expected`.
    pub fn as_spec(&self, expected: &Spec) -> Spec {
        let Self { url, events, description, id: _, created_at: _, tag: _, secret_last4: _ } = self;
        let description = description.clone().unwrap_or_else(|| expected.description.clone());
        Spec { url: url.clone(), events: events.clone(), description }
    }

    /// Whether this is an exact duplicate of `spec`, both in canonical form; an absent description says nothing.
    pub fn is_duplicate_of(&self, spec: &Spec) -> bool {
        let Self { url, events, description, id: _, created_at: _, tag: _, secret_last4: _ } = self;
        let same = |said: &Option<String>| is_same_description(said.as_deref(), spec.description.as_deref());
        *events == spec.events
            && description.as_ref().is_none_or(same)
            && (*url == spec.url || canonical_url(url) == canonical_url(&spec.url))
    }
}

/// Whether a host is this machine: `localhost`, `127.0.0.0/8` or `::1`.
pub(crate) fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(ip) => Ipv4Addr::is_loopback(ip),
        Host::Ipv6(ip) => Ipv6Addr::is_loopback(ip),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spec(url: &str, description: Option<&str>) -> Spec {
        Spec {
            url: url.into(),
            events: ["file.upload.failed".to_owned()].into(),
            description: description.map(Into::into),
        }
    }

    #[test]
    fn names_are_confined() {
        assert!(Name::parse("render-done_2").is_ok());
        for bad in ["", "a b", "a.b", "ä", &"x".repeat(65)] {
            assert!(Name::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_group_expands_to_all_of_its_events_and_no_others() {
        assert_eq!(expand_event("file.upload.*"), ["file.upload.completed", "file.upload.failed"]);
        assert_eq!(expand_event("file.*").len(), 6);
        assert!(expand_event("*").is_empty() && expand_event("file.upload*").is_empty());
    }

    #[test]
    fn line_ends_and_trailing_white_space_are_no_difference_of_a_description() {
        let same = |a: &str, b: &str| is_same_description(Some(a), Some(b));
        assert!(same("Render\nowner: video", "Render \r\nowner: video\t\r\n\r\n"));
        assert!(same("Render\nowner", "Render\rowner") && same("one line", "one line  "));
        assert!(is_same_description(None, Some(" \r\n")));
        assert!(!same("Render\nowner", "Render\n owner") && !same("Render\n\nowner", "Render\nowner"));
        assert!(!is_same_description(None, Some("x")));
        let seen = spec("https://h.example/x", Some("a\r\nb\r\n"));
        assert_eq!(seen.canonical(), spec("https://h.example/x", Some("a\nb")));
    }

    #[test]
    fn duplicates_are_compared_in_canonical_form() {
        let seen = |description| Observed {
            id: EndpointId::new("ep_1"),
            url: "https://H.example:443/x/".into(),
            events: ["file.upload.failed".to_owned()].into(),
            description,
            created_at: None,
            tag: None,
            secret_last4: None,
        };
        assert!(seen(None).is_duplicate_of(&spec("https://h.example/x", Some("d"))));
        assert!(seen(Some(None)).is_duplicate_of(&spec("https://h.example/x", Some(""))));
        assert!(!seen(Some(None)).is_duplicate_of(&spec("https://h.example/x", Some("d"))));
    }
}
