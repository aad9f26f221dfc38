//! What a fault in a user's file owes its reader: the place, the cause, and what to do. Returns text; prints nothing.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

use crate::quote::{escaped, masked};

/// One fault of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What is wrong: a lowercase phrase, foreign words already quoted.
    pub message: String,
    /// The bytes of the file that are at fault.
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

/// Draws every fault of one file in the manner of rustc: message, `path:line:column`, the line with a caret, help.
///
/// Secrets, userinfo and acting characters in the quoted line are masked. Ends without a newline.
pub fn draw(path: &str, text: &str, faults: &[Fault], colour: bool) -> String {
    let source = masked(text);
    let path = escaped(path);
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() }.decor_style(DecorStyle::Ascii);
    let drawn: Vec<String> = faults.iter().map(|fault| draw_one(&renderer, &path, &source, fault)).collect();
    drawn.join("\n\n")
}

fn draw_one(renderer: &Renderer, path: &str, source: &str, fault: &Fault) -> String {
    let mut snippet = Snippet::source(source)
        .path(path)
        .annotation(AnnotationKind::Primary.span(within(source, &fault.span)).label(fault.label.as_str()));
    if let Some((span, label)) = &fault.also {
        snippet = snippet.annotation(AnnotationKind::Context.span(within(source, span)).label(label.as_str()));
    }
    let mut report = Level::ERROR.primary_title(fault.message.as_str()).element(snippet);
    if let Some(help) = &fault.help {
        report = report.element(Level::HELP.message(help.as_str()));
    }
    renderer.render(&[report]).to_string()
}

/// The span cut to the text and to whole characters, so that no span can make the renderer panic.
fn within(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = text.floor_char_boundary(span.start.min(text.len()));
    let end = text.ceil_char_boundary(span.end.clamp(start, text.len()));
    start..end
}
