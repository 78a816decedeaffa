//! JetStream's interface: what is asked there, and the server's refusal to pass that on.

use async_nats::jetstream::Context;
use async_nats::jetstream::context::RequestError;
use async_nats::jetstream::response::Response;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::errors;
use super::refusals::Refusals;
use super::subjects::Api;
use crate::store::StoreError;

/// Where streams are asked about, made and changed.
#[derive(Clone, Copy)]
pub(super) struct Interface<'a> {
    pub(super) context: &'a Context,
    pub(super) api: &'a Api,
    pub(super) refusals: &'a Refusals,
}

impl Interface<'_> {
    /// Asks for one thing of a stream, such as `STREAM.INFO`; `what` names it to people.
    pub(super) async fn request<T: DeserializeOwned>(
        &self,
        what: &str,
        (verb, stream): (&str, &str),
        payload: &impl Serialize,
    ) -> Result<Result<Response<T>, RequestError>, StoreError> {
        let answer = self.context.request(format!("{verb}.{stream}"), payload);
        self.permitted(what, (verb, stream), answer).await
    }

    /// Waits for the answer to such a question, or for the refusal to pass it on.
    pub(super) async fn permitted<T>(
        &self,
        what: &str,
        (verb, stream): (&str, &str),
        answer: impl Future<Output = T>,
    ) -> Result<T, StoreError> {
        let subject = self.api.ask(verb, stream);
        let answer = self.refusals.or_answer(|denied| denied == subject, answer).await;
        answer.map_err(|refusal| errors::denied(what, &refusal))
    }
}
