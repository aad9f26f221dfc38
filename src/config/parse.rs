//! All files: every section read in turn, then what they owe to one another.

use toml::de::DeTable;

use crate::config::entries::entry::{Reading, Webhooks};
use crate::config::entries::settings::{self, Settings};
use crate::config::entries::{duplicates, environments, guards, names};
use crate::config::syntax::errors::Errors;
use crate::config::syntax::lines::Lines;
use crate::config::syntax::read;
use crate::config::syntax::repair::Repaired;
use crate::config::syntax::tree::Table;
use crate::config::values::endpoint_url::UrlRules;
use crate::config::values::variables::Variables;
use crate::config::{Desired, Inputs};
use crate::diagnostic::{FileError, Sources};

/// The keys of a file.
pub(super) const KEYS: [&str; 12] = [
    "provider",
    "state",
    "encryption",
    "safety",
    "defaults",
    "webhooks",
    "imports",
    "moved",
    "removed",
    "allow_unknown_events",
    "environments",
    "variables",
];

/// Reads the files of one desired state.
///
/// The error is every error of all files, sorted by place, never empty; past a hundred they are counted.
pub fn parse(sources: &Sources, inputs: &Inputs) -> Result<Desired, Vec<FileError>> {
    if let Some(error) = read::too_large(sources) {
        return Err(vec![error]);
    }
    let lines = Lines::of(sources.whole());
    let mut errors = Errors::default();
    let sound: Option<Vec<(usize, DeTable<'_>)>> =
        sources.texts().map(|(start, text)| Some((start, read::read_sound(text)?))).collect();
    let desired = match sound {
        Some(trees) => desired(&trees, sources, inputs, &lines, &mut errors),
        None => {
            let repaired: Vec<(usize, Repaired<'_>)> = sources
                .texts()
                .filter_map(|(start, text)| Some((start, read::prepare(text, start, &lines, &mut errors)?)))
                .collect();
            let trees: Vec<(usize, DeTable<'_>)> = repaired
                .iter()
                .filter_map(|(start, repaired)| {
                    Some((*start, read::read_repaired(repaired, *start, &lines, &mut errors)?))
                })
                .collect();
            desired(&trees, sources, inputs, &lines, &mut errors)
        }
    };
    desired.filter(|_| errors.is_empty()).ok_or_else(|| errors.finish(sources.whole(), &lines))
}

/// What the trees ask for. It is whole where no error was found; `None` only beside an error.
fn desired(
    trees: &[(usize, DeTable<'_>)],
    sources: &Sources,
    inputs: &Inputs,
    lines: &Lines,
    errors: &mut Errors,
) -> Option<Desired> {
    let roots: Vec<Table<'_>> = trees.iter().map(|(start, tree)| Table::new(tree, *start, &KEYS, errors)).collect();
    let nothing = DeTable::new();
    let guards = guards::of(&roots, errors).unwrap_or_else(|| Table::free(&nothing, 0));
    let environments = environments::read(&guards, inputs.base_url.as_ref(), errors);
    let environment = environments.choose(inputs.environment.as_deref(), errors);
    let variables =
        Variables::read(&guards, environments.variables(&environment), &inputs.values, sources.whole(), errors);
    let Settings { base_url, mark, state_path, recipients, recipients_file, safety, api_key_env } =
        settings::settings(&guards, &environments, &environment, inputs.base_url.as_ref(), errors);
    let urls = UrlRules { base_url: base_url.as_ref(), allowed_hosts: safety.patterns() };
    let reading =
        Reading { urls, variables: &variables, environments: &environments, environment: &environment, lines, sources };
    let mut webhooks = Webhooks::default();
    for root in &roots {
        webhooks.read(root, &reading, errors);
    }
    duplicates::refuse(&webhooks, errors);
    let chosen = environment.name();
    let mut imports = names::imports(&roots, &environments, chosen, &webhooks.places, errors);
    // Those of an entry that another environment has.
    imports.retain(|name, _| webhooks.entries.contains_key(name));
    Some(Desired {
        imports,
        moved: names::moved(&roots, &webhooks.places, errors),
        removed: names::removed(&roots, &webhooks.places, errors),
        base_url: base_url?,
        mark,
        environment: chosen.cloned(),
        other_environments: environments.others(chosen),
        api_key_env,
        state_path,
        recipients,
        recipients_file,
        safety: safety.safety,
        webhooks: webhooks.entries,
        warnings: variables.warnings,
    })
}
