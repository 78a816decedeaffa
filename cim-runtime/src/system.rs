//! The door to a running domain.

use std::marker::PhantomData;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex};

use futures::future::BoxFuture;
use jiff::Timestamp;
use uuid::Uuid;

use crate::actor::Actor;
use crate::cache::LiveCache;
use crate::config::Config;
use crate::driver::Driver;
use crate::engine::{Cause, Live, Message, Sent};
use crate::environment::{Environment, SystemEnvironment};
use crate::error::{Error, SendError};
use crate::lock::EventRow;
use crate::machine::{Aggregate, Command, Handles, InOneAggregate, MachineTable};
use crate::outside::Outside;
use crate::parts::Whole;
use crate::policy::{PolicyInfo, StartedPolicies};
use crate::projection::{
    Ask, Projection, ProjectionHandle, ProjectionInfo, Query, Registry, Started,
};
use crate::recorded::{self, Recorded};
use crate::settings::Configured;
use crate::store::{self, Store};
use crate::subject::{AggregateName, StreamName};

pub use crate::door::CommandDoor;
pub use crate::workers::Workers;

/// A domain, wired: what `#[system]` writes for the type it stands on.
pub trait System: Send + Sync + 'static {
    /// The aggregates of the domain.
    const AGGREGATES: &'static [AggregateInfo];
    /// Its projections.
    const PROJECTIONS: &'static [ProjectionInfo] = &[];
    /// Its policies.
    const POLICIES: &'static [PolicyInfo] = &[];
}

/// An aggregate of a system, as data.
#[derive(Debug, Clone, Copy)]
pub struct AggregateInfo {
    /// Its name in subjects and blocks.
    pub name: AggregateName,
    /// Its machine.
    pub machine: &'static MachineTable,
    /// How its events are stored, each with the name of its machine: those of its regions, too.
    pub events: fn() -> Vec<(&'static str, EventRow)>,
    /// Its commands, by machine: its own, and those of its regions.
    pub doors: fn() -> Vec<CommandDoor>,
}

/// Holds for each aggregate that a system names.
#[diagnostic::on_unimplemented(
    message = "`{A}` is not part of the system `{Self}`",
    label = "`{Self}` does not name this aggregate",
    note = "add it to `#[system(aggregates(…))]`"
)]
pub trait Includes<A> {}

/// Holds for each projection that a system names.
#[diagnostic::on_unimplemented(
    message = "`{P}` is not part of the system `{Self}`",
    label = "`{Self}` does not name this projection",
    note = "add it to `#[system(…, projections(…))]`"
)]
pub trait Shows<P> {}

/// The same, said of the projection: rustc can only name it where it is known before the system is
/// asked whether it shows it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not part of the system `{S}`",
    label = "`{S}` does not name the projection that answers this",
    note = "add it to `#[system(…, projections(…))]`"
)]
pub trait ShownBy<S> {}

#[diagnostic::do_not_recommend]
impl<P, S: Shows<P>> ShownBy<S> for P {}

/// Holds for the commands of the aggregates that the system `S` names.
#[diagnostic::on_unimplemented(
    message = "the system `{S}` does not know the aggregate of the command `{Self}`",
    label = "no aggregate of `{S}` decides it",
    note = "add the aggregate to `#[system(aggregates(…))]`"
)]
pub trait SentTo<S> {}

#[diagnostic::do_not_recommend]
impl<C, S> SentTo<S> for C
where
    C: Command<Of: InOneAggregate>,
    S: Includes<OwnerOf<C>>,
{
}

/// The aggregate that a command is sent to: whose machine, or a region of it, decides the command.
pub type OwnerOf<C> = <<C as Command>::Of as InOneAggregate>::Owner;

/// The id of the aggregate that a command is sent to.
pub type IdOf<C> = <OwnerOf<C> as Aggregate>::Id;

/// How many live aggregates a handle keeps, unless told otherwise.
const LIVE_AGGREGATES: NonZeroUsize = NonZeroUsize::new(100_000).unwrap();

/// After how many events an aggregate gets a new snapshot, unless told otherwise.
const SNAPSHOT_EVERY: u64 = 100;

/// A system on a store: `Shop::open("shop.cim").await?` returns one.
///
/// Cheap to clone; all clones share the store and the cache of live aggregates. The methods that
/// set the actor, the cause, the time or the id return a handle that differs in that alone. All of
/// it runs on tokio.
///
/// ```
/// # use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct OpenDoor;
/// # #[event(Door)] pub struct DoorOpened;
/// # #[state_machine(initial Closed, terminal Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
/// # }
/// # #[system(aggregates(Door))] pub struct House;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let house = House::open("memory:").await?;
/// let id: DoorId = "front".parse()?;
///
/// let sent = house.acting_as(Actor::new("alice")).send(&id, OpenDoor).await?;
/// assert_eq!(sent.version(), 1);
///
/// let door = house.load::<Door>(&id).await?;
/// assert_eq!(door.state(), DoorState::Open);
///
/// // What the business refuses is told apart from what the machine cannot do.
/// let error = house.send(&id, OpenDoor).await.unwrap_err();
/// assert!(error.is_refusal());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Handle<S> {
    shared: Arc<Shared>,
    outside: Arc<Outside>,
    actor: Actor,
    cause: Option<Cause>,
    at: Option<Timestamp>,
    command_id: Option<Uuid>,
    system: PhantomData<fn() -> S>,
}

#[derive(Debug)]
struct Shared {
    driver: Arc<Driver>,
    projections: Arc<Registry>,
}

/// What a handle is made from.
#[derive(Debug, Clone)]
pub struct Options {
    environment: Arc<dyn Environment>,
    live_aggregates: NonZeroUsize,
    snapshot_every: u64,
    max_events: u64,
    outside: Outside,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            environment: Arc::new(SystemEnvironment),
            live_aggregates: LIVE_AGGREGATES,
            snapshot_every: SNAPSHOT_EVERY,
            max_events: u64::MAX,
            outside: Outside::default(),
        }
    }
}

impl Options {
    /// Where time and ids come from.
    #[must_use]
    pub fn environment(mut self, environment: impl Environment) -> Self {
        self.environment = Arc::new(environment);
        self
    }

    /// How many live aggregates are kept; 100,000 unless told otherwise.
    #[must_use]
    pub fn live_aggregates(mut self, count: NonZeroUsize) -> Self {
        self.live_aggregates = count;
        self
    }

    /// After how many events an aggregate gets a new snapshot; 100 unless told otherwise.
    #[must_use]
    pub fn snapshot_every(mut self, events: u64) -> Self {
        self.snapshot_every = events.max(1);
        self
    }

    /// How many events an aggregate may have; as many as there are, unless told otherwise. Commands
    /// that would bring more are refused with [`Error::Full`].
    #[must_use]
    pub fn max_events_per_aggregate(mut self, events: u64) -> Self {
        self.max_events = events;
        self
    }

    /// What effects get that take a `&T`: a mailer, a client of a service.
    #[must_use]
    pub fn provide<T: Send + Sync + 'static>(mut self, value: T) -> Self {
        self.outside.put(value);
        self
    }

    /// What policies with settings of this type are told, whatever a configuration says.
    #[must_use]
    pub fn settings<T: Configured>(mut self, settings: T) -> Self {
        self.outside.put(settings);
        self
    }
}

impl<S: System> Handle<S> {
    /// Opens the store at `url`: `memory:`, `file:DIR`, a path, or `nats://HOST/STREAM`.
    ///
    /// # Errors
    ///
    /// When there is no such store, another process has it open, or the medium refuses.
    pub async fn open(url: impl Into<String>) -> Result<Self, Error> {
        Ok(Self::over(store::connect_for(url.into(), domains::<S>()).await?))
    }

    /// Opens the store that a configuration names, and is set up as it says.
    ///
    /// # Errors
    ///
    /// As [`Handle::open`], when no store is named, and [`Error::Settings`] when it tells policies
    /// what they do not understand.
    pub async fn configured(config: &Config) -> Result<Self, Error> {
        let policies = config.policies.clone();
        #[cfg(feature = "config")]
        let policies = policies.of(S::POLICIES)?;
        let store = config.open_store_for(domains::<S>()).await?;
        let mut options = Options::default();
        if let Some(events) = config.event_store.snapshot_threshold {
            options = options.snapshot_every(events);
        }
        if let Some(events) = config.event_store.max_events_per_aggregate {
            options = options.max_events_per_aggregate(events);
        }
        options.outside.configured = policies;
        Ok(Self::with_options(store, options))
    }

    /// The system on a store that is open already.
    pub fn over(store: Arc<dyn Store>) -> Self {
        Self::with_options(store, Options::default())
    }

    /// The same, set up otherwise.
    pub fn with_options(store: Arc<dyn Store>, options: Options) -> Self {
        let driver = Driver {
            store,
            environment: options.environment,
            live: LiveCache::new(options.live_aggregates),
            snapshot_every: options.snapshot_every,
            max_events: options.max_events,
            snapshots: Mutex::new(Whole::new()),
        };
        let shared = Shared { driver: Arc::new(driver), projections: Arc::default() };
        Self {
            shared: Arc::new(shared),
            outside: Arc::new(options.outside),
            actor: Actor::default(),
            cause: None,
            at: None,
            command_id: None,
            system: PhantomData,
        }
    }

    /// The store.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.shared.driver.store
    }

    /// A handle whose commands are sent on behalf of `actor`.
    #[must_use]
    pub fn acting_as(&self, actor: impl Into<Actor>) -> Self {
        Self { actor: actor.into(), ..self.clone() }
    }

    /// A handle whose commands are reactions to an event: they inherit its correlation.
    #[must_use]
    pub fn because_of(&self, cause: impl Into<Cause>) -> Self {
        Self { cause: Some(cause.into()), ..self.clone() }
    }

    /// A handle whose commands are sent at this time, and not now: for what has happened before.
    #[must_use]
    pub fn at(&self, time: Timestamp) -> Self {
        Self { at: Some(time), ..self.clone() }
    }

    /// A handle for sending one command under an id of your own. However often a command with
    /// this id is sent to an aggregate, its events are stored once: the answer is
    /// [`Sent::Repeated`] from the second time on, also in another process.
    ///
    /// Send it because of the same event each time, or each time because of none: what was stored
    /// is found by the correlation. A command that was refused or that changed nothing left no
    /// trace, and is decided again.
    #[must_use]
    pub fn with_command_id(&self, id: Uuid) -> Self {
        Self { command_id: Some(id), ..self.clone() }
    }

    /// A handle that starts effects with this value, which those get that take a `&T`: a mailer, a
    /// client of a service.
    #[must_use]
    pub fn provide<T: Send + Sync + 'static>(&self, value: T) -> Self {
        let mut outside = Outside::clone(&self.outside);
        outside.put(value);
        Self { outside: Arc::new(outside), ..self.clone() }
    }

    /// A handle that starts policies with settings of this type as they are here, whatever a
    /// configuration says.
    #[must_use]
    pub fn with_settings<T: Configured>(&self, settings: T) -> Self {
        let mut outside = Outside::clone(&self.outside);
        outside.put(settings);
        Self { outside: Arc::new(outside), ..self.clone() }
    }

    /// Sends a command to the aggregate with this id, and returns once its events are stored.
    ///
    /// Commands to one aggregate are decided one after the other. When another process changes
    /// the aggregate meanwhile, the command is decided again on what it is then.
    ///
    /// # Errors
    ///
    /// [`SendError::Refused`] and [`SendError::NotNow`] when the business says no,
    /// [`SendError::Error`] when the machine does.
    pub fn send<'a, C>(
        &'a self,
        id: &'a IdOf<C>,
        command: C,
    ) -> BoxFuture<'a, Result<Sent, SendError<C::Of>>>
    where
        C: Command<Of: Handles<C> + InOneAggregate> + SentTo<S>,
    {
        // A box for each command, so that what must hold of it is asked once: the future of an
        // `async fn` asks all of it again wherever it is made or awaited, and each time rustc would
        // tell the same mistake.
        Box::pin(async move { self.shared.driver.send(id, command, &self.message()).await })
    }

    /// The aggregate with this id, as the store has it now.
    ///
    /// An id without events gives an aggregate in its initial state, at version 0.
    ///
    /// # Errors
    ///
    /// When the store cannot be read, or holds events that do not form a sound stream.
    pub fn load<'a, A>(&'a self, id: &'a A::Id) -> BoxFuture<'a, Result<Live<A>, Error>>
    where
        A: Aggregate,
        S: Includes<A>,
    {
        Box::pin(async move {
            let store = self.store();
            let mut live = Live::<A>::new(id)?;
            if let Ok(Some(snapshot)) = store.snapshot(live.stream()).await {
                live.start_from(&snapshot);
            }
            let mut events = store.read_stream(live.stream(), live.read_after()).await?;
            while !live.read(&events)? {
                events = store.read_stream(live.stream(), 0).await?;
            }
            Ok(live)
        })
    }

    /// The history of the aggregate with this id, after version `after`: each event with its time,
    /// its actor and its causes, re-hashed.
    ///
    /// # Errors
    ///
    /// When the store cannot be read, or holds events that this program does not know.
    pub fn history<'a, A>(
        &'a self,
        id: &'a A::Id,
        after: u64,
    ) -> BoxFuture<'a, Result<Vec<Recorded<A::Event>>, Error>>
    where
        A: Aggregate,
        S: Includes<A>,
    {
        Box::pin(async move {
            let stream = StreamName::new(A::NAME.as_str(), &id.to_string())?;
            let events = self.store().read_stream(&stream, after).await?;
            let read = |(version, event)| {
                let unreadable =
                    |problem| Error::Replay { stream: stream.clone(), version, problem };
                recorded::read::<A>(event).map_err(unreadable)
            };
            (after + 1..).zip(&events).map(read).collect()
        })
    }

    /// Starts the system's projections and policies, which run as long as what is returned is kept.
    ///
    /// # Errors
    ///
    /// When the place where they keep their rows cannot be opened, [`Error::Settings`] when a policy
    /// cannot be what it was told, and [`Error::NotProvided`] when an effect needs what nobody has
    /// provided.
    pub async fn start(&self) -> Result<Workers, Error> {
        let (driver, store) = (Arc::clone(&self.shared.driver), Arc::clone(self.store()));
        let rows = store.rows().await?;
        let mut workers = Workers::new(Arc::clone(&driver), rows.as_ref());
        let registry = Arc::clone(&self.shared.projections);
        let environment = Arc::clone(&driver.environment);
        let outside = Arc::clone(&self.outside);
        let started = Started {
            store,
            rows: Arc::clone(&rows),
            registry,
            environment,
            outside: Arc::clone(&outside),
        };
        workers.project(S::PROJECTIONS, &started)?;
        workers.react(S::POLICIES, &StartedPolicies { driver, rows, outside })?;
        Ok(workers)
    }

    /// Asks a projection.
    ///
    /// # Errors
    ///
    /// [`Error::NotStarted`] when nobody has called [`Handle::start`], [`Error::Behind`] when the
    /// projection has not reached in time what the answer must know, [`Error::Stopped`] when it
    /// cannot, and the errors of the store.
    pub fn ask<Q: Query<Of: ShownBy<S>>>(&self, question: Q) -> Ask<Q::Answer> {
        Ask::here(Arc::clone(&self.shared.projections), question)
    }

    /// A projection that was started: how far it is, and what can be done with it.
    ///
    /// # Errors
    ///
    /// [`Error::NotStarted`] when nobody has called [`Handle::start`].
    pub fn projection<P: Projection>(&self) -> Result<ProjectionHandle<P>, Error>
    where
        S: Shows<P>,
    {
        let cell = self.shared.projections.cell::<P>()?;
        let environment = Arc::clone(&self.shared.driver.environment);
        Ok(ProjectionHandle::new(cell, Arc::clone(self.store()), environment))
    }

    /// What carries its commands out.
    #[cfg(feature = "jetstream")]
    pub(crate) fn driver(&self) -> &Driver {
        &self.shared.driver
    }

    /// The projections that run.
    #[cfg(feature = "jetstream")]
    pub(crate) fn registry(&self) -> &Arc<Registry> {
        &self.shared.projections
    }

    pub(crate) fn message(&self) -> Message {
        let environment = &self.shared.driver.environment;
        let now = self.at.unwrap_or_else(|| environment.now());
        Message {
            command_id: self.command_id.unwrap_or_else(|| environment.command_id()),
            repeatable: self.command_id.is_some(),
            actor: self.actor.clone(),
            // To the microsecond, as it is stored: a decision must not see more than replay would.
            now: Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now),
            cause: self.cause,
        }
    }
}

/// The domains of a system's aggregates.
fn domains<S: System>() -> impl Iterator<Item = &'static str> {
    S::AGGREGATES.iter().map(|aggregate| aggregate.name.domain())
}

impl<S> Clone for Handle<S> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            outside: Arc::clone(&self.outside),
            actor: self.actor.clone(),
            cause: self.cause,
            at: self.at,
            command_id: self.command_id,
            system: PhantomData,
        }
    }
}
