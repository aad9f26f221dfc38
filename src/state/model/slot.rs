//! What stands under one name: the endpoint that the entry has, and its predecessors. And its JSON form, in which the
//! current endpoint's fields stand beside the list of its predecessors.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use super::managed::{Ended, Managed};
use crate::endpoint::{EndpointId, Events, Spec, Wanted, Words};
use crate::secrets::Ciphertext;
use crate::timestamp::Timestamp;

/// The endpoint of one entry, with its predecessors.
///
/// A predecessor never becomes current again: where the current endpoint ends, there is none until the next receipt.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(try_from = "Form")]
pub struct Slot {
    /// The endpoint that the entry has.
    pub current: Option<Box<Managed>>,
    /// Predecessors, oldest first: live ones, and those that ended and are remembered.
    pub deposed: Vec<Managed>,
}

impl Slot {
    /// Current and predecessors.
    pub fn all(&self) -> impl Iterator<Item = &Managed> {
        self.current.as_deref().into_iter().chain(&self.deposed)
    }

    /// The same, to be changed.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut Managed> {
        self.current.as_deref_mut().into_iter().chain(&mut self.deposed)
    }

    /// Predecessors that are live as far as is known, oldest first.
    pub fn predecessors(&self) -> impl DoubleEndedIterator<Item = &Managed> {
        self.deposed.iter().filter(|old| old.ended.is_none())
    }

    /// Whether nothing is left of it.
    pub fn is_empty(&self) -> bool {
        self.current.is_none() && self.deposed.is_empty()
    }

    /// Makes the current endpoint a predecessor.
    pub fn depose(&mut self, until: Timestamp, ended: Option<Ended>) {
        if let Some(old) = self.current.take() {
            self.deposed.push(Managed { until: Some(until), ended, ..*old });
        }
    }
}

impl From<Managed> for Slot {
    fn from(managed: Managed) -> Self {
        Self { current: Some(Box::new(managed)), deposed: Vec::new() }
    }
}

/// The fields as they stand in the file. Without an endpoint id there is no current endpoint.
#[derive(Deserialize)]
struct Form {
    #[serde(default)]
    endpoint_id: Option<EndpointId>,
    #[serde(default)]
    url: Option<String>,
    #[serde(default)]
    events: Option<Events>,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    answered: Option<Spec>,
    #[serde(default)]
    events_as_written: Words,
    #[serde(default)]
    created_at: Option<i64>,
    #[serde(default)]
    rotation: Option<u32>,
    #[serde(default)]
    prevent_destroy: bool,
    #[serde(default)]
    secret_last4: Option<String>,
    #[serde(default)]
    secret: Option<Ciphertext>,
    #[serde(default)]
    sealed_to: Words,
    #[serde(default)]
    deposed: Vec<Form>,
    #[serde(default)]
    until: Option<Timestamp>,
    #[serde(default)]
    ended: Option<Ended>,
    #[serde(flatten)]
    unknown: BTreeMap<String, Value>,
}

impl TryFrom<Form> for Slot {
    type Error = &'static str;
    fn try_from(mut form: Form) -> Result<Self, Self::Error> {
        let deposed = std::mem::take(&mut form.deposed);
        let deposed = deposed.into_iter().map(Managed::try_from).collect::<Result<_, _>>()?;
        let current = if form.endpoint_id.is_some() { Some(Box::new(Managed::try_from(form)?)) } else { None };
        Ok(Self { current, deposed })
    }
}

impl TryFrom<Form> for Managed {
    type Error = &'static str;
    fn try_from(form: Form) -> Result<Self, Self::Error> {
        Ok(Self {
            endpoint_id: form.endpoint_id.ok_or("missing field `endpoint_id`")?,
            wanted: Wanted {
                spec: Spec {
                    url: form.url.ok_or("missing field `url`")?,
                    events: form.events.ok_or("missing field `events`")?,
                    description: form.description,
                },
                events_as_written: form.events_as_written,
                rotation: form.rotation.ok_or("missing field `rotation`")?,
                prevent_destroy: form.prevent_destroy,
            },
            answered: form.answered,
            created_at: form.created_at,
            secret_last4: form.secret_last4,
            secret: form.secret,
            sealed_to: form.sealed_to,
            until: form.until,
            ended: form.ended,
            unknown: form.unknown,
        })
    }
}

impl<'de> Deserialize<'de> for Managed {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(Form::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// One endpoint's fields, borrowed.
#[derive(Serialize)]
struct Fields<'a> {
    endpoint_id: &'a EndpointId,
    #[serde(flatten)]
    spec: &'a Spec,
    #[serde(skip_serializing_if = "Option::is_none")]
    answered: &'a Option<Spec>,
    events_as_written: &'a [String],
    created_at: Option<i64>,
    rotation: u32,
    prevent_destroy: bool,
    secret_last4: &'a Option<String>,
    secret: &'a Option<Ciphertext>,
    sealed_to: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Timestamp>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ended: Option<Ended>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deposed: Option<&'a [Managed]>,
    #[serde(flatten)]
    unknown: &'a BTreeMap<String, Value>,
}

fn fields<'a>(managed: &'a Managed, deposed: Option<&'a [Managed]>) -> Fields<'a> {
    let Managed {
        endpoint_id,
        wanted: Wanted { spec, events_as_written, rotation, prevent_destroy },
        answered,
        created_at,
        secret_last4,
        secret,
        sealed_to,
        until,
        ended,
        unknown,
    } = managed;
    Fields {
        endpoint_id,
        spec,
        answered,
        events_as_written,
        created_at: *created_at,
        rotation: *rotation,
        prevent_destroy: *prevent_destroy,
        secret_last4,
        secret,
        sealed_to,
        until: *until,
        ended: *ended,
        deposed,
        unknown,
    }
}

impl Serialize for Managed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fields(self, None).serialize(serializer)
    }
}

impl Serialize for Slot {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Vacant<'a> {
            endpoint_id: (),
            secret: (),
            deposed: &'a [Managed],
        }
        match &self.current {
            Some(current) => fields(current, Some(&self.deposed)).serialize(serializer),
            None => Vacant { endpoint_id: (), secret: (), deposed: &self.deposed }.serialize(serializer),
        }
    }
}
