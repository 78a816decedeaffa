//! Times, to the microsecond.

use jiff::Timestamp;

use super::{DecodeError, Decoder, Encoder, Shape, Value};

/// A time is stored as whole microseconds since 1970-01-01T00:00:00Z: exact in every language,
/// JavaScript's numbers included, for the next 280 years. Finer parts are cut off.
impl Value for Timestamp {
    const SHAPE: Shape = Shape::Of("time");

    #[inline]
    fn encode(&self, to: &mut Encoder) {
        to.signed(self.as_microsecond());
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let microseconds = from.signed()?;
        Timestamp::from_microsecond(microseconds)
            .map_err(|_| from.error(format!("{microseconds} µs since 1970 is no time")))
    }
}
