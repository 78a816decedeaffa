//! Plans by chance, which grow shorter.

use proptest::arbitrary::Arbitrary;
use proptest::collection::vec;
use proptest::strategy::{BoxedStrategy, Strategy as _};

use super::{CONSUMERS, Fault, Faults, KINDS, MOMENTS, MOST, TURNS};

/// Shrinks by leaving faults out, then by having them earlier.
impl Arbitrary for Faults {
    type Parameters = ();
    type Strategy = BoxedStrategy<Self>;

    fn arbitrary_with((): ()) -> Self::Strategy {
        let fault = (0..KINDS, 0..MOMENTS, 0..CONSUMERS, 0..TURNS);
        let fault = fault
            .prop_map(|(kind, moment, consumer, turns)| Fault::new(kind, moment, consumer, turns));
        vec(fault, 0..=MOST as usize).prop_map(Self).boxed()
    }
}
