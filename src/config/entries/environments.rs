//! `[environments.*]`: what each of them says in place of the rest of the file, and which one was chosen.

use std::ops::Range;

use crate::config::BaseUrl;
use crate::config::entries::sections::{self, Encryption, Place, SafetyRead};
use crate::config::syntax::errors::{Errors, Whole, quoted_short};
use crate::config::syntax::tree::{Item, Table};
use crate::config::values::name::read_name;
use crate::config::values::variables::{EnvironmentName, EnvironmentValues};
use crate::diagnostic::FileError;
use crate::endpoint::Name;

/// The keys of an environment.
pub(in crate::config) const KEYS: [&str; 8] =
    ["base_url", "state", "api_key_env", "recipients", "recipients_file", "safety", "variables", "imports"];

/// The variable that holds the API key where no environment names another.
pub(in crate::config) const KEY_VARIABLE: &str = "VIDEOGEN_API_KEY";

/// How many environments are named to choose from.
const MOST_NAMED: usize = 20;

/// All environments of a file.
#[derive(Default)]
pub(in crate::config) struct Environments<'t> {
    /// Where the first one stands.
    place: Range<usize>,
    pub(in crate::config) all: Vec<Environment<'t>>,
}

/// One environment.
pub(in crate::config) struct Environment<'t> {
    pub(in crate::config) name: Name,
    pub(in crate::config) place: Range<usize>,
    /// `Some(None)` at an error.
    pub(in crate::config) base_url: Option<Option<BaseUrl>>,
    pub(in crate::config) state: Option<Place>,
    pub(in crate::config) api_key_env: Option<String>,
    pub(in crate::config) encryption: Option<Encryption>,
    pub(in crate::config) safety: SafetyRead,
    pub(in crate::config) variables: Vec<Item<'t>>,
    pub(in crate::config) imports: Vec<Item<'t>>,
}

/// The environment of a run.
pub(in crate::config) enum Chosen<'a, 't> {
    /// The file has none.
    None,
    /// It is not known which is meant, and an error says so.
    Unknown,
    One(&'a Environment<'t>),
}

impl<'a> Chosen<'a, '_> {
    /// Its name.
    pub(in crate::config) fn name(&self) -> Option<&'a Name> {
        match self {
            Self::One(environment) => Some(&environment.name),
            Self::None | Self::Unknown => None,
        }
    }
}

/// Reads `[environments.*]`.
pub(in crate::config) fn read<'t>(root: &Table<'t>, over: Option<&BaseUrl>, errors: &mut Errors) -> Environments<'t> {
    let Some(item) = root.get("environments") else { return Environments::default() };
    let Some(table) = item.free_table("[environments.NAME]", errors) else { return Environments::default() };
    let read = |item: Item<'t>| {
        let name = read_name(item.key(), item.key_span(), errors);
        let table = item.table("[environments.NAME]", &KEYS, errors)?;
        Some(environment(name?, item.key_span(), &table, over, errors))
    };
    Environments { place: item.key_span(), all: table.items().into_iter().filter_map(read).collect() }
}

fn environment<'t>(
    name: Name,
    place: Range<usize>,
    table: &Table<'t>,
    over: Option<&BaseUrl>,
    errors: &mut Errors,
) -> Environment<'t> {
    let names_recipients = table.get("recipients").or(table.get("recipients_file")).is_some();
    let mut items = |key, example| {
        let table = table.get(key).and_then(|item| item.free_table(example, errors));
        table.map(|table| table.items()).unwrap_or_default()
    };
    let variables = items("variables", "variables = { host = \"…\" }");
    let imports = items("imports", "imports = { old-hook = \"ep_…\" }");
    Environment {
        base_url: table.get("base_url").map(|item| sections::base_url(item, over, errors)),
        state: table
            .get("state")
            .and_then(|item| sections::state_place(item, &format!("\"state/webhooks.{name}.state.json\""), errors)),
        api_key_env: table.get("api_key_env").and_then(|item| key_variable(item, errors)),
        encryption: names_recipients.then(|| sections::recipients(table, errors)),
        safety: sections::safety(table, errors),
        variables,
        imports,
        name,
        place,
    }
}

/// Reads `api_key_env`: it can name no other secret than an API key, whoever wrote the file.
fn key_variable(item: Item<'_>, errors: &mut Errors) -> Option<String> {
    let text = item.text("\"VIDEOGEN_API_KEY_PROD\"", errors)?;
    let legal = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let rest = text.text.strip_prefix(KEY_VARIABLE);
    let suffix = rest.and_then(|rest| if rest.is_empty() { Some("X") } else { rest.strip_prefix('_') });
    if suffix.is_some_and(|suffix| !suffix.is_empty() && suffix.len() <= 64 && suffix.chars().all(legal)) {
        return Some(text.text.to_owned());
    }
    let message = format!("`api_key_env` cannot be {}", quoted_short(text.text));
    let hint = "write \"VIDEOGEN_API_KEY\", or that with `_` and A-Z 0-9 _ after it, such as \"VIDEOGEN_API_KEY_PROD\"";
    let label = "a file cannot send another secret as the API key";
    errors.push(FileError::new(message, text.span, label).hint(hint));
    None
}

impl<'t> Environments<'t> {
    /// Whether an entry's `environments` name the one that was chosen; each must be one of the file's.
    pub(in crate::config) fn includes(&self, item: Item<'_>, chosen: &Chosen<'_, '_>, errors: &mut Errors) -> bool {
        let Some(names) = item.texts("\"prod\"", errors) else { return true };
        if names.is_empty() {
            let error = FileError::new("`environments` names none", item.span(), "");
            errors.push(error.hint("name those that have the entry, or remove the key: every one has it then"));
        }
        for name in &names {
            if self.all.iter().any(|one| one.name.as_str() == name.text) {
                continue;
            }
            let meant = errors.guess(name.text, self.all.iter().map(|one| one.name.as_str()));
            let label = meant.map(|meant| format!("did you mean `{meant}`?")).unwrap_or_default();
            let error = FileError::new(
                format!("{} is no environment of the file", quoted_short(name.text)),
                name.span.clone(),
                label,
            );
            errors.absent(error.hint("write `[environments.NAME]`, or name another"), Whole::File);
        }
        chosen.name().is_none_or(|chosen| names.iter().any(|name| name.text == chosen.as_str()))
    }

    /// What they say of the file's variables.
    pub(in crate::config) fn variables(&self, chosen: &Chosen<'_, '_>) -> EnvironmentValues<'_, 't> {
        let name = match chosen {
            Chosen::None => EnvironmentName::None,
            Chosen::Unknown => EnvironmentName::Unknown,
            Chosen::One(one) => EnvironmentName::Known(one.name.to_string()),
        };
        let is_chosen = |one: &Environment<'_>| chosen.name() == Some(&one.name);
        let values = self.all.iter().map(|one| (is_chosen(one), one.variables.as_slice())).collect();
        EnvironmentValues { name, values }
    }

    /// Those that were not chosen, each with its own state.
    pub(in crate::config) fn others(&self, chosen: Option<&Name>) -> Vec<(Name, Option<Place>)> {
        let others = self.all.iter().filter(|one| Some(&one.name) != chosen);
        others.map(|one| (one.name.clone(), one.state.clone())).collect()
    }

    /// The environment that was asked for; forgetting it is an error, and so is one that is not there.
    pub(in crate::config) fn choose(&self, asked: Option<&str>, errors: &mut Errors) -> Chosen<'_, 't> {
        let flags: Vec<String> = self.all.iter().take(MOST_NAMED).map(|one| format!("`--env {}`", one.name)).collect();
        let flags = flags.join(" or ");
        let Some(asked) = asked else {
            if self.all.is_empty() {
                return Chosen::None;
            }
            let error = FileError::new("the file has environments, and none was chosen", self.place.clone(), "");
            errors.push(error.hint(format!("write {flags}")));
            return Chosen::Unknown;
        };
        if let Some(one) = self.all.iter().find(|one| one.name.as_str() == asked) {
            return Chosen::One(one);
        }
        let asked_word = quoted_short(asked);
        if self.all.is_empty() {
            let error = FileError::placeless(format!("`--env` names {asked_word}, and the file has no environments"));
            let hint = "leave `--env` out, or write `[environments.NAME]`";
            errors.absent(error.hint(hint), Whole::File);
        } else {
            let meant = errors.guess(asked, self.all.iter().map(|one| one.name.as_str()));
            let label = meant.map(|meant| format!("did you mean `{meant}`?")).unwrap_or_default();
            let message = format!("`--env` names {asked_word}, which is no environment of the file");
            let error = FileError::new(message, self.place.clone(), label).hint(format!("write {flags}"));
            errors.absent(error, Whole::File);
        }
        Chosen::Unknown
    }
}
