//! What is checked of `#[refused]` methods when a program is compiled: what they may lead to.

use super::Route;
use super::reaction::Sends;
use super::sendable::Sendable;

/// A command that a policy has a `#[refused]` method for, and the commands that this may answer with.
#[derive(Debug, Clone, Copy)]
pub struct Compensation {
    /// The command that may be refused.
    pub command: Sendable,
    /// The commands that answer to it.
    pub sends: Sends,
}

/// How many `#[refused]` methods are looked at for what they lead to.
const METHODS: usize = 64;

/// What the method at a place may send because of an answer with these commands, if one of them, or
/// one that comes of their refusal, may get there.
#[doc(hidden)]
#[must_use]
pub const fn compensates(sends: &Sends, methods: &[Compensation], index: usize) -> Sends {
    match reached(sends, methods) >> index & 1 == 1 {
        true => methods[index].sends,
        false => Sends::None,
    }
}

/// Whether the method at a place takes a command that the policy may send.
#[doc(hidden)]
pub const fn is_sent(routes: &[Route], methods: &[Compensation], index: usize) -> bool {
    let mut i = 0;
    while i < routes.len() {
        if routes[i].sends.has(&methods[index].command) {
            return true;
        }
        i += 1;
    }
    false
}

/// Whether the method at a place takes another command than those before it.
#[doc(hidden)]
pub const fn is_refused_once(methods: &[Compensation], index: usize) -> bool {
    let mut i = 0;
    while i < index {
        if methods[i].command.is(&methods[index].command) {
            return false;
        }
        i += 1;
    }
    true
}

/// Whether what the method at a place answers does not come back to it, refused. Of those that lead
/// to each other the first one is told.
#[doc(hidden)]
pub const fn does_not_come_back(methods: &[Compensation], index: usize) -> bool {
    let own = reached(&methods[index].sends, methods);
    let mut told = own >> index & 1 == 0;
    let mut i = 0;
    while i < index {
        let other = reached(&methods[i].sends, methods);
        told = told || (own >> i & 1 == 1 && other >> index & 1 == 1);
        i += 1;
    }
    told
}

/// The methods that these commands may get to when they are refused, as bits.
const fn reached(sends: &Sends, methods: &[Compensation]) -> u64 {
    let count = if methods.len() < METHODS { methods.len() } else { METHODS };
    let (mut reached, mut before) = (0, u64::MAX);
    while reached != before {
        before = reached;
        let mut i = 0;
        while i < count {
            let command = &methods[i].command;
            let mut found = sends.has(command);
            let mut j = 0;
            while j < count {
                found = found || (reached >> j & 1 == 1 && methods[j].sends.has(command));
                j += 1;
            }
            if found {
                reached |= 1 << i;
            }
            i += 1;
        }
    }
    reached
}
