//! Days as cards write them (RFC 6350, 4.3.1).

use cim_runtime::prelude::Date;

use super::error::Flaw;
use super::line::Property;

/// The day that a property says; `None` if it is told in words.
pub(super) fn day(line: &Property, property: &'static str) -> Result<Option<Date>, Flaw> {
    if line.first("VALUE").is_some_and(|value| value.eq_ignore_ascii_case("text")) {
        return Ok(None);
    }
    let value = || line.value.clone();
    // Of a time the day counts.
    let text = line.value.split(['T', 't']).next().unwrap_or_default();
    let is_part = text.starts_with("--") || matches!(text.len(), 4 | 7) && is_digits(text);
    if is_part {
        return Err(Flaw::DayInPart { property, value: value() });
    }
    let digits: String = match (text.len(), text.as_bytes()) {
        (10, [_, _, _, _, b'-', _, _, b'-', _, _]) => text.replace('-', ""),
        _ => text.to_owned(),
    };
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
    let is_day = digits.len() == 8 && digits.bytes().all(|digit| digit.is_ascii_digit());
    let date = || {
        let (year, month, day) = (number(0, 4)?, number(4, 6)?, number(6, 8)?);
        Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
    };
    match is_day.then(date).flatten() {
        Some(date) => Ok(Some(date)),
        None => Err(Flaw::NoDay { property, value: value() }),
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|digit| digit.is_ascii_digit() || digit == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Result<Option<Date>, Flaw> {
        day(&Property::parse(&format!("BDAY{value}")).unwrap(), "BDAY")
    }

    #[test]
    fn each_form_of_a_whole_day_is_read() {
        let born = Date::constant(1815, 12, 10);
        for value in [":18151210", ":1815-12-10", ":18151210T102200", ";VALUE=date:18151210"] {
            assert_eq!(read(value).unwrap(), Some(born), "{value}");
        }
        assert_eq!(read(";VALUE=text:about 1800").unwrap(), None);
    }

    #[test]
    fn what_is_no_whole_day_is_told_apart() {
        for value in [":--1210", ":---10", ":1815", ":1815-12"] {
            assert!(matches!(read(value), Err(Flaw::DayInPart { .. })), "{value}");
        }
        for value in [":18151310", ":18150229", ":yesterday", ":", ":1815-1-1", ":１８１５1210"]
        {
            assert!(matches!(read(value), Err(Flaw::NoDay { .. })), "{value}");
        }
    }
}
