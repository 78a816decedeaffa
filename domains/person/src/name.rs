//! Names of people, in every script.

use std::fmt;

use cim_runtime::prelude::*;

use crate::text::is_plain;

/// How somebody is called. Who has one name only has a given one.
#[value]
#[derive(Default, Eq)]
pub struct PersonName {
    pub given: String,
    pub family: Option<String>,
    /// Middle names, patronymics, and whatever else there is, in their order.
    pub others: Vec<String>,
    pub order: NameOrder,
}

/// Which name is said first.
#[value]
#[derive(Copy, Default, Eq)]
pub enum NameOrder {
    #[default]
    GivenFirst,
    /// As in Chinese, Hungarian, Japanese, Korean, Vietnamese.
    FamilyFirst,
}

/// Why something is no name.
#[value]
#[derive(Copy, Eq)]
pub enum NoName {
    /// Nothing to be seen, a control character, a mark that turns the direction of writing, or more
    /// than 200 characters.
    Unprintable,
    /// More than 20 names.
    TooMany,
}

impl PersonName {
    /// A given and a family name.
    pub fn new(given: impl Into<String>, family: impl Into<String>) -> Self {
        Self { given: given.into(), family: Some(family.into()), ..Self::default() }
    }

    pub(crate) fn check(&self) -> Result<(), NoName> {
        let mut parts = self.parts();
        if self.others.len() > 20 {
            return Err(NoName::TooMany);
        }
        if !parts.all(|part| is_plain(part, 200)) {
            return Err(NoName::Unprintable);
        }
        Ok(())
    }

    /// The names in the order in which they are said.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        let given = [&self.given].into_iter().chain(&self.others).map(String::as_str);
        let (first, last) = match self.order {
            NameOrder::GivenFirst => (None, self.family.as_deref()),
            NameOrder::FamilyFirst => (self.family.as_deref(), None),
        };
        first.into_iter().chain(given).chain(last)
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts().collect::<Vec<_>>().join(" "))
    }
}
