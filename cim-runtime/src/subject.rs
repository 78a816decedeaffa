//! NATS subjects: every subject of the product is made here.

use std::fmt;
use std::sync::Arc;

use crate::id::{IdInner, InvalidId, push_token};
use crate::machine::is_same;

/// The name of an aggregate type: its domain and its own name, such as `shop.order`.
///
/// Both are tokens of subjects, made of `[a-z0-9_-]`; `#[aggregate]` checks them when compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct AggregateName(&'static str);

impl AggregateName {
    /// The name written `<domain>.<name>`.
    #[doc(hidden)]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Such as `shop.order`.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

/// Whether the aggregate at this place has a name that none before it has.
#[doc(hidden)]
pub const fn has_own_name(names: &[AggregateName], index: usize) -> bool {
    let mut i = 0;
    while i < index {
        if is_same(names[i].0, names[index].0) {
            return false;
        }
        i += 1;
    }
    true
}

impl fmt::Display for AggregateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// The subject of one aggregate instance's events, which is also the name of its stream in every
/// store: `<domain>.evt.<aggregate>.<id>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StreamName(Arc<str>);

impl StreamName {
    /// The stream of the aggregate `aggregate` (as in [`AggregateName`]'s text form) with this id.
    ///
    /// # Errors
    ///
    /// When the id is empty or too long, or the aggregate's name is not `<domain>.<name>`.
    pub fn new(aggregate: &str, id: &str) -> Result<Self, InvalidId> {
        let (domain, name) = split_aggregate(aggregate)
            .ok_or_else(|| InvalidId::Aggregate(aggregate.chars().take(80).collect()))?;
        String::parse_id(id)?;
        let mut subject = String::with_capacity(aggregate.len() + 5 + id.len());
        subject.push_str(domain);
        subject.push_str(".evt.");
        subject.push_str(name);
        subject.push('.');
        push_token(&mut subject, id.as_bytes());
        Ok(Self(subject.into()))
    }

    /// The subject.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The domain of the aggregate.
    pub fn domain(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}

impl AggregateName {
    /// The domain of the aggregate.
    pub(crate) fn domain(self) -> &'static str {
        self.0.split('.').next().unwrap_or_default()
    }
}

/// The subjects of all streams of a domain. Exactly four tokens: what has more is not ours.
#[cfg(feature = "jetstream")]
pub(crate) fn streams_of(domain: &str) -> String {
    format!("{domain}.evt.*.*")
}

/// Where the services of a domain take commands.
#[cfg(feature = "jetstream")]
pub(crate) fn commands_of(domain: &str) -> String {
    format!("{domain}.cmd.>")
}

/// Where the services of a domain take queries.
#[cfg(feature = "jetstream")]
pub(crate) fn queries_of(domain: &str) -> String {
    format!("{domain}.qry.>")
}

/// Where a command of an aggregate is sent: `<domain>.cmd.<aggregate>.<Command>`.
#[cfg(feature = "jetstream")]
pub(crate) fn command(aggregate: AggregateName, command: &str) -> String {
    let (domain, name) = aggregate.0.split_once('.').unwrap_or((aggregate.0, ""));
    let mut subject = format!("{domain}.cmd.{name}.");
    push_token(&mut subject, command.as_bytes());
    subject
}

/// Where a question to a projection is sent: `<domain>.qry.<projection>.<Query>`.
#[cfg(feature = "jetstream")]
pub(crate) fn query(domain: &str, projection: &str, query: &str) -> String {
    let mut subject = format!("{domain}.qry.{projection}.");
    push_token(&mut subject, query.as_bytes());
    subject
}

/// Where a service is asked something: among all, by its name, and alone.
#[cfg(feature = "jetstream")]
pub(crate) fn service(verb: &str, name: &str, id: &str) -> [String; 3] {
    let all = format!("$SRV.{verb}");
    let named = format!("{all}.{name}");
    let alone = format!("{named}.{id}");
    [all, named, alone]
}

/// Where NATS asks services who they are and how they do.
#[cfg(feature = "jetstream")]
pub(crate) const SERVICES: &str = "$SRV.>";

/// Whether a text is a token of ours: the name of a domain, of an aggregate.
pub(crate) fn is_token(token: &str) -> bool {
    let plain = |byte: u8| {
        byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-'
    };
    !token.is_empty() && token.bytes().all(plain)
}

/// Whether a subject is one of those that `pattern` stands for.
#[cfg(feature = "jetstream")]
pub(crate) fn is_match(pattern: &str, subject: &str) -> bool {
    let (mut patterns, mut tokens) = (pattern.split('.'), subject.split('.'));
    loop {
        match (patterns.next(), tokens.next()) {
            (Some(">"), Some(_)) | (None, None) => return true,
            (Some("*"), Some(_)) => {}
            (Some(pattern), Some(token)) if pattern == token => {}
            _ => return false,
        }
    }
}

/// The longest name of an aggregate: with it and the longest id, a subject has 255 bytes.
const MAX_AGGREGATE: usize = 50;

/// The two tokens of an aggregate's name. Names also come from files that others wrote, where a
/// wildcard or a third token would make one stream's subject mean another's.
fn split_aggregate(aggregate: &str) -> Option<(&str, &str)> {
    let (domain, name) = aggregate.split_once('.')?;
    let sound = aggregate.len() <= MAX_AGGREGATE && is_token(domain) && is_token(name);
    sound.then_some((domain, name))
}

impl fmt::Display for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for StreamName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StreamName({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::MAX_TOKEN;

    #[test]
    fn a_stream_is_named_by_its_subject() {
        let stream = StreamName::new("shop.order", "99 1").unwrap();
        assert_eq!(stream.as_str(), "shop.evt.order.99=201");
    }

    #[test]
    fn a_domain_has_its_streams_and_no_others() {
        let shop = streams_of("shop");
        let order = StreamName::new("shop.order", "a.b").unwrap();
        assert!(is_match(&shop, order.as_str()) && is_match(">", order.as_str()));
        assert_eq!((order.domain(), AggregateName::new("shop.order").domain()), ("shop", "shop"));
        for other in ["shop.evt.order", "shop.evt.order.1.2", "shop2.evt.order.1", "shop.cmd.a.b"] {
            assert!(!is_match(&shop, other), "{other}");
        }
        assert!(is_match("shop.>", "shop.evt.order.1") && !is_match("shop.>", "shop"));
    }

    #[cfg(feature = "jetstream")]
    #[test]
    fn commands_and_queries_have_subjects_of_their_own() {
        let subject = command(AggregateName::new("shop.order"), "PlaceOrder");
        assert_eq!(subject, "shop.cmd.order.PlaceOrder");
        assert!(is_match(&commands_of("shop"), &subject));
        let subject = query("shop", "sales", "OrdersOf");
        assert_eq!(subject, "shop.qry.sales.OrdersOf");
        assert!(is_match(&queries_of("shop"), &subject));
        let subjects = service("PING", "shop", "7");
        assert_eq!(subjects, ["$SRV.PING", "$SRV.PING.shop", "$SRV.PING.shop.7"]);
        assert!(subjects.iter().all(|subject| is_match(SERVICES, subject)));
    }

    #[test]
    fn an_aggregate_cannot_reach_into_other_subjects() {
        for aggregate in [
            "shop",
            "",
            ".",
            "shop.",
            ".order",
            "a.b.c",
            "shop.*",
            "shop.>",
            "shop.or der",
            "Shop.order",
            "shop.o\r\n",
        ] {
            let error = StreamName::new(aggregate, "1").unwrap_err();
            assert_eq!(error, InvalidId::Aggregate(aggregate.to_owned()));
        }
    }

    #[test]
    fn a_subject_takes_255_bytes_at_most() {
        let longest = format!("shop.{}", "x".repeat(45));
        let stream = StreamName::new(&longest, &"a".repeat(MAX_TOKEN)).unwrap();
        assert_eq!(stream.as_str().len(), 255);
        assert!(StreamName::new(&format!("{longest}x"), "a").is_err());
        assert!(StreamName::new("shop.order", &"a".repeat(MAX_TOKEN + 1)).is_err());
        assert!(StreamName::new("shop.order", "").is_err());
    }
}
