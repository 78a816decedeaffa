//~ whether an address identifies a person depends on the event
use cim_runtime::prelude::*;

#[value]
pub enum Contact {
    Email(#[personal] String),
    Phone { number: String },
}

fn main() {}
