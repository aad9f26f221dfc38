#!/usr/bin/env python3
"""What durability costs: creates by `hookwright apply` beside a plain concurrent client in the same run.

Usage: benches/create.py

First 1,000 creates at 50 ms latency, 10 in flight, each journalled, fsynced and encrypted, best of three; the least
that is possible is ceil(N/C) times the latency. Then the cost of one create at 1,000 and 10,000 without latency: it
must not grow. BENCH_DIR says where the state is written: its disk's fsync counts. Build first: cargo build --release.
"""

import asyncio
import json
import math
import sys
import time
import urllib.parse

import world

LATENCY = 0.050
IN_FLIGHT = 10


def apply(endpoints, *flags):
    """Seconds of one apply that makes so many endpoints; what it takes to start, to list and to end is in them."""
    with world.sandbox(*flags) as url, world.folder(endpoints, url) as where:
        arguments = ["apply", "--auto-approve", "--parallelism", str(IN_FLIGHT)]
        return world.run(where, arguments, online=True)[0]


async def plain_client(url, endpoints):
    """So many POSTs over so many connections, the answers thrown away: no list, no journal, no encryption."""
    place = urllib.parse.urlsplit(url)
    numbers = iter(range(endpoints))

    async def worker():
        reader, writer = await asyncio.open_connection(place.hostname, place.port)
        for number in numbers:
            body = json.dumps({"url": f"https://hooks.example.com/{number}", "events": ["file.upload.failed"]})
            head = (
                f"POST /v1/webhooks/endpoints HTTP/1.1\r\nhost: {place.netloc}\r\ncontent-type: application/json\r\n"
                f"authorization: Bearer {world.KEY}\r\ncontent-length: {len(body)}\r\n\r\n"
            )
            writer.write((head + body).encode())
            answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            assert answer.startswith("http/1.1 201"), answer
            await reader.readexactly(int(answer.split("content-length: ")[1].split("\r\n")[0]))
        writer.close()

    await asyncio.gather(*[worker() for _ in range(IN_FLIGHT)])


def plain(endpoints, *flags):
    """Seconds of the plain client."""
    with world.sandbox(*flags) as url:
        start = time.perf_counter()
        asyncio.run(plain_client(url, endpoints))
        return time.perf_counter() - start


def main():
    latency = ["--latency", f"{round(LATENCY * 1000)}ms"]
    least = math.ceil(1000 / IN_FLIGHT) * LATENCY
    ours = min(apply(1000, *latency) for _ in range(3))
    theirs = min(plain(1000, *latency) for _ in range(3))
    print(f"Measured on {world.machine()}.\n")
    print(f"| 1,000 creates, {LATENCY * 1000:.0f} ms latency, {IN_FLIGHT} in flight | time | of the least possible |")
    print("| --- | ---: | ---: |")
    print(f"| the least possible | {least:.2f} s | 1.00 |")
    print(f"| a plain client, nothing kept | {theirs:.2f} s | {theirs / least:.2f} |")
    print(f"| `hookwright apply` | {ours:.2f} s | {ours / least:.2f} |")
    print("\n| no latency | time | a create |\n| --- | ---: | ---: |")
    for endpoints in (1000, 10_000):
        seconds = min(apply(endpoints) for _ in range(3))
        print(f"| {endpoints:,} creates | {seconds:.2f} s | {seconds / endpoints * 1000:.2f} ms |")
    if ours / least > 1.10:
        sys.exit("more than 1.10 of the least possible")


if __name__ == "__main__":
    main()
