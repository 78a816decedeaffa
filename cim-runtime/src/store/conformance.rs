//! The contract of [`Store`] as checks that every store passes.
//!
//! A store of your own is tested with the same facts as those that come with this crate. Call
//! [`run`] in a test, in a tokio runtime (one with several threads sees more):
//!
//! ```
//! use cim_runtime::store::{MemoryStore, conformance};
//!
//! # let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
//! # runtime.block_on(async {
//! conformance::run(|| async { MemoryStore::new() }).await;
//! # });
//! # Ok::<_, std::io::Error>(())
//! ```
//!
//! Each check is also there on its own, to be run as a test of its own. A check that fails panics
//! with a sentence that begins with its name.

mod sample;

use std::fmt::{Debug, Display};
use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures::future::BoxFuture;
use futures::{FutureExt as _, StreamExt as _};
use jiff::{Timestamp, ToSpan as _};
use uuid::Uuid;

use super::{Lookup, Store, StoreError, StoreErrorKind, StoredEvent};
use crate::commit::Commit;
use crate::subject::StreamName;

pub use sample::{SampleCommit, SampleStream};

/// A store under test.
pub type Subject = Arc<dyn Store>;

/// A check, by name.
pub type Check = (&'static str, fn(Subject) -> BoxFuture<'static, ()>);

macro_rules! checks {
    ($($name:ident),* $(,)?) => {
        /// All checks, in the order in which [`run`] runs them. Each needs an empty store.
        pub const CHECKS: &[Check] = &[$((stringify!($name), |store| $name(store).boxed())),*];
    };
}

checks![
    an_empty_store_has_nothing,
    a_commit_is_stored_whole,
    a_new_stream_is_at_version_zero,
    a_conflict_carries_the_version,
    an_identical_commit_is_stored_once,
    another_commit_at_a_won_version_conflicts,
    a_commit_that_links_another_event_is_refused,
    a_stream_is_read_from_a_version,
    all_events_are_read_in_order_and_in_pages,
    an_event_is_found_by_cid,
    events_are_found_by_correlation,
    events_are_found_by_type,
    events_are_found_by_time,
    a_subscription_has_no_gap_and_no_repeat,
    a_subscription_starts_anywhere,
    a_snapshot_replaces_the_one_before,
    concurrent_writers_win_each_version_once,
    undamaged_events_are_not_reported,
];

/// Runs every check, each on a fresh, empty store that `make` makes.
///
/// # Panics
///
/// When a check fails.
pub async fn run<S, F>(mut make: impl FnMut() -> F)
where
    S: Store,
    F: Future<Output = S>,
{
    for (_, check) in CHECKS {
        check(Arc::new(make().await)).await;
    }
}

/// Nothing is in an empty store, and asking for it is no error.
pub async fn an_empty_store_has_nothing(store: Subject) {
    let fact = Fact("an_empty_store_has_nothing");
    let stream = SampleStream::new("nobody");
    let never = SampleStream::new("never").commit(1).head();
    fact.equal(fact.ok(store.head().await), None, "the head");
    fact.equal(fact.ok(store.read_stream(stream.name(), 0).await), vec![], "a stream");
    fact.equal(fact.ok(store.read_all(0, 10).await), vec![], "all events");
    fact.equal(fact.ok(store.find(&never).await), None, "the event with an unknown CID");
    fact.equal(fact.ok(store.snapshot(stream.name()).await), None, "a snapshot");
    fact.equal(fact.ok(store.damage().await), vec![], "the damage");
    for lookup in [
        Lookup::Correlation(Uuid::now_v7()),
        Lookup::EventType("Sampled".to_owned()),
        Lookup::Time(Timestamp::MIN..Timestamp::MAX),
    ] {
        fact.equal(fact.ok(store.lookup(lookup, 0, 10).await), vec![], "a lookup");
    }
}

/// A commit's events are stored together, in order, byte by byte.
pub async fn a_commit_is_stored_whole(store: Subject) {
    let fact = Fact("a_commit_is_stored_whole");
    for events in [1, 2, 7, 64] {
        let mut stream = SampleStream::new(&format!("of {events}"));
        let commit = stream.commit(events);
        let committed = fact.ok(store.commit(commit.clone()).await);
        fact.that(!committed.duplicate, "a first commit is no duplicate");
        let stored = fact.ok(store.read_stream(stream.name(), 0).await);
        fact.is_commit(&stored, &commit);
        fact.ascending(&stored);
        let last = stored.last().map(|event| event.position);
        fact.equal(last, Some(committed.position), "the position of the commit");
        let head = fact.ok(store.head().await);
        let head = head.map(|head| (head.number, head.cid));
        fact.equal(head, Some((committed.position, commit.head())), "the head of the store");
    }
}

/// A stream that was never written is at version 0, and no commit finds it at another.
pub async fn a_new_stream_is_at_version_zero(store: Subject) {
    let fact = Fact("a_new_stream_is_at_version_zero");
    let mut stream = SampleStream::new("new");
    stream.commit(3);
    fact.conflict(store.commit(stream.commit(1)).await, 0);
    fact.equal(fact.ok(store.head().await), None, "the head after a conflict");
    fact.ok(store.commit(SampleStream::new("new").commit(1)).await);
}

/// A conflict says at which version the stream is, whether the commit is behind or ahead.
pub async fn a_conflict_carries_the_version(store: Subject) {
    let fact = Fact("a_conflict_carries_the_version");
    let mut stream = SampleStream::new("busy");
    let early = stream.clone();
    fact.ok(store.commit(stream.commit(2)).await);
    let behind = stream.clone();
    fact.ok(store.commit(stream.commit(3)).await);
    let mut ahead = stream.clone();
    ahead.commit(4);
    for late in [early, behind, ahead] {
        fact.conflict(store.commit(late.draft(&SampleCommit::of(1))).await, 5);
        fact.conflict(store.commit(late.draft(&SampleCommit::of(9))).await, 5);
    }
    let stored = fact.ok(store.read_stream(stream.name(), 0).await);
    fact.equal(stored.len(), 5, "the number of events after conflicts");
    fact.ok(store.commit(stream.commit(1)).await);
}

/// Sending a commit again is answered like the first time, also after others have built on it.
pub async fn an_identical_commit_is_stored_once(store: Subject) {
    let fact = Fact("an_identical_commit_is_stored_once");
    let mut stream = SampleStream::new("again");
    let first = stream.commit(2);
    let second = stream.commit(1);
    let once = fact.ok(store.commit(first.clone()).await);
    let again = fact.ok(store.commit(first.clone()).await);
    fact.that(again.duplicate, "the identical commit is a duplicate");
    fact.equal(again.position, once.position, "the position of a duplicate");
    fact.ok(store.commit(second.clone()).await);
    fact.ok(store.commit(SampleStream::new("other").commit(1)).await);
    for (commit, position) in [(&first, once.position), (&second, once.position + 1)] {
        let read = fact.ok(Commit::read(commit.sections(), 0));
        let again = fact.ok(store.commit(read).await);
        fact.that(again.duplicate, "a commit that was built on is a duplicate");
        if commit == &first {
            fact.equal(again.position, position, "the position of a duplicate");
        }
    }
    let both = [store.commit(first.clone()), store.commit(first.clone())];
    for again in futures::future::join_all(both).await {
        fact.that(fact.ok(again).duplicate, "a commit sent twice at once is a duplicate");
    }
    let stored = fact.ok(store.read_stream(stream.name(), 0).await);
    fact.equal(stored.len(), 3, "the number of events after duplicates");
}

/// A version is won once: another commit for it conflicts, even if it begins like the winner.
pub async fn another_commit_at_a_won_version_conflicts(store: Subject) {
    let fact = Fact("another_commit_at_a_won_version_conflicts");
    let mut stream = SampleStream::new("won");
    let loser = stream.draft(&SampleCommit::of(1));
    fact.ok(store.commit(stream.commit(1)).await);
    fact.conflict(store.commit(loser.clone()).await, 1);
    fact.ok(store.commit(stream.commit(1)).await);
    fact.conflict(store.commit(loser).await, 2);
    let stored = fact.ok(store.read_stream(stream.name(), 0).await);
    fact.equal(stored.len(), 2, "the number of events after a conflict");
}

/// A commit at the right version that does not link the stream's head would break the chain.
pub async fn a_commit_that_links_another_event_is_refused(store: Subject) {
    let fact = Fact("a_commit_that_links_another_event_is_refused");
    let mut stream = SampleStream::new("linked");
    fact.ok(store.commit(stream.commit(1)).await);
    let other = SampleStream::new("other").commit(1).head();
    let stray = SampleStream::at("linked", 1, Some(other)).commit(1);
    let refused = store.commit(stray).await.map_err(|error| error.kind());
    fact.equal(refused, Err(StoreErrorKind::Invalid), "the answer to a stray commit");
    fact.ok(store.commit(stream.commit(1)).await);
    fact.equal(fact.ok(store.read_stream(stream.name(), 0).await).len(), 2, "the events");
}

/// A stream's events are read in order, from any version on, whatever stands between them.
pub async fn a_stream_is_read_from_a_version(store: Subject) {
    let fact = Fact("a_stream_is_read_from_a_version");
    let (mut stream, mut other) = (SampleStream::new("mine"), SampleStream::new("mine.too"));
    let mut cids = Vec::new();
    for events in [1, 3, 2, 1, 1, 4] {
        let commit = stream.commit(events);
        cids.extend(commit.events().iter().map(|event| event.cid));
        fact.ok(store.commit(commit).await);
        fact.ok(store.commit(other.commit(2)).await);
    }
    for after in 0..=cids.len() + 1 {
        let stored = fact.ok(store.read_stream(stream.name(), after as u64).await);
        let found: Vec<_> = stored.iter().map(|event| event.cid).collect();
        let expected = cids.get(after..).unwrap_or_default();
        fact.equal(&found[..], expected, format_args!("the events after version {after}"));
        fact.ascending(&stored);
    }
}

/// All events are read in order of position, in pages of any size, each once.
pub async fn all_events_are_read_in_order_and_in_pages(store: Subject) {
    let fact = Fact("all_events_are_read_in_order_and_in_pages");
    let mut streams: Vec<_> = (0..5).map(|i| SampleStream::new(&format!("page-{i}"))).collect();
    let mut cids = Vec::new();
    for round in 0..8 {
        let stream = &mut streams[round % 5];
        let commit = stream.commit(round % 3 + 1);
        cids.extend(commit.events().iter().map(|event| event.cid));
        fact.ok(store.commit(commit).await);
    }
    let whole = fact.ok(store.read_all(0, 1000).await);
    fact.ascending(&whole);
    let found: Vec<_> = whole.iter().map(|event| event.cid).collect();
    fact.equal(found, cids, "all events");
    for page in [1, 2, 3, 7] {
        let mut read = Vec::new();
        loop {
            let after = read.last().map_or(0, |event: &StoredEvent| event.position);
            let events = fact.ok(store.read_all(after, page).await);
            let at_the_end = events.len() < page;
            read.extend(events);
            if at_the_end {
                break;
            }
        }
        fact.equal(&read, &whole, format_args!("all events in pages of {page}"));
    }
    fact.equal(fact.ok(store.read_all(0, 0).await), vec![], "a page of none");
}

/// Every event is found by its CID.
pub async fn an_event_is_found_by_cid(store: Subject) {
    let fact = Fact("an_event_is_found_by_cid");
    let mut stream = SampleStream::new("found");
    let mut committed = Vec::new();
    for events in [1, 2, 3] {
        let commit = stream.commit(events);
        fact.ok(store.commit(commit.clone()).await);
        committed.push(commit);
    }
    let all = fact.ok(store.read_all(0, 100).await);
    for event in all {
        let found = fact.eventually(|| store.find(&event.cid), Option::is_some).await;
        fact.equal(found.as_ref(), Some(&event), "the event with a CID");
        fact.ok(event.verify());
    }
}

/// The events that one root command brought about are found in all streams.
pub async fn events_are_found_by_correlation(store: Subject) {
    let fact = Fact("events_are_found_by_correlation");
    let (mut one, mut two) = (SampleStream::new("one"), SampleStream::new("two"));
    let ours = Uuid::now_v7();
    let ours_of = |events| SampleCommit { correlation: ours, ..SampleCommit::of(events) };
    let mut expected = Vec::new();
    for i in 0..6 {
        let stream = if i % 2 == 0 { &mut one } else { &mut two };
        let is_ours = i % 3 != 2;
        let commit = if is_ours { stream.commit_of(&ours_of(2)) } else { stream.commit(2) };
        expected.extend(commit.events().iter().filter(|_| is_ours).map(|event| event.cid));
        fact.ok(store.commit(commit).await);
    }
    fact.finds(&store, Lookup::Correlation(ours), &expected).await;
    fact.finds(&store, Lookup::Correlation(Uuid::now_v7()), &[]).await;
}

/// The events of one type are found, and only those with exactly its name.
pub async fn events_are_found_by_type(store: Subject) {
    let fact = Fact("events_are_found_by_type");
    let mut stream = SampleStream::new("typed");
    let types = ["Made", "Made", "Mad", "Unmade", "MadeUp", "Made"];
    let mut expected = Vec::new();
    for pair in types.chunks(2) {
        let sample = SampleCommit { event_types: pair.to_vec(), ..SampleCommit::of(0) };
        let commit = stream.commit_of(&sample);
        let made = commit.events().iter().filter(|event| event.event_type == "Made");
        expected.extend(made.map(|event| event.cid));
        fact.ok(store.commit(commit).await);
    }
    fact.finds(&store, Lookup::EventType("Made".to_owned()), &expected).await;
    fact.finds(&store, Lookup::EventType("Ma".to_owned()), &[]).await;
}

/// The events of a span of time are found, the start included and the end not, also if times do
/// not rise.
pub async fn events_are_found_by_time(store: Subject) {
    let fact = Fact("events_are_found_by_time");
    let noon = Timestamp::from_second(1_700_000_000).unwrap_or(Timestamp::UNIX_EPOCH);
    let mut stream = SampleStream::new("timed");
    let mut times = Vec::new();
    for minute in [5i64, 0, 10, 10, 7, -3, 20] {
        let at = noon + minute.minutes();
        let commit = stream.commit_of(&SampleCommit { at, ..SampleCommit::of(1) });
        times.push((minute, commit.head()));
        fact.ok(store.commit(commit).await);
    }
    for (from, to) in [(0, 10), (0, 11), (-3, -2), (-10, 30), (10, 10), (8, 9), (20, 21)] {
        let within = times.iter().filter(|(minute, _)| (from..to).contains(minute));
        let expected: Vec<_> = within.map(|(_, cid)| *cid).collect();
        let span = noon + from.minutes()..noon + to.minutes();
        fact.finds(&store, Lookup::Time(span), &expected).await;
    }
    let micro = 1.microsecond();
    let ten = noon + 10.minutes();
    let expected: Vec<_> =
        times.iter().filter(|(minute, _)| *minute == 10).map(|(_, cid)| *cid).collect();
    fact.finds(&store, Lookup::Time(ten..ten + micro), &expected).await;
    fact.finds(&store, Lookup::Time(ten - micro..ten), &[]).await;
    let nano = 1.nanosecond();
    fact.finds(&store, Lookup::Time(ten..ten + nano), &expected).await;
    fact.finds(&store, Lookup::Time(ten + nano..ten + micro), &[]).await;
}

/// A subscription gets every event once and in order, those from before and those that writers
/// store meanwhile.
pub async fn a_subscription_has_no_gap_and_no_repeat(store: Subject) {
    let fact = Fact("a_subscription_has_no_gap_and_no_repeat");
    const WRITERS: usize = 4;
    const COMMITS: usize = 40;
    let mut before = SampleStream::new("before");
    for _ in 0..10 {
        fact.ok(store.commit(before.commit(2)).await);
    }
    let total = 20 + WRITERS * COMMITS * 2;
    let writers = (0..WRITERS).map(|writer| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut stream = SampleStream::new(&format!("writer-{writer}"));
            for commit in 0..COMMITS {
                fact.ok(store.commit(stream.commit(1 + commit % 3)).await);
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let subscribed = store.subscribe(0).take(total - WRITERS);
    let first: Vec<_> = subscribed.map(|event| fact.ok(event)).collect().await;
    for writer in writers {
        fact.ok(writer.await);
    }
    let all = fact.ok(store.read_all(0, 10 * total).await);
    fact.equal(&first[..], &all[..first.len()], "what a subscription has got");
}

/// A subscription after a position begins with the event behind it, and then waits.
pub async fn a_subscription_starts_anywhere(store: Subject) {
    let fact = Fact("a_subscription_starts_anywhere");
    let mut stream = SampleStream::new("some");
    for _ in 0..5 {
        fact.ok(store.commit(stream.commit(3)).await);
    }
    let all = fact.ok(store.read_all(0, 100).await);
    for (i, event) in all.iter().enumerate() {
        let rest = store.subscribe(event.position).take(all.len() - i - 1);
        let rest: Vec<_> = rest.map(|event| fact.ok(event)).collect().await;
        fact.equal(&rest[..], &all[i + 1..], "the events after a position");
    }
    let head = all.last().map_or(0, |event| event.position);
    let mut waiting = store.subscribe(head);
    fact.that(waiting.next().now_or_never().is_none(), "there is nothing after the head");
    let commit = stream.commit(1);
    fact.ok(store.commit(commit.clone()).await);
    let next = waiting.next().await.map(|event| fact.ok(event).cid);
    fact.equal(next, Some(commit.head()), "the event that was waited for");
}

/// A stream has one snapshot, the last that was kept.
pub async fn a_snapshot_replaces_the_one_before(store: Subject) {
    let fact = Fact("a_snapshot_replaces_the_one_before");
    let (one, two) = (SampleStream::new("snap"), SampleStream::new("snap2"));
    for text in ["first", "the second is longer", "third"] {
        let snapshot = Bytes::from(text);
        fact.ok(store.keep_snapshot(one.name(), snapshot.clone()).await);
        let kept = fact.ok(store.snapshot(one.name()).await);
        fact.equal(kept, Some(snapshot), "the snapshot");
    }
    fact.equal(fact.ok(store.snapshot(two.name()).await), None, "another stream's snapshot");
}

/// Of writers that race for each version of one stream, exactly one wins it.
pub async fn concurrent_writers_win_each_version_once(store: Subject) {
    let fact = Fact("concurrent_writers_win_each_version_once");
    const WRITERS: usize = 8;
    const WINS: u64 = 10;
    let writers = (0..WRITERS).map(|_| {
        let store = Arc::clone(&store);
        tokio::spawn(async move {
            let mut won = Vec::new();
            while (won.len() as u64) < WINS {
                let mut stream = fact.load(&store, "race").await;
                let commit = stream.commit(1);
                match store.commit(commit.clone()).await {
                    Ok(_) => won.push((commit.version(), commit.head())),
                    Err(error) if error.is_conflict() => {}
                    Err(error) => fact.fail(format_args!("a race ends with an error: {error}")),
                }
            }
            won
        })
    });
    let writers: Vec<_> = writers.collect();
    let mut won = Vec::new();
    for writer in writers {
        won.extend(fact.ok(writer.await));
    }
    won.sort_unstable();
    let stored = fact.ok(store.read_stream(SampleStream::new("race").name(), 0).await);
    let stored: Vec<_> = (1..).zip(stored.iter().map(|event| event.cid)).collect();
    fact.equal(won, stored, "the winners of each version");
}

/// A sound store reports no damage.
pub async fn undamaged_events_are_not_reported(store: Subject) {
    let fact = Fact("undamaged_events_are_not_reported");
    let mut stream = SampleStream::new("sound");
    for events in 1..20 {
        fact.ok(store.commit(stream.commit(events)).await);
    }
    fact.equal(fact.ok(store.damage().await), vec![], "the damage");
}

/// A check by its name, which its failures begin with.
#[derive(Debug, Clone, Copy)]
struct Fact(&'static str);

impl Fact {
    fn fail(self, problem: impl Display) -> ! {
        panic!("{}: {problem}", self.0)
    }

    fn that(self, holds: bool, sentence: &str) {
        if !holds {
            self.fail(format_args!("expected that {sentence}"));
        }
    }

    fn ok<T, E: Display>(self, result: Result<T, E>) -> T {
        result.unwrap_or_else(|error| self.fail(error))
    }

    fn equal<T: PartialEq + Debug>(self, found: T, expected: T, what: impl Display) {
        if found != expected {
            self.fail(format_args!("{what} should be {expected:?}, found {found:?}"));
        }
    }

    fn conflict<T: Debug>(self, found: Result<T, StoreError>, version: u64) {
        match found.map_err(|error| error.kind()) {
            Err(StoreErrorKind::Conflict { version: found }) if found == version => {}
            other => self.fail(format_args!(
                "a commit should conflict with version {version}, found {other:?}"
            )),
        }
    }

    fn ascending(self, events: &[StoredEvent]) {
        let ascend = events.windows(2).all(|pair| pair[0].position < pair[1].position);
        self.that(ascend, "positions rise");
        self.that(events.iter().all(|event| event.position > 0), "positions start at 1");
    }

    /// The events are those of the commit, to the byte.
    fn is_commit(self, stored: &[StoredEvent], commit: &Commit) {
        let mut bytes = Vec::new();
        for event in stored {
            crate::car::write_section(&mut bytes, &event.cid, &event.block);
        }
        self.that(bytes == commit.sections()[..], "the stored events are those of the commit");
    }

    /// The lookup finds these events, whole and in pages.
    async fn finds(self, store: &Subject, lookup: Lookup, expected: &[crate::EventCid]) {
        let complete = |found: &Vec<StoredEvent>| found.len() >= expected.len();
        let ask = || store.lookup(lookup.clone(), 0, 100);
        let found = self.eventually(ask, complete).await;
        let cids: Vec<_> = found.iter().map(|event| event.cid).collect();
        self.equal(&cids[..], expected, format_args!("what {lookup:?} finds"));
        self.ascending(&found);
        for limit in 1..=expected.len() {
            let page = self.ok(store.lookup(lookup.clone(), 0, limit).await);
            self.equal(&page[..], &found[..limit], format_args!("{limit} of {lookup:?}"));
            let after = page.last().map_or(0, |event| event.position);
            let rest = self.ok(store.lookup(lookup.clone(), after, 100).await);
            self.equal(&rest[..], &found[limit..], format_args!("{lookup:?} after {after}"));
        }
    }

    /// Asks until the answer is complete: an index may lag behind its store.
    async fn eventually<T, F>(self, ask: impl Fn() -> F, complete: impl Fn(&T) -> bool) -> T
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let deadline = Instant::now() + Duration::from_secs(10);
        loop {
            let answer = self.ok(ask().await);
            if complete(&answer) || Instant::now() > deadline {
                return answer;
            }
            tokio::task::yield_now().await;
        }
    }

    /// The sample stream with this id, at the version that the store has.
    async fn load(self, store: &Subject, id: &str) -> SampleStream {
        let name: StreamName = SampleStream::new(id).name().clone();
        let stored = self.ok(store.read_stream(&name, 0).await);
        SampleStream::at(id, stored.len() as u64, stored.last().map(|event| event.cid))
    }
}
