//! People as other programs give and take them.
//!
//! A [`PersonRecord`] is all that commands can say of a person, without its history. It has two forms:
//! a line of JSON ([`json`]), which has all of it, and a vCard ([`vcard`](crate::vcard)), which has
//! what cards have.

pub mod json;
mod record;
mod taking;

pub use record::{
    EmailEntry, EmploymentEntry, NameEntry, PersonRecord, PhoneEntry, ProfileEntry,
    RelationshipEntry, SkillEntry, SkillProof, Status,
};
pub(crate) use taking::named;
pub use taking::{Taken, Taking, in_order};
