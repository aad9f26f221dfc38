//! What changed outside of hookwright: the endpoint that the state expects against the one that is listed.

use serde::{Deserialize, Serialize};

use super::live::Live;
use crate::config::Entry;
use crate::endpoint::{Attribute, EndpointId, Name, Observed, Spec};
use crate::state::Managed;

/// How one endpoint changed outside of hookwright.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Drift {
    /// The entry.
    pub name: Name,
    /// Its endpoint.
    pub endpoint_id: EndpointId,
    /// Whether it is a predecessor.
    #[serde(default)]
    pub deposed: bool,
    /// What happened to it.
    #[serde(flatten)]
    pub kind: DriftKind,
}

/// What happened to an endpoint outside of hookwright.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DriftKind {
    /// No listing has it.
    Gone,
    /// Attributes differ.
    Changed {
        /// Which.
        attributes: Vec<Attribute>,
        /// What the state expects, in canonical form.
        expected: Spec,
        /// What is listed, in canonical form.
        live: Spec,
    },
    /// The secret's last four characters differ: somebody may hold a new one.
    Secret {
        /// Those of the state.
        before: String,
        /// Those that are listed.
        after: String,
    },
}

/// How an endpoint drifted; nothing where nobody asked.
pub(super) fn drift(name: &Name, managed: &Managed, live: Live<'_>) -> Vec<Drift> {
    let deposed = managed.until.is_some();
    let of = |kind| Drift { name: name.clone(), endpoint_id: managed.endpoint_id.clone(), deposed, kind };
    let seen = match live {
        Live::Unasked => return Vec::new(),
        Live::Gone => return vec![of(DriftKind::Gone)],
        Live::Listed(seen) => seen,
    };
    let attributes = differing(managed, seen);
    let changed = (!attributes.is_empty()).then(|| {
        let expected = managed.expected_live();
        of(DriftKind::Changed { attributes, expected: expected.canonical(), live: listed(seen, expected) })
    });
    let secret = match (&managed.secret_last4, &seen.secret_last4) {
        (Some(before), Some(after)) if before != after => {
            Some(of(DriftKind::Secret { before: before.clone(), after: after.clone() }))
        }
        _ => None,
    };
    changed.into_iter().chain(secret).collect()
}

/// The attributes that live are no longer what was answered, but for those under `ignore_changes`.
pub(super) fn drifted(entry: &Entry, managed: &Managed, live: Live<'_>) -> Vec<Attribute> {
    let Live::Listed(seen) = live else { return Vec::new() };
    let mut drifted = differing(managed, seen);
    drifted.retain(|attribute| !entry.lifecycle.ignore_changes.contains(attribute));
    drifted
}

/// The attributes that live are no longer what was answered.
pub(super) fn differing(managed: &Managed, seen: &Observed) -> Vec<Attribute> {
    // The API may list what was sent where its answer had other words.
    if seen.is_duplicate_of(&managed.wanted.spec) {
        return Vec::new();
    }
    let expected = managed.expected_live();
    expected.canonical().differing(&listed(seen, expected))
}

/// An endpoint as listed, in canonical form; what the API leaves out is as expected.
pub(super) fn listed(seen: &Observed, expected: &Spec) -> Spec {
    seen.as_spec(expected).canonical()
}
