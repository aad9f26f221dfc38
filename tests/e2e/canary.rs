//! Nothing leaks: every command, with good and bad input, at every log level, killed or not; then the signing secrets,
//! the API key and the identity are looked for in all that was printed and all that was written.

use crate::support::{KEY, World, finish};

const ENTRY: &str = "\n[webhooks.uploads]\nurl = \"https://127.0.0.1:1/uploads\"\nevents = [\"file.upload.*\"]\n";

/// Commands that print no secret, whatever they are given.
const COMMANDS: [&str; 37] = [
    "validate",
    "validate -c missing.toml",
    "plan",
    "plan --format markdown",
    "plan --format json",
    "plan --format terraform-json",
    "plan --format gitlab-report",
    "plan --refresh=false",
    "plan -c bad.toml",
    "apply --auto-approve",
    "apply --auto-approve -c bad.toml",
    "apply --nonsense",
    "show",
    "show --format json",
    "state list",
    "state list --format json",
    "state show uploads",
    "state mv uploads moved",
    "state mv moved uploads",
    "state mv nothing something",
    "state recover identity.txt",
    "state recover state/webhooks.state.json",
    "secret list",
    "secret list --format json",
    "secret show uploads -i webhooks.toml",
    "secret show uploads -i damaged.txt",
    "secret show nothing -i identity.txt",
    "secret export --format dotenv -i damaged.txt",
    "secret export --format dotenv -i identity.txt --name-template -",
    "secret export --format json -i identity.txt --out state",
    "secret rekey -i identity.txt",
    "secret rotate uploads --auto-approve",
    "secret rotate uploads --finish --auto-approve",
    "ping uploads -i identity.txt",
    "verify uploads --headers damaged.txt --body damaged.txt -i identity.txt",
    "init -c new.toml --identity identity.txt",
    "completions bash",
];

/// What must appear nowhere: the identity, the key, and every secret that the API ever gave.
struct Canaries(Vec<String>);

impl Canaries {
    fn none_in(&self, text: &str, place: &str) {
        for canary in &self.0 {
            assert!(!text.contains(canary.as_str()), "{place}: {canary}\n{text}");
        }
    }
}

fn known(world: &World) -> Canaries {
    let identity = world.read("identity.txt").trim().to_owned();
    let mut all = vec![KEY.to_owned(), identity[20..60].to_owned()];
    for live in world.live() {
        let key = live.signing_secret.trim_start_matches("whsec_").trim_end_matches('=').to_owned();
        all.push(key);
    }
    Canaries(all)
}

#[test]
fn no_command_shows_or_stores_a_secret_a_key_or_an_identity() {
    let mut world = World::with_sandbox(&[]);
    world.config(ENTRY);
    world.ok(&["apply", "--auto-approve"]);
    let identity = world.read("identity.txt");
    let bad = format!("[encryption]\nrecipients = [\"{}\"]\n{ENTRY}key = \"{KEY}\"\n", identity.trim());
    let mut printed = Vec::new();
    let mut canaries = Canaries(Vec::new());
    for line in COMMANDS {
        world.write("bad.toml", &bad);
        // An identity with a character too many: what is wrong is said, and not shown.
        world.write("damaged.txt", &format!("{}x\n", identity.trim()));
        let args: Vec<&str> = line.split(' ').collect();
        let mut command = world.command(&args);
        command.env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full").env("AGEDEBUG", "plugin");
        let run = finish(command);
        assert!(!run.stderr.contains("panicked"), "{line}: {}", run.stderr);
        printed.push((line, run.stdout + &run.stderr));
        // The sandbox writes its database when it ends: what it gave so far is known then.
        if line.contains("rotate") {
            world.stop_sandbox();
            canaries.0.extend(known(&world).0);
            world.start_sandbox(&[]);
        }
    }
    for (line, text) in &printed {
        canaries.none_in(text, line);
    }
    // The test wrote these two itself.
    world.write("bad.toml", "");
    world.write("damaged.txt", "");
    canaries.none_in(&world.files(), "a file");
    assert!(canaries.0.len() >= 6, "there were secrets to look for");
}

#[test]
fn what_a_killed_apply_leaves_behind_shows_none() {
    for point in ["intent-durable", "answer-read", "receipt-durable", "state-written", "state-renamed"] {
        let mut world = World::with_sandbox(&[]);
        world.config(ENTRY);
        let mut command = world.command(&["apply", "--auto-approve"]);
        command.env("HOOKWRIGHT_CRASH_AT", point).env("RUST_BACKTRACE", "full");
        let run = finish(command);
        world.stop_sandbox();
        let canaries = known(&world);
        canaries.none_in(&(run.stdout + &run.stderr), point);
        canaries.none_in(&world.files(), point);
    }
}
