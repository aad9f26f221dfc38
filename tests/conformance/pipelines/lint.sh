#!/usr/bin/env bash
# Linters that are not ours read every pipeline and script. Usage: lint.sh VENV/bin
set -euo pipefail
bin=$1

"$bin/check-jsonschema" --builtin-schema vendor.github-workflows .github/workflows/*.yml examples/github-actions/.github/workflows/*.yml
"$bin/check-jsonschema" --builtin-schema vendor.gitlab-ci examples/gitlab-ci/.gitlab-ci.yml
"$bin/zizmor" --offline --pedantic --no-progress --quiet .github/workflows examples/github-actions
"$bin/shellcheck" .ci/run tests/conformance/*.sh tests/conformance/*/*.sh examples/*/ci/*.sh

# Two copies, since each example is to be taken whole.
for script in state.sh install.sh; do cmp "examples/github-actions/ci/$script" "examples/gitlab-ci/ci/$script"; done
