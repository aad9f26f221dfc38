//! Receipts that a writer got after it had a successor. They lie beside the journals until a writer adopts them.

use super::Remote;
use crate::state::backend::{BackendError, Created};
use crate::state::error::StoreError;
use crate::state::format::salvage;
use crate::state::model::{Record, State};

/// Takes the receipts that came late into a state, those that nothing contradicts; the keys of the objects whose
/// endpoints the state now names.
pub(super) async fn adopt(remote: &Remote, state: &mut State) -> Result<Vec<String>, StoreError> {
    let mut adopted = Vec::new();
    for listed in remote.objects.list(&remote.keys.late()).await?.objects {
        let Some(stored) = remote.objects.read(&listed.key).await? else { continue };
        let (_, records, _) = salvage(&stored.bytes);
        let receipts: Vec<Record> = records.into_iter().filter(|record| matches!(record, Record::Receipt(_))).collect();
        let ids: Vec<_> = receipts.iter().filter_map(receipt_id).collect();
        // Their intents are in the journal that the writer held: they are older than this state.
        state.recover(receipts, 0);
        if ids.iter().all(|id| state.all().any(|(_, managed)| managed.endpoint_id == *id)) {
            adopted.push(listed.key);
        }
    }
    Ok(adopted)
}

fn receipt_id(record: &Record) -> Option<crate::endpoint::EndpointId> {
    match record {
        Record::Receipt(receipt) => Some(receipt.endpoint_id.clone()),
        _ => None,
    }
}

/// Removes what was adopted, once a document that names it is written. What is left is read again, and known then.
pub(super) async fn remove(remote: &Remote, keys: Vec<String>) {
    for key in keys {
        let _ = remote.objects.remove(&key).await;
    }
}

/// Keeps receipts that no journal took; their name.
pub(super) async fn keep(remote: &Remote, writer: &str, bytes: Vec<u8>) -> Result<String, BackendError> {
    let mut number = 1;
    loop {
        let key = remote.keys.receipts(writer, number);
        if super::once::create(&*remote.objects, &key, bytes.clone()).await? == Created::Done {
            return Ok(remote.objects.name(&key));
        }
        number += 1;
    }
}
