//! What a change leads to, derived from what it does: nobody can store another consequence than the change has.

use std::time::Duration;

use super::{Action, Change, Order, Reason};
use crate::endpoint::EndpointId;

/// One thing that a change leads to.
#[derive(Debug, Clone, PartialEq, Eq, strum::IntoStaticStr, strum::VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum Consequence {
    /// A new signing secret, where the entry had none.
    NewSecret,
    /// The signing secret becomes another.
    SecretChanges,
    /// What happened since somebody deleted the endpoint reached nobody.
    EventsLostSinceDeletion,
    /// Between the deletion and the create nothing is delivered.
    EventsLostMeanwhile,
    /// Consumers fail from the deletion until they have the new secret.
    VerificationFails,
    /// Both endpoints receive every event.
    Overlap {
        /// How long.
        lasts: Duration,
        /// How often each event comes.
        times: usize,
        /// Whether both have one URL.
        same_url: bool,
    },
    /// A later apply deletes the old endpoint.
    RetiredLater,
    /// The endpoint receives nothing more, and its secret is of no use.
    DeliveriesEnd,
    /// The same, of a predecessor: consumers need the successor's secret.
    PredecessorEnds,
    /// The endpoint is gone already: the state alone changes.
    AlreadyGone,
    /// The state alone changes.
    StateOnly,
    /// The state alone changes; endpoint and secret stay.
    NameOnly,
    /// The state alone changes, to what is live.
    Refreshed,
    /// The endpoint stays live, and nobody can read its secret again.
    SecretForgotten,
    /// The state forgets an endpoint that is gone, with its secret.
    GoneForgotten,
    /// The secret of the adopted endpoint stays unknown.
    SecretUnknown,
    /// The create is sent again with its key.
    SentAgain,
    /// Nothing is sent until somebody has looked at the candidates.
    Stuck,
    /// A lost create was a replacement's: the old endpoint goes once the successor is there.
    Replaces {
        /// The old endpoint.
        endpoint_id: EndpointId,
        /// How long it stays live after that.
        overlap: Duration,
    },
    /// A live endpoint may be what the lost create made.
    MayBeTheLostOne(EndpointId),
    /// The lost create is never sent again.
    NeverSentAgain,
    /// An orphan is certainly ours, and its secret is lost.
    OrphanDeleted(EndpointId),
}

impl Change {
    /// What the change leads to: what is lost first.
    pub fn consequences(&self) -> Vec<Consequence> {
        use Consequence as C;
        match &self.action {
            Action::Create(make) if make.gone.is_some() => vec![C::SecretChanges, C::EventsLostSinceDeletion],
            Action::Create(_) => vec![C::NewSecret],
            Action::Replace { order, .. } => [vec![C::SecretChanges], self.meanwhile(*order)].concat(),
            Action::Delete { gone: true, .. } => vec![C::AlreadyGone],
            Action::Delete { deposed: true, .. } => vec![C::PredecessorEnds],
            Action::Delete { .. } => vec![C::DeliveriesEnd],
            Action::Rename { .. } => vec![C::NameOnly],
            Action::Update(_) if self.reasons.contains(&Reason::Refreshed) => vec![C::Refreshed],
            Action::Update(_) => vec![C::StateOnly],
            Action::Import { .. } => vec![C::SecretUnknown],
            Action::Forget { .. } if self.reasons.contains(&Reason::Gone) => vec![C::GoneForgotten],
            Action::Forget { .. } => vec![C::SecretForgotten],
            Action::Abandon { .. } => vec![C::NeverSentAgain],
            Action::DeleteOrphan { endpoint_id, .. } => vec![C::OrphanDeleted(endpoint_id.clone())],
            Action::Resend { make, matches, replaces, stuck, .. } => {
                let sent = if *stuck { C::Stuck } else { C::SentAgain };
                let replaces =
                    replaces.iter().map(|old| C::Replaces { endpoint_id: old.clone(), overlap: make.overlap });
                let matches = matches.iter().cloned().map(C::MayBeTheLostOne);
                std::iter::once(sent).chain(replaces).chain(matches).collect()
            }
        }
    }

    /// What a replacement leads to until consumers have the new secret.
    fn meanwhile(&self, order: Order) -> Vec<Consequence> {
        let Action::Replace { make, beside, .. } = &self.action else { return Vec::new() };
        match order {
            Order::DestroyFirst => vec![Consequence::EventsLostMeanwhile, Consequence::VerificationFails],
            Order::CreateFirst if make.overlap.is_zero() => vec![Consequence::VerificationFails],
            Order::CreateFirst => {
                let same_url = self.before.as_ref().is_some_and(|before| before.spec.url == make.wanted.spec.url);
                let overlap = Consequence::Overlap { lasts: make.overlap, times: beside + 2, same_url };
                vec![overlap, Consequence::RetiredLater]
            }
        }
    }
}
