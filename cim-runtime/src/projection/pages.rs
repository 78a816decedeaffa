//! Events, read ahead: the next ones are on their way while these are taken in.

use std::sync::Arc;

use futures::StreamExt as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::parts::Part;
use crate::store::{Store, StoreError, StoredEvent};

/// How many events are read at a time, at most.
const PAGE: usize = 1024;

/// Pages of the events after a position, as they are stored.
pub(crate) struct Pages {
    pages: mpsc::Receiver<Page>,
    reader: JoinHandle<()>,
}

/// Events, and why none follow, if none do.
type Page = (Vec<StoredEvent>, Option<StoreError>);

impl Pages {
    /// Those after this position, of which so many wait to be taken in, at most: whoever is behind
    /// takes them all at once.
    pub(crate) fn after(store: &Arc<dyn Store>, position: u64, ahead: usize) -> Self {
        let (sender, pages) = mpsc::channel(ahead);
        let mut events = store.subscribe(position).ready_chunks(PAGE);
        let reader = tokio::spawn(Part::of_this_task().keep(async move {
            let mut last = position;
            while let Some(page) = events.next().await {
                let (mut page, failed) = readable(page);
                // What is delivered twice is taken once.
                page.retain(|event| {
                    let is_next = event.position > last;
                    last = last.max(event.position);
                    is_next
                });
                if sender.send((page, failed)).await.is_err() {
                    return;
                }
            }
        }));
        Self { pages, reader }
    }

    /// All that was read since, in order; `None` when the store was closed.
    pub(crate) async fn next(&mut self) -> Option<Page> {
        let (mut events, mut failed) = self.pages.recv().await?;
        // Whoever is behind takes more at once.
        while failed.is_none()
            && let Ok((more, why)) = self.pages.try_recv()
        {
            events.extend(more);
            failed = why;
        }
        Some((events, failed))
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        self.reader.abort();
    }
}

/// The events of a page, up to an error.
fn readable(page: Vec<Result<StoredEvent, StoreError>>) -> Page {
    let mut failed = None;
    let events = page.into_iter().map_while(|event| match event {
        Ok(event) => Some(event),
        Err(error) => {
            failed = Some(error);
            None
        }
    });
    (events.collect(), failed)
}
