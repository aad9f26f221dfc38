#!/usr/bin/env bash
# Saves the state with a token that may write the repository: the job's own may not, and in a cancelled job it may not even read. The
# token goes by the environment: .git/config outlives the job where a runner keeps its folder.
set -euo pipefail

count=${GIT_CONFIG_COUNT:-0}
export GIT_CONFIG_COUNT=$((count + 1))
export "GIT_CONFIG_KEY_$count=remote.state.url"
export "GIT_CONFIG_VALUE_$count=$CI_SERVER_PROTOCOL://state:$STATE_TOKEN@$CI_SERVER_FQDN/$CI_PROJECT_PATH.git"
STATE_REMOTE=state exec ci/state.sh save
