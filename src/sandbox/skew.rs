//! A clock that is wrong on purpose.

use std::str::FromStr;
use std::time::{Duration, SystemTime};

/// How far a clock is from this machine's: ahead (`1h`) or behind (`-1h`).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Skew {
    by: Duration,
    behind: bool,
}

impl Skew {
    /// The time by the clock.
    pub(super) fn now(self) -> SystemTime {
        let now = SystemTime::now();
        let skewed = if self.behind { now.checked_sub(self.by) } else { now.checked_add(self.by) };
        skewed.unwrap_or(now)
    }
}

impl FromStr for Skew {
    type Err = humantime::DurationError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (behind, by) = text.strip_prefix('-').map_or((false, text), |by| (true, by));
        Ok(Self { by: humantime::parse_duration(by)?, behind })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_skewed_clock_is_ahead_or_behind() {
        let now = SystemTime::now();
        let skewed = |text: &str| text.parse::<Skew>().unwrap().now();
        assert!(skewed("1h") >= now + Duration::from_secs(3600));
        assert!(skewed("-1h") < now - Duration::from_secs(3500));
        assert!("soon".parse::<Skew>().is_err());
    }
}
