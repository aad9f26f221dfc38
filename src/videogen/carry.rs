//! One request and its answer, and what carries the one there and the other back.

use std::future::Future;
use std::time::Duration;

use reqwest::Method;
use zeroize::Zeroizing;

use super::error::{ApiError, Cause, Refusal};

/// Carries requests to the API, each once.
///
/// The HTTP client is one side; the unit tests of paging, of repeats and of outcomes are the other.
///
/// # The implementer's duties
/// - It sends a request at most once, whatever happens. Waiting and repeating are [`super::Transport`]'s.
/// - Any status is an answer, and so is one whose end is missing: what did arrive may hold a secret.
/// - An error is [`Cause::NotSent`] only where nothing can have reached the API, and else [`Cause::Lost`].
pub(crate) trait Carry: Send + Sync + 'static {
    /// Sends the request and reads its answer.
    fn carry(&self, request: &Request) -> impl Future<Output = Result<Answer, ApiError>> + Send;
}

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// What is asked for.
    pub method: Method,
    /// From the root, with the query.
    pub path: String,
    /// The body of a POST, and its idempotency key.
    pub post: Option<(Vec<u8>, String)>,
}

impl Request {
    /// A request without a body.
    pub(crate) fn new(method: Method, path: impl Into<String>) -> Self {
        Self { method, path: path.into(), post: None }
    }

    /// `GET /v1/me`: without the query, escaped.
    pub(crate) fn shown(&self) -> String {
        let path = self.path.split('?').next().unwrap_or_default();
        format!("{} {}", self.method, crate::quote::escaped(path))
    }

    /// An error of this request.
    pub(crate) fn failed(&self, cause: Cause) -> ApiError {
        ApiError { request: self.shown(), cause }
    }
}

/// An answer, whose end may be missing.
#[derive(Debug)]
pub(crate) struct Answer {
    /// What it answers, as it is shown.
    pub request: String,
    /// The HTTP status.
    pub status: u16,
    /// `x-request-id`, where told.
    pub request_id: Option<String>,
    /// `Retry-After`, where told.
    pub retry_after: Option<Duration>,
    /// The body, or what came of it.
    pub body: Zeroizing<Vec<u8>>,
    /// Why the body is not whole, where it is not.
    pub cut: Option<String>,
}

impl Answer {
    /// The answer, where all of it came.
    pub(crate) fn whole(self) -> Result<Self, ApiError> {
        match self.cut {
            Some(reason) => Err(ApiError { request: self.request, cause: Cause::Lost(reason) }),
            None => Ok(self),
        }
    }

    /// The error that an answer without success is.
    pub(crate) fn error(&self) -> ApiError {
        let refusal = Refusal::read(self.status, self.request_id.clone(), &self.body);
        ApiError { request: self.request.clone(), cause: Cause::Refused(Box::new(refusal)) }
    }

    /// The error that an answer is which cannot be read.
    pub(crate) fn unreadable(&self, reason: &str) -> ApiError {
        let refusal =
            Refusal { message: reason.to_owned(), ..Refusal::read(self.status, self.request_id.clone(), b"") };
        ApiError { request: self.request.clone(), cause: Cause::Unreadable(Box::new(refusal)) }
    }
}
