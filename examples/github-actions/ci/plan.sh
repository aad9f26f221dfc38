#!/usr/bin/env bash
# Plans once and shows that one plan in every form: text in the log, markdown in the job's summary, all of them as files in plan/.
# Arguments go to `hookwright plan`, whose exit code this one is. With 1 and a plan.md in plan/ the plan is refused;
# without it nothing could be planned.
set -euo pipefail

rm -rf plan
mkdir plan
code=0
# The state is the one of ci/state.sh, whatever the file's [state] says.
# The log shows colours, but is no terminal. Not for the whole job: `gh` would colour its JSON too.
CLICOLOR_FORCE=1 hookwright plan --state state/webhooks.state.json --out plan/plan.bin "$@" || code=$?
if [ -e plan/plan.bin ]; then
    hookwright show plan/plan.bin --format json >plan/plan.json
    # Last, and whole: where it is, all of them are.
    hookwright show plan/plan.bin --format markdown >plan/unfinished.md
    mv plan/unfinished.md plan/plan.md
    cat plan/plan.md >>"$GITHUB_STEP_SUMMARY"
fi
exit "$code"
