#!/usr/bin/env bash
# Compares what is live with the branch, and keeps one issue about it: opened, brought up to date, closed.
set -euo pipefail

code=0
ci/plan.sh --detailed-exitcode || code=$?
case $code in
0 | 2) ;;
*) exit "$code" ;;
esac
refreshed=$(jq .refreshed plan/plan.json)
if [ "$refreshed" != true ]; then
    echo "::error::There is no API key here: what is live is not known."
    exit 1
fi
# Not by the exit code alone: what no apply would change, such as a secret that was changed elsewhere, is drift as well.
differs=$(jq --argjson code "$code" '$code == 2 or (.drift | length) > 0' plan/plan.json)
marker=$(head -n 1 plan/plan.md | grep '^<!-- hookwright plan')
issue=$(gh api --paginate "repos/$GITHUB_REPOSITORY/issues?state=open&per_page=100" |
    jq --slurp --arg marker "$marker" '
        flatten(1) | map(select(.pull_request == null and .user.login == "github-actions[bot]"
            and (.body // "" | startswith($marker)))) | .[0].number // empty')
issues=repos/$GITHUB_REPOSITORY/issues
if [ "$differs" = true ] && [ -z "$issue" ]; then
    gh api --method POST "$issues" -f title="Webhooks: what is live differs from $BRANCH" -F body=@plan/plan.md >/dev/null
elif [ "$differs" = true ]; then
    gh api --method PATCH "$issues/$issue" -F body=@plan/plan.md >/dev/null
elif [ -n "$issue" ]; then
    gh api --method PATCH "$issues/$issue" -f state=closed -F body=@plan/plan.md >/dev/null
fi
