//~ whether an address identifies a person depends on the event
use cim_runtime::prelude::*;

#[value]
pub enum Contact {
    #[personal]
    Email(String),
    None,
}

fn main() {}
