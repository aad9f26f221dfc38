//! Waiting for another writer: as long as it shows signs of life, a limit holds; once it is silent, long enough to be sure.

use std::time::Duration;

use tokio::time::{Instant, sleep};

use super::Remote;
use super::look::{Holding, Seen};
use super::pace;
use crate::state::error::{RemoteError, StoreError};
use crate::state::format::salvage;
use crate::state::model::Record;

/// How a writer treats another one that holds the state.
#[derive(Debug, Clone)]
pub(crate) enum Patience {
    /// It waits at most so long for one whose journal grows. Silence is always waited for.
    Wait(Duration),
    /// It takes over at once from the writer with this id, and waits for no other.
    Unlock(String),
}

/// What a wait came to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Waited {
    /// The holder may be taken over.
    Silent,
    /// The state is another one now: it is to be looked at again.
    Changed,
}

impl Patience {
    /// Waits for a holder; `begun` is when the command began to wait.
    pub(super) async fn wait(
        &self,
        remote: &Remote,
        seen: &Seen,
        holding: &Holding,
        begun: Instant,
    ) -> Result<Waited, StoreError> {
        let limit = match self {
            Self::Unlock(writer) if *writer == holding.writer => return Ok(Waited::Silent),
            Self::Unlock(_) => Duration::ZERO,
            Self::Wait(limit) => *limit,
        };
        let (mut tail, mut silent_since, mut looked) = (seen.tail, Instant::now(), Instant::now());
        loop {
            sleep(pace::look()).await;
            if remote.objects.tag(remote.keys.document()).await?.as_ref() != Some(&seen.tag) {
                return Ok(Waited::Changed);
            }
            // A process that was frozen itself has not watched.
            let was_frozen = looked.elapsed() > pace::look() * 3;
            looked = Instant::now();
            match remote.objects.read(&remote.keys.segment(&seen.base, tail + 1)).await? {
                Some(segment) if is_begin(&segment.bytes) => return Ok(Waited::Changed),
                Some(_) if begun.elapsed() >= limit => {
                    let Holding { holder, .. } = holding.clone();
                    return Err(RemoteError::Held { holder, silent_seconds: Some(0) }.into());
                }
                Some(_) => (tail, silent_since) = (tail + 1, Instant::now()),
                None if was_frozen => silent_since = Instant::now(),
                None if silent_since.elapsed() >= pace::silence() => return Ok(Waited::Silent),
                None => {}
            }
        }
    }
}

fn is_begin(segment: &[u8]) -> bool {
    let (_, records, _) = salvage(segment);
    records.iter().any(|record| matches!(record, Record::Begin { .. }))
}
