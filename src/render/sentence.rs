//! A sentence of ours with values in it: the words are ours by their type, the values are untrusted by theirs, and each
//! format draws both without guessing which is which.

use std::borrow::Cow;
use std::fmt::Display;

use super::untrusted::{clipped, inert, span, value};

/// How much of a value a comment shows within a sentence.
const LONGEST_VALUE: usize = 300;

/// A value within a sentence.
#[derive(Debug, Clone)]
pub(super) enum Part {
    /// Text of ours, or what our own checks confine: names of entries, numbers, moments.
    Own(String),
    /// Untrusted text, bare: an id.
    Id(String),
    /// Untrusted text, in double quotes.
    Quoted(String),
}

/// Text that our own checks confine.
pub(super) fn own(text: impl Display) -> Part {
    Part::Own(text.to_string())
}

/// An id, as the API gave it.
pub(super) fn id(id: &crate::endpoint::EndpointId) -> Part {
    Part::Id(id.as_str().to_owned())
}

/// Any other untrusted text.
pub(super) fn quoted(text: impl Into<String>) -> Part {
    Part::Quoted(text.into())
}

/// A sentence, or a piece of one.
#[derive(Debug, Clone, Default)]
pub(super) struct Sentence(Vec<(Cow<'static, str>, Option<Part>)>);

/// A sentence of ours; each `{}` in it is a value. Code stands between backticks, as in markdown; within them only
/// [`own`] values may stand.
pub(super) fn sentence(words: &'static str, values: impl IntoIterator<Item = Part>) -> Sentence {
    debug_assert!(is_prose(words), "outside of backticks markdown would read this: {words}");
    let mut values = values.into_iter();
    let mut pieces = words.split("{}").peekable();
    let mut parts = Vec::new();
    while let Some(piece) = pieces.next() {
        let part = pieces.peek().is_some().then(|| values.next().expect("a value for every place"));
        parts.push((Cow::Borrowed(piece), part));
    }
    debug_assert!(values.next().is_none(), "a place for every value: {words}");
    Sentence(parts)
}

/// Whether markdown and HTML leave it alone.
fn is_prose(words: &str) -> bool {
    let prose = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || " ,.:;'\"()/+={}_-".contains(c));
    words.split('`').step_by(2).all(prose)
}

impl Sentence {
    /// Several as one, with `between` between them.
    pub(super) fn joined(sentences: impl IntoIterator<Item = Self>, between: &'static str) -> Self {
        let mut parts = Vec::new();
        for sentence in sentences {
            if !parts.is_empty() {
                parts.push((Cow::Borrowed(between), None));
            }
            parts.extend(sentence.0);
        }
        Self(parts)
    }

    /// This one, and another behind it.
    pub(super) fn then(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The sentence for a terminal, a log or a JSON string: on one line, unable to act.
    pub(super) fn plain(&self) -> String {
        self.drawn(|part| match part {
            Part::Own(text) => text.clone(),
            Part::Id(text) => inert(text),
            Part::Quoted(text) => value(text),
        })
    }

    /// The sentence for a markdown page: values stand in code.
    pub(super) fn markdown(&self) -> String {
        self.drawn(|part| match part {
            Part::Own(text) => text.clone(),
            Part::Id(text) | Part::Quoted(text) => span(&clipped(&inert(text), LONGEST_VALUE)),
        })
    }

    fn drawn(&self, draw: impl Fn(&Part) -> String) -> String {
        let piece = |(words, part): &(Cow<'static, str>, Option<Part>)| {
            words.to_string() + &part.as_ref().map(&draw).unwrap_or_default()
        };
        self.0.iter().map(piece).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_act_and_words_stay_as_they_are() {
        let told = sentence("`{}` is {} at {}", [own("a"), Part::Id("ep\n1".into()), quoted("x`|</details>")]);
        assert_eq!(told.plain(), "`a` is ep\\n1 at \"x`|</details>\"");
        assert_eq!(told.markdown(), "`a` is `ep\\n1` at ``x`\\u007c</details>``");
        let both = Sentence::joined([sentence("one", []), sentence("two", [])], "; ");
        assert_eq!(both.plain(), "one; two");
    }
}
