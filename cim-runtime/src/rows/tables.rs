//! A read model as a struct of tables: what `#[derive(Tables)]` writes.

use std::fmt;
use std::ops::{Deref, DerefMut};
use std::sync::{Arc, Mutex, PoisonError};

use super::{RowBatch, RowView};
use crate::cbor::EncodeError;
use crate::settings::{AnySettings, SettingsInfo};
use crate::store::StoreError;

/// A struct whose fields are tables: what a projection or a policy keeps.
///
/// ```
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct OrderId(String);
/// # #[value] #[derive(Default)] pub struct Summary { pub cents: u64 }
///
/// #[derive(Tables)]
/// pub struct OrderBook {
///     orders: Table<OrderId, Summary>,
///     by_day: Table<(jiff::civil::Date, OrderId), u64>,
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what it keeps",
    label = "no `#[derive(Tables)]`",
    note = "write `#[derive(Tables)]` on the struct, whose fields are `Table<Key, Row>`s"
)]
pub trait Tables: Sized + Send + Sync + 'static {
    /// Its fields, in order.
    const TABLES: &'static [TableInfo];

    /// The tables as they are at `place`.
    fn open(place: &Place) -> Self;

    /// Does something with each field.
    fn each(&mut self, act: &mut dyn FnMut(&mut dyn Kept));
}

/// What is known of a table before it is opened.
#[derive(Debug, Clone, Copy)]
pub struct TableInfo {
    /// The name of the field.
    pub name: &'static str,
    /// A fingerprint of its keys and rows.
    pub shape: u64,
    /// Whether its rows outlive the process.
    pub is_kept: bool,
    /// What it is told, if it is a policy's settings and no table.
    pub settings: Option<SettingsInfo>,
}

/// A type that may be the field of a `#[derive(Tables)]` struct.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is nothing that a read model keeps",
    label = "not a table",
    note = "write `Table<Key, Row>`, or `InMemory<{Self}>` for what is made anew from the events at each start; what a policy is told is `Settings<…>`"
)]
pub trait TableField: Sized {
    /// A fingerprint of what it holds.
    const SHAPE: u64;
    /// Whether it outlives the process.
    const IS_KEPT: bool;
    /// What it is told, if it is a policy's settings.
    #[doc(hidden)]
    const SETTINGS: Option<SettingsInfo> = None;

    /// The field as it is at `place`.
    fn open(name: &'static str, place: &Place) -> Self;

    /// The field as one of all.
    #[doc(hidden)]
    fn kept(&mut self) -> &mut dyn Kept;
}

/// A field that takes part in the transaction of its read model.
pub trait Kept {
    /// How many rows have changed since they were last written.
    fn changed(&self) -> usize;

    /// Adds what has changed.
    ///
    /// # Errors
    ///
    /// When a row has no encoding.
    fn write(&mut self, to: &mut RowBatch) -> Result<(), EncodeError>;

    /// What was written is at `place` now.
    fn renew(&mut self, place: &Place);

    /// Forgets what was not written.
    fn forget(&mut self);
}

/// Where tables read their rows: a view of a space, and what went wrong with it.
///
/// A table answers with rows and not with errors, so that code that reads one says what it means.
/// What goes wrong meanwhile is kept here, and whoever runs that code looks before believing it.
#[derive(Debug, Clone)]
pub struct Place {
    pub(super) view: Arc<dyn RowView>,
    trouble: Arc<Mutex<Option<StoreError>>>,
    settings: Option<AnySettings>,
}

impl Place {
    pub(crate) fn new(view: Box<dyn RowView>) -> Self {
        Self { view: view.into(), trouble: Arc::default(), settings: None }
    }

    /// The same with settings, for a struct that is opened there.
    pub(crate) fn with_settings(&self, settings: Option<AnySettings>) -> Self {
        Self { settings, ..self.clone() }
    }

    /// The settings, if they are of this type.
    pub(crate) fn settings<T: Send + Sync + 'static>(&self) -> Option<Arc<T>> {
        self.settings.clone()?.downcast().ok()
    }

    /// What is read, or nothing if it cannot be.
    pub(super) fn read<T: Default>(&self, read: Result<T, StoreError>) -> T {
        read.unwrap_or_else(|error| {
            self.trouble.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
            T::default()
        })
    }

    /// Whether a table has any rows.
    pub(crate) fn has_rows(&self, table: &str) -> bool {
        !self.read(self.view.rows(table, &[], &[], 1)).is_empty()
    }

    /// An error for the first thing that could not be read.
    pub(crate) fn check(&self) -> Result<(), StoreError> {
        match self.trouble.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}

/// Something that a read model keeps in memory alone: an index for a search, a graph.
///
/// A read model with such a field is made anew from the first event on at each start, in each
/// process.
///
/// ```
/// use std::collections::BTreeSet;
///
/// use cim_runtime::prelude::*;
///
/// #[derive(Tables)]
/// pub struct Names {
///     words: InMemory<BTreeSet<String>>,
/// }
/// ```
#[derive(Default, PartialEq, Eq)]
pub struct InMemory<T>(T);

impl<T: Default + Send + Sync + 'static> TableField for InMemory<T> {
    const SHAPE: u64 = 0;
    const IS_KEPT: bool = false;

    fn open(_: &'static str, _: &Place) -> Self {
        Self::default()
    }

    fn kept(&mut self) -> &mut dyn Kept {
        self
    }
}

impl<T: Default> Kept for InMemory<T> {
    fn changed(&self) -> usize {
        0
    }

    fn write(&mut self, _: &mut RowBatch) -> Result<(), EncodeError> {
        Ok(())
    }

    fn renew(&mut self, _: &Place) {}

    fn forget(&mut self) {
        self.0 = T::default();
    }
}

impl<T> Deref for InMemory<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for InMemory<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for InMemory<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
