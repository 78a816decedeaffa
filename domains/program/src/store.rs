//! The store that the arguments name.

use cim_runtime::system::System;
use cim_runtime::{Error, Handle};

/// Where events are.
#[derive(Debug, clap::Args)]
pub struct StoreArguments {
    /// Where the events go: `memory:`, `file:DIR`, a path, or `nats://HOST/STREAM`.
    #[arg(long, value_name = "URL")]
    store: String,
    /// Say on standard error what was found at the server.
    #[arg(long, short)]
    verbose: bool,
}

impl StoreArguments {
    /// What was given.
    pub fn url(&self) -> &str {
        &self.store
    }

    /// Opens the store for a system.
    ///
    /// # Errors
    ///
    /// What the store itself says.
    pub async fn open<S: System>(self) -> Result<Handle<S>, Error> {
        let system = Handle::<S>::open(self.store).await?;
        if self.verbose
            && let Some(found) = system.store().start_up()
        {
            eprintln!("{found}");
        }
        Ok(system)
    }
}
