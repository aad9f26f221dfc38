//! Encryption and decryption: a secret becomes an armored age file of its own, bound to its state and endpoint.

use std::io::{Read, Write};

use age::armor::{ArmoredReader, ArmoredWriter, Format};
use age::secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::plugin::PluginRecipients;
use super::recipient::Kind;
use super::{Identities, Plugins, Recipient};
use crate::endpoint::EndpointId;

/// A secret in its one storable form: an ASCII-armored age file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Ciphertext(String);

impl Ciphertext {
    /// The armored text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What an encrypted secret belongs to; it travels inside the ciphertext.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binding<'a> {
    /// The state's lineage.
    pub lineage: &'a str,
    /// The endpoint.
    pub endpoint_id: &'a EndpointId,
}

/// Why nothing was encrypted.
#[derive(Debug, thiserror::Error)]
pub enum EncryptError {
    /// There is nobody to encrypt to.
    #[error("no recipients")]
    NoRecipients,
    /// The encryption itself failed.
    #[error("could not encrypt to the recipients")]
    Encrypt(#[source] age::EncryptError),
    /// Writing the ciphertext to memory failed.
    #[error("could not encrypt to the recipients")]
    Write(#[from] std::io::Error),
}

/// Why a secret was not decrypted.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DecryptError {
    /// None of the identities is a recipient's.
    #[error("none of the identities given can decrypt it")]
    NoMatchingIdentity,
    /// No identity decrypted it, and the plugin of one did not do its work.
    #[error("{0}")]
    Plugin(String),
    /// The block is no age file, or was edited or cut.
    #[error("the encrypted block is damaged: {0}")]
    Damaged(String),
    /// The block belongs to another endpoint or state.
    #[error("the encrypted block belongs to {0}, not to this entry: it was moved or pasted here")]
    Elsewhere(String),
}

/// What is encrypted. Field order is the order in the plaintext.
#[derive(Serialize, Deserialize)]
struct Content<'a> {
    lineage: std::borrow::Cow<'a, str>,
    endpoint_id: std::borrow::Cow<'a, str>,
    secret: Zeroizing<String>,
}

/// Encrypts secrets to a fixed list of recipients.
#[derive(Debug, Clone)]
pub struct SecretEncryptor {
    recipients: Vec<Recipient>,
    plugins: Option<Plugins>,
}

impl SecretEncryptor {
    /// An encryptor that has proven that every recipient can be encrypted to: a plugin among them has run.
    pub fn probed(recipients: Vec<Recipient>, plugins: Plugins) -> Result<Self, EncryptError> {
        let encryptor = Self { recipients, plugins: Some(plugins) };
        encryptor.armored(b"probe")?;
        Ok(encryptor)
    }

    /// An encryptor for a run that encrypts nothing: every encryption fails.
    pub fn none() -> Self {
        Self { recipients: Vec::new(), plugins: None }
    }

    /// The recipients, in order.
    pub fn recipients(&self) -> &[Recipient] {
        &self.recipients
    }

    /// Encrypts one secret together with what it belongs to.
    pub fn encrypt(&self, binding: Binding<'_>, secret: &SecretString) -> Result<Ciphertext, EncryptError> {
        let content = Content {
            lineage: binding.lineage.into(),
            endpoint_id: binding.endpoint_id.as_str().into(),
            secret: Zeroizing::new(secret.expose_secret().to_owned()),
        };
        // Room for everything at once, so that growing leaves no copy of the secret behind.
        let room = 128 + 6 * (content.lineage.len() + content.endpoint_id.len() + content.secret.len());
        let mut plaintext = Zeroizing::new(Vec::with_capacity(room));
        serde_json::to_writer(&mut *plaintext, &content).map_err(std::io::Error::from)?;
        plaintext.push(b'\n');
        self.armored(&plaintext).map(Ciphertext)
    }

    fn armored(&self, plaintext: &[u8]) -> Result<String, EncryptError> {
        let plugins = self.of_plugins();
        let native = self.recipients.iter().filter_map(|recipient| match recipient.kind() {
            Kind::Native(key) | Kind::PostQuantum(key) => Some(key.as_ref() as &dyn age::Recipient),
            Kind::Plugin(_) => None,
        });
        let all = native.chain(plugins.iter().map(|of_one| of_one as &dyn age::Recipient));
        let encryptor = age::Encryptor::with_recipients(all).map_err(|e| match e {
            age::EncryptError::MissingRecipients => EncryptError::NoRecipients,
            other => EncryptError::Encrypt(other),
        })?;
        let mut armored = Vec::with_capacity(1024);
        let mut writer = encryptor.wrap_output(ArmoredWriter::wrap_output(&mut armored, Format::AsciiArmor)?)?;
        writer.write_all(plaintext)?;
        writer.finish()?.finish()?;
        Ok(String::from_utf8(armored).expect("armor is ASCII"))
    }

    /// The recipients of plugins, together by plugin.
    fn of_plugins(&self) -> Vec<PluginRecipients<'_>> {
        let mut by_name: Vec<PluginRecipients<'_>> = Vec::new();
        let Some(plugins) = &self.plugins else { return by_name };
        for recipient in &self.recipients {
            let Kind::Plugin(name) = recipient.kind() else { continue };
            match by_name.iter_mut().find(|of_one| of_one.name == name) {
                Some(of_one) => of_one.recipients.push(recipient.as_str()),
                None => by_name.push(PluginRecipients { name, recipients: vec![recipient.as_str()], plugins }),
            }
        }
        by_name
    }
}

/// Decrypts a secret and checks that it belongs to `binding`.
pub(crate) fn decrypt(
    encrypted: &Ciphertext,
    binding: Binding<'_>,
    identities: &Identities,
) -> Result<SecretString, DecryptError> {
    let damaged = |e: &dyn std::fmt::Display| DecryptError::Damaged(crate::quote::escaped(&e.to_string()));
    let decryptor =
        age::Decryptor::new_buffered(ArmoredReader::new(encrypted.0.as_bytes())).map_err(|e| damaged(&e))?;
    let opening = decryptor.decrypt(identities.keys());
    let failed = identities.failures();
    let mut reader = opening.map_err(|e| match (e, failed.is_empty()) {
        // What failed matters only where no other identity decrypted it.
        (age::DecryptError::NoMatchingKeys, false) => DecryptError::Plugin(failed.join("; ")),
        (age::DecryptError::NoMatchingKeys, true) => DecryptError::NoMatchingIdentity,
        (other, _) => damaged(&other),
    })?;
    let mut plaintext = Zeroizing::new(Vec::with_capacity(4096));
    reader.read_to_end(&mut plaintext).map_err(|e| damaged(&e))?;
    let mut content: Content<'_> =
        serde_json::from_slice(&plaintext).map_err(|_| damaged(&"it holds no secret of hookwright's"))?;
    let secret = SecretString::from(std::mem::take(&mut *content.secret));
    if content.endpoint_id != binding.endpoint_id.as_str() {
        return Err(DecryptError::Elsewhere(format!("endpoint {}", crate::quote::quoted(&content.endpoint_id))));
    }
    if content.lineage != binding.lineage {
        return Err(DecryptError::Elsewhere(format!(
            "the state of lineage {}",
            crate::quote::quoted(&content.lineage)
        )));
    }
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::super::generate_identity;
    use super::*;

    fn world() -> (SecretEncryptor, Identities, EndpointId) {
        let (key, recipient) = generate_identity();
        let identities = Identities::parse(key.expose_secret().as_bytes(), "key", &Plugins::none()).unwrap();
        (SecretEncryptor::probed(vec![recipient], Plugins::none()).unwrap(), identities, EndpointId::new("ep_1"))
    }

    #[test]
    fn a_secret_comes_back_only_where_it_belongs() {
        let (encryptor, identities, id) = world();
        let home = Binding { lineage: "l", endpoint_id: &id };
        let encrypted = encryptor.encrypt(home, &"whsec_a".into()).unwrap();
        assert_eq!(decrypt(&encrypted, home, &identities).unwrap().expose_secret(), "whsec_a");

        let other = EndpointId::new("ep_2");
        let pasted = decrypt(&encrypted, Binding { lineage: "l", endpoint_id: &other }, &identities);
        assert!(matches!(pasted, Err(DecryptError::Elsewhere(_))));
        let moved = decrypt(&encrypted, Binding { lineage: "m", endpoint_id: &id }, &identities);
        assert!(matches!(moved, Err(DecryptError::Elsewhere(_))));
    }

    #[test]
    fn a_stranger_cannot_open_and_a_damaged_block_says_so() {
        let (encryptor, _, id) = world();
        let (_, stranger, _) = world();
        let home = Binding { lineage: "l", endpoint_id: &id };
        let encrypted = encryptor.encrypt(home, &"whsec_a".into()).unwrap();
        assert!(matches!(decrypt(&encrypted, home, &stranger), Err(DecryptError::NoMatchingIdentity)));
        let cut = Ciphertext(encrypted.0[..encrypted.0.len() / 2].to_owned());
        assert!(matches!(decrypt(&cut, home, &stranger), Err(DecryptError::Damaged(_))));
    }

    #[test]
    fn nobody_to_encrypt_to_is_an_error_and_no_debug_shows_a_secret() {
        assert!(matches!(SecretEncryptor::probed(Vec::new(), Plugins::none()), Err(EncryptError::NoRecipients)));
        let secret = SecretString::from("whsec_canary".to_owned());
        assert!(!format!("{secret:?}").contains("canary"));
    }
}
