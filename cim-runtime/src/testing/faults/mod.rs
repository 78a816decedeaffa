//! Plans of what goes wrong in a system under test.

mod disturbed;
#[cfg(feature = "proptest")]
mod strategy;
mod world;

pub(super) use disturbed::Disturbed;
pub(super) use world::World;

/// What goes wrong while a system runs in a [`Simulation`](super::Simulation): a list of [`Fault`]s,
/// each of which happens once, if its moment comes.
///
/// Who tries again waits before it does, on tokio's clock: with that paused (`start_paused`), a story
/// takes no longer than without faults.
///
/// Whatever goes wrong, once all has settled the system has come to the same: that is the property to
/// write. With the feature `proptest`, `Faults` is drawn by chance, and a plan that breaks the
/// property is cut down to the faults that it takes.
///
/// ```
/// use cim_runtime::prelude::*;
/// use cim_runtime::testing::{Fault, Faults, Simulation};
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct OpenDoor;
/// # #[command(Door)] pub struct CloseDoor;
/// # #[event(Door)] pub struct DoorOpened;
/// # #[event(Door)] pub struct DoorClosed;
/// # #[state_machine(initial Closed, Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
/// #     #[transition(Open -> Closed)]
/// #     fn close(&self, _: CloseDoor) -> DoorClosed { DoorClosed }
/// # }
/// # #[policy] pub fn shut(event: &Recorded<DoorOpened>) -> To<CloseDoor> { CloseDoor.to(event.id()) }
/// # #[system(aggregates(Door), policies(shut))] pub struct House;
///
/// async fn story(faults: Faults) -> Result<DoorState, Box<dyn std::error::Error>> {
///     let house = Simulation::<House>::with_faults(faults).await?;
///     house.send(&"front".parse()?, OpenDoor).await?;
///     house.settled().await?;
///     Ok(house.load::<Door>(&"front".parse()?).await?.state())
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// // The process ends when the policy has closed the door, and before it knows.
/// let faults = Faults::from([Fault::EndBehindCommit { commit: 1 }]);
/// assert_eq!(story(faults).await?, story(Faults::none()).await?);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Faults(Vec<Fault>);

/// Something that goes wrong, and when. Everything is counted from 0, and goes on being counted when
/// processes end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A commit is stored and its answer is lost, so the identical commit is sent again, as a client
    /// of a server does.
    LostAnswer {
        /// Which of all commits.
        commit: u32,
    },
    /// An event is delivered twice to a policy or a projection.
    DeliveredTwice {
        /// Which of those that follow the events, in the order in which they began to.
        consumer: u32,
        /// Which of the events that it gets.
        event: u32,
    },
    /// A policy or a projection is held up while the others get on, so that they run in another order.
    HeldUp {
        /// Which of those that follow the events, in the order in which they began to.
        consumer: u32,
        /// Which of the events that it gets it has to wait for.
        event: u32,
        /// How many turns the others have meanwhile.
        turns: u32,
    },
    /// A transaction of rows is refused, as by a full disk; whoever wanted it tries again.
    RowsRefused {
        /// Which of all transactions.
        transaction: u32,
    },
    /// A transaction of rows is written and its answer is lost; whoever wanted it tries again.
    RowsUnanswered {
        /// Which of all transactions.
        transaction: u32,
    },
    /// All policies and projections end behind a commit, before its answer and before what was taken
    /// is written down, and are started anew.
    EndBehindCommit {
        /// Which of all commits.
        commit: u32,
    },
    /// All policies and projections end before they have written a transaction of rows, and are
    /// started anew.
    EndBeforeRows {
        /// Which of all transactions.
        transaction: u32,
    },
    /// All policies and projections end when they have written a transaction of rows, before they
    /// know and before anything is sent that has become due, and are started anew.
    EndBehindRows {
        /// Which of all transactions.
        transaction: u32,
    },
}

impl Faults {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// Some faults, as they follow from a seed.
    ///
    /// ```
    /// use cim_runtime::testing::Faults;
    ///
    /// assert_eq!(Faults::seeded(7), Faults::seeded(7));
    /// assert_ne!(Faults::seeded(7), Faults::seeded(8));
    /// ```
    pub fn seeded(seed: u64) -> Self {
        let mut numbers = (0_u64..).map(|number| {
            let digest = blake3::hash(&[seed.to_be_bytes(), number.to_be_bytes()].concat());
            let [a, b, c, d, ..] = *digest.as_bytes();
            u32::from_be_bytes([a, b, c, d])
        });
        let mut below = |limit: u32| numbers.next().unwrap_or_default() % limit;
        let count = 1 + below(MOST);
        (0..count)
            .map(|_| Fault::new(below(KINDS), below(MOMENTS), below(CONSUMERS), below(TURNS)))
            .collect()
    }
}

/// How many faults a drawn plan has at most.
const MOST: u32 = 12;
/// At which moments they come: most stories are short.
const MOMENTS: u32 = 24;
const CONSUMERS: u32 = 5;
const TURNS: u32 = 2000;

/// How many kinds of faults there are.
const KINDS: u32 = 8;

impl Fault {
    /// The fault of this kind, below [`KINDS`].
    fn new(kind: u32, moment: u32, consumer: u32, turns: u32) -> Self {
        match kind {
            0 => Self::LostAnswer { commit: moment },
            1 => Self::DeliveredTwice { consumer, event: moment },
            2 => Self::HeldUp { consumer, event: moment, turns },
            3 => Self::RowsRefused { transaction: moment },
            4 => Self::RowsUnanswered { transaction: moment },
            5 => Self::EndBehindCommit { commit: moment },
            6 => Self::EndBeforeRows { transaction: moment },
            _ => Self::EndBehindRows { transaction: moment },
        }
    }
}

impl<const N: usize> From<[Fault; N]> for Faults {
    fn from(faults: [Fault; N]) -> Self {
        Self(faults.into())
    }
}

impl FromIterator<Fault> for Faults {
    fn from_iter<I: IntoIterator<Item = Fault>>(faults: I) -> Self {
        Self(faults.into_iter().collect())
    }
}
