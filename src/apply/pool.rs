//! Work on many items, some at once.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;

/// Works through `items`, at most `parallelism` at once; the outputs come in no order.
pub(super) async fn pool<T, O, F>(
    parallelism: usize,
    items: Vec<T>,
    work: impl Fn(T) -> F + Clone + Send + 'static,
) -> Vec<O>
where
    T: Send + 'static,
    O: Send + 'static,
    F: Future<Output = O> + Send,
{
    let workers = parallelism.clamp(1, items.len().max(1));
    let queue = Arc::new(Mutex::new(VecDeque::from(items)));
    let mut set = JoinSet::new();
    for _ in 0..workers {
        let (queue, work) = (Arc::clone(&queue), work.clone());
        set.spawn(async move {
            let mut outputs = Vec::new();
            let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            while let Some(item) = next() {
                outputs.push(work(item).await);
            }
            outputs
        });
    }
    set.join_all().await.into_iter().flatten().collect()
}
