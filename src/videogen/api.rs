//! The API as the rest of the house knows it: one trait reads it, another changes it too. The HTTP client is one side of
//! both; a test puts a world of its own in its place, and breaks one call of it.

use std::future::Future;

use super::error::ApiError;
use super::wire::Made;
use crate::endpoint::{EndpointId, Observed, Spec};

/// Reads the API; can change nothing. Whatever plans is given this alone.
///
/// # The implementer's duties
/// - Both calls may be repeated as often as it likes: they change nothing.
/// - An error is final: whoever asked need not ask again. It says what was asked, and why there is no answer.
/// - Nothing is guessed. A listing that did not come to its end is an error, never a part of it.
///
/// # The caller's duties
/// - One listing is no proof of absence: items move between pages, and a new endpoint may be listed late. What a
///   listing lacks is gone only where a second one lacks it too.
pub(crate) trait ApiReader: Send + Sync + 'static {
    /// The account that the key belongs to: its `teamId`.
    fn team(&self) -> impl Future<Output = Result<String, ApiError>> + Send;

    /// Every live endpoint, sorted by id, each once.
    fn list(&self) -> impl Future<Output = Result<Vec<Observed>, ApiError>> + Send;
}

/// Changes the API, and reads it: who loses an answer has to look.
///
/// # The implementer's duties
/// - A create is sent at most once a call. Nothing below the caller repeats it, neither after a failure nor after a
///   429: a second send can make a second endpoint, whose secret nobody has.
/// - [`Created::Nothing`] is a promise that no endpoint was made and none will be. Where that is not certain, the
///   answer is lost, and [`Created::Unknown`] says so: the request may have arrived, and may still commit minutes later.
/// - A secret that arrived is handed over, whatever else is odd about the answer: it comes in this one answer and
///   never again.
/// - A delete may be repeated. An endpoint that is not there counts as deleted.
/// - A 429 is noted in the [`super::Throttle`] that the caller waits on.
///
/// # The caller's duties
/// - The intent, its key and the send are durable before [`ApiWriter::create`] is called, and the deletion is noted before
///   [`ApiWriter::delete`] is.
/// - After [`Created::Unknown`] the same spec goes under the same key only, and only after a listing.
/// - Calls that run at once may arrive in any order: what must come first is awaited first.
pub(crate) trait ApiWriter: ApiReader {
    /// Sends one create, once. The same spec gives the same bytes.
    fn create(&self, spec: &Spec, key: &str) -> impl Future<Output = Created> + Send;

    /// Deletes an endpoint. After an error it may be deleted all the same, unless [`ApiError::did_nothing`] or
    /// [`ApiError::was_not_sent`].
    fn delete(&self, id: &EndpointId) -> impl Future<Output = Result<(), ApiError>> + Send;
}

/// What one send of a create led to.
#[derive(Debug)]
pub(crate) enum Created {
    /// An endpoint, and its secret.
    Made(Made),
    /// Certainly nothing was made.
    Nothing(ApiError),
    /// Nobody knows.
    Unknown {
        /// What was answered, or why nothing was.
        error: ApiError,
        /// The endpoint that the answer names, where it names one without its secret.
        named: Option<EndpointId>,
    },
}
