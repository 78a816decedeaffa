//! Loops of policies and commands, found when a program is compiled.

use super::{PolicyInfo, Sends};
use crate::machine::{MachineTable, TransitionRow, is_same};
use crate::subject::AggregateName;
use crate::system::AggregateInfo;

/// How many reactions a system may have, each of a policy to an event.
const REACTIONS: usize = 512;

/// The reactions that lead to each other again, and none says why that ends.
///
/// From a reaction there is a way to another if it sends a command that a machine answers with an
/// event that the other takes. Those of a policy that says why it ends are left out.
#[doc(hidden)]
#[derive(Debug)]
pub struct Loops {
    /// For each reaction, by its place in the system, those that it leads to in the end.
    reached: [Set; REACTIONS],
}

impl Loops {
    /// Those of a system.
    pub const fn of(policies: &[PolicyInfo], aggregates: &[AggregateInfo]) -> Self {
        let mut reached = [Set::EMPTY; REACTIONS];
        let mut i = 0;
        while i < aggregates.len() {
            ways(&mut reached, policies, &aggregates[i].name, aggregates[i].machine);
            i += 1;
        }
        close(&mut reached, before(policies, policies.len()));
        Self { reached }
    }

    /// Whether the reactions of the policies up to this one could be looked at.
    pub const fn has_room(policies: &[PolicyInfo], index: usize) -> bool {
        // Of those behind the first that is too many nothing more is said.
        let (start, end) = (before(policies, index), before(policies, index + 1));
        end <= REACTIONS || start > REACTIONS
    }

    /// Whether the policy at this place is the first one of a loop.
    pub const fn begin_at(&self, policies: &[PolicyInfo], index: usize) -> bool {
        let start = before(policies, index);
        let mut own = start;
        while own < start + policies[index].routes.len() && own < REACTIONS {
            let mut leads_back = self.reached[own].has(own);
            let mut earlier = 0;
            while leads_back && earlier < start {
                leads_back = !(self.reached[own].has(earlier) && self.reached[earlier].has(own));
                earlier += 1;
            }
            if leads_back {
                return true;
            }
            own += 1;
        }
        false
    }
}

/// How many reactions the policies before this place have.
const fn before(policies: &[PolicyInfo], index: usize) -> usize {
    let (mut reactions, mut i) = (0, 0);
    while i < index {
        reactions += policies[i].routes.len();
        i += 1;
    }
    reactions
}

/// A set of reactions, as bits.
#[derive(Debug, Clone, Copy)]
struct Set([u64; REACTIONS / 64]);

impl Set {
    const EMPTY: Self = Self([0; REACTIONS / 64]);

    const fn has(&self, index: usize) -> bool {
        self.0[index / 64] >> (index % 64) & 1 == 1
    }

    const fn add(&mut self, index: usize) {
        self.0[index / 64] |= 1 << (index % 64);
    }

    const fn add_all(&mut self, others: &Self) {
        let mut i = 0;
        while i < others.0.len() {
            self.0[i] |= others.0[i];
            i += 1;
        }
    }
}

/// Warshall's closure over the first `count` reactions.
const fn close(reached: &mut [Set; REACTIONS], count: usize) {
    let count = if count < REACTIONS { count } else { REACTIONS };
    let mut over = 0;
    while over < count {
        let (word, bit) = (over / 64, over % 64);
        let onwards = reached[over];
        let mut from = 0;
        while from < count {
            if reached[from].0[word] >> bit & 1 == 1 {
                reached[from].add_all(&onwards);
            }
            from += 1;
        }
        over += 1;
    }
}

/// Adds the ways that go through the events of a machine. Of rows that follow each other only what
/// changes is looked up: a large system must stay within what rustc evaluates.
const fn ways(
    ways: &mut [Set; REACTIONS],
    policies: &[PolicyInfo],
    aggregate: &AggregateName,
    machine: &MachineTable,
) {
    let rows = machine.transitions;
    let (mut senders, mut takers) = (Set::EMPTY, Set::EMPTY);
    let mut i = 0;
    while i < rows.len() {
        let before = if i == 0 { None } else { Some(&rows[i - 1]) };
        let same_command = is_of_the_same_command(&rows[i], before);
        if !same_command {
            senders = match rows[i].command {
                Some(command) => who_sends(policies, aggregate, command),
                None => Set::EMPTY,
            };
        }
        let same_event = match before {
            Some(before) => is_same(rows[i].event, before.event),
            None => false,
        };
        if !same_event {
            takers = who_takes(policies, aggregate, rows[i].event);
        }
        if !(same_command && same_event) {
            let mut word = 0;
            while word < senders.0.len() {
                let mut left = senders.0[word];
                while left != 0 {
                    ways[word * 64 + left.trailing_zeros() as usize].add_all(&takers);
                    left &= left - 1;
                }
                word += 1;
            }
        }
        i += 1;
    }
    let mut i = 0;
    while i < machine.regions.len() {
        self::ways(ways, policies, aggregate, machine.regions[i].machine);
        i += 1;
    }
}

/// Whether a row belongs to the same command as the one before it.
const fn is_of_the_same_command(row: &TransitionRow, before: Option<&TransitionRow>) -> bool {
    let Some(before) = before else { return false };
    match (row.command, before.command) {
        (Some(command), Some(before)) => is_same(command, before),
        // The next event of the commit, from where the last one has led. An event that is only
        // replayed may look like one.
        (None, _) => is_same(row.from, before.to),
        (Some(_), None) => false,
    }
}

/// The reactions that may send the command.
const fn who_sends(policies: &[PolicyInfo], aggregate: &AggregateName, command: &str) -> Set {
    let mut set = Set::EMPTY;
    let (mut i, mut number) = (0, 0);
    while i < policies.len() {
        let routes = policies[i].routes;
        let mut j = 0;
        while j < routes.len() && number < REACTIONS {
            if policies[i].ends.is_none() && may_be(&routes[j].sends, aggregate, command) {
                set.add(number);
            }
            j += 1;
            number += 1;
        }
        i += 1;
    }
    set
}

const fn may_be(sends: &Sends, aggregate: &AggregateName, command: &str) -> bool {
    match sends {
        Sends::None => false,
        Sends::One(one) => {
            is_same(one.command, command) && is_same(one.aggregate.as_str(), aggregate.as_str())
        }
        Sends::All(all) => {
            let mut i = 0;
            while i < all.len() {
                if may_be(&all[i], aggregate, command) {
                    return true;
                }
                i += 1;
            }
            false
        }
    }
}

/// The reactions to the event.
const fn who_takes(policies: &[PolicyInfo], aggregate: &AggregateName, event: &str) -> Set {
    let mut set = Set::EMPTY;
    let (mut i, mut number) = (0, 0);
    while i < policies.len() {
        let routes = policies[i].routes;
        let mut j = 0;
        while j < routes.len() && number < REACTIONS {
            let taken = &routes[j].event;
            if policies[i].ends.is_none()
                && is_same(taken.event, event)
                && is_same(taken.aggregate.as_str(), aggregate.as_str())
            {
                set.add(number);
            }
            j += 1;
            number += 1;
        }
        i += 1;
    }
    set
}
