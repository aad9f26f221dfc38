//! Refusals of imports: an import never leads to a replacement that nobody asked for.

use super::{Refusal, RefusalKind};
use crate::endpoint::{EndpointId, Name};
use crate::plan::{Action, Change, World};
use crate::state::Slot;

/// Every import that cannot be carried out as it stands.
pub(super) fn imports(world: &World<'_>, changes: &[Change]) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for (name, id) in &world.desired.imports {
        refusals.extend(of_state(world, changes, name, id).into_iter().map(|kind| kind.of(world, name)));
    }
    for change in changes {
        refusals.extend(of_listing(world, change).map(|kind| kind.of(world, &change.name)));
    }
    refusals
}

/// What the state knows against an import.
fn of_state(world: &World<'_>, changes: &[Change], name: &Name, id: &EndpointId) -> Vec<RefusalKind> {
    let endpoint_id = id.clone();
    let owner = world.state.all().find(|(_, managed)| managed.endpoint_id == *id).map(|(owner, _)| owner);
    let own = world.state.current(name);
    let mut kinds = Vec::new();
    if world.state.is_being_deleted(id) && own.is_none_or(|own| own.endpoint_id != *id) {
        kinds.push(RefusalKind::ImportOfDeleted { endpoint_id: endpoint_id.clone() });
    }
    let deposed = |slot: &Slot| slot.deposed.iter().any(|old| old.endpoint_id == *id);
    if world.state.endpoints.values().any(deposed) {
        kinds.push(RefusalKind::ImportOfDeposed { endpoint_id });
    } else if let Some(owner) = owner.filter(|owner| *owner != name && !renamed(changes, owner, name)) {
        kinds.push(RefusalKind::ImportOfManaged { endpoint_id, owner: owner.clone() });
    } else if let Some(own) = own.filter(|own| own.endpoint_id != *id && owner.is_none()) {
        kinds.push(RefusalKind::ImportBesideCurrent { endpoint_id, current: own.endpoint_id.clone() });
    }
    kinds
}

/// What the listing says against an import.
fn of_listing(world: &World<'_>, change: &Change) -> Option<RefusalKind> {
    let Action::Import { endpoint_id, make, seen } = &change.action else { return None };
    let endpoint_id = endpoint_id.clone();
    match seen {
        Some(seen) if !seen.is_duplicate_of(&make.wanted.spec) => {
            let wanted = make.wanted.spec.canonical();
            let live = seen.as_spec(&wanted).canonical();
            Some(RefusalKind::ImportDiffers { endpoint_id, wanted, live })
        }
        None if world.live.is_some() => Some(RefusalKind::ImportNotListed { endpoint_id }),
        Some(_) | None => None,
    }
}

fn renamed(changes: &[Change], from: &Name, to: &Name) -> bool {
    changes.iter().any(|c| c.name == *to && matches!(&c.action, Action::Rename { from: old } if old == from))
}
