//! What comes as DAG-JSON, made into the one encoding of a value with a certain shape.

use std::fmt::{self, Display};

use ipld_core::ipld::Ipld;
use jiff::Timestamp;

use crate::cbor::{EncodeError, Encoder, Field, Shape};
use crate::cid::EventCid;
use crate::nearest::meant;

/// The canonical encoding of what was given, if it has the shape; otherwise, where it has not.
///
/// A field that may be null may be left out, the items of a set stand in any order, and a whole
/// number stands for a float.
pub(super) fn encoded(value: &Ipld, shape: Shape, name: &str) -> Result<Vec<u8>, String> {
    let mut to = Encoder::default();
    Place { path: &Path::Whole(name), braces: &[] }.write(value, shape, &mut to)?;
    to.finish().map_err(|error| unencoded(name, error))
}

fn unencoded(name: &str, error: EncodeError) -> String {
    format!("`{name}` cannot be stored: {error}")
}

/// Where something stands, for whoever reads that it does not belong there.
enum Path<'a> {
    Whole(&'a str),
    Key(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Path::Whole(name) => f.write_str(name),
            Path::Key(of, key) => write!(f, "{of}.{key}"),
            Path::Item(of, index) => write!(f, "{of}[{index}]"),
        }
    }
}

struct Place<'a> {
    path: &'a Path<'a>,
    /// The records and enums around it, outermost first.
    braces: &'a [Shape],
}

impl Place<'_> {
    fn write(&self, value: &Ipld, shape: Shape, to: &mut Encoder) -> Result<(), String> {
        match (shape, value) {
            (Shape::Of(name), value) => self.write_simple(name, value, to)?,
            (Shape::Option(_), Ipld::Null) => to.null(),
            (Shape::Option(some), value) => self.write(value, *some, to)?,
            (Shape::Array(Shape::Of("bytes"), len), Ipld::Bytes(bytes)) if bytes.len() == len => {
                to.bytes(bytes);
            }
            (Shape::List(item), Ipld::List(items)) => self.write_items(items, *item, to)?,
            (Shape::Array(Shape::List(item), len), Ipld::List(items)) if items.len() == len => {
                self.write_items(items, **item, to)?;
            }
            (Shape::Set(item), Ipld::List(items)) => self.write_set(items, *item, to)?,
            (Shape::Map(item), Ipld::Map(entries)) => {
                let mut entries: Vec<_> = entries.iter().collect();
                entries.sort_by_key(|(key, _)| (key.len(), *key));
                to.map(entries.len());
                for (key, value) in entries {
                    to.text(key);
                    self.at(&Path::Key(self.path, key)).write(value, *item, to)?;
                }
            }
            (Shape::Tuple(shapes), Ipld::List(items)) if items.len() == shapes.len() => {
                to.array(items.len());
                for (index, (item, shape)) in items.iter().zip(shapes).enumerate() {
                    self.at(&Path::Item(self.path, index)).write(item, *shape, to)?;
                }
            }
            (Shape::Record(fields), Ipld::Map(entries)) => {
                let given = |key: &str| entries.get(key);
                self.check_keys(entries.keys(), fields)?;
                let braces = self.inside(shape);
                to.map(fields.len());
                for (key, field) in fields {
                    to.text(key);
                    let path = Path::Key(self.path, key);
                    let place = Place { path: &path, braces: &braces };
                    match (given(key), field) {
                        (Some(value), _) => place.write(value, *field, to)?,
                        (None, Shape::Option(_)) => to.null(),
                        (None, _) => return Err(format!("`{path}` is missing: it is {field}")),
                    }
                }
            }
            (Shape::Enum(variants), Ipld::String(name)) => match self.variant(variants, name)? {
                Shape::Unit => to.text(name),
                shape => {
                    return Err(format!(
                        "`{}` is {{\"{name}\": …}}: the variant holds {shape}",
                        self.path
                    ));
                }
            },
            (Shape::Enum(variants), Ipld::Map(entries)) if entries.len() == 1 => {
                for (name, value) in entries {
                    let data = self.variant(variants, name)?;
                    if data == Shape::Unit {
                        return Err(format!("`{}` is \"{name}\" alone", self.path));
                    }
                    to.map(1).text(name);
                    let path = Path::Key(self.path, name);
                    Place { path: &path, braces: &self.inside(shape) }.write(value, data, to)?;
                }
            }
            (Shape::Around(braces), value) => {
                let around = self.braces.len().checked_sub(braces);
                let around = around.and_then(|at| Some((&self.braces[..at], self.braces.get(at)?)));
                let Some((braces, shape)) = around else { return Err(self.other(shape, value)) };
                let place = Place { path: self.path, braces };
                let mut written = Ok(());
                to.nested(|to| written = place.write(value, *shape, to));
                written?;
            }
            (shape, value) => return Err(self.other(shape, value)),
        }
        Ok(())
    }

    fn at<'a>(&'a self, path: &'a Path<'a>) -> Place<'a> {
        Place { path, braces: self.braces }
    }

    fn inside(&self, shape: Shape) -> Vec<Shape> {
        self.braces.iter().copied().chain([shape]).collect()
    }

    fn write_simple(
        &self,
        name: &'static str,
        value: &Ipld,
        to: &mut Encoder,
    ) -> Result<(), String> {
        let other = || self.other(Shape::Of(name), value);
        match (name, value) {
            ("text" | "date", Ipld::String(text)) => to.text(text),
            ("bool", Ipld::Bool(value)) => to.bool(*value),
            ("bytes" | "uuid", Ipld::Bytes(bytes)) => to.bytes(bytes),
            ("f64", Ipld::Float(number)) => to.float(*number),
            // Up to here, each whole number is a float.
            ("f64", Ipld::Integer(number)) if number.unsigned_abs() <= 1 << 53 => {
                to.float(*number as f64);
            }
            ("cid", Ipld::Link(cid)) => to.link(&EventCid::try_from(cid).map_err(|_| other())?),
            (name, Ipld::Integer(number)) => {
                let number = Some(*number).filter(|number| takes(name, *number));
                match number.map(|number| (u64::try_from(number), i64::try_from(number))) {
                    Some((Ok(number), _)) => to.unsigned(number),
                    Some((_, Ok(number))) => to.signed(number),
                    _ => return Err(other()),
                }
            }
            _ => return Err(other()),
        }
        Ok(())
    }

    fn write_items(&self, items: &[Ipld], shape: Shape, to: &mut Encoder) -> Result<(), String> {
        to.array(items.len());
        for (index, item) in items.iter().enumerate() {
            self.at(&Path::Item(self.path, index)).write(item, shape, to)?;
        }
        Ok(())
    }

    fn write_set(&self, items: &[Ipld], shape: Shape, to: &mut Encoder) -> Result<(), String> {
        let mut encoded = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            let (path, mut to) = (Path::Item(self.path, index), Encoder::default());
            self.at(&path).write(item, shape, &mut to)?;
            encoded.push(to.finish().map_err(|error| unencoded(&path.to_string(), error))?);
        }
        encoded.sort_unstable();
        encoded.dedup();
        to.array(encoded.len());
        encoded.iter().for_each(|item| to.encoded(item));
        Ok(())
    }

    fn check_keys<'k>(
        &self,
        given: impl Iterator<Item = &'k String>,
        fields: &[Field],
    ) -> Result<(), String> {
        let known = || fields.iter().map(|(field, _)| *field);
        for key in given {
            if known().any(|field| field == key) {
                continue;
            }
            let path = self.path;
            return Err(match fields {
                [] => format!("`{path}` has no field `{key}`: it has none"),
                _ => {
                    let meant = meant(key, known(), |field| format!("`{field}`"));
                    format!("`{path}` has no field `{key}`: {meant}")
                }
            });
        }
        Ok(())
    }

    fn variant(&self, variants: &[Field], name: &str) -> Result<Shape, String> {
        let known = variants.iter().find(|(variant, _)| *variant == name);
        known.map(|(_, data)| *data).ok_or_else(|| {
            let names = variants.iter().map(|(variant, _)| *variant);
            let meant = meant(name, names, |variant| format!("`{variant}`"));
            format!("`{}` has no variant `{name}`: {meant}", self.path)
        })
    }

    fn other(&self, shape: Shape, value: &Ipld) -> String {
        let found = match value {
            Ipld::Null => "null",
            Ipld::Bool(_) => "true or false",
            Ipld::Integer(_) => "a whole number",
            Ipld::Float(_) => "a number",
            Ipld::String(_) => "a text",
            Ipld::Bytes(_) => "bytes",
            Ipld::List(_) => "a list",
            Ipld::Map(_) => "an object",
            Ipld::Link(_) => "a link",
        };
        let form = match shape {
            Shape::Of("time") => ": microseconds since 1970, as a whole number",
            Shape::Of("uuid") => ": 16 bytes, as {\"/\": {\"bytes\": …}} in base 64",
            Shape::Of("bytes") => ": {\"/\": {\"bytes\": …}} in base 64",
            Shape::Of("cid") => ": a link, as {\"/\": \"bafy…\"}",
            _ => "",
        };
        match (shape, value) {
            (Shape::Of(name), Ipld::Integer(number)) if takes(name, 0) => {
                format!("`{}` is {name}, and {number} does not fit", self.path)
            }
            _ => format!("`{}` is {shape}{form}; found {found}", self.path),
        }
    }
}

/// Whether a number is one of this type.
fn takes(name: &str, number: i128) -> bool {
    match name {
        "u8" => u8::try_from(number).is_ok(),
        "u16" => u16::try_from(number).is_ok(),
        "u32" => u32::try_from(number).is_ok(),
        "u64" => u64::try_from(number).is_ok(),
        "i8" => i8::try_from(number).is_ok(),
        "i16" => i16::try_from(number).is_ok(),
        "i32" => i32::try_from(number).is_ok(),
        "i64" => i64::try_from(number).is_ok(),
        "time" => i64::try_from(number).is_ok_and(|n| Timestamp::from_microsecond(n).is_ok()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use crate::cbor::{self, Value};
    use crate::dag_json;
    use crate::prelude::*;

    #[value]
    struct Line {
        sku: String,
        quantity: u16,
        note: Option<String>,
    }

    #[value]
    enum Rule {
        Always,
        All(Vec<Rule>),
        Unless { rule: Box<Rule>, because: String },
    }

    fn read<T: Value>(json: &str) -> Result<T, String> {
        let bytes = encoded(&dag_json::from_str(json).unwrap(), T::SHAPE, "command")?;
        cbor::from_slice(&bytes).map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_written_as_dag_json_is_read_back() {
        type All = (
            Vec<Line>,
            BTreeMap<String, (f64, bool)>,
            (Uuid, Timestamp, crate::EventCid),
            ([u8; 2], [i8; 2], crate::jiff::civil::Date),
        );
        let line = Line { sku: "a".to_owned(), quantity: 3, note: None };
        let all: All = (
            vec![line.clone(), Line { note: Some("b".to_owned()), ..line }],
            BTreeMap::from([("long".to_owned(), (1.0, true)), ("x".to_owned(), (-0.5, false))]),
            (Uuid::from_u128(7), Timestamp::UNIX_EPOCH, crate::EventCid::of(b"x")),
            ([1, 2], [-1, 1], "2026-11-21".parse().unwrap()),
        );
        let data: Ipld = serde_ipld_dagcbor::from_slice(&cbor::to_vec(&all).unwrap()).unwrap();
        assert_eq!(read::<All>(&dag_json::DagJson(&data).to_string()), Ok(all));
    }

    #[test]
    fn what_json_has_in_other_forms_is_taken() {
        let line = read::<Line>(r#"{"quantity": 1, "sku": "a"}"#).unwrap();
        assert_eq!(line.note, None);
        assert_eq!(read::<f64>("5"), Ok(5.0));
        assert_eq!(read::<BTreeSet<u16>>("[300, 1, 1]"), Ok(BTreeSet::from([1, 300])));
    }

    #[test]
    fn what_contains_itself_is_read() {
        let json = r#"{"All": ["Always", {"Unless": {"because": "x", "rule": {"All": []}}}]}"#;
        let unless = Rule::Unless { rule: Box::new(Rule::All(vec![])), because: "x".to_owned() };
        assert_eq!(read::<Rule>(json), Ok(Rule::All(vec![Rule::Always, unless])));
        let deep = format!("{}\"Always\"{}", r#"{"All": ["#.repeat(40), "]}".repeat(40));
        assert!(read::<Rule>(&deep).unwrap_err().contains("32 deep"));
    }

    #[test]
    fn what_does_not_fit_is_named() {
        for (json, said) in [
            (
                r#"{"sku": "a", "quantty": 1}"#,
                "`command` has no field `quantty`: did you mean `quantity`?",
            ),
            (r#"{"sku": "a"}"#, "`command.quantity` is missing: it is u16"),
            (r#"{"sku": 1, "quantity": 1}"#, "`command.sku` is text; found a whole number"),
            (r#"{"sku": "a", "quantity": -1}"#, "`command.quantity` is u16, and -1 does not fit"),
            (
                r#"{"sku": "a", "quantity": 65536}"#,
                "`command.quantity` is u16, and 65536 does not fit",
            ),
            (r#"[]"#, "`command` is {sku: text, note: text?, quantity: u16}; found a list"),
        ] {
            assert_eq!(read::<Line>(json).unwrap_err(), said, "{json}");
        }
        assert_eq!(
            read::<Timestamp>("1e30").unwrap_err(),
            "`command` is time: microseconds since 1970, as a whole number; found a number"
        );
        for (json, said) in [
            (r#""Alwys""#, "`command` has no variant `Alwys`: did you mean `Always`?"),
            (r#"{"Always": {}}"#, "`command` is \"Always\" alone"),
            (r#"{"All": ["Always", 1]}"#, "`command.All[1]` is enum{"),
        ] {
            let error = read::<Rule>(json).unwrap_err();
            assert!(error.starts_with(said), "{error}");
        }
        assert_eq!(
            read::<Rule>("\"All\"").unwrap_err(),
            "`command` is {\"All\": …}: the variant holds [^]"
        );
    }
}
