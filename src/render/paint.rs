//! Colour, or none: the few styles that the texts use.

use anstyle::{AnsiColor, Style};

/// Whether a text carries colour. Who decides (a terminal, `NO_COLOR`, `--no-color`) is the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Not a single escape sequence.
    Never,
    /// ANSI styles.
    Always,
}

/// What a stretch of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Added,
    Removed,
    Changed,
    Title,
    Faint,
    Alarm,
    /// The part of an old value that is not in the new one.
    Out,
    /// The part of a new value that was not in the old one.
    In,
}

impl Ink {
    fn style(self) -> Style {
        let coloured = |colour: AnsiColor| colour.on_default();
        match self {
            Self::Added => coloured(AnsiColor::Green),
            Self::Removed => coloured(AnsiColor::Red),
            Self::Changed => coloured(AnsiColor::Yellow),
            Self::Title => Style::new().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Alarm => coloured(AnsiColor::Red).bold(),
            Self::Out => coloured(AnsiColor::Red).bold().underline(),
            Self::In => coloured(AnsiColor::Green).bold().underline(),
        }
    }
}

impl Colour {
    /// `text` in a style where there is colour, as it is where there is none.
    pub(super) fn paint(self, ink: Ink, text: &str) -> String {
        match self {
            Self::Never => text.to_owned(),
            Self::Always => {
                let style = ink.style();
                format!("{style}{text}{style:#}")
            }
        }
    }
}
