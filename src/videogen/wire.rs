//! The words on the wire: tolerant of unknown fields, unknown events, and every form of `createdAt` that is known.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use crate::endpoint::{EndpointId, Events, Observed, Spec};
use crate::secrets::{SecretString, last4};

/// The body of a create; `description` is left out where there is none.
pub(super) fn body(spec: &Spec) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a> {
        url: &'a str,
        events: &'a BTreeSet<String>,
        #[serde(skip_serializing_if = "Option::is_none")]
        description: Option<&'a str>,
    }
    let Spec { url, events, description } = spec;
    let body = Body { url, events, description: description.as_deref() };
    serde_json::to_vec(&body).expect("strings are serialisable")
}

/// A created endpoint with its one-time secret.
#[derive(Debug)]
pub(crate) struct Made {
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
    events: Events,
    #[serde(default, deserialize_with = "present")]
    description: Option<Option<String>>,
    #[serde(default, deserialize_with = "seconds")]
    created_at: Option<i64>,
    #[serde(default, deserialize_with = "last_four")]
    signing_secret_last4: Option<String>,
}

/// A field that is there, null or not, is `Some`.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<String>>, D::Error> {
    Option::<String>::deserialize(deserializer).map(Some)
}

/// Unix seconds: a float in the reference, an int in one SDK, a string in an older one. Anything else says nothing.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
    serde_json::Value::deserialize(deserializer).map(|value| whole_seconds(&value))
}

fn whole_seconds(value: &serde_json::Value) -> Option<i64> {
    let number = value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    number.filter(|n: &f64| n.is_finite()).map(|n| n as i64)
}

/// Four characters, or nothing: what is longer may be the secret itself.
fn last_four<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    serde_json::Value::deserialize(deserializer).map(|value| four(&value))
}

fn four(value: &serde_json::Value) -> Option<String> {
    value.as_str().filter(|text| text.chars().count() == 4).map(str::to_owned)
}

impl From<Item> for Observed {
    fn from(item: Item) -> Self {
        let (description, tag) = unmarked(item.description);
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

/// A description without its tag, and the tag: it is compared and shown without it.
fn unmarked(told: Option<Option<String>>) -> (Option<Option<String>>, Option<String>) {
    let Some(Some(text)) = &told else { return (told, None) };
    match crate::mark::split(text) {
        (_, None) => (told, None),
        (rest, Some(tag)) => (Some(Some(rest.to_owned()).filter(|rest| !rest.is_empty())), Some(tag.to_owned())),
    }
}

/// Reads the answer to a create of `spec`. Where it holds no usable secret, the error is the id that it names, if any.
///
/// The id and the secret are all that it must have: a field that is missing, of an odd type, given twice, or torn is
/// taken from the spec, or says nothing. So is a field that repeats the secret, for all but the secret is stored in
/// clear; an id that repeats it is none.
pub(super) fn made(bytes: &[u8], spec: &Spec) -> Result<Made, Option<EndpointId>> {
    let text = Zeroizing::new(String::from_utf8_lossy(bytes).into_owned());
    let fields = Fields::read(&text);
    let secret = fields.get::<Zeroizing<String>>("signingSecret").filter(|secret| secret.len() > "whsec_".len());
    secret.iter().for_each(|secret| crate::mask::learn(secret));
    let id = fields.get::<String>("endpointId").filter(|id| !id.is_empty() && is_clear(id, secret.as_deref()));
    let id = id.map(EndpointId::new);
    let (Some(id), Some(mut secret)) = (id.clone(), secret) else { return Err(id) };
    let value = |name| fields.get::<serde_json::Value>(name);
    let is_clear = |text: &String| is_clear(text, Some(&secret));
    let told = fields.get::<Option<String>>("description").filter(|text| text.iter().all(is_clear));
    let (description, tag) = unmarked(told);
    let events = fields.get::<Events>("events").filter(|events| events.iter().all(is_clear));
    let observed = Observed {
        id,
        url: fields.get("url").filter(is_clear).unwrap_or_else(|| spec.url.clone()),
        events: events.unwrap_or_else(|| spec.events.clone()),
        description,
        tag,
        created_at: value("createdAt").as_ref().and_then(whole_seconds),
        secret_last4: Some(value("signingSecretLast4").as_ref().and_then(four).unwrap_or_else(|| last4(&secret))),
    };
    Ok(Made { observed, secret: SecretString::from(std::mem::take(&mut *secret)) })
}

/// Whether a text holds neither the secret nor, in any encoding, another one that this run knows.
fn is_clear(text: &str, secret: Option<&String>) -> bool {
    secret.is_none_or(|secret| !text.contains(secret.as_str())) && crate::mask::hide(text) == text
}

/// The fields of an object, each as it is written; those before a place that cannot be read.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'a> Fields<'a> {
    fn read(text: &'a str) -> Self {
        let mut fields = Self(Vec::new());
        let mut json = serde_json::Deserializer::from_str(text.trim_start_matches('\u{feff}'));
        // What was read before an error stands in `fields`.
        let _ = json.deserialize_map(&mut fields);
        fields
    }

    /// The last field of that name that can be read as such a value.
    fn get<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        let named = self.0.iter().rev().filter(|(field, _)| field == name);
        named.flat_map(|(_, value)| serde_json::from_str(value.get())).next()
    }
}

impl<'de> Visitor<'de> for &mut Fields<'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(entry) = map.next_entry()? {
            self.0.push(entry);
        }
        Ok(())
    }
}

/// A page of a listing.
#[derive(Debug)]
pub(super) struct Page {
    /// Its items.
    pub endpoints: Vec<Observed>,
    /// The cursor of the next page, where there is one.
    pub next: Option<String>,
}

/// Reads a page. A cursor without `hasMore` is read on from; neither is the older form, whose page is the last.
pub(super) fn page(bytes: &[u8]) -> Result<Page, &'static str> {
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
    let cursor = wire.next_cursor.filter(|cursor| !cursor.is_empty());
    let next = match (wire.has_more, cursor) {
        (Some(false), _) => None,
        (None | Some(true), Some(cursor)) => Some(cursor),
        (None, None) => None,
        (Some(true), None) => return Err("it says that more endpoints follow, and not where"),
    };
    Ok(Page { endpoints: wire.endpoints.into_iter().map(Observed::from).collect(), next })
}

/// Reads `GET /v1/me`.
pub(super) fn team(bytes: &[u8]) -> Result<String, &'static str> {
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
    use crate::secrets::ExposeSecret;

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

    fn spec() -> Spec {
        Spec { url: "https://h/".into(), events: ["b".into(), "a".into()].into(), description: None }
    }

    #[test]
    fn an_answer_without_a_secret_names_its_endpoint() {
        let text = br#"{"endpointId":"e","url":"u","events":[],"signingSecret":""}"#;
        assert_eq!(made(text, &spec()).unwrap_err(), Some(EndpointId::new("e")));
        assert_eq!(made(&text[..10], &spec()).unwrap_err(), None);
        assert_eq!(made(b"[\"endpointId\"]", &spec()).unwrap_err(), None);
    }

    #[test]
    fn no_odd_field_costs_the_secret() {
        let deep = "[".repeat(500) + &"]".repeat(500);
        let odd = ["1", "null", "{\"a\":[]}", "[1,null]", "\"\\ud800\"", "true", "1e999", &deep];
        for field in ["url", "events", "description", "createdAt", "signingSecretLast4", "more"] {
            for value in odd {
                for text in [
                    format!(r#"{{"{field}":{value},"endpointId":"e","signingSecret":"whsec_secret"}}"#),
                    format!(r#"{{"{field}":1,"endpointId":"e","{field}":{value},"signingSecret":"whsec_secret"}}"#),
                ] {
                    let Made { observed, secret } = made(text.as_bytes(), &spec()).expect(&text);
                    assert_eq!((secret.expose_secret(), observed.id.as_str()), ("whsec_secret", "e"), "{text}");
                    assert_eq!(observed.secret_last4.as_deref(), Some("cret"));
                }
            }
        }
    }

    #[test]
    fn a_field_that_repeats_the_secret_is_not_taken() {
        let secret = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=";
        let bare = &secret["whsec_".len()..];
        let encoded = secret.replace('=', "%3D");
        for repeated in [secret, bare, &encoded, &format!("a {secret} b")] {
            let text = format!(
                r#"{{"endpointId":"e","url":"https://h/{repeated}","events":["{repeated}"],"description":"{repeated}",
                    "signingSecret":"{secret}"}}"#
            );
            let Made { observed, .. } = made(text.as_bytes(), &spec()).expect(&text);
            assert_eq!((observed.url, observed.events), (spec().url, spec().events), "{repeated}");
            assert_eq!(observed.description, None, "{repeated}");
            let text = format!(r#"{{"endpointId":"e{repeated}","signingSecret":"{secret}"}}"#);
            assert_eq!(made(text.as_bytes(), &spec()).unwrap_err(), None, "{repeated}");
        }
    }

    #[test]
    fn what_an_answer_does_not_say_is_as_it_was_sent() {
        let torn = b"\xef\xbb\xbf{\"x\":\"\xff\",\"endpointId\":\"e\",\"signingSecret\":\"whsec_secret\",\"ur";
        let Made { observed, .. } = made(torn, &spec()).expect("its id and its secret are whole");
        assert_eq!((observed.url, observed.events), (spec().url, spec().events));
        assert_eq!((observed.description, observed.created_at), (None, None));
        let half = &torn[..torn.len() - 10];
        assert_eq!(made(half, &spec()).unwrap_err(), Some(EndpointId::new("e")), "half a secret is none");
    }

    #[test]
    fn the_last_four_are_four_or_nothing() {
        for (form, want) in [("\"abcd\"", Some("abcd")), ("\"whsec_abcd\"", None), ("\"\"", None), ("7", None)] {
            let text =
                format!(r#"{{"endpoints":[{{"endpointId":"e","url":"u","events":[],"signingSecretLast4":{form}}}]}}"#);
            assert_eq!(page(text.as_bytes()).unwrap().endpoints[0].secret_last4.as_deref(), want, "{form}");
        }
    }

    #[test]
    fn both_list_forms_are_read_and_more_without_a_cursor_is_refused() {
        assert!(page(br#"{"endpoints":[]}"#).unwrap().next.is_none());
        assert_eq!(page(br#"{"endpoints":[],"hasMore":true,"nextCursor":"c"}"#).unwrap().next.as_deref(), Some("c"));
        assert!(page(br#"{"endpoints":[],"hasMore":true,"nextCursor":null}"#).is_err());
        assert_eq!(page(br#"{"endpoints":[],"nextCursor":"c"}"#).unwrap().next.as_deref(), Some("c"));
        assert!(page(br#"{"endpoints":[],"hasMore":false,"nextCursor":"c"}"#).unwrap().next.is_none());
        assert!(page(br#"{"endpoints":[],"nextCursor":""}"#).unwrap().next.is_none());
    }

    #[test]
    fn the_body_is_the_same_bytes_every_time() {
        assert_eq!(body(&spec()), br#"{"url":"https://h/","events":["a","b"]}"#);
    }

    proptest::proptest! {
        #[test]
        fn no_answer_makes_it_panic(
            start in proptest::sample::select(vec!["", "{\"endpoints\":[", "{\"endpointId\":\"e\",\"createdAt\":", "[[[["]),
            rest in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200),
        ) {
            let bytes = [start.as_bytes(), &rest].concat();
            let _ = (page(&bytes).is_ok(), made(&bytes, &spec()).is_ok(), team(&bytes).is_ok());
        }

        #[test]
        fn no_value_in_its_place_makes_it_panic(value in "-?[0-9]{0,400}(e-?[0-9]{1,4})?|\"[ -~]{0,20}\"|null|\\[\\]") {
            let text = format!(r#"{{"endpointId":"e","url":"u","events":[],"createdAt":{value},"signingSecret":{value}}}"#);
            let _ = (page(format!(r#"{{"endpoints":[{text}]}}"#).as_bytes()).is_ok(), made(text.as_bytes(), &spec()).is_ok());
        }
    }
}
