//! Opens the store that a command names.

use std::path::PathBuf;
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
    pub(crate) fn directory(&self) -> Option<PathBuf> {
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
    let Some(directory) = directory(url) else { return Ok(()) };
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
    let Some(directory) = directory(url) else {
        return match url {
            "memory:" => Ok(Arc::new(cim_runtime::store::MemoryStore::new())),
            _ => Err(Failure::trouble(format!(
                "{url} is no store that cim can open: expected a directory, as a path or as file:DIR"
            ))),
        };
    };
    match cim_runtime::store::EmbeddedStore::open(directory) {
        Ok(store) => Ok(Arc::new(store)),
        Err(error) => Err(Failure::store(url, &error)),
    }
}

fn directory(url: &str) -> Option<PathBuf> {
    if let Some(path) = url.strip_prefix("file:") {
        return Some(path.into());
    }
    // Whatever else has a scheme is no path: `memory:`, and what the runtime may know some day.
    let scheme = url.split_once(':').map(|(scheme, _)| scheme);
    let is_scheme =
        |scheme: &str| scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric());
    (!scheme.is_some_and(is_scheme)).then(|| url.into())
}
