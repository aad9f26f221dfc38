#!/usr/bin/env python3
"""Checks that VideoGen's two SDKs can drive `hookwright sandbox`, and that a secret which hookwright keeps verifies
what the sandbox delivers.

    conformance.py target/debug/hookwright [--api-only] [--environments DIR] [--secret-command COMMAND]

It needs Python 3.10, pip with a network the first time, and openssl. It ends only processes that it started.
"""

import argparse
import contextlib
import json
import os
import pathlib
import re
import shlex
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True  # no __pycache__ beside the sources
from support import EVENTS, Receiver, check  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
KEY = "sk_videogen_conformance"
MODES = {"honour": [], "ignore": ["--idempotency", "ignore"], "legacy-list": ["--legacy-list"]}
# A pair for tests alone: whoever reads this can open what is sealed to it.
RECIPIENT = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
IDENTITY = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"
NAME = "conformance"


def environment(**more):
    """This process's environment without anything that could reach a real account or a proxy."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("VIDEOGEN_", "HOOKWRIGHT_"))}
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost", "PYTHONDONTWRITEBYTECODE": "1"} | more


def pythons(folder):
    """One environment for each line of requirements.txt: both SDKs install a package of the same name."""
    lines = (HERE / "requirements.txt").read_text().splitlines()
    found = {}
    for requirement in filter(lambda line: line and not line.startswith("#"), lines):
        home = folder / requirement.replace("==", "-")
        python = home / "bin" / "python"
        if not (home / "complete").exists():
            subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True)
            pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, requirement], check=True)
            (home / "complete").touch()
        found[requirement.split("==")[0]] = python
    return found


@contextlib.contextmanager
def sandbox(binary, *arguments, **more):
    """A running sandbox on a free port; its url. It must end well when it is told to."""
    command = [binary, "sandbox", "--port", "0", "--key", KEY, *arguments]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment(**more))
    try:
        line = process.stdout.readline()
        ready = re.fullmatch(r"listening on (http://127\.0\.0\.1:\d+)\n", line)
        check(" ".join(["sandbox", *arguments]) + ": listens", ready, repr(line))
        yield ready[1]
        process.terminate()
        check("sandbox: ends well on SIGTERM", process.wait(timeout=30) == 0)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
        process.stdout.close()


def drive(python, script, *arguments, stdin=None):
    """Runs a driver in its SDK's environment; its failure is ours."""
    done = subprocess.run([python, HERE / script, *arguments], env=environment(), input=stdin, text=True)
    if done.returncode != 0:
        sys.exit(f"conformance: {script} failed")


def api(binary, python):
    for mode, arguments in MODES.items():
        with sandbox(binary, *arguments) as url:
            for sdk, command in {"videogen": ["official.py", "api"], "videogen-apimatic": ["generated.py"]}.items():
                print(f"{sdk}, {mode}:", flush=True)
                drive(python[sdk], *command, url, KEY, mode)


def certificate(folder):
    """A certificate for localhost and its key: hookwright's urls are HTTPS, those of this machine too."""
    files = folder / "localhost.pem", folder / "localhost.key"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    extensions = ["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"]
    subprocess.run([*command, *extensions, "-out", files[0], "-keyout", files[1]], check=True, capture_output=True)
    return files


def provision(binary, folder, url, hook):
    """Lets hookwright make the endpoint, and makes sure that the plan is empty afterwards."""
    (folder / "key.txt").write_text(IDENTITY + "\n")
    (folder / "webhooks.toml").write_text(
        f'[provider]\nbase_url = "{url}"\n\n[encryption]\nrecipients = ["{RECIPIENT}"]\n\n'
        f'[webhooks.{NAME}]\nurl = "{hook}"\nevents = {json.dumps(EVENTS)}\n'
    )
    run = dict(cwd=folder, env=environment(VIDEOGEN_API_KEY=KEY), text=True, capture_output=True)
    applied = subprocess.run([binary, "apply", "--auto-approve"], **run)
    check("hookwright apply", applied.returncode == 0, applied.stdout + applied.stderr)
    planned = subprocess.run([binary, "plan", "--detailed-exitcode"], **run)
    check("hookwright plan: nothing left", planned.returncode == 0, planned.stdout + planned.stderr)


def end_to_end(binary, python, secret_command):
    """apply, then secret show, then a delivery that the shown secret verifies."""
    print("hookwright, end to end:", flush=True)
    with tempfile.TemporaryDirectory(prefix="conformance-") as home:
        folder = pathlib.Path(home)
        files = certificate(folder)
        receiver = Receiver(files)
        with sandbox(binary, SSL_CERT_FILE=str(files[0])) as url:
            provision(binary, folder, url, receiver.url)
            command = [part.format(binary=binary, name=NAME) for part in shlex.split(secret_command)]
            shown = subprocess.run(command, cwd=folder, env=environment(), text=True, capture_output=True)
            check("hookwright secret show", shown.returncode == 0, shown.stderr)
            secret = shown.stdout.strip()
            check("the secret and nothing else", re.fullmatch(r"whsec_[A-Za-z0-9+/]+=*", secret))
            triggered = [binary, "sandbox", "trigger", EVENTS[0], "--url", url, "--key", KEY]
            told = subprocess.run(triggered, env=environment(), text=True, capture_output=True)
            check("hookwright sandbox trigger", told.returncode == 0, told.stdout + told.stderr)
            check("one delivery arrived", len(receiver.received) == 1)
            given = {**receiver.received[0], "secret": secret, "event": EVENTS[0]}
            drive(python["videogen"], "official.py", "verify", stdin=json.dumps(given))
        receiver.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary", type=pathlib.Path, help="a built hookwright")
    parser.add_argument("--api-only", action="store_true", help="the SDKs alone, without hookwright's own commands")
    parser.add_argument("--environments", type=pathlib.Path, metavar="DIR",
                        default=pathlib.Path(tempfile.gettempdir()) / f"hookwright-conformance-{os.getuid()}",
                        help="where the SDKs' environments are made and found again [%(default)s]")
    parser.add_argument("--secret-command", metavar="COMMAND",
                        default="{binary} secret show {name} --identity key.txt",
                        help="prints the secret of {name}, run beside webhooks.toml and key.txt [%(default)s]")
    arguments = parser.parse_args()
    binary = arguments.binary.resolve(strict=True)
    python = pythons(arguments.environments)
    api(binary, python)
    if not arguments.api_only:
        end_to_end(binary, python, arguments.secret_command)
    print("conformance: all checks passed")


if __name__ == "__main__":
    main()
