//! Whatever there is around a lamp. No event and no command is named here.

use std::collections::BTreeMap;

use cim_runtime::describe::Description;
use cim_runtime::prelude::*;
use cim_runtime::testing::BlackBox;

use super::lamp::{Lamp, LampId};

/// What has happened to each lamp, and how often each of it.
#[derive(Tables)]
pub struct Diary {
    entries: Table<(LampId, u64), String>,
    times: Table<String, u32>,
}

#[value]
pub struct DiaryOf {
    pub id: LampId,
}

#[value]
pub struct Times;

#[projection]
impl Diary {
    #[on]
    fn noted(&mut self, event: &Recorded<AnyOf<Lamp>>) {
        let name = event.event.name().to_owned();
        *self.times.get_or_default(&name) += 1;
        self.entries.insert(&(event.id(), event.version), name);
    }

    #[query]
    fn of(&self, question: DiaryOf) -> Vec<String> {
        self.entries.with_prefix(&question.id).map(|(_, name)| name).collect()
    }

    #[query]
    fn times(&self, _: Times) -> BTreeMap<String, u32> {
        self.times.iter().collect()
    }
}

#[system(aggregates(Lamp), projections(Diary))]
pub struct House;

/// What others are told of the domain, each in a form of its own.
pub fn told() -> [String; 6] {
    let description = Description::of::<House>();
    let machine = Lamp::MACHINE;
    [
        description.to_string(),
        description.to_json(),
        machine.to_mermaid(),
        machine.to_dot(),
        machine.to_xstate(),
        machine.to_scxml(),
    ]
}

/// Lives through whatever may happen to a lamp.
pub fn walked() {
    Lamp::walks().covering_everything().run();
    Lamp::model().check();
}

/// What it answers to lines.
pub fn answers(lines: &[&str]) -> Vec<String> {
    let mut lamp = BlackBox::<Lamp>::new();
    lines.iter().map(|line| lamp.answer(line)).collect()
}
