//! Opens the store that a command names.

use std::path::Path;
use std::sync::Arc;

use cim_runtime::config::Secret;
use cim_runtime::store::{JetStreamStore, Store, StoreError};

use crate::failure::Failure;

/// The address of a store, which is never shown with what it holds of secrets.
#[derive(Debug, Clone)]
pub(crate) struct Url {
    written: Secret,
    shown: String,
}

impl From<String> for Url {
    fn from(written: String) -> Self {
        let shown = cim_runtime::store::shown(&written);
        Self { written: Secret::new(written), shown }
    }
}

impl Url {
    /// The address as it may be shown.
    pub(crate) fn as_str(&self) -> &str {
        &self.shown
    }

    /// Opens the store, which must be there.
    pub(crate) async fn existing(&self) -> Result<Arc<dyn Store>, Failure> {
        self.existing_or(|error| Failure::store(&self.shown, error)).await
    }

    /// The same, where an error of the store is told in words of one's own.
    async fn existing_or(
        &self,
        told: impl FnOnce(&StoreError) -> Failure,
    ) -> Result<Arc<dyn Store>, Failure> {
        must_exist(self.written.reveal())?;
        let store = cim_runtime::store::connect_existing(self.written.reveal()).await;
        store.map_err(|error| told(&error))
    }

    /// Opens the store, which must be there, in JetStream.
    pub(crate) async fn existing_jetstream(&self) -> Result<JetStreamStore, Failure> {
        let store = JetStreamStore::options().must_exist().connect(self.written.reveal()).await;
        store.map_err(|error| Failure::store(&self.shown, &error))
    }

    /// Opens the store, which is created if it is not there.
    pub(crate) async fn or_create(&self) -> Result<Arc<dyn Store>, Failure> {
        let store = cim_runtime::store::connect(self.written.reveal()).await;
        store.map_err(|error| Failure::store(&self.shown, &error))
    }
}

/// Where the store is, as an argument of most commands.
#[derive(Debug, clap::Args)]
pub(crate) struct StoreUrl {
    /// The store: a directory, as a path or as file:DIR, or a stream as nats://HOST/STREAM
    #[arg(long = "store", value_name = "URL")]
    url: Url,
}

impl StoreUrl {
    #[cfg(test)]
    pub(crate) fn new(url: &str) -> Self {
        Self { url: url.to_owned().into() }
    }

    /// The address as it may be shown.
    pub(crate) fn as_str(&self) -> &str {
        self.url.as_str()
    }

    /// The store's directory, if it is one.
    pub(crate) fn directory(&self) -> Result<Option<&Path>, Failure> {
        directory(self.url.written.reveal())
    }

    /// Opens the store, which must be there.
    pub(crate) async fn existing(&self) -> Result<Arc<dyn Store>, Failure> {
        self.url.existing().await
    }

    /// The same, where an error of the store is told in words of one's own.
    pub(crate) async fn existing_or(
        &self,
        told: impl FnOnce(&StoreError) -> Failure,
    ) -> Result<Arc<dyn Store>, Failure> {
        self.url.existing_or(told).await
    }

    /// Opens the store, which is created if it is not there.
    pub(crate) async fn or_create(&self) -> Result<Arc<dyn Store>, Failure> {
        self.url.or_create().await
    }
}

/// Refuses a directory that holds no store: opening it would create one.
pub(crate) fn must_exist(url: &str) -> Result<(), Failure> {
    let Some(directory) = directory(url)? else { return Ok(()) };
    // The log is the truth of a store, and is made with it; all else can be rebuilt from it.
    if directory.join("log").is_dir() {
        return Ok(());
    }
    let place = directory.display();
    let found = if directory.exists() {
        "is no store: it has no directory `log`"
    } else {
        "does not exist"
    };
    Err(Failure::trouble(format!(
        "{place} {found}; nothing was created: check the path, or make a store with `cim import`"
    )))
}

fn directory(url: &str) -> Result<Option<&Path>, Failure> {
    // These errors name the URL themselves.
    cim_runtime::store::directory(url).map_err(|error| Failure::trouble(error.to_string()))
}
