#!/usr/bin/env bash
# The stock age tool reads what hookwright sealed, and hookwright what age sealed. Usage: age.sh PATH/TO/hookwright
set -euo pipefail
hookwright=$(realpath "$1")
keys=$(realpath "$(dirname "$0")/../keys")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

age-keygen -o key.txt 2>/dev/null
recipient=$(age-keygen -y key.txt)
for name in ed25519 rsa; do install -m 600 "$keys/$name" "$name"; done
cat "$keys/ed25519.pub" "$keys/rsa.pub" > recipients.txt
cat > webhooks.toml <<TOML
[provider]
base_url = "sandbox"
[encryption]
recipients = ["$recipient"]
recipients_file = "recipients.txt"
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

block() { jq -r '.endpoints["render-done"].secret' state/webhooks.state.json; }
for identity in ed25519 rsa; do
    [ "$(block | age -d -i $identity | jq -r .secret)" = "$live" ] || { echo "age reads another secret with $identity"; exit 1; }
    [ "$(env -i "$hookwright" secret show render-done -i $identity)" = "$live" ] || { echo "$identity reads another secret"; exit 1; }
done
echo "age reads it with ssh-ed25519 and ssh-rsa keys, and so do we"

# The other way: the same plaintext, sealed by age to each kind of recipient, put in the block's place.
block | age -d -i key.txt > plaintext
for kind in "-r $recipient" "-R $keys/ed25519.pub" "-R $keys/rsa.pub"; do
    # shellcheck disable=SC2086 # an option and its value
    age -a $kind plaintext > sealed
    jq --rawfile sealed sealed '.endpoints["render-done"].secret = $sealed' state/webhooks.state.json > edited.json
    read_back=$(env -i "$hookwright" --state edited.json secret show render-done -i key.txt -i ed25519 -i rsa)
    [ "$read_back" = "$live" ] || { echo "what age sealed ($kind) was not read"; exit 1; }
done
rm plaintext
echo "what age sealed to each kind of recipient is read"

env -i "$hookwright" secret rekey -i key.txt > rekey.txt 2>&1 || { cat rekey.txt; exit 1; }
printf '%s\n' "$(cat "$keys/rsa.pub")" > recipients.txt
env -i "$hookwright" secret rekey -i key.txt 2>> rekey.txt
if block | age -d -i ed25519 > /dev/null 2>&1; then echo "a removed recipient still reads the state"; exit 1; fi
[ "$(block | age -d -i rsa | jq -r .secret)" = "$live" ] || { echo "age reads another secret after a rekey"; exit 1; }
grep -q "rotate these: render-done" rekey.txt
echo "after a rekey age reads it with the new recipients alone"
