//! What an operator has given, before anybody knows which types it should have.

use crate::config::Secret;

/// A value of a file or of a variable. A text is not shown: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// A whole number.
    Whole(i64),
    /// A number with a fraction, as it was written.
    Decimal(String),
    /// `true` or `false`.
    Flag(bool),
    /// A text.
    Text(Secret),
    /// A text that stands for any of these.
    Variable(Secret),
}

/// What was given to one policy.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Given(Vec<GivenValue>);

/// A key's value, and where it was given, for messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GivenValue {
    pub(crate) key: String,
    pub(crate) place: String,
    pub(crate) value: SettingValue,
}

impl Given {
    #[cfg(feature = "config")]
    pub(crate) fn put(&mut self, key: &str, place: String, value: SettingValue) {
        self.0.push(GivenValue { key: key.to_owned(), place, value });
    }

    /// The value of a key: of two, the one that was given last.
    pub(crate) fn value(&self, key: &str) -> Option<&GivenValue> {
        self.0.iter().rev().find(|given| given.key == key)
    }
}
