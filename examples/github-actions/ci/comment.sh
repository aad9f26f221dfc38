#!/usr/bin/env bash
# Puts the plan under pull request $PR, in place of the one that is there: a reviewer finds one plan, the newest.
set -euo pipefail

if [ ! -s plan/plan.md ]; then
    echo "Nothing could be planned; the comment, if there is one, stays as it is."
    exit 0
fi
# Where a run gets no secrets (a fork's, Dependabot's), its token may not comment either.
refreshed=$(jq .refreshed plan/plan.json)
if [ "$refreshed" != true ]; then
    echo "::notice title=Offline plan::Without an API key the plan compares with the state alone. It is in this job's summary."
    exit 0
fi
id=$(ci/find-comment.sh "$PR" | jq .id)
if [ -n "$id" ]; then
    gh api --method PATCH "repos/$GITHUB_REPOSITORY/issues/comments/$id" -F body=@plan/plan.md >/dev/null
else
    gh api --method POST "repos/$GITHUB_REPOSITORY/issues/$PR/comments" -F body=@plan/plan.md >/dev/null
fi
