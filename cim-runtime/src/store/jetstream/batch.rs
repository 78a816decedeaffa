//! Joins waiting commits into batches.
//!
//! A server that syncs each message does so once for each that comes alone, however many are on their
//! way, and once for a whole atomic batch. Such a batch costs it as much as about sixteen messages, so
//! from that many waiting on, they are joined. Elsewhere atomic batches lose, and a single server is
//! sent a burst (`burst`), which spares it and us most answers.
//!
//! Nothing rests on a batch: each member has its own expectation. A refusal lets each member that it
//! concerns go on alone, and silence is an unknown for each, which the slot rule settles.

use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_nats::HeaderMap;
use bytes::Bytes;
use lru::LruCache;
use tokio::sync::{Semaphore, oneshot};
use tokio::time::{Instant, timeout_at};

use super::as_one::Unstored;
use super::burst::{Bursts, Stored};
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

/// How many commits go alone after a burst into which others have stored: as many at first, then twice
/// as many each time. Where several processes write at once, a burst tells no sequences.
const ALONE: (u32, u32) = (256, 1 << 16);

/// Where commits wait for a batch.
pub(super) struct Batches {
    server: Arc<Server>,
    way: Way,
    /// How many commits of this process are on their way.
    under_way: AtomicUsize,
    line: Mutex<Line>,
    /// How many more batches may be on their way.
    room: Arc<Semaphore>,
}

/// How a batch is sent.
enum Way {
    /// All or none.
    AsOne,
    /// One by one.
    Bursts(Bursts),
}

struct Line {
    /// Whether somebody gathers those who wait.
    gathering: bool,
    waiting: Vec<Member>,
    /// Streams with a recent conflict, and how many more of their commits go alone.
    apart: LruCache<StreamName, u32>,
    /// How many more commits go alone, whatever their stream.
    alone: u32,
    /// How many did so last.
    wary: u32,
}

/// What came of a commit's place in a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Joined {
    /// The same as of a commit that is sent alone.
    Answered(Answer),
    /// It is stored, and nobody said where.
    Somewhere,
    /// It was not sent, or is not stored: it is to be sent alone.
    Alone,
}

/// A commit as it is sent.
struct Member {
    stream: StreamName,
    headers: HeaderMap,
    payload: Bytes,
    /// Who waits for what comes of it.
    answer: oneshot::Sender<Joined>,
}

impl Batches {
    /// Batches that are stored all or none.
    pub(super) fn as_one(server: Arc<Server>) -> Arc<Self> {
        Self::new(server, Way::AsOne)
    }

    /// Batches whose members are stored one by one.
    pub(super) fn of_bursts(server: Arc<Server>) -> Arc<Self> {
        Self::new(server, Way::Bursts(Bursts::default()))
    }

    fn new(server: Arc<Server>, way: Way) -> Arc<Self> {
        let (under_way, line) = (AtomicUsize::new(0), Mutex::new(Line::new()));
        let room = Arc::new(Semaphore::new(way.most_at_once()));
        Arc::new(Self { server, way, under_way, line, room })
    }

    /// Sends a commit with others, if it may wait for them: then its headers are taken.
    pub(super) async fn send(
        self: &Arc<Self>,
        stream: &StreamName,
        headers: &mut HeaderMap,
        payload: &Bytes,
        deadline: Instant,
    ) -> Joined {
        let answer = {
            let mut line = self.line();
            if !line.may_join(stream) {
                return Joined::Alone;
            }
            if !line.gathering {
                if self.under_way.load(Ordering::Relaxed) < self.way.fewest_under_way() {
                    return Joined::Alone;
                }
                line.gathering = true;
                tokio::spawn(Arc::clone(self).gather());
            }
            let (answer, answered) = oneshot::channel();
            let (stream, payload) = (stream.clone(), payload.clone());
            let headers = std::mem::take(headers);
            line.waiting.push(Member { stream, headers, payload, answer });
            answered
        };
        match timeout_at(deadline, answer).await {
            Ok(Ok(answer)) => answer,
            // Whoever gathers ends with the runtime only.
            Ok(Err(_)) => Joined::Answered(Answer::Silence("the batch was given up".to_owned())),
            Err(_) => Joined::Answered(Answer::Silence("no answer".to_owned())),
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
        // Nobody closes it.
        while let Ok(room) = Arc::clone(&self.room).acquire_owned().await {
            self.wait_for(self.way.most_awaited(expected)).await;
            let (members, gathering) = {
                let mut line = self.line();
                let mut members = line.take();
                line.gathering = members.len() >= FEWEST;
                if !line.gathering {
                    // Large ones may be left over, and nobody gathers them.
                    members.append(&mut line.waiting);
                }
                (members, line.gathering)
            };
            if !gathering {
                for member in members {
                    let _ = member.answer.send(Joined::Alone);
                }
                return;
            }
            expected = members.len();
            let batches = Arc::clone(&self);
            tokio::spawn(async move {
                batches.answer(members).await;
                drop(room);
            });
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
        let (mut streams, mut messages) = (Vec::new(), Vec::new());
        let mut waiting = Vec::with_capacity(members.len());
        for Member { stream, headers, payload, answer } in members {
            messages.push(Unstored { subject: stream.as_str().to_owned(), headers, payload });
            streams.push(stream);
            waiting.push(answer);
        }
        let answers = match &self.way {
            Way::AsOne => self.as_one_or_each(messages).await,
            Way::Bursts(bursts) => self.burst(bursts, &streams, messages).await,
        };
        for (member, answer) in waiting.into_iter().zip(answers) {
            let _ = member.send(answer);
        }
    }

    async fn burst(
        &self,
        bursts: &Bursts,
        streams: &[StreamName],
        messages: Vec<Unstored>,
    ) -> Vec<Joined> {
        match self.server.store_burst(bursts, streams, messages).await {
            Some(Stored { answers, mixed }) => {
                self.line().was_mixed(mixed);
                answers
            }
            // The client is closed: each is told so alone.
            None => vec![Joined::Alone; streams.len()],
        }
    }

    async fn as_one_or_each(&self, messages: Vec<Unstored>) -> Vec<Joined> {
        let count = messages.len();
        match self.server.store_as_one(self.server.name(), messages).await {
            Answer::Stored { sequence: last, .. } => (last + 1 - count as u64..=last)
                .map(|sequence| Joined::Answered(Answer::Stored { sequence, duplicate: false }))
                .collect(),
            Answer::Silence(why) => vec![Joined::Answered(Answer::Silence(why)); count],
            refused => {
                tracing::debug!(?refused, count, "a batch was refused, its members go alone");
                vec![Joined::Alone; count]
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

impl Way {
    /// How many batches may be on their way at once.
    fn most_at_once(&self) -> usize {
        match self {
            Self::AsOne => 1,
            // While the server stores one, the next is sent.
            Self::Bursts(_) => 2,
        }
    }

    /// From so many commits on their way on, some wait for a batch.
    fn fewest_under_way(&self) -> usize {
        match self {
            Self::AsOne => FEWEST,
            // Half of them are stored while the others are decided.
            Self::Bursts(_) => 2 * FEWEST,
        }
    }

    /// How many a batch waits for at most, when the last had so many.
    fn most_awaited(&self, last: usize) -> usize {
        match self {
            Self::AsOne => last.min(MOST),
            Self::Bursts(_) => FEWEST,
        }
    }
}

impl Line {
    fn new() -> Self {
        let apart = LruCache::new(APARTS);
        Self { gathering: false, waiting: Vec::new(), apart, alone: 0, wary: 0 }
    }

    /// Takes note of whether others have stored messages into the last burst.
    fn was_mixed(&mut self, mixed: bool) {
        let (least, most) = ALONE;
        self.wary = if mixed { (self.wary * 2).clamp(least, most) } else { self.wary / 2 };
        self.alone = if mixed { self.wary } else { 0 };
    }

    fn may_join(&mut self, stream: &StreamName) -> bool {
        if self.alone > 0 {
            self.alone -= 1;
            return false;
        }
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

    fn stream() -> StreamName {
        StreamName::new("shop.order", "1").unwrap()
    }

    fn wait(line: &mut Line, bytes: usize) -> oneshot::Receiver<Joined> {
        let (answer, answered) = oneshot::channel();
        let (stream, payload) = (stream(), Bytes::from(vec![0; bytes]));
        line.waiting.push(Member { stream, headers: HeaderMap::new(), payload, answer });
        answered
    }

    #[test]
    fn a_batch_has_its_limits_and_nobody_who_left() {
        let mut line = Line::new();
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
        let mut line = Line::new();
        assert!(line.may_join(&stream()));
        line.apart.put(stream(), APART);
        assert!((0..APART).all(|_| !line.may_join(&stream())));
        assert!(line.may_join(&stream()));
    }

    #[test]
    fn after_others_stored_into_a_row_commits_go_alone_for_longer_each_time() {
        let mut line = Line::new();
        let alone = |line: &mut Line| (0..).take_while(|_| !line.may_join(&stream())).count();
        line.was_mixed(false);
        assert_eq!(alone(&mut line), 0);
        line.was_mixed(true);
        assert_eq!(alone(&mut line), 256);
        line.was_mixed(true);
        assert_eq!(alone(&mut line), 512);
        (0..20).for_each(|_| line.was_mixed(true));
        assert_eq!(alone(&mut line), 1 << 16);
        line.was_mixed(false);
        line.was_mixed(true);
        assert_eq!(alone(&mut line), 1 << 16);
        (0..20).for_each(|_| line.was_mixed(false));
        line.was_mixed(true);
        assert_eq!(alone(&mut line), 256);
    }
}
