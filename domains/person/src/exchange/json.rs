//! A line of JSON for each person.
//!
//! The keys are the fields of [`PersonRecord`], ids are UUIDs as texts, days are as in `2026-11-21`, and a
//! variant that holds something is an object with its name as the only key. What may be empty, false or
//! unknown may be left out:
//!
//! ```
//! use cim_person::exchange::json;
//!
//! let line = r#"{"id": "019a0000-0000-7000-8000-000000000001", "name": {"given": "Ada"}}"#;
//! let ada = json::read(line)?;
//! assert_eq!(json::read(&json::write(&ada)?)?, ada);
//!
//! let error = json::read(r#"{"id": "Ada", "name": {"given": "Ada"}}"#).unwrap_err();
//! assert!(error.to_string().starts_with("`id` is `Ada`"), "{error}");
//! # Ok::<_, json::NoRecord>(())
//! ```

use cim_runtime::cbor::{self, Shape, Value as _};
use cim_runtime::prelude::Uuid;
use ipld_core::ipld::Ipld;
use serde_json::{Map, Value as Json};

use super::PersonRecord;

/// Why a line is no record of a person.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoRecord(String);

/// Reads a line.
///
/// # Errors
///
/// When it is not JSON, or not that of a person: the field is named.
pub fn read(line: &str) -> Result<PersonRecord, NoRecord> {
    let json = serde_json::from_str(line).map_err(|error| {
        NoRecord(format!("not JSON: {error}: each line is one whole object, `{{…}}`"))
    })?;
    let data = data(&json, PersonRecord::SHAPE, "").map_err(NoRecord)?;
    let bytes = serde_ipld_dagcbor::to_vec(&data).map_err(unreadable)?;
    cbor::from_slice(&bytes).map_err(unreadable)
}

/// Writes a line, without its end.
///
/// # Errors
///
/// None that are known.
pub fn write(record: &PersonRecord) -> Result<String, NoRecord> {
    let bytes = cbor::to_vec(record).map_err(unreadable)?;
    let data: Ipld = serde_ipld_dagcbor::from_slice(&bytes).map_err(unreadable)?;
    Ok(json(&data, PersonRecord::SHAPE).to_string())
}

fn unreadable(error: impl std::fmt::Display) -> NoRecord {
    NoRecord(error.to_string())
}

/// The data as JSON, without what may be left out.
fn json(data: &Ipld, shape: Shape) -> Json {
    match (shape, data) {
        (Shape::Option(some), data) if *data != Ipld::Null => json(data, *some),
        (Shape::List(item) | Shape::Set(item), Ipld::List(items)) => {
            items.iter().map(|data| json(data, *item)).collect()
        }
        (Shape::Map(item), Ipld::Map(entries)) => {
            let entry = |(key, data): (&String, &Ipld)| (key.clone(), json(data, *item));
            Json::Object(entries.iter().map(entry).collect())
        }
        (Shape::Record(fields), Ipld::Map(entries)) => {
            let field = |(key, shape): &(&str, Shape)| {
                let value = json(entries.get(*key)?, *shape);
                (absent(*shape) != Some(data_of(&value))).then(|| ((*key).to_owned(), value))
            };
            Json::Object(fields.iter().filter_map(field).collect())
        }
        (Shape::Enum(variants), Ipld::Map(entries)) => {
            let variant = |(key, shape): &(&str, Shape)| {
                Some(((*key).to_owned(), json(entries.get(*key)?, *shape)))
            };
            Json::Object(variants.iter().filter_map(variant).collect())
        }
        (Shape::Of("uuid"), Ipld::Bytes(bytes)) => {
            Uuid::from_slice(bytes).map_or(Json::Null, |id| Json::String(id.to_string()))
        }
        (_, Ipld::Bool(value)) => Json::Bool(*value),
        (_, Ipld::Integer(number)) => i64::try_from(*number).map_or(Json::Null, Json::from),
        (_, Ipld::String(text)) => Json::String(text.clone()),
        _ => Json::Null,
    }
}

/// What stands for a field that is left out.
fn absent(shape: Shape) -> Option<Ipld> {
    match shape {
        Shape::Option(_) => Some(Ipld::Null),
        Shape::List(_) | Shape::Set(_) => Some(Ipld::List(Vec::new())),
        Shape::Map(_) => Some(Ipld::Map(Default::default())),
        Shape::Of("bool") => Some(Ipld::Bool(false)),
        _ => None,
    }
}

/// Of what may be left out, which is simple, the same as data.
fn data_of(json: &Json) -> Ipld {
    match json {
        Json::Bool(value) => Ipld::Bool(*value),
        Json::Array(items) if items.is_empty() => Ipld::List(Vec::new()),
        Json::Object(entries) if entries.is_empty() => Ipld::Map(Default::default()),
        Json::Null => Ipld::Null,
        _ => Ipld::Integer(0),
    }
}

/// The JSON as data of this shape; `path` is where it stands.
fn data(json: &Json, shape: Shape, path: &str) -> Result<Ipld, String> {
    let other = || format!("`{}` is {shape}; found {json}", shown(path));
    Ok(match (shape, json) {
        (Shape::Option(_), Json::Null) => Ipld::Null,
        (Shape::Option(some), json) => data(json, *some, path)?,
        (Shape::List(item), Json::Array(items)) => Ipld::List(all(items, *item, path)?),
        (Shape::Set(item), Json::Array(items)) => {
            let mut items = all(items, *item, path)?;
            items.sort_by_cached_key(|item| serde_ipld_dagcbor::to_vec(item).unwrap_or_default());
            items.dedup();
            Ipld::List(items)
        }
        (Shape::Map(item), Json::Object(entries)) => {
            let entry = |(key, json): (&String, &Json)| {
                Ok((key.clone(), data(json, *item, &inside(path, key))?))
            };
            Ipld::Map(entries.iter().map(entry).collect::<Result<_, String>>()?)
        }
        (Shape::Record(fields), Json::Object(entries)) => record(entries, fields, path)?,
        (Shape::Enum(variants), Json::String(name)) => match variant(variants, name, path)? {
            Shape::Unit => Ipld::String(name.clone()),
            _ => return Err(format!("`{}` is {{\"{name}\": …}}", shown(path))),
        },
        (Shape::Enum(variants), Json::Object(entries)) if entries.len() == 1 => {
            let entry = |(name, json): (&String, &Json)| match variant(variants, name, path)? {
                Shape::Unit => Err(format!("`{}` is \"{name}\" alone", shown(path))),
                shape => Ok((name.clone(), data(json, shape, &inside(path, name))?)),
            };
            Ipld::Map(entries.iter().map(entry).collect::<Result<_, String>>()?)
        }
        (Shape::Of("uuid"), Json::String(text)) => {
            let id: Uuid = text.parse().map_err(|_| {
                let expected = "a UUID, such as 019a0000-0000-7000-8000-000000000001";
                format!("`{}` is `{text}`: expected {expected}", shown(path))
            })?;
            Ipld::Bytes(id.as_bytes().to_vec())
        }
        (Shape::Of("date"), Json::String(text)) => {
            let date: cim_runtime::jiff::civil::Date = text.parse().map_err(|_| {
                let expected = "a day of the calendar, such as 1990-12-31";
                format!("`{}` is `{text}`: expected {expected}", shown(path))
            })?;
            Ipld::String(date.to_string())
        }
        (Shape::Of("text"), Json::String(text)) => Ipld::String(text.clone()),
        (Shape::Of("bool"), Json::Bool(value)) => Ipld::Bool(*value),
        (Shape::Of("u32"), Json::Number(number)) => {
            let number = number.as_u64().and_then(|number| u32::try_from(number).ok());
            Ipld::Integer(number.ok_or_else(other)?.into())
        }
        _ => return Err(other()),
    })
}

fn record(
    entries: &Map<String, Json>,
    fields: &[(&'static str, Shape)],
    path: &str,
) -> Result<Ipld, String> {
    if let Some(key) = entries.keys().find(|key| fields.iter().all(|(field, _)| field != key)) {
        let names: Vec<_> = fields.iter().map(|(field, _)| *field).collect();
        return Err(format!("`{}` is no field: there are {}", inside(path, key), names.join(", ")));
    }
    let field = |(key, shape): &(&'static str, Shape)| {
        let value = match entries.get(*key) {
            Some(json) => data(json, *shape, &inside(path, key))?,
            None => absent(*shape)
                .ok_or_else(|| format!("`{}` is missing: it is {shape}", inside(path, key)))?,
        };
        Ok(((*key).to_owned(), value))
    };
    Ok(Ipld::Map(fields.iter().map(field).collect::<Result<_, String>>()?))
}

fn variant(variants: &[(&'static str, Shape)], name: &str, path: &str) -> Result<Shape, String> {
    let known = variants.iter().find(|(variant, _)| *variant == name);
    known.map(|(_, shape)| *shape).ok_or_else(|| {
        let names: Vec<_> = variants.iter().map(|(variant, _)| *variant).collect();
        format!("`{}` is `{name}`: expected one of {}", shown(path), names.join(", "))
    })
}

fn all(items: &[Json], shape: Shape, path: &str) -> Result<Vec<Ipld>, String> {
    let item = |(at, json): (usize, &Json)| data(json, shape, &format!("{path}[{at}]"));
    items.iter().enumerate().map(item).collect()
}

fn inside(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

fn shown(path: &str) -> &str {
    if path.is_empty() { "the line" } else { path }
}
