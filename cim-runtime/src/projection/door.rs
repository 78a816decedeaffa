//! A projection's questions for whoever knows them by name: other processes, and other languages.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use super::cell::Registry;
use super::query::{Ask, Query};
use crate::cbor::{self, EncodeError, Shape};
use crate::error::Error;

/// A question to a projection, as data.
#[derive(Clone, Copy)]
pub struct QueryDoor {
    /// The name of the question's type.
    pub name: &'static str,
    /// What a question looks like.
    pub question: Shape,
    /// What an answer looks like.
    pub answer: Shape,
    ask: AskFn,
}

type AskFn = for<'a> fn(Inquiry<'a>) -> BoxFuture<'a, Result<Vec<u8>, Unanswered>>;

/// A question that comes from outside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Inquiry<'a> {
    pub(crate) registry: &'a Arc<Registry>,
    /// The question, as canonical DAG-CBOR.
    pub(crate) data: &'a [u8],
    /// The position of the event that the answer must know.
    pub(crate) after: u64,
    /// How long to wait for it, unless as long as usual.
    pub(crate) within: Option<Duration>,
}

/// Why a question that came from outside has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unanswered {
    /// The bytes are not those of a question.
    Unreadable(String),
    /// The answer has no encoding.
    Encode(EncodeError),
    /// The machine says no.
    Error(Error),
}

impl QueryDoor {
    /// The question `Q`.
    pub const fn of<Q: Query>() -> Self {
        let answer = <Q::Answer as cbor::Value>::SHAPE;
        Self { name: Q::NAME, question: Q::SHAPE, answer, ask: ask::<Q> }
    }

    /// Answers a question, in canonical DAG-CBOR.
    pub(crate) async fn ask(&self, inquiry: Inquiry<'_>) -> Result<Vec<u8>, Unanswered> {
        (self.ask)(inquiry).await
    }
}

fn ask<Q: Query>(inquiry: Inquiry<'_>) -> BoxFuture<'_, Result<Vec<u8>, Unanswered>> {
    Box::pin(async move {
        let question = Q::from_bytes(inquiry.data);
        let question = question.map_err(|error| Unanswered::Unreadable(error.to_string()))?;
        let ask = Ask::here(Arc::clone(inquiry.registry), question).after_position(inquiry.after);
        let ask = match inquiry.within {
            Some(time) => ask.within(time),
            None => ask,
        };
        let answer = ask.await.map_err(Unanswered::Error)?;
        cbor::to_vec(&answer).map_err(Unanswered::Encode)
    })
}

impl fmt::Debug for QueryDoor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.name, self.question, self.answer)
    }
}
