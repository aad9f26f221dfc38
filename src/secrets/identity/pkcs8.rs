//! Private keys in PKCS#8, as OpenSSL, password managers and cloud consoles write them, put into the forms of ssh that
//! the `age` crate reads.

use curve25519_dalek::EdwardsPoint;
use pkcs8::der::pem::{LineEnding, encode_string};
use pkcs8::{ObjectIdentifier, PrivateKeyInfo, SecretDocument};
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

use super::BadIdentity;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The key of a PEM text that begins with `-----BEGIN PRIVATE KEY-----`, as PEM of PKCS#1 or of OpenSSH.
pub(super) fn as_ssh(text: &str) -> Result<Zeroizing<String>, BadIdentity> {
    let damaged = BadIdentity::Ssh("it is damaged, or no private key");
    let Ok((_, document)) = SecretDocument::from_pem(text.trim()) else { return Err(damaged) };
    let Ok(info) = document.decode_msg::<PrivateKeyInfo<'_>>() else { return Err(damaged) };
    let pem = match info.algorithm.oid {
        RSA => encode_string("RSA PRIVATE KEY", LineEnding::LF, info.private_key),
        // An octet string of 32 bytes in an octet string.
        ED25519 => match info.private_key.strip_prefix(&[4, 32]).and_then(|seed| seed.try_into().ok()) {
            Some(seed) => encode_string("OPENSSH PRIVATE KEY", LineEnding::LF, &openssh(seed)),
            None => return Err(damaged),
        },
        _ => return Err(BadIdentity::Ssh("only ed25519 and rsa can be read with")),
    };
    pem.map(Zeroizing::new).map_err(|_| damaged)
}

/// An ed25519 key in OpenSSH's own form, not locked.
fn openssh(seed: &[u8; 32]) -> Zeroizing<Vec<u8>> {
    let hash = Zeroizing::new(<[u8; 64]>::from(Sha512::digest(seed)));
    let scalar = Zeroizing::new(<[u8; 32]>::try_from(&hash[..32]).expect("half of 64"));
    let public = EdwardsPoint::mul_base_clamped(*scalar).compress().to_bytes();
    let pair = Zeroizing::new([seed.as_slice(), &public].concat());
    // Room for everything at once, so that growing leaves no copy of the key behind.
    let mut private = Zeroizing::new(Vec::with_capacity(256));
    // Two equal numbers prove that a lock was opened with the right passphrase; here there is none.
    private.extend([0; 8]);
    for part in [b"ssh-ed25519".as_slice(), &public, &pair, b""] {
        string(&mut private, part);
    }
    let padding = private.len().next_multiple_of(8) - private.len();
    private.extend((1..).take(padding));

    let mut public_key = Vec::new();
    string(&mut public_key, b"ssh-ed25519");
    string(&mut public_key, &public);
    let mut key = Zeroizing::new(Vec::with_capacity(512));
    key.extend_from_slice(b"openssh-key-v1\0");
    for part in [b"none".as_slice(), b"none", b""] {
        string(&mut key, part);
    }
    key.extend(1_u32.to_be_bytes());
    string(&mut key, &public_key);
    string(&mut key, &private);
    key
}

/// Appends a string as ssh writes it: its length, then its bytes.
fn string(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend(u32::try_from(bytes.len()).expect("shorter than 512").to_be_bytes());
    to.extend_from_slice(bytes);
}
