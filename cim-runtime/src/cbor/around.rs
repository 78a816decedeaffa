//! A type that contains itself, where its own shape is written.

use super::{DecodeError, Decoder, Encoder, Shape, Value};

/// Stands for a type in the shapes of its own fields: the shape of `Vec<Tree>` in `Tree` is that of
/// `Vec<Around<1>>`, as that of `Tree` is not known before. There is none.
#[doc(hidden)]
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Around<const BRACES: usize> {}

impl<const BRACES: usize> Value for Around<BRACES> {
    const SHAPE: Shape = Shape::Around(BRACES);

    fn encode(&self, _: &mut Encoder) {
        match *self {}
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        Err(from.error("nothing is decoded as a part of its own shape"))
    }
}
