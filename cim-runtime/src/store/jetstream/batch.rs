//! Joins waiting commits into one atomic batch, where the server syncs each message.
//!
//! Such a server syncs once for each message that comes alone, however many are on their way, and
//! once for a whole batch. A batch costs it as much as about sixteen messages, so from that many
//! waiting on, they are joined; anywhere else batches lose.
//!
//! Nothing rests on a batch: each member has its own expectation. What comes of a batch is one answer
//! for all; a refusal lets each member go on alone, and silence is an unknown for each, which the slot
//! rule settles.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::HeaderMap;
use bytes::Bytes;
use lru::LruCache;
use tokio::sync::oneshot;
use tokio::time::{Instant, timeout_at};

use super::as_one::Unstored;
use super::server::{Answer, Server};
use crate::subject::StreamName;

/// From so many waiting on, a batch is faster than each alone.
const FEWEST: usize = 16;

/// No batch has more members.
const MOST: usize = 256;

/// No batch grows beyond this: the server holds it until it is whole.
const MOST_BYTES: usize = 4 << 20;

/// When nobody has come for so long, a batch waits for nobody more.
const QUIET: Duration = Duration::from_micros(100);

/// How many commits of a stream go alone after a conflict: a stale member refuses a whole batch.
const APART: u32 = 32;

/// How many streams with a conflict are remembered.
const APARTS: NonZeroUsize = NonZeroUsize::new(4096).unwrap();

/// Where commits wait for a batch.
pub(super) struct Batches {
    server: Arc<Server>,
    /// How many commits of this process are on their way.
    under_way: AtomicUsize,
    line: Mutex<Line>,
}

struct Line {
    /// Whether somebody gathers those who wait.
    gathering: bool,
    waiting: Vec<Member>,
    /// Streams with a recent conflict, and how many more of their commits go alone.
    apart: LruCache<StreamName, u32>,
}

/// A commit as it is sent.
struct Member {
    stream: StreamName,
    headers: HeaderMap,
    payload: Bytes,
    /// Who waits for what comes of it; nothing comes of it, if it is to go alone.
    answer: oneshot::Sender<Option<Answer>>,
}

impl Batches {
    pub(super) fn new(server: Arc<Server>) -> Arc<Self> {
        let apart = LruCache::new(APARTS);
        let line = Line { gathering: false, waiting: Vec::new(), apart };
        Arc::new(Self { server, under_way: AtomicUsize::new(0), line: Mutex::new(line) })
    }

    /// Sends a commit with others; `None` when it is to be sent alone, which nothing has been done
    /// for.
    pub(super) async fn send(
        self: &Arc<Self>,
        stream: &StreamName,
        headers: impl FnOnce() -> HeaderMap,
        payload: &Bytes,
        deadline: Instant,
    ) -> Option<Answer> {
        let answer = {
            let mut line = self.line();
            if !line.may_join(stream) {
                return None;
            }
            if !line.gathering {
                if self.under_way.load(Ordering::Relaxed) < FEWEST {
                    return None;
                }
                line.gathering = true;
                tokio::spawn(Arc::clone(self).gather());
            }
            let (answer, answered) = oneshot::channel();
            let (stream, payload) = (stream.clone(), payload.clone());
            line.waiting.push(Member { stream, headers: headers(), payload, answer });
            answered
        };
        match timeout_at(deadline, answer).await {
            Ok(Ok(answer)) => answer,
            // Whoever gathers ends with the runtime only.
            Ok(Err(_)) => Some(Answer::Silence("the batch was given up".to_owned())),
            Err(_) => Some(Answer::Silence("no answer".to_owned())),
        }
    }

    /// Counts a commit that is on its way, until what is returned is dropped.
    pub(super) fn count(&self) -> UnderWay<'_> {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(self)
    }

    /// Lets the next commits of a stream go alone.
    pub(super) fn keep_apart(&self, stream: &StreamName) {
        self.line().apart.put(stream.clone(), APART);
    }

    /// Sends batches, for as long as enough commits wait.
    async fn gather(self: Arc<Self>) {
        let mut expected = self.under_way.load(Ordering::Relaxed);
        loop {
            self.wait_for(expected.min(MOST)).await;
            let members = {
                let mut line = self.line();
                let members = line.take();
                line.gathering = members.len() >= FEWEST;
                members
            };
            if members.len() < FEWEST {
                for member in members {
                    let _ = member.answer.send(None);
                }
                return;
            }
            expected = members.len();
            self.answer(members).await;
        }
    }

    /// Waits until so many wait, or nobody more comes.
    async fn wait_for(&self, expected: usize) {
        let (mut last, mut since) = (0, Instant::now());
        loop {
            let waiting = self.line().waiting.len();
            if waiting > last {
                (last, since) = (waiting, Instant::now());
            }
            if waiting >= expected || since.elapsed() >= QUIET {
                return;
            }
            // A timer would be ten times as long as what is waited for.
            tokio::task::yield_now().await;
        }
    }

    /// Sends a batch, and tells each member what came of it.
    async fn answer(&self, members: Vec<Member>) {
        let count = members.len() as u64;
        let (messages, answers): (Vec<_>, Vec<_>) =
            members.into_iter().map(Member::into_parts).unzip();
        match self.server.store_as_one(self.server.name(), messages).await {
            Answer::Stored { sequence: last, .. } => {
                for (sequence, answer) in (last + 1 - count..).zip(answers) {
                    let _ = answer.send(Some(Answer::Stored { sequence, duplicate: false }));
                }
            }
            Answer::Silence(why) => {
                for answer in answers {
                    let _ = answer.send(Some(Answer::Silence(why.clone())));
                }
            }
            refused => {
                tracing::debug!(?refused, count, "a batch was refused, its members go alone");
                for answer in answers {
                    let _ = answer.send(None);
                }
            }
        }
    }

    // A panic while the lock was held left whole entries behind.
    fn line(&self) -> MutexGuard<'_, Line> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for Batches {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Batches({} under way)", self.under_way.load(Ordering::Relaxed))
    }
}

impl Line {
    fn may_join(&mut self, stream: &StreamName) -> bool {
        let Some(left) = self.apart.get_mut(stream) else { return true };
        *left -= 1;
        if *left == 0 {
            self.apart.pop(stream);
        }
        false
    }

    /// The first of those who wait; whoever no longer does is left out.
    fn take(&mut self) -> Vec<Member> {
        self.waiting.retain(|member| !member.answer.is_closed());
        let mut bytes = 0;
        let enough = |member: &Member| {
            bytes += member.payload.len();
            bytes > MOST_BYTES
        };
        let count = self.waiting.iter().position(enough).unwrap_or(self.waiting.len()).min(MOST);
        self.waiting.drain(..count.max(1).min(self.waiting.len())).collect()
    }
}

impl Member {
    fn into_parts(self) -> (Unstored, oneshot::Sender<Option<Answer>>) {
        let (subject, headers, payload) =
            (self.stream.as_str().to_owned(), self.headers, self.payload);
        (Unstored { subject, headers, payload }, self.answer)
    }
}

/// A commit that is on its way.
pub(super) struct UnderWay<'a>(&'a Batches);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Line {
        Line { gathering: false, waiting: Vec::new(), apart: LruCache::new(APARTS) }
    }

    fn stream() -> StreamName {
        StreamName::new("shop.order", "1").unwrap()
    }

    fn wait(line: &mut Line, bytes: usize) -> oneshot::Receiver<Option<Answer>> {
        let (answer, answered) = oneshot::channel();
        let (stream, payload) = (stream(), Bytes::from(vec![0; bytes]));
        line.waiting.push(Member { stream, headers: HeaderMap::new(), payload, answer });
        answered
    }

    #[test]
    fn a_batch_has_its_limits_and_nobody_who_left() {
        let mut line = line();
        let mut waiting: Vec<_> = (0..MOST + 10).map(|_| wait(&mut line, 1)).collect();
        drop(waiting.remove(0));
        assert_eq!(line.take().len(), MOST);
        assert_eq!(line.take().len(), 9);
        assert!(line.take().is_empty());
        let _large: Vec<_> = (0..6).map(|_| wait(&mut line, MOST_BYTES / 2)).collect();
        assert_eq!((line.take().len(), line.take().len(), line.take().len()), (2, 2, 2));
        let _larger: Vec<_> = (0..2).map(|_| wait(&mut line, MOST_BYTES + 1)).collect();
        assert_eq!((line.take().len(), line.take().len()), (1, 1));
    }

    #[test]
    fn after_a_conflict_a_stream_goes_alone_for_a_while() {
        let mut line = line();
        assert!(line.may_join(&stream()));
        line.apart.put(stream(), APART);
        assert!((0..APART).all(|_| !line.may_join(&stream())));
        assert!(line.may_join(&stream()));
    }
}
