//~ its encoding is written by hand, and nothing derives the rest
use cim_runtime::cbor::{DecodeError, Decoder, Encoder, Value};
use cim_runtime::prelude::*;

pub struct Nothing;

impl Value for Nothing {
    fn encode(&self, to: &mut Encoder) {
        to.null();
    }

    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.null().map(|_| Self)
    }
}

#[value]
pub struct Line {
    pub rest: Nothing,
}

fn main() {}
