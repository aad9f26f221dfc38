#!/usr/bin/env bash
# The stock age tool reads what hookwright sealed. Usage: age.sh PATH/TO/hookwright
set -euo pipefail
hookwright=$(realpath "$1")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

age-keygen -o key.txt 2>/dev/null
recipient=$(age-keygen -y key.txt)
cat > webhooks.toml <<TOML
[provider]
base_url = "sandbox"
[encryption]
recipients = ["$recipient"]
[webhooks.render-done]
url = "https://hooks.example.com/videogen"
events = ["tool_execution.*"]
TOML
env -i "$hookwright" apply --auto-approve > apply.txt 2>&1 || { cat apply.txt; exit 1; }

opened=$(jq -r '.endpoints["render-done"].secret' state/webhooks.state.json | age -d -i key.txt | jq -r .secret)
shown=$(env -i "$hookwright" secret show render-done --identity key.txt)
live=$(jq -r '.endpoints[].signing_secret' state/webhooks.sandbox.json)
[ "$opened" = "$shown" ] && [ "$opened" = "$live" ] || { echo "age reads another secret than was given"; exit 1; }
if grep -rqF -- "$live" state/webhooks.state.json apply.txt; then echo "a secret is in clear"; exit 1; fi
echo "age reads the secret that the API gave, and nothing shows it in clear"
