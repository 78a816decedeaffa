//! Which keys there are, and which was probably meant by one that is not.

use toml::{Table, Value};

use super::{ConfigError, Policies, Secret};
use crate::nearest::meant;
use crate::settings::SettingValue;

/// What a key's value is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Kind {
    Text,
    Number,
    Flag,
}

impl Kind {
    /// For messages.
    pub(super) fn shown(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a whole number",
            Self::Flag => "true or false",
        }
    }
}

type Keys = &'static [(&'static str, Kind)];

/// The tables, with their keys.
pub(super) const TABLES: [(&str, Keys); 3] = [
    (
        "nats",
        &[
            ("url", Kind::Text),
            ("user", Kind::Text),
            ("password", Kind::Text),
            ("token", Kind::Text),
            ("nkey", Kind::Text),
            ("creds", Kind::Text),
            ("ca", Kind::Text),
            ("cert", Kind::Text),
            ("key", Kind::Text),
            ("inbox", Kind::Text),
        ],
    ),
    (
        "jetstream",
        &[
            ("domain", Kind::Text),
            ("prefix", Kind::Text),
            ("replicas", Kind::Number),
            ("traceparent", Kind::Flag),
        ],
    ),
    (
        "event_store",
        &[
            ("url", Kind::Text),
            ("stream", Kind::Text),
            ("index", Kind::Text),
            ("durability", Kind::Text),
            ("sync_always", Kind::Flag),
            ("monitoring", Kind::Text),
            ("deadline_seconds", Kind::Number),
            ("snapshot_threshold", Kind::Number),
            ("max_events_per_aggregate", Kind::Number),
        ],
    ),
];

/// The table with a table for each policy.
const POLICY: &str = "policy";

/// Takes the settings of policies out: their keys are known by their system.
pub(super) fn take_policies(config: &mut Table) -> Result<Policies, ConfigError> {
    let mut policies = Policies::default();
    let wrong = || {
        let problem =
            format!("[{POLICY}] holds a table for each policy: write `[{POLICY}.<name>]`");
        ConfigError::new(problem)
    };
    let tables = match config.remove(POLICY) {
        Some(Value::Table(tables)) => tables,
        Some(_) => return Err(wrong()),
        None => return Ok(policies),
    };
    for (name, table) in tables {
        let Value::Table(table) = table else { return Err(wrong()) };
        let mut values = Vec::new();
        for (key, value) in table {
            let value = setting(value).ok_or_else(|| {
                let problem = "must be a number, a text, or true or false";
                ConfigError::new(format!("[{POLICY}.{name}] {key} {problem}"))
            })?;
            values.push((key, value));
        }
        policies.tables.insert(name, values);
    }
    Ok(policies)
}

fn setting(value: Value) -> Option<SettingValue> {
    Some(match value {
        Value::Integer(number) => SettingValue::Whole(number),
        Value::Float(number) => SettingValue::Decimal(number.to_string()),
        Value::Boolean(flag) => SettingValue::Flag(flag),
        Value::String(text) => SettingValue::Text(Secret::new(text)),
        Value::Datetime(_) | Value::Array(_) | Value::Table(_) => return None,
    })
}

/// Refuses a table or a key that there is not, and a value of another kind. No message shows a value:
/// it may be a secret.
pub(super) fn check(config: &Table) -> Result<(), ConfigError> {
    for (name, value) in config {
        let Some((_, keys)) = TABLES.iter().find(|(table, _)| table == name) else {
            let known = TABLES.map(|(table, _)| table).into_iter().chain([POLICY]);
            let meant = meant(name, known, |table| match table {
                POLICY => format!("[{POLICY}.<name>]"),
                table => format!("[{table}]"),
            });
            return Err(ConfigError::new(format!("there is no table [{name}]: {meant}")));
        };
        let Value::Table(table) = value else {
            return Err(ConfigError::new(format!("`{name}` is a table: write `[{name}]`")));
        };
        for (key, value) in table {
            let Some((_, kind)) = keys.iter().find(|(known, _)| known == key) else {
                let known = keys.iter().map(|(key, _)| *key);
                let meant = meant(key, known, |key| format!("`{key}`"));
                return Err(ConfigError::new(format!("[{name}] has no key `{key}`: {meant}")));
            };
            let fits = match (kind, value) {
                (Kind::Text, Value::String(_)) | (Kind::Flag, Value::Boolean(_)) => true,
                (Kind::Number, Value::Integer(number)) => *number >= 0,
                _ => false,
            };
            if !fits {
                let kind = kind.shown();
                return Err(ConfigError::new(format!("[{name}] {key} must be {kind}")));
            }
        }
    }
    Ok(())
}
