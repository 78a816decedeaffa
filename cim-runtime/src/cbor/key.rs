//! What may be the key of a map: DAG-CBOR's keys are texts.

use std::borrow::Cow;

use crate::id::DomainId;

/// A type that is written as a text, one to one: the key of a `BTreeMap`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a map",
    label = "DAG-CBOR's keys are texts",
    note = "use `String` or a `#[derive(DomainId)]` type, or a `Vec` of pairs"
)]
pub trait Key: Ord + Sized {
    /// The text of this key.
    fn to_key(&self) -> Cow<'_, str>;

    /// The key of a text, if it is one.
    fn from_key(text: &str) -> Option<Self>;
}

impl Key for String {
    fn to_key(&self) -> Cow<'_, str> {
        self.into()
    }

    fn from_key(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

#[diagnostic::do_not_recommend]
impl<I: DomainId> Key for I {
    fn to_key(&self) -> Cow<'_, str> {
        self.to_string().into()
    }

    fn from_key(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}

impl Key for uuid::Uuid {
    fn to_key(&self) -> Cow<'_, str> {
        self.to_string().into()
    }

    fn from_key(text: &str) -> Option<Self> {
        text.parse().ok()
    }
}
