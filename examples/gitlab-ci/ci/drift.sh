#!/usr/bin/env bash
# Compares what is live with the branch, and keeps one issue about it: opened, brought up to date, closed. Without a token for that,
# the job fails where there is drift.
set -euo pipefail

code=0
ci/plan.sh --detailed-exitcode || code=$?
case $code in
0 | 2) ;;
*) exit "$code" ;;
esac
refreshed=$(jq .refreshed plan/plan.json)
if [ "$refreshed" != true ]; then
    echo "There is no API key here: what is live is not known." >&2
    exit 1
fi
# Not by the exit code alone: what no apply would change, such as a secret that was changed elsewhere, is drift as well.
differs=$(jq --argjson code "$code" '$code == 2 or (.drift | length) > 0' plan/plan.json)
if [ -z "${NOTE_TOKEN:-}" ]; then
    test "$differs" = false
    exit
fi
issues=projects/$CI_PROJECT_ID/issues
issue=$(ci/ours.sh "$issues?state=opened" description | jq .iid)
jq --null-input --rawfile description plan/plan.md --arg title "Webhooks: what is live differs from $BRANCH" \
    '{$title, $description}' >plan/issue.json
if [ "$differs" = true ] && [ -z "$issue" ]; then
    ci/api.sh POST "$issues" plan/issue.json >/dev/null
elif [ "$differs" = true ]; then
    ci/api.sh PUT "$issues/$issue" plan/issue.json >/dev/null
elif [ -n "$issue" ]; then
    jq '. + {state_event: "close"}' plan/issue.json >plan/close.json
    ci/api.sh PUT "$issues/$issue" plan/close.json >/dev/null
fi
