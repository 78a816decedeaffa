//! Settings of policies: what a program's operator may change, with defaults and limits.

mod error;
mod setting;
mod value;
mod visitor;

use std::any::{Any, TypeId};
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use crate::cbor::EncodeError;
use crate::rows::{Kept, Place, RowBatch, TableField, TableInfo};

pub use error::SettingsError;
pub use setting::{Limits, Setting};
pub(crate) use value::Given;
pub use value::SettingValue;
pub use visitor::SettingsVisitor;

/// What `#[derive(Settings)]` writes: a struct whose fields can be set.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say what can be set",
    label = "no `#[derive(Settings)]`",
    note = "write `#[derive(Settings)]` on the struct, and `#[setting(default = …)]` on its fields"
)]
pub trait Configured: Default + Clone + Send + Sync + 'static {
    /// Shows each of its fields.
    #[doc(hidden)]
    fn visit(&mut self, visitor: &mut SettingsVisitor<'_>);
}

/// What a policy can be told: a field of its struct, beside its tables.
///
/// They are read when the system is started, and stay as they are until it is started again.
///
/// ```
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct PersonId(String);
///
/// #[derive(Settings)]
/// pub struct AutoArchiveSettings {
///     /// After how many days without a sign of life.
///     #[setting(default = 365, min = 1)]
///     pub days: u32,
/// }
///
/// #[derive(Tables)]
/// pub struct AutoArchive {
///     settings: Settings<AutoArchiveSettings>,
///     seen: Table<PersonId, Timestamp>,
/// }
///
/// assert_eq!(AutoArchiveSettings::default().days, 365);
/// ```
pub struct Settings<T>(Arc<T>);

/// The type of a policy's settings, as data.
#[derive(Clone, Copy)]
pub struct SettingsInfo {
    read: fn(&mut SettingsVisitor<'_>, Option<&dyn Any>) -> AnySettings,
    ty: fn() -> TypeId,
}

/// Settings of some type.
pub(crate) type AnySettings = Arc<dyn Any + Send + Sync>;

impl SettingsInfo {
    const fn of<T: Configured>() -> Self {
        Self { read: read::<T>, ty: TypeId::of::<T> }
    }

    /// Those of the policy with these tables, if it has any.
    pub(crate) const fn among(tables: &[TableInfo]) -> Option<Self> {
        let mut i = 0;
        while i < tables.len() {
            if tables[i].settings.is_some() {
                return tables[i].settings;
            }
            i += 1;
        }
        None
    }

    /// The keys.
    #[cfg(feature = "config")]
    pub(crate) fn keys(&self) -> Vec<&'static str> {
        let mut visitor = SettingsVisitor::new("", None);
        (self.read)(&mut visitor, None);
        visitor.keys
    }

    /// The settings of a policy: those that its program gives, or else the defaults with what the
    /// operator has given.
    pub(crate) fn settle(
        &self,
        policy: &str,
        by_value: impl Fn(TypeId) -> Option<AnySettings>,
        given: Option<&Given>,
    ) -> Result<AnySettings, SettingsError> {
        let by_value = by_value((self.ty)());
        let mut visitor = SettingsVisitor::new(policy, given.filter(|_| by_value.is_none()));
        let by_value = by_value.as_deref().map(|value| value as &dyn Any);
        let settings = (self.read)(&mut visitor, by_value);
        visitor.problem.map_or(Ok(settings), Err)
    }
}

fn read<T: Configured>(
    visitor: &mut SettingsVisitor<'_>,
    by_value: Option<&dyn Any>,
) -> AnySettings {
    let by_value = by_value.and_then(|value| value.downcast_ref::<T>()).cloned();
    let mut settings = by_value.unwrap_or_default();
    settings.visit(visitor);
    Arc::new(settings)
}

impl fmt::Debug for SettingsInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SettingsInfo").finish_non_exhaustive()
    }
}

impl<T: Configured> TableField for Settings<T> {
    const SHAPE: u64 = 0;
    const IS_KEPT: bool = true;
    const SETTINGS: Option<SettingsInfo> = Some(SettingsInfo::of::<T>());

    fn open(_: &'static str, place: &Place) -> Self {
        Self(place.settings().unwrap_or_default())
    }

    fn kept(&mut self) -> &mut dyn Kept {
        self
    }
}

impl<T> Kept for Settings<T> {
    fn changed(&self) -> usize {
        0
    }

    fn write(&mut self, _: &mut RowBatch) -> Result<(), EncodeError> {
        Ok(())
    }

    fn renew(&mut self, _: &Place) {}

    fn forget(&mut self) {}
}

impl<T> Deref for Settings<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: fmt::Debug> fmt::Debug for Settings<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
