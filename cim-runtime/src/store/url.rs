//! Store URLs: how programs say which store they mean.

use std::sync::Arc;

use super::{EmbeddedStore, MemoryStore, Store, StoreError, StoreErrorKind};

/// Opens the store at `url`, creating it if it is new: `memory:`, `file:DIR`, or a path.
///
/// Blocks while an embedded store is recovered: call it where that may take a moment.
///
/// # Errors
///
/// When the URL names no kind of store that there is, or the store cannot be opened.
pub fn open(url: &str) -> Result<Arc<dyn Store>, StoreError> {
    if url == "memory:" {
        return Ok(Arc::new(MemoryStore::new()));
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
    Ok(Arc::new(EmbeddedStore::open(path)?))
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
