//! The data model as DAG-JSON: JSON with a form for links and for bytes.
//!
//! Source: <https://ipld.io/specs/codecs/dag-json/spec/>.

use data_encoding::BASE64_NOPAD;
use ipld_core::ipld::Ipld;
use serde::ser::{Serialize, SerializeMap as _, Serializer};

/// A value that serializes to DAG-JSON.
pub(crate) struct DagJson<'a>(pub(crate) &'a Ipld);

impl Serialize for DagJson<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Ipld::Null => to.serialize_unit(),
            Ipld::Bool(value) => to.serialize_bool(*value),
            Ipld::Integer(number) => to.serialize_i128(*number),
            Ipld::Float(number) => to.serialize_f64(*number),
            Ipld::String(text) => to.serialize_str(text),
            Ipld::Bytes(bytes) => bytes_to(to, bytes),
            Ipld::List(items) => to.collect_seq(items.iter().map(DagJson)),
            Ipld::Map(entries) => {
                to.collect_map(entries.iter().map(|(key, value)| (key, DagJson(value))))
            }
            Ipld::Link(cid) => Link(cid).serialize(to),
        }
    }
}

fn bytes_to<S: Serializer>(to: S, bytes: &[u8]) -> Result<S::Ok, S::Error> {
    struct Bytes<'a>(&'a [u8]);

    impl Serialize for Bytes<'_> {
        fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
            let mut map = to.serialize_map(Some(1))?;
            map.serialize_entry("bytes", &BASE64_NOPAD.encode(self.0))?;
            map.end()
        }
    }

    let mut map = to.serialize_map(Some(1))?;
    map.serialize_entry("/", &Bytes(bytes))?;
    map.end()
}

/// A link, by any kind of CID: `{"/": "bafy…"}`.
#[derive(Debug)]
pub(crate) struct Link<T>(pub(crate) T);

impl<T: std::fmt::Display> Serialize for Link<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(1))?;
        map.serialize_entry("/", &self.0.to_string())?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use cim_runtime::EventCid;

    use super::*;

    fn json(value: Ipld) -> String {
        serde_json::to_string(&DagJson(&value)).unwrap()
    }

    #[test]
    fn links_and_bytes_have_their_form() {
        let cid = EventCid::of(b"block");
        assert_eq!(json(Ipld::Link(cid.into())), format!(r#"{{"/":"{cid}"}}"#));
        assert_eq!(json(Ipld::Bytes(vec![1])), r#"{"/":{"bytes":"AQ"}}"#);
    }

    #[test]
    fn everything_else_is_as_in_json() {
        let list = vec![Ipld::Null, Ipld::Bool(true), Ipld::Float(1.0), "é\n".to_owned().into()];
        assert_eq!(json(Ipld::List(list)), r#"[null,true,1.0,"é\n"]"#);
        let map = BTreeMap::from([("b".to_owned(), Ipld::Integer(-(1 << 64)))]);
        assert_eq!(json(Ipld::Map(map)), r#"{"b":-18446744073709551616}"#);
    }
}
