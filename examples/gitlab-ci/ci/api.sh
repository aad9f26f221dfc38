#!/usr/bin/env bash
# One call of GitLab's API: api.sh METHOD PATH [FILE OF JSON]. The token goes by standard input: arguments are visible to other
# processes.
set -euo pipefail

body=()
if [ $# -gt 2 ]; then
    body=(--header "Content-Type: application/json" --data-binary "@$3")
fi
printf 'PRIVATE-TOKEN: %s\n' "$NOTE_TOKEN" |
    curl --silent --show-error --fail-with-body --header @- --request "$1" "${body[@]}" "$CI_API_V4_URL/$2"
