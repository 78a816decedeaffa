//! The people, asked alone.

use cim_person::onboarding::Onboarding;
use cim_person::person::Person;
use cim_person::views::{NetworkView, SearchView, SummaryView};
use cim_runtime::prelude::*;
use cim_runtime::system::Workers;

use cim_program::StoreArguments;

/// What answers, and nothing that reacts: who asks should change nothing.
#[system(aggregates(Person, Onboarding), projections(SummaryView, SearchView, NetworkView))]
pub(crate) struct Asked;

/// The people of the store, to be asked as long as the workers are kept.
pub(crate) async fn start(store: StoreArguments) -> Result<(Handle<Asked>, Workers), Error> {
    let people = store.open::<cim_person::People>().await?;
    let asked = Handle::<Asked>::over(std::sync::Arc::clone(people.store()));
    let workers = asked.start().await?;
    Ok((asked, workers))
}
