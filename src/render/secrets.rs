//! Which secrets there are, for people: never a secret, nor its ciphertext.

use super::table::table;
use crate::quote::escaped;
use crate::state::{Ended, Managed, State};
use crate::timestamp::{Timestamp, words};

/// One line a secret: name, endpoint, age, last four, recipients; deposed ones under their entry.
pub(crate) fn secret_list(state: &State, now: Timestamp) -> String {
    let rows: Vec<[String; 5]> = state
        .endpoints
        .iter()
        .flat_map(|(name, slot)| {
            let own = slot.current.as_deref().into_iter().map(move |managed| row(name.to_string(), managed, now));
            let deposed = slot.deposed.iter().map(move |old| row(format!("{name} ({})", state_of(old)), old, now));
            own.chain(deposed)
        })
        .collect();
    if rows.is_empty() {
        return "The state has no secrets.\n".to_owned();
    }
    let head = ["NAME", "ENDPOINT", "AGE", "LAST FOUR", "ENCRYPTED TO"].map(str::to_owned);
    table(&std::iter::once(head).chain(rows).collect::<Vec<_>>())
}

/// What a predecessor is.
pub(super) fn state_of(old: &Managed) -> &'static str {
    match old.ended {
        None => "deposed",
        Some(Ended::Gone) => "gone",
        Some(Ended::Deleted) => "deleted",
    }
}

fn row(name: String, managed: &Managed, now: Timestamp) -> [String; 5] {
    let age = managed.created_at.map_or_else(|| "unknown".to_owned(), |made| age(now, Timestamp(made)));
    let last4 = managed.secret_last4.as_deref().map_or_else(|| "unknown".to_owned(), escaped);
    let encrypted = match &managed.secret {
        Some(_) => managed.sealed_to.iter().map(|recipient| escaped(recipient)).collect::<Vec<_>>().join(", "),
        None => "secret unknown".to_owned(),
    };
    [name, managed.endpoint_id.to_string(), age, last4, encrypted]
}

/// The same as an array of objects, one a secret.
pub(crate) fn secret_list_json(state: &State, now: Timestamp) -> String {
    let rows = state.all().map(|(name, managed)| {
        serde_json::json!({
            "name": name,
            "endpoint_id": managed.endpoint_id,
            "deposed": managed.until.is_some(),
            "until": managed.until,
            "created_at": managed.created_at,
            "age_seconds": managed.created_at.map(|made| now.since(Timestamp(made)).as_secs()),
            "secret_last4": managed.secret_last4,
            "known": managed.secret.is_some(),
            "sealed_to": managed.sealed_to,
        })
    });
    let rows: serde_json::Value = rows.collect();
    format!("{rows:#}\n")
}

/// Whole days, or less where it is younger.
fn age(now: Timestamp, made: Timestamp) -> String {
    let age = now.since(made).as_secs();
    let whole = if age >= 86_400 { age - age % 86_400 } else { age - age % 60 };
    words(std::time::Duration::from_secs(whole))
}
