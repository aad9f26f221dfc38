"""What the conformance checks share: saying what was checked, a webhook consumer, the sandbox's own route."""

import http.server
import json
import ssl
import sys
import threading
import urllib.request

EVENTS = ["tool_execution.succeeded", "file.playback_ready"]


def check(what, holds, detail=""):
    """Prints what was checked; ends the process with 1 if it does not hold."""
    print(f"  {'ok    ' if holds else 'FAILED'} {what}", flush=True)
    if not holds:
        sys.exit(f"conformance: {what} {detail}")


class Receiver:
    """A consumer of deliveries on a free loopback port; over TLS if it is given a certificate and its key."""

    def __init__(self, certificate=None):
        received = self.received = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                received.append({"headers": {k.lower(): v for k, v in self.headers.items()}, "body": body})
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        scheme, host = ("https", "localhost") if certificate else ("http", "127.0.0.1")
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"{scheme}://{host}:{self.server.server_address[1]}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def trigger(base_url, key, event):
    """Makes the sandbox deliver an event; the deliveries as it reports them."""
    request = urllib.request.Request(
        f"{base_url}/_sandbox/trigger",
        data=json.dumps({"event": event}).encode(),
        headers={"authorization": f"Bearer {key}", "content-type": "application/json"},
    )
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(request) as answer:
        return json.load(answer)["deliveries"]
