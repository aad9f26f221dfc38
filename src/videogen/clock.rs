//! The API's own clock: what its answers say the time is, carried on by a steady clock of this machine.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use rustix::time::{ClockId, clock_gettime};

use crate::timestamp::Timestamp;

/// Counts while the machine sleeps too, so that a laptop that resumes in the middle of a run reads the right time.
#[cfg(target_os = "linux")]
const STEADY: ClockId = ClockId::Boottime;
/// Counts while the machine sleeps too: other systems have no second clock for that.
#[cfg(not(target_os = "linux"))]
const STEADY: ClockId = ClockId::Monotonic;

/// The time by the last `Date` header of the API; clones share it.
///
/// The machine's own clock may be hours off. What an endpoint's `createdAt` is compared with, and how long a
/// `Retry-After` date is away, is judged by this clock.
#[derive(Debug, Clone, Default)]
pub(crate) struct ApiClock {
    reading: Arc<Mutex<Option<Reading>>>,
}

#[derive(Debug, Clone, Copy)]
struct Reading {
    date: SystemTime,
    at: Duration,
}

impl ApiClock {
    /// The time by the API; by the machine's clock only where no answer had a `Date` yet.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::of(self.time())
    }

    /// Takes the `Date` of an answer that has just arrived.
    pub(super) fn told(&self, date: SystemTime) {
        *self.reading.lock().unwrap_or_else(PoisonError::into_inner) = Some(Reading { date, at: steady() });
    }

    pub(super) fn time(&self) -> SystemTime {
        match *self.reading.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(Reading { date, at }) => date + steady().saturating_sub(at),
            None => SystemTime::now(),
        }
    }
}

/// Time since some fixed moment, the time that the machine sleeps included.
pub(crate) fn steady() -> Duration {
    let now = clock_gettime(STEADY);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs().try_into().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_the_machines_until_the_api_says_another_and_all_clones_know() {
        let clock = ApiClock::default();
        let machine = Timestamp::of(SystemTime::now());
        assert!(clock.now().since(machine) < Duration::from_secs(60));
        let date = httpdate::parse_http_date("Wed, 25 Nov 2020 00:00:00 GMT").unwrap();
        clock.clone().told(date);
        assert!(clock.now() >= Timestamp::of(date) && clock.now().since(Timestamp::of(date)) < Duration::from_secs(60));
    }
}
