#!/usr/bin/env bash
# The id of the plan that was reviewed in the pull request whose merge $GITHUB_SHA is; nothing where there is none.
set -euo pipefail

pr=$(gh api "repos/$GITHUB_REPOSITORY/commits/$GITHUB_SHA/pulls" |
    jq --arg sha "$GITHUB_SHA" --arg branch "$BRANCH" '
        map(select(.merged_at != null and .merge_commit_sha == $sha and .base.ref == $branch)) | .[0].number // empty')
if [ -n "$pr" ]; then
    # The plan's last line, and no other: whatever came from elsewhere stands above it.
    ci/find-comment.sh "$pr" | jq --raw-output '.body | capture("\nPlan id: `(?<id>[0-9]+-[0-9a-f]{32})`\\s*$").id'
fi
