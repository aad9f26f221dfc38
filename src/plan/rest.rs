//! Whether a plan is the rest of one that was reviewed, and that an apply began.

use super::entry::view;
use super::id::root;
use super::leaf::Leaf;
use super::{Action, Change, Make, Order, Plan, View, World};
use crate::endpoint::{EndpointId, Name};
use crate::state::{Applied, Ended, Managed};

impl Plan {
    /// The plan as the state remembers it while it is applied.
    pub fn begun(&self) -> Applied {
        Applied { plan: self.id.as_str().to_owned(), leaves: super::leaf::leaves(&self.guards, &self.changes) }
    }

    /// The id that this plan's own data has: another one than [`Plan::id`] where somebody edited it.
    pub fn computed_id(&self) -> super::PlanId {
        super::PlanId::of(&self.header, &self.guards, &self.changes, self.refreshed)
    }

    /// The predecessor whose retirement came due last, where the plan retires any.
    pub fn newest_retirement(&self) -> Option<EndpointId> {
        self.changes.iter().filter_map(Change::retirement).max().map(|(_, id)| id)
    }

    /// Whether this plan of a world does exactly what is left of a reviewed one: the remembered leaves hash to its id, and
    /// each action is one of them, or what is provably left of one.
    pub fn is_rest_of(&self, world: &World<'_>, applied: &Applied) -> bool {
        let before_the_state = super::Header { lineage: String::new(), ..self.header.clone() };
        let is_whole = [&self.header, &before_the_state].iter().any(|h| root(h, &applied.leaves) == applied.plan);
        is_whole && self.guards.is_empty() && self.changes.iter().all(|change| is_left(world, applied, change))
    }
}

fn is_left(world: &World<'_>, applied: &Applied, change: &Change) -> bool {
    let began = |leaf: Leaf<'_>| applied.leaves.contains(&leaf.hash());
    if began(Leaf::of(change)) {
        return true;
    }
    let name = &change.name;
    match (&change.action, &change.after) {
        (Action::Delete { endpoint_id, deposed: true, .. }, None) => is_replaced(world, name, endpoint_id, &began),
        (Action::Create(make), Some(after)) => {
            ended(world, name).any(|old| began_with(world, name, old, after, make, &began))
                || make
                    .gone
                    .as_ref()
                    .and_then(|_| world.state.current(name))
                    .is_some_and(|old| began_with(world, name, old, after, make, &began))
        }
        (Action::Resend { make, replaces, stuck: false, .. }, Some(after)) => match (replaces, &change.before) {
            (Some(_), Some(before)) => began(Leaf::replace(name, before, after, make, Order::CreateFirst)),
            _ => {
                began(Leaf::create(name, None, after, make))
                    || ended(world, name).any(|old| began_with(world, name, old, after, make, &began))
            }
        },
        // Which endpoint a lost create made is a matter of evidence: a mark is proof, and anything less is reviewed.
        (Action::DeleteOrphan { key, .. }, _) => world.state.intent(key).is_some_and(|intent| intent.tag.is_some()),
        _ => false,
    }
}

/// Endpoints of an entry that ended, as a create of its successor found them.
fn ended<'a>(world: &World<'a>, name: &Name) -> impl Iterator<Item = &'a Managed> {
    let slot = world.state.endpoints.get(name);
    slot.into_iter().flat_map(|slot| &slot.deposed).filter(|old| old.ended.is_some())
}

/// Whether a create is left of a create in the place of a gone endpoint, or of a destroy-first replacement of one that
/// is not listed any more.
fn began_with(
    world: &World<'_>,
    name: &Name,
    old: &Managed,
    after: &View,
    make: &Make,
    began: &impl Fn(Leaf<'_>) -> bool,
) -> bool {
    let before = view(old);
    let listed = world.live.is_none_or(|live| live.iter().any(|seen| seen.id == old.endpoint_id));
    let gone = old.ended != Some(Ended::Deleted);
    (gone && began(Leaf::create(name, Some(&before), after, make)))
        || (!listed && began(Leaf::replace(name, &before, after, &destroyed_first(make), Order::DestroyFirst)))
}

/// A destroy-first replacement keeps nothing beside it.
fn destroyed_first(make: &Make) -> Make {
    Make { overlap: std::time::Duration::ZERO, ..make.clone() }
}

/// Whether a predecessor's deletion is left of a create-first replacement without overlap, whose successor has the
/// reviewed values and is listed.
fn is_replaced(world: &World<'_>, name: &Name, old: &EndpointId, began: &impl Fn(Leaf<'_>) -> bool) -> bool {
    let Some(slot) = world.state.endpoints.get(name) else { return false };
    let (Some(current), Some(old)) = (&slot.current, slot.deposed.iter().find(|one| one.endpoint_id == *old)) else {
        return false;
    };
    let listed = |id: &EndpointId| world.live.is_some_and(|live| live.iter().any(|seen| seen.id == *id));
    let after = View { endpoint_id: None, ..view(current) };
    let make = Make {
        wanted: current.wanted.clone(),
        gone: None,
        overlap: std::time::Duration::ZERO,
        live_before: Default::default(),
    };
    listed(&current.endpoint_id) && began(Leaf::replace(name, &view(old), &after, &make, Order::CreateFirst))
}
