//! Opens the store that a command names.

use std::path::Path;
use std::sync::Arc;

use cim_runtime::store::Store;

use crate::failure::Failure;

/// Where the store is, as an argument of every command.
#[derive(Debug, clap::Args)]
pub(crate) struct StoreUrl {
    /// The store: a directory, as a path or as file:DIR
    #[arg(long = "store", value_name = "URL")]
    url: String,
}

impl StoreUrl {
    #[cfg(test)]
    pub(crate) fn new(url: &str) -> Self {
        Self { url: url.to_owned() }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.url
    }

    /// The store's directory, if it is one.
    pub(crate) fn directory(&self) -> Result<Option<&Path>, Failure> {
        directory(&self.url)
    }
}

/// Opens a store that is there; none is created.
pub(crate) fn existing(url: &str) -> Result<Arc<dyn Store>, Failure> {
    must_exist(url)?;
    open(url)
}

/// Opens a store, which is created if it is not there.
pub(crate) fn or_create(url: &str) -> Result<Arc<dyn Store>, Failure> {
    open(url)
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

fn open(url: &str) -> Result<Arc<dyn Store>, Failure> {
    cim_runtime::store::open(url).map_err(|error| Failure::store(url, &error))
}

fn directory(url: &str) -> Result<Option<&Path>, Failure> {
    // These errors name the URL themselves.
    cim_runtime::store::directory(url).map_err(|error| Failure::trouble(error.to_string()))
}
