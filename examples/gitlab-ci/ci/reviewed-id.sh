#!/usr/bin/env bash
# The id of the plan that was reviewed in the merge request whose merge $CI_COMMIT_SHA is; nothing where there is none.
set -euo pipefail

if [ -z "${NOTE_TOKEN:-}" ]; then
    exit 0
fi
mr=$(ci/api.sh GET "projects/$CI_PROJECT_ID/repository/commits/$CI_COMMIT_SHA/merge_requests" |
    jq --arg sha "$CI_COMMIT_SHA" --arg branch "$BRANCH" '
        map(select(.state == "merged" and .target_branch == $branch
            and (.merge_commit_sha == $sha or .squash_commit_sha == $sha or .sha == $sha))) | .[0].iid // empty')
if [ -n "$mr" ]; then
    # The plan's last line, and no other: whatever came from elsewhere stands above it.
    ci/ours.sh "projects/$CI_PROJECT_ID/merge_requests/$mr/notes?sort=asc" body |
        jq --raw-output '.body | capture("\nPlan id: `(?<id>[0-9]+-[0-9a-f]{32})`\\s*$").id'
fi
