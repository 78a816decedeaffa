//! What a system is given from outside when it is started: settings, and values for its effects.

use std::any::{Any, TypeId};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use crate::config::Policies;

/// Values by their types, and what the configuration says of policies.
#[derive(Clone, Default)]
pub(crate) struct Outside {
    values: BTreeMap<TypeId, Arc<dyn Any + Send + Sync>>,
    pub(crate) configured: Policies,
}

impl Outside {
    /// Puts a value in the place of the one of its type.
    pub(crate) fn put<T: Send + Sync + 'static>(&mut self, value: T) {
        self.values.insert(TypeId::of::<T>(), Arc::new(value));
    }

    /// The value of this type.
    pub(crate) fn get<T: Send + Sync + 'static>(&self) -> Option<&T> {
        let value: &dyn Any = &**self.values.get(&TypeId::of::<T>())?;
        value.downcast_ref()
    }

    pub(crate) fn value(&self, ty: TypeId) -> Option<Arc<dyn Any + Send + Sync>> {
        self.values.get(&ty).cloned()
    }
}

impl fmt::Debug for Outside {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outside").field("values", &self.values.len()).finish_non_exhaustive()
    }
}
