//! Moments in time as the state and the plan write them: whole seconds, RFC 3339, UTC.

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Whole seconds since the Unix epoch; shown and stored as `2026-11-25T02:43:13Z`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The moment of a clock's reading; a clock before 1970 reads as 1970.
    pub fn of(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        Self(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }

    /// This moment and `span` more.
    pub fn after(self, span: Duration) -> Self {
        Self(self.0.saturating_add(i64::try_from(span.as_secs()).unwrap_or(i64::MAX)))
    }

    /// How long from `earlier` to this moment; zero where it is not earlier.
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_secs(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

impl fmt::Display for Timestamp {
    /// Moments beyond the year 9999 are shown as its end.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = u64::try_from(self.0).unwrap_or(0).min(253_402_300_799);
        write!(f, "{}", humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_secs(seconds)))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        humantime::parse_rfc3339(&text).map(Self::of).map_err(D::Error::custom)
    }
}

/// How much faster the protocol's durations pass: 1 but in tests.
static SCALE: AtomicU32 = AtomicU32::new(1);

/// Divides every duration of the protocol by `scale`, in debug builds alone: worlds of faults meet late commits and the
/// ends of overlaps within seconds.
pub(crate) fn scale_protocol(scale: u32) {
    if cfg!(debug_assertions) {
        SCALE.store(scale.max(1), Ordering::Relaxed);
    }
}

/// A duration of the protocol, as long as it really takes.
pub(crate) fn protocol(span: Duration) -> Duration {
    span / SCALE.load(Ordering::Relaxed)
}

const DAY: u64 = 86_400;

/// A duration as the configuration writes one: `90d`, `24h`, `1h 5m`; whole seconds.
///
/// humantime's own form counts in months of 30.44 days, and nobody waits for one of those. One day is 24 hours, as an
/// overlap is written.
pub(crate) fn words(span: Duration) -> String {
    let mut left = span.as_secs();
    let days = left >= 2 * DAY;
    let parts = [(DAY, 'd'), (3600, 'h'), (60, 'm'), (1, 's')].into_iter().skip(usize::from(!days));
    let parts = parts.filter_map(|(size, unit)| {
        let many = left / size;
        left %= size;
        (many > 0).then(|| format!("{many}{unit}"))
    });
    let parts: Vec<String> = parts.collect();
    if parts.is_empty() { "0s".to_owned() } else { parts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_is_written_so_that_it_reads_as_the_same_again() {
        for text in ["0s", "59s", "1m", "1h 5m", "24h", "36h", "90d", "400d 1s", "2d 3h 4m 5s"] {
            let span = humantime::parse_duration(text).unwrap();
            assert_eq!(words(span), text);
        }
    }
}
