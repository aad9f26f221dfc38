//! What of the actions a comment has room for. Sizes are summed, never rendered again: weighty actions get their
//! names first, then their lines, then their diffs; the others their names, then all of them; no-ops what is left.

use super::action::Piece;
use super::sections::folded;
use crate::quote::count;

/// How much of an action is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Count,
    Name,
    Line,
    Full,
}

/// A level for every piece, and whether the no-ops are named.
pub(super) struct Fitted {
    levels: Vec<Level>,
    pub unchanged: bool,
}

pub(super) fn fit(pieces: &[Piece], unchanged: &str, room: usize) -> Fitted {
    let mut levels = vec![Level::Count; pieces.len()];
    let mut left = room;
    let steps =
        [(true, Level::Name), (true, Level::Line), (true, Level::Full), (false, Level::Name), (false, Level::Full)];
    let mut whole = true;
    for (weighty, level) in steps {
        // A step may only spend what the steps before it did not need.
        if !whole {
            break;
        }
        for (piece, now) in pieces.iter().zip(&mut levels).filter(|(piece, _)| piece.weighty == weighty) {
            let price = cost(piece, level).saturating_sub(cost(piece, *now));
            if price <= left {
                left -= price;
                *now = level;
            } else {
                whole = false;
            }
        }
    }
    Fitted { levels, unchanged: whole && unchanged.len() <= left }
}

fn cost(piece: &Piece, level: Level) -> usize {
    match level {
        Level::Count => 0,
        Level::Name => piece.name.len() + 2,
        Level::Line => piece.line.len(),
        Level::Full => piece.line.len() + piece.details.len(),
    }
}

impl Fitted {
    pub(super) fn draw(&self, pieces: &[Piece], unchanged: &str) -> String {
        let shown = |least: Level| pieces.iter().zip(&self.levels).filter(move |(_, level)| **level >= least);
        let mut out = self.cut(pieces);
        if shown(Level::Line).next().is_some() {
            out.push_str("\n| action | name | what it leads to |\n| --- | --- | --- |\n");
            shown(Level::Line).for_each(|(piece, _)| out.push_str(&piece.line));
            out.push('\n');
        }
        shown(Level::Full).for_each(|(piece, _)| out.push_str(&piece.details));
        out.push_str(&self.named(pieces));
        out.push_str(unchanged);
        out
    }

    /// The names of what is only named, folded, by action.
    fn named(&self, pieces: &[Piece]) -> String {
        let mut lists: Vec<(&str, Vec<&str>)> = Vec::new();
        for (piece, _) in pieces.iter().zip(&self.levels).filter(|(_, level)| **level == Level::Name) {
            match lists.iter_mut().find(|(word, _)| *word == piece.word) {
                Some((_, names)) => names.push(&piece.name),
                None => lists.push((piece.word, vec![&piece.name])),
            }
        }
        let list = |(word, names): &(&str, Vec<&str>)| {
            format!("\n{}", folded(&format!("{} to {word}, by name", names.len()), &format!("{}\n", names.join(", "))))
        };
        lists.iter().map(list).collect()
    }

    /// What was cut, and where it can be read.
    fn cut(&self, pieces: &[Piece]) -> String {
        let told = [(true, "to delete, replace or recover"), (false, "to create, import or change")];
        let mut cuts = Vec::new();
        for (weighty, what) in told {
            let of = |level: Level| {
                pieces.iter().zip(&self.levels).filter(|(p, now)| p.weighty == weighty && **now == level).count()
            };
            let total = pieces.iter().filter(|piece| piece.weighty == weighty).count();
            let (lines, names, counts) = (of(Level::Line), of(Level::Name), of(Level::Count));
            let parts = [(lines, "without their diff"), (names, "by name only"), (counts, "not named at all")];
            let parts: Vec<String> =
                parts.iter().filter(|(n, _)| *n > 0).map(|(n, how)| format!("{n} {how}")).collect();
            if !parts.is_empty() {
                cuts.push(format!("of {} {what}: {}", count(total, "endpoint"), parts.join(", ")));
            }
        }
        if cuts.is_empty() {
            return String::new();
        }
        format!(
            "\n> [!IMPORTANT]\n> **Cut to fit into a comment**: {}. The whole plan is in this run's plan artifact and in the output of `hookwright plan`.\n",
            cuts.join("; ")
        )
    }
}
