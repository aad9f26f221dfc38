//! What a fault in a user's file owes its reader: the place, the cause, and what to do. Returns text; prints nothing.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{Annotation, AnnotationKind, Group, Level, Renderer, Snippet};

use crate::quote::{escaped, masked};

/// One fault of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong: a lowercase phrase, foreign words already quoted.
    pub message: String,
    /// The bytes of [`Sources`] that are at fault; beyond their end where it is in no file.
    pub span: Range<usize>,
    /// A few words beside the caret; may be empty.
    pub label: String,
    /// What to write or do instead.
    pub help: Option<String>,
    /// A second place that matters (the first of two twins), with a few words.
    pub also: Option<(Range<usize>, String)>,
}

impl Fault {
    /// A fault with a message, a place and a few words beside the caret.
    pub fn new(message: impl Into<String>, span: Range<usize>, label: impl Into<String>) -> Self {
        Self { message: message.into(), span, label: label.into(), help: None, also: None }
    }

    /// A fault that is in no file: of the command line, or the environment.
    pub fn placeless(message: impl Into<String>) -> Self {
        Self::new(message, usize::MAX..usize::MAX, "")
    }

    /// The fault of a text that starts at a byte of [`Sources`].
    pub fn shifted(mut self, start: usize) -> Self {
        let shift = |span: Range<usize>| span.start + start..span.end + start;
        self.span = shift(self.span);
        self.also = self.also.map(|(span, label)| (shift(span), label));
        self
    }

    /// Adds what to write or do instead.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Adds a second place.
    pub fn also(mut self, span: Range<usize>, label: impl Into<String>) -> Self {
        self.also = Some((span, label.into()));
        self
    }
}

/// The files of one desired state, end to end: a place in any of them is a range of the whole, so that faults sort file
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
    /// Names and texts of the files, in the order in which their faults are shown.
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

/// Draws every fault in the manner of rustc: message, `path:line:column`, the line with a caret, help. A fault that is
/// in no file has no excerpt.
///
/// Secrets, userinfo and acting characters in the quoted line are masked. Ends without a newline.
pub fn draw(sources: &Sources, faults: &[Fault], colour: bool) -> String {
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let masked = masked(&sources.text);
    let drawn: Vec<String> = faults.iter().map(|fault| draw_one(&renderer, sources, &masked, fault)).collect();
    drawn.join("\n\n")
}

fn draw_one(renderer: &Renderer, sources: &Sources, masked: &str, fault: &Fault) -> String {
    let title = Level::ERROR.primary_title(fault.message.as_str());
    let mut report = Group::with_title(title);
    if let Some(file) = sources.file(fault.span.start) {
        let mark = AnnotationKind::Primary.span(within(masked, file, &fault.span)).label(fault.label.as_str());
        let mut snippet = snippet(masked, file).annotation(mark);
        let mut elsewhere = None;
        if let Some((span, label)) = &fault.also
            && let Some(other) = sources.file(span.start)
        {
            let mark = AnnotationKind::Context.span(within(masked, other, span)).label(label.as_str());
            match other == file {
                true => snippet = snippet.annotation(mark),
                false => elsewhere = Some(self::snippet(masked, other).annotation(mark)),
            }
        }
        report = report.element(snippet).elements(elsewhere);
    }
    let Some(help) = &fault.help else { return renderer.render(&[report]).to_string() };
    if sources.file(fault.span.start).is_none() {
        // Without an excerpt there is no gutter for the help to stand in.
        let help = Group::with_title(Level::HELP.primary_title(help.as_str()));
        return format!("{}\n{}", renderer.render(&[report]), renderer.render(&[help]));
    }
    renderer.render(&[report.element(Level::HELP.message(help.as_str()))]).to_string()
}

fn snippet<'a>(masked: &'a str, file: &SourceFile) -> Snippet<'a, Annotation<'a>> {
    Snippet::source(&masked[file.span.clone()]).path(escaped(&file.name))
}

/// The span in its file, cut to the text and to whole characters, so that no span can make the renderer panic.
fn within(text: &str, file: &SourceFile, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(file.span.end));
    let end = text.ceil_char_boundary(span.end.clamp(start, file.span.end));
    start - file.span.start..end - file.span.start
}
