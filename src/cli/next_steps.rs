//! What an apply ends with: the endpoints that it made, and the commands that show a secret and the rest.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use super::flags::Global;
use super::identity;
use super::project::Project;
use super::shell::quoted_path;
use super::terminal;
use crate::apply::Status;
use crate::disk;
use crate::endpoint::{EndpointId, Name};
use crate::plan::{Action, Change, Plan};
use crate::quote::{count, escaped};

/// How many endpoints are listed before the rest is a count.
const LISTED: usize = 10;
/// The most bytes of an identity file that are searched for its public key.
const MOST_HEAD: u64 = 4096;

/// Says what was made and what can be done with it; nothing where the plan made nothing.
pub(super) fn tell(global: &Global, project: &Project, plan: &Plan, statuses: &[Status]) {
    let made = made(plan, statuses);
    let Some((first, ..)) = made.first() else { return };
    let shown = match project.store.path() {
        Some(path) => terminal::path(&here(path)),
        None => escaped(&project.store.name()),
    };
    let (program, endpoints) = (program(), count(made.len(), "endpoint"));
    let secrets = if made.len() == 1 { "its signing secret is" } else { "their signing secrets are" };
    terminal::say(&format!("\nCreated {endpoints}; {secrets} encrypted in {shown}:"));
    list(&made);
    let flags = flags(global);
    let identity = identity(&global.config, project);
    terminal::say(&format!("\nTo see a secret:\n  {program} secret show {first}{flags}{identity}"));
    terminal::say(&format!("To see every endpoint:\n  {program} state list{flags}"));
}

/// Every endpoint that was made, with its URL, by name.
fn made<'a>(plan: &'a Plan, statuses: &'a [Status]) -> Vec<(&'a Name, &'a EndpointId, &'a str)> {
    let one = |(change, status): (&'a Change, &'a Status)| match (&change.action, status, &change.after) {
        (Action::Create(_) | Action::Replace { .. } | Action::Resend { .. }, Status::Done(Some(id)), Some(after)) => {
            Some((&change.name, id, after.spec.url.as_str()))
        }
        _ => None,
    };
    let mut made: Vec<_> = plan.changes.iter().zip(statuses).filter_map(one).collect();
    made.sort();
    made
}

fn list(made: &[(&Name, &EndpointId, &str)]) {
    let width = made.iter().take(LISTED).map(|(name, ..)| name.as_str().len()).max().unwrap_or(0);
    for (name, id, url) in made.iter().take(LISTED) {
        let (id, url) = (escaped(id.as_str()), escaped(url));
        terminal::say(&format!("  {:width$}  {id}  {url}", name.as_str()));
    }
    if made.len() > LISTED {
        terminal::say(&format!("  and {} more", made.len() - LISTED));
    }
}

/// The program as it was called, where that is a path from here, as under `cargo run`; else its name.
fn program() -> String {
    let called = std::env::args_os().next().map(PathBuf::from).unwrap_or_default();
    if called.is_relative() && called.components().count() > 1 { quoted_path(&called) } else { "hookwright".to_owned() }
}

/// The flags that name the state: with `--state` no configuration is read.
fn flags(global: &Global) -> String {
    match (&global.state, &global.chdir) {
        (Some(state), None) => format!(" --state {}", quoted_path(state)),
        _ => global.repeated(),
    }
}

/// The flag that names the identity, where one is known to read these secrets; none where the environment does.
fn identity(config: &Path, project: &Project) -> String {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if set("HOOKWRIGHT_IDENTITY_FILE") || set("HOOKWRIGHT_IDENTITY") {
        return String::new();
    }
    let beside = config.with_file_name("identity.txt");
    let known = std::iter::once(beside).chain(identity::default_file()).find(|path| opens(path, project));
    format!(" --identity {}", known.map_or_else(|| "FILE".to_owned(), |path| quoted_path(&path)))
}

/// Whether the file says a public key that is a recipient. The private key in it is not looked at.
fn opens(path: &Path, project: &Project) -> bool {
    let Ok(file) = disk::open(path, disk::options().read(true)) else { return false };
    let lines = BufReader::new(file.take(MOST_HEAD)).lines().map_while(Result::ok);
    let keys = lines.take_while(|line| line.starts_with('#'));
    let mut keys = keys.filter_map(|line| line.strip_prefix("# public key: ").map(str::to_owned));
    keys.any(|key| project.recipients.iter().any(|recipient| recipient.as_str() == key))
}

/// A path as seen from the working folder.
fn here(path: &Path) -> PathBuf {
    let folder = std::env::current_dir().and_then(|folder| folder.canonicalize());
    folder.ok().and_then(|folder| path.strip_prefix(folder).ok()).unwrap_or(path).to_owned()
}
