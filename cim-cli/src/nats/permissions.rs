//! `cim nats permissions`: what each role may do, for the server's configuration.

use std::path::PathBuf;

use cim_runtime::config::Config;
use cim_runtime::store::{JetStreamStore, Role, StoreSubjects};

use super::forms;
use crate::failure::Failure;
use crate::open::Url;
use crate::output::Output;

/// Print the permissions that each role needs, and no others
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  cim nats permissions --stream SHOP --domain shop > permissions.conf
  cim nats permissions --store nats://localhost/SHOP --role reader
  cim nats permissions --config shop.toml --nsc

Roles:
  writer     decides commands, stores events, serves commands and queries
  reader     reads and follows events, loads aggregates, asks queries
  client     sends commands and queries to services
  projector  follows events, keeps read models, serves queries
  admin      creates, changes, restores, purges and deletes the streams

The text is a part of a nats-server configuration; passwords are variables, such as $SHOP_WRITER_PASSWORD.
Each role has inboxes of its own: give the prefix to those who have the role, as `inbox` of [nats], as
`?inbox=PREFIX` in an address, or with JetStreamOptions::inbox_prefix.")]
pub(crate) struct Print {
    /// The name of the JetStream stream, which need not be there
    #[arg(long, value_name = "NAME", conflicts_with_all = ["store", "config"], requires = "domains")]
    #[arg(required_unless_present_any = ["store", "config"])]
    stream: Option<String>,

    /// A domain whose events are in the stream [default: those that the stream has]
    #[arg(long = "domain", value_name = "NAME")]
    domains: Vec<String>,

    /// The store, as nats://HOST/STREAM: its stream says what its domains are
    #[arg(long, value_name = "URL", conflicts_with = "config")]
    store: Option<Url>,

    /// A configuration that names the store
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// The JetStream domain in which the stream is, behind a leaf node
    #[arg(long, value_name = "NAME", requires = "stream")]
    jetstream_domain: Option<String>,

    /// The prefix under which JetStream's interface is imported
    #[arg(long, value_name = "PREFIX", requires = "stream", conflicts_with = "jetstream_domain")]
    jetstream_prefix: Option<String>,

    /// Only this role; may be given several times
    #[arg(long = "role", value_name = "ROLE")]
    roles: Vec<Role>,

    /// As commands for nsc, where users are JWTs
    #[arg(long)]
    nsc: bool,
}

impl Print {
    pub(crate) async fn run(self, out: &mut Output) -> Result<(), Failure> {
        let subjects = self.subjects().await?;
        let roles = if self.roles.is_empty() { &Role::ALL[..] } else { &self.roles };
        let permissions: Vec<_> = roles.iter().map(|role| subjects.permissions(*role)).collect();
        if out.is_json() {
            out.object(&permissions)
        } else if self.nsc {
            out.line(forms::nsc(subjects.stream(), &permissions).trim_end())
        } else {
            out.line(forms::server(subjects.stream(), &permissions).trim_end())
        }
    }

    async fn subjects(&self) -> Result<StoreSubjects, Failure> {
        let trouble = |error: cim_runtime::store::StoreError| Failure::trouble(error.to_string());
        if let Some(stream) = &self.stream {
            let mut subjects = StoreSubjects::new(stream, &self.domains).map_err(trouble)?;
            if let Some(domain) = &self.jetstream_domain {
                subjects = subjects.jetstream_domain(domain);
            }
            if let Some(prefix) = &self.jetstream_prefix {
                subjects = subjects.jetstream_prefix(prefix);
            }
            return Ok(subjects);
        }
        let store = match (&self.store, &self.config) {
            (Some(url), _) => url.existing_jetstream().await?,
            (None, Some(file)) => configured(file).await?,
            (None, None) => return Err(Failure::trouble("no store is named: see --help")),
        };
        let subjects = match &self.domains[..] {
            [] => store.subjects().await,
            domains => store.subjects_of(domains),
        };
        subjects.map_err(trouble)
    }
}

async fn configured(file: &std::path::Path) -> Result<JetStreamStore, Failure> {
    let config = Config::load(file).map_err(|error| Failure::trouble(error.to_string()))?;
    let Some((options, url)) = config.jetstream() else {
        let file = file.display();
        return Err(Failure::trouble(format!("{file} names no NATS server: set `url` of [nats]")));
    };
    let store = options.must_exist().connect(&url).await;
    store.map_err(|error| Failure::store(&cim_runtime::store::shown(&url), &error))
}
