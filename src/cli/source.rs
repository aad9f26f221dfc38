//! The configuration's files: one, or all of a folder; and the paths that they name, which stay inside their folder.

use std::fs;
use std::ops::Range;
use std::os::unix::fs::FileTypeExt;
use std::path::{Component, Path, PathBuf};

use super::failure::Failure;
use super::terminal;
use crate::config;
use crate::diagnostic::{FileError, Sources, draw};
use crate::disk;

/// The most bytes that a configuration may have.
const MOST_CONFIG: u64 = 8 << 20;
/// What a configuration is called that came through a pipe: its state is that of the default file.
const PIPED: &str = "webhooks";
/// The most bytes that a recipients file may have.
const MOST_RECIPIENTS: u64 = 1 << 20;

/// The texts of a configuration, and where it is.
pub(super) struct Source {
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
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        if path.is_dir() {
            return Self::read_folder(path);
        }
        let text = read_text(path)?;
        if disk::is_descriptor(path) {
            let sources = Sources::one(path.display().to_string(), text);
            return Ok(Self { path: path.to_owned(), folder: PathBuf::new(), stem: PIPED.to_owned(), sources });
        }
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { path: path.to_owned(), folder, stem, sources: Sources::one(path.display().to_string(), text) })
    }

    /// The files of a folder itself, by name. One that cannot be read is an error: its endpoints would look unwanted.
    fn read_folder(path: &Path) -> Result<Self, Failure> {
        let failed = |e: std::io::Error| Failure::caused(format!("could not read {}", terminal::path(path)), &e);
        if !disk::stays_inside(path).map_err(failed)? {
            return Err(leads_out(path));
        }
        let mut files = Vec::new();
        for entry in fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !name.ends_with(".toml") || name.starts_with('.') {
                continue;
            }
            files.push(entry.path());
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
            if size > MOST_CONFIG {
                break; // The parser refuses it as it is.
            }
        }
        let stem = path.file_name().map(ToOwned::to_owned);
        let stem = stem.or_else(|| fs::canonicalize(path).ok()?.file_name().map(ToOwned::to_owned));
        let stem = stem.unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { path: path.to_owned(), folder: path.to_owned(), stem, sources: Sources::new(texts) })
    }

    /// Faults of the configuration, drawn.
    pub(super) fn failure(&self, errors: &[FileError]) -> Failure {
        drawn(&self.sources, &self.path, errors)
    }

    pub(super) fn fault(&self, message: impl Into<String>, span: &Range<usize>, label: &str, help: &str) -> Failure {
        self.failure(&[FileError::new(message, span.clone(), label).hint(help)])
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
        // What does not exist yet is judged by where it would be made.
        !climbs && disk::resolve(path).is_ok_and(|resolved| resolved.starts_with(folder))
    }

    /// Where the state is: as named, else `state/<stem>.state.json` beside the configuration, the environment's name
    /// after the stem where there is one.
    pub(super) fn state_path(
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
    pub(super) fn recipients(&self, named: &str, span: &Range<usize>) -> Result<config::RecipientsFile, Failure> {
        let path = self.inside(named, span)?;
        let failed = |reason: String, help: &str| self.fault(reason, span, "named here", help);
        let bytes = fs::canonicalize(&path).and_then(|path| disk::read(&path, MOST_RECIPIENTS)).map_err(|e| {
            let help = "one recipient a line, # comments; a regular file";
            failed(format!("the recipients file could not be read: {}", crate::quote::escaped(&e.to_string())), help)
        })?;
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
        Ok(read)
    }
}

/// The first bad lines of a recipients file.
fn told(bad: &[config::BadLine]) -> String {
    bad.iter().take(20).map(|(line, why)| format!("line {line}: {why}")).collect::<Vec<_>>().join("; ")
}

/// Errors of files, drawn, and a line that counts them.
pub(super) fn drawn(sources: &Sources, path: &Path, errors: &[FileError]) -> Failure {
    let message = format!("{} in {}", crate::quote::count(errors.len(), "error"), terminal::path(path));
    let mut errors = errors.to_vec();
    for hint in errors.iter_mut().filter_map(|error| error.hint.as_mut()) {
        *hint = terminal::beside_a_gutter(hint);
    }
    Failure::drawn(draw(sources, &errors, terminal::colour_for_eyes()), message)
}

/// The text of a file of the configuration's kind: one whose errors are shown with the lines that they are in.
///
/// A branch may hold such a file, so that a link is followed only inside its folder. The command line may also name a
/// descriptor, such as the pipe of a shell's `<(…)`.
pub(super) fn read_text(path: &Path) -> Result<String, Failure> {
    let shown = terminal::path(path);
    let piped = disk::is_descriptor(path);
    let read = if piped {
        disk::read_named(path, MOST_CONFIG)
    } else {
        disk::read_inside(path, disk::folder_of(path), MOST_CONFIG)
    };
    let bytes = read.map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => Failure::new(format!("there is no configuration at {shown}"))
            .hint("write a starter one with `hookwright init`, or name yours with -c PATH"),
        _ => unread(path, &e),
    })?;
    if piped && bytes.is_empty() {
        return Err(Failure::new(format!("{shown} held nothing"))
            .hint("did the command that writes it fail? A pipe can be read only once: this command may need a file"));
    }
    let text = String::from_utf8(bytes)
        .map_err(|e| Failure::new(format!("{shown} is not UTF-8: byte {}", e.utf8_error().valid_up_to())))?;
    match text.contains(" PRIVATE KEY-----") {
        true => Err(Failure::new(format!("{shown} holds a private key, and is not read as a configuration"))
            .hint("name the configuration with -c PATH; no line of that file was shown")),
        false => Ok(text),
    }
}

fn unread(path: &Path, error: &std::io::Error) -> Failure {
    let failure = Failure::caused(format!("could not read {}", terminal::path(path)), error);
    match path.symlink_metadata() {
        Ok(meta) if meta.is_symlink() => failure.hint(
            "a branch could hold such a link: name the file that it leads to, or put the file there in its place",
        ),
        Ok(meta) if meta.file_type().is_fifo() => failure.hint(disk::HOW_TO_READ_A_PIPE),
        _ => failure,
    }
}

fn leads_out(path: &Path) -> Failure {
    Failure::new(format!("the link {} leads out of its folder", terminal::path(path)))
        .hint("a branch could hold such a link: name the folder that it leads to with -c PATH")
}

/// The empty path is the working folder.
fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}
