//! `[policy.<name>]`: what a policy's struct with `#[derive(Settings)]` is told.
//!
//! Which policies and keys there are, only a system knows: what is not understood is told when it is
//! opened.

use std::collections::BTreeMap;

use crate::settings::Given;
#[cfg(feature = "config")]
use crate::{
    config::Secret,
    nearest::meant,
    policy::PolicyInfo,
    settings::{SettingValue, SettingsError},
};

/// The tables of policies, and the variables that go before them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    /// The file, for messages.
    #[cfg(feature = "config")]
    pub(super) file: Option<String>,
    #[cfg(feature = "config")]
    pub(super) tables: BTreeMap<String, Vec<(String, SettingValue)>>,
    #[cfg(feature = "config")]
    pub(super) variables: Vec<(String, String)>,
    /// What was given to each policy, once the system is known.
    given: BTreeMap<&'static str, Given>,
}

impl Policies {
    /// What was given to the policy with this name.
    pub(crate) fn given(&self, policy: &str) -> Option<&Given> {
        self.given.get(policy)
    }
}

/// What the variables of policies begin with.
#[cfg(feature = "config")]
pub(super) const PREFIX: &str = "CIM_POLICY_";

#[cfg(feature = "config")]
impl Policies {
    /// The same for a system with these policies; refuses a policy or a key that there is not.
    pub(crate) fn of(&self, policies: &[PolicyInfo]) -> Result<Self, SettingsError> {
        let mut given: BTreeMap<&'static str, Given> = BTreeMap::new();
        for (name, values) in &self.tables {
            let policy = self.policy(name, policies)?;
            for (key, value) in values {
                let key = self.key(name, key, policy)?;
                let place = self.shown(&format!("[policy.{name}] {key}"));
                given.entry(policy.name).or_default().put(key, place, value.clone());
            }
        }
        for (name, text) in &self.variables {
            let (policy, key) = variable(name, policies)?;
            let value = SettingValue::Variable(Secret::new(text));
            let place = format!("the variable {name}");
            given.entry(policy).or_default().put(key, place, value);
        }
        Ok(Self { given, ..self.clone() })
    }

    fn policy<'a>(
        &self,
        name: &str,
        policies: &'a [PolicyInfo],
    ) -> Result<&'a PolicyInfo, SettingsError> {
        let settable = || policies.iter().filter(|policy| policy.settings.is_some());
        if let Some(policy) = settable().find(|policy| policy.name == name) {
            return Ok(policy);
        }
        let problem = if policies.iter().any(|policy| policy.name == name) {
            format!("the policy `{name}` has no settings: remove [policy.{name}]")
        } else if settable().next().is_none() {
            format!("there is no policy `{name}`, and none that has settings")
        } else {
            let names = settable().map(|policy| policy.name);
            let meant = meant(name, names, |name| format!("[policy.{name}]"));
            format!("there is no policy `{name}` that has settings: {meant}")
        };
        Err(SettingsError::new(self.shown(&problem)))
    }

    fn key(
        &self,
        name: &str,
        key: &str,
        policy: &PolicyInfo,
    ) -> Result<&'static str, SettingsError> {
        let keys = keys(policy);
        keys.iter().find(|known| **known == key).copied().ok_or_else(|| {
            let meant = meant(key, keys.iter().copied(), |key| format!("`{key}`"));
            let problem = format!("[policy.{name}] has no key `{key}`: {meant}");
            SettingsError::new(self.shown(&problem))
        })
    }

    fn shown(&self, text: &str) -> String {
        match &self.file {
            Some(file) => format!("{file}: {text}"),
            None => text.to_owned(),
        }
    }
}

#[cfg(feature = "config")]
fn keys(policy: &PolicyInfo) -> Vec<&'static str> {
    policy.settings.map(|settings| settings.keys()).unwrap_or_default()
}

/// The policy and the key that a variable stands for: names and keys have underscores of their own,
/// so only who knows them all can tell.
#[cfg(feature = "config")]
fn variable(
    name: &str,
    policies: &[PolicyInfo],
) -> Result<(&'static str, &'static str), SettingsError> {
    let all = policies.iter().flat_map(|policy| {
        keys(policy).into_iter().map(|key| (variable_of(policy.name, key), (policy.name, key)))
    });
    let all: Vec<_> = all.collect();
    let mut found = all.iter().filter(|(known, _)| known == name).map(|(_, key)| *key);
    match (found.next(), found.next()) {
        (Some(key), None) => Ok(key),
        (Some((a, a_key)), Some((b, b_key))) => Err(SettingsError::new(format!(
            "the variable {name} could mean `{a_key}` of [policy.{a}] and `{b_key}` of [policy.{b}]: \
             write it in the file"
        ))),
        (None, _) => {
            let meant = match all.is_empty() {
                true => "no policy has settings".to_owned(),
                false => meant(name, all.iter().map(|(known, _)| known.as_str()), str::to_owned),
            };
            Err(SettingsError::new(format!("the variable {name} means nothing: {meant}")))
        }
    }
}

#[cfg(feature = "config")]
fn variable_of(policy: &str, key: &str) -> String {
    format!("{PREFIX}{policy}_{key}").to_ascii_uppercase().replace('-', "_")
}
