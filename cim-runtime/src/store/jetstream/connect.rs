//! Connects, and sees to it that the stream is there and is what it should be.

use std::time::Duration;

use async_nats::jetstream;
use async_nats::jetstream::context::{CreateStreamErrorKind, RequestErrorKind};
use async_nats::jetstream::response::Response;
use async_nats::jetstream::stream::{Info, StorageType};
use async_nats::{Client, ConnectErrorKind};
use tokio::sync::watch;

use super::address::Address;
use super::interface::Interface;
use super::link::{self, Link};
use super::options::{JetStreamOptions, Reached};
use super::refusals::Refusals;
use super::server::{Server, patience};
use super::subjects::Api;
use super::wire::code;
use super::{contract, errors, subjects, sync};
use crate::store::{DiskSync, Durability, StartUp, StoreError, StoreErrorKind};

/// How often the server is asked whether it is there. A connection that was cut without a word is
/// noticed after three of these, which leaves time within the deadline to go to another server.
const PING: Duration = Duration::from_secs(2);

/// How long one server may take to greet.
const GREETING: Duration = Duration::from_secs(3);

/// No pause between two attempts to connect again is longer.
const RECONNECT: Duration = Duration::from_millis(500);

/// Connects, and checks what was declared.
pub(super) async fn connect(
    address: &Address,
    options: &JetStreamOptions,
) -> Result<(Server, Info, StartUp), StoreError> {
    let (events, connected) = watch::channel(true);
    let refusals = Refusals::new(options.login.inbox());
    let client = client(address, options, events, refusals.clone()).await?;
    contract::check_version(&client.server_info())?;
    let mut context = match &options.reached {
        Reached::Here => jetstream::new(client.clone()),
        Reached::Domain(domain) => jetstream::with_domain(client.clone(), domain),
        Reached::Prefix(prefix) => jetstream::with_prefix(client.clone(), prefix),
    };
    context.set_timeout(patience());
    let api = Api::of(&options.reached);
    let interface = Interface { context: &context, api: &api, refusals: &refusals };
    let (mut info, created) = stream(interface, address, options).await?;
    let missing = subjects::missing(&info.config, &options.domains);
    if options.durability == Durability::Dev && !missing.is_empty() {
        info = subjects::extend(interface, &address.stream, missing).await?;
    }
    let sync = sync::look(&client, &refusals, &info, options).await;
    contract::check_stream(&info.config, options, &sync)?;
    let start_up = start_up(&client, &info, options, sync, created);
    let name = &info.config.name;
    let stream = context
        .get_stream_no_info(name)
        .await
        .map_err(|error| errors::not_created(name, &error.to_string()))?;
    let link = Link::new(client.clone(), connected, refusals);
    let server = Server::new(client, context, stream, &info, api, link, options.deadline);
    Ok((server, info, start_up))
}

fn start_up(
    client: &Client,
    info: &Info,
    options: &JetStreamOptions,
    sync: DiskSync,
    created: bool,
) -> StartUp {
    let (server, config) = (client.server_info(), &info.config);
    let positive = |limit: i64| u64::try_from(limit).ok().filter(|limit| *limit > 0);
    let of_stream = positive(config.max_message_size.into());
    let max_commit = of_stream.map_or(server.max_payload, |limit| {
        usize::try_from(limit).map_or(server.max_payload, |limit| limit.min(server.max_payload))
    });
    StartUp {
        server: server.server_name,
        version: server.version,
        cluster: server.cluster,
        stream: config.name.clone(),
        created,
        subjects: config.subjects.clone(),
        replicas: config.num_replicas,
        in_files: config.storage == StorageType::File,
        durability: options.durability,
        sync,
        max_commit,
        max_bytes: positive(config.max_bytes),
        messages: info.state.messages,
        bytes: info.state.bytes,
    }
}

async fn client(
    address: &Address,
    options: &JetStreamOptions,
    events: watch::Sender<bool>,
    refusals: Refusals,
) -> Result<Client, StoreError> {
    let connecting = options.login.options().await;
    let connecting = connecting
        .map_err(|problem| StoreError::new(StoreErrorKind::Invalid, problem))?
        .ping_interval(PING)
        .connection_timeout(GREETING)
        .request_timeout(Some(patience()))
        .reconnect_delay_callback(|attempts| {
            let steps = u32::try_from(attempts.min(10)).unwrap_or_default();
            let most = Duration::from_millis(5).saturating_mul(1 << steps).min(RECONNECT);
            most.mul_f64(rand::random_range(0.5..1.0))
        })
        .event_callback(move |event| {
            link::note(&events, &refusals, &event);
            std::future::ready(())
        });
    let shown = address.shown();
    connecting.connect(&address.nats.servers[..]).await.map_err(|error| match error.kind() {
        ConnectErrorKind::AuthorizationViolation | ConnectErrorKind::Authentication => {
            errors::not_allowed(&shown)
        }
        _ => errors::not_connected(&shown, &error.to_string()),
    })
}

/// The stream, which is created when it is not there; true, if it was.
async fn stream(
    interface: Interface<'_>,
    address: &Address,
    options: &JetStreamOptions,
) -> Result<(Info, bool), StoreError> {
    let name = &address.stream;
    let refused = |problem: &str| errors::not_created(name, problem);
    let what = format!("looking at the stream `{name}`");
    let found = match interface.request::<Info>(&what, ("STREAM.INFO", name), &()).await? {
        Ok(found) => found,
        Err(error) => {
            return Err(match error.kind() {
                // Without JetStream nobody listens on its subjects.
                RequestErrorKind::NoResponders => errors::no_jetstream(&address.shown()),
                _ => refused(&error.to_string()),
            });
        }
    };
    match found {
        Response::Ok(info) => return Ok((info, false)),
        Response::Err { error } => match error.error_code() {
            jetstream::ErrorCode::STREAM_NOT_FOUND if options.must_exist => {
                return Err(errors::not_there(name, &address.shown()));
            }
            jetstream::ErrorCode::STREAM_NOT_FOUND => {}
            jetstream::ErrorCode::JETSTREAM_NOT_ENABLED
            | jetstream::ErrorCode::JETSTREAM_NOT_ENABLED_FOR_ACCOUNT => {
                return Err(errors::no_jetstream(&address.shown()));
            }
            _ => return Err(refused(&error.to_string())),
        },
    }
    // Two processes that do this at once send the same settings, which is no error.
    let what = format!("the stream `{name}` is not there, and creating it");
    let created = interface.context.create_stream(contract::config(name, options));
    match interface.permitted(&what, ("STREAM.CREATE", name), created).await? {
        Ok(stream) => Ok((stream.cached_info().clone(), true)),
        Err(error) => Err(match error.kind() {
            CreateStreamErrorKind::JetStream(error)
                if error.error_code().0 == code::SUBJECTS_OVERLAP =>
            {
                errors::overlap(name)
            }
            _ => refused(&error.to_string()),
        }),
    }
}
