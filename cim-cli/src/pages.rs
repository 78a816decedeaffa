//! A store's events, some at a time, so that memory does not grow with the store.

use cim_runtime::store::{Lookup, Store, StoreError, StoredEvent};

use crate::output::{WARNING, count};

/// How many events are read at a time.
pub(crate) const PAGE: usize = 256;

/// The events of a store, or those an index answers with, in order of position.
pub(crate) struct Pages<'a> {
    store: &'a dyn Store,
    lookup: Option<Lookup>,
    after: u64,
    missing: u64,
}

impl<'a> Pages<'a> {
    /// Every event.
    pub(crate) fn all(store: &'a dyn Store) -> Self {
        Self { store, lookup: None, after: 0, missing: 0 }
    }

    /// Those that match.
    pub(crate) fn lookup(store: &'a dyn Store, lookup: Lookup) -> Self {
        Self { store, lookup: Some(lookup), after: 0, missing: 0 }
    }

    /// The next events; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Vec<StoredEvent>, StoreError> {
        let page = match &self.lookup {
            None => self.store.read_all(self.after, PAGE).await?,
            Some(lookup) => self.store.lookup(lookup.clone(), self.after, PAGE).await?,
        };
        let Some(last) = page.last() else { return Ok(page) };
        if self.lookup.is_none() && self.store.positions_count() {
            self.missing += last.position - self.after - page.len() as u64;
        }
        self.after = last.position;
        Ok(page)
    }

    /// How many positions so far hold no event: a store goes on behind a damaged place.
    pub(crate) fn missing(&self) -> u64 {
        self.missing
    }

    /// Says on stderr that what was shown is not all that was stored.
    pub(crate) fn warn_of_missing(&self, url: &str) {
        if self.missing == 0 {
            return;
        }
        let missing = count(self.missing, "event");
        let style = WARNING;
        anstream::eprintln!(
            "{style}warning:{style:#} {missing} missing: `cim verify --store {url}` says what happened"
        );
    }
}
