//~ whether a name identifies a person depends on the event
use cim_runtime::prelude::*;

#[value]
pub struct Name {
    #[personal]
    pub given: String,
}

fn main() {}
