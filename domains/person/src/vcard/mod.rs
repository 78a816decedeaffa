//! vCard 4.0 (RFC 6350): what cards say of a person, read strictly and written.
//!
//! | property | of the person |
//! |---|---|
//! | `UID` | the id: a UUID, or an id that follows from the text; without one, from the whole card |
//! | `N`, `FN` | the name; of `FN` alone all of it is given name |
//! | `BDAY`, `DEATHDATE` (RFC 6474) | the days |
//! | `EMAIL`, `TEL` | addresses and numbers; `PREF=1` is the preferred one |
//! | `SOCIALPROFILE` (RFC 9554) | profiles, with `SERVICE-TYPE` and `USERNAME` |
//! | `EXPERTISE` (RFC 6715) | skills, with `LEVEL` |
//! | `LANG` | the language that is preferred |
//! | `ORG`, `TITLE` | employments; those of one group (`job1.ORG`, `job1.TITLE`) belong together |
//! | `RELATED` | relationships with other people of whom a UUID is given |
//!
//! Other properties are passed over, as the standard asks. What a card has no property for, such as
//! consents, is not in it: for all of a person there is [`json`](crate::exchange::json). Parameters
//! that begin with `X-` say what the standard has no word for, and are read back.
//!
//! ```
//! use cim_person::vcard::Cards;
//!
//! let file = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Ada\r\nEMAIL:ada@example.org\r\nEND:VCARD\r\n\
//!             BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Grace\r\nEND:VCARD\r\n";
//! let cards: Vec<_> = Cards::new(file.as_bytes()).collect();
//! assert_eq!(cards[0].as_ref().unwrap().record.name.given, "Ada");
//! let error = cards[1].as_ref().unwrap_err();
//! assert!(error.to_string().starts_with("line 7: "), "{error}");
//! ```

mod cards;
mod date;
mod error;
mod line;
mod lines;
mod reading;
mod words;
mod writing;

pub use cards::{Card, Cards};
pub use error::{BadCard, Flaw};
pub use writing::write;
