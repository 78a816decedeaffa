//! An aggregate has so many events, and no more.

use std::sync::Arc;

use cim_runtime::config::Config;
use cim_runtime::prelude::*;
use cim_runtime::store::{MemoryStore, Store};
use cim_runtime::{Error, Options};

use crate::lamp::*;

#[tokio::test]
async fn a_full_aggregate_refuses_and_keeps_what_it_has() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let options = Options::default().max_events_per_aggregate(2);
    let street = Handle::<Street>::with_options(Arc::clone(&store), options);
    let lamp = LampId::of(1);
    street.send(&lamp, SwitchOn).await.unwrap();
    street.send(&lamp, SwitchOff).await.unwrap();
    for _ in 0..2 {
        let error = street.send(&lamp, SwitchOn).await.unwrap_err();
        assert!(!error.is_refusal());
        let SendError::Error(error @ Error::Full { events: 2, limit: 2, .. }) = error else {
            panic!("{error}")
        };
        assert!(!error.is_retryable());
        assert!(error.to_string().contains("`max_events_per_aggregate`"), "{error}");
    }
    assert_eq!(street.history::<Lamp>(&lamp, 0).await.unwrap().len(), 2);
    // What the machine itself would not take is said first.
    assert!(street.send(&lamp, SwitchOff).await.unwrap_err().is_refusal());
    // Others have room, and whoever sets no limit has none.
    street.send(&LampId::of(2), SwitchOn).await.unwrap();
    Handle::<Street>::over(store).send(&lamp, SwitchOn).await.unwrap();
}

#[tokio::test]
async fn a_system_is_set_up_as_its_configuration_says() {
    let text = "[event_store]\nurl = \"memory:\"\nmax_events_per_aggregate = 1";
    let street = Street::configured(&Config::parse(text).unwrap()).await.unwrap();
    street.send(&LampId::of(1), SwitchOn).await.unwrap();
    let error = street.send(&LampId::of(1), SwitchOff).await.unwrap_err();
    assert!(matches!(error, SendError::Error(Error::Full { limit: 1, .. })), "{error}");
}
