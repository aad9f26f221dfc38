//! What is live: what the API says of one endpoint, and what two endpoints have in common.

use crate::endpoint::{Events, Observed, Spec};

/// What the API says of one endpoint.
#[derive(Clone, Copy)]
pub(super) enum Live<'a> {
    /// Nobody asked.
    Unasked,
    /// It is listed.
    Listed(&'a Observed),
    /// It is not, or its deletion is under way.
    Gone,
}

/// Url and events alone, canonical: what makes two endpoints receive the same.
pub(super) fn bare(url: &str, events: &Events) -> Spec {
    Spec { url: url.to_owned(), events: events.clone(), description: None }.canonical()
}
