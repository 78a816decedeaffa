//! A shape inside of others, where a type that contains itself points to one of those.

use crate::cbor::Shape;

/// How deep samples go into a type that contains itself.
const DEPTH: usize = 2;

/// A shape, and what is around it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) shape: Shape,
    /// The records and enums around it, the innermost last.
    around: Vec<Shape>,
    /// How many times one of those may still be entered again.
    depth: usize,
}

impl Place {
    pub(super) fn of(shape: &Shape) -> Self {
        Self { shape: *shape, around: Vec::new(), depth: DEPTH }
    }

    /// A part that stands in no braces of this shape.
    pub(super) fn part(&self, shape: &Shape) -> Self {
        Self { shape: *shape, ..self.clone() }
    }

    /// A field of this record, or the data of a variant of this enum.
    pub(super) fn inside(&self, shape: &Shape) -> Self {
        let mut part = self.part(shape);
        part.around.push(self.shape);
        part
    }

    /// The shape that so many braces describe; `None` where samples go no deeper.
    pub(super) fn around(&self, braces: usize) -> Option<Self> {
        let index = self.around.len().checked_sub(braces)?;
        let shape = *self.around.get(index)?;
        let depth = self.depth.checked_sub(1)?;
        Some(Self { shape, around: self.around[..index].to_vec(), depth })
    }

    /// Whether some sample goes no deeper than samples do.
    pub(super) fn has_an_end(&self) -> bool {
        match self.shape {
            Shape::Of(_) | Shape::Unit => true,
            // Nothing, or nothing in it.
            Shape::Option(_) | Shape::List(_) | Shape::Set(_) | Shape::Map(_) => true,
            Shape::Array(&Shape::List(item), len) | Shape::Array(item, len) => {
                len == 0 || self.part(item).has_an_end()
            }
            Shape::Tuple(items) => items.iter().all(|item| self.part(item).has_an_end()),
            Shape::Record(fields) => fields.iter().all(|(_, it)| self.inside(it).has_an_end()),
            Shape::Enum(variants) => variants.iter().any(|(_, it)| self.inside(it).has_an_end()),
            Shape::Around(braces) => self.around(braces).is_some_and(|it| it.has_an_end()),
        }
    }
}
