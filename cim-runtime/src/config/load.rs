//! Reads a configuration from a file, or from a text, and the environment.

use std::path::Path;

use toml::{Table, Value};

use super::{Config, ConfigError, Nats, Policies, environment, keys};

impl Config {
    /// Reads a file, and the environment of this process.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, or something in it or in the environment is not understood.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, ConfigError> {
        let path = path.as_ref();
        let text = std::fs::read_to_string(path)
            .map_err(|error| ConfigError::new(format!("could not be read: {error}")).of(path))?;
        let (mut table, mut policies) = table(&text).map_err(|error| error.of(path))?;
        files_in(&mut table, path.parent().unwrap_or(Path::new("")));
        policies.file = Some(path.display().to_string());
        policies.variables = environment::apply(&mut table, std::env::vars())?;
        Self::of(table, policies).map_err(|error| error.of(path))
    }

    /// The environment of this process alone.
    ///
    /// # Errors
    ///
    /// When something in it is not understood.
    pub fn of_environment() -> Result<Self, ConfigError> {
        Self::parse_with("", std::env::vars())
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    ///
    /// When it is no TOML, or has a key or a value that is not understood.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        Self::parse_with(text, [])
    }

    /// The same, overridden by variables: each a name, and a value.
    ///
    /// # Errors
    ///
    /// When the text is not understood, or a variable that begins as ours do.
    pub fn parse_with(
        text: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let (mut table, mut policies) = table(text)?;
        policies.variables = environment::apply(&mut table, variables)?;
        Self::of(table, policies)
    }

    fn of(table: Table, policies: Policies) -> Result<Self, ConfigError> {
        let config: Self = table.try_into().map_err(ConfigError::syntax)?;
        Self { policies, ..config }.checked()
    }

    /// Refuses what contradicts itself.
    fn checked(self) -> Result<Self, ConfigError> {
        let Nats { user, password, token, nkey, creds, cert, key, .. } = &self.nats;
        let ways = [user.is_some(), token.is_some(), nkey.is_some(), creds.is_some()];
        let problem = if ways.iter().filter(|way| **way).count() > 1 {
            "[nats] names more than one of user, token, nkey, and creds: keep one"
        } else if user.is_none() && password.is_some() {
            "[nats] has a password and no user"
        } else if cert.is_some() != key.is_some() {
            "[nats] has one of cert and key: a certificate needs both"
        } else if self.jetstream.domain.is_some() && self.jetstream.prefix.is_some() {
            "[jetstream] has a domain and a prefix: keep one"
        } else if self.jetstream.replicas.is_some_and(|count| !(1..=5).contains(&count)) {
            "[jetstream] replicas is 1 to 5"
        } else if self.nats.url.is_some() && self.event_store.url.is_some() {
            "the events are kept in one place: [nats] url or [event_store] url"
        } else if self.event_store.snapshot_threshold == Some(0) {
            "[event_store] snapshot_threshold is 1 at least"
        } else if self.event_store.max_events_per_aggregate == Some(0) {
            "[event_store] max_events_per_aggregate is 1 at least: leave it out for no limit"
        } else if self.event_store.deadline_seconds == Some(0) {
            "[event_store] deadline_seconds is 1 at least"
        } else {
            return Ok(self);
        };
        Err(ConfigError::new(problem))
    }
}

fn table(text: &str) -> Result<(Table, Policies), ConfigError> {
    let mut table: Table = text.parse().map_err(ConfigError::syntax)?;
    let policies = keys::take_policies(&mut table)?;
    keys::check(&table)?;
    Ok((table, policies))
}

/// Makes the names of files relative to the folder of the file that they stand in.
fn files_in(config: &mut Table, folder: &Path) {
    let files = [("nats", &["creds", "ca", "cert", "key"][..]), ("event_store", &["index"])];
    for (table, keys) in files {
        let Some(Value::Table(table)) = config.get_mut(table) else { continue };
        for key in keys {
            if let Some(Value::String(path)) = table.get_mut(*key) {
                *path = folder.join(&*path).to_string_lossy().into_owned();
            }
        }
    }
}
