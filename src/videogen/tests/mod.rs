//! The layers over a carrier that a test scripts: no socket, and a clock that moves on by itself.

mod outcomes;
mod paging;
mod repeats;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::carry::{Answer, Carry, Request};
use super::error::{ApiError, Cause};
use super::throttle::Throttle;
use super::transport::Transport;
use super::{HttpReader, HttpWriter, Obstacle};
use crate::endpoint::Spec;

/// What one request leads to.
pub(super) type Outcome = Result<Answer, Cause>;

/// An API that answers the n-th request, from 0, by a function.
#[derive(Clone)]
pub(super) struct Scripted<F> {
    answer: F,
    requests: Arc<Mutex<Vec<String>>>,
}

impl<F: Fn(usize, &Request) -> Outcome + Send + Sync + 'static> Carry for Scripted<F> {
    async fn carry(&self, request: &Request) -> Result<Answer, ApiError> {
        let number = {
            let mut requests = self.requests.lock().unwrap();
            requests.push(format!("{} {}", request.method, request.path));
            requests.len() - 1
        };
        (self.answer)(number, request).map_err(|cause| request.failed(cause))
    }
}

impl<F: Fn(usize, &Request) -> Outcome + Send + Sync + Clone + 'static> Scripted<F> {
    pub(super) fn new(answer: F) -> Self {
        Self { answer, requests: Arc::default() }
    }

    pub(super) fn transport(&self, throttle: &Throttle) -> Transport<Self> {
        Transport::over(self.clone(), throttle.clone(), None)
    }

    pub(super) fn reader(&self) -> HttpReader<Self> {
        HttpReader::new(self.transport(&patient()))
    }

    pub(super) fn writer(&self) -> HttpWriter<Self> {
        HttpWriter::new(self.transport(&patient()))
    }

    /// Every request, in order: method and path with its query.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

/// A throttle that waits an hour in all.
pub(super) fn patient() -> Throttle {
    Throttle::new(Duration::from_secs(3600))
}

/// A whole answer.
pub(super) fn answer(status: u16, body: &str) -> Outcome {
    let body = body.as_bytes().to_vec().into();
    Ok(Answer { request: String::new(), status, request_id: None, retry_after: None, body, cut: None })
}

/// A 429 that says how long to wait.
pub(super) fn limited(wait: Duration) -> Outcome {
    answer(429, "{}").map(|answer| Answer { retry_after: Some(wait), ..answer })
}

/// An answer whose end is missing.
pub(super) fn cut(status: u16, body: &str) -> Outcome {
    answer(status, body).map(|answer| Answer { cut: Some("connection reset".to_owned()), ..answer })
}

pub(super) fn lost() -> Outcome {
    Err(Cause::Lost("connection reset".to_owned()))
}

pub(super) fn not_sent() -> Outcome {
    Err(Cause::NotSent(Obstacle::Refused))
}

pub(super) fn spec() -> Spec {
    Spec { url: "https://h/".into(), events: ["file.upload.failed".into()].into(), description: None }
}
