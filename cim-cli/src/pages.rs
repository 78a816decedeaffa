//! A store's events, some at a time, so that memory does not grow with the store.

use cim_runtime::store::{Lookup, Store, StoreError, StoredEvent};

/// How many events are read at a time.
pub(crate) const PAGE: usize = 256;

/// The events of a store, or those an index answers with, in order of position.
pub(crate) struct Pages<'a> {
    store: &'a dyn Store,
    lookup: Option<Lookup>,
    after: u64,
}

impl<'a> Pages<'a> {
    /// Every event.
    pub(crate) fn all(store: &'a dyn Store) -> Self {
        Self { store, lookup: None, after: 0 }
    }

    /// Those that match.
    pub(crate) fn lookup(store: &'a dyn Store, lookup: Lookup) -> Self {
        Self { store, lookup: Some(lookup), after: 0 }
    }

    /// The next events; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Vec<StoredEvent>, StoreError> {
        let page = match &self.lookup {
            None => self.store.read_all(self.after, PAGE).await?,
            Some(lookup) => self.store.lookup(lookup.clone(), self.after, PAGE).await?,
        };
        if let Some(last) = page.last() {
            self.after = last.position;
        }
        Ok(page)
    }
}
