//! Aggregates that were used lately, so that the next command need not load them.

use std::any::Any;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};

use lru::LruCache;

use crate::engine::Live;
use crate::error::Error;
use crate::machine::Aggregate;
use crate::subject::StreamName;

/// A live aggregate that one command at a time may use.
pub(crate) type Slot<A> = Arc<tokio::sync::Mutex<Live<A>>>;

/// A bounded cache of live aggregates of any type, by stream.
///
/// It may hold less than the truth but never decides anything: a commit on top of an outdated
/// aggregate is refused by the store, and before a command is refused, the store is read.
#[derive(Debug)]
pub(crate) struct LiveCache(Mutex<LruCache<StreamName, Arc<dyn Any + Send + Sync>>>);

impl LiveCache {
    pub(crate) fn new(capacity: NonZeroUsize) -> Self {
        Self(Mutex::new(LruCache::new(capacity)))
    }

    /// The aggregate with this id; a new one, not yet loaded, if it is not here.
    pub(crate) fn slot<A: Aggregate>(&self, id: &A::Id) -> Result<Slot<A>, Error> {
        let stream = StreamName::new(A::NAME.as_str(), &id.to_string())?;
        let mut cache = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = cache.get(&stream)
            && let Ok(slot) = Arc::clone(slot).downcast::<tokio::sync::Mutex<Live<A>>>()
        {
            return Ok(slot);
        }
        let slot = Arc::new(tokio::sync::Mutex::new(Live::<A>::new(id)?));
        cache.put(stream, Arc::clone(&slot) as Arc<dyn Any + Send + Sync>);
        Ok(slot)
    }
}
