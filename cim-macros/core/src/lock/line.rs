//! A line of the lock: `Order OrderPlaced 1 {note: text?, lines: [{sku: text, quantity: u32}]}`.

/// How one version of an event is stored.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) machine: String,
    pub(super) event: String,
    pub(super) version: u32,
    pub(super) fields: Vec<Field>,
}

/// A stored field: its key, and the text of its shape.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Field {
    pub(super) key: String,
    pub(super) shape: String,
}

impl Line {
    pub(super) fn read(text: &str) -> Option<Self> {
        let mut words = text.splitn(4, ' ');
        let (machine, event) = (words.next()?.to_owned(), words.next()?.to_owned());
        let version = words.next()?.parse().ok()?;
        let fields = words.next()?.strip_prefix('{')?.strip_suffix('}')?;
        let fields =
            split_at_commas(fields)?.into_iter().map(Field::read).collect::<Option<_>>()?;
        Some(Self { machine, event, version, fields })
    }
}

impl Field {
    fn read(text: &str) -> Option<Self> {
        let (key, shape) = text.split_once(": ")?;
        Some(Self { key: key.to_owned(), shape: shape.to_owned() })
    }
}

/// The parts between the commas that stand in no brackets; `None` if the brackets do not match.
fn split_at_commas(text: &str) -> Option<Vec<&str>> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0_usize);
    for (at, letter) in text.char_indices() {
        match letter {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => depth = depth.checked_sub(1)?,
            ',' if depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text.is_empty() {
        parts.push(&text[start..]);
    }
    (depth == 0).then(|| parts.into_iter().map(str::trim).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(text: &str) -> Option<Vec<(String, String)>> {
        let fields = Line::read(&format!("Order OrderPlaced 12 {text}"))?.fields;
        Some(fields.into_iter().map(|field| (field.key, field.shape)).collect())
    }

    #[test]
    fn fields_are_told_apart_outside_of_brackets() {
        let text = "{note: text?, at: (u8, u8), lines: [{sku: text, how: enum{A, B: {c: u8}}}]}";
        let found = fields(text).unwrap();
        let found: Vec<_> = found.iter().map(|(key, shape)| (&**key, &**shape)).collect();
        let lines = "[{sku: text, how: enum{A, B: {c: u8}}}]";
        assert_eq!(found, [("note", "text?"), ("at", "(u8, u8)"), ("lines", lines)]);
        assert_eq!(fields("{}"), Some(Vec::new()));
    }

    #[test]
    fn half_a_line_is_none() {
        for text in ["", "{", "text", "{a}", "{a: [u8}", "{a: u8]}", "{a: u8, }", "{a: u8"] {
            assert_eq!(fields(text), None, "{text}");
        }
        for text in ["", "Order", "Order OrderPlaced {}", "Order OrderPlaced one {}"] {
            assert_eq!(Line::read(text), None, "{text}");
        }
    }
}
