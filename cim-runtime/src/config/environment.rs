//! Variables of the environment, which go before the file.

use toml::{Table, Value};

use super::ConfigError;
use super::keys::{Kind, TABLES};
use super::policies::PREFIX;
use crate::nearest::meant;

/// Begins as ours do, and tells tests which nats-server to start.
const OF_TESTS: &str = "CIM_NATS_SERVER";

/// Puts the values of the variables in place of the file's; returns those of policies, which only a
/// system knows.
pub(super) fn apply(
    config: &mut Table,
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<Vec<(String, String)>, ConfigError> {
    let mut of_policies = Vec::new();
    for (name, text) in variables {
        if name.starts_with(PREFIX) {
            of_policies.push((name, text));
            continue;
        }
        let Some((table, key, kind)) = split(&name)? else { continue };
        let value = match kind {
            Kind::Text => Some(Value::String(text)),
            Kind::Number => text.parse().ok().map(Value::Integer),
            Kind::Flag => text.parse().ok().map(Value::Boolean),
        };
        let wrong = || ConfigError::new(format!("the variable {name} must be {}", kind.shown()));
        let value = value.ok_or_else(wrong)?;
        let entry = config.entry(table).or_insert_with(|| Value::Table(Table::new()));
        if let Value::Table(entries) = entry {
            entries.insert(key.to_owned(), value);
        }
    }
    // The environment has no order.
    of_policies.sort();
    Ok(of_policies)
}

/// The table, the key and its kind that a variable stands for; none, if it is not one of ours.
fn split(name: &str) -> Result<Option<(&'static str, &'static str, Kind)>, ConfigError> {
    if name == OF_TESTS {
        return Ok(None);
    }
    for (table, keys) in TABLES {
        let prefix = format!("CIM_{}_", table.to_ascii_uppercase());
        let Some(rest) = name.strip_prefix(&prefix) else { continue };
        if let Some((key, kind)) = keys.iter().find(|(key, _)| rest == key.to_ascii_uppercase()) {
            return Ok(Some((table, key, *kind)));
        }
        let show = |key: &str| format!("{prefix}{}", key.to_ascii_uppercase());
        let meant = meant(&rest.to_ascii_lowercase(), keys.iter().map(|(key, _)| *key), show);
        return Err(ConfigError::new(format!("the variable {name} means nothing: {meant}")));
    }
    Ok(None)
}
