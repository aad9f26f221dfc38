"""Drives a sandbox with the official SDK (`videogen`). Run by conformance.py, in that SDK's environment.

    official.py api URL KEY MODE      mode: honour, ignore or legacy-list
    official.py verify                {"headers", "body", "secret", "event"} on stdin; the secret is in no argument
"""

import json
import sys

from support import EVENTS, Receiver, check, trigger
from videogen import VideoGen, VideoGenError, verify_webhook_signature


def failure(call):
    """The API's error of a call."""
    try:
        call()
    except VideoGenError as error:
        return error
    sys.exit("conformance: a call that must fail succeeded")


def verified(delivery, secret):
    """The event of a delivery whose signature is good; None where it is not."""
    try:
        return verify_webhook_signature(delivery["body"], delivery["headers"], secret)
    except VideoGenError:
        return None


def listing(client):
    """All endpoints, page by page, and how many pages there were."""
    found, pages, cursor = [], 0, None
    while True:
        page = client.webhooks.list_webhook_endpoints(limit=2, **({"cursor": cursor} if cursor else {}))
        found, pages = found + page["endpoints"], pages + 1
        if not page.get("has_more"):
            return found, pages
        cursor = page["next_cursor"]


def api(url, key, mode):
    client = VideoGen(api_key=key, base_url=url)
    receiver = Receiver()
    check("me: has a team", client.account.get_me()["team_id"].startswith("vg_team_"))

    made = [
        client.webhooks.create_webhook_endpoint(url=receiver.url, events=EVENTS, description=f"official {number}")
        for number in range(5)
    ]
    check("create: five ids", len({endpoint["endpoint_id"] for endpoint in made}) == 5)
    check("create: secret and its last four", all(
        endpoint["signing_secret"].startswith("whsec_")
        and endpoint["signing_secret"].endswith(endpoint["signing_secret_last4"])
        for endpoint in made
    ))
    check("create: createdAt is a float", all(isinstance(endpoint["created_at"], float) for endpoint in made))

    found, pages = listing(client)
    without_secret = [{k: v for k, v in endpoint.items() if k != "signing_secret"} for endpoint in made]
    check("list: what was made, without secrets", found == without_secret, f"{found}")
    check("list: as many pages as the mode has", pages == (1 if mode == "legacy-list" else 3), f"{pages}")

    wrong = failure(lambda: VideoGen(api_key="sk_videogen_wrong", base_url=url).account.get_me())
    check("error: 401 invalid_api_key", (wrong.status, wrong.body["code"]) == (401, "invalid_api_key"))
    check("error: has a request id", bool(wrong.request_id))
    empty = failure(lambda: client.webhooks.create_webhook_endpoint(url=receiver.url, events=[]))
    check("error: 400 for no events", (empty.status, empty.body["code"]) == (400, "invalid_parameters"))
    plain = failure(lambda: client.webhooks.create_webhook_endpoint(url="http://example.com", events=EVENTS))
    check("error: 400 for plain http", plain.status == 400)

    for endpoint in made[1:]:
        client.webhooks.delete_webhook_endpoint(endpoint["endpoint_id"])
    check("delete: gone from the listing", [e["endpoint_id"] for e in listing(client)[0]] == [made[0]["endpoint_id"]])
    gone = failure(lambda: client.webhooks.delete_webhook_endpoint(made[1]["endpoint_id"]))
    check("delete: 404 when gone", (gone.status, gone.body["code"]) == (404, "not_found"))

    deliveries(url, key, receiver, made[0])
    client.webhooks.delete_webhook_endpoint(made[0]["endpoint_id"])
    receiver.close()
    client.close()


def deliveries(url, key, receiver, endpoint):
    secret = endpoint["signing_secret"]
    for event in EVENTS:
        check(f"delivery: {event} reaches one endpoint", len(trigger(url, key, event)) == 1)
        delivery = receiver.received.pop()
        body = verified(delivery, secret)
        check(f"delivery: {event} verifies", body is not None and body["event"] == event and "occurred_at" in body)
        check(f"delivery: {event} fails with another secret", verified(delivery, "whsec_" + 32 * "A") is None)
        torn = {**delivery, "body": delivery["body"] + " "}
        check(f"delivery: {event} fails with another body", verified(torn, secret) is None)
    check("delivery: none without a subscriber", trigger(url, key, "workflow_run.failed") == [])


def verify():
    given = json.load(sys.stdin)
    body = verified(given, given["secret"])
    check("the official SDK verifies the delivery", body is not None and body["event"] == given["event"])


if __name__ == "__main__":
    {"api": api, "verify": verify}[sys.argv[1]](*sys.argv[2:])
