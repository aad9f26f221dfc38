//! Signing a delivery, and checking one that was captured.

use std::collections::BTreeMap;

use standardwebhooks::Webhook;
use subtle::ConstantTimeEq;

use crate::secrets::{ExposeSecret, SecretString};
use crate::timestamp::Timestamp;

/// How far a delivery's moment may be from the moment it is checked at, in seconds.
pub(crate) const TOLERANCE: i64 = 300;

/// A secret that nothing can be signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadSecret {
    /// Signing with it would prove nothing.
    #[error("the signing secret is empty")]
    Empty,
    /// Another form than Standard Webhooks has.
    #[error("the signing secret is not `whsec_` and base64")]
    Malformed,
}

/// A delivery that is ready to go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signed {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub at: Timestamp,
    /// The body, JSON.
    pub body: String,
    /// `webhook-signature`.
    pub signature: String,
}

/// Signs a body.
pub(crate) fn sign(secret: &SecretString, id: String, at: Timestamp, body: String) -> Result<Signed, BadSecret> {
    // A body that is text is signed; nothing else can go wrong.
    let signature = webhook(secret)?.sign(&id, at.0, body.as_bytes()).map_err(|_| BadSecret::Malformed)?;
    Ok(Signed { id, at, body, signature })
}

fn webhook(secret: &SecretString) -> Result<Webhook, BadSecret> {
    let text = secret.expose_secret();
    // The crate takes an empty key: whoever knows that could sign anything.
    if text.strip_prefix("whsec_").unwrap_or(text).trim_matches('=').is_empty() {
        return Err(BadSecret::Empty);
    }
    Webhook::new(text).map_err(|_| BadSecret::Malformed)
}

/// A delivery as somebody captured it.
#[derive(Debug, Clone)]
pub(crate) struct Captured {
    /// Its headers, names in lower case.
    pub headers: BTreeMap<String, String>,
    /// Its body, byte for byte.
    pub body: Vec<u8>,
}

/// Why a captured delivery is not valid.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Invalid {
    /// A header is missing.
    #[error("the header `{0}` is missing")]
    Missing(&'static str),
    /// The timestamp is no number.
    #[error("the header `webhook-timestamp` is no number of seconds")]
    BadTimestamp,
    /// Checked too early or too late.
    #[error("it is of {0}, more than five minutes off")]
    OffTime(Timestamp),
    /// Signed with another secret, or changed on its way.
    #[error("no signature of it fits: another secret signed it, or it was changed on its way")]
    NoSignatureFits,
    /// The secret cannot be used.
    #[error(transparent)]
    Secret(#[from] BadSecret),
}

/// Checks a captured delivery as its consumer does, at the moment `at`. Returns the moment of the delivery.
pub(crate) fn check(secret: &SecretString, captured: &Captured, at: Timestamp) -> Result<Timestamp, Invalid> {
    let header = |name: &'static str| captured.headers.get(name).ok_or(Invalid::Missing(name));
    let (id, sent) = (header("webhook-id")?, header("webhook-timestamp")?);
    let given = header("webhook-signature")?;
    let sent = Timestamp(sent.parse().map_err(|_| Invalid::BadTimestamp)?);
    let fitting = webhook(secret)?.sign(id, sent.0, &captured.body).map_err(|_| Invalid::NoSignatureFits)?;
    if !given.split(' ').any(|one| one.as_bytes().ct_eq(fitting.as_bytes()).into()) {
        return Err(Invalid::NoSignatureFits);
    }
    if sent.0.saturating_sub(at.0).saturating_abs() > TOLERANCE {
        return Err(Invalid::OffTime(sent));
    }
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    fn captured(timestamp: &str, signature: &str) -> Captured {
        let headers = [("webhook-id", "msg_1"), ("webhook-timestamp", timestamp), ("webhook-signature", signature)];
        Captured {
            headers: headers.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
            body: b"{\"test\": 2432232314}".to_vec(),
        }
    }

    #[test]
    fn the_specifications_own_example_is_valid() {
        let example = Captured {
            headers: BTreeMap::from(
                [
                    ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
                    ("webhook-timestamp", "1614265330"),
                    ("webhook-signature", "v1a,x v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
                ]
                .map(|(name, value)| (name.to_owned(), value.to_owned())),
            ),
            body: b"{\"test\": 2432232314}".to_vec(),
        };
        let at = |seconds| check(&SECRET.into(), &example, Timestamp(seconds));
        assert_eq!(at(1_614_265_330 + 300), Ok(Timestamp(1_614_265_330)));
        assert_eq!(at(1_614_265_330 + 301), Err(Invalid::OffTime(Timestamp(1_614_265_330))));
        let other = check(&"whsec_AAAA".into(), &example, Timestamp(1_614_265_330));
        assert_eq!(other, Err(Invalid::NoSignatureFits));
    }

    #[test]
    fn an_empty_or_malformed_secret_signs_nothing() {
        for (secret, bad) in [("", BadSecret::Empty), ("whsec_", BadSecret::Empty), ("whsec_!", BadSecret::Malformed)] {
            assert_eq!(sign(&secret.into(), "m".into(), Timestamp(1), "{}".into()), Err(bad));
        }
    }

    #[test]
    fn a_timestamp_at_the_edge_of_the_numbers_is_no_panic() {
        for timestamp in [i64::MIN.to_string(), i64::MAX.to_string(), "x".into()] {
            assert!(check(&SECRET.into(), &captured(&timestamp, "v1,x"), Timestamp(0)).is_err());
        }
    }
}
