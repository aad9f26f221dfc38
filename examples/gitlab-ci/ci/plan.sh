#!/usr/bin/env bash
# Plans once and shows that one plan in every form: text in the log, all of them as files in plan/. Arguments go to `hookwright
# plan`, whose exit code this one is. With 1 and files in plan/ the plan is refused; without files nothing could be planned.
set -euo pipefail

rm -rf plan
mkdir plan
code=0
# The log shows colours, but is no terminal.
CLICOLOR_FORCE=1 hookwright plan --out plan/plan.bin "$@" || code=$?
if [ -e plan/plan.bin ]; then
    hookwright show plan/plan.bin --format markdown >plan/plan.md
    hookwright show plan/plan.bin --format json >plan/plan.json
    hookwright show plan/plan.bin --format gitlab-report >plan/report.json
fi
exit "$code"
