#!/usr/bin/env python3
"""Runs the pipelines of examples/github-actions and examples/gitlab-ci, as their YAML says, against `hookwright sandbox`.

    pipelines.py target/debug/hookwright

It needs git, jq, curl and ruamel.yaml. The forges are stand-ins on this machine; it ends only processes that it started.
"""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.request

sys.dont_write_bytecode = True  # no __pycache__ beside the sources
import runners  # noqa: E402
from forges import BOT, GITLAB_BOT, GitHub, GitLab  # noqa: E402
from support import check  # noqa: E402

EXAMPLES = pathlib.Path(__file__).resolve().parents[2] / "examples"
KEY = "sk_videogen_pipelines_canary"
MARKER = "<!-- hookwright plan -->"
# A pair for tests alone: whoever reads this can open what is sealed to it.
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
IDENTITY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
STATE = "state/webhooks.state.json"


def silent(text, *secrets):
    """Ends the process where a secret is in the text."""
    if any(secret in text for secret in secrets):
        sys.exit(f"pipelines: a secret is told: {text}")


def entry(name, path=None):
    return f'\n[webhooks.{name}]\nurl = "https://hooks.example.com/{path or name}"\nevents = ["file.upload.*"]\n'


class World:
    """A repository made of an example with a bare remote, a sandbox, and a folder of programs."""

    def __init__(self, folder, binary, example, flags=()):
        self.folder, self.binary = pathlib.Path(folder), pathlib.Path(binary).resolve()
        self.checkouts = 0
        (self.folder / "bin").mkdir()
        (self.folder / "bin/hookwright").symlink_to(self.binary)
        self.environment = {
            "PATH": f"{self.folder / 'bin'}:{os.environ['PATH']}",
            "HOME": str(self.folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        self.sandbox = subprocess.Popen(
            [self.binary, "sandbox", "--port", "0", "--key", KEY, "--db", "api.json", *flags],
            cwd=self.folder, env=self.environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )
        self.url = self.sandbox.stdout.readline().split()[-1]
        self.environment["VIDEOGEN_BASE_URL"] = self.url
        (self.folder / ".gitconfig").write_text("[user]\nname = dev\nemail = dev@example.com\n[init]\ndefaultBranch = main\n")
        self.remote, self.work = self.folder / "remote.git", self.folder / "work"
        shutil.copytree(EXAMPLES / example, self.work)
        (self.work / "recipients.txt").write_text(RECIPIENT + "\n")
        (self.work / ".gitignore").write_text("state/\nplan/\n")  # the state is saved all the same
        self.run("git", "init", "-q")
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", "The example")
        self.run("git", "clone", "-q", "--bare", ".", str(self.remote))
        self.run("git", "remote", "add", "origin", str(self.remote))

    def close(self):
        self.sandbox.terminate()
        self.sandbox.wait()

    def run(self, *command, folder=None, **more):
        done = subprocess.run(
            command, cwd=folder or self.work, env=self.environment | more, text=True, stdin=subprocess.DEVNULL, capture_output=True
        )
        if done.returncode != 0:
            sys.exit(f"{command}: {done.stdout}{done.stderr}")
        return done.stdout.strip()

    def change(self, branch, text, before=""):
        """A branch from the newest main whose webhooks.toml has this at its end, and before its beginning; its commit."""
        self.run("git", "fetch", "-q", "origin", "main")
        self.run("git", "checkout", "-qB", branch, "FETCH_HEAD")
        config = self.work / "webhooks.toml"
        config.write_text(before + config.read_text() + text)
        return self.commit(branch)

    def commit(self, branch):
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", f"A change on {branch}")
        self.run("git", "push", "-q", "--force", "origin", f"HEAD:{branch}")
        return self.run("git", "rev-parse", "HEAD")

    def merge(self, branch):
        """Merges a branch into main; the merge commit."""
        self.run("git", "fetch", "-q", "origin")
        self.run("git", "checkout", "-qB", "main", "origin/main")
        self.run("git", "merge", "-q", "--no-ff", "--no-edit", f"origin/{branch}")
        self.run("git", "push", "-q", "origin", "main")
        return self.run("git", "rev-parse", "HEAD")

    def merge_unplanned(self, branch, text):
        """A pull request, #11, that was merged without a plan; the merge commit."""
        self.change(branch, text)
        commit = self.merge(branch)
        self.forge.merged(11, commit)
        return commit

    def checkout(self, commit):
        """A clone of its own at this commit, as each job gets one."""
        self.checkouts += 1
        folder = self.folder / f"job-{self.checkouts}"
        self.run("git", "clone", "-q", str(self.remote), str(folder))
        self.run("git", "checkout", "-q", "--detach", commit, folder=folder)
        return folder

    def head(self):
        return self.run("git", "rev-parse", "main", folder=self.remote)

    def saved(self):
        """The state on the remote's main, as JSON; None where there is none."""
        shown = subprocess.run(["git", "show", f"main:{STATE}"], cwd=self.remote, text=True, capture_output=True)
        return json.loads(shown.stdout) if shown.returncode == 0 else None

    def live(self):
        """Secrets by url, as the sandbox has them."""
        with self.request("GET", "/v1/webhooks/endpoints?limit=100") as answer:
            return [endpoint["url"] for endpoint in json.load(answer)["endpoints"]]

    def delete(self, name):
        """Deletes an endpoint behind hookwright's back."""
        self.request("DELETE", f"/v1/webhooks/endpoints/{self.saved()['endpoints'][name]['endpoint_id']}").close()

    def request(self, method, path):
        request = urllib.request.Request(self.url + path, method=method, headers={"authorization": f"Bearer {KEY}"})
        return urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request)

    def opens(self, name):
        """Whether the saved secret of an entry opens, and is no clear text in what was saved."""
        (self.folder / "state.json").write_text(json.dumps(self.saved()))
        secret = self.run(
            str(self.binary), "--state", str(self.folder / "state.json"), "secret", "show", name, HOOKWRIGHT_IDENTITY=IDENTITY
        )
        return secret.startswith("whsec_") and secret not in json.dumps(self.saved())


class OnGitHub(World):
    def __init__(self, folder, binary, flags=()):
        super().__init__(folder, binary, "github-actions", flags)
        self.forge = GitHub(folder, sys.executable)

    def job(self, workflow, commit, folder=None, number="7", expect="", secrets=True, cancel_at=None):
        folder = folder or self.checkout(commit)
        self.summary = folder.parent / f"{folder.name}.summary"
        self.summary.touch()
        contexts = {
            "github.token": "ghs_token",
            "github.event.pull_request.number": number,
            "inputs.expect": expect,
            "secrets.STATE_DEPLOY_KEY": "",
            "secrets.VIDEOGEN_API_KEY": KEY if secrets else "",
            "secrets.VIDEOGEN_READ_KEY": KEY if secrets else "",
        }
        runner = {"GITHUB_REPOSITORY": "example/hooks", "GITHUB_SHA": commit, "GITHUB_STEP_SUMMARY": str(self.summary)}
        ran = runners.github(folder, workflow, contexts, self.environment | runner, cancel_at)
        silent(ran.log + self.summary.read_text(), KEY, "ghs_token")
        return ran

    def reviewed(self, number, branch, text):
        """A pull request that was planned and merged; the merge commit."""
        planned = self.job("plan", self.change(branch, text), number=number)
        check(f"#{number} is planned", not planned.failed, planned.log)
        commit = self.merge(branch)
        self.forge.merged(int(number), commit)
        return commit


def id_of(comment):
    return re.search(r"Plan id: `([0-9a-f]{32})`\s*$", comment)[1]


def pull_requests(world):
    forge = world.forge
    planned = world.job("plan", world.change("audit", entry("audit")))
    check("a pull request is planned", not planned.failed and len(forge.plans(7)) == 1, planned.log)
    (first,) = forge.plans(7)
    check("its plan becomes a comment", first.startswith(MARKER) and "audit" in first)
    check("the job's summary shows it", first in world.summary.read_text())
    check("the log shows it, in colour", "Plan: 3 to add" in re.sub(r"\x1b\[\d*m", "", planned.log) and "\x1b[" in planned.log)
    check("all of its forms are an artifact", {"plan/plan.md", "plan/plan.json", "plan/plan.bin"} <= planned.artifacts)

    for n in range(100):
        forge.say(7, "mallory", f"{MARKER}\nnumber {n}")
    data = forge.read()
    data["comments"].insert(0, data["comments"].pop())
    data["comments"].append(data["comments"].pop(1))
    forge.write(data)
    planned = world.job("plan", world.change("audit", entry("audit", "elsewhere")))
    (second,) = forge.plans(7)
    check("planned again it is the same comment, on its second page", not planned.failed and "elsewhere" in second, planned.log)
    untouched = [c for c in forge.read()["comments"] if c["user"]["login"] == "mallory" and "number" in c["body"]]
    check("strangers' comments with the marker are left alone", len(untouched) == 100)

    forked = world.job("plan", world.change("fork", entry("forked")), number="8", secrets=False)
    check("a fork's plan is made without the key and says so", not forked.failed and "offline" in forked.log, forked.log)
    check("it is in the summary, and nobody comments", "was not asked" in world.summary.read_text() and not forge.plans(8))

    refused = world.job("plan", world.change("refused", '\n[webhooks.x]\nurl = "https://elsewhere.example/"\nevents = ["file.upload.*"]\n'))
    check("a file that is wrong fails the job and leaves the comment", refused.failed and forge.plans(7) == [second], refused.log)


def applies(world):
    forge = world.forge
    merge = world.merge("audit")
    forge.merged(7, merge)
    applied = world.job("apply", merge)
    saved = world.saved()
    check("the merge applies the plan of the comment", not applied.failed and len(world.live()) == 3, applied.log)
    check("the state is on main, and its secrets open", len(saved["endpoints"]) == 3 and world.opens("audit"))
    changed = world.run("git", "diff", "--name-only", merge, "main", folder=world.remote)
    check("nothing else is, and no lock", changed == STATE, changed)
    subject = world.run("git", "log", "-1", "--format=%s", "main", folder=world.remote)
    check("the commit starts no pipeline", subject.endswith("[skip ci]"), subject)
    check("a run that went well keeps no copy", not applied.artifacts, applied.artifacts)

    head = world.head()
    again = world.job("apply", merge)
    check("run again there is nothing to do", not again.failed and "nothing to do" in again.log and world.head() == head, again.log)

    merge = world.reviewed("9", "more", entry("more"))
    world.delete("audit")
    head, live = world.head(), world.live()
    refused = world.job("apply", merge)
    check("where what is live moved, nothing is done", refused.failed and "was reviewed" in refused.log, refused.log)
    check("nor pushed", world.head() == head and world.live() == live)
    now = re.search(r"the plan is ([0-9a-f]{32})", refused.log)[1]
    check("the summary shows the plan that it is now, with its id", f"`{now}`" in world.summary.read_text())
    garbled = world.job("apply", world.head(), expect="--auto-approve")
    check("an id that is none is refused", garbled.failed and "Not reviewed" in garbled.log, garbled.log)
    byhand = world.job("apply", world.head(), expect=now)
    check("whoever agrees runs it by hand, with that id", not byhand.failed and len(world.live()) == 4, byhand.log)

    commit = world.merge_unplanned("unplanned", entry("unplanned"))
    plan = world.job("plan", commit, number="11")
    check("a plan for the pull request exists", not plan.failed)
    data = forge.read()
    (mine,) = [c for c in data["comments"] if c["under"] == 11]
    mine["user"]["login"] = "mallory"
    forge.write(data)
    forged = world.job("apply", commit)
    check("an id is trusted from the bot alone", forged.failed and "Not reviewed" in forged.log and len(world.live()) == 4, forged.log)
    forge.say(11, BOT, mine["body"] + "\nPlan id: none")
    check("and from a plan's last line alone", world.job("apply", commit).failed)
    forge.say(12, BOT, mine["body"])
    check("and from the pull request that was merged alone", world.job("apply", commit).failed and len(world.live()) == 4)
    world.run("git", "revert", "--no-edit", "-m", "1", "HEAD")
    world.run("git", "push", "-q", "origin", "HEAD:main")


def drifts(world):
    forge = world.forge
    data = forge.read()
    stranger = {"number": 5, "user": {"login": "mallory"}, "state": "open", "body": MARKER}
    data["issues"] += [stranger] + [{"number": 100 + n, "user": {"login": BOT}, "state": "open", "body": None} for n in range(100)]
    data["issues"].append({"number": 6, "user": {"login": BOT}, "state": "open", "body": MARKER, "pull_request": {}})
    forge.write(data)
    ours = lambda: [i for i in forge.read()["issues"] if i["number"] > 1000]
    others = lambda: [i for i in forge.read()["issues"] if i["number"] < 1000]
    before = others()

    night = world.job("drift", world.head())
    check("where nothing drifted there is no issue", not night.failed and not ours(), night.log)
    world.delete("audit")
    night = world.job("drift", world.head())
    check("drift opens an issue", not night.failed and len(ours()) == 1 and "audit" in ours()[0]["body"], night.log)
    world.delete("more")
    night = world.job("drift", world.head())
    check("more of it is in the same issue", not night.failed and len(ours()) == 1 and "more" in ours()[0]["body"], night.log)
    check("its plan is applied by its id", not world.job("apply", world.head(), expect=id_of(ours()[0]["body"])).failed)
    night = world.job("drift", world.head())
    check("then the issue is closed", not night.failed and [i["state"] for i in ours()] == ["closed"], night.log)
    check("strangers' issues and pull requests are left alone", others() == before)
    check("without a key nothing is said", world.job("drift", world.head(), secrets=False).failed)


def stops(world):
    merge = world.reviewed("7", "third", entry("third"))
    stopped = world.job("apply", merge)
    check("an apply that stopped part-way fails the job", stopped.failed and "stopped part-way" in stopped.log, stopped.log)
    kept = len(world.saved()["endpoints"])
    check("what it made is on main", 0 < kept < 3 and kept == len(world.live()), kept)
    check("and in an artifact, without the lock", stopped.artifacts == {STATE}, stopped.artifacts)
    again = world.job("apply", merge)
    check("run again it does the rest under the same id", not again.failed and len(world.saved()["endpoints"]) == 3, again.log)
    check("and nothing twice", len(world.live()) == 3)


def cancelled(world):
    merge = world.reviewed("7", "many", "".join(entry(f"n{n}") for n in range(40)))
    stopped = world.job("apply", merge, cancel_at="create done")
    check("a cancelled apply finishes what is in flight", stopped.failed and "interrupted" in stopped.log, stopped.log)
    kept = len(world.saved()["endpoints"])
    check("and its state is saved", 0 < kept < 42 and kept == len(world.live()), f"{kept} {stopped.log}")
    again = world.job("apply", merge)
    check("run again it does the rest", not again.failed and len(world.saved()["endpoints"]) == 42 == len(world.live()), again.log)


def conflicts(world):
    merge = world.reviewed("7", "third", entry("third"))
    folder = world.checkout(merge)
    script = {"BRANCH": "main"}
    idle = world.run("ci/state.sh", "save", folder=folder, **script)
    check("where no state was taken none is saved", "No state was taken" in idle and world.saved() is None)

    world.run("ci/state.sh", "take", folder=folder, **script)
    world.run("hookwright", "apply", "--auto-approve", folder=folder, VIDEOGEN_API_KEY=KEY)
    world.change("readme", "# a remark\n")
    merged = world.merge("readme")
    world.run("ci/state.sh", "save", folder=folder, **script)
    parent = world.run("git", "rev-parse", "main^", folder=world.remote)
    check("what was merged meanwhile stays, and the state goes on top", parent == merged and len(world.saved()["endpoints"]) == 3)

    merge = world.reviewed("8", "fourth", entry("fourth"))
    folder = world.checkout(merge)
    # As the job does, but for somebody who writes the state between its first step and its last.
    world.run("ci/state.sh", "take", folder=folder, **script)
    world.run("hookwright", "apply", "--auto-approve", folder=folder, VIDEOGEN_API_KEY=KEY)
    other = world.checkout("main")
    state = other / STATE
    state.write_text(json.dumps(json.loads(state.read_text()) | {"serial": 99}))
    world.run("git", "commit", "-qam", "Somebody else", folder=other)
    world.run("git", "push", "-q", "origin", "HEAD:main", folder=other)
    head = world.head()
    saved = subprocess.run(
        ["ci/state.sh", "save"], cwd=folder, env=world.environment | script, text=True, capture_output=True, stdin=subprocess.DEVNULL
    )
    check("two states are never joined", saved.returncode == 1 and "NOT PUSHED" in saved.stderr and world.head() == head, saved.stderr)
    check("and ours is still there for the artifact", "fourth" in (folder / STATE).read_text())


def locked_out(world):
    merge = world.reviewed("7", "third", entry("third"))
    hook = world.remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    folder = world.checkout(merge)
    failed = world.job("apply", merge, folder=folder)
    check("a push that is refused fails the job", failed.failed and "NOT PUSHED" in failed.log and world.head() == merge, failed.log)
    check("and the state is in the artifact", failed.artifacts == {STATE} and len(world.live()) == 3, failed.artifacts)
    again = world.job("apply", merge)
    check("without it nothing is made twice", again.failed and len(world.live()) == 3, again.log)
    hook.unlink()
    world.run("git", "checkout", "-qB", "rescue", "origin/main")
    (world.work / "state").mkdir()
    shutil.copy(folder / STATE, world.work / STATE)
    world.run("git", "add", "-f", STATE)
    world.commit("rescue")
    again = world.job("apply", world.merge("rescue"))
    check("brought to main by hand, all is well", not again.failed and "nothing to do" in again.log and world.opens("third"), again.log)


class OnGitLab(World):
    def __init__(self, folder, binary, flags=()):
        super().__init__(folder, binary, "gitlab-ci", flags)
        self.forge = GitLab()
        # The push goes where the token is; here that address stands for the bare repository.
        with open(self.folder / ".gitconfig", "a") as config:
            config.write(f'[url "{self.remote}"]\ninsteadOf = https://state:glpat-push@gitlab.example/example/hooks.git\n')

    def close(self):
        self.forge.close()
        super().close()

    def job(self, name, commit, iid="7", secrets=True, **more):
        folder = self.checkout(commit)
        tokens = {"NOTE_TOKEN": GitLab.TOKEN, "STATE_TOKEN": "glpat-push", "VIDEOGEN_API_KEY": KEY} if secrets else {}
        runner = {
            "CI_API_V4_URL": self.forge.url,
            "CI_COMMIT_SHA": commit,
            "CI_DEFAULT_BRANCH": "main",
            "CI_MERGE_REQUEST_IID": iid,
            "CI_MERGE_REQUEST_PROJECT_ID": "7",
            "CI_MERGE_REQUEST_PROJECT_URL": str(self.remote).removesuffix(".git"),
            "CI_MERGE_REQUEST_SOURCE_PROJECT_ID": "7" if secrets else "8",
            "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main",
            "CI_PROJECT_ID": "7",
            "CI_PROJECT_PATH": "example/hooks",
            "CI_SERVER_FQDN": "gitlab.example",
            "CI_SERVER_PROTOCOL": "https",
        }
        ran = runners.gitlab(folder, name, self.environment | runner | tokens | more)
        silent(ran.log, KEY, GitLab.TOKEN, "glpat-push")
        self.job_folder = folder
        return ran

    def merged(self, iid, commit):
        self.forge.merges.append({"iid": iid, "state": "merged", "target_branch": "main", "merge_commit_sha": commit})


def merge_requests(world):
    forge = world.forge
    forge.notes += [{"id": n, "under": 7, "author": {"id": 1}, "body": f"{MARKER} {n}"} for n in range(100)]
    commit = world.change("audit", entry("audit"))
    world.change("other", "", before="# a remark\n")
    world.merge("other")
    planned = world.job("plan", commit)
    check("a merge request is planned", not planned.failed and len(forge.plans(7)) == 1, planned.log)
    check("its plan becomes a note", forge.plans(7)[0].startswith(MARKER) and "audit" in forge.plans(7)[0])
    check("it is the plan of what a merge would give", "# a remark" in (world.job_folder / "webhooks.toml").read_text())
    report = json.loads((world.job_folder / "plan/report.json").read_text())
    check("the widget gets its counts", report == {"create": 3, "update": 0, "delete": 0} and "plan/report.json" in planned.artifacts)
    planned = world.job("plan", world.change("audit", entry("audit", "elsewhere")))
    (second,) = forge.plans(7)
    check("planned again it is the same note, on its second page", not planned.failed and "elsewhere" in second, planned.log)
    check("strangers' notes are left alone", sum(note["author"]["id"] == 1 for note in forge.notes) == 100)
    calls = len(forge.calls)
    forked = world.job("plan", world.change("fork", entry("forked")), iid="8", secrets=False)
    check("a fork's plan is made without the key, and no note", not forked.failed and len(forge.calls) == calls, forked.log)

    merge = world.merge("audit")
    world.merged(7, merge)
    applied = world.job("apply", merge)
    check("the merge applies the plan of the note", not applied.failed and len(world.live()) == 3, applied.log)
    check("the state is on main, and its secrets open", len(world.saved()["endpoints"]) == 3 and world.opens("audit"))
    check("and in the artifact, without the lock", STATE in applied.artifacts and not any("lock" in a for a in applied.artifacts))
    head = world.head()
    again = world.job("apply", merge)
    check("run again there is nothing to do", not again.failed and world.head() == head, again.log)

    world.change("more", entry("more"))
    merge = world.merge("more")
    world.merged(9, merge)
    forge.notes.append({"id": 500, "under": 9, "author": {"id": 1}, "body": second})
    refused = world.job("apply", merge)
    check("without a note of the bot nothing is done", refused.failed and len(world.live()) == 3, refused.log)
    now = json.loads((world.job_folder / "plan/plan.json").read_text())["id"]
    forge.notes.append({"id": 501, "under": 9, "author": {"id": GITLAB_BOT}, "body": second})
    refused = world.job("apply", merge)
    check("nor what was not reviewed", refused.failed and "was reviewed" in refused.log and world.head() == merge, refused.log)
    byhand = world.job("apply", world.head(), EXPECT=now)
    check("whoever agrees runs it by hand, with its id", not byhand.failed and len(world.saved()["endpoints"]) == 4, byhand.log)

    issues = lambda: forge.issues[1:]
    forge.issues.append({"iid": 3, "author": {"id": 1}, "state": "opened", "description": MARKER})
    check("where nothing drifted there is no issue", not world.job("drift", world.head()).failed and not issues())
    world.delete("audit")
    check("drift opens an issue", not world.job("drift", world.head()).failed and "audit" in issues()[0]["description"])
    world.delete("more")
    check("more of it is in the same issue", not world.job("drift", world.head()).failed and "more" in issues()[0]["description"])
    check("where there is no token for an issue, drift fails the job", world.job("drift", world.head(), NOTE_TOKEN="").failed)
    world.job("apply", world.head(), EXPECT=id_of(issues()[0]["description"]))
    check("then the issue is closed", not world.job("drift", world.head()).failed and [i["state"] for i in issues()] == ["closed"])


def stops_on_gitlab(world):
    commit = world.change("third", entry("third"))
    planned = world.job("plan", commit)
    merge = world.merge("third")
    world.merged(7, merge)
    stopped = world.job("apply", merge)
    kept = len(world.saved()["endpoints"])
    check("an apply that stopped part-way fails the job, its state saved", not planned.failed and stopped.failed and 0 < kept < 3, stopped.log)
    again = world.job("apply", merge)
    check("run again it does the rest under the same id", not again.failed and len(world.saved()["endpoints"]) == 3 == len(world.live()))


SUITES = [
    ("GitHub: review, apply, drift", OnGitHub, [], [pull_requests, applies, drifts]),
    ("GitHub: an apply that stops", OnGitHub, ["--fault", "402-credits@2"], [stops]),
    ("GitHub: an apply that is cancelled", OnGitHub, ["--latency", "150ms"], [cancelled]),
    ("GitHub: two writers", OnGitHub, [], [conflicts]),
    ("GitHub: a state that cannot be pushed", OnGitHub, [], [locked_out]),
    ("GitLab: review, apply, drift", OnGitLab, [], [merge_requests]),
    ("GitLab: an apply that stops", OnGitLab, ["--fault", "402-credits@2"], [stops_on_gitlab]),
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
