//! Why an apply of a plan would be refused, as data: each names its entry, and what would allow it.

mod account;
mod deletions;
mod duplicates;
mod imports;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Action, Change, World};
use crate::endpoint::{EndpointId, Name, Observed, Spec};
use crate::secrets::CannotEncrypt;

/// One refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The entry, where it is about one.
    pub name: Option<Name>,
    /// The entry's file, where the configuration has several.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub file: Option<String>,
    /// The entry's line in its file, where it stands there.
    pub line: Option<usize>,
    /// What is refused.
    #[serde(flatten)]
    pub kind: RefusalKind,
}

/// What is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr, strum::VariantNames)]
#[serde(tag = "code", rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum RefusalKind {
    /// None of the state's endpoints is listed.
    AllGone {
        /// How many the state has.
        endpoints: usize,
    },
    /// A flag names no entry and no endpoint of the state: a typing error that would else look like "no changes".
    UnknownName {
        /// The flag.
        flag: NameFlag,
        /// What it names.
        pattern: String,
    },
    /// No secret can be encrypted.
    CannotEncrypt {
        /// Why.
        why: CannotEncrypt,
    },
    /// The configuration defines nothing any more.
    NoWebhooks {
        /// How many endpoints that would delete.
        endpoints: usize,
    },
    /// A create would duplicate a live endpoint that is not managed: a state was lost or rolled back, most likely.
    Duplicate {
        /// The live endpoint, which the entry could adopt.
        endpoint_id: EndpointId,
    },
    /// The endpoint to adopt is being deleted.
    ImportOfDeleted {
        /// The endpoint.
        endpoint_id: EndpointId,
    },
    /// The endpoint to adopt is a predecessor.
    ImportOfDeposed {
        /// The endpoint.
        endpoint_id: EndpointId,
    },
    /// The endpoint to adopt is another entry's.
    ImportOfManaged {
        /// The endpoint.
        endpoint_id: EndpointId,
        /// Its entry.
        owner: Name,
    },
    /// The entry that is to adopt an endpoint has one.
    ImportBesideCurrent {
        /// The endpoint to adopt.
        endpoint_id: EndpointId,
        /// The endpoint that it has.
        current: EndpointId,
    },
    /// The endpoint to adopt differs from its entry.
    ImportDiffers {
        /// The endpoint.
        endpoint_id: EndpointId,
        /// What the entry wants, in canonical form.
        wanted: Spec,
        /// What is listed, in canonical form.
        live: Spec,
    },
    /// The endpoint to adopt is not listed.
    ImportNotListed {
        /// The endpoint.
        endpoint_id: EndpointId,
    },
    /// A forget would leave a predecessor live that nobody retires.
    ForgetInOverlap {
        /// The predecessor.
        endpoint_id: EndpointId,
        /// Whether its retirement is due.
        is_due: bool,
    },
    /// Protection forbids it.
    Protected {
        /// What.
        against: Protected,
        /// Whether the entry remains in the configuration.
        remains: bool,
    },
    /// More would end than `max_deletes` allows.
    TooManyDeletes {
        /// How many.
        endpoints: usize,
        /// `max_deletes`.
        most: usize,
        /// The entries that no `--allow-delete` names.
        names: BTreeSet<Name>,
    },
}

/// A flag that names entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
pub enum NameFlag {
    /// `--target`
    #[strum(serialize = "--target")]
    Target,
    /// `--replace`
    #[strum(serialize = "--replace")]
    Replace,
}

/// What protection forbids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protected {
    /// A deletion.
    Deletion,
    /// A forget.
    Forget,
    /// A replacement that keeps the old endpoint for no time.
    ReplacementWithoutOverlap,
}

impl RefusalKind {
    /// The refusal of an entry, with its place in the configuration.
    fn of(self, world: &World<'_>, name: &Name) -> Refusal {
        let entry = world.desired.webhooks.get(name);
        let (file, line) = (entry.and_then(|entry| entry.file.clone()), entry.map(|entry| entry.line));
        Refusal { name: Some(name.clone()), file, line, kind: self }
    }

    /// The refusal of the whole plan.
    fn of_all(self) -> Refusal {
        Refusal { name: None, file: None, line: None, kind: self }
    }
}

/// Every refusal of these changes.
pub(super) fn refusals(world: &World<'_>, changes: &[Change], unmanaged: &[&Observed]) -> Vec<Refusal> {
    let mut refusals: Vec<Refusal> = account::all_gone(world).into_iter().collect();
    refusals.extend(account::unknown_names(world));
    let why = world.cannot_encrypt.filter(|_| changes.iter().any(makes));
    refusals.extend(why.map(|why| RefusalKind::CannotEncrypt { why: why.clone() }.of_all()));
    refusals.extend(deletions::no_webhooks(world, changes));
    refusals.extend(duplicates::duplicates(world, changes, unmanaged));
    refusals.extend(imports::imports(world, changes));
    refusals.extend(deletions::forgotten_in_overlap(world, changes));
    refusals.extend(deletions::protected(world, changes));
    refusals.extend(deletions::too_many(world, changes));
    refusals
}

/// Whether a change makes an endpoint, and so a secret to encrypt.
fn makes(change: &Change) -> bool {
    matches!(change.action, Action::Create(_) | Action::Replace { .. } | Action::Resend { .. })
}
