//! What of the actions a comment has room for. Sizes are summed, never rendered again: weighty actions get their
//! names first, then their lines, then their diffs; then the others in the same order; no-ops what is left.

use super::action::Piece;
use super::block::folded;
use crate::plan::Kind;
use crate::quote::count;

/// More creates or diffs than this are folded.
const IN_SIGHT: usize = 5;

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
    let steps = [true, false]
        .into_iter()
        .flat_map(|weighty| [Level::Name, Level::Line, Level::Full].map(|level| (weighty, level)));
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
        Level::Line => line_len(piece),
        Level::Full => line_len(piece) + piece.details.len(),
    }
}

fn line_len(piece: &Piece) -> usize {
    piece.name.len() + piece.values.len() + piece.consequence.len() + "| <br> |  |\n".len()
}

fn line(piece: &Piece) -> String {
    match piece.values.is_empty() {
        true => format!("| {} | {} |\n", piece.name, piece.consequence),
        false => format!("| {}<br>{} | {} |\n", piece.name, piece.values, piece.consequence),
    }
}

/// A table an action; many creates with the same consequence are one folded list.
fn tables(all: &[Piece], pieces: &[&Piece]) -> String {
    let mut groups: Vec<(Kind, Vec<&Piece>)> = Vec::new();
    for piece in pieces {
        match groups.iter_mut().find(|(kind, _)| *kind == piece.kind) {
            Some((_, group)) => group.push(piece),
            None => groups.push((piece.kind, vec![piece])),
        }
    }
    let total = |kind: Kind| all.iter().filter(|piece| piece.kind == kind).count();
    groups.iter().map(|(kind, group)| table(*kind, total(*kind), group)).collect()
}

fn table(kind: Kind, total: usize, group: &[&Piece]) -> String {
    let plain: Vec<&Piece> = group.iter().copied().filter(|piece| piece.plain).collect();
    let folds = plain.len() > IN_SIGHT;
    let rows: String = group.iter().filter(|piece| !(folds && piece.plain)).map(|piece| line(piece)).collect();
    let mut out = format!("\n#### {}: {}\n\n", title(kind), count(total, "endpoint"));
    if !rows.is_empty() {
        out.push_str(&format!("| endpoint and values | leads to |\n| --- | --- |\n{rows}\n"));
    }
    if folds {
        let rows: String = plain.iter().map(|piece| format!("| {} | {} |\n", piece.name, piece.values)).collect();
        let title = format!("{}, each with a new signing secret for its consumer", count(plain.len(), "endpoint"));
        out.push_str(&folded(&title, &format!("| endpoint | values |\n| --- | --- |\n{rows}")));
    }
    out
}

fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Delete => "Destroy",
        Kind::Replace => "Replace",
        Kind::Forget => "Forget, and leave live",
        Kind::Recover => "Recover",
        Kind::Create => "Create",
        Kind::Import => "Import into the state",
        Kind::Rename => "Rename in the state",
        Kind::Update => "Update in the state",
    }
}

/// The diffs, and one fold around many of them.
fn folds(details: &[&Piece]) -> String {
    let all: String = details.iter().map(|piece| piece.details.as_str()).collect();
    match details.len() {
        0 => String::new(),
        1..=IN_SIGHT => format!("\n{all}"),
        many => format!("\n{}", folded(&format!("Diffs of {many} endpoints"), &all)),
    }
}

impl Fitted {
    pub(super) fn draw(&self, pieces: &[Piece], unchanged: &str) -> String {
        let shown = |least: Level| {
            pieces.iter().zip(&self.levels).filter(move |(_, level)| **level >= least).map(|(piece, _)| piece)
        };
        let lines: Vec<&Piece> = shown(Level::Line).collect();
        let details: Vec<&Piece> = shown(Level::Full).collect();
        self.cut(pieces) + &tables(pieces, &lines) + &self.named(pieces) + &folds(&details) + unchanged
    }

    /// The names of what is only named, folded, by action.
    fn named(&self, pieces: &[Piece]) -> String {
        let mut lists: Vec<(&str, Vec<&str>)> = Vec::new();
        for (piece, _) in pieces.iter().zip(&self.levels).filter(|(_, level)| **level == Level::Name) {
            let word: &str = piece.kind.into();
            match lists.iter_mut().find(|(known, _)| *known == word) {
                Some((_, names)) => names.push(&piece.name),
                None => lists.push((word, vec![&piece.name])),
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
