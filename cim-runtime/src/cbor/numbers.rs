//! Numbers and truth values.

use super::{DecodeError, Decoder, Encoder, Shape, Value};

/// Numbers that are written as a wider type; what follows a type in braces is added to its impl.
macro_rules! whole {
    ($wide:ident as $write:ident: $($ty:ident $({ $($rest:tt)* })?),*) => {$(
        impl Value for $ty {
            const SHAPE: Shape = Shape::Of(stringify!($ty));

            #[inline]
            fn encode(&self, to: &mut Encoder) {
                to.$write($wide::from(*self));
            }

            #[inline]
            fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
                let number = from.$write()?;
                $ty::try_from(number)
                    .map_err(|_| from.error(format!("{number} does not fit into {}", stringify!($ty))))
            }

            $($($rest)*)?
        }
    )*};
}

whole!(u64 as unsigned: u16, u32, u64, u8 {
    fn encode_all(items: &[Self], to: &mut Encoder) {
        to.bytes(items);
    }

    fn decode_all(from: &mut Decoder<'_>) -> Result<Vec<Self>, DecodeError> {
        from.bytes().map(<[u8]>::to_vec)
    }

    const SHAPE_OF_MANY: Shape = Shape::Of("bytes");
});
whole!(i64 as signed: i8, i16, i32, i64);

impl Value for f64 {
    const SHAPE: Shape = Shape::Of("f64");

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
    const SHAPE: Shape = Shape::Of("bool");

    #[inline]
    fn encode(&self, to: &mut Encoder) {
        to.bool(*self);
    }

    #[inline]
    fn decode(from: &mut Decoder<'_>) -> Result<Self, DecodeError> {
        from.bool()
    }
}
