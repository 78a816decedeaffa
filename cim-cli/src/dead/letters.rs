//! The dead letters of a store, policy by policy.

use std::sync::Arc;

use cim_runtime::policy::{DeadLetterOffice, Filed};
use cim_runtime::store::{Store, StoreError, StoreErrorKind};

use super::number::Number;
use crate::failure::Failure;
use crate::open::StoreUrl;

/// Which store, and which policy of it.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    #[command(flatten)]
    pub(super) store: StoreUrl,

    /// The policy's name; that of all policies unless given
    #[arg(long, value_name = "NAME")]
    pub(super) policy: Option<String>,
}

/// The letters of a store that is open.
pub(super) struct Letters {
    pub(super) store: Arc<dyn Store>,
    office: Option<DeadLetterOffice>,
    url: String,
}

impl Place {
    pub(super) async fn open(&self) -> Result<Letters, Failure> {
        let url = self.store.as_str().to_owned();
        let store = self.store.existing_or(|error| told(&url, error)).await?;
        let office = DeadLetterOffice::of(&*store).await;
        let office = office.map_err(|error| told(&url, &error))?;
        Ok(Letters { store, office, url })
    }

    /// The policies that are meant: those of the store, or the one that is named and must be there.
    pub(super) async fn policies(&self, letters: &Letters) -> Result<Vec<String>, Failure> {
        let all = letters.policies().await?;
        let Some(name) = &self.policy else { return Ok(all) };
        if all.contains(name) {
            return Ok(vec![name.clone()]);
        }
        let url = self.store.as_str();
        Err(Failure::no(match &all[..] {
            [] => format!("{url} has no policy `{name}`: no policy has run there yet"),
            all => format!("{url} has no policy `{name}`; those with rows are: {}", all.join(", ")),
        }))
    }
}

impl Letters {
    async fn policies(&self) -> Result<Vec<String>, Failure> {
        match &self.office {
            Some(office) => office.policies().await.map_err(|error| self.trouble(&error)),
            None => Ok(Vec::new()),
        }
    }

    /// All letters of a policy.
    pub(super) async fn of(&self, policy: &str) -> Result<Vec<Filed>, Failure> {
        match &self.office {
            Some(office) => office.list(policy).await.map_err(|error| self.trouble(&error)),
            None => Ok(Vec::new()),
        }
    }

    /// Has letters of a policy sent again, or drops them. Returns those that were there.
    pub(super) async fn change(
        &self,
        policy: &str,
        numbers: &[Number],
        retry: bool,
    ) -> Result<Vec<Number>, Failure> {
        let Some(office) = &self.office else { return Ok(Vec::new()) };
        let numbers: Vec<_> = numbers.iter().map(|number| number.0).collect();
        let found = match retry {
            true => office.retry(policy, &numbers).await,
            false => office.discard(policy, &numbers).await,
        };
        Ok(found.map_err(|error| self.trouble(&error))?.into_iter().map(Number).collect())
    }

    pub(super) fn trouble(&self, error: &StoreError) -> Failure {
        told(&self.url, error)
    }
}

fn told(url: &str, error: &StoreError) -> Failure {
    match error.kind() {
        StoreErrorKind::Locked => Failure::trouble(format!(
            "{url}: {error}; its dead letters are looked at and changed when that process has \
             ended, or by itself, with `workers.dead_letters(…)`"
        )),
        _ => Failure::store(url, error),
    }
}
