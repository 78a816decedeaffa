//! Commands with an address, and a time.

use std::fmt::Display;

use jiff::{SignedDuration, Span, Timestamp, tz::TimeZone};

use crate::machine::{Command, Handles, InOneAggregate};
use crate::system::IdOf;

/// A command, and the aggregate it is for: what a policy answers with.
///
/// ```
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct CloseDoor;
/// # #[event(Door)] pub struct DoorOpened;
/// # #[event(Door)] pub struct DoorClosed;
/// # #[command(Door)] pub struct OpenDoor;
/// # #[state_machine(initial Closed, Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
/// #     #[transition(Open -> Closed)]
/// #     fn close(&self, _: CloseDoor) -> DoorClosed { DoorClosed }
/// # }
///
/// fn shut(event: &Recorded<DoorOpened>) -> To<CloseDoor> {
///     CloseDoor.to(event.id()).after(5.minutes())
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a policy sends what it answers with"]
pub struct To<C: Command<Of: InOneAggregate>> {
    pub(super) id: IdOf<C>,
    pub(super) command: C,
    pub(super) when: When,
    pub(super) key: Option<String>,
}

/// When a command is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Now,
    At(Timestamp),
    After(Delay),
}

/// A time that passes: `30.days()`, or a [`SignedDuration`].
///
/// Days are those of UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delay(Length);

#[derive(Debug, Clone, Copy)]
enum Length {
    Span(Span),
    Duration(SignedDuration),
}

impl PartialEq for Length {
    fn eq(&self, other: &Self) -> bool {
        self.since(Timestamp::UNIX_EPOCH) == other.since(Timestamp::UNIX_EPOCH)
    }
}

impl Eq for Length {}

impl Length {
    fn since(&self, start: Timestamp) -> Timestamp {
        let after = match self {
            Self::Span(span) => {
                start.to_zoned(TimeZone::UTC).checked_add(*span).map(|after| after.timestamp())
            }
            Self::Duration(duration) => start.checked_add(*duration),
        };
        // Later than any time there is.
        after.unwrap_or(Timestamp::MAX)
    }
}

impl Delay {
    /// The time when it has passed.
    pub fn since(self, start: Timestamp) -> Timestamp {
        self.0.since(start)
    }
}

impl From<Span> for Delay {
    fn from(span: Span) -> Self {
        Self(Length::Span(span))
    }
}

impl From<SignedDuration> for Delay {
    fn from(duration: SignedDuration) -> Self {
        Self(Length::Duration(duration))
    }
}

impl<C: Command<Of: InOneAggregate>> To<C> {
    /// Sends it this long after the event was decided.
    pub fn after(self, delay: impl Into<Delay>) -> Self {
        Self { when: When::After(delay.into()), ..self }
    }

    /// Sends it at this time.
    pub fn at(self, time: Timestamp) -> Self {
        Self { when: When::At(time), ..self }
    }

    /// Gives it a key: of the commands of this type that the policy sends to this aggregate, one at most
    /// waits for its time under each key. The next one under the same key replaces it.
    ///
    /// ```
    /// # use cim_runtime::policy::To;
    /// # use cim_runtime::prelude::*;
    /// # #[derive(DomainId)] pub struct DoorId(String);
    /// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
    /// # #[command(Door)] pub struct SwitchOffLight;
    /// # #[event(Door)] pub struct LightSwitchedOff;
    /// # #[command(Door)] pub struct Pass;
    /// # #[event(Door)] pub struct Passed;
    /// # #[state_machine(initial Lit)]
    /// # impl Door {
    /// #     #[transition(Lit)]
    /// #     fn pass(&self, _: Pass) -> Passed { Passed }
    /// #     #[transition(Lit)]
    /// #     fn off(&self, _: SwitchOffLight) -> LightSwitchedOff { LightSwitchedOff }
    /// # }
    ///
    /// /// Five minutes after the last one has passed, however many there were.
    /// fn dark(event: &Recorded<Passed>) -> To<SwitchOffLight> {
    ///     SwitchOffLight.to(event.id()).after(5.minutes()).keyed("nobody")
    /// }
    /// ```
    pub fn keyed(self, key: impl Display) -> Self {
        Self { key: Some(key.to_string()), ..self }
    }
}

/// Commands of this type that the policy has sent to an aggregate, and whose time has not yet come,
/// are not sent any more.
///
/// ```
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct CloseDoor;
/// # #[event(Door)] pub struct DoorOpened;
/// # #[event(Door)] pub struct DoorClosed;
/// # #[command(Door)] pub struct OpenDoor;
/// # #[state_machine(initial Closed, Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
/// #     #[transition(Open -> Closed)]
/// #     fn close(&self, _: CloseDoor) -> DoorClosed { DoorClosed }
/// # }
///
/// fn closed(event: &Recorded<DoorClosed>) -> Cancel<CloseDoor> {
///     CloseDoor::cancel(event.id())
/// }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a policy cancels what it answers with"]
pub struct Cancel<C: Command<Of: InOneAggregate>> {
    pub(super) id: IdOf<C>,
    pub(super) key: Option<String>,
}

impl<C: Command<Of: InOneAggregate>> Cancel<C> {
    /// Only the one that waits under this key, and none that has another key, or none.
    pub fn keyed(self, key: impl Display) -> Self {
        Self { key: Some(key.to_string()), ..self }
    }
}

/// Commands that can be addressed: all of them.
pub trait Addressed: Command<Of: InOneAggregate> {
    /// The command, for the aggregate with this id.
    fn to(self, id: IdOf<Self>) -> To<Self> {
        To { id, command: self, when: When::Now, key: None }
    }

    /// Takes back what the policy has sent to the aggregate with this id for a later time, whatever its
    /// key.
    fn cancel(id: IdOf<Self>) -> Cancel<Self> {
        Cancel { id, key: None }
    }
}

impl<C: Command<Of: Handles<C> + InOneAggregate>> Addressed for C {}

impl When {
    /// The time, if it is not now.
    pub(super) fn time(self, decided: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Now => None,
            Self::At(time) => Some(time),
            Self::After(delay) => Some(delay.since(decided)),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;

    #[test]
    fn a_delay_is_counted_in_utc() {
        let start: Timestamp = "2026-01-31T12:00:00Z".parse().unwrap();
        let after = |delay: Delay| delay.since(start).to_string();
        assert_eq!(after(30.days().into()), "2026-03-02T12:00:00Z");
        assert_eq!(after(1.month().into()), "2026-02-28T12:00:00Z");
        assert_eq!(after(SignedDuration::from_mins(5).into()), "2026-01-31T12:05:00Z");
        assert_eq!(Delay::from(SignedDuration::MAX).since(start), Timestamp::MAX);
        assert_eq!(Delay::from(1.day()), Delay::from(SignedDuration::from_hours(24)));
    }
}
