//! NATS subjects: every subject of the product is made here.

use std::fmt;
use std::sync::Arc;

use crate::id::{IdInner, InvalidId, push_token};

/// The name of an aggregate type: its domain and its own name, such as `shop.order`.
///
/// Both are tokens of subjects, made of `[a-z0-9_-]`; `#[aggregate]` checks them when compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AggregateName(&'static str);

impl AggregateName {
    /// The name written `<domain>.<name>`.
    #[doc(hidden)]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Such as `shop.order`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for AggregateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The subject of one aggregate instance's events, which is also the name of its stream in every
/// store: `<domain>.evt.<aggregate>.<id>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamName(Arc<str>);

impl StreamName {
    /// The stream of the aggregate `aggregate` (as in [`AggregateName`]'s text form) with this id.
    ///
    /// # Errors
    ///
    /// When the id is empty or too long, or the aggregate's name is not `<domain>.<name>`.
    pub fn new(aggregate: &str, id: &str) -> Result<Self, InvalidId> {
        let Some((domain, name)) = aggregate.split_once('.') else {
            return Err(InvalidId::Mismatch {
                id: aggregate.to_owned(),
                expected: "the name of an aggregate, such as `shop.order`",
            });
        };
        String::parse_id(id)?;
        let mut subject = String::with_capacity(aggregate.len() + 5 + id.len());
        subject.push_str(domain);
        subject.push_str(".evt.");
        subject.push_str(name);
        subject.push('.');
        push_token(&mut subject, id);
        Ok(Self(subject.into()))
    }

    /// The subject.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamName({})", self.0)
    }
}
