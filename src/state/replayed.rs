//! A state with its journal replayed.

use super::error::StoreError;
use super::format::Found;
use super::model::{Folded, State};

/// The state with the records of the journal that belongs to it; `names` are those of document and journal, for errors.
pub(super) fn replayed(
    state: Option<State>,
    found: Option<Found>,
    (document, journal): (&str, &str),
) -> Result<Option<State>, StoreError> {
    let Some(Found { head, records, .. }) = found else {
        return Ok(state.map(without_unsent));
    };
    let mismatch = |state_serial| StoreError::Mismatch {
        state: document.to_owned(),
        journal: journal.to_owned(),
        state_serial,
        journal_serial: head.base_serial,
    };
    let mut state = state.filter(|state| state.lineage == head.lineage).ok_or_else(|| mismatch(None))?;
    let skip = match &state.folded {
        Some(Folded { journal, records }) if *journal == head.journal => *records,
        _ if state.serial == head.base_serial => 0,
        _ => return Err(mismatch(Some(state.serial))),
    };
    let total = records.len() as u64;
    records.into_iter().skip(usize::try_from(skip).unwrap_or(usize::MAX)).for_each(|record| state.fold(record));
    state.folded = Some(Folded { journal: head.journal, records: total });
    Ok(Some(without_unsent(state)))
}

fn without_unsent(mut state: State) -> State {
    state.drop_unsent();
    state
}
