//! Every type that may stand inside an id.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct Text(String);

#[derive(DomainId)]
pub struct Random(Uuid);

#[derive(DomainId)]
pub struct Number(pub u64);

#[derive(DomainId)]
pub struct Signed(pub(crate) i16);

/// What is not a text is an id as it is.
pub fn made() -> (Random, Number, Signed) {
    (Uuid::nil().into(), 7.into(), (-7).into())
}
