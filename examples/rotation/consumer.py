#!/usr/bin/env python3
"""A consumer that lives through a rotation: it takes what the current or the previous secret signed.

    consumer.py SECRETS.env [--port 8788] [--name render-done]

It reads the file that `hookwright secret export --format dotenv --with-previous` writes, anew for every delivery, so
that a new export needs no restart. It needs `pip install videogen`.
"""

import argparse
import http.server
import pathlib
import sys

from videogen import verify_webhook_signature
from videogen.errors import VideoGenError


def secrets(path, name):
    """The current secret and, while it is there, the previous one."""
    lines = (line.partition("=") for line in path.read_text().splitlines())
    values = {key: value for key, _, value in lines}
    key = f"VIDEOGEN_{name.upper().replace('-', '_')}_SECRET"
    found = [values.get(key), values.get(key + "_PREVIOUS")]
    # An empty secret would verify what anybody signs with nothing.
    return [secret for secret in found if secret and secret != "whsec_"]


def verified(body, headers, candidates):
    """The event, where one of the secrets signed it; a delivery is good if any one fits."""
    for secret in candidates:
        try:
            return verify_webhook_signature(body, headers, secret)
        except VideoGenError:
            continue
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("secrets", type=pathlib.Path)
    parser.add_argument("--port", type=int, default=8788)
    parser.add_argument("--name", default="render-done")
    arguments = parser.parse_args()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            event = verified(body, self.headers, secrets(arguments.secrets, arguments.name))
            print(f"{event.get('event')}: taken" if event else "refused: no secret of ours signed it", flush=True)
            self.send_response(204 if event else 401)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler)
    print(f"listening on http://127.0.0.1:{server.server_port}/videogen", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        sys.exit(0)


if __name__ == "__main__":
    main()
