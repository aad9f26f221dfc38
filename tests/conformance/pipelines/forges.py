"""Two stand-ins for the pipelines' tests: a `gh` that answers from a file, and a GitLab that listens on loopback."""

import http.server
import json
import pathlib
import re
import threading
import urllib.parse

BOT = "github-actions[bot]"
GITLAB_BOT = 42

# The few calls of `gh api` that the scripts make. A page holds 100; without --paginate one page is all that is answered, and with it
# each page is a JSON array of its own, as older versions print them.
GH = r'''#!@PYTHON@
import json, os, pathlib, re, sys
database = pathlib.Path(@DATABASE@)
data = json.loads(database.read_text())
arguments = sys.argv[1:]
if arguments.pop(0) != "api" or not os.environ.get("GH_TOKEN"):
    sys.exit("gh: only `api`, and only with a token")
if os.environ.get("CLICOLOR_FORCE"):
    sys.exit("gh: this would be coloured JSON")
method, fields, paginate, path = "GET", {}, False, None
while arguments:
    argument = arguments.pop(0)
    if argument == "--method":
        method = arguments.pop(0)
    elif argument == "--paginate":
        paginate = True
    elif argument in ("-f", "-F"):
        name, value = arguments.pop(0).split("=", 1)
        magic = argument == "-F" and value.startswith("@")
        fields[name] = pathlib.Path(value[1:]).read_text() if magic else value
    else:
        path = argument
path, _, query = path.partition("?")
data["calls"].append([method, path])
assert path.startswith("repos/example/hooks/"), path
path = path.removeprefix("repos/example/hooks/")

def pages(items):
    size = int(re.search(r"per_page=(\d+)", query).group(1)) if "per_page" in query else 30
    found = [items[i:i + size] for i in range(0, len(items), size)] or [[]]
    for page in found if paginate else found[:1]:
        print(json.dumps(page))

def made(kind, **more):
    data["last"] += 1
    data[kind].append({"id": data["last"], "number": data["last"], "user": {"login": "github-actions[bot]"}, "state": "open"} | more | fields)

if method == "GET" and (found := re.fullmatch(r"issues/(\d+)/comments", path)):
    pages([c for c in data["comments"] if c["under"] == int(found[1])])
elif method == "POST" and (found := re.fullmatch(r"issues/(\d+)/comments", path)):
    made("comments", under=int(found[1]))
elif method == "PATCH" and (found := re.fullmatch(r"issues/comments/(\d+)", path)):
    next(c for c in data["comments"] if c["id"] == int(found[1])).update(fields)
elif method == "GET" and path == "issues":
    pages([i for i in data["issues"] if i["state"] == "open"])
elif method == "POST" and path == "issues":
    made("issues")
elif method == "PATCH" and (found := re.fullmatch(r"issues/(\d+)", path)):
    next(i for i in data["issues"] if i["number"] == int(found[1])).update(fields)
elif method == "GET" and (found := re.fullmatch(r"commits/([0-9a-f]{40})/pulls", path)):
    pages([p for p in data["pulls"] if found[1] in p["commits"]])
else:
    sys.exit(f"gh: HTTP 404: {method} {path}")
database.write_text(json.dumps(data))
'''


class GitHub:
    """What GitHub knows, in a file that `gh` in `folder` answers from."""

    def __init__(self, folder, python):
        self.path = pathlib.Path(folder) / "github.json"
        self.write({"comments": [], "issues": [], "pulls": [], "calls": [], "last": 1000})
        gh = pathlib.Path(folder) / "bin" / "gh"
        gh.write_text(GH.replace("@PYTHON@", python).replace("@DATABASE@", repr(str(self.path))))
        gh.chmod(0o755)

    def read(self):
        return json.loads(self.path.read_text())

    def write(self, data):
        self.path.write_text(json.dumps(data))

    def say(self, under, login, body):
        """A comment under a pull request."""
        data = self.read()
        data["last"] += 1
        data["comments"].append({"id": data["last"], "under": under, "user": {"login": login}, "body": body})
        self.write(data)

    def merged(self, number, commit):
        """Notes that this pull request was merged as this commit, into main."""
        data = self.read()
        pull = {"number": number, "merged_at": "2026-11-25T12:00:00Z", "merge_commit_sha": commit, "base": {"ref": "main"}}
        other = pull | {"number": 1, "merge_commit_sha": "0" * 40}
        data["pulls"] += [other | {"commits": [commit]}, pull | {"commits": [commit]}]
        self.write(data)

    def plans(self, under):
        """The bot's comments under a pull request."""
        return [c["body"] for c in self.read()["comments"] if c["under"] == under and c["user"]["login"] == BOT]


class GitLab:
    """Notes, issues and merge requests of one project, behind a token."""

    TOKEN = "glpat-canary"

    def __init__(self):
        forge = self
        self.notes, self.issues, self.merges, self.calls, self.last = [], [], [], [], 1000

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                forge.answer(self)

            do_POST = do_PUT = do_GET

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/api/v4"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request):
        path, _, query = request.path.removeprefix("/api/v4/").partition("?")
        query = dict(urllib.parse.parse_qsl(query))
        body = json.loads(request.rfile.read(int(request.headers.get("content-length") or 0)) or "null")
        self.calls.append((request.command, path))
        status, answer = 401, {"message": "401 Unauthorized"}
        if request.headers.get("private-token") == self.TOKEN:
            status, answer = self.call(request.command, path, query, body)
        encoded = json.dumps(answer, separators=(",", ":")).encode()
        request.send_response(status)
        request.send_header("content-length", str(len(encoded)))
        request.end_headers()
        request.wfile.write(encoded)

    def call(self, method, path, query, body):
        def page(items):
            size, at = int(query.get("per_page", 20)), int(query.get("page", 1))
            return 200, items[(at - 1) * size : at * size]

        def made(items, **more):
            self.last += 1
            items.append({"id": self.last, "iid": self.last, "author": {"id": GITLAB_BOT}} | more | body)
            return 201, items[-1]

        def changed(items, key, value):
            item = next(item for item in items if item[key] == int(value))
            item.update(body)
            if body.get("state_event") == "close":
                item["state"] = "closed"
            return 200, item

        if path == "user":
            return 200, {"id": GITLAB_BOT}
        path = path.removeprefix("projects/7/")
        if found := re.fullmatch(r"merge_requests/(\d+)/notes", path):
            under = int(found[1])
            return made(self.notes, under=under) if method == "POST" else page([n for n in self.notes if n["under"] == under])
        if method == "PUT" and (found := re.fullmatch(r"merge_requests/\d+/notes/(\d+)", path)):
            return changed(self.notes, "id", found[1])
        if path == "issues":
            if method == "POST":
                return made(self.issues, state="opened")
            return page([issue for issue in self.issues if issue["state"] == query["state"]])
        if method == "PUT" and (found := re.fullmatch(r"issues/(\d+)", path)):
            return changed(self.issues, "iid", found[1])
        if found := re.fullmatch(r"repository/commits/([0-9a-f]{40})/merge_requests", path):
            return 200, [m for m in self.merges if m["merge_commit_sha"] == found[1]]
        return 404, {"message": "404 Not found"}

    def plans(self, under):
        """The bot's notes under a merge request."""
        return [n["body"] for n in self.notes if n["under"] == under and n["author"]["id"] == GITLAB_BOT]
