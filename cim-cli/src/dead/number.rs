//! The numbers of dead letters, as people write them.

use std::fmt;
use std::str::FromStr;

/// The position of an event, and which of its commands it is: `4711.0`, or `4711` for the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Number(pub(super) (u64, u32));

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self((position, index)) = self;
        write!(f, "{position}.{index}")
    }
}

impl FromStr for Number {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (position, index) = text.split_once('.').unwrap_or((text, "0"));
        let number = position.parse().ok().zip(index.parse().ok());
        number.map(Self).ok_or_else(|| {
            "a dead letter's number is that of its event and of the command, such as 4711.0"
                .to_owned()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_read_as_it_is_shown() {
        let number = Number((4711, 2));
        assert_eq!(number.to_string().parse(), Ok(number));
        assert_eq!("4711".parse(), Ok(Number((4711, 0))));
        for text in ["", ".", "1.", "x", "1.2.3", "-1"] {
            assert!(text.parse::<Number>().is_err(), "{text}");
        }
    }
}
