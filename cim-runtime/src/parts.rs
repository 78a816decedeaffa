//! What was started together, until the last of it has ended.
//!
//! A task that is aborted has ended when its future is dropped; what it has handed to other tasks and
//! threads goes on for a moment, and still holds what it was given.

use std::pin::Pin;
use std::task::{Context, Poll};

use futures::future::BoxFuture;
use tokio::sync::watch;

/// Knows whether any of its parts is still there.
#[derive(Debug)]
pub(crate) struct Whole(watch::Sender<()>);

/// Kept by whatever belongs to a whole.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    _of: Option<watch::Receiver<()>>,
}

tokio::task_local! {
    /// What the present task belongs to.
    static PRESENT: Part;
}

impl Whole {
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(()))
    }

    /// A task that belongs to it, as does what that task starts.
    pub(crate) fn task<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Kept<T> {
        let part = Part { _of: Some(self.0.subscribe()) };
        part.clone().keep(PRESENT.scope(part, work))
    }

    /// Waits until no part is left.
    pub(crate) async fn ended(&self) {
        self.0.closed().await;
    }
}

impl Part {
    /// That of the present task, if it belongs to anything.
    pub(crate) fn of_this_task() -> Self {
        PRESENT.try_with(Self::clone).unwrap_or(Self { _of: None })
    }

    /// The same work, as a part.
    pub(crate) fn keep<T: Send + 'static>(
        self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Kept<T> {
        Kept { work: Box::pin(work), _part: self }
    }
}

/// Work that is a part. Fields are dropped in their order: the part last, whether the work has ended
/// or not.
pub(crate) struct Kept<T> {
    work: BoxFuture<'static, T>,
    _part: Part,
}

impl<T> Future for Kept<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        self.work.as_mut().poll(cx)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn a_whole_has_ended_when_all_that_its_tasks_have_started_has() {
        let (whole, held) = (Whole::new(), Arc::new(()));
        let (begin, begun) = std::sync::mpsc::channel::<()>();
        let in_thread = Arc::clone(&held);
        let task = tokio::spawn(whole.task(async move {
            let part = Part::of_this_task();
            // Nobody waits for it.
            tokio::task::spawn_blocking(move || {
                let _ = begun.recv();
                (in_thread, part)
            });
        }));
        task.await.unwrap();
        assert!(whole.ended().now_or_never().is_none());
        assert_eq!(Arc::strong_count(&held), 2);
        begin.send(()).unwrap();
        whole.ended().await;
        assert_eq!(Arc::strong_count(&held), 1);
    }

    #[tokio::test]
    async fn what_never_began_has_ended() {
        let whole = Whole::new();
        drop(whole.task(std::future::pending::<()>()));
        whole.ended().await;
    }
}
