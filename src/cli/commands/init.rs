//! `hookwright init`: a starter configuration, and an age identity outside of version control.

use std::collections::BTreeSet;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::connection::Connection;
use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::flags::{Global, Network};
use crate::cli::project::base_url_override;
use crate::cli::results::confined;
use crate::cli::{identity, terminal};
use crate::config::BaseUrl;
use crate::disk;
use crate::endpoint::Observed;
use crate::render;
use crate::secrets::{ExposeSecret, Recipient, generate_identity};
use crate::videogen::ApiReader;

/// Write a starter configuration and make an age identity.
///
/// The identity is the private key that reads the secrets. It is written outside of the project, readable by you
/// alone, and used again where it exists.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright init
  hookwright init --identity /secure/hookwright.txt
  hookwright init --from-live           the next plan is empty but for imports")]
pub(crate) struct InitArgs {
    /// Where the identity is, or is made [default: $XDG_CONFIG_HOME/hookwright/identity.txt, else under ~/.config]
    #[arg(long, value_name = "FILE")]
    identity: Option<PathBuf>,
    /// Write an entry and an import for every endpoint of the account (needs VIDEOGEN_API_KEY)
    #[arg(long)]
    from_live: bool,
    #[command(flatten)]
    network: Network,
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: &InitArgs) -> Ended {
    let config = &global.config;
    if config.symlink_metadata().is_ok() {
        return Err(Failure::new(format!("{} exists already, and is left alone", terminal::path(config)))
            .hint("name another with -c PATH"));
    }
    confined(config)?;
    disk::check_replaceable(config).map_err(|e| Failure::chain(&e))?;
    let identity = match &args.identity {
        Some(path) => {
            confined(path)?;
            path.clone()
        }
        None => identity::default_file()?,
    };
    let existing = if args.from_live { Some(existing(&args.network).await?) } else { None };
    let (recipient, made) = recipient_of(&identity)?;
    let text = match &existing {
        Some(existing) => adopting(&recipient, existing),
        None => starter(&recipient),
    };
    write_new(config, 0o666, &text)?;
    let verb = if made { "Made" } else { "Used" };
    terminal::say(&format!("Wrote {}.", terminal::path(config)));
    terminal::say(&format!("{verb} the age identity {}.", terminal::path(&identity)));
    terminal::say("It reads the secrets: keep a copy of it safe, and never commit it.");
    terminal::say("\nNext: edit the configuration, then `hookwright plan` and `hookwright apply`.");
    Ok(DONE)
}

/// The recipient of the identity at `path`, made there if there is none.
fn recipient_of(path: &Path) -> Result<(Recipient, bool), Failure> {
    let shown = terminal::path(path);
    match disk::read_named(path, MOST_IDENTITY) {
        Ok(bytes) => {
            let text = zeroize::Zeroizing::new(String::from_utf8_lossy(&zeroize::Zeroizing::new(bytes)).into_owned());
            let told = text.lines().find_map(|line| line.strip_prefix("# public key: ")).map(Recipient::parse);
            match told {
                Some(Ok(recipient)) => Ok((recipient, false)),
                _ => Err(Failure::new(format!("{shown} does not say its public key"))
                    .hint("an identity file made by age-keygen or by init does; name another with --identity FILE")),
            }
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                disk::make_folder(folder).map_err(|e| Failure::chain(&e))?;
            }
            let (identity, recipient) = generate_identity();
            crate::mask::learn(identity.expose_secret());
            let text = zeroize::Zeroizing::new(format!("# public key: {recipient}\n{}\n", identity.expose_secret()));
            write_new(path, 0o600, &text)?;
            Ok((recipient, true))
        }
        Err(e) => Err(Failure::caused(format!("could not read {shown}"), &e)),
    }
}

/// The most bytes that an identity file may have.
const MOST_IDENTITY: u64 = 1 << 20;

/// Writes a file that must not exist yet; the umask limits its mode.
fn write_new(path: &Path, mode: u32, text: &str) -> Result<(), Failure> {
    let file = disk::options().write(true).create_new(true).mode(mode).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()))
        .map_err(|e| Failure::caused(format!("could not write {}", terminal::path(path)), &e))?;
    disk::sync_folder(disk::folder_of(path)).map_err(|e| Failure::chain(&e))
}

/// What is live, and where.
struct Existing {
    /// The environment's base URL, where it names one.
    base_url: Option<BaseUrl>,
    endpoints: Vec<Observed>,
}

async fn existing(network: &Network) -> Result<Existing, Failure> {
    let base_url = base_url_override()?;
    let url = base_url.clone().unwrap_or_default();
    let live = match &url {
        BaseUrl::Url(text) => Connection::remote(text, url.is_local(), "VIDEOGEN_API_KEY", network)?,
        BaseUrl::Sandbox => None,
    };
    let missing = || {
        Failure::new("VIDEOGEN_API_KEY is not set")
            .hint("set it to a key of the account: --from-live asks the API what is there")
    };
    Ok(Existing { base_url, endpoints: live.ok_or_else(missing)?.reader.list().await? })
}

/// A configuration that adopts everything that is live.
fn adopting(recipient: &Recipient, existing: &Existing) -> String {
    let base_url =
        existing.base_url.as_ref().map(|base_url| format!("base_url = \"{base_url}\"\n")).unwrap_or_default();
    // A tag at the end of each description that is sent: recovery then never takes somebody else's endpoint for ours.
    let provider = format!("[provider]\n{base_url}mark = true\n\n");
    let entries = render::generated(&existing.endpoints, &[], &BTreeSet::new(), None);
    format!("{provider}[encryption]\nrecipients = [\"{recipient}\"]\n\n{entries}")
}

fn starter(recipient: &Recipient) -> String {
    include_str!("starter.toml").replace("age1RECIPIENT", recipient.as_str())
}
