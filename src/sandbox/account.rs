//! What the service knows of its one account: the endpoints, and the answers it gave under an idempotency key.
//! Time comes from outside, so that a commit can lie in the future.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// Milliseconds since 1970.
pub(super) type Millis = u64;

/// What a create asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wanted {
    pub url: String,
    pub events: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// One endpoint. Before `made_ms` it does not exist: its creation is still under way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Endpoint {
    pub endpoint_id: String,
    #[serde(flatten)]
    pub wanted: Wanted,
    pub made_ms: Millis,
    pub signing_secret: String,
}

/// An answer that was given under an idempotency key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Given {
    pub body_sha256: String,
    pub status: u16,
    pub answer: Value,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint_id: Option<String>,
    /// When the work under this key was done; until then the key is free.
    pub since_ms: Millis,
}

/// The account. Endpoints are kept by their number, in the order in which they were asked for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Account {
    pub team_id: String,
    pub last: u64,
    pub endpoints: BTreeMap<u64, Endpoint>,
    pub given: BTreeMap<String, Given>,
}

impl Account {
    /// Makes an endpoint that exists from `made_ms` on.
    pub(super) fn make(&mut self, wanted: Wanted, made_ms: Millis, seed: Option<u64>) -> Endpoint {
        self.last += 1;
        let (endpoint_id, signing_secret) = named(self.last, seed);
        let endpoint = Endpoint { endpoint_id, wanted, made_ms, signing_secret };
        self.endpoints.insert(self.last, endpoint.clone());
        endpoint
    }

    /// The endpoints that exist at that time and have a higher number than `after`.
    pub(super) fn existing(&self, now: Millis, after: u64) -> impl Iterator<Item = (u64, &Endpoint)> {
        let later = self.endpoints.range(after.saturating_add(1)..);
        later.filter(move |(_, endpoint)| endpoint.made_ms <= now).map(|(number, endpoint)| (*number, endpoint))
    }

    /// Deletes an endpoint; false where there is none.
    pub(super) fn delete(&mut self, endpoint_id: &str, now: Millis) -> bool {
        let found = self.existing(now, 0).find(|(_, endpoint)| endpoint.endpoint_id == endpoint_id);
        match found.map(|(number, _)| number) {
            Some(number) => self.endpoints.remove(&number).is_some(),
            None => false,
        }
    }

    /// What was answered under a key, if that work is done.
    pub(super) fn given(&self, key: &str, now: Millis) -> Option<&Given> {
        self.given.get(key).filter(|given| given.since_ms <= now)
    }

    /// Rolls back the work that is still under way under a key: another request with it came first.
    pub(super) fn roll_back(&mut self, key: &str, now: Millis) {
        let under_way = self.given.get(key).filter(|given| given.since_ms > now);
        if let Some(id) = under_way.and_then(|given| given.endpoint_id.clone()) {
            self.endpoints.retain(|_, endpoint| endpoint.endpoint_id != id);
        }
    }
}

impl Endpoint {
    /// The endpoint as the API lists it: no secret.
    pub(super) fn listed(&self, shape: Shape) -> Value {
        let Wanted { url, events, description } = &self.wanted;
        let mut item = json!({
            "endpointId": self.endpoint_id,
            "url": match shape { Shape::AsSent => url.clone(), Shape::Slashed => slashed(url) },
            "events": events,
            // A whole number of seconds, written as a float: what the reference says, and what every SDK can read.
            "createdAt": self.created_at(),
            "signingSecretLast4": self.last4(),
        });
        if description.is_some() || shape == Shape::Slashed {
            item["description"] = json!(description);
        }
        item
    }

    /// The endpoint as the answer to its creation: the one place that tells the secret.
    pub(super) fn created(&self, shape: Shape) -> Value {
        let mut item = self.listed(shape);
        item["signingSecret"] = json!(self.signing_secret);
        item
    }

    #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2^52")]
    fn created_at(&self) -> f64 {
        (self.made_ms / 1000) as f64
    }

    fn last4(&self) -> &str {
        self.signing_secret.get(self.signing_secret.len().saturating_sub(4)..).unwrap_or_default()
    }
}

/// In what words the API answers an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// As they were sent; no description where none was sent.
    AsSent,
    /// Urls end in a slash; a missing description is null.
    Slashed,
}

fn slashed(url: &str) -> String {
    let cut = url.find(['?', '#']).unwrap_or(url.len());
    let (path, rest) = url.split_at(cut);
    if path.ends_with('/') { url.to_owned() } else { format!("{path}/{rest}") }
}

/// An id and a secret: from the seed and the number, or from the system's randomness.
fn named(number: u64, seed: Option<u64>) -> (String, String) {
    let mut random = match seed {
        Some(seed) => StdRng::seed_from_u64(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ number),
        None => rand::make_rng(),
    };
    let endpoint_id = format!("ep_{:016x}", random.next_u64());
    let mut secret = vec![0; random.random_range(24..=32)];
    random.fill_bytes(&mut secret);
    (endpoint_id, format!("whsec_{}", BASE64_STANDARD.encode(secret)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slash_is_added_to_the_path() {
        let examples = [("https://a.example/x", "https://a.example/x/"), ("https://a.example/", "https://a.example/")];
        for (url, wanted) in examples.into_iter().chain([("https://a.example/x?y=1", "https://a.example/x/?y=1")]) {
            assert_eq!(slashed(url), wanted);
        }
    }

    #[test]
    fn a_seed_names_the_same_endpoints_again() {
        assert_eq!(named(3, Some(1)), named(3, Some(1)));
        assert_ne!(named(3, Some(1)), named(4, Some(1)));
        assert_ne!(named(3, None), named(3, None));
    }
}
