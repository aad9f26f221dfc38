"""What the benchmarks share: configurations of N endpoints, a sandbox, runs with their time and peak memory.

Standard library alone; peak memory comes from GNU time (`/usr/bin/time`).
"""

import contextlib
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BINARY = os.environ.get("HOOKWRIGHT", str(ROOT / "target/release/hookwright"))
KEY = "sk_videogen_bench"
# The quickstart's recipient: these secrets are the sandbox's.
RECIPIENT = next(
    line.removeprefix("# public key: ").strip()
    for line in (ROOT / "examples/quickstart/identity.txt").read_text().splitlines()
    if line.startswith("# public key: ")
)
EVENTS = ['"tool_execution.*"', '"file.upload.completed", "file.upload.failed"', '"project_export.succeeded"']


# A configuration may have 8 MiB: beyond this many endpoints, entries are their urls alone.
FULL = 10_000


def config(endpoints, url):
    """The text of a configuration with so many endpoints at that sandbox."""
    parts = [
        f'[provider]\nbase_url = "{url}"\n\n[encryption]\nrecipients = ["{RECIPIENT}"]\n\n'
        '[safety]\nallowed_hosts = ["hooks.example.com"]\n\n[defaults]\nevents = ["tool_execution.*"]\n'
    ]
    for number in range(endpoints):
        parts.append(f'[webhooks.endpoint-{number:06}]\nurl = "https://hooks.example.com/videogen/{number:06}"\n')
        if endpoints <= FULL:
            parts.append(f'events = [{EVENTS[number % len(EVENTS)]}]\ndescription = "Endpoint {number} of the set"\n\n')
    return "".join(parts)


@contextlib.contextmanager
def folder(endpoints, url):
    """A folder with a configuration of so many endpoints at that sandbox."""
    with tempfile.TemporaryDirectory(prefix="hookwright-bench-", dir=os.environ.get("BENCH_DIR")) as name:
        pathlib.Path(name, "webhooks.toml").write_text(config(endpoints, url))
        yield pathlib.Path(name)


@contextlib.contextmanager
def sandbox(*flags):
    """A sandbox in memory; its url."""
    command = [BINARY, "sandbox", "--port", "0", "--key", KEY, *flags]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip().removeprefix("listening on ")
    finally:
        process.terminate()
        process.wait()


def run(where, arguments, online=False):
    """One run of the binary, with a key or without: seconds, peak memory in MB."""
    environment = {"PATH": os.environ["PATH"]}
    if online:
        environment["VIDEOGEN_API_KEY"] = KEY
    report = where / "time.txt"
    command = ["/usr/bin/time", "-o", str(report), "-f", "%M", BINARY, *arguments]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True)
    seconds = time.perf_counter() - start
    if done.returncode:
        sys.exit(f"{' '.join(arguments)} ended with {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return seconds, int(report.read_text()) / 1024


def best(times, *arguments, **named):
    """The quickest of several runs, and the greatest peak memory of them."""
    runs = [run(*arguments, **named) for _ in range(times)]
    return min(seconds for seconds, _ in runs), max(memory for _, memory in runs)


def machine():
    """What this was measured on, in one line."""
    model = next(
        (line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "unknown"
    )
    size = os.path.getsize(BINARY) / 1e6
    return f"{os.cpu_count()} x {model}, {platform.system()} {platform.release()}; binary of {size:.1f} MB"
