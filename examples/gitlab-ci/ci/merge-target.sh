#!/usr/bin/env bash
# Makes of the merge request's branch what a merge would give: the state is the target's, and what others merged stays. A pipeline
# for merged results begins with that already.
set -euo pipefail

source=origin
if [ "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID" != "$CI_MERGE_REQUEST_PROJECT_ID" ]; then
    source=$CI_MERGE_REQUEST_PROJECT_URL.git # a fork's origin is the fork
fi
git fetch --quiet "$source" "refs/heads/$CI_MERGE_REQUEST_TARGET_BRANCH_NAME"
git -c user.name=hookwright -c user.email=hookwright@localhost merge --quiet --no-edit FETCH_HEAD
ci/state.sh same FETCH_HEAD
