//! Where time and ids come from.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use jiff::Timestamp;
use rand::RngExt as _;
use tokio::sync::watch;
use uuid::Uuid;

/// The outside world, as far as deciding needs it. Give a system another one, and it runs the same
/// way every time.
pub trait Environment: std::fmt::Debug + Send + Sync + 'static {
    /// The time.
    fn now(&self) -> Timestamp;

    /// The id of a command that was sent without one: a UUIDv7.
    fn command_id(&self) -> Uuid;

    /// Waits until this time has come.
    fn until(&self, time: Timestamp) -> BoxFuture<'_, ()> {
        Box::pin(async move {
            loop {
                let left = time.duration_since(self.now());
                let Ok(left) = Duration::try_from(left) else { return };
                if left.is_zero() {
                    return;
                }
                // Not all of it at once: clocks jump.
                tokio::time::sleep(left.min(GLANCE)).await;
            }
        })
    }
}

/// How often whoever waits for a time looks at the clock.
const GLANCE: Duration = Duration::from_millis(250);

/// The machine's clock, and ids that nobody can guess.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEnvironment;

impl Environment for SystemEnvironment {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn command_id(&self) -> Uuid {
        uuid_v7(self.now(), rand::rng().random())
    }
}

/// A clock that moves by one millisecond each time it is asked, and ids that follow from a seed.
///
/// ```
/// use cim_runtime::{Environment, SeededEnvironment};
///
/// let (a, b) = (SeededEnvironment::new(7), SeededEnvironment::new(7));
/// assert_eq!(a.command_id(), b.command_id());
/// assert_ne!(a.command_id(), a.command_id());
/// ```
#[derive(Debug)]
pub struct SeededEnvironment {
    seed: u64,
    asked: AtomicU64,
}

impl SeededEnvironment {
    /// The world that follows from `seed`; it begins on 2026-01-01.
    pub fn new(seed: u64) -> Self {
        Self { seed, asked: AtomicU64::new(0) }
    }

    fn next(&self) -> u64 {
        self.asked.fetch_add(1, Ordering::Relaxed)
    }
}

/// 2026-01-01T00:00:00Z.
const BEGINNING: i64 = 1_767_225_600_000;

impl Environment for SeededEnvironment {
    fn now(&self) -> Timestamp {
        let milliseconds = BEGINNING + self.next() as i64;
        Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MAX)
    }

    fn command_id(&self) -> Uuid {
        let digest = blake3::hash(&[self.seed.to_be_bytes(), self.next().to_be_bytes()].concat());
        let mut random = [0; 10];
        random.copy_from_slice(&digest.as_bytes()[..10]);
        uuid_v7(self.now(), random)
    }
}

/// A clock that stands still until it is moved, and ids that follow from a seed. Clones share both.
///
/// ```
/// use cim_runtime::{Environment as _, ManualEnvironment, SignedDuration};
///
/// let clock = ManualEnvironment::new(7);
/// let then = clock.now();
/// assert_eq!(clock.now(), then);
/// clock.set(then + SignedDuration::from_hours(1));
/// assert_eq!(clock.now().duration_since(then), SignedDuration::from_hours(1));
/// ```
#[derive(Debug, Clone)]
pub struct ManualEnvironment {
    clock: watch::Sender<Timestamp>,
    ids: Arc<SeededEnvironment>,
}

impl ManualEnvironment {
    /// The world that follows from `seed`; it begins on 2026-01-01.
    pub fn new(seed: u64) -> Self {
        let beginning = Timestamp::from_millisecond(BEGINNING).unwrap_or(Timestamp::UNIX_EPOCH);
        let ids = Arc::new(SeededEnvironment::new(seed));
        Self { clock: watch::Sender::new(beginning), ids }
    }

    /// The time.
    pub fn time(&self) -> Timestamp {
        *self.clock.borrow()
    }

    /// From now on it is this time.
    pub fn set(&self, time: Timestamp) {
        self.clock.send_replace(time);
    }
}

impl Default for ManualEnvironment {
    fn default() -> Self {
        Self::new(0)
    }
}

impl Environment for ManualEnvironment {
    fn now(&self) -> Timestamp {
        self.time()
    }

    fn command_id(&self) -> Uuid {
        self.ids.command_id()
    }

    fn until(&self, time: Timestamp) -> BoxFuture<'_, ()> {
        let mut clock = self.clock.subscribe();
        Box::pin(async move {
            let _waiting = Waits::begin(time);
            // Whoever moves it is there as long as this is.
            let _ = clock.wait_for(|now| *now >= time).await;
        })
    }
}

tokio::task_local! {
    static WAITS: Waits;
}

/// Whether a future waits for a clock that is moved by hand: whoever moves it must know that nothing
/// happens before.
#[derive(Clone)]
pub(crate) struct Waits {
    times: Arc<Mutex<Vec<Timestamp>>>,
    tell: Arc<dyn Fn(Option<Timestamp>) + Send + Sync>,
}

/// A wait for this time.
struct Waiting {
    of: Waits,
    time: Timestamp,
}

impl Waits {
    /// Runs a future; `tell` is told the first time that it waits for, or that it waits for none.
    pub(crate) async fn told<F: Future>(
        tell: impl Fn(Option<Timestamp>) + Send + Sync + 'static,
        inside: F,
    ) -> F::Output {
        let waits = Self { times: Arc::default(), tell: Arc::new(tell) };
        WAITS.scope(waits, inside).await
    }

    /// Waits for this time until what is returned is dropped; nothing, if nobody is told.
    fn begin(time: Timestamp) -> Option<Waiting> {
        let of = WAITS.try_with(Self::clone).ok()?;
        of.change(|times| times.push(time));
        Some(Waiting { of, time })
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Timestamp>)) {
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut times);
        (self.tell)(times.iter().min().copied());
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.of.change(|times| {
            if let Some(place) = times.iter().position(|time| *time == self.time) {
                times.swap_remove(place);
            }
        });
    }
}

fn uuid_v7(now: Timestamp, random: [u8; 10]) -> Uuid {
    let milliseconds = now.as_millisecond().max(0) as u64;
    uuid::Builder::from_unix_timestamp_millis(milliseconds, &random).into_uuid()
}
