//! Stores by name, as command lines and settings give them.

use std::path::Path;
use std::sync::Arc;

#[cfg(feature = "jetstream")]
use tokio::runtime::{Handle, RuntimeFlavor};

use super::{EmbeddedStore, MemoryStore, Store, StoreError, StoreErrorKind};
#[cfg(feature = "jetstream")]
use super::{JetStreamOptions, JetStreamStore};

/// Whether `url` is the address of a store in JetStream.
fn is_jetstream(url: &str) -> bool {
    url.starts_with("nats://") || url.starts_with("tls://")
}

/// Opens the store that `url` names: `memory:`, a directory as `file:DIR` or as a plain path, or a
/// JetStream stream as `nats://HOST:PORT/STREAM`, with the feature `jetstream`.
///
/// # Errors
///
/// [`StoreErrorKind::Invalid`] when there is no such kind of store, and what the store itself says.
pub async fn connect(url: impl Into<String>) -> Result<Arc<dyn Store>, StoreError> {
    connect_for(url.into(), []).await
}

/// The same for these domains, whose events a store may have to be told to expect.
pub(crate) async fn connect_for(
    url: String,
    domains: impl IntoIterator<Item = &str>,
) -> Result<Arc<dyn Store>, StoreError> {
    if is_jetstream(&url) {
        return connect_jetstream(&url, domains, true).await;
    }
    // Opening may scan a log and rebuild an index.
    let opened = tokio::task::spawn_blocking(move || open(&url)).await;
    opened.map_err(|error| StoreError::new(StoreErrorKind::Closed, error.to_string()))?
}

/// Opens a store as [`connect`] does, and creates no JetStream stream. Whether a directory holds a
/// store is for the caller to look at.
///
/// # Errors
///
/// As [`connect`], and when there is no such stream.
pub async fn connect_existing(url: impl Into<String>) -> Result<Arc<dyn Store>, StoreError> {
    let url = url.into();
    match is_jetstream(&url) {
        true => connect_jetstream(&url, [], false).await,
        false => connect(url).await,
    }
}

#[cfg(feature = "jetstream")]
async fn connect_jetstream(
    url: &str,
    domains: impl IntoIterator<Item = &str>,
    create: bool,
) -> Result<Arc<dyn Store>, StoreError> {
    let options = domains.into_iter().fold(JetStreamStore::options(), JetStreamOptions::domain);
    let options = if create { options } else { options.must_exist() };
    Ok(Arc::new(options.connect(url).await?))
}

#[cfg(not(feature = "jetstream"))]
async fn connect_jetstream(
    url: &str,
    _: impl IntoIterator<Item = &str>,
    _: bool,
) -> Result<Arc<dyn Store>, StoreError> {
    Err(without_jetstream(url))
}

#[cfg(not(feature = "jetstream"))]
fn without_jetstream(url: &str) -> StoreError {
    let url = shown(url);
    invalid(format!(
        "{url} is a store in JetStream, and this program was compiled without it: give its dependency \
         on `cim-runtime` the feature `jetstream`"
    ))
}

/// The address of a store as it may be shown: without what stands before an `@`.
///
/// ```
/// # use cim_runtime::store;
/// assert_eq!(store::shown("nats://shop:s3cret@one.example/SHOP"), "nats://***@one.example/SHOP");
/// assert_eq!(store::shown("shop.cim"), "shop.cim");
/// ```
pub fn shown(url: &str) -> String {
    match url.split_once("://") {
        Some((scheme, rest)) if is_jetstream(url) => match rest.rsplit_once('@') {
            Some((_, rest)) => format!("{scheme}://***@{rest}"),
            None => url.to_owned(),
        },
        _ => url.to_owned(),
    }
}

/// Opens a store as [`connect`] does, from code that is not async.
///
/// Blocks while an embedded store is recovered, or while a server is connected to: call it where that
/// may take a moment. A JetStream store can be opened so on a tokio runtime with several threads.
///
/// ```
/// use cim_runtime::store;
///
/// let store = store::open("memory:")?;
/// # let error = store::open("redis://localhost").unwrap_err();
/// # assert!(error.to_string().contains("redis"));
/// # Ok::<_, store::StoreError>(())
/// ```
///
/// # Errors
///
/// [`StoreErrorKind::Invalid`] when there is no such kind of store, and what the store itself says.
pub fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    if is_jetstream(url) {
        return connected(url);
    }
    match directory(url)? {
        None => Ok(Arc::new(MemoryStore::new())),
        Some(path) => Ok(Arc::new(EmbeddedStore::open(path)?)),
    }
}

#[cfg(not(feature = "jetstream"))]
fn connected(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    Err(without_jetstream(url))
}

/// Connects while this thread waits.
#[cfg(feature = "jetstream")]
fn connected(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    match Handle::try_current() {
        Ok(runtime) if runtime.runtime_flavor() == RuntimeFlavor::MultiThread => {
            let store = || runtime.block_on(JetStreamStore::connect(url));
            Ok(Arc::new(tokio::task::block_in_place(store)?))
        }
        // Of a runtime with one thread, this may be the one.
        _ => Err(invalid(
            "a JetStream store is opened in async code: await `store::connect`, or call \
             `store::open` on a tokio runtime with several threads"
                .to_owned(),
        )),
    }
}

/// The directory that `url` names, whether a store is there or not; `None` for a store that has
/// none.
///
/// # Errors
///
/// [`StoreErrorKind::Invalid`] when there is no such kind of store.
pub fn directory(url: &str) -> Result<Option<&Path>, StoreError> {
    if url == "memory:" || is_jetstream(url) {
        return Ok(None);
    }
    let path = match url.split_once(':') {
        Some(("file", path)) => path.strip_prefix("//").unwrap_or(path),
        Some((scheme, rest))
            if is_scheme(scheme) && (rest.starts_with("//") || rest.is_empty()) =>
        {
            return Err(invalid(format!(
                "there is no store `{scheme}:` (from `{url}`): write `memory:`, `file:DIR`, the \
                 path of a directory, or `nats://HOST/STREAM`"
            )));
        }
        _ => url,
    };
    if path.is_empty() {
        return Err(invalid(format!(
            "`{url}` names no directory: write `file:DIR`, the path of a directory, or `memory:`"
        )));
    }
    Ok(Some(Path::new(path)))
}

fn is_scheme(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn invalid(message: String) -> StoreError {
    StoreError::new(StoreErrorKind::Invalid, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_are_opened_under_either_name() {
        let dir = tempfile::TempDir::new().unwrap();
        let path = dir.path().join("shop");
        for url in [path.display().to_string(), format!("file:{}", path.display())] {
            open(&url).unwrap();
            assert!(path.join("log").is_dir());
        }
    }

    #[test]
    fn unknown_stores_are_named() {
        for url in ["redis://localhost:4222", "postgres://x", "nats:", "file:", ""] {
            let error = open(url).unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Invalid, "{url}");
            assert!(error.to_string().contains("file:DIR"), "{error}");
        }
    }
}
