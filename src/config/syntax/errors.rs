//! The list that faults are gathered in while a file is read, and how a foreign word is put into a message.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::config::syntax::lines::Lines;
use crate::diagnostic::Fault;
use crate::quote::{hidden, nearest, quoted};

/// The most faults that are handed out: whoever mends a hundred runs it again, and a bomb of a file stays small.
pub(in crate::config) const MOST: usize = 100;

/// The longest word that a guess is made for, and the most words it is compared with.
const GUESS: (usize, usize) = (64, 1_000);

/// The most faults that guesses are made for.
const GUESSES: usize = 20;

/// The most faults of each kind that are kept until they are sorted.
const KEPT: usize = 10 * MOST;

/// The faults found so far.
#[derive(Default)]
pub(in crate::config) struct Faults {
    found: Vec<Fault>,
    /// Lines of broken syntax.
    broken: Vec<Fault>,
    absent: Vec<(Fault, Whole)>,
}

/// How much of a file must be whole, so that what is not read in it is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::config) enum Whole {
    /// From the fault to the next header.
    Section,
    /// All of it.
    File,
}

impl Faults {
    /// Adds a fault.
    pub(in crate::config) fn push(&mut self, fault: Fault) {
        if self.found.len() < KEPT {
            self.found.push(fault);
        }
    }

    /// Adds the faults of broken lines.
    pub(in crate::config) fn broken(&mut self, faults: Vec<Fault>) {
        self.broken.extend(faults);
    }

    /// Adds a fault that says that something is not there. It counts where so much of the file is whole: what looks
    /// absent may stand where the syntax broke.
    pub(in crate::config) fn absent(&mut self, fault: Fault, whole: Whole) {
        if self.absent.len() < KEPT {
            self.absent.push((fault, whole));
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

    /// What was meant by `word`, of `known`; a file with very many faults gets no more guesses.
    pub(in crate::config) fn guess<'a>(&self, word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
        let (longest, most) = GUESS;
        if word.len() > longest || self.found.len() + self.absent.len() >= GUESSES {
            return None;
        }
        nearest(word, known.into_iter().take(most))
    }

    /// All faults of a text, sorted by place.
    ///
    /// A broken line is blamed for its syntax alone, since what was read of it may not be what was written.
    pub(in crate::config) fn finish(self, text: &str, lines: &Lines) -> Vec<Fault> {
        let Self { mut found, broken, absent } = self;
        let lines_broken: BTreeSet<usize> = broken.iter().map(|fault| lines.line(fault.span.start)).collect();
        found.retain(|fault| !lines_broken.contains(&lines.line(fault.span.start)));
        let headers = if lines_broken.is_empty() { BTreeSet::new() } else { headers(text) };
        for (fault, whole) in absent {
            let from = lines.line(fault.span.start);
            let is_whole = match whole {
                Whole::File => lines_broken.is_empty(),
                Whole::Section => match lines_broken.range(from..).next() {
                    Some(line) => headers.range(from + 1..=(*line).max(from + 1)).next().is_some_and(|n| n <= line),
                    None => true,
                },
            };
            found.extend(is_whole.then_some(fault));
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
pub(in crate::config) fn twice(name: &str, here: Range<usize>, first: Range<usize>) -> Fault {
    let fault = Fault::new(format!("{} is defined twice", word(name)), here, "again here");
    fault.also(first, "first here").help("keep one of the two, or rename one")
}

/// The faults by place, each once, at most [`MOST`] and one that says that there are more.
fn sorted(mut faults: Vec<Fault>) -> Vec<Fault> {
    faults.sort_by(|a, b| (a.span.start, a.span.end, &a.message).cmp(&(b.span.start, b.span.end, &b.message)));
    faults.dedup();
    let too_many = faults.len() > MOST;
    faults.truncate(MOST);
    faults.iter_mut().for_each(hide_secrets);
    if too_many && let Some(last) = faults.last() {
        let more = Fault::new(format!("there are more than {MOST} faults"), last.span.clone(), "the rest is not shown");
        faults.push(more.help("mend these first"));
    }
    faults
}

/// Takes secrets out of every word of a fault: a key may be one, and help repeats keys.
fn hide_secrets(fault: &mut Fault) {
    let Fault { message, span: _, label, help, also } = fault;
    let also = also.as_mut().map(|(_, label)| label);
    for text in [Some(message), Some(label), help.as_mut(), also].into_iter().flatten() {
        *text = hidden(text);
    }
}

/// A foreign word for a message: quoted, its secrets hidden, cut where it is long.
pub(in crate::config) fn word(text: &str) -> String {
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
        assert_eq!(word("AGE-SECRET-KEY-1ABC"), "\"AGE-SECRET-KEY-****\"");
        assert_eq!(word("https://u:p@h/\u{202e}"), "\"https://***@h/\\u202e\"");
        assert_eq!(word(&"é".repeat(100)).chars().count(), 83);
    }

    #[test]
    fn of_very_many_faults_the_first_are_kept() {
        let many = (0..150).rev().map(|at| Fault::new("bad", at..at + 1, "")).collect();
        let kept = sorted(many);
        assert_eq!((kept.len(), kept[0].span.start), (MOST + 1, 0));
        assert_eq!(kept[MOST].message, "there are more than 100 faults");
    }
}
