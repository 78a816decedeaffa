//! What deciding a command may come to.

use std::fmt;

use crate::cbor::{DecodeError, Decoder, Encoder, Shape, Value};
use crate::machine::Machine;

/// The events of one decision, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Events<E> {
    /// Accepted, and nothing happened.
    None,
    /// The usual case.
    One(E),
    /// Several, stored together or not at all.
    Many(Vec<E>),
}

impl<E> Events<E> {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Whether nothing happened.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The events, in order.
    pub fn as_slice(&self) -> &[E] {
        match self {
            Events::None => &[],
            Events::One(event) => std::slice::from_ref(event),
            Events::Many(events) => events,
        }
    }
}

impl<E> Events<E> {
    /// The events, each made into another.
    pub(crate) fn map<T>(self, wrap: fn(E) -> T) -> Events<T> {
        match self {
            Events::None => Events::None,
            Events::One(event) => Events::One(wrap(event)),
            Events::Many(events) => Events::Many(events.into_iter().map(wrap).collect()),
        }
    }

    /// One event or none.
    #[doc(hidden)]
    #[inline]
    pub fn from_option<T>(event: Option<T>, wrap: impl FnOnce(T) -> E) -> Self {
        match event {
            Some(event) => Events::One(wrap(event)),
            None => Events::None,
        }
    }

    /// Any number of events.
    #[doc(hidden)]
    pub fn from_vec<T>(events: Vec<T>, wrap: impl Fn(T) -> E) -> Self {
        Events::Many(events.into_iter().map(wrap).collect())
    }
}

/// What a machine answers to a command.
pub type Decision<M> = Result<Events<<M as Machine>::Event>, Rejection<<M as Machine>::Refusal>>;

/// A return type that may refuse.
#[doc(hidden)]
pub trait Fallible {
    /// What it refuses with.
    type Refusal;
}

impl<T, R> Fallible for Result<T, R> {
    type Refusal = R;
}

/// Holds for return types that refuse as the whole machine `A` does: with `R`.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{A}` refuses with `{R}`, and cannot also return `{Self}`",
    label = "refuses with something else",
    note = "whoever sends a command knows one type of refusal: put the reasons of both into one `#[value]` enum"
)]
pub trait RefusesWith<A, R>: Fallible {
    /// The refusal, as the machine's rejection.
    fn refused(refusal: Self::Refusal) -> Rejection<R>;
}

impl<T, A, R> RefusesWith<A, R> for Result<T, R> {
    #[inline]
    fn refused(refusal: R) -> Rejection<R> {
        Rejection::Refused(refusal)
    }
}

/// How a machine says no: a `#[value]` type.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a refusal",
    label = "not a `#[value]`",
    note = "callers in other processes are told why: write `#[value]` on `{Self}`, or return a type of your own that has it, such as an enum of the reasons"
)]
pub trait Refusal: Value + fmt::Debug + PartialEq + Send + Sync + 'static {}

// `#[value]` writes the others. One impl for whatever is comparable, debuggable and so on would have
// rustc say so of each bound apart.
impl Refusal for String {}
impl Refusal for Never {}

/// Why a command came to nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rejection<R> {
    /// The machine's rules say no.
    Refused(R),
    /// The state takes no such command.
    NotNow,
    /// The state of the aggregate closes the region that would decide.
    Closed,
}

/// Has no values: the refusal of a machine that never refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Never {}

impl fmt::Display for Never {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {}
    }
}

impl Value for Never {
    const SHAPE: Shape = Shape::Of("never");

    fn encode(&self, _: &mut Encoder) {
        match *self {}
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Err(from.error("there is no such value"))
    }
}

/// One of up to four events: what a method returns whose outcomes lead to different states.
///
/// Answer with [`one_of`]:
///
/// ```
/// use cim_runtime::prelude::*;
///
/// #[derive(Debug, PartialEq)]
/// struct Withdrawn;
/// #[derive(Debug, PartialEq)]
/// struct Overdrawn;
///
/// fn withdraw(balance: u64, cents: u64) -> OneOf<Withdrawn, Overdrawn> {
///     if cents > balance { one_of(Overdrawn) } else { one_of(Withdrawn) }
/// }
///
/// assert_eq!(withdraw(10, 20), OneOf::Second(Overdrawn));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OneOf<A, B, C = Never, D = Never> {
    /// The first alternative.
    First(A),
    /// The second.
    Second(B),
    /// The third.
    Third(C),
    /// The fourth.
    Fourth(D),
}

/// Makes one of the alternatives of a [`OneOf`] the answer.
pub fn one_of<T, E, I>(event: E) -> T
where
    E: Among<T, I>,
{
    event.into_one_of()
}

/// Holds for each alternative of a [`OneOf`]; `I` is its index, which is inferred.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not one of the events this method may answer with",
    label = "not among the alternatives of `{T}`",
    note = "name `{Self}` in the method's `OneOf<…>` and in its `#[transition(…)]`, or answer with an event that is named there"
)]
pub trait Among<T, I> {
    /// This event, as the answer.
    fn into_one_of(self) -> T;
}

/// The index of an alternative.
#[doc(hidden)]
#[derive(Debug)]
pub struct Index<const N: usize>;

impl<A, B, C, D> Among<OneOf<A, B, C, D>, Index<0>> for A {
    fn into_one_of(self) -> OneOf<A, B, C, D> {
        OneOf::First(self)
    }
}

impl<A, B, C, D> Among<OneOf<A, B, C, D>, Index<1>> for B {
    fn into_one_of(self) -> OneOf<A, B, C, D> {
        OneOf::Second(self)
    }
}

impl<A, B, C, D> Among<OneOf<A, B, C, D>, Index<2>> for C {
    fn into_one_of(self) -> OneOf<A, B, C, D> {
        OneOf::Third(self)
    }
}

impl<A, B, C, D> Among<OneOf<A, B, C, D>, Index<3>> for D {
    fn into_one_of(self) -> OneOf<A, B, C, D> {
        OneOf::Fourth(self)
    }
}
