//! States: of one machine, and of a machine with its regions.

use std::fmt::Debug;
use std::hash::Hash;

use super::{Command, Machine, MachineTable, Unknown};

/// The states of a machine: an enum without data.
pub trait MachineState: Copy + Eq + Hash + Debug + Send + Sync + 'static {
    /// Every state, in the order of the machine's header.
    const ALL: &'static [Self];
    /// The machine these are the states of, as data.
    const MACHINE: &'static MachineTable;
    /// Where every instance starts.
    const INITIAL: Self = Self::ALL[Self::MACHINE.initial()];

    /// Its place in the header, from 0.
    fn index(self) -> usize {
        Self::ALL.iter().position(|state| *state == self).unwrap_or_default()
    }

    /// The name in the header.
    fn name(self) -> &'static str {
        Self::MACHINE.states[self.index()].name
    }

    /// The commands that this state takes, in the order of the machine's methods.
    fn allowed(self) -> Vec<&'static str> {
        Self::MACHINE.states[self.index()].takes.to_vec()
    }

    /// Whether this state takes the command `C`: a command of another machine does not compile.
    ///
    /// What a command is refused for in a state that takes it, only its method knows.
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
    /// assert!(DoorState::Closed.can::<OpenDoor>());
    /// assert!(!DoorState::Open.can::<OpenDoor>());
    /// ```
    fn can<C: TakenIn<Self>>(self) -> bool {
        Self::MACHINE.states[self.index()].takes.contains(&C::NAME)
    }
}

/// Holds for the commands of the machine whose states are `S`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a command of the machine with the states `{S}`",
    label = "no state of `{S}` takes it",
    note = "a state is asked for the commands of its own machine: those that `{S}::allowed` names"
)]
pub trait TakenIn<S>: Command {}

#[diagnostic::do_not_recommend]
impl<C: Command<Of: HasStates<S>>, S> TakenIn<S> for C {}

/// Holds for the machine whose states are `S`. Of a command that belongs to nobody knows whom,
/// everybody is right.
#[doc(hidden)]
pub trait HasStates<S> {}

#[diagnostic::do_not_recommend]
impl<M: Machine> HasStates<M::State> for M {}
#[diagnostic::do_not_recommend]
impl<S> HasStates<S> for Unknown {}

/// Where an instance stands: the state of its machine, and those of the regions.
///
/// Without regions that is the state itself; with them, a tuple of the state and, in the order of
/// the header, where each region stands.
pub trait Standing: Copy + Eq + Hash + Debug + Send + Sync + 'static {
    /// The states of the machine itself.
    type State: MachineState;
    /// Where every instance starts.
    const INITIAL: Self;

    /// The state of the machine itself.
    fn state(self) -> Self::State;

    /// The names of all states, the machine's own first.
    fn names(self) -> Vec<&'static str>;

    /// What [`Standing::names`] are the names of; `None` if one of them is no state's.
    fn from_names(names: &mut dyn Iterator<Item = &str>) -> Option<Self>;
}

impl<S: MachineState> Standing for S {
    type State = S;
    const INITIAL: Self = S::INITIAL;

    #[inline]
    fn state(self) -> S {
        self
    }

    fn names(self) -> Vec<&'static str> {
        vec![self.name()]
    }

    fn from_names(names: &mut dyn Iterator<Item = &str>) -> Option<Self> {
        let name = names.next()?;
        S::ALL.iter().copied().find(|state| state.name() == name)
    }
}

macro_rules! with_regions {
    ($($region:ident $index:tt),*) => {
        impl<S: MachineState, $($region: Standing),*> Standing for (S, $($region),*) {
            type State = S;
            const INITIAL: Self = (S::INITIAL, $($region::INITIAL),*);

            #[inline]
            fn state(self) -> S {
                self.0
            }

            fn names(self) -> Vec<&'static str> {
                let mut names = self.0.names();
                $(names.extend(self.$index.names());)*
                names
            }

            fn from_names(names: &mut dyn Iterator<Item = &str>) -> Option<Self> {
                Some((S::from_names(names)?, $($region::from_names(names)?),*))
            }
        }
    };
}

with_regions!(A 1);
with_regions!(A 1, B 2);
with_regions!(A 1, B 2, C 3);
with_regions!(A 1, B 2, C 3, D 4);
with_regions!(A 1, B 2, C 3, D 4, E 5);
with_regions!(A 1, B 2, C 3, D 4, E 5, F 6);
with_regions!(A 1, B 2, C 3, D 4, E 5, F 6, G 7);
with_regions!(A 1, B 2, C 3, D 4, E 5, F 6, G 7, H 8);
