//! `hookwright verify`: was a captured delivery signed with the stored secret?

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::cli::exit::{DONE, Ended};
use crate::cli::failure::Failure;
use crate::cli::flags::Global;
use crate::cli::identity::{IdentityArgs, reveal};
use crate::cli::stored::known;
use crate::cli::stored::read;
use crate::cli::{clock, project, terminal};
use crate::delivery::{Captured, Invalid, check};
use crate::endpoint::Name;
use crate::timestamp::Timestamp;

/// Check the signature of a captured delivery.
///
/// During a rotation's overlap the predecessor's secret counts too, as it does for a consumer.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  hookwright verify render-done --headers headers.txt --body body.json
  hookwright verify uploads --headers h --body b -i identity.txt
  hookwright verify uploads --headers h --body b --at 2026-11-25T12:00:00Z")]
pub(crate) struct VerifyArgs {
    /// The entry
    name: Name,
    /// The delivery's headers: `Name: value`, one a line
    #[arg(long, value_name = "FILE")]
    headers: PathBuf,
    /// The delivery's body, byte for byte
    #[arg(long, value_name = "FILE")]
    body: PathBuf,
    /// The moment to check it at, five minutes either way [default: now]
    #[arg(long, value_name = "TIME", value_parser = moment)]
    at: Option<Timestamp>,
    #[command(flatten)]
    identity: IdentityArgs,
}

fn moment(text: &str) -> Result<Timestamp, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(Timestamp(seconds));
    }
    humantime::parse_rfc3339_weak(text)
        .map(Timestamp::of)
        .map_err(|_| "a time is written 2026-11-25T12:00:00Z, or as seconds since 1970".to_owned())
}

/// Runs the command.
pub(super) async fn run(global: &Global, args: &VerifyArgs) -> Ended {
    let state = read(&project::store(global)?).await?;
    known(&state, &args.name)?;
    let captured = Captured { headers: headers(&args.headers)?, body: bytes(&args.body)? };
    let slot = &state.endpoints[&args.name];
    let identities = args.identity.read()?;
    let at = args.at.unwrap_or_else(clock::now);
    let mut found = None;
    for one in slot.current.as_deref().into_iter().chain(slot.deposed.iter().rev()) {
        // A predecessor whose secret nobody knows can sign nothing that we could check.
        if one.secret.is_none() && one.until.is_some() {
            continue;
        }
        let secret = reveal(&state.lineage, &args.name, one, &identities)?;
        match check(&secret, &captured, at) {
            Ok(sent) => {
                let whose = if one.until.is_some() { " (the predecessor's secret)" } else { "" };
                terminal::print(&format!("valid: signed for {}{whose} at {sent}\n", one.endpoint_id))?;
                return Ok(DONE);
            }
            Err(Invalid::NoSignatureFits) => {}
            Err(other) => {
                found.get_or_insert(other);
            }
        }
    }
    let invalid = found.unwrap_or(Invalid::NoSignatureFits);
    let failure = Failure::new(format!("the delivery is not valid: {invalid}"));
    Err(match invalid {
        Invalid::OffTime(sent) => {
            failure.hint(format!("the signature fits; for a delivery captured then: --at {sent}"))
        }
        Invalid::NoSignatureFits => failure.hint("is the body the very bytes that came, and is it this endpoint's?"),
        Invalid::Missing(_) | Invalid::BadTimestamp => {
            failure.hint("the headers webhook-id, webhook-timestamp and webhook-signature are needed, as they came")
        }
        Invalid::Secret(_) => failure.hint("rotate it to get a new secret"),
    })
}

/// The most bytes of a captured body, or of its headers.
const MOST_BYTES: u64 = 64 << 20;

fn bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    crate::disk::read_named(path, MOST_BYTES)
        .map_err(|e| Failure::caused(format!("could not read {}", terminal::path(path)), &e))
}

fn headers(path: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let text = bytes(path)?;
    let text = String::from_utf8_lossy(&text);
    let mut headers = BTreeMap::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let Some((name, value)) = line.split_once(':') else {
            return Err(Failure::new(format!("line {number} of {} is no header", terminal::path(path)))
                .hint("one header a line: `webhook-id: msg_…`"));
        };
        headers.insert(name.trim().to_ascii_lowercase(), value.trim().to_owned());
    }
    Ok(headers)
}
