//! Events in the forms that tests write them.

/// Events of one machine, in any of the forms that tests write.
pub trait IntoEvents<E> {
    /// The events, in order.
    fn into_events(self) -> Vec<E>;
}

impl<E> IntoEvents<E> for () {
    fn into_events(self) -> Vec<E> {
        Vec::new()
    }
}

impl<E, T: Into<E>, const N: usize> IntoEvents<E> for [T; N] {
    fn into_events(self) -> Vec<E> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<E, T: Into<E>> IntoEvents<E> for Vec<T> {
    fn into_events(self) -> Vec<E> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<E, T: crate::event::Event + Into<E>> IntoEvents<E> for T {
    fn into_events(self) -> Vec<E> {
        vec![self.into()]
    }
}

macro_rules! tuple {
    ($($name:ident $index:tt),*) => {
        impl<Set, $($name: Into<Set>),*> IntoEvents<Set> for ($($name,)*) {
            fn into_events(self) -> Vec<Set> {
                vec![$(self.$index.into()),*]
            }
        }
    };
}

tuple!(A 0);
tuple!(A 0, B 1);
tuple!(A 0, B 1, C 2);
tuple!(A 0, B 1, C 2, D 3);
tuple!(A 0, B 1, C 2, D 3, E 4);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6);
tuple!(A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7);
