//! How an event is stored, as data.

use crate::cbor::Shape;

/// One version of an event, as it is stored.
///
/// ```
/// # use cim_runtime::prelude::*;
/// # pub struct Order;
/// use cim_runtime::event::Event as _;
///
/// #[event(Order, name = "OrderCancelled")]
/// pub struct Before;
///
/// #[event(Order, version = 2, upcast = Before)]
/// pub struct OrderCancelled {
///     pub by: Actor,
/// }
///
/// # impl From<Before> for OrderCancelled {
/// #     fn from(_: Before) -> Self { Self { by: Actor::default() } }
/// # }
/// let row = OrderCancelled::ROW;
/// assert_eq!((row.name, row.schema), ("OrderCancelled", 2));
/// assert_eq!(row.shape.to_string(), "{by: text}");
///
/// let versions: Vec<u32> = row.versions().map(|row| row.schema).collect();
/// assert_eq!(versions, [2, 1]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventRow {
    /// The name under which it is stored, such as `OrderPlaced`.
    pub name: &'static str,
    /// Its version, from 1.
    pub schema: u32,
    /// How its fields are encoded.
    pub shape: Shape,
    /// Which of its fields identify a person, by the names that they are stored under.
    pub personal: &'static [&'static str],
    /// The version before, which is read as this one.
    pub before: Option<&'static EventRow>,
}

impl EventRow {
    /// This version and those before it, the newest first.
    pub fn versions(&self) -> impl Iterator<Item = &EventRow> {
        std::iter::successors(Some(self), |row| row.before)
    }

    /// The newest version of the event that is stored under this name; 0 if none of these is.
    #[doc(hidden)]
    pub const fn newest(events: &[Self], name: &str) -> u32 {
        match position(events, 0, name) {
            Some(index) => events[index].schema,
            None => 0,
        }
    }

    /// Whether no two events are stored under one name: a machine would read each as the first.
    #[doc(hidden)]
    pub const fn are_distinct(events: &[Self]) -> bool {
        let mut i = 0;
        while i < events.len() {
            if position(events, i + 1, events[i].name).is_some() {
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
