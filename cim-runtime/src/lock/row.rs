//! A machine's events as data: under which name, in which version and shape each is stored.

use crate::cbor::Shape;
use crate::machine::MachineTable;

/// One version of an event, as it is stored.
///
/// ```
/// # use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct OpenDoor;
/// # #[state_machine(initial Closed, terminal Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor, cx: &Context<Self>) -> DoorOpened {
/// #         DoorOpened { by: cx.actor() }
/// #     }
/// # }
/// #[event(Door, unread)]
/// pub struct DoorOpened {
///     pub by: Actor,
/// }
///
/// let row = Door::MACHINE.events[0];
/// assert_eq!((row.name, row.schema), ("DoorOpened", 1));
/// assert_eq!(row.shape.to_string(), "{by: text}");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRow {
    /// The name under which it is stored, such as `OrderPlaced`.
    pub name: &'static str,
    /// Its version, from 1.
    pub schema: u32,
    /// How its fields are encoded.
    pub shape: Shape,
    /// The version before, which is read as this one.
    pub before: Option<&'static EventRow>,
}

impl EventRow {
    /// This version and those before it, the newest first.
    pub fn versions(&self) -> impl Iterator<Item = &EventRow> {
        std::iter::successors(Some(self), |row| row.before)
    }
}

/// What `#[state_machine]` asserts of its table.
impl MachineTable {
    /// The newest version of the event that is stored under this name; 0 if there is none.
    #[doc(hidden)]
    pub const fn version_of(&self, event: &str) -> u32 {
        match position(self.events, 0, event) {
            Some(index) => self.events[index].schema,
            None => 0,
        }
    }

    /// Whether no two events are stored under one name: the machine would read each as the first.
    #[doc(hidden)]
    pub const fn has_distinct_events(&self) -> bool {
        let mut i = 0;
        while i < self.events.len() {
            if position(self.events, i + 1, self.events[i].name).is_some() {
                return false;
            }
            i += 1;
        }
        true
    }
}

/// The first event with this name, from an index on.
const fn position(events: &[EventRow], from: usize, name: &str) -> Option<usize> {
    let mut i = from;
    while i < events.len() {
        if same(events[i].name.as_bytes(), name.as_bytes()) {
            return Some(i);
        }
        i += 1;
    }
    None
}

/// `==`, which does not exist at compile time.
const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut i = 0;
    while i < a.len() && i < b.len() && a[i] == b[i] {
        i += 1;
    }
    i == a.len() && i == b.len()
}
