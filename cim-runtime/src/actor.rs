//! On whose behalf a command is sent.

use std::fmt;
use std::sync::Arc;

use crate::cbor::{DecodeError, Decoder, Encoder, Shape, Value};

/// A person, a service or a policy, by the name your system gives it.
///
/// ```
/// use cim_runtime::Actor;
///
/// assert_eq!(Actor::new("alice").to_string(), "alice");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Actor(Arc<str>);

/// What stands before the name of a policy.
const POLICY: &str = "policy:";

impl Actor {
    /// The actor of this name.
    pub fn new(name: impl Into<Arc<str>>) -> Self {
        Self(name.into())
    }

    /// The policy of this name, which sends commands by itself.
    pub(crate) fn of_policy(name: &str) -> Self {
        Self::new(format!("{POLICY}{name}"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name of the policy, if it is one.
    ///
    /// ```
    /// use cim_runtime::Actor;
    ///
    /// assert_eq!(Actor::new("policy:reminders").policy(), Some("reminders"));
    /// assert_eq!(Actor::new("alice").policy(), None);
    /// ```
    pub fn policy(&self) -> Option<&str> {
        policy_of(&self.0)
    }
}

/// The policy whose name an actor's is, as an event has it.
pub(crate) fn policy_of(actor: &str) -> Option<&str> {
    actor.strip_prefix(POLICY)
}

/// Nobody in particular: the program itself.
impl Default for Actor {
    fn default() -> Self {
        Self::new("system")
    }
}

impl<T: Into<Arc<str>>> From<T> for Actor {
    fn from(name: T) -> Self {
        Self::new(name)
    }
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Value for Actor {
    const SHAPE: Shape = String::SHAPE;

    fn encode(&self, to: &mut Encoder) {
        to.text(&self.0);
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.text().map(Self::new)
    }
}
