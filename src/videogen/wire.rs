//! The words on the wire: tolerant of unknown fields, unknown events, and every form of `createdAt` that is known.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, Serialize};
use zeroize::Zeroizing;

use crate::endpoint::{EndpointId, Observed, Spec};
use crate::secrets::{SecretString, last4};

/// The body of a create; `description` is left out where there is none.
pub fn body(spec: &Spec) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        url: &'a str,
        events: &'a BTreeSet<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
    }
    let body = Body { url: &spec.url, events: &spec.events, description: spec.description.as_deref() };
    serde_json::to_vec(&body).expect("strings are serialisable")
}

/// A created endpoint with its one-time secret.
#[derive(Debug)]
pub struct Made {
    /// What was answered; its `secret_last4` is the secret's own where the answer has none.
    pub observed: Observed,
    /// The secret: in this one answer and never again.
    pub secret: SecretString,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Item {
    endpoint_id: String,
    url: String,
    events: BTreeSet<String>,
    #[serde(default, deserialize_with = "present")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "seconds")]
    created_at: Option<i64>,
    #[serde(default)]
    signing_secret_last4: Option<String>,
}

/// A field that is there, null or not, is `Some`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// Unix seconds: a float in the reference, an int in one SDK, a string in an older one. Anything else says nothing.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    Ok(number.filter(|n| n.is_finite()).map(|n| n as i64))
}

impl From<Item> for Observed {
    fn from(item: Item) -> Self {
        // The one place where a description comes in: without its tag it is compared and shown.
        let mut tag = None;
        let unmarked = |text: String| {
            let (rest, found) = crate::mark::split(&text);
            let Some(found) = found else { return Some(text) };
            tag = Some(found.to_owned());
            Some(rest.to_owned()).filter(|rest| !rest.is_empty())
        };
        let description = item.description.map(|told| told.and_then(unmarked));
        Self {
            id: EndpointId::new(item.endpoint_id),
            url: item.url,
            events: item.events,
            description,
            created_at: item.created_at,
            tag,
            secret_last4: item.signing_secret_last4,
        }
    }
}

/// Reads a 201. Where it holds no usable secret, the error is the id that it names, if any.
pub fn made(bytes: &[u8]) -> Result<Made, Option<EndpointId>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Secret {
        signing_secret: Zeroizing<String>,
    }
    let secret = serde_json::from_slice::<Secret>(bytes);
    let item = serde_json::from_slice::<Item>(bytes);
    match (secret, item) {
        (Ok(mut secret), Ok(item)) if secret.signing_secret.len() > "whsec_".len() && !item.endpoint_id.is_empty() => {
            let mut observed = Observed::from(item);
            observed.secret_last4.get_or_insert_with(|| last4(&secret.signing_secret));
            Ok(Made { observed, secret: SecretString::from(std::mem::take(&mut *secret.signing_secret)) })
        }
        _ => Err(named(bytes)),
    }
}

/// The endpoint that an answer names, where it names one.
pub fn named(bytes: &[u8]) -> Option<EndpointId> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Named {
        endpoint_id: String,
    }
    let named: Named = serde_json::from_slice(bytes).ok()?;
    (!named.endpoint_id.is_empty()).then(|| EndpointId::new(named.endpoint_id))
}

/// A page of a listing.
#[derive(Debug)]
pub struct Page {
    /// Its items.
    pub endpoints: Vec<Observed>,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
}

/// Reads a page; the older form without `hasMore` is the last one.
pub fn page(bytes: &[u8]) -> Result<Page, &'static str> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Wire {
        endpoints: Vec<Item>,
        #[serde(default)]
        has_more: Option<bool>,
        #[serde(default)]
        next_cursor: Option<String>,
    }
    let wire: Wire = serde_json::from_slice(bytes).map_err(|_| "not a list of endpoints")?;
    let next = match (wire.has_more.unwrap_or(false), wire.next_cursor) {
        (false, _) => None,
        (true, Some(cursor)) => Some(cursor),
        (true, None) => return Err("it says that more endpoints follow, and not where"),
    };
    Ok(Page { endpoints: wire.endpoints.into_iter().map(Observed::from).collect(), next })
}

/// Reads `GET /v1/me`.
pub fn team(bytes: &[u8]) -> Result<String, &'static str> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Me {
        team_id: String,
    }
    let me: Me = serde_json::from_slice(bytes).map_err(|_| "it names no team")?;
    if me.team_id.is_empty() { Err("it names no team") } else { Ok(me.team_id) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn created_at_is_taken_as_float_int_string_or_nothing() {
        for (form, want) in [("1.9", Some(1)), ("2", Some(2)), ("\"3.5\"", Some(3)), ("\"x\"", None), ("null", None)] {
            let text = format!(
                r#"{{"endpoints":[{{"endpointId":"e","url":"u","events":["new.event"],"createdAt":{form},"more":[]}}]}}"#
            );
            assert_eq!(page(text.as_bytes()).unwrap().endpoints[0].created_at, want, "{form}");
        }
    }

    #[test]
    fn an_absent_description_and_a_null_one_differ() {
        let read = |rest: &str| {
            let text = format!(r#"{{"endpoints":[{{"endpointId":"e","url":"u","events":[]{rest}}}]}}"#);
            page(text.as_bytes()).unwrap().endpoints[0].description.clone()
        };
        assert_eq!((read(""), read(r#","description":null"#)), (None, Some(None)));
    }

    #[test]
    fn a_201_without_a_secret_names_its_endpoint() {
        let text = br#"{"endpointId":"e","url":"u","events":[],"signingSecret":""}"#;
        assert_eq!(made(text).unwrap_err(), Some(EndpointId::new("e")));
        assert_eq!(made(&text[..30]).unwrap_err(), None);
    }

    #[test]
    fn both_list_forms_are_read_and_more_without_a_cursor_is_refused() {
        assert!(page(br#"{"endpoints":[]}"#).unwrap().next.is_none());
        assert_eq!(page(br#"{"endpoints":[],"hasMore":true,"nextCursor":"c"}"#).unwrap().next.as_deref(), Some("c"));
        assert!(page(br#"{"endpoints":[],"hasMore":true,"nextCursor":null}"#).is_err());
    }

    #[test]
    fn the_body_is_the_same_bytes_every_time() {
        let spec = Spec { url: "https://h/".into(), events: ["b".into(), "a".into()].into(), description: None };
        assert_eq!(body(&spec), br#"{"url":"https://h/","events":["a","b"]}"#);
    }

    proptest::proptest! {
        #[test]
        fn no_answer_makes_it_panic(
            start in proptest::sample::select(vec!["", "{\"endpoints\":[", "{\"endpointId\":\"e\",\"createdAt\":", "[[[["]),
            rest in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
        ) {
            let bytes = [start.as_bytes(), &rest].concat();
            let _ = (page(&bytes).is_ok(), made(&bytes).is_ok(), named(&bytes), team(&bytes).is_ok());
        }

        #[test]
        fn no_value_in_its_place_makes_it_panic(value in "-?[0-9]{0,400}(e-?[0-9]{1,4})?|\"[ -~]{0,20}\"|null|\\[\\]") {
            let text = format!(r#"{{"endpointId":"e","url":"u","events":[],"createdAt":{value},"signingSecret":{value}}}"#);
            let _ = (page(format!(r#"{{"endpoints":[{text}]}}"#).as_bytes()).is_ok(), made(text.as_bytes()).is_ok());
        }
    }
}
