//! The rate limit: so many requests a window, counted for each group of routes alone.

use std::collections::BTreeMap;
use std::time::{Duration, Instant, SystemTime};

/// The longest wait that a clock is set to: whatever is longer has no end that anybody sees.
pub(super) const LONGEST: Duration = Duration::from_secs(366 * 24 * 3600);

/// How `Retry-After` is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum RetryAfter {
    /// A number of seconds.
    #[default]
    Seconds,
    /// An HTTP date.
    Date,
    /// Not at all.
    Absent,
}

impl RetryAfter {
    /// The header's value; never less than a second.
    pub(super) fn header(self, wait: Duration, now: SystemTime) -> Option<String> {
        let seconds = wait.as_millis().div_ceil(1000).max(1);
        match self {
            Self::Seconds => Some(seconds.to_string()),
            // A date has whole seconds: one more, so that it never lies before the end of the wait.
            Self::Date => Some(httpdate::fmt_http_date(now + wait.min(LONGEST) + Duration::from_secs(1))),
            Self::Absent => None,
        }
    }
}

/// Counts requests.
#[derive(Debug)]
pub(super) struct Limiter {
    requests: u32,
    window: Duration,
    groups: BTreeMap<&'static str, (Instant, u32)>,
}

impl Limiter {
    pub(super) fn new((requests, window): (u32, Duration)) -> Self {
        Self { requests, window, groups: BTreeMap::new() }
    }

    /// Counts one request; an error is the time until the next may come.
    pub(super) fn pass(&mut self, group: &'static str, now: Instant) -> Result<(), Duration> {
        let (since, count) = self.groups.entry(group).or_insert((now, 0));
        let age = now.saturating_duration_since(*since);
        if age >= self.window {
            (*since, *count) = (now, 0);
        }
        if *count >= self.requests {
            return Err(self.window.saturating_sub(age));
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_without_end_is_a_date_like_any_other() {
        assert!(RetryAfter::Date.header(Duration::MAX, SystemTime::now()).unwrap().ends_with("GMT"));
    }

    #[test]
    fn a_full_window_says_when_it_ends() {
        let mut limiter = Limiter::new((2, Duration::from_secs(10)));
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        assert_eq!(limiter.pass("webhooks", at(0)), Ok(()));
        assert_eq!(limiter.pass("webhooks", at(3)), Ok(()));
        assert_eq!(limiter.pass("webhooks", at(4)), Err(Duration::from_secs(6)));
        assert_eq!(limiter.pass("account", at(4)), Ok(()));
        assert_eq!(limiter.pass("webhooks", at(10)), Ok(()));
    }

    #[test]
    fn retry_after_has_three_forms() {
        let now = SystemTime::now();
        assert_eq!(RetryAfter::Seconds.header(Duration::from_millis(1500), now).as_deref(), Some("2"));
        assert_eq!(RetryAfter::Absent.header(Duration::from_secs(1), now), None);
        let date = RetryAfter::Date.header(Duration::from_secs(60), now).unwrap();
        assert!(httpdate::parse_http_date(&date).unwrap() > now);
    }
}
