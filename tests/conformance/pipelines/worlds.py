"""A repository, its forge and a sandbox: where the jobs of the pipelines are done."""

import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import urllib.request

import runners
from forges import GitHub, GitLab
from support import check

EXAMPLES = pathlib.Path(__file__).resolve().parents[3] / "examples"
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


def id_of(comment):
    return re.search(r"Plan id: `([0-9]+-[0-9a-f]{32})`\s*$", comment)[1]


class World:
    """A repository made of an example with a bare remote, a sandbox, and a folder of programs."""

    def __init__(self, folder, binary, example, flags=()):
        self.folder, self.binary = pathlib.Path(folder), pathlib.Path(binary).resolve()
        self.checkouts = self.jobs = 0
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
        self.run("git", "config", "uploadpack.allowAnySHA1InWant", "true", folder=self.remote)
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

    def change_state(self, branch):
        """A branch from the newest main that brings a state of its own; its commit."""
        self.run("git", "fetch", "-q", "origin", "main")
        self.run("git", "checkout", "-qB", branch, "FETCH_HEAD")
        (self.work / "state").mkdir(exist_ok=True)
        (self.work / STATE).write_text("{}")
        self.run("git", "add", "-f", STATE)
        return self.commit(branch)

    def undo(self, merge, branch):
        """A branch from the newest main without what this merge brought; its commit."""
        self.run("git", "fetch", "-q", "origin", "main")
        self.run("git", "checkout", "-qB", branch, "FETCH_HEAD")
        self.run("git", "revert", "--no-edit", "-m", "1", merge)
        self.run("git", "push", "-q", "--force", "origin", f"HEAD:{branch}")
        return self.run("git", "rev-parse", "HEAD")

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

    def checkout(self, commit, *depth):
        """A repository of its own at this commit, as each job gets one, with no more of its history than a job gets."""
        self.checkouts += 1
        folder = self.folder / f"job-{self.checkouts}"
        self.run("git", "init", "-q", str(folder))
        self.run("git", "remote", "add", "origin", f"file://{self.remote}", folder=folder)
        self.run("git", "fetch", "-q", *(depth or self.depth), "origin", commit, folder=folder)
        self.run("git", "checkout", "-q", "--detach", "FETCH_HEAD", folder=folder)
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

    @contextlib.contextmanager
    def failing(self, program, words):
        """While this lasts, a call of the program whose arguments have these words fails and says nothing."""
        real, stand_in = shutil.which(program, path=self.environment["PATH"]), self.folder / "bin" / program
        real, link = os.path.realpath(real), stand_in.is_symlink() and stand_in.readlink()
        stand_in.unlink(missing_ok=True)
        stand_in.write_text(f'#!/bin/sh\ncase "$*" in *"{words}"*) exit 5 ;; esac\nexec {real} "$@"\n')
        stand_in.chmod(0o755)
        yield
        stand_in.unlink()
        if link:
            stand_in.symlink_to(link)

    def forget_secret(self, name, last4="zzzz"):
        """Writes to main that an entry's secret ends otherwise, as if it had been changed elsewhere; what it ended in."""
        state = self.saved()
        endpoint = state["endpoints"][name]
        before, endpoint["secret_last4"] = endpoint["secret_last4"], last4
        folder = self.checkout("main")
        (folder / STATE).write_text(json.dumps(state, indent=2))
        self.run("git", "commit", "-qam", "Another secret", folder=folder)
        self.run("git", "push", "-q", "origin", "HEAD:main", folder=folder)
        return before

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
    depth = ["--depth=1"]

    def __init__(self, folder, binary, flags=()):
        super().__init__(folder, binary, "github-actions", flags)
        self.forge = GitHub(folder, sys.executable)

    def merged_into_main(self, commit):
        """What a merge would give, as GitHub makes it for a pull request: a commit on top of main and of this one."""
        self.run("git", "fetch", "-q", "origin", "main")
        tree = self.run("git", "merge-tree", "--write-tree", "FETCH_HEAD", commit)
        merge = self.run("git", "commit-tree", tree, "-p", "FETCH_HEAD", "-p", commit, "-m", "What a merge would give")
        self.run("git", "push", "-q", "--force", "origin", f"{merge}:refs/pull/1/merge")
        return merge

    def job(self, workflow, commit, folder=None, number="7", expect="", flags="", secrets=True, cancel_at=None):
        if workflow == "plan":
            commit = self.merged_into_main(commit)
        folder = folder or self.checkout(commit, f"--depth={runners.depth(self.work, workflow)}")
        self.summary = folder.parent / f"{folder.name}.summary"
        self.summary.touch()
        contexts = {
            "github.token": "ghs_token",
            "github.event.pull_request.number": number,
            "inputs.expect": expect,
            "inputs.flags": flags,
            "secrets.STATE_DEPLOY_KEY": "",
            "secrets.VIDEOGEN_API_KEY": KEY if secrets else "",
            "secrets.VIDEOGEN_READ_KEY": KEY if secrets else "",
        }
        self.jobs += 1
        runner = {
            "GITHUB_REPOSITORY": "example/hooks",
            "GITHUB_RUN_ATTEMPT": "1",
            "GITHUB_RUN_ID": str(self.jobs),
            "GITHUB_SHA": commit,
            "GITHUB_STEP_SUMMARY": str(self.summary),
        }
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


class OnGitLab(World):
    depth = []

    def __init__(self, folder, binary, flags=()):
        super().__init__(folder, binary, "gitlab-ci", flags)
        self.forge = GitLab()
        # The push goes where the token is; here that address stands for the bare repository.
        with open(self.folder / ".gitconfig", "a") as config:
            config.write(f'[url "{self.remote}"]\ninsteadOf = https://state:glpat-push@gitlab.example/example/hooks.git\n')

    def close(self):
        self.forge.close()
        super().close()

    def job(self, name, commit, iid="7", secrets=True, cancel_at=None, **more):
        folder = self.checkout(commit)
        tokens = {"NOTE_TOKEN": GitLab.TOKEN, "STATE_TOKEN": "glpat-push", "VIDEOGEN_API_KEY": KEY} if secrets else {}
        runner = {
            "CI_API_V4_URL": self.forge.url,
            "CI_COMMIT_SHA": commit,
            "CI_DEFAULT_BRANCH": "main",
            "CI_JOB_ID": str(self.checkouts),
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
        ran = runners.gitlab(folder, name, self.environment | runner | tokens | more, cancel_at)
        silent(ran.log, KEY, GitLab.TOKEN, "glpat-push")
        self.job_folder = folder
        return ran

    def merged(self, iid, commit):
        self.forge.merges.append({"iid": iid, "state": "merged", "target_branch": "main", "merge_commit_sha": commit})
