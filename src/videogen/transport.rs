//! The waiting that the API asks for, and which failures let a request be repeated: around whatever carries requests.

use std::time::{Duration, Instant};

use backon::BackoffBuilder;

use super::carry::{Answer, Carry, Request};
use super::clock::ApiClock;
use super::error::{ApiError, Cause};
use super::http::Http;
use super::settings::{Exchange, Settings};
use super::throttle::Throttle;

/// How often a GET or DELETE is repeated after a lost connection or a 5xx.
const REPEATS: usize = 3;

/// A carrier with a throttle; clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Transport<C = Http> {
    carrier: C,
    throttle: Throttle,
    watch: Option<fn(&Exchange<'_>)>,
}

impl Transport {
    /// Makes the client. Fails, in words, where the key is no header value or the machine has no CA certificates.
    pub(crate) fn new(settings: &Settings) -> Result<Self, String> {
        Ok(Self::over(Http::new(settings)?, Throttle::new(settings.max_wait), settings.watch))
    }

    /// The API's clock, which all clones share.
    pub(crate) fn clock(&self) -> &ApiClock {
        self.carrier.clock()
    }
}

impl<C: Carry> Transport<C> {
    /// Waits and repeats around a carrier.
    pub(super) fn over(carrier: C, throttle: Throttle, watch: Option<fn(&Exchange<'_>)>) -> Self {
        Self { carrier, throttle, watch }
    }

    /// The throttle that all clones share.
    pub(crate) fn throttle(&self) -> &Throttle {
        &self.throttle
    }

    /// Sends one request, once, when the throttle lets it pass. Any status is an answer, and so is one that was cut
    /// short: what came of it may hold all that matters.
    pub(super) async fn send(&self, request: &Request) -> Result<Answer, ApiError> {
        self.attempt(request, 1).await
    }

    async fn attempt(&self, request: &Request, attempt: u32) -> Result<Answer, ApiError> {
        let begun = Instant::now();
        let answer = self.exchange(request).await;
        if let Some(watch) = self.watch {
            let outcome = answer.as_ref().map(|answer| (answer.status, answer.request_id.as_deref()));
            watch(&Exchange { request: &request.shown(), attempt, took: begun.elapsed(), outcome });
        }
        answer
    }

    async fn exchange(&self, request: &Request) -> Result<Answer, ApiError> {
        self.throttle.pass().await.map_err(|wait| request.failed(wait.map_or(Cause::Stopped, Cause::WaitTooLong)))?;
        let answer = self.carrier.carry(request).await?;
        if answer.status == 429 && answer.error().code() != Some("insufficient_credits") {
            self.throttle.limited(answer.retry_after);
        } else {
            self.throttle.answered();
        }
        Ok(answer)
    }

    /// Sends a GET or a DELETE, and again after a lost connection, a 5xx or a 429; a status that is no success is
    /// an error.
    pub(super) async fn repeatable(&self, request: &Request) -> Result<Answer, ApiError> {
        let backoff = backon::ExponentialBuilder::default().with_jitter().with_min_delay(Duration::from_millis(100));
        let mut delays = backoff.with_max_times(REPEATS).build();
        let mut attempt = 0;
        loop {
            attempt += 1;
            let error = match self.attempt(request, attempt).await.and_then(Answer::whole) {
                Ok(answer) if (200..300).contains(&answer.status) => return Ok(answer),
                Ok(answer) => answer.error(),
                Err(error) => error,
            };
            let again = match (&error.cause, error.status(), error.code()) {
                (_, _, Some("insufficient_credits")) => false,
                // The throttle does the waiting, and ends it.
                (_, Some(429), _) => continue,
                (_, Some(500..=599), _) | (Cause::NotSent(_) | Cause::Lost(_), ..) => true,
                _ => false,
            };
            match delays.next().filter(|_| again && !self.throttle.is_stopped()) {
                Some(delay) => tokio::time::sleep(delay).await,
                None => return Err(error),
            }
        }
    }
}
