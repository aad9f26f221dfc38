//! The lock of the state: how long a command waits for it, and what it says about its holder there.

use std::env::var;
use std::time::Duration;

use clap::Args;

use super::failure::Failure;
use super::{clock, pipeline, terminal};
use crate::state::{Holder, Session, Store};

/// How long a command waits before it says so.
const QUIET: Duration = Duration::from_secs(3);

/// How a command waits for the lock.
#[derive(Debug, Args)]
pub(super) struct LockArgs {
    /// How long to wait for another writer of the state
    #[arg(long, value_name = "TIME", default_value = "0s", value_parser = humantime::parse_duration)]
    lock_timeout: Duration,
}

impl LockArgs {
    /// Takes the lock for a command, and opens the state for writing.
    pub(super) async fn open(&self, store: &Store, command: &str) -> Result<Session, Failure> {
        let holder = this_process(command);
        let mut opening = std::pin::pin!(store.open(&holder, self.lock_timeout));
        if let Ok(opened) = tokio::time::timeout(QUIET, &mut opening).await {
            return Ok(opened?);
        }
        // Whoever waits wants to know for whom.
        if let Ok(Some((other, _))) = store.holding().await {
            terminal::warn(&format!("waiting for {other}, which is writing the state"));
        }
        Ok(opening.await?)
    }
}

/// This process, as a reader of the lock sees it: user, host, pid, and the CI run where the environment names one.
pub(super) fn this_process(command: &str) -> Holder {
    let user = var("USER").or_else(|_| var("LOGNAME")).unwrap_or_else(|_| "somebody".to_owned());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "this machine" } else { host.trim() };
    Holder {
        who: format!("{user}@{host}"),
        pid: std::process::id(),
        since: clock::now().to_string(),
        command: command.to_owned(),
        run: pipeline::run(),
    }
}
