"""Worlds of faults on a state in a real store: writers that are killed, frozen, cut off and taken over.

    worlds.py HOOKWRIGHT COUNT [FIRST]

Run by `s3.py`, which starts the store and names it in HOOKWRIGHT_TEST_S3. Each world has its own sandbox and its own key
in the bucket, and nothing local survives from one run to the next but the configuration. After its faults, applies must
converge; then the API has exactly what the configuration wants, and every secret in the state is the API's own.
"""

import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request

POINTS = [
    "begin-created", "fold-committed", "segment-created", "noted-ahead", "intent-durable", "answer-read",
    "receipt-written", "receipt-durable", "state-replaced", "segments-removed", "deletion-noted", "deleted",
]  # fmt: skip
KEY = "sk_videogen_sandbox"
SCALE = "60"  # 45 seconds of silence last 0.75


class Relay(threading.Thread):
    """The way to the store, which can be cut and mended."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.store, self.is_cut, self.links = ("127.0.0.1", port), False, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.start()

    def run(self):
        while True:
            near, _ = self.listener.accept()
            if self.is_cut:
                near.close()
                continue
            far = socket.create_connection(self.store)
            self.links += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self.carry, args=(source, sink), daemon=True).start()

    def carry(self, source, sink):
        try:
            while data := source.recv(65536):
                if self.is_cut:
                    break
                sink.sendall(data)
        except OSError:
            pass
        source.close()
        sink.close()

    def cut(self):
        self.is_cut = True
        for link in self.links:
            try:
                link.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass
        self.links = []


class World:
    def __init__(self, hookwright, seed, folder):
        self.hookwright, self.folder, self.rng = hookwright, folder, random.Random(seed)
        self.said = []
        self.relay = Relay(urllib.parse.urlsplit(os.environ["HOOKWRIGHT_TEST_S3"]).port)
        endpoint = urllib.parse.quote(f"http://127.0.0.1:{self.relay.port}", safe="")
        self.place = f"s3://hookwright/w{seed}-{os.getpid()}/w.state.json?region=us-east-1&endpoint={endpoint}"
        self.sandbox = subprocess.Popen(
            [hookwright, "sandbox", "--port", "0"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=self.environment({}),
        )  # fmt: skip
        self.url = re.search(r"http://127.0.0.1:\d+", self.sandbox.stdout.readline()).group()
        made = subprocess.run(["age-keygen"], capture_output=True, text=True, check=True).stdout
        (folder / "id.txt").write_text(made)
        (folder / "id.txt").chmod(0o600)
        self.recipient = re.search(r"age1[0-9a-z]+", made).group()

    def environment(self, more):
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        keys = {"AWS_ACCESS_KEY_ID": "writer", "AWS_SECRET_ACCESS_KEY": "writers-secret"}
        return kept | keys | {"HOOKWRIGHT_TIME_SCALE": SCALE} | more

    def begin(self, *args, cwd=None, **more):
        """Starts a command, each in a folder of its own: another machine."""
        machine = pathlib.Path(tempfile.mkdtemp(dir=self.folder)) if cwd is None else cwd
        (machine / "webhooks.toml").write_text((self.folder / "webhooks.toml").read_text())
        environment = self.environment(
            {"HOOKWRIGHT_STATE": self.place, "VIDEOGEN_BASE_URL": self.url, "VIDEOGEN_API_KEY": KEY} | more
        )
        return subprocess.Popen(
            [self.hookwright, *args], cwd=machine, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True,
        )  # fmt: skip

    def end(self, process):
        said, _ = process.communicate(timeout=120)
        self.said.append(f"$ {' '.join(process.args[1:])} -- {process.returncode}\n{said}")
        return process.returncode

    def run(self, *args, **more):
        return self.end(self.begin(*args, **more))

    def write(self, wanted):
        text = f'[encryption]\nrecipients = ["{self.recipient}"]\n'
        for name, path in sorted(wanted.items()):
            text += f'[webhooks.{name}]\nurl = "https://hooks.example.com/{path}"\nevents = ["file.upload.failed"]\n'
            text += 'lifecycle = { overlap = "0s" }\n'
        (self.folder / "webhooks.toml").write_text(text)

    def live(self):
        request = urllib.request.Request(
            f"{self.url}/v1/webhooks/endpoints?limit=200", headers={"Authorization": f"Bearer {KEY}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            listed = json.load(answer)
        return {one["endpointId"]: one for one in listed["endpoints"]}

    def fault(self):
        """One faulty moment in the life of the state."""
        apply = ["apply", "--auto-approve", "--parallelism", "4", "--allow-delete", "*"]
        kind = self.rng.choice(["kill", "kill", "frozen", "two", "unlock", "down"])
        point = f"{self.rng.choice(POINTS)}:{self.rng.randint(1, 4)}"
        if kind == "kill":
            self.run(*apply, HOOKWRIGHT_CRASH_AT=point)
        elif kind == "frozen":
            frozen = self.begin(*apply)
            time.sleep(self.rng.uniform(0.02, 0.25))
            frozen.send_signal(signal.SIGSTOP)
            try:
                self.run(*apply, "--lock-timeout", "30s")
            finally:
                frozen.send_signal(signal.SIGCONT)
            self.end(frozen)
        elif kind == "down":
            cut_off = self.begin(*apply)
            time.sleep(self.rng.uniform(0.02, 0.25))
            self.relay.cut()
            self.end(cut_off)
            self.relay.is_cut = False
        elif kind == "two":
            both = [self.begin(*apply, "--lock-timeout", "30s") for _ in range(2)]
            for one in both:
                self.end(one)
        else:
            lives = self.begin(*apply)
            time.sleep(self.rng.uniform(0.02, 0.2))
            self.run("state", "unlock")
            self.end(lives)
        return kind

    def converge(self):
        for _ in range(12):
            done = self.run("apply", "--auto-approve", "--allow-delete", "*", "--lock-timeout", "30s")
            if done == 0 and self.run("plan", "--detailed-exitcode") == 0:
                return
            time.sleep(0.3)
        raise AssertionError("it did not converge")

    def judge(self, wanted):
        state = json.loads(self.output("state", "list", "--format", "json"))
        assert self.output("state", "holder") == "Nobody is writing the state.\n"
        snapshot = self.folder / "snapshot.state.json"
        snapshot.write_text(self.output("state", "pull"))
        self.output("plan", "--detailed-exitcode", "--state", str(snapshot))
        live = self.live()
        urls = {one["name"]: one["url"] for one in state}
        assert urls == {name: f"https://hooks.example.com/{path}" for name, path in wanted.items()}, urls
        ids = {one["endpoint_id"]: one["url"] for one in state}
        assert ids == {id: one["url"] for id, one in live.items()}, f"state {ids}\nAPI   {live}"
        for one in state:
            secret = self.output("secret", "show", one["name"], "--identity", str(self.folder / "id.txt")).strip()
            last4 = live[one["endpoint_id"]]["signingSecretLast4"]
            assert secret.endswith(last4), f"{one['name']} has another secret than the API's"

    def output(self, *args):
        process = self.begin(*args)
        said, _ = process.communicate(timeout=60)
        assert process.returncode == 0, said
        return said

    def play(self):
        wanted = {f"a{n}": f"a{n}" for n in range(self.rng.randint(3, 12))}
        kinds = []
        for step in range(self.rng.randint(1, 4)):
            for name in list(wanted):
                if self.rng.random() < 0.2:
                    wanted[name] = f"{name}-{step}"
                elif self.rng.random() < 0.1:
                    del wanted[name]
            wanted[f"n{step}"] = f"n{step}"
            self.write(wanted)
            kinds.append(self.fault())
        self.converge()
        self.judge(wanted)
        return kinds


def play(hookwright, seed):
    with tempfile.TemporaryDirectory() as folder:
        world = World(hookwright, seed, pathlib.Path(folder))
        try:
            kinds = world.play()
        except Exception as error:
            print(f"world {seed}: {error}\n" + "\n".join(world.said))
            return None
        finally:
            world.sandbox.kill()
            world.sandbox.wait()
    return kinds


def main():
    hookwright, count = str(pathlib.Path(sys.argv[1]).absolute()), int(sys.argv[2])
    first = int(sys.argv[3]) if len(sys.argv) > 3 else 0
    counts, failed = {}, 0
    for seed in range(first, first + count):
        kinds = play(hookwright, seed)
        failed += kinds is None
        for kind in kinds or []:
            counts[kind] = counts.get(kind, 0) + 1
    print(f"{count} worlds on a remote state, {failed} failed; faults: {counts}")
    sys.exit(failed > 0)


if __name__ == "__main__":
    main()
