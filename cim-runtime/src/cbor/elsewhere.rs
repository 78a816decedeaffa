//! Types that everybody knows and that cannot be stored: rustc says what to use instead.

use std::time::{Duration, Instant, SystemTime};

use jiff::{SignedDuration, Zoned};

use super::value::Container;
use super::{DecodeError, Decoder, Encoder, Shape, Value};

/// Holds for lengths of time that have one encoding. As with [`OneOrder`](super::OneOrder), nothing
/// implements it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{T}` has no encoding: it does not say in which unit it is stored",
    label = "use a whole number",
    note = "store a number of a unit that the field's name tells, such as `timeout_seconds: u64`"
)]
pub trait OneUnit<T> {}

/// Holds for times that have one encoding. Nothing implements it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{T}` has no encoding: it means something on one machine alone, or in one time zone",
    label = "use `Timestamp`",
    note = "a decision takes the time from its context, `cx.now()`, which is a `Timestamp`"
)]
pub trait OneClock<T> {}

/// Holds for numbers of the same size everywhere. Nothing implements it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{T}` has no encoding: DAG-CBOR has whole numbers of up to 64 bits, of one size on every machine, and `f64`",
    label = "use `u64`, `i64`, or `f64`",
    note = "for money and the like, count whole cents in a `u64`"
)]
pub trait OneSize<T> {}

/// Holds for texts. Nothing implements it.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{T}` has no encoding: DAG-CBOR has texts, and no single letters",
    label = "use `String`",
    note = "a text of one letter is a text"
)]
pub trait OneText<T> {}

macro_rules! refused {
    ($($ty:ty: $reason:ident),* $(,)?) => {
        $(
            // Of a bound with a lifetime rustc does not notice here that it never holds.
            impl Value for $ty
            where
                for<'a> &'a Container: $reason<$ty>,
            {
                const SHAPE: Shape = Shape::Of("none");

                fn encode(&self, _: &mut Encoder) {}

                fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                    Err(from.error("has no encoding"))
                }
            }
        )*
    };
}

refused! {
    Duration: OneUnit,
    SignedDuration: OneUnit,
    Instant: OneClock,
    SystemTime: OneClock,
    Zoned: OneClock,
    usize: OneSize,
    isize: OneSize,
    u128: OneSize,
    i128: OneSize,
    f32: OneSize,
    char: OneText,
}
