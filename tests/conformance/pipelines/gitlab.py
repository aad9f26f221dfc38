"""What the GitLab pipeline does, check by check."""

import json
import re

from forges import GITLAB_BOT
from support import check
from worlds import MARKER, STATE, entry, id_of


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
    before = forge.plans(7)
    forged = world.job("plan", world.change_state("forged"))
    check("a branch that brings a state of its own is not planned", forged.failed and "changes state/" in forged.log and forge.plans(7) == before, forged.log)
    elsewhere = world.job("plan", world.change("elsewhere", "", before='[state]\npath = "recipients.txt"\n'), iid="13")
    check("nor is a state read that the file names elsewhere", not elsewhere.failed and "2 to add" in elsewhere.log, elsewhere.log)
    other = "<!-- coverage --> 90 %"
    forge.notes.append({"id": 400, "under": 10, "author": {"id": GITLAB_BOT}, "body": other})
    for program, words in (("hookwright", "--format markdown"), ("hookwright", "--format json"), ("jq", "--argjson me"), ("jq", "--null-input")):
        with world.failing(program, words):
            failed = world.job("plan", world.change("audit", entry("audit", "elsewhere")), iid="10")
        check(f"where `{program} … {words}` fails, the job fails and there is no note", failed.failed and forge.plans(10) == [other], failed.log)
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
    world.forget_secret("more")
    check("a secret that was changed elsewhere is drift too", not world.job("drift", world.head()).failed and issues()[1]["state"] == "opened")
    world.job("drift", world.head())
    check("its issue stays open", issues()[1]["state"] == "opened")
    check("and without a token for an issue it fails the job", world.job("drift", world.head(), NOTE_TOKEN="").failed)


def stops(world):
    commit = world.change("third", entry("third"))
    planned = world.job("plan", commit)
    merge = world.merge("third")
    world.merged(7, merge)
    stopped = world.job("apply", merge)
    kept = len(world.saved()["endpoints"])
    check("an apply that stopped part-way fails the job, its state saved", not planned.failed and stopped.failed and 0 < kept < 3, stopped.log)
    again = world.job("apply", merge)
    check("run again it does the rest under the same id", not again.failed and len(world.saved()["endpoints"]) == 3 == len(world.live()))


def cancelled(world):
    world.job("plan", world.change("many", "".join(entry(f"n{n}") for n in range(40))))
    merge = world.merge("many")
    world.merged(7, merge)
    stopped = world.job("apply", merge, cancel_at="create done")
    check("a cancelled apply finishes what is in flight", stopped.failed and "interrupted" in stopped.log, stopped.log)
    kept = len((world.saved() or {"endpoints": {}})["endpoints"])
    check("and its state is saved, though the job's token is gone", 0 < kept < 42 and kept == len(world.live()), f"{kept} {stopped.log}")
    again = world.job("apply", merge)
    check("run again it does the rest", not again.failed and len(world.saved()["endpoints"]) == 42 == len(world.live()), again.log)


def refusals(world):
    commit = world.change("three", "".join(map(entry, "abc")))
    world.job("plan", commit)
    merge = world.merge("three")
    world.merged(7, merge)
    world.job("apply", merge)
    world.undo(merge, "main")
    flags = " ".join(f"--allow-delete {name}" for name in "abc")
    refused = world.job("apply", world.head(), EXPECT="none")
    now = re.search(r"Plan id: ([0-9]+-[0-9a-f]{32})", refused.log)[1]
    check("a refused plan names the flags", refused.failed and flags in refused.log and len(world.live()) == 5, refused.log)
    for other in (f"{flags} --auto-approve", f"{flags} --allow-delete *"):
        ran = world.job("apply", world.head(), EXPECT=now, FLAGS=other)
        check(f"no other flags are taken: {other!r}", ran.failed and "Not allowed" in ran.log and len(world.live()) == 5, ran.log)
    ran = world.job("apply", world.head(), FLAGS=flags)
    check("nor any without the id of a plan", ran.failed and "Not allowed" in ran.log and len(world.live()) == 5, ran.log)
    ran = world.job("apply", world.head(), EXPECT=now, FLAGS=flags)
    check("with them it is done", not ran.failed and len(world.live()) == 2 == len(world.saved()["endpoints"]), ran.log)
