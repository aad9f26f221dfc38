//! An endpoint as a resource of Terraform's: its address, its values, which of them are sensitive.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::endpoint::{Name, Spec};
use crate::plan::View;
use crate::quote::hidden;

const TYPE: &str = "videogen_webhook_endpoint";
pub(super) const PROVIDER: &str = "registry.terraform.io/video-gen/videogen";
/// The resource that holds, by index, the entries whose name is no identifier of Terraform's.
const INDEXED: &str = "this";

/// Where an entry stands: `videogen_webhook_endpoint.orders`, or `videogen_webhook_endpoint.this["2nd"]`.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Address<'a> {
    pub address: String,
    mode: &'static str,
    #[serde(rename = "type")]
    kind: &'static str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<&'a str>,
}

impl<'a> Address<'a> {
    pub(super) fn of(name: &'a Name) -> Self {
        let entry = name.as_str();
        let identifier = entry.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let (address, name, index) = if identifier {
            (format!("{TYPE}.{entry}"), entry, None)
        } else {
            (format!("{TYPE}.{INDEXED}[\"{entry}\"]"), INDEXED, Some(entry))
        };
        Self { address, mode: "managed", kind: TYPE, name, index }
    }

    /// The address without its index, as a configuration has it.
    pub(super) fn configured(self) -> Self {
        Self { address: format!("{TYPE}.{}", self.name), index: None, ..self }
    }
}

/// All attributes. Absent is what is known after apply; the secret is null, for it never comes in here.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Values<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<&'a str>,
    pub url: String,
    pub events: BTreeSet<&'a str>,
    pub description: Option<String>,
    pub rotation: u32,
    pub prevent_destroy: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    signing_secret: Option<Option<()>>,
    /// In drift alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_secret_last4: Option<&'a str>,
}

impl<'a> Values<'a> {
    pub(super) fn of(view: &'a View) -> Self {
        let View { spec, endpoint_id, rotation, prevent_destroy } = view;
        let Spec { url, events, description } = spec;
        Self {
            id: endpoint_id.as_ref().map(|id| id.as_str()),
            url: hidden(url),
            events: events.iter().map(String::as_str).collect(),
            description: description.as_deref().map(hidden),
            rotation: *rotation,
            prevent_destroy: *prevent_destroy,
            signing_secret: endpoint_id.is_some().then_some(None),
            signing_secret_last4: None,
        }
    }

    /// Which of them are sensitive: the secret, whether known or not.
    pub(super) fn sensitive(&self) -> Marks {
        Marks { id: None, events: vec![false; self.events.len()], signing_secret: Some(true) }
    }

    /// Which of them are known after apply.
    pub(super) fn unknown(&self) -> Marks {
        let unknown = self.id.is_none().then_some(true);
        Marks { id: unknown, events: vec![false; self.events.len()], signing_secret: unknown }
    }
}

/// Terraform's shape for marks: an object of the same form with the true leaves alone, lists in full.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Marks {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<bool>,
    events: Vec<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    signing_secret: Option<bool>,
}

/// A resource of `planned_values` and `prior_state`.
#[derive(Debug, Serialize)]
pub(super) struct Resource<'a> {
    #[serde(flatten)]
    address: Address<'a>,
    provider_name: &'static str,
    schema_version: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    deposed_key: Option<&'a str>,
    values: Values<'a>,
    sensitive_values: Marks,
}

impl<'a> Resource<'a> {
    pub(super) fn of(name: &'a Name, view: &'a View, deposed_key: Option<&'a str>) -> Self {
        let values = Values::of(view);
        let sensitive_values = values.sensitive();
        Self {
            address: Address::of(name),
            provider_name: PROVIDER,
            schema_version: 0,
            deposed_key,
            values,
            sensitive_values,
        }
    }
}
