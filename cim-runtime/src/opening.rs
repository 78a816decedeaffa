//! How a database on disk is opened.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

/// How often it is tried while somebody else has the database, and how long after each time.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(10);

/// Opens a database of fjall, whose files may be damaged: it checks them, but some garbage makes it
/// panic instead, of which is said `None`.
pub(crate) fn open<T>(open: impl Fn() -> fjall::Result<T>) -> Option<fjall::Result<T>> {
    let mut left = ATTEMPTS;
    loop {
        let opened = catch_unwind(AssertUnwindSafe(&open)).ok()?;
        left -= 1;
        // Handles of one that was just closed go away in their own time.
        if !matches!(opened, Err(fjall::Error::Locked)) || left == 0 {
            return Some(opened);
        }
        std::thread::sleep(PAUSE);
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn one_that_is_in_use_is_waited_for() {
        let tried = Cell::new(0);
        let opened = open(|| {
            tried.set(tried.get() + 1);
            if tried.get() < 3 { Err(fjall::Error::Locked) } else { Ok(tried.get()) }
        });
        assert!(matches!(opened, Some(Ok(3))));
        assert!(matches!(open(|| Err::<(), _>(fjall::Error::Poisoned)), Some(Err(_))));
    }

    #[test]
    fn one_that_panics_is_none() {
        assert!(open(|| -> fjall::Result<()> { panic!("garbage") }).is_none());
    }
}
