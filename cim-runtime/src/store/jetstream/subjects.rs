//! Which subjects the stream has.
//!
//! A stream cannot have those of all domains at once: the server's own subjects would be among them.
//! So it has those of each domain that is declared, and those of a domain with its own name, if only
//! because no stream has none.

use std::collections::BTreeSet;

use async_nats::jetstream::Context;
use async_nats::jetstream::stream::{Config, Info};

use super::options::Durability;
use super::wire::code;
use super::{Inner, errors};
use crate::store::StoreError;
use crate::subject::{StreamName, is_match, streams_of};

/// The subjects of a new stream.
pub(super) fn of(name: &str, domains: &BTreeSet<String>) -> Vec<String> {
    let others = domains.iter().filter(|domain| *domain != name).map(String::as_str);
    std::iter::once(name).chain(others).map(streams_of).collect()
}

/// The subjects of those domains that the stream does not have.
pub(super) fn missing(config: &Config, domains: &BTreeSet<String>) -> Vec<String> {
    let subjects = domains.iter().map(|domain| streams_of(domain));
    subjects.filter(|subjects| !has(config, subjects)).collect()
}

// A wildcard of ours is a token like any other to a pattern that is as wide or wider.
fn has(config: &Config, subject: &str) -> bool {
    config.subjects.iter().any(|pattern| is_match(pattern, subject))
}

/// Gives the stream further subjects.
pub(super) async fn extend(
    context: &Context,
    mut config: Config,
    subjects: Vec<String>,
) -> Result<Info, StoreError> {
    config.subjects.extend(subjects.iter().cloned());
    context.update_stream(&config).await.map_err(|error| match error.kind() {
        async_nats::jetstream::context::CreateStreamErrorKind::JetStream(error)
            if error.error_code().0 == code::SUBJECTS_OVERLAP =>
        {
            errors::overlap(&config.name)
        }
        _ => errors::not_extended(&config.name, &subjects, &error.to_string()),
    })
}

impl Inner {
    /// Nobody took a message for this stream: sees to it that the next is taken, if that is for us to
    /// do.
    pub(super) async fn must_have(&self, stream: &StreamName) -> Result<(), StoreError> {
        let Some(info) = self.server.info().await? else {
            return self.watch.look(&self.server).await;
        };
        self.watch.same_stream(&info, &self.server)?;
        if has(&info.config, stream.as_str()) {
            // A leader is being elected.
            return Ok(());
        }
        let subjects = vec![streams_of(stream.domain())];
        if self.durability != Durability::Dev {
            let problem = "its subjects are for the operator to set";
            return Err(errors::not_extended(self.server.name(), &subjects, problem));
        }
        extend(&self.server.context, info.config, subjects).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wider_pattern_has_a_domains_subjects() {
        let stream =
            |subject: &str| Config { subjects: vec![subject.to_owned()], ..Config::default() };
        let shop = BTreeSet::from(["shop".to_owned()]);
        for enough in ["shop.evt.*.*", "shop.>", "shop.evt.>"] {
            assert!(missing(&stream(enough), &shop).is_empty(), "{enough}");
        }
        for wrong in ["shop.evt.order.*", "shop.evt.*.1", "shops.>", "shop.evt.*"] {
            assert_eq!(missing(&stream(wrong), &shop), ["shop.evt.*.*"], "{wrong}");
        }
    }
}
