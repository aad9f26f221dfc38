//! `hookwright secret export`: secrets in clear for their consumers, all of them or none.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::identity::{IdentityArgs, reveal};
use crate::cli::results::{Kind, Output};
use crate::cli::stored::{current, known, read};
use crate::cli::{project, terminal};
use crate::endpoint::Name;
use crate::secrets::{ExportForm, SecretString};
use crate::state::State;

/// Print secrets in a form that their consumers take
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright secret export --format dotenv --out secrets.env -i identity.txt
  hookwright secret export --format k8s-secret render-done | kubectl apply -f -
  hookwright secret export --format json --with-previous    during an overlap")]
pub(super) struct ExportArgs {
    /// The entries [default: all]
    names: Vec<Name>,
    /// The form
    #[arg(long, value_enum)]
    format: ExportFormat,
    /// The keys: {NAME} is the entry's name in upper case with underscores, {name} the name as it is [default:
    /// VIDEOGEN_{NAME}_SECRET for dotenv, {name} else]
    #[arg(long, value_name = "TEMPLATE")]
    name_template: Option<String>,
    /// The name of the Kubernetes Secret
    #[arg(long, value_name = "NAME", default_value = "videogen-webhooks")]
    k8s_name: String,
    /// Also the secrets of predecessors that are still live, as KEY_PREVIOUS: a consumer accepts both meanwhile
    #[arg(long)]
    with_previous: bool,
    /// Write a file that you alone can read, whole or not at all
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    identity: IdentityArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum ExportFormat {
    /// KEY=value lines
    Dotenv,
    /// One object
    Json,
    /// A Kubernetes Secret's manifest
    K8sSecret,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: &ExportArgs) -> Ended {
    let store = project::store(global)?;
    let state = read(&store).await?;
    let form = match args.format {
        ExportFormat::Dotenv => ExportForm::Dotenv,
        ExportFormat::Json => ExportForm::Json,
        ExportFormat::K8sSecret => ExportForm::KubernetesSecret(args.k8s_name.clone()),
    };
    let out = args.out.as_deref().map(|path| Output::at(path, Kind::Secrets)).transpose()?;
    out.as_ref().map_or(Ok(()), |out| out.spares(&store))?;
    let secrets = collect(&state, args, &form)?;
    let text = form.write(&secrets).map_err(|e| Failure::chain(&e))?;
    match &out {
        None => terminal::print_secret(&text)?,
        Some(out) => {
            out.write(text.as_bytes())?;
            let secrets = crate::quote::count(secrets.len(), "secret");
            terminal::say(&format!("Wrote {secrets} to {}.", terminal::path(out.path())));
        }
    }
    Ok(DONE)
}

fn collect(state: &State, args: &ExportArgs, form: &ExportForm) -> Result<Vec<(Name, String, SecretString)>, Failure> {
    let mut names: Vec<Name> = args.names.clone();
    names.iter().try_for_each(|name| known(state, name))?;
    if names.is_empty() {
        let (with, without): (Vec<_>, Vec<_>) = state.currents().partition(|(_, m)| m.secret.is_some());
        for (name, _) in without {
            terminal::warn(&format!(
                "the secret of `{name}` is not known, and is left out: it was imported without it"
            ));
        }
        names.extend(with.into_iter().map(|(name, _)| name.clone()));
    }
    names.sort();
    names.dedup();
    let template = args.name_template.as_deref().unwrap_or(form.default_template());
    // The keys first: nobody is asked for a passphrase in vain.
    let keys: Result<Vec<_>, _> = names.iter().map(|name| form.key(template, name)).collect();
    let keys = keys.map_err(|e| Failure::chain(&e).hint("choose other keys with --name-template"))?;
    let identities = args.identity.read()?;
    let mut secrets = Vec::new();
    for (name, key) in names.into_iter().zip(keys) {
        let managed = current(state, &name)?;
        let previous =
            state.endpoints[&name].predecessors().rev().find(|old| old.secret.is_some()).filter(|_| args.with_previous);
        if let Some(old) = previous {
            let key = format!("{key}{}", form.previous());
            secrets.push((name.clone(), key, reveal(&state.lineage, &name, old, &identities)?));
        }
        let secret = reveal(&state.lineage, &name, managed, &identities)?;
        secrets.push((name, key, secret));
    }
    Ok(secrets)
}
