//! The data model as DAG-JSON: JSON with a form for links and for bytes.
//!
//! Source: <https://ipld.io/specs/codecs/dag-json/spec/>.

use std::fmt;

use cid::Cid;
use data_encoding::BASE64_NOPAD;
use ipld_core::ipld::Ipld;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
use serde_json::Value as Json;

/// A value that serializes to DAG-JSON, as does what it refers to.
///
/// ```
/// use cim_runtime::dag_json::{DagJson, from_str};
///
/// let data = from_str(r#"{"key": {"/": {"bytes": "AQ"}}, "cents": 5}"#)?;
/// assert_eq!(DagJson(&data).to_string(), r#"{"cents":5,"key":{"/":{"bytes":"AQ"}}}"#);
/// # Ok::<_, cim_runtime::dag_json::NotDagJson>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct DagJson<'a>(pub &'a Ipld);

impl fmt::Display for DagJson<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

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
#[derive(Debug, Clone, Copy)]
pub struct Link<T>(pub T);

impl<T: fmt::Display> Serialize for Link<T> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut map = to.serialize_map(Some(1))?;
        map.serialize_entry("/", &self.0.to_string())?;
        map.end()
    }
}

/// Why a text is not DAG-JSON.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotDagJson {
    /// It is not even JSON.
    #[error(transparent)]
    Json(#[from] serde_json::Error),
    /// The key `/` stands for a link or for bytes, and for nothing else.
    #[error("{0} is neither a link nor bytes")]
    Reserved(String),
}

/// Reads a value.
///
/// # Errors
///
/// When the text is not JSON, or has the key `/` with anything but a link or bytes.
pub fn from_str(text: &str) -> Result<Ipld, NotDagJson> {
    from_json(serde_json::from_str(text)?)
}

pub(crate) fn from_json(json: Json) -> Result<Ipld, NotDagJson> {
    Ok(match json {
        Json::Null => Ipld::Null,
        Json::Bool(value) => Ipld::Bool(value),
        Json::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => Ipld::Integer(number.into()),
            (None, Some(number)) => Ipld::Integer(number.into()),
            // JSON's other numbers are finite.
            (None, None) => Ipld::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Ipld::String(text),
        Json::Array(items) => {
            Ipld::List(items.into_iter().map(from_json).collect::<Result<_, _>>()?)
        }
        Json::Object(entries) => match entries.get("/") {
            Some(reserved) if entries.len() == 1 => {
                link_or_bytes(reserved).ok_or_else(|| NotDagJson::Reserved(reserved.to_string()))?
            }
            _ => {
                let entries = entries.into_iter().map(|(key, value)| Ok((key, from_json(value)?)));
                Ipld::Map(entries.collect::<Result<_, NotDagJson>>()?)
            }
        },
    })
}

fn link_or_bytes(reserved: &Json) -> Option<Ipld> {
    match reserved {
        Json::String(cid) => Cid::try_from(cid.as_str()).ok().map(Ipld::Link),
        Json::Object(bytes) if bytes.len() == 1 => {
            let bytes = BASE64_NOPAD.decode(bytes.get("bytes")?.as_str()?.as_bytes());
            bytes.ok().map(Ipld::Bytes)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::EventCid;

    fn json(value: Ipld) -> String {
        DagJson(&value).to_string()
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

    #[test]
    fn what_is_written_is_read() {
        let values = BTreeMap::from([
            ("link".to_owned(), Ipld::Link(EventCid::of(b"block").into())),
            ("bytes".to_owned(), Ipld::Bytes(vec![0, 255])),
            ("numbers".to_owned(), Ipld::List(vec![Ipld::Integer(-3), Ipld::Float(-0.5)])),
            ("most".to_owned(), Ipld::Integer(u64::MAX.into())),
            ("/".to_owned(), Ipld::Null),
        ]);
        let values = Ipld::Map(values);
        assert_eq!(from_str(&json(values.clone())).unwrap(), values);
    }

    #[test]
    fn the_slash_alone_is_reserved() {
        for reserved in [r#"{"/": 1}"#, r#"{"/": "no cid"}"#, r#"{"/": {"bytes": "*"}}"#] {
            let error = from_str(reserved).unwrap_err();
            assert!(error.to_string().ends_with("is neither a link nor bytes"), "{error}");
        }
    }
}
