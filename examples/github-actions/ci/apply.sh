#!/usr/bin/env bash
# Does the plan that was reviewed, or the rest of it, or nothing. $EXPECT is its id; without one, the comment under the pull
# request has it. $FLAGS go to plan and apply.
set -euo pipefail
trap 'exit 130' INT # a cancelled job signals this process alone: without a trap it would wait for the plan, and go on

expect=${EXPECT:-}
# What a refused plan says would override it, each name spelt out, and nothing else. Whoever gives it has read that plan, and has its id.
flags=()
if [ -n "${FLAGS:-}" ]; then
    flag='(--allow-(delete|duplicate) [A-Za-z0-9_][A-Za-z0-9_-]*|--allow-all-gone|--allow-unknown-team)'
    if [ -z "$expect" ] || ! [[ $FLAGS =~ ^$flag(\ $flag)*$ ]]; then
        echo "::error title=Not allowed::flags are --allow-delete NAME, --allow-duplicate NAME, --allow-all-gone and" \
            "--allow-unknown-team, one space between them, and need the id of the plan."
        exit 1
    fi
    read -ra flags <<<"$FLAGS"
fi
ci/plan.sh "${flags[@]}"
changes=$(jq '.changes | length' plan/plan.json)
if [ "$changes" = 0 ]; then
    if [ ! -e state/webhooks.state.json.journal ]; then
        echo "There is nothing to do."
        exit 0
    fi
    # An apply that was killed had done it all. A plan of nothing needs no review; doing it replays the journal into the state.
    expect=$(jq --raw-output .id plan/plan.json)
elif [ -z "$expect" ]; then
    expect=$(ci/reviewed-id.sh)
fi
cat >>"$GITHUB_STEP_SUMMARY" <<'SUMMARY'

Where that is not the plan that was reviewed, nothing is done. If you agree with it: *Run workflow*, with its id.
SUMMARY
# A plan that did not ask the API (`offline-…`) is no plan that can be expected.
if ! [[ $expect =~ ^[0-9]+-[0-9a-f]{32}$ ]]; then
    echo "::error title=Not reviewed::No plan with an id was reviewed for this commit; the summary says what to do."
    exit 1
fi
export CLICOLOR_FORCE=1
# From here on that process is hookwright itself: it then finishes what is in flight.
exec hookwright apply --state state/webhooks.state.json --expect "$expect" --lock-timeout 5m "${flags[@]}"
