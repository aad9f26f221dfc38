//! Work on many items, some at once.

use std::collections::VecDeque;
use std::future::{Future, Ready, ready};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::JoinSet;

/// What is at hand, for a pool to take from.
pub(super) fn at_hand<T>(items: Vec<T>) -> impl Fn() -> Ready<Option<T>> + Clone {
    let items = Arc::new(Mutex::new(VecDeque::from(items)));
    move || ready(items.lock().unwrap_or_else(PoisonError::into_inner).pop_front())
}

/// Works through what `next` gives until that is `None`, with so many workers; the outputs come in no order.
pub(super) async fn pool<T, O, N, F>(
    workers: usize,
    next: impl Fn() -> N + Clone + Send + 'static,
    work: impl Fn(T) -> F + Clone + Send + 'static,
) -> Vec<O>
where
    T: Send + 'static,
    O: Send + 'static,
    N: Future<Output = Option<T>> + Send,
    F: Future<Output = O> + Send,
{
    let mut set = JoinSet::new();
    for _ in 0..workers.max(1) {
        let (next, work) = (next.clone(), work.clone());
        set.spawn(async move {
            let mut outputs = Vec::new();
            while let Some(item) = next().await {
                outputs.push(work(item).await);
            }
            outputs
        });
    }
    set.join_all().await.into_iter().flatten().collect()
}
