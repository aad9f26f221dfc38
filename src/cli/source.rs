//! The configuration's files: one, or all of a folder; and the paths that they name, which stay inside their folder.

use std::fs;
use std::io::Read;
use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use super::Failure;
use super::terminal;
use crate::config;
use crate::diagnostic::{Fault, Sources, draw};
use crate::secrets::Recipient;

/// The most bytes that a configuration may have, and one more is read to know.
const MOST_CONFIG: u64 = (8 << 20) + 1;
/// The most bytes that a recipients file may have.
const MOST_RECIPIENTS: u64 = 1 << 20;

/// The texts of a configuration, and where it is.
pub struct Source {
    /// The file or folder, as named.
    path: PathBuf,
    folder: PathBuf,
    /// What the state is called after.
    stem: String,
    /// The texts.
    pub sources: Sources,
}

impl Source {
    /// Reads a file, or every `*.toml` of a folder.
    pub fn read(path: &Path) -> Result<Self, Failure> {
        if path.is_dir() {
            return Self::read_folder(path);
        }
        let text = read_text(path)?;
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { path: path.to_owned(), folder, stem, sources: Sources::one(path.display().to_string(), text) })
    }

    /// The files of a folder itself, by name. One that cannot be read is an error: its endpoints would look unwanted.
    fn read_folder(path: &Path) -> Result<Self, Failure> {
        let failed = |e: std::io::Error| Failure::caused(format!("could not read {}", terminal::path(path)), &e);
        let mut files = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.ends_with(".toml") || name.starts_with('.') {
                continue;
            }
            let file = entry.path();
            if !entry.file_type().map_err(failed)?.is_file() {
                return Err(Failure::new(format!("{} is not a regular file", terminal::path(&file))).hint(
                    "every *.toml of the folder is a part of the configuration: links and folders are not read",
                ));
            }
            files.push(file);
        }
        files.sort();
        if files.is_empty() {
            return Err(Failure::new(format!("the folder {} holds no *.toml", terminal::path(path)))
                .hint("every *.toml in it is a part of the configuration; or name one file with -c PATH"));
        }
        let (mut texts, mut size) = (Vec::new(), 0);
        for file in files {
            let text = read_text(&file)?;
            size += text.len() as u64;
            texts.push((file.display().to_string(), text));
            if size >= MOST_CONFIG {
                break; // The parser refuses it as it is.
            }
        }
        let stem = path.file_name().map(ToOwned::to_owned);
        let stem = stem.or_else(|| fs::canonicalize(path).ok()?.file_name().map(ToOwned::to_owned));
        let stem = stem.unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { path: path.to_owned(), folder: path.to_owned(), stem, sources: Sources::new(texts) })
    }

    /// Faults of the configuration, drawn.
    pub fn failure(&self, faults: &[Fault]) -> Failure {
        drawn(&self.sources, &self.path, faults)
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
        let climbs = below.components().any(|part| part == Component::ParentDir);
        // What does not exist yet is judged by its nearest ancestor that does.
        let exists = path.ancestors().find_map(|ancestor| {
            let ancestor = or_here(ancestor);
            // A dangling link is not "does not exist yet": its target would be written to.
            let dangles = ancestor.symlink_metadata().is_ok() && !ancestor.exists();
            if dangles { Some(Err(())) } else { fs::canonicalize(ancestor).ok().map(Ok) }
        });
        !climbs && exists.is_some_and(|found| found.is_ok_and(|found| found.starts_with(&folder)))
    }

    /// Where the state is: as named, else `state/<stem>.state.json` beside the configuration, the environment's name
    /// after the stem where there is one.
    pub fn state_path(
        &self,
        named: Option<&(String, Range<usize>)>,
        environment: Option<&str>,
    ) -> Result<PathBuf, Failure> {
        if let Some((named, span)) = named {
            return self.inside(named, span);
        }
        let environment = environment.map(|name| format!(".{name}")).unwrap_or_default();
        let path = self.folder.join("state").join(format!("{}{environment}.state.json", self.stem));
        if self.holds(&path) {
            return Ok(path);
        }
        let message = format!("the state's place {} leads out of the configuration's folder", terminal::path(&path));
        Err(Failure::new(message).hint("remove the link, or name the state with --state PATH"))
    }

    /// The recipients of a file, with a warning of those that age cannot encrypt to. Nothing of it is ever quoted.
    pub fn recipients(&self, named: &str, span: &Range<usize>) -> Result<Vec<Recipient>, Failure> {
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
        let read = config::parse_recipients(&text).map_err(|bad| {
            let told = format!("the recipients file has {}", told(&bad));
            failed(told, "one age recipient a line, # comments")
        })?;
        if !read.passed_over.is_empty() {
            let file = terminal::path(&path);
            terminal::warn(&format!(
                "{file}: passed over, and nothing is encrypted to them: {}",
                told(&read.passed_over)
            ));
        }
        Ok(read.recipients)
    }
}

/// The first bad lines of a recipients file.
fn told(bad: &[config::BadLine]) -> String {
    bad.iter().take(20).map(|(line, why)| format!("line {line}: {why}")).collect::<Vec<_>>().join("; ")
}

/// Faults of files, drawn, and a line that counts them.
pub fn drawn(sources: &Sources, path: &Path, faults: &[Fault]) -> Failure {
    let message = format!("{} in {}", crate::quote::count(faults.len(), "fault"), terminal::path(path));
    let mut faults = faults.to_vec();
    for help in faults.iter_mut().filter_map(|fault| fault.help.as_mut()) {
        *help = terminal::beside_a_gutter(help);
    }
    Failure::drawn(draw(sources, &faults, terminal::colour_for_eyes()), message)
}

/// The text of a file of the configuration's kind.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let shown = terminal::path(path);
    let failed = |e: std::io::Error| match e.kind() {
        std::io::ErrorKind::NotFound => Failure::new(format!("there is no configuration at {shown}"))
            .hint("write a starter one with `hookwright init`, or name yours with -c PATH"),
        _ => Failure::caused(format!("could not read {shown}"), &e),
    };
    let bytes = read_regular(path, MOST_CONFIG).map_err(failed)?;
    String::from_utf8(bytes)
        .map_err(|e| Failure::new(format!("{shown} is not UTF-8: byte {}", e.utf8_error().valid_up_to())))
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
