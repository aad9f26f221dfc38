//! What may happen between two runs: time, and people.

use hookwright::surface::{EndpointId, Wanted};
use hookwright::surface::{Managed, Receipt, Record};

use super::check;
use super::server::observed;
use super::world::{Edit, Setup, World, name, spec};

/// Every world that a world may be when its next run begins, with what happened.
pub fn between(world: &World, setup: &Setup) -> Vec<(String, Result<World, check::Broken>)> {
    let mut all = vec![("the next run at once".to_owned(), Ok(world.clone()))];
    let state = &world.state;
    let under_way = world.server.late_creates.len() + world.server.late_deletes.len();
    let deposed = state.endpoints.values().any(|slot| slot.predecessors().next().is_some());
    if under_way > 0 || !state.pending.is_empty() || !state.deleting.is_empty() || deposed {
        for way in 0..1 << under_way {
            let mut later = world.clone();
            let passed = check::later(&mut later, setup, way);
            all.push((format!("ten minutes pass (late: {way:b})"), passed.map(|()| later)));
        }
    }
    if world.left.edits > 0 {
        for edit in setup.edits {
            all.extend(edited(world, setup, *edit).into_iter().map(|(label, mut world)| {
                world.left.edits -= 1;
                (label, Ok(world))
            }));
        }
    }
    all
}

/// What becomes of the world by an edit; nothing where it makes no sense.
fn edited(world: &World, setup: &Setup, edit: Edit) -> Vec<(String, World)> {
    match edit {
        Edit::Import => return imported(world, setup),
        Edit::Recover => return recovered(world),
        _ => {}
    }
    let mut next = world.clone();
    let label = match edit {
        Edit::Forget => forget(&mut next, setup),
        Edit::Vanish => vanish(&mut next),
        _ => rewrite(&mut next, setup, edit),
    };
    label.map(|label| (label.to_owned(), next)).into_iter().collect()
}

/// `state rm x`, and x leaves the file.
fn forget(world: &mut World, setup: &Setup) -> Option<&'static str> {
    let x = name("x");
    world.state.drop_unsent();
    world.file.webhooks.remove(&x)?;
    world.state.current(&x)?;
    let slot = world.state.endpoints[&x].clone();
    let ids: Vec<EndpointId> = slot.all().map(|managed| managed.endpoint_id.clone()).collect();
    if world.state.pending.is_empty() {
        world.given_up.extend(ids.iter().cloned());
    }
    world.forgotten.extend(ids);
    world.fold(Record::Forgotten { name: x }, setup.wording);
    Some("x is forgotten, and leaves the file")
}

fn vanish(world: &mut World) -> Option<&'static str> {
    let id = world.state.current(&name("x"))?.endpoint_id.clone();
    world.server.live.remove(&id)?;
    Some("the endpoint of x is deleted outside")
}

/// What people do to the file.
fn rewrite(world: &mut World, setup: &Setup, edit: Edit) -> Option<&'static str> {
    let (x, y) = (name("x"), name("y"));
    let webhooks = &mut world.file.webhooks;
    match edit {
        Edit::Change => {
            let entry = webhooks.get_mut(&x)?;
            entry.wanted.spec = if entry.wanted.spec == spec(1) { spec(2) } else { spec(1) };
            Some("x is edited")
        }
        Edit::Rotate => {
            webhooks.get_mut(&x)?.wanted.rotation += 1;
            Some("the rotation of x is raised")
        }
        Edit::Remove if webhooks.remove(&x).is_some() => Some("x is removed"),
        Edit::Remove => {
            world.want("x", 1, setup);
            Some("x is written again")
        }
        Edit::Swap if webhooks.contains_key(&x) && !webhooks.contains_key(&y) => {
            world.want("x", 2, setup);
            world.want("y", 1, setup);
            Some("x is edited, and y has what x had")
        }
        Edit::Exchange => {
            let (of_x, of_y) = (webhooks.remove(&x)?, webhooks.remove(&y)?);
            webhooks.extend([(x, of_y), (y, of_x)]);
            Some("x and y exchange what they want")
        }
        Edit::Rename if !webhooks.contains_key(&y) => {
            let entry = webhooks.remove(&x)?;
            webhooks.insert(y, entry);
            Some("x is renamed to y")
        }
        _ => None,
    }
}

/// `import x ID`, for every duplicate of x that is not the state's, and is not being deleted.
fn imported(world: &World, setup: &Setup) -> Vec<(String, World)> {
    let x = name("x");
    let Some(entry) = world.file.webhooks.get(&x).filter(|_| world.state.current(&x).is_none()) else {
        return Vec::new();
    };
    let wanted = Wanted { prevent_destroy: false, ..entry.wanted.clone() };
    let free = |id: &EndpointId| {
        !world.state.is_being_deleted(id) && world.state.all().all(|(_, managed)| managed.endpoint_id != *id)
    };
    let duplicates = world.server.live.iter().filter(|(id, endpoint)| endpoint.spec == wanted.spec && free(id));
    let import = |(id, endpoint)| {
        let seen = observed(id, endpoint);
        let managed = Box::new(Managed::adopted(wanted.clone(), &seen));
        let mut next = world.clone();
        next.state.drop_unsent();
        next.fold(Record::Imported { name: x.clone(), managed }, setup.wording);
        (format!("{id} is imported as x"), next)
    };
    duplicates.map(import).collect()
}

/// `state recover FILE`, for every errored file.
fn recovered(world: &World) -> Vec<(String, World)> {
    let recover = |receipt: &Receipt| {
        let mut next = world.clone();
        next.state.drop_unsent();
        let untaken = next.state.recover(vec![Record::Receipt(receipt.clone())], 0);
        if untaken.is_empty() {
            next.recorded.insert(receipt.endpoint_id.clone());
        }
        (format!("state recover: {} ({untaken:?})", receipt.endpoint_id), next)
    };
    world.errored.iter().map(recover).collect()
}
