//! Where a model stands.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use crate::machine::{Aggregate, Standing as _};
use crate::testing::round_trip::Checked;
use crate::testing::walker::{Walker, data, shown};

/// An aggregate in a model: its state and its data, which it dereferences to.
///
/// How it has come there does not count, or no two ways would meet.
pub struct ModelState<A: Aggregate> {
    standing: A::Standing,
    /// The data and its bytes: the one to be read, the other to be compared.
    data: Arc<A>,
    bytes: Arc<[u8]>,
    steps: usize,
    problem: Option<Arc<str>>,
}

impl<A: Aggregate> ModelState<A> {
    pub(super) fn initial() -> Self {
        match Walker::new().and_then(|walker| Self::of(&walker, 0)) {
            Ok(state) => state,
            Err(problem) => Self {
                standing: A::Standing::INITIAL,
                data: Arc::new(A::empty()),
                bytes: Arc::new([]),
                steps: 0,
                problem: Some(problem.into()),
            },
        }
    }

    /// Where the walker has come to.
    pub(super) fn followed_by(&self, walker: &Walker<A>) -> Self {
        let steps = self.steps + 1;
        Self::of(walker, steps).unwrap_or_else(|problem| self.clone().with_problem(problem))
    }

    fn of(walker: &Walker<A>, steps: usize) -> Checked<Self> {
        let bytes = data(walker.live())?;
        let data = crate::cbor::from_slice(&bytes);
        Ok(Self {
            standing: walker.live().standing(),
            data: Arc::new(crate::testing::told(data, "the aggregate's data")?),
            bytes: bytes.into(),
            steps,
            problem: None,
        })
    }

    pub(super) fn with_problem(self, problem: String) -> Self {
        Self { problem: Some(problem.into()), ..self }
    }

    /// The state of the machine.
    pub fn state(&self) -> A::State {
        self.standing.state()
    }

    /// What went wrong on the way here, if anything did.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    pub(super) fn standing(&self) -> A::Standing {
        self.standing
    }

    pub(super) fn data(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn steps(&self) -> usize {
        self.steps
    }
}

impl<A: Aggregate> Deref for ModelState<A> {
    type Target = A;

    fn deref(&self) -> &A {
        &self.data
    }
}

impl<A: Aggregate> Clone for ModelState<A> {
    fn clone(&self) -> Self {
        Self {
            standing: self.standing,
            data: Arc::clone(&self.data),
            bytes: Arc::clone(&self.bytes),
            steps: self.steps,
            problem: self.problem.clone(),
        }
    }
}

impl<A: Aggregate> PartialEq for ModelState<A> {
    fn eq(&self, other: &Self) -> bool {
        // What a problem says may differ each time: it may be that something depends on chance.
        (self.standing, &self.bytes, self.problem.is_some())
            == (other.standing, &other.bytes, other.problem.is_some())
    }
}

impl<A: Aggregate> Hash for ModelState<A> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (self.standing, &self.bytes, self.problem.is_some()).hash(state);
    }
}

impl<A: Aggregate> fmt::Debug for ModelState<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.standing.names().join(", "), shown(&self.bytes))?;
        self.problem.iter().try_for_each(|problem| write!(f, ": {problem}"))
    }
}
