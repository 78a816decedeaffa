//! The store that the arguments name.

use cim_person::People;
use cim_runtime::{Error, Handle};

#[derive(clap::Args)]
pub(crate) struct StoreArguments {
    /// Where the events go: `memory:`, `file:DIR`, a path, or `nats://HOST/STREAM`.
    #[arg(long, value_name = "URL")]
    store: String,
    /// Say on standard error what was found at the server.
    #[arg(long, short)]
    verbose: bool,
}

impl StoreArguments {
    /// What was given.
    pub(crate) fn url(&self) -> &str {
        &self.store
    }

    pub(crate) async fn open(self) -> Result<Handle<People>, Error> {
        let people = People::open(self.store).await?;
        if self.verbose
            && let Some(found) = people.store().start_up()
        {
            eprintln!("{found}");
        }
        Ok(people)
    }
}
