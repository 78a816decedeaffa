//! Goes through the fields of settings, puts in what was given, and looks at their limits.

use super::value::Given;
use super::{Limits, Setting, SettingsError};

/// What `#[derive(Settings)]` shows each field to.
#[derive(Debug)]
pub struct SettingsVisitor<'a> {
    policy: &'a str,
    given: Option<&'a Given>,
    pub(super) keys: Vec<&'static str>,
    /// The first thing that is wrong.
    pub(super) problem: Option<SettingsError>,
}

impl<'a> SettingsVisitor<'a> {
    pub(super) fn new(policy: &'a str, given: Option<&'a Given>) -> Self {
        Self { policy, given, keys: Vec::new(), problem: None }
    }

    /// A field, and what it may be.
    pub(super) fn setting<T: Setting>(
        &mut self,
        key: &'static str,
        setting: &mut T,
        limits: &Limits<T::Const>,
    ) {
        self.keys.push(key);
        let given = self.given.and_then(|given| given.value(key));
        let fits = match given.map(|given| T::read(&given.value)) {
            Some(Some(value)) => {
                *setting = value;
                true
            }
            Some(None) => false,
            None => true,
        };
        if fits && setting.limited().is_none_or(|value| limits.hold(value)) {
            return;
        }
        let place = match given {
            Some(given) => given.place.clone(),
            None => format!("`{key}` of the settings of `{}`", self.policy),
        };
        let problem = format!("{place} must be {}", T::described(limits));
        self.problem.get_or_insert(SettingsError::new(problem));
    }
}
