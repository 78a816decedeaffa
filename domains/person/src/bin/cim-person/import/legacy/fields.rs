//! The fields of an older event.

use cim_runtime::cbor;
use cim_runtime::prelude::*;
use serde_json::{Map, Value as Json};

/// An object, and what it is called in errors.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a> {
    entries: &'a Map<String, Json>,
}

impl<'a> Fields<'a> {
    pub(super) fn of(json: &'a Json, what: &str) -> Result<Self, String> {
        let entries = json.as_object().ok_or_else(|| format!("{what} is no object"))?;
        Ok(Self { entries })
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.get(key).is_some_and(|json| !json.is_null())
    }

    pub(super) fn get(&self, key: &str) -> Result<&'a Json, String> {
        let json = self.entries.get(key).filter(|json| !json.is_null());
        json.ok_or_else(|| format!("`{key}` is missing"))
    }

    pub(super) fn inside(&self, key: &str) -> Result<Self, String> {
        Self::of(self.get(key)?, &format!("`{key}`"))
    }

    /// The changes of an update: inside of `changes`, or beside the other fields.
    pub(super) fn changes(&self) -> Result<Self, String> {
        if self.has("changes") { self.inside("changes") } else { Ok(*self) }
    }

    pub(super) fn text(&self, key: &str) -> Result<&'a str, String> {
        self.get(key)?.as_str().ok_or_else(|| format!("`{key}` is no text"))
    }

    pub(super) fn owned(&self, key: &str) -> Result<String, String> {
        self.text(key).map(str::to_owned)
    }

    pub(super) fn is(&self, key: &str) -> Result<bool, String> {
        self.get(key)?.as_bool().ok_or_else(|| format!("`{key}` is neither true nor false"))
    }

    /// A number, or the one that a version such as `2.1` begins with.
    pub(super) fn number(&self, key: &str) -> Result<u32, String> {
        let json = self.get(key)?;
        let number = match json.as_str() {
            Some(text) => {
                text.trim_start_matches('v').split('.').next().unwrap_or_default().parse().ok()
            }
            None => json.as_u64().and_then(|number| u32::try_from(number).ok()),
        };
        number.ok_or_else(|| format!("`{key}` is {json}: expected a whole number"))
    }

    pub(super) fn uuid(&self, key: &str) -> Result<Uuid, String> {
        self.parsed(key, "a UUID")
    }

    pub(super) fn parsed<T: std::str::FromStr>(
        &self,
        key: &str,
        expected: &str,
    ) -> Result<T, String> {
        let text = self.text(key)?;
        text.parse().map_err(|_| format!("`{key}` is `{text}`: expected {expected}"))
    }

    /// A day; of a time its day.
    pub(super) fn date(&self, key: &str) -> Result<Date, String> {
        let text = self.text(key)?;
        let day = text.get(..10).and_then(|day| day.parse().ok());
        day.ok_or_else(|| format!("`{key}` is `{text}`: expected a day, such as 1990-12-31"))
    }

    /// One of the variants of a type without data, under the domain's name or an older one.
    pub(super) fn variant<T: Value>(&self, key: &str, older: &[(&str, &str)]) -> Result<T, String> {
        variant(self.text(key)?, older).map_err(|problem| format!("`{key}` is {problem}"))
    }

    pub(super) fn optional<T>(
        self,
        key: &str,
        read: impl FnOnce(&Self, &str) -> Result<T, String>,
    ) -> Result<Option<T>, String> {
        if self.has(key) { read(&self, key).map(Some) } else { Ok(None) }
    }
}

/// The variant of this name.
pub(super) fn variant<T: Value>(name: &str, older: &[(&str, &str)]) -> Result<T, String> {
    let renamed = older.iter().find(|(old, _)| *old == name).map_or(name, |(_, new)| new);
    let known = cbor::to_vec(&renamed.to_owned()).ok();
    let known = known.and_then(|bytes| cbor::from_slice(&bytes).ok());
    known.ok_or_else(|| format!("`{name}`, which is not among {}", T::SHAPE))
}
