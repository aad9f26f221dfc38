//! The guides keep their word: the `sh` blocks of each run from top to bottom, as they stand. What a guide tells its
//! reader in prose (edit the file, let a day pass) its test does between the blocks; what a reader does at a terminal
//! (answer yes, paste a key) is done by the stand-ins of [`Reader`].

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use hookwright::surface::generate_identity;
use regex::Regex;

use crate::readme::blocks;
use crate::support::{KEY, World, finish};

/// Approves what asks for it, as somebody who types `yes`.
const APPROVING: &str = r#"#!/bin/sh
case "$*" in
    *--expect*) exec "$hookwright" "$@" ;;
    "apply"* | "secret rotate"*) exec "$hookwright" "$@" --auto-approve ;;
    *) exec "$hookwright" "$@" ;;
esac
"#;

/// Keeps what it is given, for the test to look at.
const STORE: &str = "#!/bin/sh\nexec cat > stored\n";

/// `jq -r .id`, on machines that have no jq.
const JQ: &str = "#!/bin/sh\nexec sed -n 's/^ *\"id\": \"\\(.*\\)\",$/\\1/p'\n";

/// Somebody with one guide, who has run some of its blocks.
struct Reader {
    world: World,
    guide: &'static str,
    commands: std::vec::IntoIter<String>,
    configurations: std::vec::IntoIter<String>,
    now: &'static str,
    /// Whether the account's url and key are set.
    connected: bool,
}

impl Reader {
    /// Opens a page, in a world with a sandbox in the place of the account.
    fn opens(guide: &'static str, world: World) -> Self {
        let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(guide)).unwrap();
        for (name, script) in [("hookwright", APPROVING), ("your-secret-store", STORE), ("jq", JQ)] {
            world.write(&format!("bin/{name}"), script);
            fs::set_permissions(world.path("bin").join(name), fs::Permissions::from_mode(0o755)).unwrap();
        }
        Self {
            world,
            guide,
            commands: blocks(&page, &["sh"]).into_iter(),
            configurations: blocks(&page, &["toml"]).into_iter(),
            now: "2026-11-25T12:00:00Z",
            connected: true,
        }
    }

    /// Has made an identity where `init` makes it, and applied this configuration.
    fn with_endpoints(guide: &'static str, rest: &str) -> Self {
        let world = World::with_sandbox(&[]);
        world.write(".config/hookwright/identity.txt", &world.read("identity.txt"));
        let private = fs::Permissions::from_mode(0o600);
        fs::set_permissions(world.path(".config/hookwright/identity.txt"), private).unwrap();
        world.config(rest);
        world.ok(&["apply", "--auto-approve"]);
        Self::opens(guide, world)
    }

    /// Runs the next block, every line of which must succeed; what it says.
    fn runs_a_block(&mut self) -> String {
        let block = self.commands.next().expect("the guide has another block");
        let mut shell = self.world.outside("sh", &["-euc", &block]);
        let bin = self.world.path("bin");
        shell.env("PATH", format!("{}:/usr/bin:/bin", bin.display())).env("HOME", self.world.path("."));
        shell.env("HOOKWRIGHT_NOW", self.now);
        if !self.connected {
            shell.env_remove("VIDEOGEN_BASE_URL").env_remove("VIDEOGEN_API_KEY");
        }
        let run = finish(shell);
        assert_eq!(run.code, Some(0), "{}:\n{block}\n{}\n{}", self.guide, run.stdout, run.stderr);
        format!("{}{}", run.stdout, run.stderr)
    }

    /// The next `toml` block, its indentation gone.
    fn reads_a_configuration(&mut self) -> String {
        let block = self.configurations.next().expect("the guide has another configuration");
        block.lines().map(|line| format!("{}\n", line.trim_start())).collect()
    }

    fn edits(&self, from: &str, to: &str) {
        let text = self.world.read("webhooks.toml");
        assert!(text.contains(from), "{from} is not in {text}");
        self.world.write("webhooks.toml", &text.replace(from, to));
    }

    /// What the one endpoint of the account signs with, and what was handed to the consumer.
    fn secrets(&mut self) -> (String, String) {
        self.world.stop_sandbox();
        let live = self.world.live();
        assert_eq!(live.len(), 1, "{live:?}");
        let secrets = (live[0].signing_secret.clone(), self.world.read("stored").trim().to_owned());
        self.world.start_sandbox(&[]);
        secrets
    }

    fn has_run_every_block(mut self) {
        assert_eq!(self.commands.next(), None, "{}: a block that no test runs", self.guide);
    }
}

const ENTRY: &str =
    "[webhooks.render-done]\nurl = \"https://hooks.example.com/videogen\"\nevents = [\"tool_execution.*\"]\n";
const UPLOADS: &str = "[webhooks.uploads]\nurl = \"https://hooks.example.com/uploads\"\nevents = [\"file.upload.*\"]\n";

#[test]
fn the_first_endpoint() {
    let mut reader = Reader::opens("examples/guides/first-endpoint.md", World::with_sandbox(&[]));
    reader.connected = false;
    let told = reader.runs_a_block();
    assert!(told.contains("/.config/hookwright/identity.txt"), "{told}");
    assert!(reader.runs_a_block().contains("\nwhsec_"), "the secret is shown");

    // The shell keeps what `read` was given; the account is where it would be.
    reader.connected = true;
    let block = reader.commands.next().unwrap();
    let pasted = Regex::new("(?m)^read -rs (VIDEOGEN_API_KEY) .*$").unwrap();
    assert!(pasted.is_match(&block), "{block}");
    let block = pasted.replace(&block, format!("$1={KEY}")).into_owned();
    reader.commands = std::iter::once(block).chain(reader.commands).collect::<Vec<_>>().into_iter();
    assert!(reader.runs_a_block().contains("Resources: 1 added"));

    reader.runs_a_block();
    assert!(reader.runs_a_block().contains("No changes."));
    let (live, stored) = reader.secrets();
    assert_eq!(live, stored);
    reader.has_run_every_block();
}

#[test]
fn the_pull_request_flow() {
    let world = World::with_sandbox(&[]);
    world.config(ENTRY);
    let mut reader = Reader::opens("examples/guides/pull-requests.md", world);
    assert!(reader.runs_a_block().contains("Resources: 1 added"));
    assert!(reader.world.read("comment.md").starts_with("<!--"));
    assert!(reader.world.read("result.json").contains("\"exit_code\": 0"));
    reader.has_run_every_block();
}

#[test]
fn a_rotation() {
    let mut reader = Reader::with_endpoints("examples/guides/rotation.md", ENTRY);
    let raised = reader.reads_a_configuration();
    reader.world.config(&raised);
    assert!(reader.runs_a_block().contains("(deposed)"), "both endpoints are listed");
    let handed_out = reader.world.read("stored");
    reader.now = "2026-11-27T12:00:00Z";
    assert!(reader.runs_a_block().contains("Resources: 0 added, 0 changed, 1 destroyed."));
    let (live, stored) = reader.secrets();
    assert_eq!((live.as_str(), stored.as_str()), (handed_out.trim(), handed_out.trim()));

    reader.runs_a_block();
    let (live, stored) = reader.secrets();
    assert_eq!(live, stored, "the leaked secret is replaced, and its endpoint gone");
    assert_ne!(stored, handed_out.trim());

    // Somebody came, and leaves.
    let file = reader.world.read("webhooks.toml");
    reader.edits("recipients = [", &format!("recipients = [\"{}\", ", generate_identity().1));
    reader.world.ok(&["secret", "rekey", "--identity", "identity.txt"]);
    reader.world.write("webhooks.toml", &file);
    assert!(reader.runs_a_block().contains("to 1 recipient."));
    reader.has_run_every_block();
}

#[test]
fn moving_from_a_script() {
    let world = World::with_sandbox(&[]);
    world.stranger("https://hooks.example.com/videogen");
    world.stranger("https://hooks.example.com/uploads");
    let mut reader = Reader::opens("examples/guides/moving.md", world);
    reader.runs_a_block();
    let names = Regex::new("hooks-example-com-videogen").unwrap();
    assert_eq!(names.find_iter(&reader.world.read("webhooks.toml")).count(), 2, "an entry and an import");
    reader.edits("hooks-example-com-videogen", "render-done");

    let told = reader.runs_a_block();
    assert!(told.contains("Plan: 2 to import, 0 to add, 0 to change, 0 to destroy."), "{told}");
    let file = reader.world.read("webhooks.toml");
    reader.world.write("webhooks.toml", file.split("[imports]").next().unwrap());
    assert!(reader.world.ok(&["plan"]).contains("No changes."));
    reader.has_run_every_block();
}

const DISASTER: &str = "examples/guides/disaster.md";

#[test]
fn disaster() {
    let mut reader = Reader::with_endpoints(DISASTER, &format!("{ENTRY}\n{UPLOADS}"));
    lost_state(&mut reader);
    old_copy(&mut reader);
    let guarded = format!("[safety]\nmax_deletes = 1\n\n{ENTRY}\n{UPLOADS}");
    reader.world = Reader::with_endpoints(DISASTER, &guarded).world;
    lost_identity(&mut reader);
    other_account(&mut reader);
    reader.has_run_every_block();
}

fn lost_state(reader: &mut Reader) {
    fs::remove_dir_all(reader.world.path("state")).unwrap();
    let refused = reader.world.run(&["plan"]);
    assert_eq!(refused.code, Some(1));
    let duplicates = Regex::new(r#"(?m)^      (\S+ = "ep_\w+")$"#).unwrap();
    let duplicates: Vec<&str> =
        duplicates.captures_iter(&refused.stdout).map(|found| found.extract::<1>().1[0]).collect();
    assert_eq!(duplicates.len(), 2, "{}", refused.stdout);
    let file = reader.world.read("webhooks.toml");
    let example = reader.reads_a_configuration();
    assert!(example.contains("[imports]\nrender-done = \"ep_"), "{example}");
    reader.world.write("webhooks.toml", &format!("{file}\n[imports]\n{}\n", duplicates.join("\n")));
    let told = reader.runs_a_block();
    assert!(told.contains("Plan: 2 to import, 0 to add, 0 to change, 0 to destroy."), "{told}");
    reader.world.write("webhooks.toml", &file);
}

/// Beside the old copy is the journal of an apply that was killed.
fn old_copy(reader: &mut Reader) {
    let old = reader.world.read("state/webhooks.state.json");
    for (name, killed) in [("second", None), ("third", Some("receipt-durable"))] {
        let more = ENTRY.replace("render-done", name).replace("videogen", name);
        reader.world.write("webhooks.toml", &format!("{}\n{more}", reader.world.read("webhooks.toml")));
        let mut apply = reader.world.command(&["apply", "--auto-approve"]);
        apply.envs(killed.map(|point| ("HOOKWRIGHT_CRASH_AT", point)));
        assert_eq!(finish(apply).code.is_none(), killed.is_some());
    }
    reader.world.write("state/webhooks.state.json", &old);
    assert!(reader.world.run(&["plan"]).stderr.contains("is older than its journal"));
    assert!(reader.runs_a_block().contains("1 endpoint added to the state"));
    assert!(reader.world.run(&["plan"]).stdout.contains("set `second` to \"ep_"), "that is a lost state's case");
}

fn lost_identity(reader: &mut Reader) {
    fs::remove_dir_all(reader.world.path(".config")).unwrap();
    fs::remove_file(reader.world.path("identity.txt")).unwrap();
    reader.runs_a_block();
    let recipient = Regex::new("age1[0-9a-z]+").unwrap();
    let made = recipient.find(&reader.world.read("new.toml")).unwrap().as_str().to_owned();
    let file = recipient.replace(&reader.world.read("webhooks.toml"), &made).into_owned();
    reader.world.write("webhooks.toml", &file.replace("\nurl", "\nrotation = 2\nurl"));
    assert_eq!(reader.world.run(&["plan"]).code, Some(1), "more than max_deletes");
    reader.runs_a_block();
    assert!(reader.world.read("stored").starts_with("whsec_"));
}

/// An account that has nothing, and then the same account when it has lost everything.
fn other_account(reader: &mut Reader) {
    let emptied = |reader: &mut Reader| {
        reader.world.stop_sandbox();
        fs::remove_file(reader.world.path("api.json")).unwrap();
        reader.world.start_sandbox(&["--team", "vg_team_other"]);
        reader.world.run(&["plan"])
    };
    let refused = emptied(reader);
    assert!(refused.stderr.contains("the API key belongs to team"), "{}", refused.stderr);
    assert!(reader.runs_a_block().contains("Resources: 2 added"));
    let refused = emptied(reader);
    assert!(refused.stdout.contains("the API lists none of them"), "{}", refused.stdout);
    assert!(reader.runs_a_block().contains("Resources: 2 added"));
}

#[test]
fn the_quickstart_says_what_the_readme_shows() {
    let world = World::new();
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart");
    for name in ["webhooks.toml", "identity.txt"] {
        world.write(&format!("examples/quickstart/{name}"), &fs::read_to_string(sources.join(name)).unwrap());
    }
    let page = fs::read_to_string(sources.join("../../README.md")).unwrap();
    let (commands, shown) = (blocks(&page, &["sh"]), blocks(&page, &["text"]));
    let command = commands[0].trim().strip_prefix("cargo run -- ").expect("it is run from the sources");
    let run = world.run(&command.split(' ').collect::<Vec<_>>());
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    let told = Regex::new(r"ep_\w+").unwrap().replace_all(&run.stderr, "ep_…").into_owned();
    let shown = shown[0].replace("target/debug/hookwright", "hookwright");
    assert!(told.contains(&shown), "{shown}\n---\n{told}");
}
