//! Where results go: `--out`, `--result-file`, manual pages. A place is tried before the first request, and nothing is
//! replaced there but an earlier result of the same kind.

use std::fs::{Metadata, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::failure::Failure;
use super::project::own_files;
use super::shell::quoted_path;
use super::terminal;
use crate::disk::{self, Mode};
use crate::state::Store;

/// How old a temporary file is that nobody writes any more.
const ABANDONED: Duration = Duration::from_secs(3600);

/// A kind of result.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A plan file.
    Plan,
    /// How a command ended.
    Report,
    /// Secrets in clear.
    Secrets,
    /// A page of the manual.
    Manual,
}

/// A place that a result can be written to.
#[derive(Debug)]
pub(super) struct Output {
    path: PathBuf,
    kind: Kind,
}

impl Output {
    /// A place that was tried: what is there may be replaced, and a file can be made there. A descriptor that the caller
    /// opened, such as the pipe of a shell's `>(…)`, is written through. A folder that is missing is made.
    pub(super) fn at(path: &Path, kind: Kind) -> Result<Self, Failure> {
        let output = Self { path: path.to_owned(), kind };
        if disk::is_descriptor(path) {
            descriptor(path).map_err(|e| output.untried(&e))?;
            return Ok(output);
        }
        confined(path)?;
        match path.symlink_metadata() {
            Ok(meta) => output.may_replace(&meta)?,
            Err(e) if e.kind() == ErrorKind::NotFound => {}
            Err(e) => return Err(output.untried(&e)),
        }
        let tried = disk::make_folder(disk::folder_of(path)).and_then(|()| disk::check_replaceable(path));
        tried.map_err(|e| output.untried(&e))?;
        disk::remove_leftovers(path, ABANDONED);
        Ok(output)
    }

    /// An error where the place is one that the state, or a file that belongs to it, will have.
    pub(super) fn spares(&self, store: &Store) -> Result<(), Failure> {
        let here = disk::resolve(&self.path);
        match here.is_ok_and(|here| own_files(store).contains(&here)) {
            true => Err(self.refused("the place of the state or of a file beside it")),
            false => Ok(()),
        }
    }

    /// The place.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Writes the result, whole or not at all.
    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), Failure> {
        if disk::is_descriptor(&self.path) {
            let written = descriptor(&self.path).and_then(|mut file| file.write_all(bytes));
            return written.map_err(|e| self.failed(&e));
        }
        let mode = if self.kind == Kind::Secrets { Mode::Secret } else { Mode::Open };
        disk::replace(&self.path, bytes, mode).map_err(|e| Failure::chain(&e))
    }

    fn may_replace(&self, meta: &Metadata) -> Result<(), Failure> {
        let kind = meta.file_type();
        if !kind.is_file() {
            return Err(self.refused(match kind {
                kind if kind.is_symlink() => "a link",
                kind if kind.is_dir() => "a folder",
                kind if kind.is_fifo() => "a pipe",
                kind if kind.is_socket() => "a socket",
                _ => "a device",
            }));
        }
        let bytes = disk::read(&self.path, disk::LARGEST).map(Zeroizing::new).map_err(|e| self.untried(&e))?;
        // An empty file is what `mktemp` makes.
        if bytes.is_empty() || self.kind.made(&bytes) { Ok(()) } else { Err(self.refused(what(&self.path, &bytes))) }
    }

    fn refused(&self, what: &str) -> Failure {
        let shown = terminal::path(&self.path);
        let failure = Failure::new(match what {
            NOT_OURS => format!("{shown} was not written by hookwright, and is not overwritten"),
            what => format!("{shown} is {what}, and is not overwritten"),
        });
        match what {
            "a pipe" => {
                failure.hint(format!("to write through it: {} >(cat > {})", self.flag(), quoted_path(&self.path)))
            }
            _ => failure
                .hint(format!("name another place: {} takes a new file, or an earlier one of its own", self.flag())),
        }
    }

    fn untried(&self, error: &(dyn std::error::Error + 'static)) -> Failure {
        Failure::caused(format!("{} cannot be written; nothing was done", terminal::path(&self.path)), error)
    }

    fn failed(&self, error: &std::io::Error) -> Failure {
        Failure::caused(format!("could not write {}", terminal::path(&self.path)), error)
    }

    fn flag(&self) -> &'static str {
        match self.kind {
            Kind::Plan | Kind::Secrets => "--out",
            Kind::Report => "--result-file",
            Kind::Manual => "man",
        }
    }
}

/// An error where a path that is written as one inside the working folder leads out of it by a link, which a branch may
/// have brought.
pub(super) fn confined(path: &Path) -> Result<(), Failure> {
    let shown = terminal::path(path);
    match disk::strays(path) {
        Ok(false) => Ok(()),
        Ok(true) => Err(Failure::new(format!("{shown} is behind a link that leads out of the working folder"))
            .hint("write the path that the link leads to, or name another place")),
        Err(e) => Err(Failure::caused(format!("{shown} cannot be written; nothing was done"), &e)),
    }
}

fn descriptor(path: &Path) -> std::io::Result<std::fs::File> {
    OpenOptions::new().append(true).open(path)
}

#[derive(Deserialize)]
struct Report {
    #[serde(rename = "format_version")]
    _format_version: String,
    #[serde(rename = "command")]
    _command: String,
    #[serde(rename = "exit_code")]
    _exit_code: u8,
}

impl Kind {
    /// Whether a file is an earlier result of this kind.
    fn made(self, bytes: &[u8]) -> bool {
        match self {
            Self::Plan => bytes.starts_with(b"{\"hookwright_plan\":"),
            Self::Report => serde_json::from_slice::<Report>(bytes).is_ok(),
            Self::Secrets => std::str::from_utf8(bytes).is_ok_and(is_export),
            Self::Manual => {
                std::str::from_utf8(bytes).is_ok_and(|text| text.lines().any(|line| line.starts_with(".TH hookwright")))
            }
        }
    }
}

/// Whether a text is nothing but exported secrets, in one of the forms of `secret export`.
fn is_export(text: &str) -> bool {
    let manifest =
        text.starts_with("apiVersion: v1\nkind: Secret\nmetadata:\n  name: ") && text.contains("\ntype: Opaque\ndata:");
    let lines = || text.lines().all(|line| line.split_once('=').is_some_and(|(_, value)| value.starts_with("whsec_")));
    let object = || {
        let read = serde_json::from_str::<std::collections::BTreeMap<String, Zeroizing<String>>>(text);
        read.is_ok_and(|secrets| secrets.values().all(|secret| secret.starts_with("whsec_")))
    };
    manifest || lines() || object()
}

/// A file that hookwright knows nothing of.
const NOT_OURS: &str = "a file of another program";

/// What a file is that must stay, in words.
fn what(path: &Path, bytes: &[u8]) -> &'static str {
    let has = |word: &str| bytes.windows(word.len()).any(|window| window == word.as_bytes());
    let ending = path.extension().and_then(|ending| ending.to_str());
    match () {
        () if has("AGE-SECRET-KEY-") || has("PRIVATE KEY-----") => "an identity",
        () if Kind::Plan.made(bytes) => "a plan file",
        () if Kind::Report.made(bytes) => "a result file",
        () if has("\"lineage\"") => "a state, or belongs to one",
        () if ending == Some("toml") => "a configuration",
        () => NOT_OURS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_earlier_result_is_known_by_what_is_in_it() {
        for (kind, text, made) in [
            (Kind::Plan, "{\"hookwright_plan\":1,\"plan\":{}}", true),
            (Kind::Plan, "{\"version\": 1}", false),
            (Kind::Report, "{\"format_version\": \"1.0\", \"command\": \"plan\", \"exit_code\": 0}", true),
            (Kind::Report, "{\"format_version\": \"1.0\"}", false),
            (Kind::Secrets, "A=whsec_a\nB=whsec_b\n", true),
            (Kind::Secrets, "A=whsec_a\nDATABASE=postgres\n", false),
            (Kind::Secrets, "{\n  \"a\": \"whsec_a\"\n}\n", true),
            (Kind::Secrets, "{\"a\": \"b\"}", false),
            (Kind::Secrets, "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"x\"\ntype: Opaque\ndata: {}\n", true),
            (Kind::Manual, ".ie \\n(.g\n.TH hookwright-plan 1\n", true),
            (Kind::Manual, ".TH ls 1\n", false),
        ] {
            assert_eq!(kind.made(text.as_bytes()), made, "{kind:?} {text}");
        }
    }

    #[test]
    fn what_stays_is_named() {
        let named = |name: &str, text: &str| what(Path::new(name), text.as_bytes());
        assert_eq!(named("i.txt", "# x\nAGE-SECRET-KEY-1Q\n"), "an identity");
        assert_eq!(named("s", "{\"lineage\": \"x\"}"), "a state, or belongs to one");
        assert_eq!(named("w.toml", "[webhooks]"), "a configuration");
        assert_eq!(named("notes", "hello"), NOT_OURS);
    }
}
