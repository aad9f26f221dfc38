//! Who does read: age identities, private keys. Needed by the `secret` commands alone, never by plan or apply.

use std::io::{BufReader, Read};
use std::str::FromStr;
use std::sync::Mutex;

use age::armor::ArmoredReader;
use age::secrecy::SecretString;
use zeroize::Zeroizing;

use super::plugin::PluginIdentities;
use super::{Plugins, Recipient, pkcs8};

/// The most bytes of an identity file.
const MOST_BYTES: usize = 1 << 20;

/// Private keys that open sealed secrets. Its `Debug` shows how many, nothing more.
pub struct Identities {
    native: Vec<Box<dyn age::Identity>>,
    // Asked last: what we can open ourselves needs no process, and nobody's finger on a key.
    of_plugins: Vec<PluginIdentities>,
}

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
        match text.trim_start() {
            pem if pem.starts_with("-----BEGIN PRIVATE KEY-----") => ssh(&pkcs8::as_ssh(pem)?, from, plugins),
            pem if pem.starts_with("-----BEGIN ") => ssh(pem, from, plugins),
            _ => lines(bytes, plugins),
        }
    }

    /// Adds those of another file.
    pub fn extend(&mut self, more: Self) {
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

/// An ssh private key; a locked one is unlocked here, once, and not anew for each secret.
fn ssh(text: &str, from: &str, plugins: &Plugins) -> Result<Identities, BadIdentity> {
    use age::ssh::{Identity, UnsupportedKey};
    let text = Zeroizing::new(format!("{}\n", text.trim()));
    match text.lines().next().unwrap_or_default() {
        "-----BEGIN ENCRYPTED PRIVATE KEY-----" => {
            return Err(BadIdentity::Ssh("it is locked in PKCS#8's form; `ssh-keygen -o -p -f FILE` writes ssh's own"));
        }
        "-----BEGIN EC PRIVATE KEY-----" | "-----BEGIN DSA PRIVATE KEY-----" => {
            return Err(BadIdentity::Ssh("only ed25519 and rsa can be read with"));
        }
        _ => {}
    }
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
    Ok(Identities { native: vec![Box::new(identity)], of_plugins: Vec::new() })
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
        assert_eq!(parsed(&text).unwrap().native.len(), 2);
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

    #[test]
    fn a_native_post_quantum_identity_is_named() {
        let key = "AGE-SECRET-KEY-PQ-1QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSWPC8QURSV4PSY7";
        assert!(matches!(parsed(&format!("# age 1.3\n{key}\n")), Err(BadIdentity::PostQuantum(2))));
    }

    #[test]
    fn keys_in_pkcs8_open_what_their_ssh_form_opens() {
        for (public, private) in [
            (include_str!("../../tests/keys/ed25519.pub"), include_str!("../../tests/keys/ed25519.pkcs8")),
            (include_str!("../../tests/keys/rsa.pub"), include_str!("../../tests/keys/rsa.pkcs8")),
        ] {
            let recipient = Recipient::parse(public).unwrap();
            let sealer = super::super::Sealer::probed(vec![recipient], Plugins::none()).unwrap();
            let id = crate::endpoint::EndpointId::new("ep_1");
            let home = super::super::Binding { lineage: "l", endpoint_id: &id };
            let sealed = sealer.seal(home, &"whsec_a".into()).unwrap();
            let opened = super::super::open(&sealed, home, &parsed(&format!("\n{private}")).unwrap());
            assert_eq!(opened.unwrap().expose_secret(), "whsec_a");
        }
    }

    #[test]
    fn keys_that_age_cannot_read_with_are_told_from_damaged_ones() {
        let why = |text: &str| parsed(text).unwrap_err().to_string();
        // A key on the curve P-256.
        let ec = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgB9ac5FEce+KWsKRB\n\
                  l4Lt6QUKyUIZ+qAe29qrrVpg1wahRANCAAS9AWIy+ca6TtEI0jmSRDwtwtI5z1+G\n\
                  QTDCl7EwEdMXK9t5QBXXCNV4hHC9B9J1/guoBMVeadfv6JPYpU7gTcq2\n-----END PRIVATE KEY-----\n";
        assert!(why(ec).ends_with("only ed25519 and rsa can be read with"));
        assert!(why("-----BEGIN EC PRIVATE KEY-----\nAAAA\n").ends_with("only ed25519 and rsa can be read with"));
        assert!(why("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n").contains("`ssh-keygen -o -p -f FILE`"));
        assert!(why("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----").contains("damaged"));
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
        assert_eq!(asked(&locked, "horse").0.unwrap().native.len(), 1);
        assert!(matches!(asked(&locked, "cow"), (Err(BadIdentity::Locked), 1)));
        assert!(matches!(asked(&locked[..60], "horse").0, Err(BadIdentity::Locked)));
    }

    proptest! {
        #[test]
        fn arbitrary_bytes_never_panic(start in prop::sample::select(vec![
            "", "AGE-SECRET-KEY-1", "AGE-PLUGIN-X-1", "age-encryption.org/v1\n-> scrypt ", "-----BEGIN AGE ENCRYPTED FILE-----\n",
            "-----BEGIN OPENSSH PRIVATE KEY-----\n", "-----BEGIN RSA PRIVATE KEY-----\n", "-----BEGIN PRIVATE KEY-----\n",
        ]), rest in prop::collection::vec(any::<u8>(), 0..300)) {
            let bytes = [start.as_bytes(), &rest].concat();
            let _ = Identities::parse(&bytes, "key", &Plugins::none());
        }
    }
}
