//! Who does read: age identities, private keys. Needed by the `secret` commands alone, never by plan or apply.

mod pkcs8;
mod ssh;
#[cfg(test)]
mod tests;

use std::io::Read;
use std::str::FromStr;
use std::sync::Mutex;

use age::armor::ArmoredReader;
use age::secrecy::SecretString;
use zeroize::Zeroizing;

use super::plugin::PluginIdentities;
use super::{Plugins, Recipient};

/// The most bytes of an identity file.
const MOST_BYTES: usize = 1 << 20;

/// Private keys that decrypt secrets. Its `Debug` shows how many, nothing more.
pub(crate) struct Identities {
    native: Vec<Box<dyn age::Identity>>,
    // Asked last: what we can decrypt ourselves needs no process, and nobody's finger on a key.
    of_plugins: Vec<PluginIdentities>,
}

/// A text that is no identity file, or one that stayed locked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadIdentity {
    /// A line is no identity. It is named and not shown: it may be a mistyped private key.
    #[error("line {0} is no age identity")]
    Line(usize),
    /// The file holds no identity at all.
    #[error("no identity in it")]
    Empty,
    /// Larger than any identity file.
    #[error("larger than 1 MiB: no identity file")]
    TooLarge,
    /// Not UTF-8.
    #[error("not UTF-8: no identity file")]
    NotText,
    /// Recipients, where identities belong.
    #[error("line {0} is a public key: it can encrypt and not decrypt")]
    Recipient(usize),
    /// A native post-quantum identity of age 1.3.
    #[error("line {0} is a post-quantum identity of age 1.3, which hookwright reads with through a plugin alone")]
    PostQuantum(usize),
    /// An ssh key that is damaged, or of a kind that age cannot read with.
    #[error("an ssh key that age cannot read with: {0}")]
    Ssh(&'static str),
    /// A locked key, and nobody to ask for its passphrase.
    #[error("locked with a passphrase, and there is no terminal to ask for it")]
    NobodyToAsk,
    /// The passphrase is another.
    #[error("the passphrase is wrong, or the file is damaged")]
    Locked,
    /// An encrypted file that no passphrase decrypts.
    #[error("an age file that is not locked with a passphrase; decrypt it first, and name what is in it")]
    Encrypted,
}

impl Identities {
    /// Reads an identity file: `AGE-SECRET-KEY-1…` and `AGE-PLUGIN-…` lines with `#` comments, the same locked with a
    /// passphrase by age, or an ssh private key.
    ///
    /// `from` names the file where a passphrase is asked for, which happens once. No plugin runs.
    pub(crate) fn parse(bytes: &[u8], from: &str, plugins: &Plugins) -> Result<Self, BadIdentity> {
        if bytes.len() > MOST_BYTES {
            return Err(BadIdentity::TooLarge);
        }
        if bytes.starts_with(b"age-encryption.org/") || bytes.trim_ascii_start().starts_with(b"-----BEGIN AGE ") {
            return lines(&unlocked(bytes, from, plugins)?, plugins);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| BadIdentity::NotText)?;
        match text.trim_start() {
            pem if pem.starts_with("-----BEGIN PRIVATE KEY-----") => ssh::read(&pkcs8::as_ssh(pem)?, from, plugins),
            pem if pem.starts_with("-----BEGIN ") => ssh::read(pem, from, plugins),
            _ => lines(bytes, plugins),
        }
    }

    /// Adds those of another file.
    pub(crate) fn extend(&mut self, more: Self) {
        self.native.extend(more.native);
        self.of_plugins.extend(more.of_plugins);
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &dyn age::Identity> {
        let of_plugins = self.of_plugins.iter().map(|of_one| of_one as &dyn age::Identity);
        self.native.iter().map(AsRef::as_ref).chain(of_plugins)
    }

    /// What went wrong in plugins since this was last asked, in words.
    pub(super) fn failures(&self) -> Vec<String> {
        let failed = self.of_plugins.iter().flat_map(|of_one| {
            std::mem::take(&mut *of_one.failed.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
        });
        failed.map(|error| with_causes(&error)).collect()
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    causes.fold(error.to_string(), |told, cause| format!("{told}: {}", crate::quote::escaped(&cause.to_string())))
}

fn ask(from: &str, plugins: &Plugins) -> Result<SecretString, BadIdentity> {
    plugins.prompt.passphrase(&format!("Passphrase of {from}")).ok_or(BadIdentity::NobodyToAsk)
}

/// What is in an identity file that age locked with a passphrase.
fn unlocked(bytes: &[u8], from: &str, plugins: &Plugins) -> Result<Zeroizing<Vec<u8>>, BadIdentity> {
    let decryptor = age::Decryptor::new_buffered(ArmoredReader::new(bytes)).map_err(|_| BadIdentity::Locked)?;
    if !decryptor.is_scrypt() {
        return Err(BadIdentity::Encrypted);
    }
    let key = age::scrypt::Identity::new(ask(from, plugins)?);
    let reader = decryptor.decrypt(std::iter::once(&key as &dyn age::Identity)).map_err(|_| BadIdentity::Locked)?;
    // Room for everything at once, so that growing leaves no copy of a key behind.
    let mut plaintext = Zeroizing::new(Vec::with_capacity(bytes.len()));
    reader.take(MOST_BYTES as u64).read_to_end(&mut plaintext).map_err(|_| BadIdentity::Locked)?;
    Ok(plaintext)
}

fn lines(bytes: &[u8], plugins: &Plugins) -> Result<Identities, BadIdentity> {
    let text = std::str::from_utf8(bytes).map_err(|_| BadIdentity::NotText)?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut native, mut of_plugins) = (Vec::<Box<dyn age::Identity>>::new(), Vec::<PluginIdentities>::new());
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Ok(key) = age::x25519::Identity::from_str(line) {
            native.push(Box::new(key));
        } else if let Ok(identity) = age::plugin::Identity::from_str(line) {
            let name = identity.plugin();
            let secret = SecretString::from(line.to_owned());
            match of_plugins.iter_mut().find(|of_one| of_one.name == name) {
                Some(of_one) => of_one.identities.push(secret),
                None => of_plugins.push(PluginIdentities {
                    name: name.to_owned(),
                    identities: vec![secret],
                    plugins: plugins.clone(),
                    failed: Mutex::default(),
                }),
            }
        } else if line.to_ascii_uppercase().starts_with("AGE-SECRET-KEY-PQ-1") {
            return Err(BadIdentity::PostQuantum(number));
        } else if Recipient::parse(line).is_ok() {
            return Err(BadIdentity::Recipient(number));
        } else {
            return Err(BadIdentity::Line(number));
        }
    }
    if native.is_empty() && of_plugins.is_empty() {
        return Err(BadIdentity::Empty);
    }
    Ok(Identities { native, of_plugins })
}

impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identities({} redacted)", self.native.len() + self.of_plugins.len())
    }
}

/// Makes a fresh X25519 identity and its recipient.
pub fn generate_identity() -> (SecretString, Recipient) {
    let identity = age::x25519::Identity::generate();
    let recipient = Recipient::parse(&identity.to_public().to_string()).expect("age prints what age reads");
    (identity.to_string(), recipient)
}
