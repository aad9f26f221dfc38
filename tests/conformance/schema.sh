#!/usr/bin/env bash
# A validator that is not ours reads the schema that we print: every example is valid, and mistakes are not.
set -euo pipefail

hookwright=$1
check="$2/check-jsonschema"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

"$hookwright" schema >"$folder/schema.json"
"$check" --check-metaschema "$folder/schema.json"
find examples -name '*.toml' -print0 | xargs -0 "$check" --schemafile "$folder/schema.json"
"$hookwright" init -c "$folder/webhooks.toml" --identity "$folder/identity.txt" 2>/dev/null
"$check" --schemafile "$folder/schema.json" "$folder/webhooks.toml"

entry='url = "https://h.example/"'
refused() {
    printf '%s\n' "$1" >"$folder/wrong.toml"
    if "$check" --schemafile "$folder/schema.json" "$folder/wrong.toml" >/dev/null; then
        echo "the schema lets this through: $1" >&2
        exit 1
    fi
}
refused 'colour = 1'
refused '[webhooks.a]'
refused "[webhooks.\"a b\"]
$entry"
refused "[webhooks.a]
$entry
events = [\"file.uplaod.failed\"]"
refused "[webhooks.a]
$entry
lifecycle = { replace = \"never\" }"
refused '[environments.prod]
api_key_env = "AWS_SECRET_ACCESS_KEY"'
printf '%s\n' 'allow_unknown_events = true' '[webhooks.a]' "$entry" 'events = ["video.done"]' >"$folder/right.toml"
"$check" --schemafile "$folder/schema.json" "$folder/right.toml"
