//! Numbers and truth values.

use super::{DecodeError, Decoder, Encoder, Shape, Value};

macro_rules! unsigned {
    ($($ty:ty),*) => {$(
        impl Value for $ty {
            const SHAPE: Shape = Shape::of(stringify!($ty));

            #[inline]
            fn encode(&self, to: &mut Encoder) {
                to.unsigned(u64::from(*self));
            }

            #[inline]
            fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                let number = from.unsigned()?;
                <$ty>::try_from(number)
                    .map_err(|_| from.error(format!("{number} does not fit into {}", stringify!($ty))))
            }
        }
    )*};
}

macro_rules! signed {
    ($($ty:ty),*) => {$(
        impl Value for $ty {
            const SHAPE: Shape = Shape::of(stringify!($ty));

            #[inline]
            fn encode(&self, to: &mut Encoder) {
                to.signed(i64::from(*self));
            }

            #[inline]
            fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                let number = from.signed()?;
                <$ty>::try_from(number)
                    .map_err(|_| from.error(format!("{number} does not fit into {}", stringify!($ty))))
            }
        }
    )*};
}

unsigned!(u16, u32, u64);
signed!(i8, i16, i32, i64);

impl Value for u8 {
    const SHAPE: Shape = Shape::of("u8");

    #[inline]
    fn encode(&self, to: &mut Encoder) {
        to.unsigned(u64::from(*self));
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        let number = from.unsigned()?;
        u8::try_from(number).map_err(|_| from.error(format!("{number} does not fit into u8")))
    }

    fn encode_all(items: &[Self], to: &mut Encoder) {
        to.bytes(items);
    }

    fn decode_all(from: &mut Decoder<'_>) -> Result<Vec<Self>, DecodeError> {
        from.bytes().map(<[u8]>::to_vec)
    }

    const SHAPE_OF_MANY: Shape = Shape::of("bytes");
}

impl Value for f64 {
    const SHAPE: Shape = Shape::of("f64");

    #[inline]
    fn encode(&self, to: &mut Encoder) {
        to.float(*self);
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.float()
    }
}

impl Value for bool {
    const SHAPE: Shape = Shape::of("bool");

    #[inline]
    fn encode(&self, to: &mut Encoder) {
        to.bool(*self);
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.bool()
    }
}
