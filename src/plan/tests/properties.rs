//! What holds for every world: order is irrelevant, the same world gives the same bytes, what agrees needs nothing,
//! what is not ours is never ended.

use proptest::prelude::*;

use super::world::{id, name, observed};
use super::{World, told};
use crate::endpoint::Spec;
use crate::plan::{Action, Ledger};

const NAMES: [&str; 5] = ["a", "b", "c", "d", "e"];

/// An entry of a file: its name, and the numbers of its attributes.
#[derive(Debug, Clone)]
struct Line {
    name: &'static str,
    url: usize,
    description: usize,
    rotation: u32,
    lifecycle: usize,
}

impl Line {
    fn text(&self) -> String {
        let Self { name, url, description, rotation, lifecycle } = self;
        let lifecycle = [
            "",
            "lifecycle = { prevent_destroy = true }\n",
            "lifecycle = { replace = \"destroy_before_create\" }\n",
            "lifecycle = { ignore_changes = [\"description\"] }\n",
        ][*lifecycle];
        let description = ["", "description = \"one\"\n", "description = \"two\"\n"][*description];
        format!(
            "[webhooks.{name}]\nurl = \"https://h.example/{url}\"\nevents = [\"file.*\"]\nrotation = {rotation}\n\
             {description}{lifecycle}"
        )
    }
}

fn text(lines: &[Line]) -> String {
    lines.iter().map(Line::text).collect()
}

/// A file: some of the names, each with a URL that no other has.
fn file() -> impl Strategy<Value = Vec<Line>> {
    let names = prop::sample::subsequence(&NAMES[..], 0..=NAMES.len()).prop_shuffle();
    let urls = Just((0..NAMES.len()).collect::<Vec<_>>()).prop_shuffle();
    let rest = prop::collection::vec((0..3usize, 1..3u32, 0..4usize), NAMES.len());
    (names, urls, rest).prop_map(|(names, urls, rest)| {
        let line = |(at, name)| {
            let (description, rotation, lifecycle) = rest[at];
            Line { name, url: urls[at], description, rotation, lifecycle }
        };
        names.into_iter().enumerate().map(line).collect()
    })
}

/// What happened to the listing: for each managed endpoint, and how many strangers came, each the double of a URL.
fn listing() -> impl Strategy<Value = (Vec<usize>, Vec<usize>)> {
    (prop::collection::vec(0..6usize, NAMES.len()), prop::collection::vec(0..8usize, 0..4))
}

/// A world that was settled for one file, happened to, and is now planned for another.
fn world() -> impl Strategy<Value = World> {
    (file(), file(), listing(), prop::collection::vec((0..5usize, 0..3u32, any::<bool>()), 0..3)).prop_map(
        |(before, after, (fates, strangers), lost)| {
            let mut world = World::applied(&text(&before));
            for (line, fate) in before.iter().zip(fates) {
                let endpoint = format!("ep_{}", line.name);
                match fate {
                    0 => world.unlist(&endpoint),
                    1 => world.listed(&endpoint).url = "https://other.example/".to_owned(),
                    2 => world.listed(&endpoint).secret_last4 = Some("2222".to_owned()),
                    _ => {}
                }
            }
            for (at, url) in strangers.into_iter().enumerate() {
                let events = crate::endpoint::expand_event("file.*").into_iter().map(str::to_owned).collect();
                let spec = Spec { url: format!("https://h.example/{url}"), events, description: None };
                let mut seen = observed(&id(&format!("ep_stranger{at}")), &spec, "3333");
                seen.created_at = Some(world.now.0 - 30);
                world.list(seen);
            }
            world.text = text(&after);
            for (at, (line, unanswered, closed)) in lost.into_iter().enumerate() {
                if let Some(line) = after.get(line) {
                    let mut intent = world.lost(&format!("key{at}"), line.name);
                    (intent.unanswered, intent.closed) = (unanswered + 1, closed);
                    world.state.pending.push(intent);
                }
            }
            world
        },
    )
}

proptest! {
    #[test]
    fn the_order_of_the_listing_and_of_the_file_is_irrelevant(world in world(), seed in any::<u64>()) {
        let plan = format!("{:?}", world.plan());
        let mut shuffled = world.clone();
        let live = shuffled.live.as_mut().unwrap();
        let turn = usize::try_from(seed % 7).unwrap() % live.len().max(1);
        live.rotate_left(turn);
        prop_assert_eq!(&plan, &format!("{:?}", shuffled.plan()));
        live_reversed(&mut shuffled);
        prop_assert_eq!(&plan, &format!("{:?}", shuffled.plan()));
        let mut entries: Vec<&str> = world.text.split_inclusive("\n").collect();
        let heads: Vec<usize> = (0..entries.len()).filter(|at| entries[*at].starts_with('[')).collect();
        if let Some(second) = heads.get(1) {
            entries.rotate_left(*second);
        }
        shuffled.text = entries.concat();
        prop_assert_eq!(world.plan().id, shuffled.plan().id);
        prop_assert_eq!(world.told(), shuffled.told());
    }

    #[test]
    fn planning_twice_gives_the_same_bytes(world in world()) {
        prop_assert_eq!(format!("{:?}", world.plan()), format!("{:?}", world.plan()));
    }

    #[test]
    fn a_state_and_a_listing_that_are_as_desired_need_nothing(file in file()) {
        let plan = World::applied(&text(&file)).plan();
        prop_assert!(plan.is_empty() && plan.drift.is_empty() && plan.refusals.is_empty(), "{}", told(&plan));
        prop_assert!(plan.notes.is_empty() && plan.unmanaged.is_empty() && plan.tidy.is_empty());
        prop_assert_eq!(plan.unchanged.len(), file.len());
    }

    #[test]
    fn what_ends_is_in_the_state_or_certainly_an_orphan(mut world in world(), destroy in any::<bool>()) {
        world.choices.destroy = destroy;
        let known: Vec<_> = world.state.all().map(|(_, managed)| managed.endpoint_id.clone()).collect();
        for change in world.plan().changes {
            match &change.action {
                Action::Delete { endpoint_id, .. } => prop_assert!(known.contains(endpoint_id)),
                Action::Replace { old, make, .. } => {
                    prop_assert!(known.contains(old) && make.gone.is_none());
                }
                Action::Create(make) => prop_assert!(make.gone.iter().all(|gone| known.contains(gone))),
                Action::Resend { replaces, .. } => prop_assert!(replaces.iter().all(|old| known.contains(old))),
                Action::DeleteOrphan { endpoint_id, key } => {
                    let ledger = Ledger::new(&world.state, world.live.as_deref().unwrap());
                    let account = ledger.account(&world.state.intent(key).unwrap().wanted.spec).unwrap();
                    prop_assert!(!known.contains(endpoint_id));
                    prop_assert!(ledger.candidates(account).certain.contains(endpoint_id));
                }
                _ => {}
            }
        }
    }

    #[test]
    fn every_entry_and_every_endpoint_of_the_state_is_accounted_for(world in world()) {
        let plan = world.plan();
        let file: Vec<_> = NAMES.iter().filter(|n| world.text.contains(&format!("[webhooks.{n}]"))).map(|n| name(n)).collect();
        for entry in &file {
            let told = plan.changes.iter().any(|change| change.name == *entry);
            prop_assert!(told || plan.unchanged.iter().any(|(name, _)| name == entry), "{entry}\n{}", told_of(&world));
        }
        for (had, managed) in world.state.currents() {
            let moved = plan.changes.iter().any(|c| matches!(&c.action, Action::Rename { from } if from == had));
            let ended = plan.changes.iter().any(|c| {
                matches!(&c.action, Action::Delete { endpoint_id, .. } if *endpoint_id == managed.endpoint_id)
            });
            let stays = file.contains(had) && !moved;
            prop_assert!(moved || ended || stays, "{had} is neither wanted nor ended\n{}", told_of(&world));
        }
    }
}

fn live_reversed(world: &mut World) {
    world.live.as_mut().unwrap().reverse();
}

fn told_of(world: &World) -> String {
    format!("{}\n{}", world.text, world.told())
}
