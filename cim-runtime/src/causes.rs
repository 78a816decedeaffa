//! What brings what about in a system: commands, events, policies and projections as a graph.

use std::collections::BTreeSet;
use std::fmt::{self, Write as _};

use serde_json::{Value as Json, json};

use crate::machine::{MachineTable, TransitionRow};
use crate::projection::{Listened, ListenedEvents};
use crate::system::System;

/// A part of a system that something leads to, or that leads to something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// A command of an aggregate.
    Command {
        /// Such as `shop.order`.
        aggregate: &'static str,
        /// Such as `PlaceOrder`.
        name: &'static str,
    },
    /// An event of an aggregate.
    Event {
        /// Such as `shop.order`.
        aggregate: &'static str,
        /// Such as `OrderPlaced`.
        name: &'static str,
    },
    /// A policy.
    Policy(&'static str),
    /// A projection.
    Projection(&'static str),
}

/// The map of causes of a system: command → event → policy → command, and event → projection.
///
/// ```
/// use cim_runtime::causes::CauseMap;
/// use cim_runtime::prelude::*;
/// # #[derive(DomainId)] pub struct DoorId(String);
/// # #[aggregate(domain = "house", id = DoorId)] #[derive(Default)] pub struct Door {}
/// # #[command(Door)] pub struct OpenDoor;
/// # #[event(Door)] pub struct DoorOpened;
/// # #[state_machine(initial Closed, terminal Open)]
/// # impl Door {
/// #     #[transition(Closed -> Open)]
/// #     fn open(&self, _: OpenDoor) -> DoorOpened { DoorOpened }
/// # }
/// # #[system(aggregates(Door))] pub struct House;
///
/// let map = CauseMap::of::<House>();
/// let (command, event) = &map.arrows()[0];
/// assert_eq!(format!("{command} → {event}"), "OpenDoor → DoorOpened");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CauseMap {
    arrows: Vec<(Part, Part)>,
}

impl CauseMap {
    /// The map of `S`, which says of itself what it is made of.
    pub fn of<S: System>() -> Self {
        let mut arrows = BTreeSet::new();
        for aggregate in S::AGGREGATES {
            decided(aggregate.name.as_str(), aggregate.machine, &mut arrows);
        }
        for policy in S::POLICIES {
            for route in policy.routes {
                for event in heard(&route.event, policy.routes.iter().map(|route| route.event)) {
                    arrows.insert((event, Part::Policy(policy.name)));
                }
                for sent in route.sends.list() {
                    let (aggregate, name) = (sent.aggregate.as_str(), sent.command);
                    arrows.insert((Part::Policy(policy.name), Part::Command { aggregate, name }));
                }
            }
        }
        for projection in S::PROJECTIONS {
            for listened in projection.listens {
                for event in heard(listened, projection.listens.iter().copied()) {
                    arrows.insert((event, Part::Projection(projection.name)));
                }
            }
        }
        Self { arrows: arrows.into_iter().collect() }
    }

    /// What leads to what, sorted.
    pub fn arrows(&self) -> &[(Part, Part)] {
        &self.arrows
    }

    /// The map as a Mermaid flowchart (<https://mermaid.js.org/syntax/flowchart.html>).
    pub fn to_mermaid(&self) -> String {
        let parts: BTreeSet<_> = self.arrows.iter().flat_map(|(from, to)| [from, to]).collect();
        let parts: Vec<_> = parts.into_iter().collect();
        let mut text = String::from("flowchart LR\n");
        for (number, part) in parts.iter().enumerate() {
            let (open, close) = part.brackets();
            // A `String` takes whatever is written to it.
            let _ = writeln!(text, "    n{number}{open}\"{part}\"{close}");
        }
        let number = |part: &Part| parts.binary_search(&part).unwrap_or_default();
        for (from, to) in &self.arrows {
            let _ = writeln!(text, "    n{} --> n{}", number(from), number(to));
        }
        text
    }

    /// The map as a JSON array of `{"from": …, "to": …}`; each part has a `kind` and a `name`, and
    /// an `aggregate` if it belongs to one.
    pub fn to_json(&self) -> String {
        let arrow = |(from, to): &(Part, Part)| json!({"from": from.json(), "to": to.json()});
        Json::from_iter(self.arrows.iter().map(arrow)).to_string()
    }
}

/// The commands of a machine and its regions, and the events that they bring.
fn decided(aggregate: &'static str, table: &MachineTable, arrows: &mut BTreeSet<(Part, Part)>) {
    let mut before: Option<&TransitionRow> = None;
    let mut command = None;
    for row in table.transitions {
        if !before.is_some_and(|before| row.is_of_the_command_of(before)) {
            command = row.command;
        }
        if let Some(name) = command {
            arrows.insert((Part::Command { aggregate, name }, event(aggregate, row.event)));
        }
        before = Some(row);
    }
    for region in table.regions {
        decided(aggregate, region.machine, arrows);
    }
}

/// The events that a method takes, if these are all that its owner listens to.
fn heard(listened: &Listened, all: impl Iterator<Item = Listened> + Clone) -> Vec<Part> {
    let aggregate = listened.aggregate;
    let is_left = |name: &&'static str| {
        let by_itself = Listened { aggregate, events: ListenedEvents::One(name) };
        by_itself == *listened || !all.clone().any(|other| other == by_itself)
    };
    let names = listened.names().into_iter().filter(is_left);
    names.map(|name| event(listened.aggregate.as_str(), name)).collect()
}

fn event(aggregate: &'static str, name: &'static str) -> Part {
    Part::Event { aggregate, name }
}

impl Part {
    fn brackets(&self) -> (&'static str, &'static str) {
        match self {
            Self::Command { .. } => ("[", "]"),
            Self::Event { .. } => ("([", "])"),
            Self::Policy(_) => ("{{", "}}"),
            Self::Projection(_) => ("[(", ")]"),
        }
    }

    fn json(&self) -> Json {
        match self {
            Self::Command { aggregate, name } => {
                json!({"kind": "command", "aggregate": aggregate, "name": name})
            }
            Self::Event { aggregate, name } => {
                json!({"kind": "event", "aggregate": aggregate, "name": name})
            }
            Self::Policy(name) => json!({"kind": "policy", "name": name}),
            Self::Projection(name) => json!({"kind": "projection", "name": name}),
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Command { name, .. } | Self::Event { name, .. } => f.write_str(name),
            Self::Policy(name) | Self::Projection(name) => f.write_str(name),
        }
    }
}
