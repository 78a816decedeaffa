//! Times, as people write them on a command line and as they are shown.

use cim_runtime::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use serde::{Serialize as _, Serializer};

/// Reads a time with its zone, or a date or a time without one, which are UTC.
pub(crate) fn parse(text: &str) -> Result<Timestamp, String> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Ok(time);
    }
    let expected = "expected a time such as 2026-03-01, 2026-03-01T12:30 (both UTC) or 2026-03-01T12:30:00+01:00";
    let time: DateTime = text.parse().map_err(|_| expected.to_owned())?;
    let time = time.to_zoned(TimeZone::UTC).map_err(|_| expected.to_owned())?;
    Ok(time.timestamp())
}

/// A time as it is shown: in UTC, to the microsecond, so that texts sort as times do.
pub(crate) fn text(time: Timestamp) -> String {
    format!("{time:.6}")
}

/// A time that may be missing, in JSON.
pub(crate) fn optional<S: Serializer>(time: &Option<Timestamp>, to: S) -> Result<S::Ok, S::Error> {
    time.map(text).serialize(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_and_times_without_a_zone_are_utc() {
        for (text, time) in [
            ("2026-03-01", "2026-03-01T00:00:00Z"),
            ("2026-03-01T12:30", "2026-03-01T12:30:00Z"),
            ("2026-03-01 12:30:05", "2026-03-01T12:30:05Z"),
            ("2026-03-01T12:30:00+01:00", "2026-03-01T11:30:00Z"),
        ] {
            assert_eq!(parse(text), Ok(time.parse().unwrap()), "{text}");
        }
        assert!(parse("yesterday").unwrap_err().contains("2026-03-01"));
    }
}
