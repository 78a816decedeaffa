//! `initial`, `terminal`, and `mealy` are words only before a name.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct LetterId(String);

#[aggregate(domain = "pass", id = LetterId)]
#[derive(Default)]
pub struct Letter {}

#[command(Letter)]
pub struct Write;

#[event(Letter)]
pub struct Written;

#[allow(non_camel_case_types)]
#[state_machine(initial initial, terminal, terminal on)]
impl Letter {
    #[transition(initial -> terminal)]
    #[transition(terminal -> on)]
    fn write(&self, _: Write) -> Written {
        Written
    }
}
