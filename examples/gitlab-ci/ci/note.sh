#!/usr/bin/env bash
# Puts the plan under the merge request, in place of the one that is there: a reviewer finds one plan, the newest.
set -euo pipefail

if [ -z "${NOTE_TOKEN:-}" ]; then
    echo "There is no NOTE_TOKEN here (a fork's pipeline gets none): the plan is in this log, in the artifact and in the widget."
    exit 0
fi
if [ ! -s plan/plan.md ]; then
    echo "Nothing could be planned; the note, if there is one, stays as it is."
    exit 0
fi
notes=projects/$CI_PROJECT_ID/merge_requests/$CI_MERGE_REQUEST_IID/notes
id=$(ci/ours.sh "$notes?sort=asc" body | jq .id)
jq --null-input --rawfile body plan/plan.md '{$body}' >plan/note.json
if [ -n "$id" ]; then
    ci/api.sh PUT "$notes/$id" plan/note.json >/dev/null
else
    ci/api.sh POST "$notes" plan/note.json >/dev/null
fi
