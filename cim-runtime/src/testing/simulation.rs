//! A whole system in memory, with a clock that is moved by hand.

use std::fmt;
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use jiff::Timestamp;
use tokio::sync::Mutex;

use super::faults::{Disturbed, Faults, World};

use crate::environment::ManualEnvironment;
use crate::error::Error;
use crate::policy::Delay;
use crate::store::{MemoryStore, Store};
use crate::system::{Handle, Options, System, Workers};

/// A system with its policies and projections, on a store and a clock of its own: the same commands
/// bring the same events, with the same CIDs.
///
/// Dereferences to the [`Handle`].
///
/// ```
/// use cim_runtime::prelude::*;
/// use cim_runtime::testing::Simulation;
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
/// let house = Simulation::<House>::start().await?;
/// house.send(&"front".parse()?, OpenDoor).await?;
/// house.advance(30.days()).await?;
/// # Ok(())
/// # }
/// ```
pub struct Simulation<S> {
    clock: ManualEnvironment,
    processes: Processes<S>,
    disturbance: Option<Disturbance>,
}

/// The processes of a system, and those that were started when they had ended.
struct Processes<S> {
    handle: Handle<S>,
    workers: Workers,
    // What was borrowed of those that have ended stays where it is.
    after: OnceLock<Box<Processes<S>>>,
}

/// What ends them.
struct Disturbance {
    world: Arc<World>,
    store: MemoryStore,
    /// Held by whoever starts them anew.
    starting: Mutex<()>,
}

impl<S: System> Simulation<S> {
    /// Starts the system on an empty store in memory.
    ///
    /// # Errors
    ///
    /// None that are known.
    pub async fn start() -> Result<Self, Error> {
        Self::start_on(Arc::new(MemoryStore::new()), ManualEnvironment::default()).await
    }

    /// Starts the system on an empty store in memory, where these things go wrong.
    ///
    /// Policies and projections that have ended are started anew by whoever waits for them: with
    /// [`settled`](Self::settled) or [`advance`](Self::advance), before anything is asked.
    ///
    /// # Errors
    ///
    /// None that are known.
    pub async fn with_faults(faults: Faults) -> Result<Self, Error> {
        let (clock, store) = (ManualEnvironment::default(), MemoryStore::new());
        let world = Arc::new(World::new(faults));
        let disturbance = Disturbance { world, store, starting: Mutex::default() };
        let processes = disturbance.start(&clock).await?;
        Ok(Self { clock, processes, disturbance: Some(disturbance) })
    }

    /// Starts the system on an empty store in memory, set up otherwise; the clock is its own.
    ///
    /// # Errors
    ///
    /// When a policy cannot be what it was told.
    pub async fn start_with(options: Options) -> Result<Self, Error> {
        let store = Arc::new(MemoryStore::new());
        Self::start_on_with(store, ManualEnvironment::default(), options).await
    }

    /// Starts the system on this store, with this clock.
    ///
    /// # Errors
    ///
    /// When the store cannot keep rows.
    pub async fn start_on(store: Arc<dyn Store>, clock: ManualEnvironment) -> Result<Self, Error> {
        Self::start_on_with(store, clock, Options::default()).await
    }

    /// The same, set up otherwise; the clock is this one.
    ///
    /// # Errors
    ///
    /// When the store cannot keep rows, or a policy cannot be what it was told.
    pub async fn start_on_with(
        store: Arc<dyn Store>,
        clock: ManualEnvironment,
        options: Options,
    ) -> Result<Self, Error> {
        let options = options.environment(clock.clone());
        let processes = Processes::start_with(store, options).await?;
        Ok(Self { clock, processes, disturbance: None })
    }

    /// Waits until nothing is left to do at this time.
    ///
    /// # Errors
    ///
    /// When a policy or a projection has stopped.
    pub async fn settled(&self) -> Result<(), Error> {
        let Some(disturbance) = &self.disturbance else {
            return self.workers().settled().await;
        };
        let world = &disturbance.world;
        loop {
            self.start_anew(disturbance).await?;
            let life = world.life();
            let settled = tokio::select! {
                biased;
                () = world.ended(life) => continue,
                settled = self.workers().settled() => settled,
            };
            if world.life() == life {
                return settled;
            }
        }
    }

    /// Starts what has ended.
    async fn start_anew(&self, disturbance: &Disturbance) -> Result<(), Error> {
        let _starting = disturbance.starting.lock().await;
        // Those that are started may have ended by then.
        while self.ends() != disturbance.world.life() {
            let last = self.processes.last();
            last.workers.abandoned().await;
            let next = disturbance.start(&self.clock).await?;
            last.after.get_or_init(|| Box::new(next));
        }
        Ok(())
    }

    /// Lets this much time pass: whatever becomes due meanwhile is done in its order and at its
    /// time.
    ///
    /// # Errors
    ///
    /// When a policy or a projection has stopped.
    pub async fn advance(&self, time: impl Into<Delay>) -> Result<(), Error> {
        self.advance_to(time.into().since(self.clock.time())).await
    }

    /// Lets time pass up to this one.
    ///
    /// # Errors
    ///
    /// When a policy or a projection has stopped.
    pub async fn advance_to(&self, time: Timestamp) -> Result<(), Error> {
        self.settled().await?;
        while let Some(due) = self.workers().next_due().filter(|due| *due <= time) {
            self.clock.set(due);
            self.settled().await?;
        }
        self.clock.set(time);
        self.settled().await
    }

    /// Its policies and projections.
    pub fn workers(&self) -> &Workers {
        &self.processes.last().workers
    }

    /// How often its policies and projections have ended and were started anew, as planned.
    pub fn ends(&self) -> u32 {
        self.processes.all().skip(1).count() as u32
    }

    /// Its clock.
    pub fn clock(&self) -> &ManualEnvironment {
        &self.clock
    }
}

impl<S: System> Processes<S> {
    async fn start_with(store: Arc<dyn Store>, options: Options) -> Result<Self, Error> {
        let handle = Handle::with_options(store, options);
        let workers = handle.start().await?;
        Ok(Self { handle, workers, after: OnceLock::new() })
    }
}

impl<S> Processes<S> {
    fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::successors(Some(self), |process| process.after.get().map(|after| &**after))
    }

    fn last(&self) -> &Self {
        self.all().last().unwrap_or(self)
    }
}

impl Disturbance {
    /// Starts processes on the store as they see it now.
    async fn start<S: System>(&self, clock: &ManualEnvironment) -> Result<Processes<S>, Error> {
        let life = self.world.life();
        let store = Disturbed::new(self.store.clone(), Arc::clone(&self.world), life);
        // They begin with a snapshot where there is one, and it must know all that is needed.
        let options = Options::default().environment(clock.clone()).snapshot_every(1);
        Processes::start_with(Arc::new(store), options).await
    }
}

impl<S> Deref for Simulation<S> {
    type Target = Handle<S>;

    fn deref(&self) -> &Handle<S> {
        &self.processes.last().handle
    }
}

impl<S> fmt::Debug for Simulation<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation").field("clock", &self.clock).finish_non_exhaustive()
    }
}
