#!/usr/bin/env python3
"""Runs the pipelines of examples/github-actions and examples/gitlab-ci, as their YAML says, against `hookwright sandbox`.

    run.py target/debug/hookwright

It needs git, jq, curl and ruamel.yaml. The forges are stand-ins on this machine; it ends only processes that it started.
"""

import contextlib
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True  # no __pycache__ beside the sources
sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
import github  # noqa: E402
import gitlab  # noqa: E402
from worlds import OnGitHub, OnGitLab  # noqa: E402

SUITES = [
    ("GitHub: review, apply, drift", OnGitHub, [], [github.pull_requests, github.applies, github.drifts]),
    ("GitHub: a plan that is refused", OnGitHub, [], [github.refusals]),
    ("GitHub: an apply that stops", OnGitHub, ["--fault", "402-credits@2"], [github.stops]),
    ("GitHub: an apply that is cancelled", OnGitHub, ["--latency", "150ms"], [github.cancelled]),
    ("GitHub: an apply that is killed", OnGitHub, [], [github.killed]),
    ("GitHub: an apply that is killed when it has done all", OnGitHub, [], [github.killed_at_the_end]),
    ("GitHub: two writers", OnGitHub, [], [github.conflicts]),
    ("GitHub: an apply that does not stop", OnGitHub, [], [github.still_writing]),
    ("GitHub: a folder that is used again", OnGitHub, [], [github.reused]),
    ("GitHub: a state that cannot be pushed", OnGitHub, [], [github.locked_out]),
    ("GitLab: review, apply, drift", OnGitLab, [], [gitlab.merge_requests]),
    ("GitLab: a plan that is refused", OnGitLab, [], [gitlab.refusals]),
    ("GitLab: an apply that stops", OnGitLab, ["--fault", "402-credits@2"], [gitlab.stops]),
    ("GitLab: an apply that is cancelled", OnGitLab, ["--latency", "150ms"], [gitlab.cancelled]),
]


def main():
    (binary,) = sys.argv[1:]
    for title, kind, flags, checks in SUITES:
        print(title, flush=True)
        with tempfile.TemporaryDirectory() as folder, contextlib.closing(kind(folder, binary, flags)) as world:
            for checked in checks:
                checked(world)


if __name__ == "__main__":
    main()
