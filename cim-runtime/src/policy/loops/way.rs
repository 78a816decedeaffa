//! The way round of a loop, told by rustc.

use super::set::Set;
use super::{Loops, REACTIONS, count, sent};
use crate::policy::{PolicyInfo, Sends};
use crate::projection::ListenedEvents;
use crate::sentence::Sentence;

impl Loops {
    /// The way round of the loop that begins at the policy at this place, and no words if none does:
    /// `Caught → Throw → Thrown → Catch → Caught`.
    pub const fn way(&self, policies: &[PolicyInfo], index: usize) -> Sentence {
        let mut told = Sentence::EMPTY;
        let Some(first) = self.first_of(policies, index) else { return told };
        let (way, steps) = self.shortest(first);
        let mut i = 0;
        while i < steps {
            let (event, command) = reaction(policies, way[i]);
            told = told.push(event).push(" → ").push(command).push(" → ");
            i += 1;
        }
        told.push(reaction(policies, first).0)
    }

    /// The reactions on the shortest way from this one to itself, and how many they are.
    const fn shortest(&self, first: usize) -> ([usize; REACTIONS], usize) {
        // Who is asked in which turn, and from where they were found.
        let (mut asked, mut from) = ([0; REACTIONS], [0; REACTIONS]);
        let (mut turn, mut found, mut seen) = (0, 1, Set::EMPTY);
        asked[0] = first;
        while !self.ways[asked[turn]].has(first) {
            let mut next = 0;
            while next < REACTIONS {
                if self.ways[asked[turn]].has(next) && !seen.has(next) {
                    seen.add(next);
                    (asked[found], from[found]) = (next, turn);
                    found += 1;
                }
                next += 1;
            }
            turn += 1;
        }
        let mut steps = 1;
        let mut at = turn;
        while at != 0 {
            at = from[at];
            steps += 1;
        }
        let mut way = [0; REACTIONS];
        let mut left = steps;
        while left != 0 {
            left -= 1;
            way[left] = asked[turn];
            turn = from[turn];
        }
        (way, steps)
    }
}

/// The event and the command of the reaction with this number.
const fn reaction(policies: &[PolicyInfo], number: usize) -> (&'static str, &'static str) {
    let (mut left, mut i) = (number, 0);
    while i < policies.len() {
        let routes = policies[i].routes;
        let mut j = 0;
        while j < routes.len() {
            let sends = sent(&policies[i], j);
            if let Some(command) = command(&sends, left) {
                return match routes[j].event.events {
                    ListenedEvents::One(event) => (event, command),
                    ListenedEvents::AllOf(machine) => (machine.name, command),
                };
            }
            left -= count(&sends);
            j += 1;
        }
        i += 1;
    }
    ("", "")
}

/// The name of the command at this place.
const fn command(sends: &Sends, place: usize) -> Option<&'static str> {
    match sends {
        Sends::One(one) if place == 0 => Some(one.command),
        Sends::None | Sends::One(_) => None,
        Sends::All(all) => {
            let (mut left, mut i) = (place, 0);
            while i < all.len() {
                if let Some(command) = command(&all[i], left) {
                    return Some(command);
                }
                left -= count(&all[i]);
                i += 1;
            }
            None
        }
    }
}
