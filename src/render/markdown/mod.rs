//! A plan as a pull-request comment: marker, verdict, refusals, warning, guards, drift, a table, a folded diff an
//! action, notes. Foreign text stands in code alone; the whole is at most [`LIMIT`] bytes, and says what was cut.

mod action;
mod fit;
mod sections;

use super::foreign::{clipped, inert, span};
use super::place::Place;
use super::row::rows;
use super::tally::Tally;
use crate::plan::Plan;
use action::Piece;
use fit::fit;

/// GitHub's limit for a comment.
const LIMIT: usize = 65_536;
/// Kept free for the headings of the lists and for saying what was cut.
const RESERVE: usize = 2_000;
/// How much is shown of where the plan would be carried out.
const LONGEST_PLACE: usize = 500;
/// How much of an environment's name is shown.
const LONGEST_ENVIRONMENT: usize = 200;

/// The plan as a comment, where nobody knows where it would be carried out.
pub fn markdown(plan: &Plan) -> String {
    markdown_at(plan, &Place::default())
}

/// The plan as a comment. The first line is a hidden marker, for finding the comment again; where it would be carried
/// out stands under the verdict.
pub fn markdown_at(plan: &Plan, place: &Place) -> String {
    let mut head = format!("{}\n{}\n", marker(plan), verdict(plan));
    let place = place.line().map(|line| format!("{}\n", span(&clipped(&line, LONGEST_PLACE))));
    for section in [
        place,
        sections::attention(plan),
        sections::refusals(&plan.refusals),
        sections::adoption(plan),
        sections::offline(plan),
        sections::warning(plan),
        sections::guards(&plan.guards),
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

/// `<!-- hookwright plan -->`, with the environment's name in a form that cannot end the comment.
fn marker(plan: &Plan) -> String {
    match &plan.environment {
        None => "<!-- hookwright plan -->".to_owned(),
        Some(environment) => format!("<!-- hookwright plan: {} -->", percent(environment)),
    }
}

/// All but letters, digits, `_`, `.` and single dashes as `%XX`: two names never give one marker, but for names beyond
/// any reason, of which the beginning counts.
fn percent(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes().take(LONGEST_ENVIRONMENT) {
        let single_dash = byte == b'-' && !out.is_empty() && !out.ends_with('-');
        if byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.') || single_dash {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn verdict(plan: &Plan) -> String {
    let environment = match &plan.environment {
        Some(environment) => format!(" for {}", span(&clipped(&inert(environment), LONGEST_ENVIRONMENT))),
        None => String::new(),
    };
    let counts = if plan.is_empty() { "no changes".to_owned() } else { Tally::of(plan).to_string() };
    let refused = if plan.refusals.is_empty() { "" } else { " (refused)" };
    let alarm = if plan.attention().is_empty() { "" } else { " (needs attention)" };
    format!("### hookwright plan{environment}: {counts}{refused}{alarm}")
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn an_environment_cannot_end_the_marker() {
        assert_eq!(percent("eu-west.1"), "eu-west.1");
        assert_eq!(percent("--> <b>é"), "%2D-%3E%20%3Cb%3E%C3%A9");
        assert_eq!(percent("a--b"), "a-%2Db");
    }
}
