//! Events into rows of a database: a page of them is a transaction.

use std::panic::AssertUnwindSafe;

use futures::FutureExt as _;
use jiff::Timestamp;
use sqlx::{Pool, Transaction};

use super::books::Standing;
use super::database::Statements as _;
use super::{ConnectionOf, Doing, Failure, SqlProjection};
use crate::observe;
use crate::projection::{
    Fate, Incoming, OnFailure, Parked, Stopped, decided_at, said, takes_what_is_left, unreadable,
};
use crate::store::{StoreError, StoreErrorKind, StoredEvent};

/// How many events are taken in with one transaction, at most.
const PAGE: usize = 1024;

/// Who writes the rows of a projection.
pub(super) struct Worker<P: SqlProjection> {
    pool: Pool<P::Database>,
    standing: Standing,
    /// When the event at its position was decided, once it was seen.
    at: Option<Timestamp>,
}

/// Why an event was not taken in.
enum Trouble {
    /// The database cannot be reached, or may do it later.
    Passing(Stopped),
    /// It is the event's, at this place of the page.
    Fault(Fault),
}

struct Fault {
    index: usize,
    problem: String,
    /// Whether nothing more is to be done.
    stops: bool,
}

type Begun<P> = Transaction<'static, <P as SqlProjection>::Database>;

impl<P: SqlProjection> Worker<P> {
    /// Whoever writes the rows in this database, from where they are.
    pub(super) async fn open(pool: Pool<P::Database>) -> Result<Self, Stopped> {
        let mut db = pool.acquire().await.map_err(unreachable::<P>)?;
        let found = P::Database::standing(&mut db, P::NAME).await;
        let standing = match found {
            Ok(Some(standing)) => standing,
            // Nobody was here before, and the tables may not be there either.
            Ok(None) | Err(sqlx::Error::Database(_)) => {
                P::Database::prepare(&mut db).await.map_err(unreachable::<P>)?;
                P::Database::enter(&mut db, P::NAME).await.map_err(unreachable::<P>)?;
                let entered = P::Database::standing(&mut db, P::NAME).await;
                entered.map_err(unreachable::<P>)?.ok_or_else(overtaken::<P>)?
            }
            Err(error) => return Err(unreachable::<P>(error)),
        };
        drop(db);
        Ok(Self { pool, standing, at: None })
    }

    /// How far its rows are.
    pub(super) fn standing(&self) -> &Standing {
        &self.standing
    }

    /// When the event at its position was decided.
    pub(super) fn at(&self) -> Option<Timestamp> {
        self.at
    }

    /// Whether this program has made the rows, of the events of a store in which this one is at
    /// their position.
    pub(super) fn goes_on(&mut self, at_position: Option<&StoredEvent>) -> bool {
        let standing = &self.standing;
        let goes_on =
            standing.generation > 0 && standing.code == P::CODE && standing.follows(at_position);
        self.at = at_position.filter(|_| goes_on).and_then(decided_at);
        goes_on
    }

    /// Makes the tables anew, which answer from position `target` on.
    pub(super) async fn begin_anew(&mut self, target: u64) -> Result<(), Stopped> {
        let generation = self.standing.generation + 1;
        let (code, shape) = (P::CODE, P::SHAPE);
        let empty = Standing { generation, code, shape, position: 0, target, last: None };
        let mut tx = self.advance(&empty).await?;
        P::Database::unpark(&mut tx, P::NAME).await.map_err(unreachable::<P>)?;
        if let Err(problem) = doing(P::reset(&mut tx)).await {
            let problem = match passing::<P>(problem) {
                Ok(stopped) => return Err(stopped),
                Err(problem) => problem,
            };
            return Err(Stopped::Event(format!("its tables cannot be made: {problem}")));
        }
        tx.commit().await.map_err(unreachable::<P>)?;
        (self.standing, self.at) = (empty, None);
        Ok(())
    }

    /// Takes in a page of events, in order.
    pub(super) async fn apply(&mut self, events: &[StoredEvent]) -> Result<(), Stopped> {
        for page in events.chunks(PAGE) {
            self.take_in(page).await?;
        }
        Ok(())
    }

    /// Takes in these events, but for those that cannot be.
    async fn take_in(&mut self, mut events: &[StoredEvent]) -> Result<(), Stopped> {
        while !events.is_empty() {
            let index = match (self.take_in_together(events).await, events) {
                (Ok(()), _) => return Ok(()),
                (Err(Trouble::Passing(stopped)), _) => return Err(stopped),
                (Err(Trouble::Fault(fault)), [event]) => return self.give_up(event, fault).await,
                (Err(Trouble::Fault(fault)), _) => fault.index,
            };
            // Nothing is left of them. Whether it is the event that has failed, or one before it
            // that has failed unseen, shows when they are apart.
            let (before, behind) = events.split_at(index.max(1));
            Box::pin(self.take_in(before)).await?;
            events = behind;
        }
        Ok(())
    }

    /// Takes in all of these events, or none.
    async fn take_in_together(&mut self, events: &[StoredEvent]) -> Result<(), Trouble> {
        // Some of them may be in the rows since the page was begun.
        let done = events.partition_point(|event| event.position <= self.standing.position);
        let Some(last) = events[done..].last() else { return Ok(()) };
        let to = self.standing.behind(last);
        let mut tx = self.advance(&to).await.map_err(Trouble::Passing)?;
        for (index, event) in events.iter().enumerate().skip(done) {
            if let Err(trouble) = handle::<P>(&mut tx, event).await {
                // A connection that is gone has undone it, too.
                let _ = tx.rollback().await;
                return Err(match trouble {
                    Trouble::Fault(fault) => Trouble::Fault(Fault { index, ..fault }),
                    passing => passing,
                });
            }
        }
        if let Err(problem) = finish::<P>(tx, &to).await? {
            // Which of them it was nobody knows.
            let index = (done + events.len()) / 2;
            let fault = Fault::failed::<P>(at(last, &problem));
            return Err(Trouble::Fault(Fault { index, ..fault }));
        }
        (self.standing, self.at) = (to, decided_at(last));
        Ok(())
    }

    /// Does what is to be done with an event that cannot be taken in.
    async fn give_up(&mut self, event: &StoredEvent, fault: Fault) -> Result<(), Stopped> {
        let Fault { problem, stops, .. } = fault;
        if stops {
            return Err(Stopped::Event(problem));
        }
        tracing::error!(projection = P::NAME, problem, "an event was put aside");
        self.park(event, problem).await?;
        observe::parked(P::NAME);
        Ok(())
    }

    async fn park(&mut self, event: &StoredEvent, problem: String) -> Result<(), Stopped> {
        let envelope =
            event.envelope().map_err(|error| Stopped::Event(unreadable(event, &error)))?;
        let parked = Parked {
            cid: event.cid,
            event_type: envelope.event_type.to_owned(),
            aggregate: envelope.aggregate.to_owned(),
            id: envelope.id.to_owned(),
            problem,
        };
        let to = self.standing.behind(event);
        let mut tx = self.advance(&to).await?;
        let row = P::Database::park(&mut tx, P::NAME, event.position, &parked);
        row.await.map_err(unreachable::<P>)?;
        tx.commit().await.map_err(unreachable::<P>)?;
        (self.standing, self.at) = (to, decided_at(event));
        Ok(())
    }

    /// A transaction that has moved the projection on. Until it ends nobody else moves it, and
    /// whoever waits for that is refused then: before it has written anything.
    async fn advance(&self, to: &Standing) -> Result<Begun<P>, Stopped> {
        let mut tx = self.pool.begin().await.map_err(unreachable::<P>)?;
        let moved = P::Database::advance(&mut tx, P::NAME, &self.standing, to).await;
        match moved.map_err(unreachable::<P>)? {
            true => Ok(tx),
            false => Err(overtaken::<P>()),
        }
    }
}

impl Fault {
    fn failed<P: SqlProjection>(problem: String) -> Self {
        Self { index: 0, problem, stops: P::ON_FAILURE == OnFailure::Stop }
    }
}

/// Ends a transaction; says why not, if its methods have left one that cannot be written.
async fn finish<P: SqlProjection>(
    mut tx: Begun<P>,
    to: &Standing,
) -> Result<Result<(), String>, Trouble> {
    // Of a transaction in which a statement has failed, a commit writes nothing and says nothing.
    let ended = match P::Database::standing(&mut tx, P::NAME).await {
        Ok(Some(standing)) if standing == *to => tx.commit().await,
        Ok(_) => return Ok(Err("a method has ended the transaction".to_owned())),
        Err(error) => Err(error),
    };
    let Err(error) = ended else { return Ok(Ok(())) };
    match passing::<P>(error.into()) {
        Ok(stopped) => Err(Trouble::Passing(stopped)),
        Err(problem) => Ok(Err(format!("what it has written cannot stay: {problem}"))),
    }
}

/// Hands an event to the projection. A panic is a failure like any other.
async fn handle<P: SqlProjection>(
    db: &mut ConnectionOf<P>,
    event: &StoredEvent,
) -> Result<(), Trouble> {
    let unreadable = |problem: &dyn std::fmt::Display| {
        let problem = unreadable(event, problem);
        Trouble::Fault(Fault { index: 0, problem, stops: true })
    };
    let envelope = event.envelope().map_err(|error| unreadable(&error))?;
    let mut incoming = Incoming::new(event, &envelope);
    let mut handled = doing(P::handle(db, &mut incoming)).await;
    if const { takes_what_is_left(P::LISTENS) } && handled.is_ok() && incoming.offer_again() {
        handled = doing(P::handle(db, &mut incoming)).await;
    }
    match (handled, incoming.fate()) {
        (Ok(()), Fate::Unreadable(problem)) => Err(unreadable(&problem)),
        (Ok(()), _) => Ok(()),
        (Err(failure), _) => Err(match passing::<P>(failure) {
            Ok(stopped) => Trouble::Passing(stopped),
            Err(problem) => Trouble::Fault(Fault::failed::<P>(at(event, &problem))),
        }),
    }
}

fn at(event: &StoredEvent, problem: &str) -> String {
    format!("event {}: {problem}", event.position)
}

async fn doing(work: Doing<'_>) -> Result<(), Failure> {
    let done = AssertUnwindSafe(work).catch_unwind().await;
    done.unwrap_or_else(|panic| Err(Failure::Said(format!("it panicked: {}", said(&*panic)))))
}

/// Why to try again later; otherwise, what is said of a statement that will not succeed then either.
fn passing<P: SqlProjection>(failure: Failure) -> Result<Stopped, String> {
    match failure {
        Failure::Database(error) if is_passing::<P>(&error) => Ok(unreachable::<P>(error)),
        failure => Err(failure.to_string()),
    }
}

fn is_passing<P: SqlProjection>(error: &sqlx::Error) -> bool {
    use sqlx::Error::{
        BeginFailed, Database, Io, PoolClosed, PoolTimedOut, Protocol, Tls, WorkerCrashed,
    };
    match error {
        Database(error) => error.code().is_some_and(|code| P::Database::is_passing(&code)),
        Io(_) | Tls(_) | Protocol(_) | PoolTimedOut | PoolClosed | WorkerCrashed | BeginFailed => {
            true
        }
        _ => false,
    }
}

/// The database does not do what the framework asks of it.
pub(super) fn unreachable<P: SqlProjection>(error: sqlx::Error) -> Stopped {
    Stopped::Store(not_reached::<P>(&error))
}

/// The same, as the store says such things.
pub(super) fn not_reached<P: SqlProjection>(error: &sqlx::Error) -> StoreError {
    let text = format!("the database of the projection `{}`: {error}", P::NAME);
    StoreError::new(StoreErrorKind::Io, text)
}

fn overtaken<P: SqlProjection>() -> Stopped {
    let text = format!("another process writes the rows of the projection `{}`", P::NAME);
    Stopped::Store(StoreError::new(StoreErrorKind::Locked, text))
}
