//! The list that errors are gathered in while a file is read, and how a untrusted word is put into a message.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::config::syntax::lines::Lines;
use crate::diagnostic::FileError;
use crate::quote::{hidden, nearest, quoted};

/// The most errors that are handed out: who corrects a hundred runs it again, and a bomb of a file stays small.
pub(in crate::config) const MOST: usize = 100;

/// The longest word that a guess is made for, and the most words it is compared with.
const GUESS: (usize, usize) = (64, 1_000);

/// The most errors that guesses are made for.
const GUESSES: usize = 20;

/// The most errors of each kind that are kept until they are sorted.
const KEPT: usize = 10 * MOST;

/// The errors found so far.
#[derive(Default)]
pub(in crate::config) struct Errors {
    found: Vec<FileError>,
    /// Lines of broken syntax.
    broken: Vec<FileError>,
    absent: Vec<(FileError, Whole)>,
}

/// How much of a file must be whole, so that what is not read in it is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Whole {
    /// From the error to the next header.
    Section,
    /// All of it.
    File,
}

impl Errors {
    /// Adds an error.
    pub(in crate::config) fn push(&mut self, error: FileError) {
        if self.found.len() < KEPT {
            self.found.push(error);
        }
    }

    /// Adds the errors of broken lines.
    pub(in crate::config) fn broken(&mut self, errors: Vec<FileError>) {
        self.broken.extend(errors);
    }

    /// Adds an error that says that something is not there. It counts where so much of the file is whole: what looks
    /// absent may stand where the syntax broke.
    pub(in crate::config) fn absent(&mut self, error: FileError, whole: Whole) {
        if self.absent.len() < KEPT {
            self.absent.push((error, whole));
        }
    }

    /// Whether there are so many that not each is worth a search.
    pub(in crate::config) fn is_crowded(&self) -> bool {
        self.found.len() + self.absent.len() >= MOST
    }

    /// Whether nothing is wrong so far.
    pub(in crate::config) fn is_empty(&self) -> bool {
        self.found.is_empty() && self.broken.is_empty() && self.absent.is_empty()
    }

    /// What was meant by `word`, of `known`; a file with very many errors gets no more guesses.
    pub(in crate::config) fn guess<'a>(&self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        let (longest, most) = GUESS;
        if word.len() > longest || self.found.len() + self.absent.len() >= GUESSES {
            return None;
        }
        nearest(word, known.into_iter().take(most))
    }

    /// All errors of a text, sorted by place.
    ///
    /// A broken line is blamed for its syntax alone, since what was read of it may not be what was written.
    pub(in crate::config) fn finish(self, text: &str, lines: &Lines) -> Vec<FileError> {
        let Self { mut found, broken, absent } = self;
        let lines_broken: BTreeSet<usize> = broken.iter().map(|error| lines.line(error.span.start)).collect();
        found.retain(|error| !lines_broken.contains(&lines.line(error.span.start)));
        let headers = if lines_broken.is_empty() { BTreeSet::new() } else { headers(text) };
        for (error, whole) in absent {
            let from = lines.line(error.span.start);
            let is_whole = match whole {
                Whole::File => lines_broken.is_empty(),
                Whole::Section => match lines_broken.range(from..).next() {
                    Some(line) => headers.range(from + 1..=(*line).max(from + 1)).next().is_some_and(|n| n <= line),
                    None => true,
                },
            };
            found.extend(is_whole.then_some(error));
        }
        found.extend(broken);
        sorted(found)
    }
}

/// The 1-based lines that look like headers.
fn headers(text: &str) -> BTreeSet<usize> {
    let numbered = (1..).zip(text.split('\n'));
    numbered.filter(|(_, line)| line.trim_start().starts_with('[')).map(|(number, _)| number).collect()
}

/// A name that two files define.
pub(in crate::config) fn twice(name: &str, here: Range<usize>, first: Range<usize>) -> FileError {
    let error = FileError::new(format!("{} is defined twice", quoted_short(name)), here, "again here");
    error.also(first, "first here").hint("keep one of the two, or rename one")
}

/// The errors by place, each once, at most [`MOST`] and one that says that there are more.
fn sorted(mut errors: Vec<FileError>) -> Vec<FileError> {
    errors.sort_by(|a, b| (a.span.start, a.span.end, &a.message).cmp(&(b.span.start, b.span.end, &b.message)));
    errors.dedup();
    let too_many = errors.len() > MOST;
    errors.truncate(MOST);
    errors.iter_mut().for_each(hide_secrets);
    if too_many && let Some(last) = errors.last() {
        let more =
            FileError::new(format!("there are more than {MOST} errors"), last.span.clone(), "the rest is not shown");
        errors.push(more.hint("correct these first"));
    }
    errors
}

/// Takes secrets out of every word of an error: a key may be one, and hint repeats keys.
fn hide_secrets(error: &mut FileError) {
    let FileError { message, span: _, label, hint, also } = error;
    let also = also.as_mut().map(|(_, label)| label);
    for text in [Some(message), Some(label), hint.as_mut(), also].into_iter().flatten() {
        *text = hidden(text);
    }
}

/// A untrusted word for a message: quoted, its secrets hidden, cut where it is long.
pub(in crate::config) fn quoted_short(text: &str) -> String {
    const LONGEST: usize = 80;
    let shown = hidden(&text[..text.floor_char_boundary(4096)]);
    match shown.char_indices().nth(LONGEST) {
        Some((cut, _)) => quoted(&format!("{}…", &shown[..cut])),
        None => quoted(&shown),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_shows_no_secret_and_stays_short() {
        assert_eq!(quoted_short("AGE-SECRET-KEY-1ABC"), "\"AGE-SECRET-KEY-****\"");
        assert_eq!(quoted_short("https://u:p@h/\u{202e}"), "\"https://***@h/\\u202e\"");
        assert_eq!(quoted_short(&"é".repeat(100)).chars().count(), 83);
    }

    #[test]
    fn of_very_many_errors_the_first_are_kept() {
        let many = (0..150).rev().map(|at| FileError::new("bad", at..at + 1, "")).collect();
        let kept = sorted(many);
        assert_eq!((kept.len(), kept[0].span.start), (MOST + 1, 0));
        assert_eq!(kept[MOST].message, "there are more than 100 errors");
    }
}
