# What an infra team asks of a plan before it is applied, as `conftest test plan.json` or `opa eval` would run it.
package main

import rego.v1

allowed_hosts := {"hooks.example.com"}

endpoints contains change if {
	change := input.resource_changes[_]
	change.type == "videogen_webhook_endpoint"
}

replaced(change) if {
	"create" in change.change.actions
	"delete" in change.change.actions
}

host(url) := split(split(url, "/")[2], ":")[0]

deny contains msg if {
	change := endpoints[_]
	change.change.actions[_] == "delete"
	not replaced(change)
	msg := sprintf("%s is deleted", [change.address])
}

deny contains msg if {
	change := endpoints[_]
	replaced(change)
	not data.tickets[change.address]
	paths := concat(", ", [path[0] | path := change.change.replace_paths[_]])
	msg := sprintf("%s is replaced without a ticket: %s", [change.address, paths])
}

deny contains msg if {
	change := endpoints[_]
	url := change.change.after.url
	not host(url) in allowed_hosts
	msg := sprintf("%s sends events to %s", [change.address, host(url)])
}

# A secret is to be marked wherever there is one, and never to be told.
deny contains msg if {
	change := endpoints[_]
	side := ["before", "after"][_]
	change.change[side] != null
	not change.change[sprintf("%s_sensitive", [side])].signing_secret == true
	msg := sprintf("%s has an unmarked secret %s", [change.address, side])
}

deny contains msg if {
	change := endpoints[_]
	side := ["before", "after"][_]
	is_string(change.change[side].signing_secret)
	msg := sprintf("%s tells its secret %s", [change.address, side])
}

deny contains msg if {
	change := endpoints[_]
	"create" in change.change.actions
	not change.change.after_unknown.signing_secret == true
	msg := sprintf("%s gets a secret that is known already", [change.address])
}

deny contains msg if {
	resource := input.prior_state.values.root_module.resources[_]
	resource.values.signing_secret != null
	msg := sprintf("%s tells its secret in the state", [resource.address])
}

deny contains "the plan is refused" if input.errored

deny contains "the plan leaves something out" if not input.complete
