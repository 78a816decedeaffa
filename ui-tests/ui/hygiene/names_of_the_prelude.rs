//! Commands, events and values with the names of std and of the runtime.

use cim_runtime::prelude::{
    Addressed as _, Cancel, DomainId, Recorded, Tables, aggregate, command, event, policy,
    projection, state_machine, system, value,
};

#[derive(DomainId)]
pub struct OrderId(std::string::String);

#[aggregate(domain = "pass", id = OrderId)]
#[derive(Default)]
pub struct Machine {
    count: u64,
}

#[value]
pub struct String {
    pub value: u64,
}

#[value]
pub enum Error {
    None,
    Some,
    Ok(u64),
    Err { error: u64 },
}

#[command(Machine)]
pub struct Command {
    pub strings: std::vec::Vec<String>,
}

#[command(Machine)]
pub struct Vec;

#[event(Machine)]
pub struct Event {
    pub string: String,
}

#[event(Machine)]
pub struct Option;

#[event(Machine)]
pub struct Result;

#[state_machine(initial Value, Self_, terminal Never)]
impl Machine {
    #[transition(Value -> Self_)]
    fn decide(&self, command: Command) -> std::result::Result<Event, Error> {
        let value = self.count + command.strings.len() as u64;
        Ok(Event { string: String { value } })
    }

    #[transition(Value)]
    fn handles(&self, _: Vec) -> Option {
        Option
    }

    #[transition(Self_ -> Never)]
    fn next(&self, _: Vec) -> Result {
        Result
    }

    #[apply]
    fn apply(&mut self, event: &Event) {
        self.count = event.string.value;
    }
}

#[derive(Tables)]
pub struct Projection {
    each: cim_runtime::prelude::Table<OrderId, u64>,
}

#[value]
pub struct Query;

#[value]
pub struct Incoming;

/// With the names of the traits' own methods.
#[projection]
impl Projection {
    #[on]
    fn handle(&mut self, event: &Recorded<Event>) {
        self.each.insert(&event.id(), event.position);
    }

    #[on]
    fn open(&mut self, _: &Recorded<Option>) -> std::result::Result<(), std::string::String> {
        Ok(())
    }

    #[on]
    fn each(&mut self, _: &Recorded<Result>) {}

    #[query]
    fn answer(&self, _: Query) -> std::option::Option<Error> {
        None
    }

    #[query]
    fn hand(&self, _: Incoming) -> std::vec::Vec<String> {
        std::vec::Vec::new()
    }
}

/// With the names of what is in scope where it is called.
#[policy]
pub fn plan(event: &Recorded<Event>) -> Cancel<Vec> {
    Vec::cancel(event.id())
}

#[policy]
pub fn incoming(event: &Recorded<Option>) -> Cancel<Vec> {
    Vec::cancel(event.id())
}

#[derive(Tables)]
pub struct Policy {}

#[policy]
impl Policy {
    #[on]
    fn react(&self, event: &Recorded<Event>) -> Cancel<Command> {
        Command::cancel(event.id())
    }

    #[on]
    fn open(&mut self, _: &Recorded<Result>) {}
}

#[system(aggregates(Machine), policies(plan, incoming, Policy), projections(Projection))]
pub struct System;
