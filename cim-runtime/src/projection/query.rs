//! Questions, and their answers.

use std::fmt;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use super::Projection;
use super::cell::Registry;
use super::medium::{ServingOf, TableProjection};
use super::running::blocking;
use super::serving::Serving;
use crate::cbor::{self, DecodeError, EncodeError, Shape, Value};
use crate::engine::{Receipt, Sent};
use crate::error::Error;

/// How long a question waits for the projection to reach what it must know, unless told otherwise.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

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

    /// Answers it from what answers for its projection.
    #[doc(hidden)]
    fn ask(self, serving: ServingOf<Self::Of>) -> Asked<Self::Answer>;
}

/// A question to a projection `P` that is answered from [`Table`](crate::rows::Table)s, with an `A`.
pub trait TableQuery<P, A>: Sized {
    // Not a kind of `Query`: of a question that is no value rustc would say the same twice.
    /// Answers it.
    fn answer(self, of: &P) -> A;
}

/// Answers from tables where their medium may be waited for.
#[doc(hidden)]
pub fn ask_tables<Q, P, A>(question: Q, serving: Serving<P>) -> Asked<A>
where
    Q: TableQuery<P, A> + Send + 'static,
    P: TableProjection,
    A: Send + 'static,
{
    Box::pin(async move {
        let (mut question, mut serving) = (question, serving);
        loop {
            let asked = serving.clone();
            let answered =
                blocking(move || asked.ask(question, |question, of| question.answer(of)));
            match answered.await? {
                Ok(answer) => return Ok(answer),
                Err(unanswered) => (question, serving) = (unanswered, serving.next().await?),
            }
        }
    })
}

/// An answer on its way.
#[doc(hidden)]
pub type Asked<A> = BoxFuture<'static, Result<A, Error>>;

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
pub struct Ask<A> {
    wanted: Wanted,
    answer: Box<dyn FnOnce(Wanted) -> Asked<A> + Send>,
}

/// What an answer must know, and when it must be there.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wanted {
    /// The position of the event that it must know; 0 for none.
    pub(crate) after: u64,
    pub(crate) within: Duration,
}

impl<A> Ask<A> {
    /// A question that is asked in this way.
    pub(crate) fn new<F>(
        within: Duration,
        answer: impl FnOnce(Wanted) -> F + Send + 'static,
    ) -> Self
    where
        F: Future<Output = Result<A, Error>> + Send + 'static,
    {
        let answer = move |wanted| -> Asked<A> { Box::pin(answer(wanted)) };
        Self { wanted: Wanted { after: 0, within }, answer: Box::new(answer) }
    }

    /// A question to a projection of this process.
    pub(crate) fn here<Q: Query<Answer = A>>(registry: Arc<Registry>, question: Q) -> Self
    where
        A: Send + 'static,
    {
        Self::new(PATIENCE, move |wanted| answer(registry, question, wanted))
    }

    /// The answer is to know what this command has brought about.
    pub fn after(self, sent: &Sent) -> Self {
        let position = sent.receipt().map_or(0, |receipt: &Receipt| receipt.position);
        self.after_position(position)
    }

    /// The answer is to know the event at this position.
    pub fn after_position(mut self, position: u64) -> Self {
        self.wanted.after = self.wanted.after.max(position);
        self
    }

    /// How long to wait until the projection knows it; 30 seconds unless told otherwise.
    pub fn within(mut self, time: Duration) -> Self {
        self.wanted.within = time;
        self
    }
}

async fn answer<Q: Query>(
    registry: Arc<Registry>,
    question: Q,
    Wanted { after, within }: Wanted,
) -> Result<Q::Answer, Error> {
    let cell = registry.cell::<Q::Of>()?;
    let reached = tokio::time::timeout(within, cell.reach(after)).await;
    reached.map_err(|_| Error::Behind {
        projection: Q::Of::NAME,
        position: cell.position(),
        wanted: after,
    })??;
    question.ask(cell.serving()?).await
}

impl<A> IntoFuture for Ask<A> {
    type Output = Result<A, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        (self.answer)(self.wanted)
    }
}

impl<A> fmt::Debug for Ask<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ask").field("wanted", &self.wanted).finish_non_exhaustive()
    }
}
