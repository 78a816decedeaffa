//! Times, to the microsecond, and days.

use jiff::Timestamp;
use jiff::civil::Date;

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

/// A day of the calendar is stored as its text, `2026-11-21`: in no time zone it is another.
impl Value for Date {
    const SHAPE: Shape = Shape::Of("date");

    fn encode(&self, to: &mut Encoder) {
        to.text(&self.to_string());
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let before = from.clone();
        let text = from.text()?;
        // A text that is read, and would be written otherwise, is a second form of the same day.
        match text.parse::<Date>() {
            Ok(date) if date.to_string() == text => Ok(date),
            _ => Err(before.error(format!("`{text}` is no day such as `2026-11-21`"))),
        }
    }
}
