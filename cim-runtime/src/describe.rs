//! A system as data: for people who look at one, and for tools.

use std::fmt;

use serde_json::{Value as Json, json};

use crate::policy::PolicyInfo;
use crate::projection::{Listened, ProjectionInfo};
use crate::system::{AggregateInfo, System};

/// What a system is made of.
///
/// Its text is for people; [`Description::to_json`] is for tools.
///
/// ```
/// use cim_runtime::describe::Description;
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct OpenDoor { pub wide: bool }
/// # #[event(Door)] pub struct DoorOpened;
/// # #[state_machine(initial Closed, terminal Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
/// # }
/// # #[system(aggregates(Door))] pub struct House;
///
/// let text = Description::of::<House>().to_string();
/// assert!(text.contains("OpenDoor {wide: bool}"), "{text}");
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Description {
    aggregates: &'static [AggregateInfo],
    policies: &'static [PolicyInfo],
    projections: &'static [ProjectionInfo],
}

impl Description {
    /// The description of `S`.
    pub fn of<S: System>() -> Self {
        let (policies, projections) = (S::POLICIES, S::PROJECTIONS);
        Self { aggregates: S::AGGREGATES, policies, projections }
    }

    /// One JSON object: `aggregates` with their `machines`, `commands` and `events`, `policies` with
    /// what they react to, `projections` with what they listen to and the `queries` that they answer. Shapes are in the notation of
    /// `cim.lock`.
    pub fn to_json(&self) -> String {
        let aggregates = self.aggregates.iter().map(aggregate);
        let policies = self.policies.iter().map(policy);
        let projections = self.projections.iter().map(projection);
        json!({
            "aggregates": Json::from_iter(aggregates),
            "policies": Json::from_iter(policies),
            "projections": Json::from_iter(projections),
        })
        .to_string()
    }
}

fn aggregate(info: &AggregateInfo) -> Json {
    let states = info.machine.states.iter();
    let commands = (info.doors)().into_iter().flat_map(|door| {
        let command = move |(name, shape): (&'static str, crate::cbor::Shape)| {
            json!({"machine": door.machine, "name": name, "shape": shape.to_string()})
        };
        (door.commands)().into_iter().map(command)
    });
    let events = (info.events)().into_iter().map(|(machine, row)| {
        let (name, version, shape) = (row.name, row.schema, row.shape.to_string());
        json!({
            "machine": machine, "name": name, "version": version, "shape": shape,
            "personal": row.personal,
        })
    });
    json!({
        "name": info.name.as_str(),
        "states": Json::from_iter(states.map(|state| json!({
            "name": state.name, "initial": state.initial, "terminal": state.terminal,
            "takes": state.takes,
        }))),
        "commands": Json::from_iter(commands),
        "events": Json::from_iter(events),
    })
}

fn policy(info: &PolicyInfo) -> Json {
    let routes = info.routes.iter().map(|route| {
        let sends = route.sends.list().into_iter();
        let sends = sends.map(|sent| {
            json!({
                "aggregate": sent.aggregate.as_str(), "command": sent.command,
            })
        });
        json!({
            "on": listened(&route.event), "sends": Json::from_iter(sends), "ends": route.ends,
        })
    });
    json!({"name": info.name, "ends": info.ends, "routes": Json::from_iter(routes)})
}

fn projection(info: &ProjectionInfo) -> Json {
    let queries = info.queries.iter().map(|query| {
        let (question, answer) = (query.question.to_string(), query.answer.to_string());
        json!({"name": query.name, "question": question, "answer": answer})
    });
    json!({
        "name": info.name,
        "on": Json::from_iter(info.listens.iter().map(listened)),
        "queries": Json::from_iter(queries),
    })
}

fn listened(event: &Listened) -> Json {
    json!({"aggregate": event.aggregate.as_str(), "events": event.names()})
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for info in self.aggregates {
            let states: Vec<_> = info.machine.states.iter().map(|state| state.name).collect();
            writeln!(f, "aggregate {}: {}", info.name, states.join(", "))?;
            for door in (info.doors)() {
                for (name, shape) in (door.commands)() {
                    writeln!(f, "  command {name} {shape}")?;
                }
            }
            for (_, row) in (info.events)() {
                write!(f, "  event   {} {} {}", row.name, row.schema, row.shape)?;
                match row.personal {
                    [] => writeln!(f)?,
                    fields => writeln!(f, ", personal: {}", fields.join(", "))?,
                }
            }
        }
        for info in self.policies {
            writeln!(f, "policy {}", info.name)?;
            for route in info.routes {
                let sends = route.sends.list();
                let sends: Vec<_> = sends.iter().map(|sent| sent.command).collect();
                match sends.as_slice() {
                    [] => writeln!(f, "  on {}", route.event)?,
                    sends => writeln!(f, "  on {}: {}", route.event, sends.join(", "))?,
                }
            }
        }
        for info in self.projections {
            let events: Vec<_> = info.listens.iter().map(Listened::to_string).collect();
            writeln!(f, "projection {}: {}", info.name, events.join(", "))?;
            for query in info.queries {
                writeln!(f, "  query   {} {} -> {}", query.name, query.question, query.answer)?;
            }
        }
        Ok(())
    }
}
