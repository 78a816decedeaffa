//! How a type is encoded, as a tree that is read, compared and written down.

use std::fmt::{self, Display};

use super::Fingerprint;

/// A named part of a [`Shape`]: the key of a map, or the name of a variant.
pub type Field = (&'static str, Shape);

/// How the values of a type are encoded.
///
/// Two types with one shape have one encoding: a snapshot is read only while the shape of what it
/// holds is still the one it was written with, and the shapes of a domain's events stand in its
/// `cim.lock`. The shape of a struct covers the names and the shapes of its fields, and so on down;
/// the name of the type itself is not written and does not count.
///
/// Its text has one form, which [`Shape::is`] compares it with when a program is compiled:
///
/// ```
/// use std::collections::BTreeMap;
///
/// use cim_runtime::prelude::*;
///
/// #[value]
/// pub struct Line {
///     pub quantity: u32,
///     pub sku: String,
///     pub note: Option<String>,
/// }
///
/// #[value]
/// pub enum Payment {
///     Open,
///     Paid { at: Timestamp, cents: u64 },
/// }
///
/// const LINES: &str = "[{sku: text, note: text?, quantity: u32}]";
/// assert_eq!(<Vec<Line>>::SHAPE.to_string(), LINES);
/// const _: () = assert!(<Vec<Line>>::SHAPE.is(LINES));
///
/// assert_eq!(Payment::SHAPE.to_string(), "enum{Open, Paid: {at: time, cents: u64}}");
/// assert_eq!(<BTreeMap<String, [f64; 2]>>::SHAPE.to_string(), "map[[f64] of 2]");
/// ```
///
/// A type may contain itself, and then its text points outwards: `^` stands for what the innermost
/// braces around it describe, `^^` for what the next ones do.
///
/// ```
/// # use cim_runtime::prelude::*;
/// #[value]
/// pub enum Rule {
///     Always,
///     All(Vec<Rule>),
///     Unless { rule: Box<Rule>, because: String },
/// }
///
/// const RULE: &str = "enum{All: [^], Always, Unless: {rule: ^^, because: text}}";
/// assert_eq!(Rule::SHAPE.to_string(), RULE);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Something that has no parts, such as `text` or `u32`.
    Of(&'static str),
    /// A value or null: `text?`.
    Option(&'static Shape),
    /// An array of any length: `[text]`.
    List(&'static Shape),
    /// As many as this, written as the shape of many: `[f64] of 2`, `bytes of 32`.
    Array(&'static Shape, usize),
    /// An array whose items stand in order, each once: `set[text]`.
    Set(&'static Shape),
    /// A map with any texts as its keys: `map[u64]`.
    Map(&'static Shape),
    /// An array of these: `(text, u32)`.
    Tuple(&'static [Shape]),
    /// A map with these keys: `{sku: text, quantity: u32}`.
    Record(&'static [Field]),
    /// One of these variants: `enum{Open, Paid: {cents: u64}}`.
    Enum(&'static [Field]),
    /// What a variant without data holds.
    Unit,
    /// What one of the braces around it describes, where a type contains itself: `^` is the record
    /// or the enum of the innermost braces, `^^` that of the braces around those, and so on.
    Around(usize),
}

impl Shape {
    /// Whether this is the shape with that text.
    pub const fn is(&self, text: &str) -> bool {
        let spelling = self.spell(Spelling::of(text));
        spelling.same && spelling.at == text.len()
    }

    /// The shape as a number.
    pub const fn fingerprint(&self) -> u64 {
        self.spell(Spelling::of("")).hash.number()
    }

    /// Goes through the letters of the text. `Display` does the same with a formatter, which does
    /// not exist at compile time; a test holds one against the other.
    const fn spell<'a>(&self, spelling: Spelling<'a>) -> Spelling<'a> {
        match *self {
            Self::Of(name) => spelling.text(name),
            Self::Option(some) => some.spell(spelling).text("?"),
            Self::List(item) => item.spell(spelling.text("[")).text("]"),
            Self::Array(many, len) => many.spell(spelling).text(" of ").number(len),
            Self::Set(item) => item.spell(spelling.text("set[")).text("]"),
            Self::Map(value) => value.spell(spelling.text("map[")).text("]"),
            Self::Tuple(items) => {
                let mut spelling = spelling.text("(");
                let mut i = 0;
                while i < items.len() {
                    spelling = items[i].spell(if i > 0 { spelling.text(", ") } else { spelling });
                    i += 1;
                }
                spelling.text(")")
            }
            Self::Record(fields) => spell_fields(fields, spelling.text("{")).text("}"),
            Self::Enum(variants) => spell_fields(variants, spelling.text("enum{")).text("}"),
            Self::Unit => spelling,
            Self::Around(0) => spelling,
            Self::Around(braces) => Self::Around(braces - 1).spell(spelling.text("^")),
        }
    }
}

const fn spell_fields<'a>(fields: &[Field], mut spelling: Spelling<'a>) -> Spelling<'a> {
    let mut i = 0;
    while i < fields.len() {
        let (name, shape) = &fields[i];
        spelling = if i > 0 { spelling.text(", ") } else { spelling };
        spelling = spelling.text(name);
        if !matches!(shape, Shape::Unit) {
            spelling = shape.spell(spelling.text(": "));
        }
        i += 1;
    }
    spelling
}

impl Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Of(name) => f.write_str(name),
            Self::Option(some) => write!(f, "{some}?"),
            Self::List(item) => write!(f, "[{item}]"),
            Self::Array(many, len) => write!(f, "{many} of {len}"),
            Self::Set(item) => write!(f, "set[{item}]"),
            Self::Map(value) => write!(f, "map[{value}]"),
            Self::Tuple(items) => {
                f.write_str("(")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", if i > 0 { ", " } else { "" })?;
                }
                f.write_str(")")
            }
            Self::Record(fields) => write_fields(fields, "{", f),
            Self::Enum(variants) => write_fields(variants, "enum{", f),
            Self::Unit => Ok(()),
            Self::Around(braces) => f.write_str(&"^".repeat(braces)),
        }
    }
}

fn write_fields(fields: &[Field], open: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(open)?;
    for (i, (name, shape)) in fields.iter().enumerate() {
        write!(f, "{}{name}", if i > 0 { ", " } else { "" })?;
        if *shape != Shape::Unit {
            write!(f, ": {shape}")?;
        }
    }
    f.write_str("}")
}

/// The letters of a shape's text so far: compared with another text, and hashed.
#[derive(Clone, Copy)]
struct Spelling<'a> {
    expected: &'a [u8],
    at: usize,
    same: bool,
    hash: Fingerprint,
}

impl<'a> Spelling<'a> {
    const fn of(expected: &'a str) -> Self {
        Self { expected: expected.as_bytes(), at: 0, same: true, hash: Fingerprint::START }
    }

    const fn text(mut self, text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut i = 0;
        while i < bytes.len() {
            self = self.letter(bytes[i]);
            i += 1;
        }
        self
    }

    const fn number(self, number: usize) -> Self {
        let before = if number >= 10 { self.number(number / 10) } else { self };
        before.letter(b'0' + (number % 10) as u8)
    }

    const fn letter(mut self, letter: u8) -> Self {
        self.same = self.same && self.at < self.expected.len() && self.expected[self.at] == letter;
        self.at += 1;
        self.hash = self.hash.byte(letter);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: Shape = Shape::Of("text");
    const ALL: &[Shape] = &[
        TEXT,
        Shape::Option(&TEXT),
        Shape::List(&Shape::Option(&TEXT)),
        Shape::Array(&Shape::Of("bytes"), 0),
        Shape::Array(&Shape::List(&TEXT), 1203),
        Shape::Set(&TEXT),
        Shape::Map(&Shape::Set(&TEXT)),
        Shape::Tuple(&[]),
        Shape::Tuple(&[TEXT, Shape::Of("u32")]),
        Shape::Record(&[]),
        Shape::Record(&[("a", TEXT), ("größe", Shape::Tuple(&[TEXT]))]),
        Shape::Enum(&[("A", Shape::Unit)]),
        Shape::Enum(&[("A", Shape::Unit), ("B", Shape::Record(&[])), ("C", TEXT)]),
        Shape::Enum(&[("A", Shape::Unit), ("B", Shape::List(&Shape::Around(1)))]),
        Shape::Enum(&[("A", Shape::Unit), ("B", Shape::Record(&[("b", Shape::Around(2))]))]),
    ];

    #[test]
    fn a_shape_is_what_it_says_and_nothing_else() {
        for shape in ALL {
            let text = shape.to_string();
            assert!(shape.is(&text), "{text}");
            assert!(!shape.is(&format!("{text} ")) && !shape.is(""), "{text}");
            assert!(!shape.is(&text[..text.len() - 1]), "{text}");
            for other in ALL.iter().filter(|other| *other != shape) {
                assert!(!other.is(&text), "{other} is {text}");
                assert_ne!(other.fingerprint(), shape.fingerprint(), "{other}, {text}");
            }
        }
    }
}
