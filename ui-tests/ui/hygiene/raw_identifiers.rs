//! Raw identifiers wherever a name may stand.

use cim_runtime::prelude::*;

#[derive(DomainId)]
pub struct r#OrderId(String);

#[allow(non_camel_case_types)]
#[aggregate(domain = "pass", id = OrderId)]
#[derive(Default)]
pub struct r#move {
    r#type: u32,
}

#[command(r#move)]
pub struct Go {
    pub r#type: u32,
    pub r#in: Choice,
}

#[value]
#[allow(non_camel_case_types)]
pub enum Choice {
    r#if { r#else: u32 },
    r#loop,
}

#[event(r#move)]
#[allow(non_camel_case_types)]
pub struct r#yield {
    pub r#type: u32,
}

#[state_machine(initial r#async, terminal r#final)]
impl r#move {
    #[transition(r#async -> r#final)]
    fn r#do(&self, cmd: Go) -> r#yield {
        r#yield { r#type: cmd.r#type + self.r#type }
    }

    #[apply]
    fn r#dyn(&mut self, event: &r#yield) {
        self.r#type = event.r#type;
    }
}

#[allow(non_camel_case_types)]
#[derive(Tables)]
pub struct r#while {
    r#use: Table<OrderId, u32>,
}

#[allow(non_camel_case_types)]
#[value]
pub struct r#where {
    pub r#for: OrderId,
}

#[projection]
impl r#while {
    #[on]
    fn r#let(&mut self, event: &Recorded<r#yield>) {
        self.r#use.insert(&event.id(), event.event.r#type);
    }

    #[query]
    fn r#match(&self, question: r#where) -> Option<u32> {
        self.r#use.get(&question.r#for)
    }
}

#[policy]
pub fn r#match(event: &Recorded<r#yield>) -> Cancel<Go> {
    Go::cancel(event.id())
}

#[policy(name = "static")]
impl r#while {
    #[on]
    fn r#static(&mut self, _: &Recorded<r#yield>) {}
}

#[system(aggregates(r#move), policies(r#match, r#while), projections(r#while))]
pub struct r#Shop;
