//! A plan as a pull-request comment: marker, verdict, one line of what it is a plan of, refusals, one box of what cannot
//! be undone or should alarm, guards, drift, a table an action, folded diffs, notes. Untrusted text stands in code alone; the whole is at most [`LIMIT`] bytes, and says what was cut.

mod action;
mod block;
mod fit;
mod sections;

use super::place::Place;
use super::row::rows;
use super::tally::Tally;
use super::untrusted::{clipped, inert, span};
use super::words::briefly;
use crate::plan::Plan;
use action::Piece;
use fit::fit;

/// GitHub's limit for a comment.
const LIMIT: usize = 65_536;
/// Kept free for the headings of the lists and for saying what was cut.
const RESERVE: usize = 3_000;
/// How much of an environment's name is shown.
const LONGEST_ENVIRONMENT: usize = 200;

/// The plan as a comment, where nobody knows where it would be carried out.
pub fn markdown(plan: &Plan) -> String {
    markdown_at(plan, &Place::default())
}

/// The plan as a comment. The first line is a hidden marker, for finding the comment again; where it would be carried
/// out stands under the verdict.
pub(crate) fn markdown_at(plan: &Plan, place: &Place) -> String {
    let place = &place.clone().or(plan);
    let mut head = format!("{}\n{}\n", place.marker(plan.scope), verdict(plan));
    for section in [
        place.markdown(),
        sections::refusals(&plan.refusals),
        sections::adoption(plan),
        sections::offline(plan),
        sections::attention(plan, place),
        sections::guards(&plan.guards, place),
        sections::drift(&plan.drift),
    ] {
        push(&mut head, section);
    }
    let mut tail = String::new();
    for section in [sections::unmanaged(&plan.unmanaged), sections::notes(&plan.notes), Some(sections::footer(plan))] {
        push(&mut tail, section);
    }
    let pieces: Vec<Piece> = rows(plan).iter().map(action::piece).collect();
    let unchanged = sections::unchanged(&plan.unchanged);
    let room = LIMIT.saturating_sub(head.len() + tail.len() + RESERVE);
    let fitted = fit(&pieces, &unchanged.full, room);
    let body = fitted.draw(&pieces, if fitted.unchanged { &unchanged.full } else { &unchanged.short });
    head + &body + &tail
}

fn push(out: &mut String, section: Option<String>) {
    if let Some(section) = section {
        out.push_str(&format!("\n{section}"));
    }
}

fn verdict(plan: &Plan) -> String {
    let environment = match &plan.environment {
        Some(environment) => format!(" for {}", span(&clipped(&inert(environment), LONGEST_ENVIRONMENT))),
        None => String::new(),
    };
    let counts = if plan.is_empty() { briefly(plan) } else { Tally::of(plan).to_string() };
    let remark = match (plan.refusals.is_empty(), plan.attention().is_empty()) {
        (true, true) => "",
        (false, true) => "refused",
        (true, false) => "needs attention",
        (false, false) => "refused, needs attention",
    };
    let verdict = match (counts.as_str(), remark) {
        (all, "") | ("", all) => all.to_owned(),
        (counts, remark) => format!("{counts} ({remark})"),
    };
    format!("### hookwright plan{environment}: {verdict}")
}
