#!/usr/bin/env bash
# The comment under pull request $1 that holds its plan, as JSON; nothing where there is none. It begins with the marker that the
# plan's markdown begins with, and it is the bot's: anybody else's comment may begin with that marker too.
set -euo pipefail

marker=$(head -n 1 plan/plan.md | grep '^<!-- hookwright plan')
gh api --paginate "repos/$GITHUB_REPOSITORY/issues/$1/comments?per_page=100" |
    jq --slurp --arg marker "$marker" '
        flatten(1) | map(select(.user.login == "github-actions[bot]" and (.body | startswith($marker)))) | .[0] // empty'
