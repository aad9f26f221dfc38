"""Two stand-ins for the runners of GitHub and GitLab: they do the jobs of a pipeline's YAML, the checkout aside, in a folder."""

import os
import pathlib
import re
import signal
import subprocess
import tempfile

from ruamel.yaml import YAML

SKIPPED = "ci/install.sh"  # what it installs is what is tested


def load(path):
    return YAML(typ="safe", pure=True).load(pathlib.Path(path).read_text())


class Ran:
    """How a job ended: whether it failed, its log, and the files that it left as artifacts."""

    def __init__(self, failed, log, artifacts):
        self.failed, self.log, self.artifacts = failed, log, artifacts


def first(process):
    """GitHub interrupts the first process of a step, and no other."""
    process.send_signal(signal.SIGINT)


def every(process):
    """GitLab ends every process of a script."""
    os.killpg(process.pid, signal.SIGTERM)


def spawn(folder, script, shell, environment, stop_at=None, stop=first):
    """Runs a script to its end; stops it when the log says `stop_at`."""
    with tempfile.NamedTemporaryFile("w", suffix=".sh") as file:
        file.write(script)
        file.flush()
        process = subprocess.Popen(
            [*shell, file.name], cwd=folder, env=environment, text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True,
            # A shell in the background ignores SIGINT, its children with it, and no trap of theirs would hear of it.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        log = ""
        for line in process.stdout:
            log += line
            if stop_at and stop_at in line:
                stop(process)
                stop_at = None
        return process.wait(), log


def collected(folder, patterns):
    found, left = set(), [p.removeprefix("!") for p in patterns if p.startswith("!")]
    for pattern in patterns:
        if not pattern.startswith("!"):
            found |= {str(p.relative_to(folder)) for p in folder.glob(pattern) if p.is_file()}
            found |= {str(p.relative_to(folder)) for p in folder.glob(f"{pattern}/**/*") if p.is_file()}
    return {name for name in found if not any(pathlib.PurePath(name).match(pattern) for pattern in left)}


def depth(folder, workflow):
    """How much of the history a workflow checks out."""
    (job,) = load(folder / ".github/workflows" / f"{workflow}.yml")["jobs"].values()
    return job["steps"][0]["with"].get("fetch-depth", 1)


def github(folder, workflow, contexts, environment, cancel_at=None):
    """Does the one job of a workflow. `contexts` has what its expressions name; all else in an expression is an error."""
    (job,) = load(folder / ".github/workflows" / f"{workflow}.yml")["jobs"].values()
    failed = cancelled = False
    log, artifacts = "", set()

    def values(mapping):
        said = lambda text: re.sub(r"\$\{\{ (\S+) \}\}", lambda found: contexts[found[1]], str(text))
        return {name: said(value) for name, value in (mapping or {}).items()}

    for step in job["steps"]:
        condition = str(step.get("if", "success()")).removeprefix("${{ ").removesuffix(" }}")
        met = {
            "success()": not (failed or cancelled),
            "always()": True,
            "!cancelled()": not cancelled,
            "failure() || cancelled()": failed or cancelled,
        }[condition]
        if not met or step.get("run") == SKIPPED:
            continue
        if "uses" in step:
            values(step.get("with"))
            if "upload-artifact" in step["uses"]:
                artifacts |= collected(folder, step["with"]["path"].split())
            continue
        env = environment | values(job.get("env")) | values(step.get("env"))
        code, said = spawn(folder, step["run"], ["bash", "-e"], env, cancel_at)
        cancelled = cancelled or bool(cancel_at and cancel_at in said)
        failed = failed or code != 0
        log += f"$ {step['run']}\n{said}"
    return Ran(failed or cancelled, log, artifacts)


def gitlab(folder, name, environment, cancel_at=None):
    """Does one job of .gitlab-ci.yml: script, then after_script in a shell of its own. Once it is cancelled, the job's own token, and
    so `origin`, is of no use."""
    pipeline = load(folder / ".gitlab-ci.yml")
    job = pipeline[name]
    variables = {k: v["value"] if isinstance(v, dict) else str(v) for k, v in pipeline["variables"].items()}
    variables = {k: re.sub(r"\$(\w+)", lambda found: environment[found[1]], v) for k, v in variables.items()} | environment
    shell = ["bash", "-eo", "pipefail"]
    code, log = spawn(folder, "\n".join(job["script"]), shell, variables, cancel_at, every)
    if cancel_at and cancel_at in log:
        subprocess.run(["git", "remote", "set-url", "origin", "file:///revoked"], cwd=folder, check=True)
    if "after_script" in job:
        log += spawn(folder, "\n".join(job["after_script"]), shell, variables)[1]
    kept = job["artifacts"]
    patterns = [*kept["paths"], *(f"!{pattern}" for pattern in kept.get("exclude", []))]
    return Ran(code != 0, log, collected(folder, patterns))
