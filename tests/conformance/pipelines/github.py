"""What the GitHub pipeline does, check by check."""

import fcntl
import json
import re
import shutil
import subprocess

from forges import BOT
from support import check
from worlds import KEY, MARKER, STATE, entry, id_of


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
    check("a fork's plan is made without the key and says so", not forked.failed and "Offline plan" in forked.log, forked.log)
    check("it is in the summary, and nobody comments", "Offline (no API key" in world.summary.read_text() and not forge.plans(8))

    refused = world.job("plan", world.change("refused", '\n[webhooks.x]\nurl = "https://elsewhere.example/"\nevents = ["file.upload.*"]\n'))
    check("a file that is wrong fails the job and leaves the comment", refused.failed and forge.plans(7) == [second], refused.log)

    before = forge.plans(7)
    forged = world.job("plan", world.change_state("forged"))
    check("a branch that brings a state of its own is not planned", forged.failed and "changes state/" in forged.log and forge.plans(7) == before, forged.log)
    elsewhere = world.job("plan", world.change("elsewhere", "", before='[state]\npath = "recipients.txt"\n'), number="13")
    check("nor is a state read that the file names elsewhere", not elsewhere.failed and "2 to add" in elsewhere.log, elsewhere.log)

    other = "<!-- coverage --> 90 %"
    forge.say(10, BOT, other)
    for program, words in (("hookwright", "--format markdown"), ("hookwright", "--format json"), ("jq", ".refreshed")):
        with world.failing(program, words):
            failed = world.job("plan", world.change("audit", entry("audit", "elsewhere")), number="10")
        check(f"where `{program} … {words}` fails, the job fails and nobody comments", failed.failed and forge.plans(10) == [other], failed.log)


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
    now = re.search(r"the plan is ([0-9]+-[0-9a-f]{32})", refused.log)[1]
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
    last4 = world.forget_secret("more")
    night = world.job("drift", world.head())
    opened = [i["body"] for i in ours() if i["state"] == "open"]
    check("a secret that was changed elsewhere is drift too", not night.failed and len(opened) == 1 and "more" in opened[0], night.log)
    world.job("drift", world.head())
    check("and its issue stays open", len([i for i in ours() if i["state"] == "open"]) == 1)
    world.forget_secret("more", last4)
    world.job("drift", world.head())
    check("until it is over", not [i for i in ours() if i["state"] == "open"])
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
    early = world.job("apply", merge, cancel_at="hookwright will perform")
    check("an apply that is cancelled while it plans makes nothing", early.failed and not world.live(), early.log)
    stopped = world.job("apply", merge, cancel_at="create done")
    check("a cancelled apply finishes what is in flight", stopped.failed and "interrupted" in stopped.log, stopped.log)
    kept = len(world.saved()["endpoints"])
    check("and its state is saved", 0 < kept < 42 and kept == len(world.live()), f"{kept} {stopped.log}")
    again = world.job("apply", merge)
    check("run again it does the rest", not again.failed and len(world.saved()["endpoints"]) == 42 == len(world.live()), again.log)


def files(world):
    """What the remote's main has in state/."""
    return world.run("git", "ls-tree", "--name-only", "main", "state/", folder=world.remote).split()


def killed(world, point="intent-durable:2"):
    merge = world.reviewed("7", "third", entry("third"))
    world.environment["HOOKWRIGHT_CRASH_AT"] = point
    died = world.job("apply", merge)
    del world.environment["HOOKWRIGHT_CRASH_AT"]
    check("an apply that is killed leaves its journal on main", died.failed and f"{STATE}.journal" in files(world), died.log)
    check("and in the artifact", died.artifacts == {STATE, f"{STATE}.journal"}, died.artifacts)
    again = world.job("apply", merge)
    check("run again it recovers and does the rest", not again.failed and world.opens("third"), again.log)
    check("and nothing twice", len(world.saved()["endpoints"]) == 3 == len(world.live()))
    check("then the journal is gone", files(world) == [STATE], files(world))
    again = world.job("apply", merge)
    check("and there is nothing to do", not again.failed and "nothing to do" in again.log, again.log)


def killed_at_the_end(world):
    killed(world, "state-written:2")


def conflicts(world):
    merge = world.reviewed("7", "third", entry("third"))
    folder = world.checkout(merge)
    script = {"BRANCH": "main", "GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1"}
    idle = world.run("ci/state.sh", "save", folder=folder, **script)
    check("where no state was taken none is saved", "No state was taken" in idle and world.saved() is None)

    world.run("ci/state.sh", "take", folder=folder, **script)
    broken = world.environment | script | {"GIT_DIR": "nowhere"}
    broken = subprocess.run(["ci/state.sh", "save"], cwd=folder, env=broken, text=True, capture_output=True, stdin=subprocess.DEVNULL)
    check("a git that fails is no state that was not taken", broken.returncode != 0 and "NOT PUSHED" in broken.stderr, broken)
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

    folder = world.checkout(head)
    world.run("ci/state.sh", "take", folder=folder, **script)
    receipts = [f"{STATE}.errored", f"{STATE}.errored.2"]
    for name in receipts:
        (folder / name).write_text("receipts")
    world.run("ci/state.sh", "save", folder=folder, **script)
    head = world.head()
    check("receipts that fitted nowhere go with the state, every file of them", files(world) == [STATE, *receipts], files(world))
    folder = world.checkout(head)
    for name in ("2", "3"):
        (folder / f"{STATE}.errored.{name}").write_text("another machine's")
    world.run("ci/state.sh", "take", folder=folder, **script)
    left = sorted(str(file.relative_to(folder)) for file in (folder / "state").iterdir())
    check("and come with it", left == [STATE, *receipts] and (folder / receipts[1]).read_text() == "receipts", left)
    (folder / receipts[1]).unlink()
    world.run("ci/state.sh", "save", folder=folder, **script)
    head = world.head()
    check("what was recovered of them goes", files(world) == [STATE, receipts[0]], files(world))

    folder = world.checkout(head)
    world.run("ci/state.sh", "take", folder=folder, **script)
    shutil.rmtree(folder / "state")
    world.run("ci/state.sh", "save", folder=folder, **script)
    check("a state that is gone from the job stays on main, with all beside it", world.head() == head)


def reused(world):
    """A runner of one's own keeps the folder, and all that is in its .git, for the next job."""
    folder = world.checkout(world.reviewed("7", "third", entry("third")))
    applied = world.job("apply", world.head(), folder=folder)
    merge = world.reviewed("8", "fourth", entry("fourth"))
    world.run("git", "fetch", "-q", "origin", merge, folder=folder)
    world.run("git", "checkout", "-qf", merge, folder=folder)
    applied = world.job("apply", merge, folder=folder)
    head = world.head()
    check("two jobs in one folder save their states", not applied.failed and len(world.saved()["endpoints"]) == 4, applied.log)

    # The same folder at a commit whose state is older, in a job that ended before it took the newest.
    world.run("git", "checkout", "-qf", merge, folder=folder)
    (folder / STATE).write_text(world.run("git", "show", f"{merge}:{STATE}", folder=folder))
    for attempt in ({"GITHUB_RUN_ID": "99", "GITHUB_RUN_ATTEMPT": "1"}, {"CI_JOB_ID": "99"}):
        idle = world.run("ci/state.sh", "save", folder=folder, BRANCH="main", **attempt)
        check("a job that took no state saves none", "No state was taken" in idle and world.head() == head, idle)
    again = world.job("apply", merge, folder=folder)
    check("the next job takes the newest", not again.failed and "nothing to do" in again.log and world.head() == head, again.log)
    refs = world.run("git", "for-each-ref", "refs/hookwright", folder=folder).splitlines()
    check("and leaves nothing of the earlier ones", len(refs) == 1, refs)


def refusals(world):
    """Deletions beyond max_deletes: merged by review, done by hand with the flags that the refusal names."""
    merge = world.reviewed("7", "three", "".join(map(entry, "abc")))
    world.job("apply", merge)
    planned = world.job("plan", world.undo(merge, "none"), number="8")
    (comment,) = world.forge.plans(8)
    flags = " ".join(f"--allow-delete {name}" for name in "abc")
    check("a refused plan fails, and its comment names the flags", planned.failed and flags in comment, comment)
    merge, now = world.merge("none"), id_of(comment)
    world.forge.merged(8, merge)
    check("its merge does nothing", world.job("apply", merge).failed and len(world.live()) == 5)
    few = world.job("apply", world.head(), expect=now, flags="--allow-delete a")
    check("nor does a run by hand with too few flags", few.failed and len(world.live()) == 5, few.log)
    others = ["--auto-approve", f"{flags} --allow-delete *", f"{flags} --allow-delete --var x=y", f"{flags}\n--auto-approve", f"{flags};id", f" {flags}"]
    for other in others:
        ran = world.job("apply", world.head(), expect=now, flags=other)
        check(f"no other flags are taken: {other!r}", ran.failed and "Not allowed" in ran.log and "hookwright" not in ran.log, ran.log)
    ran = world.job("apply", world.head(), expect="", flags=flags)
    check("nor any without the id of a plan", ran.failed and len(world.live()) == 5, ran.log)
    ran = world.job("apply", world.head(), expect=now, flags=flags)
    check("with those that the comment names it is done", not ran.failed and len(world.live()) == 2 == len(world.saved()["endpoints"]), ran.log)


def still_writing(world):
    """An apply that was told to stop, and has not when the state is saved."""
    merge = world.reviewed("7", "third", entry("third"))
    folder, at = world.checkout(merge), {"BRANCH": "main", "GITHUB_RUN_ID": "1", "GITHUB_RUN_ATTEMPT": "1"}
    world.run("ci/state.sh", "take", folder=folder, **at)
    world.environment["HOOKWRIGHT_CRASH_AT"] = "receipt-durable:2"
    subprocess.run(["hookwright", "apply", "--auto-approve"], cwd=folder, env=world.environment | {"VIDEOGEN_API_KEY": KEY}, capture_output=True)
    del world.environment["HOOKWRIGHT_CRASH_AT"]
    later = folder.parent / "later"
    shutil.copytree(folder / "state", later)
    world.run("hookwright", "apply", "--auto-approve", "--state", str(later / "webhooks.state.json"), folder=folder, VIDEOGEN_API_KEY=KEY)
    check("there is a journal, and a state that has it", (folder / f"{STATE}.journal").exists() and not (later / "webhooks.state.json.journal").exists())

    # The apply puts its journal into the state between two looks of `save` at these files, and keeps the lock.
    real, program = shutil.which("git"), world.folder / "bin/git"
    program.write_text(f"""#!/bin/sh
{real} "$@" || exit
if [ "$1" = hash-object ] && [ -e {later}/webhooks.state.json ]; then
    mv {later}/webhooks.state.json {folder / STATE}
    rm {folder / STATE}.journal
fi
""")
    waits = world.folder / "bin/flock"
    waits.write_text(f'#!/bin/sh\nshift 2\nexec {shutil.which("flock")} --timeout 0 "$@"\n')
    program.chmod(0o755)
    waits.chmod(0o755)
    with open(folder / f"{STATE}.lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        saved = subprocess.run(
            ["ci/state.sh", "save"], cwd=folder, env=world.environment | at, text=True, capture_output=True, stdin=subprocess.DEVNULL
        )
    program.unlink()
    check("the state goes to main with all that its journal had", len(world.saved()["endpoints"]) == 3, world.saved())
    check("and the job fails and says why", saved.returncode == 1 and "STILL HOLDS" in saved.stderr and world.head() != merge, saved.stderr)
    world.run("ci/state.sh", "save", folder=folder, **at)
    again = world.job("apply", merge)
    check("the next job finds a state that is whole", not again.failed and "nothing to do" in again.log, again.log)


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
