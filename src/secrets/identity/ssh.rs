//! Private keys of ssh.

use std::io::BufReader;

use zeroize::Zeroizing;

use super::{BadIdentity, Identities, ask};
use crate::secrets::Plugins;

/// Reads an ssh private key; a locked one is unlocked here, once, and not anew for each secret.
pub(super) fn read(text: &str, from: &str, plugins: &Plugins) -> Result<Identities, BadIdentity> {
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
