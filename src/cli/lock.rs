//! Who holds the lock: user, host, process, and the CI run where the environment tells it.

use std::env::var;

use super::connection;
use crate::state::Holder;

/// This process, as a reader of the lock sees it.
pub fn holder(command: &str) -> Holder {
    let user = var("USER").or_else(|_| var("LOGNAME")).unwrap_or_else(|_| "somebody".to_owned());
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let host = if host.trim().is_empty() { "this machine" } else { host.trim() };
    Holder {
        who: format!("{user}@{host}"),
        pid: std::process::id(),
        since: connection::now().to_string(),
        command: command.to_owned(),
        run: ci_run(),
    }
}

fn ci_run() -> Option<String> {
    let github = || {
        let (server, repository) = (var("GITHUB_SERVER_URL").ok()?, var("GITHUB_REPOSITORY").ok()?);
        Some(format!("{server}/{repository}/actions/runs/{}", var("GITHUB_RUN_ID").ok()?))
    };
    github().or_else(|| var("CI_JOB_URL").ok()).or_else(|| var("BUILD_URL").ok())
}
