//! One wait for the whole run: when the API says "later", every request of the run waits, and none goes early.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use tokio::sync::watch;
use tokio::time::Instant;

/// Shared by all requests of a run.
#[derive(Debug, Clone)]
pub(crate) struct Throttle {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    gate: Mutex<Gate>,
    max_wait: Duration,
    waiting: watch::Sender<Waiting>,
    stopped: watch::Sender<bool>,
}

#[derive(Debug)]
struct Gate {
    not_before: Option<Instant>,
    waited: Duration,
    /// Answers of 429 in a row that told no time.
    untold: u32,
}

/// Until when the run waits, for eyes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting(pub Option<std::time::Instant>);

impl Throttle {
    /// A throttle that waits at most `max_wait` over the whole run.
    pub(crate) fn new(max_wait: Duration) -> Self {
        let gate = Mutex::new(Gate { not_before: None, waited: Duration::ZERO, untold: 0 });
        let (waiting, stopped) = (watch::Sender::new(Waiting(None)), watch::Sender::new(false));
        Self { inner: Arc::new(Inner { gate, max_wait, waiting, stopped }) }
    }

    /// Tells when the run begins and ceases to wait.
    pub(crate) fn watch(&self) -> watch::Receiver<Waiting> {
        self.inner.waiting.subscribe()
    }

    /// From now on nothing new is sent; whoever waits here gives up.
    pub(crate) fn stop(&self) {
        self.inner.stopped.send_replace(true);
    }

    /// Whether the run is ending.
    pub(crate) fn is_stopped(&self) -> bool {
        *self.inner.stopped.borrow()
    }

    /// Waits until a request may go. `Err` where the run is ending (`None`), or where the wait told is longer than
    /// the run may still wait.
    pub(crate) async fn pass(&self) -> Result<(), Option<Duration>> {
        let mut stopped = self.inner.stopped.subscribe();
        loop {
            if *stopped.borrow_and_update() {
                return Err(None);
            }
            let Some(until) = self.until()? else {
                self.inner.waiting.send_if_modified(|w| std::mem::replace(w, Waiting(None)).0.is_some());
                return Ok(());
            };
            tokio::select! {
                () = tokio::time::sleep_until(until) => {}
                _ = stopped.changed() => {}
            }
        }
    }

    fn until(&self) -> Result<Option<Instant>, Option<Duration>> {
        let gate = self.inner.gate.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        match gate.not_before {
            Some(until) if until > now => {
                if gate.waited > self.inner.max_wait {
                    Err(Some(until - now))
                } else {
                    Ok(Some(until))
                }
            }
            _ => Ok(None),
        }
    }

    /// Notes a 429 and the wait it told; an untold one is a second, doubled each time, a minute at most. Whatever sends
    /// requests calls it.
    pub(crate) fn limited(&self, told: Option<Duration>) {
        let mut gate = self.inner.gate.lock().unwrap_or_else(PoisonError::into_inner);
        // A told wait of nothing is a second all the same: a server that says "now" for ever is not hammered.
        let wait = told.map(|told| told.max(Duration::from_secs(1))).unwrap_or_else(|| {
            gate.untold += 1;
            Duration::from_secs(1 << (gate.untold - 1).min(6)).min(Duration::from_secs(60))
        });
        let now = Instant::now();
        let until = now + wait.min(Duration::from_secs(86_400 * 7));
        let from = gate.not_before.map_or(now, |not_before| not_before.max(now));
        if until > from {
            gate.waited += until - from;
            gate.not_before = Some(until);
            // A wait that is longer than the run may still wait is not waited.
            if gate.waited <= self.inner.max_wait {
                self.inner.waiting.send_replace(Waiting(Some(until.into_std())));
            }
        }
    }

    /// Notes an answer that was no 429.
    pub(super) fn answered(&self) {
        self.inner.gate.lock().unwrap_or_else(PoisonError::into_inner).untold = 0;
    }
}

/// Reads `Retry-After`: whole seconds, or an HTTP date. A part of a second is rounded up: never early.
pub(super) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if let Ok(seconds) = value.parse::<f64>() {
        return (seconds.is_finite() && seconds >= 0.0).then(|| Duration::from_secs(seconds.ceil() as u64));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    Some(until.duration_since(now).unwrap_or_default() + Duration::from_secs(u64::from(until > now)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_is_read_in_either_form_and_never_early() {
        let now = httpdate::parse_http_date("Wed, 25 Nov 2026 00:00:00 GMT").unwrap();
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after("0.2", now), Some(Duration::from_secs(1)));
        assert_eq!(retry_after("Wed, 25 Nov 2026 00:00:05 GMT", now), Some(Duration::from_secs(6)));
        assert_eq!(retry_after("Tue, 24 Nov 2026 00:00:00 GMT", now), Some(Duration::ZERO));
        assert_eq!((retry_after("soon", now), retry_after("-1", now)), (None, None));
    }

    #[tokio::test]
    async fn nobody_passes_early_and_a_wait_beyond_the_cap_is_refused() {
        let throttle = Throttle::new(Duration::from_secs(60));
        assert_eq!(throttle.pass().await, Ok(()));
        throttle.limited(Some(Duration::from_secs(61)));
        assert!(matches!(throttle.pass().await, Err(Some(_))));
        throttle.stop();
        assert_eq!(throttle.pass().await, Err(None));
    }
}
