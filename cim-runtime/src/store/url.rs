//! Stores by name, as command lines and settings give them.

use std::path::Path;
use std::sync::Arc;

use super::{EmbeddedStore, MemoryStore, Store, StoreError, StoreErrorKind};

/// Opens the store that `url` names: `memory:`, or a directory as `file:DIR` or as a plain path.
///
/// Blocks while an embedded store is recovered: call it where that may take a moment.
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
    match directory(url)? {
        None => Ok(Arc::new(MemoryStore::new())),
        Some(path) => Ok(Arc::new(EmbeddedStore::open(path)?)),
    }
}

/// The directory that `url` names, whether a store is there or not; `None` for a store that has
/// none.
///
/// # Errors
///
/// [`StoreErrorKind::Invalid`] when there is no such kind of store.
pub fn directory(url: &str) -> Result<Option<&Path>, StoreError> {
    if url == "memory:" {
        return Ok(None);
    }
    let path = match url.split_once(':') {
        Some(("file", path)) => path.strip_prefix("//").unwrap_or(path),
        Some((scheme, rest))
            if is_scheme(scheme) && (rest.starts_with("//") || rest.is_empty()) =>
        {
            return Err(invalid(format!(
                "there is no store `{scheme}:` (from `{url}`): write `memory:`, `file:DIR` or the \
                 path of a directory"
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
        for url in ["nats://localhost:4222", "postgres://x", "nats:", "file:", ""] {
            let error = open(url).unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Invalid, "{url}");
            assert!(error.to_string().contains("file:DIR"), "{error}");
        }
    }
}
