//! Why an apply would be refused, in words, and the ways out: the one in the file first, since nobody can pass a flag
//! from a pull request.

use std::collections::BTreeSet;

use super::super::sentence::{Part, Sentence, id, own, quoted, sentence};
use super::differing;
use crate::endpoint::Name;
use crate::plan::{Protected, Refusal, RefusalKind};
use crate::quote::count;

/// How many flags a hint spells out.
const FLAGS: usize = 10;

fn name(refusal: &Refusal) -> Part {
    own(refusal.name.as_ref().map_or("NAME", Name::as_str))
}

/// How many refusals of one kind are told one by one; more of them are one.
const ALONE: usize = 3;

/// One refusal as a reader is told, or many of one kind.
pub(in crate::render) struct Told {
    pub what: Sentence,
    pub ways: Vec<Sentence>,
}

/// Every refusal, in the plan's order; where many entries have one kind, the first names and a count.
pub(in crate::render) fn told(refusals: &[Refusal]) -> Vec<Told> {
    let mut groups: Vec<(&'static str, Vec<&Refusal>)> = Vec::new();
    for one in refusals {
        let code: &'static str = (&one.kind).into();
        match groups.iter_mut().find(|(known, _)| *known == code) {
            Some((_, group)) => group.push(one),
            None => groups.push((code, vec![one])),
        }
    }
    groups.iter().flat_map(|(_, group)| told_group(group)).collect()
}

fn told_group(group: &[&Refusal]) -> Vec<Told> {
    let alone = |one: &&Refusal| Told { what: placed(one), ways: ways(one) };
    match group {
        [first, ..] if group.len() > ALONE => together(&first.kind, group).map(|told| vec![told]),
        _ => None,
    }
    .unwrap_or_else(|| group.iter().map(alone).collect())
}

/// Many refusals of one kind as one; `None` where each must be told.
fn together(kind: &RefusalKind, group: &[&Refusal]) -> Option<Told> {
    use RefusalKind as R;
    let names: Vec<&Name> = group.iter().filter_map(|one| one.name.as_ref()).collect();
    let values = || [own(group.len()), super::names(names.iter().copied())];
    let (what, ways) = match kind {
        R::Duplicate { .. } => (
            "{} entries would each duplicate a live endpoint with the same URL and events that is not in the state: {}",
            vec![
                sentence("to adopt the endpoints, paste the imports below into the configuration", []),
                sentence("if the state was lost or rolled back, restore it", []),
                sentence("to create second ones, pass `--allow-duplicate NAME` for each", []),
            ],
        ),
        R::Protected { .. } => (
            "{} entries have prevent_destroy and would be deleted, forgotten or replaced without an overlap: {}",
            vec![sentence(
                "protection outlives an entry: keep each in the configuration with `prevent_destroy = false` for one apply",
                [],
            )],
        ),
        R::ImportNotListed { .. } => {
            ("{} entries cannot adopt their endpoints, which the API does not list: {}", ways(group[0]))
        }
        R::ImportDiffers { .. } => ("{} entries cannot adopt endpoints that differ from them: {}", ways(group[0])),
        R::AllGone { .. } | R::UnknownName { .. } | R::CannotEncrypt { .. } | R::NoWebhooks { .. } => return None,
        R::ImportOfDeleted { .. } | R::ImportOfDeposed { .. } | R::ImportOfManaged { .. } => return None,
        R::ImportBesideCurrent { .. } | R::ForgetInOverlap { .. } | R::TooManyDeletes { .. } => return None,
    };
    Some(Told { what: sentence(what, values()), ways })
}

/// Whose refusal it is, and where that stands in the configuration.
fn place(refusal: &Refusal) -> Sentence {
    let Some(name) = &refusal.name else { return Sentence::default() };
    match (&refusal.file, refusal.line) {
        (Some(file), Some(line)) => sentence("{}, {} line {}: ", [own(name), quoted(file), own(line)]),
        (None, Some(line)) => sentence("{}, line {}: ", [own(name), own(line)]),
        (_, None) => sentence("{}: ", [own(name)]),
    }
}

/// What is refused, behind its place in the configuration.
pub(in crate::render) fn placed(one: &Refusal) -> Sentence {
    place(one).then(refusal(one))
}

/// What is refused.
pub(in crate::render) fn refusal(refusal: &Refusal) -> Sentence {
    use RefusalKind as R;
    let name = name(refusal);
    match &refusal.kind {
        R::AllGone { endpoints } => {
            sentence("the state has {}, and the API lists none of them", [own(count(*endpoints, "endpoint"))])
        }
        R::UnknownName { flag, pattern } => {
            let flag: &str = flag.into();
            sentence("{} {} names no entry and no endpoint of the state", [own(format!("`{flag}`")), quoted(pattern)])
        }
        R::CannotEncrypt { why } => sentence("{}", [own(why)]),
        R::NoWebhooks { endpoints } => sentence(
            "the configuration defines no webhooks; this would delete {}",
            [own(if *endpoints == 1 { "its 1 endpoint".to_owned() } else { format!("all {endpoints} endpoints") })],
        ),
        R::Duplicate { endpoint_id } => sentence(
            "`{}` would duplicate {}, a live endpoint with the same URL and events that is not in the state",
            [name, id(endpoint_id)],
        ),
        R::ImportOfDeleted { endpoint_id } => {
            sentence("`{}` cannot adopt {}: its deletion was sent and may still arrive", [name, id(endpoint_id)])
        }
        R::ImportOfDeposed { endpoint_id } => {
            sentence("`{}` cannot adopt {}: it is a predecessor in the state", [name, id(endpoint_id)])
        }
        R::ImportOfManaged { endpoint_id, owner } => {
            sentence("`{}` cannot adopt {}: it is `{}` in the state", [name, id(endpoint_id), own(owner)])
        }
        R::ImportBesideCurrent { endpoint_id, current } => {
            sentence("`{}` cannot adopt {}: it has {} in the state", [name, id(endpoint_id), id(current)])
        }
        R::ImportDiffers { endpoint_id, wanted, live } => {
            sentence("`{}` cannot adopt {}, which differs from its entry: ", [name, id(endpoint_id)])
                .then(differing(wanted, live))
        }
        R::ImportNotListed { endpoint_id } => {
            sentence("`{}` cannot adopt {}: the API does not list it", [name, id(endpoint_id)])
        }
        R::ForgetInOverlap { endpoint_id, is_due: _ } => {
            sentence("`{}` cannot be forgotten while its predecessor {} is live", [name, id(endpoint_id)])
        }
        R::Protected { against, remains: _ } => sentence(
            match against {
                Protected::Deletion => "`{}` has prevent_destroy and would be deleted",
                Protected::Forget => "`{}` has prevent_destroy and would be forgotten",
                Protected::ReplacementWithoutOverlap => {
                    "`{}` has prevent_destroy and would be replaced without an overlap"
                }
            },
            [name],
        ),
        R::TooManyDeletes { endpoints, most, names: _ } => sentence(
            "{} would be deleted, replaced or forgotten, and `[safety] max_deletes` is {}",
            [own(count(*endpoints, "endpoint")), own(most)],
        ),
    }
}

/// The ways out of a refusal, the best first.
pub(in crate::render) fn ways(refusal: &Refusal) -> Vec<Sentence> {
    use RefusalKind as R;
    let name = || name(refusal);
    match &refusal.kind {
        R::AllGone { .. } => vec![
            sentence("check that the API key belongs to the right account", vec![]),
            sentence("if the endpoints are gone, pass `--allow-all-gone`", []),
        ],
        R::UnknownName { .. } => {
            vec![sentence(
                "`hookwright state list` shows the names of the state; the configuration has the others",
                vec![],
            )]
        }
        R::CannotEncrypt { why } => vec![sentence("{}", [own(why.hint())])],
        R::NoWebhooks { .. } => vec![
            sentence("check that it is the right file", vec![]),
            sentence(
                "to delete them, pass `--allow-delete NAME` for each (`'*'` for all) or run `hookwright destroy`",
                [],
            ),
        ],
        R::Duplicate { endpoint_id } => vec![
            sentence(
                "to adopt the endpoint, set `{}` to {} under `[imports]`",
                vec![name(), quoted(endpoint_id.as_str())],
            ),
            sentence("if the state was lost or rolled back, restore it", vec![]),
            sentence("to create a second one, pass `--allow-duplicate {}`", [name()]),
        ],
        R::ImportOfDeleted { .. } => vec![sentence("remove this import", vec![])],
        R::ImportOfDeposed { .. } => {
            vec![sentence("remove this import; a predecessor never becomes current again", vec![])]
        }
        R::ImportOfManaged { owner, .. } => {
            vec![sentence("to rename it, write `{} = \"{}\"` under `[moved]`", vec![name(), own(owner)])]
        }
        R::ImportBesideCurrent { .. } => vec![sentence("import it under a name that has no endpoint", vec![])],
        R::ImportDiffers { .. } => {
            vec![sentence("write the entry as the endpoint is, and change it in a later apply", vec![])]
        }
        R::ImportNotListed { .. } => {
            vec![sentence("check the id, and that the API key belongs to the right account", vec![])]
        }
        R::ForgetInOverlap { is_due: true, .. } => {
            vec![sentence("retire the predecessor first: `hookwright apply --retire`", vec![])]
        }
        R::ForgetInOverlap { is_due: false, .. } => vec![
            sentence("wait for the end of the overlap", vec![]),
            sentence("or end it with `hookwright secret rotate {} --finish`", [name()]),
        ],
        R::Protected { remains: true, .. } => {
            vec![sentence("give it an overlap, or set `lifecycle.prevent_destroy = false` in its entry", vec![])]
        }
        R::Protected { remains: false, .. } => vec![sentence(
            "protection outlives the entry: keep `[webhooks.{}]` with `prevent_destroy = false` for one apply, then remove it",
            vec![name()],
        )],
        R::TooManyDeletes { names, .. } => {
            vec![sentence("raise `[safety] max_deletes` in the configuration", vec![]), allow_deletes(names)]
        }
    }
}

/// The flags that allow each deletion.
fn allow_deletes(names: &BTreeSet<Name>) -> Sentence {
    if names.len() > FLAGS {
        return sentence("or pass `--allow-delete NAME` for each (`--allow-delete '*'` for all)", []);
    }
    let flags = names.iter().map(|name| format!("--allow-delete {name}")).collect::<Vec<_>>().join(" ");
    sentence("or pass `{}`", [own(flags)])
}
