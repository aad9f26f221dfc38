//! What an error in a user's file owes its reader: the place, the cause, and what to do. Returns text; prints nothing.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::quote::{escaped, masked};

/// One error of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// What is wrong: a lowercase phrase, untrusted words already quoted.
    pub message: String,
    /// The bytes of [`Sources`] that are wrong; beyond their end where it is in no file.
    pub span: Range<usize>,
    /// A few words beside the caret; may be empty.
    pub label: String,
    /// What to write or do instead.
    pub hint: Option<String>,
    /// A second place that matters (the first of two duplicates), with a few words.
    pub also: Option<(Range<usize>, String)>,
}

impl FileError {
    /// An error with a message, a place and a few words beside the caret.
    pub fn new(message: impl Into<String>, span: Range<usize>, label: impl Into<String>) -> Self {
        Self { message: message.into(), span, label: label.into(), hint: None, also: None }
    }

    /// An error that is in no file: of the command line, or the environment.
    pub fn placeless(message: impl Into<String>) -> Self {
        Self::new(message, usize::MAX..usize::MAX, "")
    }

    /// The error of a text that starts at a byte of [`Sources`].
    pub fn shifted(mut self, start: usize) -> Self {
        let shift = |span: Range<usize>| span.start + start..span.end + start;
        self.span = shift(self.span);
        self.also = self.also.map(|(span, label)| (shift(span), label));
        self
    }

    /// Adds what to write or do instead.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds a second place.
    pub fn also(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.also = Some((span, label.into()));
        self
    }
}

/// The files of one desired state, end to end: a place in any of them is a range of the whole, so that errors sort file
/// by file and one of them can name places in two.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources {
    files: Vec<SourceFile>,
    text: String,
}

/// One of [`Sources`].
#[derive(Debug, Clone, PartialEq, Eq)]
struct SourceFile {
    name: String,
    span: Range<usize>,
}

impl Sources {
    /// Names and texts of the files, in the order in which their errors are shown.
    pub fn new(named: impl IntoIterator<Item = (String, String)>) -> Self {
        let (mut files, mut whole) = (Vec::new(), String::new());
        for (name, text) in named {
            if !files.is_empty() {
                whole.push('\n');
            }
            files.push(SourceFile { name, span: whole.len()..whole.len() + text.len() });
            if whole.is_empty() { whole = text } else { whole.push_str(&text) }
        }
        Self { files, text: whole }
    }

    /// One file.
    pub fn one(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::new([(name.into(), text.into())])
    }

    /// All files, a newline after each but the last.
    pub fn whole(&self) -> &str {
        &self.text
    }

    /// Where each file starts, and its text.
    pub fn texts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.files.iter().map(|file| (file.span.start, &self.text[file.span.clone()]))
    }

    /// How many files there are.
    pub fn count(&self) -> usize {
        self.files.len()
    }

    /// The name of the file that a byte is in.
    pub fn name(&self, offset: usize) -> Option<&str> {
        self.file(offset).map(|file| file.name.as_str())
    }

    fn file(&self, offset: usize) -> Option<&SourceFile> {
        self.files.iter().rev().find(|file| file.span.start <= offset && offset <= file.span.end)
    }
}

/// Draws every error in the manner of rustc: message, `path:line:column`, the line with a caret, hint. An error that is
/// in no file has no excerpt.
///
/// Secrets, userinfo and control characters in the quoted line are masked. Ends without a newline.
pub(crate) fn draw(sources: &Sources, errors: &[FileError], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let text = Text::of(sources, errors);
    let drawn: Vec<String> = errors.iter().map(|error| text.draw(&renderer, error)).collect();
    drawn.join("\n\n")
}

/// What to do next has one name, in an excerpt and elsewhere.
fn hint_level() -> Level<'static> {
    Level::HELP.with_name("hint")
}

/// The most bytes that an excerpt is cut out of: an error costs what is shown of it, however long its file or its line.
const MOST_EXCERPT: usize = 1 << 14;

/// What may be quoted of the files, and where its lines end.
struct Text<'a> {
    sources: &'a Sources,
    masked: String,
    newlines: Vec<usize>,
}

impl<'a> Text<'a> {
    fn of(sources: &'a Sources, errors: &[FileError]) -> Self {
        // Before any line is cut to what fits: a part of a secret is not recognised.
        let hidden = crate::mask::hide(&sources.text);
        let spans: Vec<Range<usize>> = errors.iter().filter_map(|error| shown(sources, &error.span)).collect();
        let masked = masked(&crate::mask::credentials(&hidden, &spans));
        let newlines = masked.match_indices('\n').map(|(at, _)| at).collect();
        Self { sources, masked, newlines }
    }

    fn draw(&self, renderer: &Renderer, error: &FileError) -> String {
        let mut report = Group::with_title(Level::ERROR.primary_title(error.message.as_str()));
        if let Some(file) = self.sources.file(error.span.start) {
            let span = self.within(file, &error.span);
            let also = error.also.as_ref().and_then(|(span, label)| {
                let other = self.sources.file(span.start)?;
                Some((other, self.within(other, span), label.as_str()))
            });
            let primary = (AnnotationKind::Primary, span.clone(), error.label.as_str());
            report = match also {
                None => self.excerpt(report, file, &span, &[primary]),
                Some((other, second, label)) => {
                    let context = (AnnotationKind::Context, second.clone(), label);
                    let both = span.start.min(second.start)..span.end.max(second.end);
                    if other == file && both.len() <= MOST_EXCERPT {
                        self.excerpt(report, file, &both, &[primary, context])
                    } else {
                        let report = self.excerpt(report, file, &span, &[primary]);
                        self.excerpt(report, other, &second, &[context])
                    }
                }
            };
        }
        if let Some(hint) = &error.hint {
            if self.sources.file(error.span.start).is_none() {
                // Without an excerpt there is no gutter for the hint to stand in.
                let hint = Group::with_title(hint_level().primary_title(hint.as_str()));
                return format!("{}\n{}", renderer.render(&[report]), renderer.render(&[hint]));
            }
            report = report.element(hint_level().message(hint.as_str()));
        }
        renderer.render(&[report]).to_string()
    }

    /// Adds the lines of a span with their marks; the place alone where they are too long.
    fn excerpt<'t>(
        &'t self,
        report: Group<'t>,
        file: &SourceFile,
        span: &Range<usize>,
        marks: &[(AnnotationKind, Range<usize>, &'t str)],
    ) -> Group<'t> {
        let before = self.newlines.partition_point(|newline| *newline < span.start);
        let start = before.checked_sub(1).map_or(0, |last| self.newlines[last] + 1).max(file.span.start);
        let line = before + 1 - self.newlines.partition_point(|newline| *newline < file.span.start);
        if span.end - start > MOST_EXCERPT {
            let column = self.masked[start..span.start].chars().count() + 1;
            let report = report.element(Origin::path(escaped(&file.name)).line(line).char_column(column));
            let labels = marks.iter().filter(|(_, _, label)| !label.is_empty());
            return report.elements(labels.map(|(_, _, label)| Level::NOTE.message(*label)));
        }
        let after = self.newlines.partition_point(|newline| *newline < span.end);
        let end = self.newlines.get(after).map_or(file.span.end, |newline| newline + 1).min(file.span.end);
        let end = self.masked.floor_char_boundary(end.min(span.end + MOST_EXCERPT));
        let mut snippet = Snippet::source(&self.masked[start..end]).path(escaped(&file.name)).line_start(line);
        for (kind, span, label) in marks {
            snippet = snippet.annotation(kind.span(span.start - start..span.end - start).label(*label));
        }
        report.element(snippet)
    }

    fn within(&self, file: &SourceFile, span: &Range<usize>) -> Range<usize> {
        within(&self.masked, file, span)
    }
}

/// A span that an excerpt can show: in a file, and not too long.
fn shown(sources: &Sources, span: &Range<usize>) -> Option<Range<usize>> {
    let span = within(&sources.text, sources.file(span.start)?, span);
    (span.len() <= MOST_EXCERPT).then_some(span)
}

/// The span cut to its file and to whole characters, so that no span can make the renderer panic.
fn within(text: &str, file: &SourceFile, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(file.span.end));
    let end = text.ceil_char_boundary(span.end.clamp(start, file.span.end));
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_places_far_apart_are_two_excerpts_with_their_own_lines() {
        let text = format!("first\n{}second\n", "#\n".repeat(MOST_EXCERPT));
        let at = text.find("second").unwrap();
        let error = FileError::new("twice", at..at + 6, "again").also(0..5, "first here");
        let drawn = draw(&Sources::one("f.toml", text), &[error], false);
        assert!(drawn.contains("--> f.toml:16386:1") && drawn.contains("::: f.toml:1:1"), "{drawn}");
        assert!(drawn.contains("again") && drawn.contains("first here") && drawn.len() < 500, "{drawn}");
    }

    #[test]
    fn of_a_line_without_end_the_place_alone_is_shown() {
        let text = format!("x = \"{}\"", "é".repeat(MOST_EXCERPT));
        let end = text.len();
        let drawn = draw(&Sources::one("f.toml", text), &[FileError::new("bad", end - 1..end, "here")], false);
        assert!(drawn.contains("--> f.toml:1:16390") && drawn.contains("here") && drawn.len() < 200, "{drawn}");
    }
}
