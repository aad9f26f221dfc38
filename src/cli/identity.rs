//! Who reads, from flag and environment; the plugins that a run may start; and the terminal that they and locked keys
//! may ask on.

use std::ffi::OsStr;
use std::io::Read;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use zeroize::Zeroizing;

use super::failure::Failure;
use super::terminal;
use crate::endpoint::Name;
use crate::quote::escaped;
use crate::secrets::{
    BadIdentity, Binding, DecryptError, ExposeSecret, Identities, Plugins, Prompt, Recipient, SecretEncryptor,
    SecretString, decrypt,
};
use crate::state::Managed;

/// The most bytes that an identity file may have.
const MOST_BYTES: u64 = 1 << 20;

/// What a plugin does not get of our environment: every variable that begins so holds a secret of ours. It needs the
/// rest: credentials of a key service, a token's PIN, the sockets of agents.
const NOT_FOR_PLUGINS: [&str; 2] = ["VIDEOGEN_API_KEY", "HOOKWRIGHT_IDENTITY"];
/// The most bytes of an identity on standard input, and one more to know.
const MOST_IDENTITY: u64 = MOST_BYTES + 1;

/// Who reads.
#[derive(Debug, Args)]
pub(super) struct IdentityArgs {
    /// An age identity file, or an ssh private key; `-` is stdin (repeatable) [env: HOOKWRIGHT_IDENTITY_FILE;
    /// HOOKWRIGHT_IDENTITY is the identity itself; default: the one that `init` wrote]
    #[arg(short, long, value_name = "FILE")]
    identity: Vec<PathBuf>,
}

/// Who reads, and where that was found.
pub(super) struct Reader {
    identities: Identities,
    /// The file that `init` wrote, where nobody named another.
    from_init: Option<PathBuf>,
}

impl From<Identities> for Reader {
    fn from(identities: Identities) -> Self {
        Self { identities, from_init: None }
    }
}

impl IdentityArgs {
    /// The identities that the flags name, else the environment's, else the one that `init` wrote.
    pub(super) fn read(&self) -> Result<Reader, Failure> {
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
            return Ok(all.into());
        }
        let Some(text) = variable("HOOKWRIGHT_IDENTITY") else { return from_init(&plugins) };
        let text = Zeroizing::new(std::os::unix::ffi::OsStringExt::into_vec(text));
        parse(&text, "HOOKWRIGHT_IDENTITY", &plugins).map(Reader::from)
    }
}

/// The identity that `init` wrote where nothing else was named.
fn from_init(plugins: &Plugins) -> Result<Reader, Failure> {
    match default_file() {
        Ok(path) if path.is_file() => {
            let identities = from_file(&path, plugins)?;
            Ok(Reader { identities, from_init: Some(path) })
        }
        _ => Err(Failure::new("no identity to read the secret with")
            .hint("pass --identity FILE, or set HOOKWRIGHT_IDENTITY_FILE or HOOKWRIGHT_IDENTITY")),
    }
}

/// The file that `init` writes an identity to, and that is read where no other is named.
pub(super) fn default_file() -> Result<PathBuf, Failure> {
    let folder = |name: &str| std::env::var_os(name).filter(|v| !v.is_empty()).map(PathBuf::from);
    let config = folder("XDG_CONFIG_HOME").or_else(|| folder("HOME").map(|home| home.join(".config")));
    let config = config.ok_or_else(|| {
        Failure::new("neither XDG_CONFIG_HOME nor HOME is set").hint("say where the identity goes: --identity FILE")
    })?;
    Ok(config.join("hookwright").join("identity.txt"))
}

fn from_file(path: &Path, plugins: &Plugins) -> Result<Identities, Failure> {
    if path == Path::new("-") {
        let bytes = read_all(std::io::stdin().lock());
        let bytes = bytes.map_err(|e| Failure::caused("could not read the identity from stdin", &e))?;
        return parse(&bytes, "the identity from stdin", plugins);
    }
    let shown = terminal::path(path);
    let bytes = crate::disk::read_named(path, MOST_BYTES).map(Zeroizing::new);
    let bytes = bytes.map_err(|e| {
        let failure = Failure::caused(format!("could not read the identity file {shown}"), &e);
        if e.kind() != std::io::ErrorKind::NotFound {
            return failure;
        }
        failure.hint("name the private key's file; `hookwright init` makes ~/.config/hookwright/identity.txt")
    })?;
    let identities = parse(&bytes, &shown, plugins)?;
    if let Ok(meta) = std::fs::metadata(path) {
        let mode = std::os::unix::fs::PermissionsExt::mode(&meta.permissions());
        if meta.is_file() && mode & 0o077 != 0 {
            let who = if mode & 0o007 != 0 { "everybody on this machine" } else { "its group" };
            terminal::warn(&format!("the identity file {shown} is open to {who} (mode {:04o})", mode & 0o7777));
            terminal::hint(&format!("chmod 600 {}", escaped(&path.display().to_string())));
        }
    }
    Ok(identities)
}

/// At most one byte more than an identity file may have.
fn read_all(from: impl Read) -> std::io::Result<Zeroizing<Vec<u8>>> {
    // Room for everything at once, so that growing leaves no copy of a key behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(MOST_IDENTITY as usize));
    from.take(MOST_IDENTITY).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn parse(bytes: &[u8], from: &str, plugins: &Plugins) -> Result<Identities, Failure> {
    learn(bytes);
    Identities::parse(bytes, from, plugins).map_err(|error| {
        let failure = Failure::new(format!("{from}: {error}"));
        match error {
            BadIdentity::NobodyToAsk => failure.hint("run it on a terminal, or give an identity without a passphrase"),
            BadIdentity::PostQuantum(_) => {
                failure.hint("`age-plugin-pq -identity` makes an AGE-PLUGIN-PQ-1… line of it: name the file of that")
            }
            BadIdentity::Recipient(_) => failure.hint("name the file of the private key that belongs to it"),
            BadIdentity::Line(_) | BadIdentity::Empty => failure.hint(
                "an identity file has AGE-SECRET-KEY-1… lines, as age-keygen makes them, or is an ssh private key",
            ),
            _ => failure,
        }
    })
}

/// An identity is a secret of this run, a damaged one too. An ssh key's lines are not: most of them are its public half.
pub(super) fn learn(identity: &[u8]) {
    let Ok(text) = std::str::from_utf8(identity) else { return };
    let of_age = |line: &&str| line.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("AGE-"));
    text.lines().map(str::trim).filter(of_age).for_each(crate::mask::learn);
}

/// Opens one endpoint's secret; every refusal names its entry.
pub(super) fn reveal(lineage: &str, name: &Name, managed: &Managed, with: &Reader) -> Result<SecretString, Failure> {
    let what = || match managed.until {
        None => format!("the secret of `{name}`"),
        Some(_) => format!("the secret of `{name}` (deposed, {})", managed.endpoint_id),
    };
    let Some(encrypted) = &managed.secret else {
        let add = format!("somebody who has it can add it: `hookwright import {name} --secret-stdin`");
        return Err(Failure::new(format!("{} is not known: the endpoint was imported without it", what()))
            .hint(format!("{add}; or raise its rotation in the configuration to get a new one")));
    };
    let binding = Binding { lineage, endpoint_id: &managed.endpoint_id };
    let secret = decrypt(encrypted, binding, &with.identities).map_err(|error| {
        let why = match (&error, &with.from_init) {
            (DecryptError::NoMatchingIdentity, Some(path)) => {
                format!("the identity that `init` wrote ({}) cannot decrypt it", terminal::path(path))
            }
            _ => error.to_string(),
        };
        let failure = Failure::new(format!("{} was not decrypted: {why}", what()));
        match error {
            DecryptError::NoMatchingIdentity => {
                let expected: Vec<String> = managed.sealed_to.iter().map(|r| escaped(r)).collect();
                failure.hint(format!(
                    "it is encrypted to {}; name the identity of one of them with --identity FILE",
                    expected.join(", ")
                ))
            }
            DecryptError::Damaged(_) => failure.hint("restore the state from version control or a backup"),
            DecryptError::Elsewhere(_) => failure.hint("restore the state: somebody edited it"),
            DecryptError::Plugin(_) => {
                failure.hint("install the plugin, or name another identity with --identity FILE")
            }
        }
    })?;
    crate::mask::learn(secret.expose_secret());
    if secret.expose_secret().is_empty() {
        return Err(Failure::new(format!("{} is empty", what())).hint("raise its rotation to get a new one"));
    }
    Ok(secret)
}

/// An encryptor that has proven that every recipient can be encrypted to. Plugins run here, and nowhere before.
pub(super) fn encryptor(recipients: &[Recipient]) -> Result<SecretEncryptor, Failure> {
    SecretEncryptor::probed(recipients.to_vec(), plugins()).map_err(|e| Failure::chain(&e))
}

/// The plugins of this machine, with an environment that holds neither an API key nor an identity.
pub(super) fn plugins() -> Plugins {
    let folders = std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let is_ours = |name: &OsStr| NOT_FOR_PLUGINS.iter().any(|start| name.as_bytes().starts_with(start.as_bytes()));
    let environment = std::env::vars_os().filter(|(name, _)| !is_ours(name)).collect();
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
