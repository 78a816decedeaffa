//! An aggregate is any struct with a default.

use cim_runtime::prelude::*;

macro_rules! machine {
    ($owner:ident, $command:ident, $event:ident) => {
        #[command($owner)]
        pub struct $command;

        #[event($owner)]
        pub struct $event;

        #[state_machine(initial Here)]
        impl $owner {
            #[transition(Here)]
            fn happen(&self, _: $command) -> $event {
                $event
            }
        }
    };
}

#[derive(DomainId)]
pub struct AnyId(u32);

#[aggregate(domain = "pass", id = AnyId)]
#[derive(Default)]
pub struct Unit;
machine!(Unit, DoUnit, UnitDone);

#[aggregate(domain = "pass", id = AnyId, name = "tuple-struct_2")]
#[derive(Default)]
pub struct Tuple(u32, Option<String>);
machine!(Tuple, DoTuple, TupleDone);

/// Several aggregates may share the type of their ids, and a default may be written by hand.
#[aggregate(id = AnyId, domain = "pass", name = "fields",)]
pub struct Fields {
    pub(crate) count: u64,
}
machine!(Fields, DoFields, FieldsDone);

impl Default for Fields {
    fn default() -> Self {
        Self { count: 7 }
    }
}

#[system(aggregates(Unit, self::Tuple, Fields,))]
pub struct All;
