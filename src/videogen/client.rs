//! The HTTP side of the two traits.

use reqwest::Method;

use super::api::{ApiReader, ApiWriter, Created};
use super::carry::{Carry, Request};
use super::error::{ApiError, Cause};
use super::http::Http;
use super::outcome::outcome;
use super::transport::Transport;
use super::{ENDPOINTS, paging, wire};
use crate::endpoint::{EndpointId, Observed, Spec};

/// Reads the API over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct HttpReader<C = Http> {
    transport: Transport<C>,
}

/// Changes the API over HTTP.
#[derive(Debug, Clone)]
pub(crate) struct HttpWriter<C = Http> {
    reader: HttpReader<C>,
}

impl<C: Carry> HttpReader<C> {
    /// A reader over a transport.
    pub(crate) fn new(transport: Transport<C>) -> Self {
        Self { transport }
    }
}

impl<C: Carry> HttpWriter<C> {
    /// A writer over a transport.
    pub(crate) fn new(transport: Transport<C>) -> Self {
        Self { reader: HttpReader::new(transport) }
    }
}

impl<C: Carry> ApiReader for HttpReader<C> {
    async fn team(&self) -> Result<String, ApiError> {
        let answer = self.transport.repeatable(&Request::new(Method::GET, "/v1/me")).await?;
        wire::team(&answer.body).map_err(|reason| answer.unreadable(reason))
    }

    async fn list(&self) -> Result<Vec<Observed>, ApiError> {
        paging::list(&self.transport).await
    }
}

impl<C: Carry> ApiReader for HttpWriter<C> {
    async fn team(&self) -> Result<String, ApiError> {
        self.reader.team().await
    }

    async fn list(&self) -> Result<Vec<Observed>, ApiError> {
        self.reader.list().await
    }
}

impl<C: Carry> ApiWriter for HttpWriter<C> {
    /// The vendor's guides do not document `Idempotency-Key`; its generated client sends it. It is sent here and
    /// not relied upon.
    async fn create(&self, spec: &Spec, key: &str) -> Created {
        let post = Some((wire::body(spec), key.to_owned()));
        let request = Request { post, ..Request::new(Method::POST, ENDPOINTS) };
        match self.reader.transport.send(&request).await {
            Ok(answer) => outcome(answer, spec),
            Err(error) if error.was_not_sent() => Created::Nothing(error),
            Err(error) => Created::Unknown { error, named: None },
        }
    }

    async fn delete(&self, id: &EndpointId) -> Result<(), ApiError> {
        if matches!(id.as_str(), "" | "." | "..") {
            // A URL without a segment, or one that climbs, encoded or not: it would reach something else.
            return Err(ApiError { request: format!("DELETE {ENDPOINTS}/ID"), cause: Cause::NoPath(id.clone()) });
        }
        let path = format!("{ENDPOINTS}/{}", paging::encode(id.as_str()));
        match self.reader.transport.repeatable(&Request::new(Method::DELETE, path)).await {
            Ok(_) => Ok(()),
            Err(error) if error.status() == Some(404) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
