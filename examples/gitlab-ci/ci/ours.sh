#!/usr/bin/env bash
# Of the list at $1 (notes, issues), the item that holds our plan, as JSON; nothing where there is none. Its text, in the field $2,
# begins with the marker that the plan's markdown begins with, and its author is the user of our token: anybody else's text may
# begin with that marker too.
set -euo pipefail

marker=$(head -n 1 plan/plan.md | grep '^<!-- hookwright plan')
me=$(ci/api.sh GET user | jq --exit-status .id)
separator=\?
[[ $1 = *\?* ]] && separator=\&
page=1
while true; do
    items=$(ci/api.sh GET "$1${separator}per_page=100&page=$page")
    found=$(jq --arg marker "$marker" --argjson me "$me" --arg field "$2" '
        map(select(.author.id == $me and (.[$field] // "" | startswith($marker)))) | .[0] // empty' <<<"$items")
    if [ -n "$found" ] || [ "$items" = "[]" ]; then
        printf '%s' "$found"
        exit
    fi
    page=$((page + 1))
done
