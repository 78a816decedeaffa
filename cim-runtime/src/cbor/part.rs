//! What a value's `Clone`, `Debug` and `PartialEq` ask of its parts.

use std::fmt::Debug;

/// Holds for the parts of values, and also for those that lack an encoding: of them that is said
/// where they are encoded. rustc's own derives would say three things more.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is a part of a value and lacks `Clone`, `Debug` or `PartialEq`",
    label = "cannot be copied, shown or compared",
    note = "`#[value]` derives all three; where its encoding is written by hand, derive them"
)]
pub trait Part<const HAS_ENCODING: bool> {
    fn copied(&self) -> Self;

    fn is_same(&self, other: &Self) -> bool;

    fn shown(&self) -> &dyn Debug;
}

#[diagnostic::do_not_recommend]
impl<T: Clone + Debug + PartialEq> Part<true> for T {
    #[inline]
    fn copied(&self) -> Self {
        self.clone()
    }

    #[inline]
    fn is_same(&self, other: &Self) -> bool {
        self == other
    }

    fn shown(&self) -> &dyn Debug {
        self
    }
}

impl<T> Part<false> for T {
    fn copied(&self) -> Self {
        unreachable!("did not compile")
    }

    fn is_same(&self, _: &Self) -> bool {
        unreachable!("did not compile")
    }

    fn shown(&self) -> &dyn Debug {
        unreachable!("did not compile")
    }
}
