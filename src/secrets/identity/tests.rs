//! Identity files: what is read, what is refused and why, and how often a passphrase is asked for.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use age::secrecy::{ExposeSecret, SecretString};
use proptest::prelude::*;

use super::{BadIdentity, Identities, generate_identity};
use crate::secrets::{Binding, Plugins, Prompt, Recipient, SecretEncryptor, decrypt};

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
        (include_str!("../../../tests/keys/ed25519.pub"), include_str!("../../../tests/keys/ed25519.pkcs8")),
        (include_str!("../../../tests/keys/rsa.pub"), include_str!("../../../tests/keys/rsa.pkcs8")),
    ] {
        let recipient = Recipient::parse(public).unwrap();
        let encryptor = SecretEncryptor::probed(vec![recipient], Plugins::none()).unwrap();
        let id = crate::endpoint::EndpointId::new("ep_1");
        let home = Binding { lineage: "l", endpoint_id: &id };
        let encrypted = encryptor.encrypt(home, &"whsec_a".into()).unwrap();
        let opened = decrypt(&encrypted, home, &parsed(&format!("\n{private}")).unwrap());
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
    let text = include_bytes!("../../../tests/keys/ed25519-locked");
    let (identities, times) = asked(text, "horse");
    let recipient = Recipient::parse(include_str!("../../../tests/keys/ed25519-locked.pub")).unwrap();
    let encryptor = SecretEncryptor::probed(vec![recipient], Plugins::none()).unwrap();
    let id = crate::endpoint::EndpointId::new("ep_1");
    let home = Binding { lineage: "l", endpoint_id: &id };
    let identities = identities.unwrap();
    for secret in ["a", "b"] {
        let encrypted = encryptor.encrypt(home, &secret.into()).unwrap();
        assert_eq!(decrypt(&encrypted, home, &identities).unwrap().expose_secret(), secret);
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
