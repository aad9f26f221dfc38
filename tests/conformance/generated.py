"""Drives a sandbox with the SDK generated from the vendor's OpenAPI document (`videogen-apimatic`).

Run by conformance.py, in that SDK's environment:  generated.py URL KEY MODE      mode: honour, ignore or legacy-list
"""

import sys

from support import EVENTS, check
from videogen import VideogenClient
from videogen.core import ApiError

HOOK = "https://hooks.example.com/generated"


def failure(call):
    """The status of a call that fails."""
    try:
        call()
    except ApiError as error:
        return error.status_code
    sys.exit("conformance: a call that must fail succeeded")


def delete(client, endpoint_id):
    """Deletes an endpoint.

    The SDK decodes every success as JSON and fails on the empty body of the API's 204, after the deed. That is a
    defect of its own (1.0.0): the vendor documents the empty body, and the official SDK takes it."""
    try:
        client.webhooks.delete_webhook_endpoint(endpoint_id)
    except ValueError as error:
        check("delete: nothing is wrong but the empty body", "not valid JSON" in str(error), str(error))


def listing(client):
    """All endpoints, page by page, and how many pages there were."""
    found, pages, cursor = [], 0, None
    while True:
        page = client.webhooks.list_webhook_endpoints(limit=2, cursor=cursor)
        found, pages = found + page.endpoints, pages + 1
        if not page.has_more:
            return found, pages
        cursor = page.next_cursor


def repeated(client, mode):
    """The SDK sends a fresh key each time; the same key twice is what the mode says."""
    options = {"extra_headers": {"Idempotency-Key": "conformance"}}
    body = {"url": HOOK, "events": EVENTS}
    first, second = (
        client.webhooks.create_webhook_endpoint(body=body, request_options=options) for _ in range(2)
    )
    if mode == "ignore":
        check("idempotency: ignored, two endpoints", first.endpoint_id != second.endpoint_id)
    else:
        check("idempotency: honoured, the first answer again", first == second)
    for endpoint_id in {first.endpoint_id, second.endpoint_id}:
        delete(client, endpoint_id)


def main(url, key, mode):
    client = VideogenClient(base_url=url, bearer_auth=key)
    check("me: has a team", client.account.get_me().team_id.startswith("vg_team_"))
    made = [client.webhooks.create_webhook_endpoint(body={"url": HOOK, "events": EVENTS}) for _ in range(3)]
    check("create: secret and its last four", all(e.signing_secret.endswith(e.signing_secret_last4) for e in made))
    if mode == "legacy-list":
        # This SDK requires `hasMore`, so the older form is none that it can read.
        print("  -      list: the generated SDK does not read the older form", flush=True)
    else:
        found, pages = listing(client)
        check("list: what was made", [e.endpoint_id for e in found] == [e.endpoint_id for e in made], f"{found}")
        check("list: two pages", pages == 2)
    repeated(client, mode)

    wrong = VideogenClient(base_url=url, bearer_auth="sk_videogen_wrong")
    check("error: 401", failure(wrong.account.get_me) == 401)
    check("error: 401 without a key", failure(VideogenClient(base_url=url).account.get_me) == 401)
    create = client.webhooks.create_webhook_endpoint
    check("error: 400 for no events", failure(lambda: create(body={"url": HOOK, "events": []})) == 400)
    check("error: 400 for an unknown event", failure(lambda: create(body={"url": HOOK, "events": ["x.y"]})) == 400)
    for endpoint in made:
        delete(client, endpoint.endpoint_id)
    check("delete: 404 when gone", failure(lambda: client.webhooks.delete_webhook_endpoint(made[0].endpoint_id)) == 404)
    client.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
