#!/usr/bin/env bash
# The one place that says which hookwright every job runs: the id of a plan is compared across jobs, so all must run the same.
set -euo pipefail

repository=https://github.com/example/hookwright # yours
commit=0000000000000000000000000000000000000000  # the one that you looked at

cargo install --quiet --locked --git "$repository" --rev "$commit"
