//! The store that a configuration names.

use std::sync::Arc;
#[cfg(feature = "jetstream")]
use std::time::Duration;

use super::Config;
#[cfg(feature = "jetstream")]
use crate::nats::Login;
use crate::store::{self, Store, StoreError, StoreErrorKind};
#[cfg(feature = "jetstream")]
use crate::store::{JetStreamOptions, JetStreamStore};

impl Config {
    /// Opens the store.
    ///
    /// # Errors
    ///
    /// When no store is named, and what the store itself says.
    pub async fn open_store(&self) -> Result<Arc<dyn Store>, StoreError> {
        self.open_store_for([]).await
    }

    /// The same for these domains, whose events a store may have to be told to expect.
    pub(crate) async fn open_store_for(
        &self,
        domains: impl IntoIterator<Item = &str>,
    ) -> Result<Arc<dyn Store>, StoreError> {
        #[cfg(feature = "jetstream")]
        if let Some((options, url)) = self.jetstream() {
            let options = domains.into_iter().fold(options, JetStreamOptions::domain);
            return Ok(Arc::new(options.connect(&url).await?));
        }
        let url = self.nats.url.as_ref().or(self.event_store.url.as_ref()).ok_or_else(|| {
            let problem = "no store is configured: set `url` of [nats] or of [event_store], or the \
                           variable CIM_NATS_URL or CIM_EVENT_STORE_URL";
            StoreError::new(StoreErrorKind::Invalid, problem)
        })?;
        store::connect_for(url.clone(), domains).await
    }

    /// How the JetStream store is set up, and its address; none, where events are kept elsewhere.
    #[cfg(feature = "jetstream")]
    pub fn jetstream(&self) -> Option<(JetStreamOptions, String)> {
        let servers = self.nats.url.as_ref()?;
        let url = match &self.event_store.stream {
            Some(stream) => format!("{}/{stream}", servers.trim_end_matches('/')),
            None => servers.clone(),
        };
        Some((self.options(), url))
    }

    #[cfg(feature = "jetstream")]
    fn options(&self) -> JetStreamOptions {
        let mut options = JetStreamStore::options().login(Login::of(&self.nats));
        if let Some(domain) = &self.jetstream.domain {
            options = options.jetstream_domain(domain);
        }
        if let Some(prefix) = &self.jetstream.prefix {
            options = options.jetstream_prefix(prefix);
        }
        if let Some(count) = self.jetstream.replicas {
            options = options.replicas(count);
        }
        if self.jetstream.traceparent {
            options = options.traceparent();
        }
        if let Some(durability) = self.event_store.durability {
            options = options.durability(durability);
        }
        if let Some(folder) = &self.event_store.index {
            options = options.index(folder);
        }
        if self.event_store.sync_always {
            options = options.assert_sync_always();
        }
        if let Some(ports) = &self.event_store.monitoring {
            options = ports.split(',').map(str::trim).fold(options, JetStreamOptions::monitoring);
        }
        if let Some(seconds) = self.event_store.deadline_seconds {
            options = options.deadline(Duration::from_secs(seconds));
        }
        options
    }
}
