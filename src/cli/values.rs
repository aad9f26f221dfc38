//! Values of variables, as a run gives them.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::flags::Global;
use super::source::{drawn, read_text};
use super::terminal;
use crate::config::{Given, Giver, parse_values};
use crate::diagnostic::Sources;
use crate::quote::{hidden, quoted};

/// What an environment variable begins with that holds a value.
const PREFIX: &str = "HOOKWRIGHT_VAR_";

/// All values, a later one before an earlier one: files in their order, then the environment, then flags in theirs.
pub(super) fn given(global: &Global) -> Result<Vec<Given>, Failure> {
    let mut values = Vec::new();
    for file in &global.var_files {
        values.extend(of_file(file)?);
    }
    let mut variables: Vec<Given> = Vec::new();
    for (key, value) in std::env::vars_os() {
        variables.extend(of_environment(&key, &value));
    }
    variables.sort_by(|a, b| a.name.cmp(&b.name));
    values.extend(variables);
    let flag = |(name, value): &(String, String)| {
        let (name, value) = (name.clone(), value.clone());
        Given { name, value: Ok(value), origin: "`--var`".to_owned(), giver: Giver::Flag }
    };
    values.extend(global.vars.iter().map(flag));
    Ok(values)
}

fn of_file(file: &Path) -> Result<Vec<Given>, Failure> {
    if !crate::disk::is_descriptor(file) && !file.exists() {
        return Err(Failure::new(format!("there is no file {}", terminal::path(file)))
            .hint("--var-file FILE names a TOML file of values, a line each: host = \"hooks.example.com\""));
    }
    let sources = Sources::one(file.display().to_string(), read_text(file)?);
    let origin = format!("`--var-file` {}", quoted(&file.display().to_string()));
    parse_values(&sources, &origin).map_err(|faults| drawn(&sources, &PathBuf::from(file), &faults))
}

fn of_environment(key: &OsStr, value: &OsStr) -> Option<Given> {
    let name = key.to_str()?.strip_prefix(PREFIX)?;
    let origin = quoted(&hidden(&format!("{PREFIX}{name}"))).trim_matches('"').to_owned();
    let value = value.to_str().map(str::to_owned).ok_or_else(|| "is not UTF-8".to_owned());
    Some(Given { name: name.to_owned(), value, origin, giver: Giver::Environment })
}
