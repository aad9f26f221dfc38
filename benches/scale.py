#!/usr/bin/env python3
"""Plans that find nothing to do, at 100 to 100,000 endpoints: time and peak memory.

Usage: benches/scale.py [ENDPOINTS...]     (default 100 1000 10000 100000; beyond 10,000 offline alone,
and entries of an url alone, for a configuration may have 8 MiB)

Each set is made by really applying it to a sandbox. The pages are what a listing by itself takes, over one connection.
Build first: cargo build --release.
"""

import http.client
import json
import sys
import time
import urllib.parse

import world

FORMATS = ["text", "markdown", "json", "terraform-json", "gitlab-report"]
REFRESHED = 10_000


def pages(url):
    """Seconds to fetch every page of the listing."""
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc)
    cursor, start = None, time.perf_counter()
    while True:
        query = "limit=200" + (f"&cursor={urllib.parse.quote(cursor)}" if cursor else "")
        connection.request("GET", f"/v1/webhooks/endpoints?{query}", headers={"Authorization": f"Bearer {world.KEY}"})
        page = json.loads(connection.getresponse().read())
        cursor = page.get("nextCursor")
        if not page.get("hasMore"):
            return time.perf_counter() - start


def cell(measured):
    seconds, memory = measured
    return f"{seconds:.3f} s, {memory:.0f} MB"


def rows(endpoints):
    times = 5 if endpoints <= 10_000 else 3
    with world.sandbox() as url, world.folder(endpoints, url) as where:
        made = world.run(where, ["apply", "--auto-approve", "--parallelism", "32"], online=True)
        yield "apply, all to be made (32 in flight)", cell(made)
        yield "`validate`", cell(world.best(times, where, ["validate"]))
        offline = ["plan", "--detailed-exitcode"]
        yield "`plan`, offline", cell(world.best(times, where, offline))
        if endpoints <= REFRESHED:
            yield "`plan`, refreshed", cell(world.best(times, where, offline, online=True))
            yield "the pages by themselves", f"{min(pages(url) for _ in range(times)):.3f} s"
        # Everything would be deleted: the largest text that each format can have.
        for form in FORMATS:
            named = f"`plan --destroy --format {form}`, offline"
            yield named, cell(world.best(times, where, ["plan", "--destroy", "--format", form]))


def main():
    counts = [int(word) for word in sys.argv[1:]] or [100, 1000, 10_000, 100_000]
    table = {}
    for endpoints in counts:
        for name, value in rows(endpoints):
            table.setdefault(name, {})[endpoints] = value
            print(f"{endpoints:>7,}  {name}: {value}", file=sys.stderr)
    print(f"Measured on {world.machine()}.\n")
    print("| | " + " | ".join(f"{count:,}" for count in counts) + " |")
    print("| --- |" + " ---: |" * len(counts))
    for name, values in table.items():
        print(f"| {name} | " + " | ".join(values.get(count, "") for count in counts) + " |")


if __name__ == "__main__":
    main()
