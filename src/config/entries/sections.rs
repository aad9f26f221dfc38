//! `[provider]`, `[state]`, `[encryption]` and `[safety]`, and the same keys in an environment.

use std::collections::BTreeSet;

use crate::config::syntax::errors::{Errors, quoted_short};
use crate::config::syntax::tree::{Item, Table};
use crate::config::values::base_url::parse_base_url;
use crate::config::values::hosts;
use crate::config::values::recipients;
use crate::config::{BaseUrl, Safety};
use crate::diagnostic::FileError;
use crate::secrets::Recipient;

/// The keys of each section.
pub(in crate::config) const PROVIDER: [&str; 2] = ["base_url", "mark"];
pub(in crate::config) const STATE: [&str; 2] = ["path", "url"];
pub(in crate::config) const ENCRYPTION: [&str; 2] = ["recipients", "recipients_file"];
pub(in crate::config) const SAFETY: [&str; 2] = ["allowed_hosts", "max_deletes"];

/// `[provider]` as it counts.
pub(in crate::config) struct Provider {
    /// The base URL that will be used, the override before the file's; `None` at an error.
    pub(in crate::config) base_url: Option<BaseUrl>,
    /// Whether creates carry a tag of their intent.
    pub(in crate::config) mark: bool,
}

/// Reads `[provider]`.
pub(in crate::config) fn provider(root: &Table<'_>, over: Option<&BaseUrl>, errors: &mut Errors) -> Provider {
    let table = root.get("provider").and_then(|item| item.table("[provider]", &PROVIDER, errors));
    let get = |key| table.as_ref().and_then(|table| table.get(key));
    let written = match get("base_url") {
        Some(item) => base_url(item, over, errors),
        None => Some(BaseUrl::default()),
    };
    let mark = get("mark").and_then(|item| item.boolean(errors)).unwrap_or(false);
    Provider { base_url: over.cloned().or(written), mark }
}

/// Reads a base URL; `None` at an error.
pub(in crate::config) fn base_url(item: Item<'_>, over: Option<&BaseUrl>, errors: &mut Errors) -> Option<BaseUrl> {
    let example = format!("\"{}\"", BaseUrl::DEFAULT);
    let text = item.text(&example, errors)?;
    let base_url = match parse_base_url(text.text) {
        Ok(base_url) => base_url,
        Err(wrong) => {
            let hint = format!("write `base_url = {example}`, or `base_url = \"sandbox\"`");
            errors.push(FileError::new(format!("`base_url`: {wrong}"), text.span, "").hint(hint));
            return None;
        }
    };
    if base_url.is_local() || base_url.is_videogen() || over.is_some_and(|over| over.host() == base_url.host()) {
        return Some(base_url);
    }
    let host = base_url.host().map(|host| quoted_short(&host.to_string())).unwrap_or_default();
    let message = format!("`base_url` names the untrusted host {host}");
    let label = "the API key goes only to `*.videogen.io` (one label) and to loopback";
    let hint = "set VIDEOGEN_BASE_URL to that host if you mean it: a file cannot send the key elsewhere";
    errors.push(FileError::new(message, text.span, label).hint(hint));
    None
}

/// A path as written, with its place.
pub(in crate::config) type Place = crate::config::NamedPath;

/// Reads `[state]`: its path, or its URL.
pub(in crate::config) fn state(root: &Table<'_>, errors: &mut Errors) -> Option<Place> {
    let table = root.get("state")?.table("[state]", &STATE, errors)?;
    match (table.get("path"), table.get("url")) {
        (Some(path), Some(url)) => {
            let error = FileError::new("the state has two places", url.span(), "a state has `path` or `url`");
            errors.push(error.also(path.span(), "the other place").hint("remove one of them"));
            None
        }
        (Some(item), None) => state_file(item, errors),
        (None, item) => state_url(item?, errors),
    }
}

/// Reads where an environment's state lives: a path or a URL.
pub(in crate::config) fn state_place(item: Item<'_>, example: &str, errors: &mut Errors) -> Option<Place> {
    match item.as_text().is_some_and(is_place) {
        true => state_url(item, errors),
        false => path(item, example, errors),
    }
}

fn state_file(item: Item<'_>, errors: &mut Errors) -> Option<Place> {
    let (path, span) = path(item, "\"state/webhooks.state.json\"", errors)?;
    if is_place(&path) {
        let error = FileError::new("`path` holds a URL", span, "a path names a file");
        errors.push(error.hint("write `url` for a state that is not a file"));
        return None;
    }
    Some((path, span))
}

fn state_url(item: Item<'_>, errors: &mut Errors) -> Option<Place> {
    let text = item.text("\"s3://BUCKET/KEY?region=REGION\"", errors)?;
    match text.text.parse::<crate::place::Place>() {
        Ok(place) => Some((place.to_string(), text.span)),
        Err(error) => {
            errors.push(FileError::new(error.to_string(), text.span, "").hint(error.hint()));
            None
        }
    }
}

/// Whether the place of a state is a URL, and no path.
pub(crate) fn is_place(text: &str) -> bool {
    text.contains("://") || text.starts_with("git:")
}

/// The longest path that Linux takes.
const MOST_PATH: usize = 4096;

/// Reads a path.
pub(in crate::config) fn path(item: Item<'_>, example: &str, errors: &mut Errors) -> Option<Place> {
    let text = item.text(example, errors)?;
    let wrong = match text.text {
        "" => Some("is empty"),
        path if path.contains('\0') => Some("holds a NUL"),
        path if path.len() > MOST_PATH => Some("is longer than any path"),
        _ => None,
    };
    if let Some(wrong) = wrong {
        let hint = format!("write `{} = {example}`", item.key());
        errors.push(FileError::new(format!("`{}` {wrong}", item.key()), text.span, "").hint(hint));
        return None;
    }
    Some((text.text.to_owned(), text.span))
}

/// Who can read the secrets.
#[derive(Debug, Clone, Default)]
pub(in crate::config) struct Encryption {
    /// Each once.
    pub(in crate::config) recipients: Vec<Recipient>,
    pub(in crate::config) file: Option<Place>,
}

/// Reads `[encryption]`.
pub(in crate::config) fn encryption(root: &Table<'_>, errors: &mut Errors) -> Encryption {
    let table = root.get("encryption").and_then(|item| item.table("[encryption]", &ENCRYPTION, errors));
    table.map(|table| recipients(&table, errors)).unwrap_or_default()
}

/// Reads `recipients` and `recipients_file` of a table.
pub(in crate::config) fn recipients(table: &Table<'_>, errors: &mut Errors) -> Encryption {
    Encryption {
        recipients: table.get("recipients").map(|item| recipients::read(item, errors)).unwrap_or_default(),
        file: table.get("recipients_file").and_then(|item| path(item, "\"recipients.txt\"", errors)),
    }
}

/// `[safety]` as read, and whether each of its hosts was sound.
#[derive(Debug, Clone)]
pub(in crate::config) struct SafetyRead {
    pub(in crate::config) safety: Safety,
    hosts_are_sound: bool,
}

impl SafetyRead {
    /// What is not known: every host is let through, since another error stands already.
    pub(in crate::config) fn unknown() -> Self {
        Self { safety: Safety::default(), hosts_are_sound: false }
    }

    /// Key by key: what this says, else what `top` says.
    pub(in crate::config) fn over(&self, top: &Self) -> Self {
        let hosts = if self.safety.allowed_hosts.is_some() { self } else { top };
        let safety = Safety {
            allowed_hosts: hosts.safety.allowed_hosts.clone(),
            max_deletes: self.safety.max_deletes.or(top.safety.max_deletes),
        };
        Self { safety, hosts_are_sound: hosts.hosts_are_sound }
    }

    /// The patterns that urls are compared with; none while one of them is wrong.
    pub(in crate::config) fn patterns(&self) -> Option<&BTreeSet<String>> {
        self.safety.allowed_hosts.as_ref().filter(|_| self.hosts_are_sound)
    }
}

/// Reads `safety` of the file or of an environment.
pub(in crate::config) fn safety(root: &Table<'_>, errors: &mut Errors) -> SafetyRead {
    let mut read = SafetyRead { safety: Safety::default(), hosts_are_sound: true };
    let Some(table) = root.get("safety").and_then(|item| item.table("[safety]", &SAFETY, errors)) else { return read };
    read.safety.max_deletes = table.get("max_deletes").and_then(|item| item.whole(0, errors));
    let Some(item) = table.get("allowed_hosts") else { return read };
    let written = item.texts("\"hooks.example.com\"", errors).unwrap_or_default();
    let mut patterns = BTreeSet::new();
    for text in &written {
        match hosts::parse_pattern(text.text) {
            Ok(pattern) => {
                patterns.insert(pattern);
            }
            Err(wrong) => {
                let hint = "write a host alone, such as \"hooks.example.com\" or \"*.example.com\" (exactly one label)";
                errors.push(FileError::new(format!("`allowed_hosts`: {wrong}"), text.span.clone(), "").hint(hint));
                read.hosts_are_sound = false;
            }
        }
    }
    read.safety.allowed_hosts = Some(patterns);
    read
}
