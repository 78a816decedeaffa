//! Asks a served domain, with the domain's own types.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use async_nats::{HeaderMap, HeaderName, HeaderValue, Message, Request, RequestErrorKind};
use futures::future::BoxFuture;
use serde_json::{Value as Json, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::answer::json_of;
use super::connect::Connection;
use super::error::{ServiceError, ServiceErrorKind};
use super::failure::Code;
use super::{reply, wire};
use crate::actor::Actor;
use crate::cbor;
use crate::engine::{Cause, Sent};
use crate::environment::{Environment, SystemEnvironment};
use crate::error::{Error, SendError};
use crate::machine::{Aggregate, Command, Handles, InOneAggregate};
use crate::observe::trace;
use crate::projection::{Ask, Projection, Query, Wanted};
use crate::subject;
use crate::system::{IdOf, OwnerOf, SentTo, ShownBy, System};

/// How long a request waits for its answer before it is sent again.
const PATIENCE: Duration = Duration::from_secs(3);

/// How long it is sent again, unless told otherwise.
const DEADLINE: Duration = Duration::from_secs(30);

/// Between two times there is no longer pause.
const PAUSE: Duration = Duration::from_millis(500);

/// A domain that other processes serve: what [`Handle`](crate::Handle) is where the store is.
///
/// Cheap to clone. A command goes out under an id. When its answer is lost it is sent again under
/// the same id, so that it takes effect once, whichever process takes it then.
pub struct Client<S> {
    connection: Connection,
    environment: Arc<dyn Environment>,
    actor: Actor,
    cause: Option<Cause>,
    command_id: Option<Uuid>,
    deadline: Duration,
    system: PhantomData<fn() -> S>,
}

impl<S: System> Client<S> {
    /// Connects to the servers at `url`, as [`Connection::to`] does. Whether anybody serves the
    /// domain there shows when it is asked.
    ///
    /// # Errors
    ///
    /// Those of [`Connection::to`].
    pub async fn connect(url: &str) -> Result<Self, Error> {
        Ok(Self::over(Connection::to(url).await?))
    }

    /// Asks over this connection.
    pub fn over(connection: Connection) -> Self {
        Self {
            connection,
            environment: Arc::new(SystemEnvironment),
            actor: Actor::default(),
            cause: None,
            command_id: None,
            deadline: DEADLINE,
            system: PhantomData,
        }
    }

    /// A client that takes the ids of commands from another world.
    #[must_use]
    pub fn in_environment(&self, environment: Arc<dyn Environment>) -> Self {
        Self { environment, ..self.clone() }
    }

    /// A client whose commands are sent on behalf of `actor`.
    #[must_use]
    pub fn acting_as(&self, actor: impl Into<Actor>) -> Self {
        Self { actor: actor.into(), ..self.clone() }
    }

    /// A client whose commands are reactions to an event: they inherit its correlation.
    #[must_use]
    pub fn because_of(&self, cause: impl Into<Cause>) -> Self {
        Self { cause: Some(cause.into()), ..self.clone() }
    }

    /// A client for sending one command under an id of your own, as
    /// [`Handle::with_command_id`](crate::Handle::with_command_id).
    #[must_use]
    pub fn with_command_id(&self, id: Uuid) -> Self {
        Self { command_id: Some(id), ..self.clone() }
    }

    /// How long a request is sent again when nobody answers; 30 seconds unless told otherwise.
    #[must_use]
    pub fn within(&self, deadline: Duration) -> Self {
        Self { deadline, ..self.clone() }
    }

    /// Sends a command, as [`Handle::send`](crate::Handle::send).
    ///
    /// # Errors
    ///
    /// [`SendError::Refused`], [`SendError::NotNow`] and [`SendError::Closed`] when the business says
    /// no; [`SendError::Error`] with a [`ServiceError`] when a machine does: with
    /// [`ServiceErrorKind::Unknown`] it has the id under which to send the command again.
    pub fn send<'a, C>(
        &'a self,
        id: &'a IdOf<C>,
        command: C,
    ) -> BoxFuture<'a, Result<Sent, SendError<C::Of>>>
    where
        C: Command<Of: Handles<C> + InOneAggregate> + SentTo<S>,
    {
        Box::pin(async move {
            let command_id = self.command_id.unwrap_or_else(|| self.environment.command_id());
            let subject = subject::command(OwnerOf::<C>::NAME, C::NAME);
            let data = cbor::to_vec(&command);
            let data = data.map_err(|error| malformed(&format!("`{}`: {error}", C::NAME)))?;
            let mut request = json!({
                wire::request::ID: id.to_string(),
                wire::request::COMMAND: json_of(&data).map_err(|problem| malformed(&problem))?,
                wire::request::ACTOR: self.actor.as_str(),
                wire::request::COMMAND_ID: command_id.to_string(),
            });
            if let Some(Cause { correlation, event }) = self.cause {
                request[wire::request::BECAUSE_OF] = json!({
                    wire::request::CORRELATION: correlation.to_string(),
                    wire::request::EVENT: event.to_string(),
                });
            }
            let of_command = |error: ServiceError| Error::from(error.of_command(command_id));
            let correlation = self.cause.map_or(command_id, |cause| cause.correlation);
            let trace = trace::at_command(correlation, command_id);
            let name = HeaderName::from_static(trace::HEADER);
            let headers = HeaderMap::from_iter([(name, HeaderValue::from(trace))]);
            let answer = self.request(&subject, &request, headers, PATIENCE).await;
            let answer = answer.map_err(of_command)?;
            reply::sent::<C>(&answer, command_id)
        })
    }

    /// Asks a projection, as [`Handle::ask`](crate::Handle::ask).
    pub fn ask<Q: Query<Of: ShownBy<S>>>(&self, question: Q) -> Ask<Q::Answer> {
        let client = self.clone();
        Ask::new(self.deadline, move |wanted| async move { client.answer(question, wanted).await })
    }

    async fn answer<Q: Query>(&self, question: Q, wanted: Wanted) -> Result<Q::Answer, Error> {
        let subject = subject::query(Self::domain(), Q::Of::NAME, Q::NAME);
        let data = question.to_bytes();
        let data = data.map_err(|error| malformed(&format!("`{}`: {error}", Q::NAME)))?;
        let millis = u64::try_from(wanted.within.as_millis()).unwrap_or(u64::MAX);
        let request = json!({
            wire::request::QUESTION: json_of(&data).map_err(|problem| malformed(&problem))?,
            wire::request::AFTER: wanted.after,
            wire::request::WITHIN_MS: millis,
        });
        let answer =
            self.request(&subject, &request, HeaderMap::new(), wanted.within + PATIENCE).await?;
        reply::answered(&answer)
    }

    /// The domain under which the service is found.
    fn domain() -> &'static str {
        S::AGGREGATES.first().map_or("", |aggregate| aggregate.name.domain())
    }

    /// Sends a request until it is answered. It is one that may be sent twice.
    async fn request(
        &self,
        subject: &str,
        request: &Json,
        headers: HeaderMap,
        patience: Duration,
    ) -> Result<Json, ServiceError> {
        let until = Instant::now() + self.deadline;
        let payload = bytes::Bytes::from(request.to_string());
        // Whether a process may have taken it without an answer.
        let (mut lost, mut pause) = (false, Duration::from_millis(10));
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let request = Request::new().headers(headers.clone()).payload(payload.clone());
            let request = request.timeout(Some(patience.min(left)));
            let answer = self.connection.client.send_request(subject.to_owned(), request).await;
            let error = match answer {
                Ok(answer) => match read(&answer) {
                    Err(error) if error.kind() == ServiceErrorKind::Busy => error,
                    Err(error) if error.kind() == ServiceErrorKind::Unknown => {
                        lost = true;
                        error
                    }
                    read => return read,
                },
                Err(error) => match error.kind() {
                    RequestErrorKind::NoResponders if !lost => return Err(not_served(subject)),
                    RequestErrorKind::MaxPayloadExceeded => {
                        let (len, most) = (payload.len(), self.max_payload());
                        let problem = format!(
                            "the request takes {len} bytes, and the server passes on {most}: send less"
                        );
                        return Err(ServiceError::new(ServiceErrorKind::TooLarge, problem));
                    }
                    RequestErrorKind::NoResponders => not_served(subject),
                    RequestErrorKind::InvalidSubject => {
                        return Err(ServiceError::new(
                            ServiceErrorKind::Invalid,
                            error.to_string(),
                        ));
                    }
                    _ => {
                        lost = true;
                        ServiceError::new(ServiceErrorKind::Unknown, error.to_string())
                    }
                },
            };
            if Instant::now() + pause >= until {
                return Err(match (lost, error.kind()) {
                    (true, ServiceErrorKind::Unknown | ServiceErrorKind::NotServed) => {
                        unknown(subject, self.deadline)
                    }
                    _ => error,
                });
            }
            tokio::time::sleep(pause.mul_f64(rand::random_range(0.5..1.0))).await;
            pause = (pause * 2).min(PAUSE);
        }
    }

    fn max_payload(&self) -> usize {
        self.connection.client.server_info().max_payload
    }
}

fn malformed(problem: &str) -> Error {
    ServiceError::new(ServiceErrorKind::Malformed, format!("cannot be sent: {problem}")).into()
}

fn not_served(subject: &str) -> ServiceError {
    ServiceError::new(
        ServiceErrorKind::NotServed,
        format!("nobody serves `{subject}`: start a process that does, with `Handle::serve`"),
    )
}

fn unknown(subject: &str, deadline: Duration) -> ServiceError {
    let seconds = deadline.as_secs_f64();
    ServiceError::new(
        ServiceErrorKind::Unknown,
        format!(
            "nobody answered on `{subject}` within {seconds} s: what became of it is unknown; send a \
             command again with its id"
        ),
    )
}

/// What an answer says, or the error that it is.
fn read(answer: &Message) -> Result<Json, ServiceError> {
    let unreadable = |problem: String| {
        ServiceError::new(ServiceErrorKind::Malformed, format!("the answer is no JSON: {problem}"))
    };
    let header = |name: &str| answer.headers.as_ref().and_then(|headers| headers.get(name));
    if let Some(code) = header(wire::ERROR_CODE) {
        let body: Json = serde_json::from_slice(&answer.payload).unwrap_or_default();
        let said = header(wire::ERROR).map_or("", |text| text.as_str());
        let message = body["message"].as_str().unwrap_or(said);
        let is = |expected: Code| code.as_str() == expected.number().to_string();
        let kind = if is(Code::Busy) && body.get("command_id").is_some() {
            ServiceErrorKind::Unknown
        } else if is(Code::Busy) {
            ServiceErrorKind::Busy
        } else if is(Code::Malformed) || is(Code::Unknown) {
            ServiceErrorKind::Malformed
        } else {
            ServiceErrorKind::Failed
        };
        return Err(ServiceError::new(kind, message));
    }
    serde_json::from_slice(&answer.payload).map_err(|error| unreadable(error.to_string()))
}

impl<S> Clone for Client<S> {
    fn clone(&self) -> Self {
        Self {
            connection: self.connection.clone(),
            environment: Arc::clone(&self.environment),
            actor: self.actor.clone(),
            cause: self.cause,
            command_id: self.command_id,
            deadline: self.deadline,
            system: PhantomData,
        }
    }
}

impl<S> fmt::Debug for Client<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("connection", &self.connection).finish_non_exhaustive()
    }
}
