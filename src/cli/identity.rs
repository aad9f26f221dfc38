//! Who reads, from flag and environment; the plugins that a run may start; and the terminal that they and locked keys
//! may ask on.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use zeroize::Zeroizing;

use super::{Failure, terminal};
use crate::endpoint::Name;
use crate::quote::escaped;
use crate::secrets::{
    BadIdentity, Binding, ExposeSecret, Identities, OpenError, Plugins, Prompt, Recipient, Sealer, SecretString, open,
};
use crate::state::Managed;

/// The most bytes that an identity file may have.
const MOST_BYTES: u64 = 1 << 20;

/// What a plugin gets of our environment: enough to run, to find its own files and to reach a terminal's agent.
const FOR_PLUGINS: [&str; 9] =
    ["DISPLAY", "GPG_TTY", "HOME", "LANG", "PATH", "TERM", "TMPDIR", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"];

/// Who reads.
#[derive(Debug, Args)]
pub struct IdentityArgs {
    /// An age identity file, or an ssh private key (repeatable) [env: HOOKWRIGHT_IDENTITY_FILE; HOOKWRIGHT_IDENTITY is
    /// the identity itself]
    #[arg(short, long, value_name = "FILE")]
    identity: Vec<PathBuf>,
}

impl IdentityArgs {
    /// The identities that the flags name, else the environment's.
    pub fn read(&self) -> Result<Identities, Failure> {
        let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
        let mut files = self.identity.clone();
        if files.is_empty() {
            files.extend(variable("HOOKWRIGHT_IDENTITY_FILE").map(PathBuf::from));
        }
        let plugins = plugins();
        let mut all: Option<Identities> = None;
        for path in &files {
            let more = from_file(path, &plugins)?;
            match &mut all {
                Some(all) => all.extend(more),
                None => all = Some(more),
            }
        }
        if let Some(all) = all {
            return Ok(all);
        }
        let Some(text) = variable("HOOKWRIGHT_IDENTITY") else {
            return Err(Failure::new("no identity to read the secret with")
                .hint("pass --identity FILE, or set HOOKWRIGHT_IDENTITY_FILE or HOOKWRIGHT_IDENTITY"));
        };
        let text = Zeroizing::new(std::os::unix::ffi::OsStringExt::into_vec(text));
        parse(&text, "HOOKWRIGHT_IDENTITY", &plugins)
    }
}

fn from_file(path: &Path, plugins: &Plugins) -> Result<Identities, Failure> {
    let shown = terminal::path(path);
    let bytes = crate::disk::read_named(path, MOST_BYTES).map(Zeroizing::new);
    let bytes = bytes.map_err(|e| {
        let failure = Failure::caused(format!("could not read the identity file {shown}"), &e);
        if e.kind() != std::io::ErrorKind::NotFound {
            return failure;
        }
        failure.hint("name the private key's file; `hookwright init` makes ~/.config/hookwright/identity.txt")
    })?;
    if let Ok(meta) = std::fs::metadata(path) {
        let mode = std::os::unix::fs::PermissionsExt::mode(&meta.permissions());
        if meta.is_file() && mode & 0o077 != 0 {
            let who = if mode & 0o007 != 0 { "everybody on this machine" } else { "its group" };
            terminal::warn(&format!("the identity file {shown} is open to {who} (mode {:04o})", mode & 0o7777));
            terminal::help(&format!("chmod 600 {}", escaped(&path.display().to_string())));
        }
    }
    parse(&bytes, &shown, plugins)
}

fn parse(bytes: &[u8], from: &str, plugins: &Plugins) -> Result<Identities, Failure> {
    learn(bytes);
    Identities::parse(bytes, from, plugins).map_err(|error| {
        let failure = Failure::new(format!("{from}: {error}"));
        match error {
            BadIdentity::NobodyToAsk => failure.hint("run it on a terminal, or give an identity without a passphrase"),
            BadIdentity::Recipient(_) => failure.hint("name the file of the private key that belongs to it"),
            BadIdentity::Line(_) | BadIdentity::Empty => failure.hint(
                "an identity file has AGE-SECRET-KEY-1… lines, as age-keygen makes them, or is an ssh private key",
            ),
            _ => failure,
        }
    })
}

/// An identity is a secret of this run, a damaged one too. An ssh key's lines are not: most of them are its public half.
pub fn learn(identity: &[u8]) {
    let Ok(text) = std::str::from_utf8(identity) else { return };
    let of_age = |line: &&str| line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("AGE-"));
    text.lines().map(str::trim).filter(of_age).for_each(crate::mask::learn);
}

/// Opens one endpoint's secret; every refusal names its entry.
pub fn reveal(lineage: &str, name: &Name, managed: &Managed, with: &Identities) -> Result<SecretString, Failure> {
    let what = || match managed.until {
        None => format!("the secret of `{name}`"),
        Some(_) => format!("the secret of `{name}` (deposed, {})", managed.endpoint_id),
    };
    let Some(sealed) = &managed.secret else {
        return Err(Failure::new(format!("{} is not known: the endpoint was imported without it", what()))
            .hint("raise its rotation in the configuration to get a new one"));
    };
    let binding = Binding { lineage, endpoint_id: &managed.endpoint_id };
    let secret = open(sealed, binding, with).map_err(|error| {
        let failure = Failure::new(format!("{} was not opened: {error}", what()));
        match error {
            OpenError::NoMatchingIdentity => {
                let expected: Vec<String> = managed.sealed_to.iter().map(|r| escaped(r)).collect();
                failure.hint(format!("it is sealed to {}", expected.join(", ")))
            }
            OpenError::Damaged(_) => failure.hint("restore the state from version control or a backup"),
            OpenError::Elsewhere(_) => failure.hint("restore the state: somebody edited it"),
            OpenError::Plugin(_) => failure.hint("install the plugin, or name another identity with --identity FILE"),
        }
    })?;
    crate::mask::learn(secret.expose_secret());
    if secret.expose_secret().is_empty() {
        return Err(Failure::new(format!("{} is empty", what())).hint("raise its rotation to get a new one"));
    }
    Ok(secret)
}

/// A sealer that has proven that every recipient can be encrypted to. Plugins run here, and nowhere before.
pub fn sealer(recipients: &[Recipient]) -> Result<Sealer, Failure> {
    Sealer::probed(recipients.to_vec(), plugins()).map_err(|e| Failure::chain(&e))
}

/// The plugins of this machine, with an environment that holds neither the API key nor an identity.
fn plugins() -> Plugins {
    let folders = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let environment =
        FOR_PLUGINS.iter().filter_map(|name| Some(((*name).to_owned(), std::env::var_os(name)?))).collect();
    Plugins { folders, environment, prompt: Arc::new(Terminal) }
}

/// The terminal of this process.
struct Terminal;

impl Prompt for Terminal {
    fn say(&self, message: &str) {
        terminal::say(message);
    }

    fn passphrase(&self, what: &str) -> Option<SecretString> {
        // The terminal itself, whatever stdin and stdout are; it fails where there is none.
        rpassword::prompt_password(format!("{what}: ")).ok().map(SecretString::from)
    }
}
