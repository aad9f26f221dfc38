#!/usr/bin/env python3
"""Checkov reads the plan that `--format terraform-json` prints, and judges it by two policies of a team's own: one in
YAML over the planned values, one in Python over the planned actions. Usage: policies.py PATH/TO/hookwright PATH/TO/bin,
where `bin` has checkov. Nothing is downloaded: no guide, no policy, no platform.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

from support import check

HERE = pathlib.Path(__file__).resolve().parent
# A recipient for tests alone.
HEAD = """[provider]
base_url = "sandbox"
[encryption]
recipients = ["age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"]
"""
HOSTS, KEPT = "CKV2_WEBHOOKS_1", "CKV_WEBHOOKS_2"
ORDERS, SECOND, FRESH = (
    f"videogen_webhook_endpoint.{name}" for name in ["orders", 'this["2nd"]', "fresh"])


def configure(folder, overlap="24h", **urls):
    lifecycle = f'[defaults.lifecycle]\noverlap = "{overlap}"\n'
    entries = [f'[webhooks.{name}]\nurl = "{url}"\nevents = ["file.playback_ready"]\n' for name, url in urls.items()]
    (folder / "webhooks.toml").write_text(HEAD + lifecycle + "".join(entries))


def hookwright(binary, folder, *arguments):
    done = subprocess.run([binary, *arguments], cwd=folder, env={}, text=True, capture_output=True)
    check(f"hookwright {' '.join(arguments)}", done.returncode == 0, done.stdout + done.stderr)
    return done.stdout


def judged(bin_folder, folder, plan):
    """Exit code and report of a run of checkov over a plan."""
    (folder / "plan.json").write_text(plan)
    command = [bin_folder / "checkov", "-f", "plan.json", "--framework", "terraform_plan", "--skip-download",
               "--external-checks-dir", HERE / "policies", "--check", f"{HOSTS},{KEPT}", "-o", "json", "--compact"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, text=True, capture_output=True)
    try:
        return done.returncode, json.loads(done.stdout)
    except json.JSONDecodeError:
        sys.exit(f"policies: checkov printed no report: {done.stdout}{done.stderr}")


def found(report, kind):
    return {(one["check_id"], one["resource_address"]) for one in report["results"][f"{kind}_checks"]}


def expect(what, bin_folder, folder, plan, failed):
    code, report = judged(bin_folder, folder, plan)
    everything = {(policy, address) for policy in [HOSTS, KEPT] for address in [ORDERS, SECOND, FRESH]}
    summary = {key: report["summary"][key] for key in ["passed", "failed", "skipped", "parsing_errors", "resource_count"]}
    check(f"{what}: checkov reads three resources and six verdicts", summary == {
        "passed": 6 - len(failed), "failed": len(failed), "skipped": 0, "parsing_errors": 0, "resource_count": 3}, summary)
    check(f"{what}: what passes", found(report, "passed") == everything - failed, found(report, "passed"))
    check(f"{what}: what fails", found(report, "failed") == failed, found(report, "failed"))
    check(f"{what}: exit {int(bool(failed))}", code == int(bool(failed)), code)


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve(strict=True))
    bin_folder = pathlib.Path(sys.argv[2]).absolute()
    with tempfile.TemporaryDirectory() as home:
        folder = pathlib.Path(home)
        ours, elsewhere = "https://hooks.example.com", "https://hooks.example.net"
        made = {"orders": f"{ours}/orders", "2nd": f"{ours}/second"}
        configure(folder, **made, ended=f"{ours}/ended")
        hookwright(binary, folder, "apply", "--auto-approve")

        plan = ["plan", "--format", "terraform-json"]
        configure(folder, **made, fresh=f"{ours}/fresh")
        expect("a plan within the policies", bin_folder, folder, hookwright(binary, folder, *plan), set())

        moved = {**made, "orders": f"{ours}/v2/orders", "fresh": f"{elsewhere}/fresh"}
        configure(folder, **moved)
        expect("a foreign host and a replacement that keeps the old endpoint", bin_folder, folder,
               hookwright(binary, folder, *plan), {(HOSTS, FRESH)})
        configure(folder, overlap="0s", **moved)
        expect("a foreign host and a replacement that ends the old secret", bin_folder, folder,
               hookwright(binary, folder, *plan), {(HOSTS, FRESH), (KEPT, ORDERS)})
    print("policies: all checks passed")


if __name__ == "__main__":
    main()
