//! Store URLs: how programs say which store they mean.

use std::path::Path;
use std::sync::Arc;

use super::{EmbeddedStore, MemoryStore, Store, StoreError, StoreErrorKind};

/// Opens the store at `url`, creating it if it is new: `memory:`, `file:DIR`, or a path.
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
/// When the URL names no kind of store that there is, or the store cannot be opened.
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
/// [`StoreErrorKind::Invalid`] when the URL names no kind of store that there is.
pub fn directory(url: &str) -> Result<Option<&Path>, StoreError> {
    if url == "memory:" {
        return Ok(None);
    }
    let path = match url.split_once(':') {
        Some(("file", path)) => path.strip_prefix("//").unwrap_or(path),
        Some((scheme, _)) if is_scheme(scheme) => return Err(unknown_scheme(url, scheme)),
        _ => url,
    };
    if path.is_empty() {
        return Err(StoreError::new(
            StoreErrorKind::Invalid,
            format!("the store URL `{url}` names no directory: write `file:DIR` or a path"),
        ));
    }
    Ok(Some(Path::new(path)))
}

/// A letter before the colon is a Windows drive, more are a scheme.
fn is_scheme(scheme: &str) -> bool {
    scheme.len() > 1
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

fn unknown_scheme(url: &str, scheme: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Invalid,
        format!("no store for `{scheme}:` in `{url}`: write `memory:`, `file:DIR`, or a path"),
    )
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
