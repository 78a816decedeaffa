//! Which subjects the stream has, and those of the server that are asked about it.
//!
//! A stream cannot have those of all domains at once: the server's own subjects would be among them.
//! So it has those of each domain that is declared, and those of a domain with its own name, if only
//! because no stream has none.

use std::collections::BTreeSet;

use async_nats::jetstream::context::RequestError;
use async_nats::jetstream::response::Response;
use async_nats::jetstream::stream::{Config, Info};
use serde_json::Value;

use super::interface::Interface;
use super::options::Reached;
use super::wire::code;
use super::{Inner, errors};
use crate::store::{Durability, StoreError};
use crate::subject::{StreamName, is_match, streams_of};

/// Where JetStream's interface is, unless it is reached otherwise.
pub(super) const API: &str = "$JS.API";

/// JetStream's interface.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Api(String);

impl Api {
    pub(super) fn of(reached: &Reached) -> Self {
        Self(match reached {
            Reached::Here => API.to_owned(),
            Reached::Domain(domain) => format!("$JS.{domain}.API"),
            Reached::Prefix(prefix) => prefix.clone(),
        })
    }

    /// Where one thing is asked of a stream, such as `STREAM.INFO`.
    pub(super) fn ask(&self, what: &str, stream: &str) -> String {
        format!("{}.{what}.{stream}", self.0)
    }

    /// Where the limits of the account are asked for, before a bucket is made.
    pub(super) fn account(&self) -> String {
        format!("{}.INFO", self.0)
    }

    /// The values of a bucket. Where the interface is reached otherwise, they are behind it.
    pub(super) fn values(&self, bucket: &str) -> String {
        let values = values_of(bucket);
        if self.0 == API { values } else { format!("{}.{values}", self.0) }
    }

    /// The objects of a bucket, and their pieces.
    pub(super) fn objects(&self, bucket: &str) -> String {
        let objects = format!("$O.{bucket}.>");
        if self.0 == API { objects } else { format!("{}.{objects}", self.0) }
    }
}

/// Whether subjects can begin with it.
pub(super) fn is_prefix(text: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && !b".*>".contains(&byte);
    text.len() <= 100
        && text.split('.').all(|token| !token.is_empty() && token.bytes().all(is_plain))
}

/// The bucket in which the last snapshot of each aggregate is.
pub(super) fn snapshots(stream: &str) -> String {
    format!("{stream}_snapshots")
}

/// The bucket of objects in which snapshots are that do not fit into one message.
pub(super) fn large_snapshots(stream: &str) -> String {
    format!("{stream}_large_snapshots")
}

/// The stream behind a bucket of objects.
pub(super) fn stream_of_objects(bucket: &str) -> String {
    format!("OBJ_{bucket}")
}

/// The bucket in which projections keep what they read from the stream.
pub(super) fn projections(stream: &str) -> String {
    format!("{stream}_projections")
}

/// The stream behind a bucket.
pub(super) fn stream_of(bucket: &str) -> String {
    format!("KV_{bucket}")
}

/// The subjects of the stream behind a bucket.
pub(super) fn values_of(bucket: &str) -> String {
    format!("$KV.{bucket}.>")
}

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

/// Gives the stream further subjects. All else of its configuration is sent back as it came: this
/// client need not know every setting that the server has.
pub(super) async fn extend(
    interface: Interface<'_>,
    stream: &str,
    subjects: Vec<String>,
) -> Result<Info, StoreError> {
    let wrong = |problem: &str| errors::not_extended(stream, &subjects, problem);
    let failed = |error: RequestError| errors::not_extended_now(stream, &subjects, &error);
    let what = format!("adding the subjects {} to the stream `{stream}`", subjects.join(", "));
    let found = interface.request::<Value>(&what, ("STREAM.INFO", stream), &()).await?;
    let found = match found.map_err(failed)? {
        Response::Ok(found) => found,
        Response::Err { error } => return Err(wrong(&error.to_string())),
    };
    let mut config = found["config"].clone();
    match add(&mut config, &subjects) {
        Some(true) => {}
        // Somebody else has added them meanwhile.
        Some(false) => {
            return serde_json::from_value(found).map_err(|error| wrong(&error.to_string()));
        }
        None => return Err(wrong("it has none, and copies another stream")),
    }
    let extended = interface.request(&what, ("STREAM.UPDATE", stream), &config).await?;
    match extended.map_err(failed)? {
        Response::Ok(info) => Ok(info),
        Response::Err { error } if error.error_code().0 == code::SUBJECTS_OVERLAP => {
            Err(errors::overlap(stream))
        }
        Response::Err { error } => Err(wrong(&error.to_string())),
    }
}

/// Adds those subjects that a configuration does not have; whether there are any. `None` for one
/// without subjects.
fn add(config: &mut Value, subjects: &[String]) -> Option<bool> {
    let had = config["subjects"].as_array_mut()?;
    let is_new = |subject: &&String| !had.iter().any(|had| had.as_str() == Some(subject));
    let new: Vec<_> = subjects.iter().filter(is_new).map(|new| Value::from(new.as_str())).collect();
    let some = !new.is_empty();
    had.extend(new);
    Some(some)
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
        extend(self.server.interface(), self.server.name(), subjects).await.map(drop)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn adding_subjects_changes_nothing_else() {
        let shop = ["shop.evt.*.*".to_owned()];
        let mut config = json!({"subjects": ["a"], "of_a_later_server": {"kept": [1, 2]}});
        assert_eq!(add(&mut config, &shop), Some(true));
        let expected = json!({"subjects": ["a", shop[0]], "of_a_later_server": {"kept": [1, 2]}});
        assert_eq!(config, expected);
        assert_eq!(add(&mut config, &shop), Some(false));
        assert_eq!(config, expected);
        assert_eq!(add(&mut json!({"mirror": {"name": "OTHER"}}), &shop), None);
    }

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
