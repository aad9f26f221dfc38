//! Who does read: age identities, private keys. Needed by the `secret` commands alone, never by plan or apply.

use std::io::{BufReader, Read};
use std::str::FromStr;

use age::armor::ArmoredReader;
use age::secrecy::SecretString;
use zeroize::Zeroizing;

use super::plugin::PluginIdentities;
use super::{Plugins, Recipient};

/// The most bytes of an identity file.
const MOST_BYTES: usize = 1 << 20;

/// Private keys that open sealed secrets. Its `Debug` shows how many, nothing more.
pub struct Identities(Vec<Box<dyn age::Identity>>);

/// A text that is no identity file, or one that stayed locked.
#[derive(Debug, thiserror::Error)]
pub enum BadIdentity {
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
    #[error("line {0} is a public key: it can seal and not open")]
    Recipient(usize),
    /// An ssh key that is damaged, or of a kind that age cannot read with.
    #[error("an ssh key that age cannot read with: {0}")]
    Ssh(&'static str),
    /// A locked key, and nobody to ask for its passphrase.
    #[error("locked with a passphrase, and there is no terminal to ask for it")]
    NobodyToAsk,
    /// The passphrase is another.
    #[error("the passphrase is wrong, or the file is damaged")]
    Locked,
    /// An encrypted file that no passphrase opens.
    #[error("an age file that is not locked with a passphrase: open it first, and name what is in it")]
    Sealed,
}

impl Identities {
    /// Reads an identity file: `AGE-SECRET-KEY-1…` and `AGE-PLUGIN-…` lines with `#` comments, the same locked with a
    /// passphrase by age, or an ssh private key.
    ///
    /// `from` names the file where a passphrase is asked for, which happens once. No plugin runs.
    pub fn parse(bytes: &[u8], from: &str, plugins: &Plugins) -> Result<Self, BadIdentity> {
        if bytes.len() > MOST_BYTES {
            return Err(BadIdentity::TooLarge);
        }
        if bytes.starts_with(b"age-encryption.org/") || bytes.trim_ascii_start().starts_with(b"-----BEGIN AGE ") {
            return lines(&unlocked(bytes, from, plugins)?, plugins);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| BadIdentity::NotText)?;
        if text.trim_start().starts_with("-----BEGIN ") { ssh(text, from, plugins) } else { lines(bytes, plugins) }
    }

    /// Adds those of another file.
    pub fn extend(&mut self, more: Self) {
        self.0.extend(more.0);
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(AsRef::as_ref)
    }
}

fn ask(from: &str, plugins: &Plugins) -> Result<SecretString, BadIdentity> {
    plugins.prompt.passphrase(&format!("Passphrase of {from}")).ok_or(BadIdentity::NobodyToAsk)
}

/// What is in an identity file that age locked with a passphrase.
fn unlocked(bytes: &[u8], from: &str, plugins: &Plugins) -> Result<Zeroizing<Vec<u8>>, BadIdentity> {
    let decryptor = age::Decryptor::new_buffered(ArmoredReader::new(bytes)).map_err(|_| BadIdentity::Locked)?;
    if !decryptor.is_scrypt() {
        return Err(BadIdentity::Sealed);
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
    let mut keys: Vec<Box<dyn age::Identity>> = Vec::new();
    let mut of_plugins: Vec<PluginIdentities> = Vec::new();
    for (number, line) in (1..).zip(text.lines().map(str::trim)) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Ok(key) = age::x25519::Identity::from_str(line) {
            keys.push(Box::new(key));
        } else if let Ok(identity) = age::plugin::Identity::from_str(line) {
            let name = identity.plugin();
            let secret = SecretString::from(line.to_owned());
            match of_plugins.iter_mut().find(|of_one| of_one.name == name) {
                Some(of_one) => of_one.identities.push(secret),
                None => of_plugins.push(PluginIdentities {
                    name: name.to_owned(),
                    identities: vec![secret],
                    plugins: plugins.clone(),
                }),
            }
        } else if Recipient::parse(line).is_ok() {
            return Err(BadIdentity::Recipient(number));
        } else {
            return Err(BadIdentity::Line(number));
        }
    }
    // Plugins last: what we can open ourselves needs no process, and nobody's finger on a key.
    keys.extend(of_plugins.into_iter().map(|of_one| Box::new(of_one) as Box<dyn age::Identity>));
    if keys.is_empty() { Err(BadIdentity::Empty) } else { Ok(Identities(keys)) }
}

/// An ssh private key; a locked one is unlocked here, once, and not anew for each secret.
fn ssh(text: &str, from: &str, plugins: &Plugins) -> Result<Identities, BadIdentity> {
    use age::ssh::{Identity, UnsupportedKey};
    let text = Zeroizing::new(format!("{}\n", text.trim()));
    let damaged = |_| BadIdentity::Ssh("it is damaged, or no private key");
    let identity = match Identity::from_buffer(BufReader::new(text.as_bytes()), None).map_err(damaged)? {
        Identity::Encrypted(key) => Identity::from(key.decrypt(ask(from, plugins)?).map_err(|_| BadIdentity::Locked)?),
        Identity::Unsupported(why) => {
            return Err(BadIdentity::Ssh(match why {
                UnsupportedKey::EncryptedPem => "its old form is not safe; `ssh-keygen -o -p` writes the new one",
                UnsupportedKey::EncryptedSsh(_) => "its cipher is not supported",
                UnsupportedKey::Hardware(_) => "it is on a hardware key",
                UnsupportedKey::Type(_) => "only ed25519 and rsa can be read with",
            }));
        }
        plain @ Identity::Unencrypted(_) => plain,
    };
    Ok(Identities(vec![Box::new(identity)]))
}

impl std::fmt::Debug for Identities {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Identities({} redacted)", self.0.len())
    }
}

/// Makes a fresh X25519 identity and its recipient.
pub fn generate_identity() -> (SecretString, Recipient) {
    let identity = age::x25519::Identity::generate();
    let recipient = Recipient::parse(&identity.to_public().to_string()).expect("age prints what age reads");
    (identity.to_string(), recipient)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use age::secrecy::ExposeSecret;
    use proptest::prelude::*;

    use super::super::Prompt;
    use super::*;

    fn parsed(text: &str) -> Result<Identities, BadIdentity> {
        Identities::parse(text.as_bytes(), "key", &Plugins::none())
    }

    #[test]
    fn a_file_may_have_several_keys_and_comments() {
        let keys = [generate_identity().0, generate_identity().0];
        let text = format!("# a\r\n{}\r\n\n  {}\n", keys[0].expose_secret(), keys[1].expose_secret());
        assert_eq!(parsed(&text).unwrap().0.len(), 2);
    }

    #[test]
    fn a_bad_line_is_named_and_not_shown() {
        let (key, recipient) = generate_identity();
        let cut = &key.expose_secret()[..40];
        let error = parsed(&format!("# x\n{cut}\n")).unwrap_err().to_string();
        assert_eq!(error, "line 2 is no age identity");
        assert!(matches!(parsed(recipient.as_str()), Err(BadIdentity::Recipient(1))));
        assert!(matches!(parsed("# nothing\n"), Err(BadIdentity::Empty)));
        assert!(matches!(parsed("-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n"), Err(BadIdentity::Ssh(_))));
    }

    /// Somebody who always answers the same, and counts.
    struct Answers(&'static str, AtomicU32);

    impl Prompt for Answers {
        fn say(&self, _: &str) {}

        fn passphrase(&self, _: &str) -> Option<SecretString> {
            self.1.fetch_add(1, Ordering::SeqCst);
            Some(SecretString::from(self.0))
        }
    }

    fn asked(text: &[u8], passphrase: &'static str) -> (Result<Identities, BadIdentity>, u32) {
        let prompt = Arc::new(Answers(passphrase, AtomicU32::new(0)));
        let parsed = Identities::parse(text, "key", &Plugins { prompt: prompt.clone(), ..Plugins::none() });
        (parsed, prompt.1.load(Ordering::SeqCst))
    }

    #[test]
    fn a_locked_ssh_key_is_asked_for_once_however_much_it_opens() {
        let text = include_bytes!("../../tests/keys/ed25519-locked");
        let (identities, times) = asked(text, "horse");
        let recipient = Recipient::parse(include_str!("../../tests/keys/ed25519-locked.pub")).unwrap();
        let sealer = super::super::Sealer::probed(vec![recipient], Plugins::none()).unwrap();
        let id = crate::endpoint::EndpointId::new("ep_1");
        let home = super::super::Binding { lineage: "l", endpoint_id: &id };
        let identities = identities.unwrap();
        for secret in ["a", "b"] {
            let sealed = sealer.seal(home, &secret.into()).unwrap();
            assert_eq!(super::super::open(&sealed, home, &identities).unwrap().expose_secret(), secret);
        }
        assert_eq!(times, 1);
        assert!(matches!(asked(text, "cow"), (Err(BadIdentity::Locked), 1)));
        assert!(matches!(Identities::parse(text, "key", &Plugins::none()), Err(BadIdentity::NobodyToAsk)));
    }

    #[test]
    fn an_identity_file_locked_with_a_passphrase_is_unlocked() {
        let mut key = age::scrypt::Recipient::new(SecretString::from("horse"));
        key.set_work_factor(4);
        let encryptor = age::Encryptor::with_recipients(std::iter::once(&key as &dyn age::Recipient)).unwrap();
        let mut locked = Vec::new();
        let mut writer = encryptor.wrap_output(&mut locked).unwrap();
        writer.write_all(generate_identity().0.expose_secret().as_bytes()).unwrap();
        writer.finish().unwrap();
        assert_eq!(asked(&locked, "horse").0.unwrap().0.len(), 1);
        assert!(matches!(asked(&locked, "cow"), (Err(BadIdentity::Locked), 1)));
        assert!(matches!(asked(&locked[..60], "horse").0, Err(BadIdentity::Locked)));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(start in prop::sample::select(vec![
            "", "AGE-SECRET-KEY-1", "AGE-PLUGIN-X-1", "age-encryption.org/v1\n-> scrypt ", "-----BEGIN AGE ENCRYPTED FILE-----\n",
            "-----BEGIN OPENSSH PRIVATE KEY-----\n", "-----BEGIN RSA PRIVATE KEY-----\n",
        ]), rest in prop::collection::vec(any::<u8>(), 0..300)) {
            let bytes = [start.as_bytes(), &rest].concat();
            let _ = Identities::parse(&bytes, "key", &Plugins::none());
        }
    }
}
