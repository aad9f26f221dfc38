#!/usr/bin/env python3
"""Checks both ways that what hookwright signs is what the PyPI packages verify, and that examples/rotation lives
through a rotation. Usage: ping.py PATH/TO/hookwright, with ping-requirements.txt installed.

It ends only processes that it started.
"""

import contextlib
import datetime
import http.server
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import threading

import standardwebhooks
from videogen import verify_webhook_signature

HERE = pathlib.Path(__file__).resolve().parent
KEY = "sk_videogen_conformance"
# A pair for tests alone: whoever reads this can open what is sealed to it.
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
IDENTITY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"


def check(what, holds, detail=""):
    print(f"  {'ok' if holds else 'FAILED'}: {what}", flush=True)
    if not holds:
        sys.exit(f"ping: {what}: {detail}")


@contextlib.contextmanager
def running(command, pattern):
    """A process that says where it listens; ended when done."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=dict(os.environ, PYTHONDONTWRITEBYTECODE="1"))
    try:
        line = process.stdout.readline()
        ready = re.match(pattern, line)
        check(f"{pathlib.Path(command[0]).name} listens", ready, repr(line))
        yield ready[1]
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@contextlib.contextmanager
def recorder():
    """A consumer that takes everything and keeps it."""
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append(({k.lower(): v for k, v in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", received
    server.shutdown()
    server.server_close()


class Project:
    """A folder with a configuration, and runs of hookwright in it."""

    def __init__(self, binary, folder, api, hook):
        self.binary, self.folder = binary, folder
        self.environment = {"VIDEOGEN_API_KEY": KEY, "HOOKWRIGHT_IDENTITY": IDENTITY, "PATH": os.environ["PATH"]}
        (folder / "webhooks.toml").write_text(
            f'[provider]\nbase_url = "{api}"\n[encryption]\nrecipients = ["{RECIPIENT}"]\n'
            f'[webhooks.render-done]\nurl = "{hook}"\nevents = ["tool_execution.succeeded"]\n')

    def run(self, *arguments, code=0):
        done = subprocess.run([self.binary, *arguments], cwd=self.folder, env=self.environment, text=True, capture_output=True)
        check(f"hookwright {' '.join(arguments)}: exit {code}", done.returncode == code, done.stdout + done.stderr)
        return done.stdout

    def export(self):
        self.run("secret", "export", "--format", "dotenv", "--with-previous", "--out", "secrets.env")


def both_ways(binary, api):
    print("signatures, both ways:", flush=True)
    with tempfile.TemporaryDirectory() as home, recorder() as (hook, received):
        folder = pathlib.Path(home)
        project = Project(binary, folder, api, hook)
        project.run("apply", "--auto-approve")
        project.run("ping", "render-done")
        headers, body = received[0]
        secret = project.run("secret", "show", "render-done").strip()
        standardwebhooks.Webhook(secret).verify(body, headers)
        check("PyPI's standardwebhooks verifies a ping", True)
        event = verify_webhook_signature(body, headers, secret)
        check("PyPI's videogen verifies a ping", event["event"] == "hookwright.ping", event)

        now = datetime.datetime.now(datetime.timezone.utc)
        body = json.dumps({"event": "file.upload.failed", "ü": "✓"}, ensure_ascii=False)
        signature = standardwebhooks.Webhook(secret).sign("msg_1", now, body)
        (folder / "headers.txt").write_text(
            f"Webhook-Id: msg_1\nWebhook-Timestamp: {int(now.timestamp())}\nWebhook-Signature: v2,x {signature}\n")
        (folder / "body.json").write_text(body)
        verify = ["verify", "render-done", "--headers", "headers.txt", "--body", "body.json"]
        project.run(*verify)
        (folder / "body.json").write_text(body + " ")
        project.run(*verify, code=1)
        project.run("destroy", "--auto-approve")


def rotation(binary, api):
    print("examples/rotation:", flush=True)
    consumer = HERE.parent.parent / "examples" / "rotation" / "consumer.py"
    with tempfile.TemporaryDirectory() as home:
        folder = pathlib.Path(home)
        (folder / "secrets.env").write_text("")
        command = [sys.executable, str(consumer), str(folder / "secrets.env"), "--port", "0"]
        with running(command, r"listening on (http://\S+)") as hook:
            project = Project(binary, folder, api, hook)
            project.run("apply", "--auto-approve")
            project.run("ping", "render-done", code=1)
            project.export()
            project.run("ping", "render-done")
            project.run("secret", "rotate", "render-done", "--auto-approve")
            project.run("ping", "render-done", code=1)
            project.export()
            project.run("ping", "render-done")
            # Both endpoints deliver, each signed with its own secret, and both are taken.
            told = project.run("sandbox", "trigger", "tool_execution.succeeded", "--url", api, "--key", KEY)
            check("two deliveries, both taken", told.count(": 204 (1 attempt)") == 2, told)
            project.run("secret", "rotate", "render-done", "--finish", "--auto-approve")
            project.export()
            check("the old secret is gone", "PREVIOUS" not in (folder / "secrets.env").read_text())
            told = project.run("sandbox", "trigger", "tool_execution.succeeded", "--url", api, "--key", KEY)
            check("one delivery, taken", told.count(": 204 (1 attempt)") == 1, told)


def main():
    binary = str(pathlib.Path(sys.argv[1]).resolve(strict=True))
    with running([binary, "sandbox", "--port", "0", "--key", KEY], r"listening on (http://\S+)") as api:
        both_ways(binary, api)
        rotation(binary, api)
    print("ping: all checks passed")


if __name__ == "__main__":
    main()
