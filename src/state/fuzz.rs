//! Whatever bytes a state or a journal has, reading it is an error at worst.

use proptest::prelude::*;

use super::format::{Head, document_bytes, journal_bytes, parse_document, parse_journal, salvage};
use super::model::{Record, State};

fn valid_state() -> Vec<u8> {
    document_bytes(&mut State { team_id: Some("t".into()), ..State::new("l".into()) })
}

fn valid_journal() -> Vec<u8> {
    let head = Head { journal: "j".into(), lineage: "l".into(), base_serial: 3 };
    let at = crate::timestamp::Timestamp(1);
    let records = [Record::Send { key: "k".into(), at }, Record::Settled { key: "k".into() }];
    journal_bytes(&head, &records)
}

fn read_all(bytes: &[u8]) {
    if let Ok(mut state) = parse_document(bytes, "s") {
        // What is read can be written, and read again.
        assert!(parse_document(&document_bytes(&mut state), "s").is_ok());
    }
    let _ = parse_journal(bytes, "j");
    let (head, records, _) = salvage(bytes);
    let mut state = State::new("l".into());
    state.recover(records, head.map_or(0, |head| head.base_serial));
}

/// A valid text with some of its bytes exchanged for others.
fn edited(bytes: Vec<u8>, edits: Vec<(prop::sample::Index, Vec<u8>)>) -> Vec<u8> {
    edits.into_iter().fold(bytes, |mut bytes, (at, new)| {
        let at = at.index(bytes.len());
        let end = (at + new.len()).min(bytes.len());
        bytes.splice(at..end, new);
        if bytes.is_empty() { vec![b'{'] } else { bytes }
    })
}

fn edits() -> impl Strategy<Value = Vec<(prop::sample::Index, Vec<u8>)>> {
    prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 0..5)), 0..6)
}

proptest! {
    #[test]
    fn no_bytes_make_reading_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        read_all(&bytes);
    }

    #[test]
    fn no_edit_of_a_valid_one_makes_reading_panic(edits in edits()) {
        read_all(&edited(valid_state(), edits.clone()));
        read_all(&edited(valid_journal(), edits));
    }
}
