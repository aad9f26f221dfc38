//! The files of a run: the configuration, what it names, and where the state is. Paths that the configuration names
//! stay inside its folder.

use std::fs;
use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use super::failure::Failure;
use super::{Global, terminal};
use crate::config::{self, BaseUrl, Desired};
use crate::diagnostic::{Fault, draw};
use crate::secrets::Recipient;
use crate::state::{Guards, Store};

/// The most bytes that a configuration may have, and one more is read to know.
const MOST_CONFIG: u64 = (8 << 20) + 1;
/// The most bytes that a recipients file may have.
const MOST_RECIPIENTS: u64 = 1 << 20;

/// A configuration that was read, with what belongs to it.
#[derive(Debug)]
pub struct Project {
    /// What is wanted.
    pub desired: Desired,
    /// Where the API is: the environment's word, else the file's.
    pub base_url: BaseUrl,
    /// Who can read the secrets, from list and file.
    pub recipients: Vec<Recipient>,
    /// Where the state is.
    pub store: Store,
    /// The guards that the file sets.
    pub guards: Guards,
}

/// Reads the configuration and what it names.
pub fn load(global: &Global) -> Result<Project, Failure> {
    let source = Source::read(&global.config)?;
    let named = base_url_override()?;
    let desired = config::parse(&source.text, named.as_ref()).map_err(|faults| source.failure(&faults))?;
    let mut recipients = desired.recipients.clone();
    if let Some((file, span)) = &desired.recipients_file {
        for recipient in source.recipients(file, span)? {
            if !recipients.contains(&recipient) {
                recipients.push(recipient);
            }
        }
    }
    let store = Store::at(&source.state_path(global, desired.state_path.as_ref())?);
    let base_url = named.unwrap_or_else(|| desired.base_url.clone());
    let guards = Guards {
        base_url: base_url.to_string(),
        recipients: recipients.iter().map(ToString::to_string).collect(),
        allowed_hosts: desired.safety.allowed_hosts.clone(),
        max_deletes: desired.safety.max_deletes,
    };
    Ok(Project { desired, base_url, recipients, store, guards })
}

/// The state's place alone, for commands that need no configuration where `--state` is given.
pub fn store(global: &Global) -> Result<Store, Failure> {
    match &global.state {
        Some(path) => Ok(Store::at(path)),
        None => Ok(load(global)?.store),
    }
}

/// The base url that the environment names, if any.
pub fn base_url_override() -> Result<Option<BaseUrl>, Failure> {
    let Some(text) = std::env::var("VIDEOGEN_BASE_URL").ok().filter(|text| !text.is_empty()) else { return Ok(None) };
    let bad = |reason: String| Failure::new(format!("VIDEOGEN_BASE_URL: {reason}"));
    config::parse_base_url(&text).map(Some).map_err(bad)
}

/// A configuration's text and place.
struct Source {
    path: PathBuf,
    folder: PathBuf,
    text: String,
}

impl Source {
    fn read(path: &Path) -> Result<Self, Failure> {
        let shown = terminal::path(path);
        let failed = |e: std::io::Error| match e.kind() {
            std::io::ErrorKind::NotFound => Failure::new(format!("there is no configuration at {shown}"))
                .hint("write a starter one with `hookwright init`, or name yours with -c PATH"),
            _ => Failure::caused(format!("could not read {shown}"), &e),
        };
        let bytes = read_regular(path, MOST_CONFIG).map_err(failed)?;
        let text = String::from_utf8(bytes)
            .map_err(|e| Failure::new(format!("{shown} is not UTF-8: byte {}", e.utf8_error().valid_up_to())))?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Self { path: path.to_owned(), folder, text })
    }

    fn failure(&self, faults: &[Fault]) -> Failure {
        let path = self.path.display().to_string();
        let drawn = draw(&path, &self.text, faults, terminal::colour_for_eyes());
        let message = format!("{} in {}", crate::quote::count(faults.len(), "fault"), terminal::path(&self.path));
        Failure::drawn(drawn, message)
    }

    fn fault(&self, message: impl Into<String>, span: &Range<usize>, label: &str, help: &str) -> Failure {
        self.failure(&[Fault::new(message, span.clone(), label).help(help)])
    }

    /// A path that the configuration names: inside the configuration's folder once links are resolved.
    fn inside(&self, named: &str, span: &Range<usize>) -> Result<PathBuf, Failure> {
        let path = self.folder.join(named);
        if self.holds(&path) {
            return Ok(path);
        }
        let help = "a configuration may come from a stranger's pull request: name a path beside it or below it";
        Err(self.fault("the path leads out of the configuration's folder", span, "outside of it", help))
    }

    fn holds(&self, path: &Path) -> bool {
        let Ok(folder) = fs::canonicalize(or_here(&self.folder)) else { return false };
        let below = path.strip_prefix(&self.folder).unwrap_or(path);
        let climbs = below.components().any(|part| part == std::path::Component::ParentDir);
        // What does not exist yet is judged by its nearest ancestor that does.
        let exists = path.ancestors().find_map(|ancestor| {
            let ancestor = or_here(ancestor);
            // A dangling link is not "does not exist yet": its target would be written to.
            let dangles = ancestor.symlink_metadata().is_ok() && !ancestor.exists();
            if dangles { Some(Err(())) } else { fs::canonicalize(ancestor).ok().map(Ok) }
        });
        !climbs && exists.is_some_and(|found| found.is_ok_and(|found| found.starts_with(&folder)))
    }

    fn state_path(&self, global: &Global, named: Option<&(String, Range<usize>)>) -> Result<PathBuf, Failure> {
        if let Some(path) = &global.state {
            return Ok(path.clone());
        }
        if let Some((named, span)) = named {
            return self.inside(named, span);
        }
        let stem = self.path.file_stem().unwrap_or_default().to_string_lossy();
        let path = self.folder.join("state").join(format!("{stem}.state.json"));
        if self.holds(&path) {
            return Ok(path);
        }
        let message = format!("the state's place {} leads out of the configuration's folder", terminal::path(&path));
        Err(Failure::new(message).hint("remove the link, or name the state with --state PATH"))
    }

    /// The recipients of a file. Nothing of it is ever quoted.
    fn recipients(&self, named: &str, span: &Range<usize>) -> Result<Vec<Recipient>, Failure> {
        let path = self.inside(named, span)?;
        let failed = |reason: String, help: &str| self.fault(reason, span, "named here", help);
        let bytes = read_regular(&path, MOST_RECIPIENTS + 1).map_err(|e| {
            let help = "one recipient a line, # comments; a regular file";
            failed(format!("the recipients file could not be read: {}", crate::quote::escaped(&e.to_string())), help)
        })?;
        if bytes.len() as u64 > MOST_RECIPIENTS {
            return Err(failed("the recipients file is larger than 1 MiB".to_owned(), "it holds one recipient a line"));
        }
        let text = String::from_utf8_lossy(&bytes);
        config::parse_recipients(&text).map_err(|bad| {
            let told: Vec<String> = bad.iter().take(20).map(|(line, why)| format!("line {line}: {why}")).collect();
            failed(format!("the recipients file has {}", told.join("; ")), "one age recipient a line, # comments")
        })
    }
}

/// The empty path is the working folder.
fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// Reads at most `most` bytes of a regular file: never a pipe or a device, which might not end.
pub fn read_regular(path: &Path, most: u64) -> std::io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("not a regular file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
