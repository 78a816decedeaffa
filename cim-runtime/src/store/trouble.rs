//! What the operating system's refusals are to a caller.

use std::io;
use std::path::Path;

use crate::store::{StoreError, StoreErrorKind};

/// The store could not `act` on `path`.
pub(in crate::store) fn io_error(act: &str, path: &Path, error: &io::Error) -> StoreError {
    let place = path.display();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::new(
            StoreErrorKind::Full,
            format!("could not {act} {place}: {error}; free space, then send again"),
        ),
        _ => StoreError::new(StoreErrorKind::Io, format!("could not {act} {place}: {error}")),
    }
}

/// The store cannot be written any more.
pub(in crate::store) fn closed() -> StoreError {
    StoreError::new(StoreErrorKind::Closed, "the store was closed: open it again")
}
