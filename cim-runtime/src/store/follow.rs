//! Subscriptions, for every store that can read a page and tells where its head is.

use futures::stream::{self, BoxStream, StreamExt as _};
use tokio::sync::watch;

use super::{Store, StoreError, StoredEvent};

/// How many events a subscription reads at a time.
const PAGE: usize = 1024;

/// A subscription as pages of `read_all`, which is woken by the store's head: it cannot miss an
/// event, because it never relies on being told of one.
pub(crate) fn follow(
    store: impl Store,
    head: watch::Receiver<u64>,
    after: u64,
) -> BoxStream<'static, Result<StoredEvent, StoreError>> {
    let start = Some((store, head, after));
    stream::unfold(start, |place| async move {
        let (store, mut head, after) = place?;
        // The store itself keeps the sender, so this ends only when it was closed.
        head.wait_for(|&position| position > after).await.ok()?;
        Some(match store.read_all(after, PAGE).await {
            Ok(page) => {
                let next = page.last().map_or(after, |event| event.position);
                (page.into_iter().map(Ok).collect(), Some((store, head, next)))
            }
            // What cannot be read now would be asked for again at once, and for ever.
            Err(error) => (vec![Err(error)], None),
        })
    })
    .map(stream::iter)
    .flatten()
    .boxed()
}
