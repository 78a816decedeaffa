//! Questions, and their answers.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use super::Projection;
use super::running::{Registry, blocking};
use crate::cbor::{self, DecodeError, EncodeError, Shape, Value};
use crate::engine::{Receipt, Sent};
use crate::error::Error;

/// How long a question waits for the projection to reach what it must know, unless told otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// A question to a projection: a type that one of its `#[query]` methods takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a question to a projection",
    label = "no `#[query]` takes it",
    note = "write `#[query] fn …(&self, question: {Self}) -> …` in a `#[projection] impl`"
)]
pub trait Query: Question {
    /// The projection that answers.
    type Of: Projection;
    /// The answer.
    type Answer: Value + Send + 'static;
    /// The type's own name.
    const NAME: &'static str;

    /// Answers it.
    fn answer(self, of: &Self::Of) -> Self::Answer;
}

/// Holds for what can be asked also from another process, or in another language.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "the question `{Self}` is not a value",
    label = "has no canonical encoding",
    note = "a question may come from another process: write `#[value]` above `{Self}`"
)]
pub trait Question: Sized + Send + 'static {
    // Not a kind of `Value`: rustc would say what that trait says, which is about events.
    const SHAPE: Shape;

    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError>;

    fn to_bytes(&self) -> Result<Vec<u8>, EncodeError>;
}

#[diagnostic::do_not_recommend]
impl<T: Value + Send + 'static> Question for T {
    const SHAPE: Shape = <T as Value>::SHAPE;

    fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        cbor::from_slice(bytes)
    }

    fn to_bytes(&self) -> Result<Vec<u8>, EncodeError> {
        cbor::to_vec(self)
    }
}

/// A question on its way: `shop.ask(…).await`.
///
/// The answer is that of one moment. A projection answers once its rows know all that was stored
/// when it was started.
#[must_use = "a question is asked when its answer is awaited"]
pub struct Ask<Q> {
    registry: Arc<Registry>,
    question: Q,
    after: u64,
    within: Duration,
}

impl<Q: Query> Ask<Q> {
    pub(crate) fn new(registry: Arc<Registry>, question: Q) -> Self {
        Self { registry, question, after: 0, within: PATIENCE }
    }

    /// The answer is to know what this command has brought about.
    pub fn after(self, sent: &Sent) -> Self {
        let position = sent.receipt().map_or(0, |receipt: &Receipt| receipt.position);
        self.after_position(position)
    }

    /// The answer is to know the event at this position.
    pub fn after_position(self, position: u64) -> Self {
        Self { after: self.after.max(position), ..self }
    }

    /// How long to wait for it; 30 seconds unless told otherwise.
    pub fn within(self, time: Duration) -> Self {
        Self { within: time, ..self }
    }

    async fn answer(self) -> Result<Q::Answer, Error> {
        let cell = self.registry.cell::<Q::Of>()?;
        let reached = tokio::time::timeout(self.within, cell.reach(self.after)).await;
        reached.map_err(|_| Error::Behind {
            projection: Q::Of::NAME,
            position: cell.position(),
            wanted: self.after,
        })??;
        let (serving, question) = (cell.serving()?, self.question);
        Ok(blocking(move || serving.ask(|of| question.answer(of))).await?)
    }
}

impl<Q: Query> IntoFuture for Ask<Q> {
    type Output = Result<Q::Answer, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.answer())
    }
}

impl<Q: fmt::Debug> fmt::Debug for Ask<Q> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").field("question", &self.question).finish_non_exhaustive()
    }
}
