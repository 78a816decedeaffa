//! Texts, ids and links.

use std::sync::Arc;

use uuid::Uuid;

use super::{DecodeError, Decoder, Encoder, Shape, Value};
use crate::cid::EventCid;

impl Value for String {
    const SHAPE: Shape = Shape::Of("text");

    #[inline]
    fn encode(&self, to: &mut Encoder) {
        to.text(self);
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.text().map(str::to_owned)
    }
}

impl Value for Arc<str> {
    const SHAPE: Shape = String::SHAPE;

    #[inline]
    fn encode(&self, to: &mut Encoder) {
        to.text(self);
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.text().map(Arc::from)
    }
}

impl Value for Uuid {
    const SHAPE: Shape = Shape::Of("uuid");

    #[inline]
    fn encode(&self, to: &mut Encoder) {
        to.bytes(self.as_bytes());
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let bytes = from.bytes()?;
        Uuid::from_slice(bytes).map_err(|_| from.error("a UUID has 16 bytes"))
    }
}

impl Value for EventCid {
    const SHAPE: Shape = Shape::Of("cid");

    #[inline]
    fn encode(&self, to: &mut Encoder) {
        to.link(self);
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.link()
    }
}
