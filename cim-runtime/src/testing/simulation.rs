//! A whole system in memory, with a clock that is moved by hand.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use jiff::Timestamp;

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
    handle: Handle<S>,
    workers: Workers,
    clock: ManualEnvironment,
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
        let handle = Handle::with_options(store, options.environment(clock.clone()));
        let workers = handle.start().await?;
        Ok(Self { handle, workers, clock })
    }

    /// Waits until nothing is left to do at this time.
    ///
    /// # Errors
    ///
    /// When a policy or a projection has stopped.
    pub async fn settled(&self) -> Result<(), Error> {
        self.workers.settled().await
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
        while let Some(due) = self.workers.next_due().filter(|due| *due <= time) {
            self.clock.set(due);
            self.settled().await?;
        }
        self.clock.set(time);
        self.settled().await
    }

    /// Its policies and projections.
    pub fn workers(&self) -> &Workers {
        &self.workers
    }

    /// Its clock.
    pub fn clock(&self) -> &ManualEnvironment {
        &self.clock
    }
}

impl<S> Deref for Simulation<S> {
    type Target = Handle<S>;

    fn deref(&self) -> &Handle<S> {
        &self.handle
    }
}

impl<S> fmt::Debug for Simulation<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation").field("clock", &self.clock).finish_non_exhaustive()
    }
}
