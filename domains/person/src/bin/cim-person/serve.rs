//! Serves the people over NATS until it is told to stop.

use cim_person::People;
use cim_program::ServeArguments;
use cim_runtime::service::ServeOptions;

/// Serve the commands and queries over NATS, and run its policies and projections.
///
/// Each command and each query has a subject of its own, which takes JSON: see docs/services.md.
/// Several processes may serve one store in JetStream. SIGINT and SIGTERM stop it, once what has come
/// is answered.
#[derive(clap::Args)]
#[command(after_help = "Examples:
  cim-person serve --store nats://localhost/PEOPLE
  cim-person serve --store people.cim --nats nats://localhost --metrics 127.0.0.1:9464
  nats req people.cmd.person.SuspendPerson '{\"id\": \"…\", \"command\": {\"reason\": \"asked to\"}}'")]
pub(crate) struct Arguments {
    #[command(flatten)]
    serve: ServeArguments,
}

pub(crate) async fn run(arguments: Arguments) -> anyhow::Result<()> {
    let options = ServeOptions::default()
        .version(env!("CARGO_PKG_VERSION"))
        .description("people, and how they are taken in");
    arguments.serve.run::<People>(options).await
}
