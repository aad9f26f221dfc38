//! What a pipeline's environment tells of itself: the run, and the commit that it works on.

use std::env::var;

/// Where the run of this pipeline can be seen.
pub(super) fn run() -> Option<String> {
    let github = || {
        let (server, repository) = (var("GITHUB_SERVER_URL").ok()?, var("GITHUB_REPOSITORY").ok()?);
        Some(format!("{server}/{repository}/actions/runs/{}", var("GITHUB_RUN_ID").ok()?))
    };
    github().or_else(|| var("CI_JOB_URL").ok()).or_else(|| var("BUILD_URL").ok())
}

/// The commit that this pipeline works on.
pub(super) fn commit() -> Option<String> {
    let names = ["GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT"];
    names.into_iter().find_map(|name| var(name).ok()).filter(|commit| !commit.is_empty())
}
